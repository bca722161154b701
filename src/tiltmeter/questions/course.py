"""Claims about the course of a tilt or an influence through time, tested on draws of whole paths."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.arrays import Floats
from tiltmeter.questions.average import mean
from tiltmeter.questions.finding import Answer, combined, untestable
from tiltmeter.questions.influence import DEFINITIONS
from tiltmeter.questions.rows import rows
from tiltmeter.questions.rule import SUPPORTED, Judged, judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiltmeter.questions.basis import Basis
    from tiltmeter.settings import Claim

BAND: Final = 1.0 / 3.0
"""Half width of the band around neutral, axis units: the way between the poles in thirds, to A, balance, to B."""
SHORTEST: Final = 28
"""Days; the peak of a drifting path cannot be placed within less: neighbouring weeks are too alike."""

KINDS: Final = (
    "peak_in_window", "rise_since", "fall_since", "higher_in_than", "leans_in_window",
    "balances_in_window", "moved_apart", "moved_together", "ranking",
)  # fmt: skip
_ONLY_TILT: Final = ("leans_in_window", "balances_in_window")


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What a claim is tested on: paths (N, K, T) of the K states asked about, the same without data, data's share."""

    draws: Floats
    prior: Floats
    data_share: Floats

    def share(self, *windows: slice) -> float:
        """Share of the data in the least told of some windows."""
        return float(min(np.nan_to_num(self.data_share[:, window]).mean() for window in windows))


@dataclass(frozen=True, slots=True)
class _Times:
    """The windows a claim compares: `main`, what it is compared with, and for a peak the span."""

    main: tuple[dt.date, dt.date]
    other: tuple[dt.date, dt.date] | None = None
    span: tuple[dt.date, dt.date] | None = None


def by_paths(claim: Claim, basis: Basis) -> Answer:
    """
    Tests a claim of one of KINDS on every definition that has data.

    Means over the states asked about are tested; the chances for each state alone are
    given beside. A rise or fall compares the time since with as long a time before it,
    as far as data reach. Leaning is a mean outside the middle third between the poles.
    """
    if fault := _fault(claim, basis):
        return untestable(fault)
    times = _times(claim, basis)
    if isinstance(times, str):
        return untestable(times)
    found = _courses(claim, basis)
    if isinstance(found, str):
        return untestable(found)
    courses, absent, named = found
    own = {name: _judge(claim, basis, course, times) for name, course in courses.items()}
    own |= {name: Judged("untestable", why=reason) for name, reason in absent.items()}
    top, chance = combined(own, named=named)
    told = [name for name, one in own.items() if one.verdict != "untestable"]
    evidence = rows(claim, basis, told, times.main)
    why = "" if told else "; ".join(dict.fromkeys(one.why for one in own.values()))
    rests = _rests_on(claim, basis, times, own)
    choices = _under(claim, basis, times) if chance is not None and named == "tilt" else {}
    return Answer(top, chance, own, evidence, _change(own, top, named), rests, why, choices)


def _under(claim: Claim, basis: Basis, times: _Times) -> dict[str, float]:
    """The probability that the tilt fulfils the claim under every other choice that leaves data enough to tell."""
    found = {}
    for name, other in basis.under():
        courses = _courses(claim, other)
        told = None if isinstance(courses, str) else _judge(claim, other, courses[0]["tilt"], times).probability
        if told is not None:
            found[name] = told
    return found


def _fault(claim: Claim, basis: Basis) -> str:
    """Why the claim makes no sense for this theatre, if it does not."""
    theatre = basis.theatre
    strange = [code for code in theatre.about(claim) if code not in theatre.states]
    if strange:
        return f"{strange[0]} is not among the states of {theatre.name}"
    if claim.power is not None and claim.power in theatre.about(claim):
        return f"{claim.power} cannot be a power over itself"
    known = [*DEFINITIONS] if claim.measure == "influence" else ["tilt", "votes", "words", "deeds", "figures"]
    if claim.definition is not None and claim.definition not in known:
        return f"no definition called {claim.definition}; there are {', '.join(known)}"
    if claim.kind == "ranking" and len(set(claim.ranking)) < 2:
        return "a ranking needs two different states"
    if claim.kind in ("moved_apart", "moved_together") and claim.a == claim.b:
        return f"{claim.a} cannot move away from itself"
    return ""


