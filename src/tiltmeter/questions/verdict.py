"""The verdict on words and deeds: has a state left pole A in deeds, in words only, quietly, or not at all?"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.model.arrays import Floats
from tiltmeter.questions.average import mean
from tiltmeter.questions.rule import SHARE, SUPPORTED

if TYPE_CHECKING:
    from tiltmeter.model.tilt import Tilt
    from tiltmeter.questions.basis import Basis
    from tiltmeter.settings import Theatre

MOVE: Final = 0.2
"""Least shift that counts as a move, axis units: a tenth of the way between the poles; less is called no change."""
OUTCOMES: Final = ("emancipation", "defiance in words only", "quiet drift", "no change")
"""Words and deeds moved away from pole A; words alone; deeds alone; neither."""
POINTS: Final = 80
"""Most points of a state's path in the picture."""


@dataclass(frozen=True, slots=True)
class Move:
    """How far one gauge moved: mean shift (plus is away from A), chances of each way and of still, data's share."""

    gauge: str
    shift: float
    away: float
    toward: float
    still: float
    prior_away: float
    data_share: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """
    One basis' verdict on a state.

    `outcome` is one of OUTCOMES, or undecided; `probabilities` of the four are None where words or
    deeds are not measured. `moves` holds every gauge there is, `path` the means of words
    and deeds through time, for a picture.
    """

    outcome: str
    probabilities: dict[str, float] | None
    why: str
    moves: dict[str, Move]
    path: tuple[dict[str, Any], ...]
    rests_on: dict[str, float | int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a state between two times, with the written reports and from record only."""

    state: str
    before: tuple[dt.date, dt.date]
    after: tuple[dt.date, dt.date]
    with_written: Opinion
    record_only: Opinion


def verdicts(
    *, record: Basis, written: Basis | None = None,
    before: tuple[dt.date, dt.date] | None = None, after: tuple[dt.date, dt.date] | None = None,
) -> list[Verdict]:  # fmt: skip
    """
    The verdict on every state of the theatre.

    Words are the gauge of that name or, where no text or event tells of words, UN votes
    (voting for and against are words in the codebook); deeds are the gauge of that name
    alone. A gauge moved if its mean after is more than 0.2 farther from pole A than
    before. An outcome needs a probability of 0.8 and data in both gauges, else it is undecided.

    Args:
        record: Votes, facts, figures and real events, with their fit.
        written: The same with reports written for a demonstration.
        before: Compared with; default the theatre's reference up to its turning point.
        after: Default from the theatre's last moment of kind war (else its last moment) to the end of the data.
    """
    before = before or stretch_before(written or record)
    after = after or stretch_after(written or record)
    found = []
    for state in record.theatre.states:
        only = _opinion(record, state, before, after)
        whole = only if written is None else _opinion(written, state, before, after)
        found.append(Verdict(state, before, after, whole, only))
    return found


def turning_point(theatre: Theatre) -> dt.date:
    """
    The date after which a theatre asks what changed.

    >>> from tiltmeter.settings import load_theatre
    >>> turning_point(load_theatre("central_asia"))
    datetime.date(2022, 2, 24)
    """
    wars = [moment.date for moment in theatre.moments if moment.kind == "war"]
    latest = wars or [moment.date for moment in theatre.moments] or [theatre.reference[1] + dt.timedelta(days=1)]
    inside = [day for day in latest if theatre.span[0] < day < theatre.span[1]]
    return max(inside or latest)


def stretch_before(basis: Basis) -> tuple[dt.date, dt.date]:
    """The reference as far as it lies before the turning point and the basis has evidence."""
    theatre, reach = basis.theatre, basis.reach() or basis.theatre.span
    until = min(theatre.reference[1], turning_point(theatre) - dt.timedelta(days=1))
    return max(theatre.reference[0], min(reach[0], until)), until


def stretch_after(basis: Basis) -> tuple[dt.date, dt.date]:
    """The time since the turning point, as far as the basis has evidence."""
    turn, reach = turning_point(basis.theatre), basis.reach() or basis.theatre.span
    return turn, max(turn, min(reach[1], basis.theatre.span[1]))


def _opinion(basis: Basis, state: str, before: tuple[dt.date, dt.date], after: tuple[dt.date, dt.date]) -> Opinion:
    tilt = basis.tilt
    if tilt is None:
        return Opinion("undecided", None, "there is no fit to ask", {}, (), {})
    there = tilt.present[tilt.state(state)]
    if not (there[tilt.window(*before)].any() and there[tilt.window(*after)].any()):
        return Opinion("undecided", None, f"{state} is not on the calendar both before and after", {}, (), {})
    gauges = ("tilt", *tilt.gauge_draws)
    moves = {gauge: move(tilt, gauge, state, before, after) for gauge in gauges}
    told = _told(moves.get("words")) and _seen(tilt, "words", state, before, after)
    words = "words" if told or "votes" not in moves else "votes"
    window = tilt.window(*after)
    share = np.nan_to_num(tilt.data_share[tilt.state(state), window]).mean()
    rests_on: dict[str, float | int] = {"data_share": _round(share)}
    rests_on |= {kind: int(count[tilt.state(state), window].sum()) for kind, count in tilt.evidence.items()}
    path = _path(tilt, state, words)
    missing = [name for name in (words, "deeds") if not _told(moves.get(name))]
    # what the other gauges lend a gauge tells nothing of a difference between them
    silent = [name for name in (words, "deeds") if name not in missing and not _seen(tilt, name, state, before, after)]
    if missing or silent:
        lacking = " and ".join("words" if name == words else name for name in (*missing, *silent))
        reason = f"the data carry under {SHARE:.0%} of them" if missing else "there are none both before and after"
        why = f"{lacking} are not measured: {reason}"
        return Opinion("undecided", None, why, moves, path, rests_on)
    shift_w, shift_d = (shifts(tilt, gauge, state, before, after) for gauge in (words, "deeds"))
    count = min(len(shift_w), len(shift_d))
    moved_w, moved_d = shift_w[:count] > MOVE, shift_d[:count] > MOVE
    parts = (moved_w & moved_d, moved_w & ~moved_d, ~moved_w & moved_d, ~moved_w & ~moved_d)
    chances = {name: _round(part.mean()) for name, part in zip(OUTCOMES, parts, strict=True)}
    best = max(chances, key=lambda name: chances[name])
    outcome = best if chances[best] >= SUPPORTED else "undecided"
    why = f"words are read from {words}; most likely {best}, at {chances[best]}"
    return Opinion(outcome, chances, why, moves, path, rests_on)


def _told(move: Move | None) -> bool:
    return move is not None and move.data_share >= SHARE


def _seen(tilt: Tilt, gauge: str, state: str, before: tuple[dt.date, dt.date], after: tuple[dt.date, dt.date]) -> bool:
    """Whether there are rows of this kind on the state both before and after."""
    count = tilt.evidence.get(gauge)
    windows = (tilt.window(*before), tilt.window(*after))
    return count is not None and all(int(count[tilt.state(state), window].sum()) > 0 for window in windows)


def shifts(
    tilt: Tilt, gauge: str, state: str, before: tuple[dt.date, dt.date], after: tuple[dt.date, dt.date]
) -> Floats:
    """Draws of how far the mean after is from the mean before, away from pole A."""
    name, at = (None if gauge == "tilt" else gauge), tilt.state(state)
    late, early = (mean(tilt.paths(name)[:, at, tilt.window(*window)], axis=1) for window in (after, before))
    return np.asarray(late - early)


def move(tilt: Tilt, gauge: str, state: str, before: tuple[dt.date, dt.date], after: tuple[dt.date, dt.date]) -> Move:
    """How far a gauge, or the tilt, of a state moved from one time to another."""
    at = tilt.state(state)
    shift = shifts(tilt, gauge, state, before, after)
    prior = tilt.prior_draws.reshape(-1, *tilt.prior_draws.shape[2:])[:, at]
    blind = mean(prior[:, tilt.window(*after)], axis=1) - mean(prior[:, tilt.window(*before)], axis=1)
    share = tilt.data_share if gauge == "tilt" else tilt.gauge_share[gauge]
    least = min(np.nan_to_num(share[at, tilt.window(*window)]).mean() for window in (before, after))
    away, toward = (shift > MOVE).mean(), (shift < -MOVE).mean()
    numbers = (shift.mean(), away, toward, 1.0 - away - toward, (blind > MOVE).mean(), least)
    return Move(gauge, *(_round(value) for value in numbers))


def _path(tilt: Tilt, state: str, words: str) -> tuple[dict[str, Any], ...]:
    """Means of words and deeds, thinned to at most POINTS periods."""
    if not {words, "deeds"} <= set(tilt.gauge_draws):
        return ()
    at, every = tilt.state(state), -(-len(tilt.periods) // POINTS)
    lines = {
        name: tilt.paths(gauge)[:, at, ::every].mean(axis=0) for name, gauge in (("words", words), ("deeds", "deeds"))
    }
    share = np.minimum(tilt.gauge_share[words][at, ::every], tilt.gauge_share["deeds"][at, ::every])
    return tuple(
        {"period": period, "words": _round(w), "deeds": _round(d), "data_share": _round(s)}
        for period, w, d, s in zip(tilt.periods[::every], lines["words"], lines["deeds"], share, strict=True)
        if np.isfinite(w + d)
    )


def to_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain values; dates as text."""
    table = asdict(verdict)
    for name in ("before", "after"):
        table[name] = [str(day) for day in table[name]]
    return table


def _round(value: Any) -> float:
    return float(f"{float(value):.4g}")
