"""The panel: everything the model is fitted to, as arrays on one calendar of periods."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.model.arrays import Bools, Dates, Floats, Ints

if TYPE_CHECKING:
    import pyarrow as pa

GAUGES: Final[tuple[str, ...]] = ("votes", "words", "deeds")
"""The kinds of behaviour a tilt is read from, each with a posterior of its own."""

EVIDENCE: Final[tuple[str, ...]] = ("votes", "words", "deeds", "figures", "facts")
"""Kinds of evidence that are counted per state and period."""

YES, ABSTAIN, NO, ABSENT = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """
    Votes as coordinates, one element per vote cast or absence; and the roll calls they belong to.

    `actor` indexes the panel's voters, `call` the roll calls. `item` (per roll
    call) is the same number for roll calls on one identical text, `time` its period.
    """

    actor: Ints
    call: Ints
    choice: Ints
    calls: tuple[str, ...]
    item: Ints
    time: Ints
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """Counts of events: of `total` between a state and a power in a period, how many cooperated."""

    state: Ints
    power: Ints
    gauge: Ints
    source: Ints
    time: Ints
    cooperative: Ints
    total: Ints
    sources: tuple[str, ...]
    world: Ints
    """All events of each source in each period, whoever is in them, shape (K, T)."""


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Signed sums per state, power and period, mean per day covered, in the source's own scale."""

    state: Ints
    power: Ints
    source: Ints
    time: Ints
    value: Floats
    days: Floats
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Dated facts that begin or end a tie to a pole: `toward` is -1 for a step to pole A, +1 to pole B."""

    state: Ints
    time: Ints
    toward: Floats
    key: tuple[str, ...]
    standing: Floats
    """Ties in force when the calendar begins, B's less A's, per state."""


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """
    What a theatre's model is fitted to.

    States index axis S, periods axis T. `starts` has one date more than there are
    periods: period t is [starts[t], starts[t+1]). `reference` is the half-open range of
    periods whose mean pole positions are -1 and +1. `members` are the actors with
    relations of their own: the states, then the poles and powers that are no states.
    `evidence` counts rows per kind, state and period; `rows` lists them
    (kind, source, key, state, period).
    """

    theatre: str
    states: tuple[str, ...]
    poles: tuple[str, str]
    powers: tuple[str, ...]
    periods: tuple[str, ...]
    starts: Dates
    grid: str
    reference: tuple[int, int]
    voters: tuple[str, ...]
    ballots: Ballots
    mix: Mix
    figures: Figures
    steps: Steps
    evidence: dict[str, Ints]
    rows: pa.Table
    present: Bools
    """Whether a voter is on the calendar in a period (first to last vote), shape (V, T)."""
    notes: tuple[str, ...] = field(default=())

    def period(self, date: object) -> int:
        """
        The index of the period that holds a date, or the nearest one at the calendar's ends.

        >>> from tiltmeter.model.world import simulate_world
        >>> simulate_world(seed=1, weeks=60).panel.period("1999-01-01")
        0
        """
        day = np.datetime64(str(date), "D")
        return int(np.clip(np.searchsorted(self.starts, day, side="right") - 1, 0, len(self.periods) - 1))

    def counts(self) -> pa.Table:
        """
        Events by state, power, gauge, source and period: how many, how many cooperated, and the source's worldwide.

        >>> from tiltmeter.model.world import simulate_world
        >>> simulate_world(seed=1, weeks=60).panel.counts().column_names
        ['state', 'power', 'gauge', 'source', 'period', 'cooperative', 'total', 'world']
        """
        import pyarrow as pa

        mix = self.mix
        parts = {
            "state": (self.states, mix.state), "power": (self.powers, mix.power), "gauge": (GAUGES, mix.gauge),
            "source": (mix.sources, mix.source), "period": (self.periods, mix.time),
        }  # fmt: skip
        columns = {name: pa.array(names, pa.string()).take(pa.array(own)) for name, (names, own) in parts.items()}
        world = mix.world[mix.source, mix.time]
        return pa.table(columns | {"cooperative": mix.cooperative, "total": mix.total, "world": world})

    def only_votes(self) -> Panel:
        """The same panel without events, figures and facts."""
        return without(self, kinds=("words", "deeds", "figures", "facts"))


def without(panel: Panel, *, kinds: tuple[str, ...] = (), sources: tuple[str, ...] = ()) -> Panel:
    """
    A panel with kinds of evidence or sources of events left out.

    >>> from tiltmeter.model.world import simulate_world
    >>> bare = without(simulate_world(seed=1, weeks=60).panel, kinds=("words", "deeds"))
    >>> len(bare.mix.total), len(bare.figures.value) > 0
    (0, True)
    """
    mix, figures, steps, ballots = panel.mix, panel.figures, panel.steps, panel.ballots
    keep = ~np.isin(np.array([*mix.sources, ""])[mix.source], sources)
    for index, gauge in enumerate(GAUGES):
        if gauge in kinds:
            keep &= mix.gauge != index
    mix = replace(mix, **{name: getattr(mix, name)[keep] for name in _MIX})
    held = ~np.isin(np.array([*figures.sources, ""])[figures.source], sources) & ("figures" not in kinds)
    figures = replace(figures, **{name: getattr(figures, name)[held] for name in _FIGURES})
    if "facts" in kinds:
        none = np.zeros(0)
        steps = Steps(none.astype(np.int64), none.astype(np.int64), none, (), np.zeros(len(panel.states)))
    if "votes" in kinds:
        empty = np.zeros(0, dtype=np.int64)
        ballots = replace(ballots, actor=empty, call=empty, choice=empty)
    evidence = {kind: np.where(kind in kinds, 0, count) for kind, count in panel.evidence.items()}
    return replace(panel, mix=mix, figures=figures, steps=steps, ballots=ballots, evidence=evidence)


_MIX: Final = ("state", "power", "gauge", "source", "time", "cooperative", "total")
_FIGURES: Final = ("state", "power", "source", "time", "value", "days")