def _times(claim: Claim, basis: Basis) -> _Times | str:
    reach = basis.reach() or basis.theatre.span
    days = {name: getattr(claim, name) for name in ("window", "other", "span") if getattr(claim, name) is not None}
    for name, (first, last) in days.items():
        if first > last:
            return f"the {name} ends on {last}, before it begins on {first}"
        if first > reach[1] or last < reach[0]:
            return f"the {name} {first} to {last} is outside the data, which run from {reach[0]} to {reach[1]}"
    if claim.since is not None:
        return _since(claim, claim.since, reach)
    if claim.window is None:
        return "it does not say when"
    if claim.kind == "higher_in_than" and claim.window == claim.other:
        return "it compares a time with itself"
    if claim.kind == "peak_in_window":
        return _peak_times(claim.window, claim.span or basis.theatre.span, reach)
    return _Times(claim.window, claim.other)


def _since(claim: Claim, since: dt.date, reach: tuple[dt.date, dt.date]) -> _Times | str:
    first, last = claim.span or reach
    if not first < since <= last:
        return f"there are no data both before and after {since}: they run from {first} to {last}"
    before = max(first, since - (last - since))
    return _Times((since, last), (before, since - dt.timedelta(days=1)))


def _peak_times(
    window: tuple[dt.date, dt.date], span: tuple[dt.date, dt.date], reach: tuple[dt.date, dt.date]
) -> _Times | str:
    if (window[1] - window[0]).days + 1 < SHORTEST:
        return f"a peak cannot be placed within {(window[1] - window[0]).days + 1} days; ask for {SHORTEST} or more"
    if window[0] <= max(span[0], reach[0]) and window[1] >= min(span[1], reach[1]):
        return "the window is all of the span: the peak lies in it whatever the data say"
    if window[1] < span[0] or window[0] > span[1]:
        return f"the window lies outside the span {span[0]} to {span[1]}"
    return _Times(window, span=span)


def _courses(claim: Claim, basis: Basis) -> tuple[dict[str, Course], dict[str, str], str | None] | str:
    """Courses by definition, reasons of the absent ones, and the claim's own definition."""
    if claim.kind in ("moved_apart", "moved_together"):
        return _between(claim, basis)
    about = [basis.theatre.states.index(code) for code in (claim.ranking or basis.theatre.about(claim))]
    if claim.measure == "influence" and claim.kind not in _ONLY_TILT:
        found = basis.influence(claim.power or "")
        courses = {
            name: Course(curve.draws[:, about], curve.prior[:, about], curve.data_share[about])
            for name, curve in found.curves.items()
        }
        return courses, found.absent, claim.definition
    if basis.tilt is None:
        return "there is no fit to ask: the rows hold no votes, events or figures on these states"
    poles = (basis.theatre.poles.a, basis.theatre.poles.b)
    if claim.kind not in _ONLY_TILT and claim.power not in poles:
        return f'a tilt is toward {poles[0]} or {poles[1]}; for {claim.power} ask measure = "influence"'
    sign = -1.0 if claim.power == poles[0] else 1.0
    return _gauges(basis, about, sign), {}, claim.gauge or claim.definition or "tilt"


def _gauges(basis: Basis, about: list[int], sign: float) -> dict[str, Course]:
    """The tilt and each of its gauges, higher toward the power asked about."""
    tilt = basis.tilt
    assert tilt is not None  # noqa: S101 - the caller has seen to it
    prior = _of(tilt.prior_draws.reshape(-1, *tilt.prior_draws.shape[2:]), about, sign)
    courses = {"tilt": Course(_of(tilt.paths(), about, sign), prior, tilt.data_share[about])}
    for gauge in tilt.gauge_draws:
        courses[gauge] = Course(_of(tilt.paths(gauge), about, sign), prior, tilt.gauge_share[gauge][about])
    return courses


