"""Moves called where none can be are counted; a true move is called in the world itself and not in its placebo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tiltmeter.model import FitSettings, fit
from tiltmeter.model.panels import Mix, Panel
from tiltmeter.model.world import simulate_world
from tiltmeter.questions.placebo import Placebo, placebo, to_json
from tiltmeter.questions.rule import SUPPORTED
from tiltmeter.questions.verdict import move

FEW = FitSettings(chains=2, draws=60)
WEEKS = 120


def turned(panel: Panel) -> Panel:
    """A world in which every state turns round in the middle: hostile to pole A where it was friendly."""
    mix: Mix = panel.mix
    late = mix.time >= WEEKS // 2
    friend = np.where((mix.power == 0) ^ late, 0.9, 0.1)
    drawn = np.random.default_rng(1).binomial(mix.total, friend)
    return replace(panel, mix=replace(mix, cooperative=drawn))


def times(panel: Panel) -> dict[str, Any]:
    days = [panel.starts[at].item() for at in (0, WEEKS // 2 - 1, WEEKS // 2, WEEKS - 1)]
    return {"before": (days[0], days[1]), "after": (days[2], days[3])}


def test_a_true_move_is_called_in_the_record_and_hardly_ever_in_its_placebo() -> None:
    panel = turned(simulate_world(seed=2, weeks=WEEKS, states=3, kinds=("words",)).panel)
    tilt = fit(panel, settings=FEW)
    called = [move(tilt, "tilt", state, *times(panel).values()).away for state in tilt.states]
    assert min(called) >= SUPPORTED
    found = placebo(panel, **times(panel), settings=FEW, shuffles=6)
    assert (found.shuffles, found.failed, found.states, found.block) == (6, 0, 3, 13)
    (told,) = (one for one in found.alarms if one.gauge == "tilt")
    assert told.asked > 6
    assert told.called < 0.6 * told.asked
    low, rate, high = told.called_rate
    assert low <= rate <= high
    assert rate == pytest.approx(told.called / told.asked, rel=1e-3)


def test_the_same_seed_shuffles_the_same_way() -> None:
    panel = simulate_world(seed=2, weeks=WEEKS, states=2, kinds=("words",)).panel

    def told(seed: int) -> dict[str, Any]:
        found: Placebo = placebo(panel, **times(panel), settings=replace(FEW, seed=seed), shuffles=2)
        return to_json(found)

    assert told(1) == told(1)


def test_what_cannot_be_fitted_is_counted_and_not_hidden() -> None:
    panel = simulate_world(seed=2, weeks=WEEKS, states=3, kinds=("words",)).panel
    bare = replace(panel, mix=replace(panel.mix, **{name: getattr(panel.mix, name)[:0] for name in
                   ("state", "power", "gauge", "source", "time", "cooperative", "total")}))  # fmt: skip
    found = placebo(bare, **times(panel), settings=FEW, shuffles=3)
    assert (found.shuffles, found.failed, found.alarms) == (0, 3, ())


def test_a_theatre_without_a_time_before_its_turning_point_has_no_answer_to_count() -> None:
    panel = simulate_world(seed=2, weeks=WEEKS, states=2, kinds=("words",)).panel
    when = times(panel)
    found = placebo(panel, before=when["before"][::-1], after=when["after"], settings=FEW, shuffles=1)
    assert (found.shuffles, found.failed, found.alarms) == (0, 1, ())
