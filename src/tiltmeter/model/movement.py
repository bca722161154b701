"""Who moved between two dates, and when: the state, the power, or what is voted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.arrays import Floats
from tiltmeter.model.panels import ABSENT

if TYPE_CHECKING:
    import datetime as dt

    import pyarrow as pa

    from tiltmeter.model.panels import Panel
    from tiltmeter.model.tilt import Tilt

LEAST: Final = 10
"""Pairs of voters with shared roll calls from which the agenda's part can be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """
    How a state and a power came nearer, or went apart, between two dates.

    `state` and `power` are draws (C·D,) of how far each moved to the other's side, axis
    units; their sum is the change in nearness. `agenda` is the change in the share
    of roll calls on which two voters at that distance agree: None without enough votes.
    """

    state: Floats
    power: Floats
    agenda: float | None

    def summary(self) -> dict[str, float | None]:
        """
        Means, 90 % intervals, and the chance that each moved away.

        >>> moved = Moved(np.array([-0.2, -0.4]), np.array([0.0, 0.1]), None)
        >>> moved.summary()["state_away"], round(moved.summary()["state"], 2)
        (1.0, -0.3)
        """
        found: dict[str, float | None] = {"agenda": self.agenda}
        for name, draws in (("state", self.state), ("power", self.power)):
            found[name] = float(draws.mean())
            found[f"{name}_q05"], found[f"{name}_q95"] = (float(q) for q in np.quantile(draws, [0.05, 0.95]))
            found[f"{name}_away"] = float((draws < 0).mean())
        return found


def who_moved(tilt: Tilt, panel: Panel, *, state: str, power: str, first: object, second: object) -> Moved:
    """
    Splits the change in distance of a state and a power into the state's, the power's and the agenda's part.

    The state's part is its move along the axis to the power's side; the power is one of the poles.

    Raises:
        ModelError: The state is not in the fit, or the power is no pole.

    Source:
        The three-way split follows the question of Bailey, Strezhnev and Voeten 2017, "Estimating Dynamic
        State Preferences from United Nations Voting Data", Journal of Conflict Resolution 61(2): distances of
        votes mix moves of states with changes of what is voted on. The agenda's part is ours.
    """
    at = [tilt.period(first), tilt.period(second)]
    return _moved(tilt, state, power, at, _lines(tilt, panel, power, at))


def _moved(tilt: Tilt, state: str, power: str, at: list[int], lines: tuple[Floats, Floats] | None) -> Moved:
    if power not in tilt.poles:
        raise ModelError(f"{power} is no pole of this fit", mend=f"choose {tilt.poles[0]} or {tilt.poles[1]}")
    own = tilt.paths()[:, tilt.state(state)][:, at].astype(np.float64)
    place = tilt.pole_draws[:, :, tilt.poles.index(power)].reshape(len(own), -1)[:, at].astype(np.float64)
    # toward the pole's side, also for a state beyond the pole
    toward = (-1.0, 1.0)[tilt.poles.index(power)]
    return Moved(
        state=(own[:, 1] - own[:, 0]) * toward,
        power=-(place[:, 1] - place[:, 0]) * toward,
        agenda=_agenda(tilt, state, power, at, lines),
    )


def moves(tilt: Tilt, panel: Panel, *, first: dt.date, second: dt.date) -> pa.Table:
    """
    `who_moved` for every state and both poles, a row each.

    Columns: `state`, `power`, `nearer` (the change in nearness, state's and power's together), `by_state` and
    `by_power` (how far each moved to the other's side, axis units) with `_q05` and `_q95`, `state_away` (the chance
    that the state moved away), `agenda` (change in the agreement of two voters that far apart; null without votes
    enough), `data_share` (the lesser of the two dates').

    Raises:
        ModelError: The dates are the wrong way round, or outside the calendar.
    """
    import pyarrow as pa

    window = tilt.window(first, second)
    at = [window.start, window.stop - 1]
    rows = []
    for power in tilt.poles:
        lines = _lines(tilt, panel, power, at)
        for s, state in enumerate(tilt.states):
            share = float(tilt.data_share[s, at].min())
            found = _moved(tilt, state, power, at, lines)
            if not np.isfinite(found.state).all():
                continue
            told = found.summary()
            nearer = float((found.state + found.power).mean())
            row: dict[str, object] = {"state": state, "power": power, "nearer": nearer}
            for name in ("state", "power"):
                row |= {f"by_{name}{end}": told[f"{name}{end}"] for end in ("", "_q05", "_q95")}
            rows.append(row | {"state_away": told["state_away"], "agenda": told["agenda"], "data_share": share})
    names = [f"by_{name}{end}" for name in ("state", "power") for end in ("", "_q05", "_q95")]
    numbers = ["nearer", *names, "state_away", "agenda", "data_share"]
    kinds = {"state": pa.string(), "power": pa.string()} | {name: pa.float64() for name in numbers}
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def _agenda(tilt: Tilt, state: str, power: str, at: list[int], lines: tuple[Floats, Floats] | None) -> float | None:
    """Change in the agreement of two voters as far apart as these were at the first date."""
    place = tilt.positions
    if lines is None or state not in place.voters:
        return None
    apart = abs(place.mean[place.voters.index(state), at[0]] - place.mean[place.voters.index(power), at[0]])
    if not np.isfinite(apart):
        return None
    before, after = (float(np.polyval(line, apart)) for line in lines)
    return after - before


def _lines(tilt: Tilt, panel: Panel, power: str, at: list[int]) -> tuple[Floats, Floats] | None:
    """Agreement with a power by distance, about each of two periods; None without votes enough."""
    if power not in tilt.positions.voters:
        return None
    half = max(1, round(0.5 * 365.25 * len(tilt.periods) / _days(tilt)))
    before, after = (_agreement_line(tilt, panel, power, max(0, t - half), t + half + 1) for t in at)
    return None if before is None or after is None else (before, after)


def _days(tilt: Tilt) -> float:
    return float((tilt.starts[-1] - tilt.starts[0]).astype(np.int64))


def _agreement_line(tilt: Tilt, panel: Panel, power: str, low: int, high: int) -> Floats | None:
    """Agreement with a power as a line in the distance from it, over all voters in these periods."""
    ballots, place = panel.ballots, tilt.positions
    inside = (ballots.time[ballots.call] >= low) & (ballots.time[ballots.call] < high) & (ballots.choice != ABSENT)
    actor, call, choice = ballots.actor[inside], ballots.call[inside], ballots.choice[inside]
    pole = place.voters.index(power)
    said = np.full(len(ballots.calls), ABSENT)
    said[call[actor == pole]] = choice[actor == pole]
    use = (said[call] != ABSENT) & (actor != pole)
    if not use.any():
        return None
    count = np.bincount(actor[use], minlength=len(place.voters))
    same = np.bincount(actor[use], (choice == said[call])[use], len(place.voters))
    middle = min((low + high) // 2, len(tilt.periods) - 1)
    apart = np.abs(place.mean[:, middle] - place.mean[pole, middle])
    own = (count > 0) & np.isfinite(apart)
    if own.sum() < LEAST:
        return None
    line: Floats = np.polyfit(apart[own], same[own] / count[own], 1, w=np.sqrt(count[own]))
    return line


def change_points(tilt: Tilt, *, least: float = 0.2) -> pa.Table:
    """
    When each state's tilt jumped: stretches of periods with the chance that a jump is in them.

    Neighbouring periods that share the chance of one jump are one row, its date being the
    most likely of them. `size` is the mean change of the tilt across the stretch.

    Args:
        tilt: A fit of all gauges; one of votes alone has no jumps and gives no rows.
        least: The least chance of a row.
    """
    import pyarrow as pa

    rows = []
    for state, chance in tilt.jumps.items():
        for low, high in _stretches(chance):
            total = float(1.0 - np.prod(1.0 - chance[low:high]))
            if total >= least:
                path = tilt.paths()[:, tilt.state(state)]
                size = path[:, high - 1] - path[:, max(low - 1, 0)]
                peak = low + int(np.argmax(chance[low:high]))
                rows.append(
                    {
                        "state": state, "period": tilt.periods[peak], "start": tilt.starts[low].astype(object),
                        "end": tilt.starts[high].astype(object), "probability": total, "size": float(size.mean()),
                    }
                )  # fmt: skip
    names = ["state", "period", "start", "end", "probability", "size"]
    kinds = [pa.string(), pa.string(), pa.date32(), pa.date32(), pa.float64(), pa.float64()]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(zip(names, kinds, strict=True))))


def _stretches(chance: Floats) -> list[tuple[int, int]]:
    """Runs of periods whose chance stands out, half-open."""
    floor = max(0.01, 3.0 * float(np.median(chance)))
    high = np.concatenate([[False], chance > floor, [False]])
    edges = np.nonzero(np.diff(high.astype(np.int8)))[0]
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