def _of(paths: Floats, about: list[int], sign: float) -> Floats:
    """The paths of some states, turned; without a copy where all are asked about as they stand."""
    own = paths if about == list(range(paths.shape[1])) else paths[:, about]
    return own if sign > 0 else np.negative(own)


def _between(claim: Claim, basis: Basis) -> tuple[dict[str, Course], dict[str, str], str | None] | str:
    """Minus the distance of two sides: two states on the axis, or a state and a power by the votes."""
    tilt, states = basis.tilt, basis.theatre.states
    if tilt is None:
        return "there is no fit to ask: the rows hold no votes, events or figures on these states"
    sides = (claim.a or "", claim.b or "")
    if all(side in states for side in sides):
        both = [states.index(side) for side in sides]
        found = _gauges(basis, both, 1.0)
        return {name: _apart(course) for name, course in found.items()}, {}, claim.gauge or claim.definition or "tilt"
    own = [side for side in sides if side in states]
    power = next((side for side in sides if side not in states), "")
    if not own or power not in tilt.powers:
        strange = next((side for side in sides if side not in (*states, *tilt.powers)), power)
        return f"{strange} is neither a state nor a power of {basis.theatre.name}, or both sides are powers"
    curves = basis.influence(power)
    if "closeness" not in curves.curves:
        return f"closeness: {curves.absent['closeness']}"
    at, curve = [states.index(own[0])], curves.curves["closeness"]
    return {"votes": Course(curve.draws[:, at], curve.prior[:, at], curve.data_share[at])}, {}, "votes"


def _apart(course: Course) -> Course:
    draws, prior = (-np.abs(side[:, :1] - side[:, 1:2]) for side in (course.draws, course.prior))
    return Course(draws, prior, course.data_share.min(axis=0, keepdims=True))


def _judge(claim: Claim, basis: Basis, course: Course, times: _Times) -> Judged:
    try:
        hits, windows = _measure(claim, basis, times)
    except ModelError as error:
        return Judged("untestable", why=error.what)
    share = course.share(*windows)
    if not all(np.isfinite(course.draws[..., window]).any() for window in windows):
        return Judged("untestable", why="the states are not on the calendar at that time")
    made = judged(hits(_mean(claim, course.draws)), hits(_mean(claim, course.prior)), share)
    if made.verdict == "untestable":
        return made
    if claim.kind != "ranking" and course.draws.shape[1] > 1:
        codes = basis.theatre.about(claim)
        each = {
            code: float(f"{hits(course.draws[:, at]).mean():.4g}")
            for at, code in enumerate(codes)
            if np.isfinite(course.draws[:, at]).all()
        }
        made = replace(made, states=each)
    if times.span:
        made = replace(made, span=(str(times.span[0]), str(times.span[1])))
        if claim.span and claim.span != basis.theatre.span:
            # a second answer, as far as the data go
            whole, _ = _measure(claim, basis, replace(times, span=basis.theatre.span))
            wide = judged(whole(_mean(claim, course.draws)), whole(_mean(claim, course.prior)), share)
            told = {name: value for name, value in asdict(wide).items() if value not in (None, "")}
            made = replace(made, whole=told | {"span": [str(day) for day in basis.theatre.span]})
    return made


def _mean(claim: Claim, draws: Floats) -> Floats:
    """The states' mean path (N, T), or for a ranking all of them (N, K, T)."""
    if claim.kind == "ranking":
        return draws
    return mean(draws, axis=1)


