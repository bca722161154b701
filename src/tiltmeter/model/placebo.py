"""A placebo: the same rows with their dates shuffled, so that nobody has a reason to move."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from tiltmeter.model.arrays import Ints
from tiltmeter.model.calendar import Calendar
from tiltmeter.model.panels import Panel, Steps
from tiltmeter.model.rollcalls import on_calendar

BLOCK: Final = 91
"""Days that stay together: a crisis of some weeks keeps its weeks, a move of years does not survive."""


def block(panel: Panel) -> int:
    """Periods that stay together when dates are shuffled, at least one."""
    days = float((panel.starts[-1] - panel.starts[0]).astype(np.int64)) / len(panel.periods)
    return max(1, round(BLOCK / days))


def shuffled(panel: Panel, rng: np.random.Generator) -> Panel:
    """
    A panel with the dates of its rows shuffled.

    Quarters of a year of each state's events and sums change places, both poles' together, each state's by themselves;
    the roll calls of one period change places with those of another, whoever voted. Ties that begin or end are
    left out: they are a reason to move. Closeness is not to be read off it: what a source tells of all the world keeps
    its dates.

    >>> from tiltmeter.model.world import simulate_world
    >>> panel = simulate_world(seed=1, weeks=60).panel
    >>> other = shuffled(panel, np.random.default_rng(0))
    >>> int(other.mix.total.sum()) == int(panel.mix.total.sum()), bool((other.mix.time != panel.mix.time).any())
    (True, True)
    """
    states, periods = len(panel.states), len(panel.periods)
    goes = np.array([_places(periods, block(panel), rng) for _ in range(states)]).reshape(states, periods)
    called = np.arange(periods)
    there = np.unique(panel.ballots.time)
    called[there] = rng.permutation(there)
    mix, figures, ballots = panel.mix, panel.figures, panel.ballots
    ballots = replace(ballots, time=called[ballots.time])
    none = np.zeros(0, dtype=np.int64)
    evidence = {kind: np.zeros_like(count) for kind, count in panel.evidence.items()}
    for kind, count in panel.evidence.items():
        if kind != "facts":
            np.put_along_axis(
                evidence[kind], np.broadcast_to(called, goes.shape) if kind == "votes" else goes, count, 1
            )
    return replace(
        panel,
        mix=replace(mix, time=goes[mix.state, mix.time]),
        figures=replace(figures, time=goes[figures.state, figures.time]),
        ballots=ballots,
        steps=Steps(none, none, np.zeros(0), (), panel.steps.standing),
        evidence=evidence,
        present=on_calendar(ballots, len(panel.voters), Calendar(panel.grid, panel.periods, panel.starts)),
    )


def _places(periods: int, size: int, rng: np.random.Generator) -> Ints:
    """Where each period goes when blocks of so many change places, shape (T,)."""
    # the first block is of any length, so that blocks do not begin in the same weeks each time
    blocks = np.split(np.arange(periods), range(int(rng.integers(1, size + 1)), periods, size))
    order = np.concatenate([blocks[at] for at in rng.permutation(len(blocks))])
    goes = np.empty(periods, dtype=np.int64)
    goes[order] = np.arange(periods)
    return goes
