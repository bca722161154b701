"""Shuffled dates keep every row, its neighbours and whoever voted together, and nothing that could be a move."""

from __future__ import annotations

import numpy as np

from tiltmeter.model.panels import Panel
from tiltmeter.model.placebo import block, shuffled
from tiltmeter.model.world import simulate_world

WORLD = simulate_world(seed=3, weeks=120).panel


def other(seed: int = 0, panel: Panel = WORLD) -> Panel:
    return shuffled(panel, np.random.default_rng(seed))


def test_no_row_is_lost_or_changed_but_for_its_date() -> None:
    mix, figures = other().mix, other().figures
    for name in ("state", "power", "gauge", "source", "cooperative", "total"):
        assert (getattr(mix, name) == getattr(WORLD.mix, name)).all()
    assert (figures.value == WORLD.figures.value).all()
    for state in range(len(WORLD.states)):
        assert sorted(set(mix.time[mix.state == state])) == sorted(set(WORLD.mix.time[WORLD.mix.state == state]))


def test_both_poles_of_a_state_move_together_and_states_apart() -> None:
    goes: dict[tuple[int, int], int] = {}
    for state, old, new in zip(WORLD.mix.state, WORLD.mix.time, other().mix.time, strict=True):
        assert goes.setdefault((state, old), new) == new
    for state, old, new in zip(WORLD.figures.state, WORLD.figures.time, other().figures.time, strict=True):
        assert goes.setdefault((state, old), new) == new
    assert any(goes.get((0, old)) != goes.get((1, old)) for old in range(120) if (0, old) in goes and (1, old) in goes)


def test_weeks_of_a_quarter_stay_neighbours() -> None:
    assert block(WORLD) == 13
    old, new = WORLD.figures.time[WORLD.figures.state == 0], other().figures.time[WORLD.figures.state == 0]
    where = dict(zip(old.tolist(), new.tolist(), strict=True))
    broken = sum(where[week + 1] != where[week] + 1 for week in where if week + 1 in where)
    assert 1 <= broken <= 120 // 13 + 1


def test_votes_of_one_week_stay_together_and_keep_the_weeks_in_which_there_are_votes() -> None:
    found = other().ballots
    assert set(found.time) == set(WORLD.ballots.time)
    pairs = set(zip(WORLD.ballots.time.tolist(), found.time.tolist(), strict=True))
    assert len(pairs) == len(set(WORLD.ballots.time)) > 1


def test_evidence_goes_where_its_rows_go() -> None:
    found = other()
    for kind in ("words", "deeds"):
        gauge = ("votes", "words", "deeds").index(kind)
        own = found.mix.gauge == gauge
        there = np.zeros(found.evidence[kind].shape, dtype=bool)
        there[found.mix.state[own], found.mix.time[own]] = True
        assert ((found.evidence[kind] > 0) == there).all()
    assert found.evidence["votes"].sum() == WORLD.evidence["votes"].sum()