def _measure(claim: Claim, basis: Basis, times: _Times) -> tuple[Callable[[Floats], Floats], tuple[slice, ...]]:
    """How far a path fulfils the claim, 0 to 1 per draw, and the windows it looks at."""
    main = _window(basis, times.main)
    if claim.kind == "peak_in_window":
        span = _window(basis, times.span or basis.theatre.span)
        return lambda path: _peak(path, main, span), (main,)
    if claim.kind == "leans_in_window":
        sign = -1.0 if claim.pole == "a" else 1.0
        return lambda path: (sign * _over(path, main) > BAND).astype(float), (main,)
    if claim.kind == "balances_in_window":
        return lambda path: (np.abs(_over(path, main)) <= BAND).astype(float), (main,)
    if claim.kind == "ranking":
        return lambda path: (np.diff(_over(path, main), axis=1) < 0).all(axis=1).astype(float), (main,)
    other = _window(basis, times.other or times.main)
    sign = -1.0 if claim.kind in ("fall_since", "moved_apart") else 1.0
    return lambda path: _more(sign * (_over(path, main) - _over(path, other))), (main, other)


def _window(basis: Basis, days: tuple[dt.date, dt.date]) -> slice:
    """The periods that a closed interval touches, cut to the calendar."""
    found = basis.influence(basis.theatre.poles.a) if basis.tilt is None else basis.tilt
    starts = found.starts
    first, last = (np.datetime64(day, "D") for day in days)
    if last < starts[0] or first >= starts[-1]:
        raise ModelError(f"{days[0]} to {days[1]} is outside the calendar", mend="ask about another time")
    size = len(found.periods) - 1
    low, high = (int(np.clip(np.searchsorted(starts, day, side="right") - 1, 0, size)) for day in (first, last))
    return slice(low, high + 1)


def _over(path: Floats, window: slice) -> Floats:
    return mean(path[..., window], axis=-1)


def _more(gap: Floats) -> Floats:
    """1 where the gap is positive, a half where there is none at all (two known and equal values)."""
    return np.where(np.abs(gap) < 1e-9, 0.5, (gap > 0).astype(float))


def _peak(path: Floats, window: slice, span: slice) -> Floats:
    """Share of the path's highest periods in the span that lie in the window; more than one only on a flat top."""
    part = np.where(np.isfinite(path[:, span]), path[:, span], -np.inf)
    top = part >= part.max(axis=1, keepdims=True) - 1e-9
    inside = np.zeros(part.shape[1], dtype=bool)
    inside[max(0, window.start - span.start) : max(0, window.stop - span.start)] = True
    return np.asarray((top & inside).sum(axis=1) / top.sum(axis=1))


def _change(own: dict[str, Judged], top: str, named: str | None) -> str:
    """What would change the top verdict, in a sentence."""
    told = {name: one for name, one in own.items() if one.verdict != "untestable"}
    if not told:
        return "more record on these states in this time"
    if named is None and len({one.verdict for one in told.values()}) > 1:
        sides = ", ".join(f"{name} says {one.verdict}" for name, one in told.items())
        return f"the definitions disagree ({sides}); naming one of them decides by that one"
    name, one = next(iter(told.items())) if named not in told else (named, told[named])
    if top == "supported":
        return f"a probability by {name} under {SUPPORTED}; it is {one.probability}"
    if top == "contradicted":
        return f"data that lift the Bayes factor by {name} to a third or more; it is {one.bayes_factor}"
    return f"data that take {name} to {SUPPORTED}, or to 0.2 against the prior of {one.prior}; it is {one.probability}"


def _rests_on(claim: Claim, basis: Basis, times: _Times, own: dict[str, Judged]) -> dict[str, float | int | None]:
    """The share of the data and the rows by kind, in the window, on the states asked about."""
    shares = [one.data_share for one in own.values() if one.data_share is not None]
    told: dict[str, float | int | None] = {"data_share": max(shares, default=None)}
    if basis.tilt is not None:
        codes = basis.theatre.about(claim) or (claim.a, claim.b)
        about = [basis.theatre.states.index(code) for code in codes if code in basis.theatre.states]
        window = _window(basis, times.main)
        told |= {kind: int(count[about, window].sum()) for kind, count in basis.tilt.evidence.items()}
    return told
