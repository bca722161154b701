"""How often a move is called where none can be: false alarms on a record whose dates are shuffled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.fitting import Start, fit_from
from tiltmeter.model.placebo import block, shuffled
from tiltmeter.questions.rule import SHARE, SUPPORTED
from tiltmeter.questions.verdict import move, shifts

if TYPE_CHECKING:
    from tiltmeter.model.options import FitSettings
    from tiltmeter.model.panels import Panel
    from tiltmeter.model.tilt import Tilt

ENDS: Final = (0.05, 0.95)
"""Of the intervals: those of the answers, and those of the rates."""


@dataclass(frozen=True, slots=True)
class Alarms:
    """
    False alarms of one gauge, or of the tilt.

    Of `asked` answers that data carry, each on a state in one shuffle, `called` were called a move by the rule of the
    verdicts, and the 90 % interval of `apart` leaves out zero. Rates are triples: low end, rate, high end.
    """

    gauge: str
    asked: int
    called: int
    apart: int
    called_rate: tuple[float, float, float]
    apart_rate: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Placebo:
    """
    False alarms by gauge, from `shuffles` fits of `states` states with their dates shuffled.

    `failed` more shuffles could not be fitted. `block` is how many periods stay together.
    """

    shuffles: int
    failed: int
    states: int
    block: int
    before: tuple[dt.date, dt.date]
    after: tuple[dt.date, dt.date]
    alarms: tuple[Alarms, ...]


def placebo(
    panel: Panel, *, before: tuple[dt.date, dt.date], after: tuple[dt.date, dt.date], settings: FitSettings,
    shuffles: int, progress: Callable[[float], None] | None = None,
) -> Placebo:  # fmt: skip
    """
    Fits a panel again and again with its dates shuffled, and counts what would be called a move between two times.

    Args:
        panel: The record.
        before: Compared with.
        after: The time since the turning point.
        settings: Of each fit; few draws will do.
        shuffles: How many fits.
        progress: Called with the share done.

    Source:
        Good 2005, "Permutation, Parametric and Bootstrap Tests of Hypotheses", for shuffling as the world without an
        effect, in blocks since neighbouring weeks are alike. The rate's ends are those of Clopper and Pearson 1934,
        Biometrika 26(4). All states of one shuffle share votes and axis, so a shuffle counts as one witness, not as
        many as there are states: the interval is rather too wide than too narrow.

    >>> from dataclasses import replace
    >>> from tiltmeter.model import FitSettings
    >>> from tiltmeter.model.world import simulate_world
    >>> panel = simulate_world(seed=1, weeks=80, kinds=("words",)).panel
    >>> days = [panel.starts[at].item() for at in (0, 39, 40, 79)]
    >>> found = placebo(panel, before=(days[0], days[1]), after=(days[2], days[3]), shuffles=2,
    ...                 settings=FitSettings(chains=1, draws=40))
    >>> found.shuffles, [one.gauge for one in found.alarms], found.alarms[0].asked <= 10
    (2, ['tilt', 'words'], True)
    """
    counts: dict[str, list[int]] = {}
    failed = 0
    start: Start | None = None
    for number in range(shuffles):
        other = shuffled(panel, np.random.default_rng([settings.seed, number]))
        try:
            tilt, own = fit_from(other, settings=settings, start=start)
            answers = list(_answers(tilt, before, after))
        except ModelError:
            # no poles that differ in this order, or no calendar on one side of the turning point
            failed += 1
            continue
        start = start or own
        for gauge, called, apart in answers:
            counts[gauge] = [a + b for a, b in zip(counts.get(gauge, (0, 0, 0)), (1, called, apart), strict=True)]
        if progress:
            progress((number + 1) / shuffles)
    done = shuffles - failed
    alarms = tuple(_alarms(gauge, *told, witnesses=done) for gauge, told in counts.items())
    return Placebo(done, failed, len(panel.states), block(panel), before, after, alarms)


def _answers(
    tilt: Tilt, before: tuple[dt.date, dt.date], after: tuple[dt.date, dt.date]
) -> Iterator[tuple[str, bool, bool]]:
    """Each answer that data carry: its gauge, whether it is called a move, whether its interval leaves out zero."""
    for state in tilt.states:
        there = tilt.present[tilt.state(state)]
        if not (there[tilt.window(*before)].any() and there[tilt.window(*after)].any()):
            continue
        for gauge in ("tilt", *tilt.gauge_draws):
            found = move(tilt, gauge, state, before, after)
            low, high = np.quantile(shifts(tilt, gauge, state, before, after), ENDS)
            if found.data_share >= SHARE:
                yield gauge, max(found.away, found.toward) >= SUPPORTED, bool(low > 0 or high < 0)


def to_json(found: Placebo) -> dict[str, Any]:
    """A placebo as plain values; dates as text."""
    table = asdict(found)
    for name in ("before", "after"):
        table[name] = [str(day) for day in table[name]]
    for one in table["alarms"]:
        one |= {name: list(one[name]) for name in ("called_rate", "apart_rate")}
    return table | {"alarms": list(table["alarms"])}


def _alarms(gauge: str, asked: int, called: int, apart: int, *, witnesses: int) -> Alarms:
    return Alarms(gauge, asked, called, apart, _rate(called, asked, witnesses), _rate(apart, asked, witnesses))


def _rate(hits: int, asked: int, witnesses: int) -> tuple[float, float, float]:
    """
    Low end, rate and high end of a share; 0 to 1 where nothing was asked.

    >>> [round(value, 3) for value in _rate(0, 100, 20)], [round(value, 3) for value in _rate(5, 20, 20)]
    ([0.0, 0.0, 0.139], [0.104, 0.25, 0.456])
    """
    from scipy.special import betaincinv

    if not asked:
        return 0.0, 0.0, 1.0
    rate, count = hits / asked, min(witnesses, asked)
    low = float(betaincinv(rate * count, count - rate * count + 1, ENDS[0])) if hits else 0.0
    high = float(betaincinv(rate * count + 1, count - rate * count, ENDS[1])) if hits < asked else 1.0
    return tuple(float(f"{value:.4g}") for value in (low, rate, high))  # type: ignore[return-value]
