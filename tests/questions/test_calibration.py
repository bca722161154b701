"""Whether stated probabilities are right as often as they say, in worlds drawn from the walks' own prior."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tiltmeter.model import fit
from tiltmeter.model.options import FitSettings
from tiltmeter.model.world import simulate_world
from tiltmeter.questions.basis import Basis
from tiltmeter.questions.claim import check
from tiltmeter.questions.tables import Tables
from tiltmeter.questions.walk import LEVEL_SD, STEP_YEAR, shares
from tiltmeter.settings import Claim, Poles, Theatre

WORLDS, PERIODS = 160, 104
YEARS = np.full(PERIODS, 7 / 365.25)


def asked() -> tuple[np.ndarray, np.ndarray]:
    """Stated chances (W, 3) of a peak in a third, a rise since the middle, a share above a half; and the truth."""
    rng = np.random.default_rng(21)
    stated, true = [], []
    for _ in range(WORLDS):
        steps = STEP_YEAR * np.sqrt(YEARS) * rng.standard_normal(PERIODS)
        steps[0] = LEVEL_SD * rng.standard_normal()
        truth = 1 / (1 + np.exp(-np.cumsum(steps)))
        tries = rng.poisson(4.0, (1, PERIODS)).astype(float)
        hits = rng.binomial(tries.astype(int), rng.beta(20 * truth, 20 * (1 - truth)))
        paths = shares(hits.astype(float), tries, YEARS, start=0.5, draws=300, rng=rng).draws[:, 0]
        stated.append([part.mean() for part in answers(paths)])
        true.append([part[0] for part in answers(truth[None])])
    return np.array(stated), np.array(true, dtype=float)


def answers(paths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    third, half = PERIODS // 3, PERIODS // 2
    top = paths.argmax(axis=1)
    rise = paths[:, half:].mean(axis=1) > paths[:, :half].mean(axis=1)
    return (top >= third) & (top < 2 * third), rise, paths[:, half:].mean(axis=1) > 0.5


def test_stated_chances_come_true_as_often_as_they_say() -> None:
    stated, true = asked()
    for kind in range(3):
        p, came = stated[:, kind], true[:, kind]
        # the sum of what came is within three standard deviations of the sum of what was said
        assert abs(came.sum() - p.sum()) < 3.0 * np.sqrt((p * (1 - p)).sum()) + 3.0
        # and saying them was better than always saying how often it happens
        assert np.mean((p - came) ** 2) < np.mean((came.mean() - came) ** 2)
    sure = stated >= 0.8
    assert true[sure].mean() > 0.8
    assert true[stated <= 0.2].mean() < 0.2


@pytest.mark.slow
def test_verdicts_on_fitted_worlds_are_right_as_often_as_they_say() -> None:
    right = said = 0
    for seed in range(12):
        world = simulate_world(seed=seed, weeks=120, states=4, calls=30, events=3.0)
        tilt = fit(world.panel, settings=FitSettings(chains=2, draws=150))
        days = [day.item() for day in tilt.starts]
        place = Theatre.model_construct(
            name="world", title={"en": "world"}, question={}, states=tilt.states, powers=(), neighbours=(),
            poles=Poles.model_construct(a="AAA", b="BBB"),
            span=(days[0], days[-2]), reference=(days[0], days[60]), grid="week", moments=(), claims=(), facts=(),
        )  # fmt: skip
        basis = Basis(place, replace(tilt, theatre="world"), Tables.of())
        for at, state in enumerate(tilt.states):
            before, after = world.tilt[at, :60].mean(), world.tilt[at, 60:].mean()
            claim = Claim.model_construct(
                id="x", kind="fall_since", power="AAA", states=(state,), since=days[60], measure="tilt", text={}
            )
            found = check(claim, record=basis)
            if found.verdict in ("supported", "contradicted"):
                said += 1
                right += (found.verdict == "supported") == (after > before)
    assert said >= 12
    assert right / said > 0.75
