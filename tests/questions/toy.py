"""Small worlds whose truth is known, for questions to be asked of."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np

from tiltmeter.model.arrays import Floats
from tiltmeter.model.calendar import calendar
from tiltmeter.model.nearness import Distances
from tiltmeter.model.options import FitSettings
from tiltmeter.model.tilt import Positions, Tilt
from tiltmeter.nouns import QUAD, Event, Fact
from tiltmeter.questions.basis import Basis
from tiltmeter.questions.tables import Tables
from tiltmeter.settings import Theatre

DAY = dt.timedelta(days=1)


def theatre(**changes: Any) -> Theatre:
    """Three states between two poles, weekly, 2020 to 2022, with a turning point in the middle of 2021."""
    fields: dict[str, Any] = {
        "name": "toy",
        "title": {"en": "Toy"},
        "question": {"en": "Who leans where?"},
        "states": ["EST", "LVA", "LTU"],
        "poles": {"a": "SWE", "b": "FIN"},
        "powers": ["SWE", "FIN", "NOR"],
        "span": ["2020-01-01", "2022-12-31"],
        "reference": ["2020-01-01", "2021-06-30"],
        "moments": [{"date": "2021-07-01", "label": {"en": "war"}, "kind": "war"}],
    }
    return Theatre.model_validate(fields | changes)


def walk(rng: np.random.Generator, size: tuple[int, ...], *, step: float = 0.04, start: float = 0.5) -> Floats:
    steps = step * rng.standard_normal(size)
    steps[..., 0] = start * rng.standard_normal(size[:-1])
    return np.cumsum(steps, axis=-1).astype(np.float32)


def tilt_of(
    paths: dict[str, Floats], *, share: float = 0.9, seed: int = 0, told: int = 1, where: Theatre | None = None
) -> Tilt:
    """
    A fit whose draws are `paths` (gauge to (N, S, T)); `tilt` among them is the tilt itself.

    The prior is a walk from the same family, and closeness by votes is that of `votes` to the poles.
    """
    place = where or theatre()
    when = calendar(place.grid, *place.span)
    shape = next(iter(paths.values())).shape
    rng = np.random.default_rng(seed)
    own = {name: path[None] for name, path in paths.items()}
    gauges = {name: path for name, path in own.items() if name != "tilt"}
    votes = own.get("votes", own["tilt"])
    anchors = np.broadcast_to(np.array([-1.0, 1.0, 0.0], dtype=np.float32)[:, None], (1, 3, shape[2]))
    full = np.full(shape[1:], share)
    prior = walk(rng, (1, 400, *shape[1:]))
    near = Distances(votes[0], anchors, prior[0], anchors, np.broadcast_to(full, (3, *full.shape)))
    count = np.full(shape[1:], told, dtype=np.int64)
    none: Any = np.zeros((0, shape[2]))
    return Tilt(
        theatre=place.name, states=place.states, poles=("SWE", "FIN"), powers=("SWE", "FIN", "NOR"),
        periods=when.labels, starts=when.starts, gauges=tuple(gauges), draws=own["tilt"], gauge_draws=gauges,
        prior_draws=prior, pole_draws=np.zeros((1, shape[0], 2, shape[2]), np.float32),
        data_share=full, gauge_share=dict.fromkeys(gauges, full),
        evidence={"votes": count, "words": count, "deeds": count, "figures": 0 * count, "facts": 0 * count},
        closeness={"votes": near}, jumps={},
        present=np.ones(shape[1:], dtype=bool), positions=Positions((), none, none, none.astype(bool)),
        settings=FitSettings(chains=1, draws=shape[0]),
    )  # fmt: skip


def periods() -> int:
    return len(calendar("week", *theatre().span).labels)


def event(key: str, day: str, giver: str, root: str, taker: str, **more: Any) -> Event:
    """An event of one day."""
    on = dt.date.fromisoformat(day)
    fields: dict[str, Any] = {"mode": "done", "quad": QUAD[root], "start": on, "end": on, "reported": on} | more
    return Event("made", key, "r", giver, taker, root, **fields)


def fact(key: str, kind: str, a: str, b: str, since: str | None, until: str | None = None, note: str = "") -> Fact:
    days = [dt.date.fromisoformat(day) if day else None for day in (since, until)]
    return Fact("facts", key, "r", kind, a, b, days[0], days[1], "a treaty one can look up", note)


def steady() -> Basis:
    """A basis in which every state stands at -0.6 in every gauge, surely, and has stood there always."""
    rng = np.random.default_rng(5)
    size = (400, 3, periods())
    # one error for each gauge and state through all the time: sure of changes, less of the level
    paths = {name: -0.6 + 0.03 * rng.standard_normal((*size[:2], 1)) for name in ("tilt", "votes", "words", "deeds")}
    full = {name: (path + 0.002 * rng.standard_normal(size)).astype(np.float32) for name, path in paths.items()}
    return Basis(theatre(), tilt_of(full), Tables.of())


def moved(basis: Basis, gauge: str, by: float, *, since: str) -> Basis:
    """The same with a gauge moved by so much from a date on, for all states."""
    assert basis.tilt is not None
    late = basis.tilt.starts[:-1] >= np.datetime64(since, "D")
    if gauge == "tilt":
        return Basis(basis.theatre, replace(basis.tilt, draws=basis.tilt.draws + by * late), basis.tables)
    gauges = basis.tilt.gauge_draws | {gauge: basis.tilt.gauge_draws[gauge] + by * late}
    return Basis(basis.theatre, replace(basis.tilt, gauge_draws=gauges), basis.tables)
