"""What one basis shows, record only or with the written reports: its answers, curves, moves and influence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.errors import ShowError
from tiltmeter.model.arrays import Floats
from tiltmeter.questions.verdict import turning_point
from tiltmeter.show.names import name
from tiltmeter.show.numbers import interval, percent
from tiltmeter.show.series import kept, mean_over, peaks, series, spread

if TYPE_CHECKING:
    from tiltmeter.model.tilt import Tilt
    from tiltmeter.questions.basis import Basis
    from tiltmeter.questions.influence import Influence
    from tiltmeter.questions.verdict import Opinion, Verdict
    from tiltmeter.settings import Theatre

Table = dict[str, Any]

WEAK: Final = 0.2
"""Share of the data below which a number is drawn grey and no verdict rests on it (the model's own rule)."""
OUTCOMES: Final = {
    "emancipation": "emancipation",
    "defiance in words only": "defiance",
    "quiet drift": "drift",
    "no change": "no_change",
}
"""The verdicts' names as the keys of the page's words."""
FEW: Final = 12
"""States up to which the answers keep the theatre's order."""
MANY: Final = 60
"""Subjects up to which each has its own curves of influence; with more, only the region has."""
CURVES: Final = 130
"""Periods of an influence curve that are drawn at most."""


@dataclass(frozen=True, slots=True)
class Times:
    """The two stretches of time that the page compares, as closed intervals."""

    before: tuple[dt.date, dt.date]
    after: tuple[dt.date, dt.date]

    @classmethod
    def of(cls, theatre: Theatre, verdicts: Sequence[Verdict]) -> Times:
        """Those of the verdicts, else the theatre's reference and the time since its turning point."""
        if verdicts:
            return cls(verdicts[0].before, verdicts[0].after)
        turn = turning_point(theatre)
        until = min(theatre.reference[1], turn - dt.timedelta(days=1))
        return cls((theatre.reference[0], until), (turn, theatre.span[1]))


def parts(
    basis: Basis, *, which: str, times: Times, verdicts: Sequence[Verdict], powers: Sequence[str], language: str
) -> Table:
    """
    What one basis shows: curves, answers, moves, evidence through time, influence.

    Raises:
        ShowError: There is no fit.
    """
    tilt = basis.tilt
    if tilt is None:
        raise ShowError("nothing is fitted yet", mend="run `tiltmeter fit`")
    told = {one.state: one.record_only if which == "record" else one.with_written for one in verdicts}
    found = [basis.influence(power) for power in powers or _asked(basis.theatre)]
    return {
        "gauges": list(tilt.gauges),
        "curves": _curves(tilt),
        "answers": _ranked([_answer(tilt, state, times, told.get(state), language) for state in tilt.states]),
        "moves": _moves(tilt, times, language),
        "rests": _rests(tilt),
        "influence": {one.power: _influence(one) for one in found},
        "absent": {one.power: dict(one.absent) for one in found},
    }


def _ranked(answers: list[Table]) -> list[Table]:
    """A few states in the theatre's order; many from pole A to pole B, those that were not there last."""

    def place(one: Table) -> float:
        found = [one[time]["mid"] for time in ("now", "before") if one[time]["mid"] is not None]
        return float(found[0]) if found else float("inf")

    return answers if len(answers) <= FEW else sorted(answers, key=place)


def _asked(theatre: Theatre) -> list[str]:
    """The powers whose influence is shown: the poles and those that a claim is about."""
    claimed = [claim.power for claim in theatre.claims if claim.power]
    return list(dict.fromkeys([theatre.poles.a, theatre.poles.b, *claimed]))


def _curves(tilt: Tilt) -> Table:
    keep = kept(len(tilt.periods))
    out: Table = {}
    own = {gauge for gauge in tilt.gauges if not np.array_equal(tilt.gauge_draws[gauge], tilt.draws, equal_nan=True)}
    for gauge in ("tilt", *(gauge for gauge in tilt.gauges if gauge in own)):
        paths = tilt.paths(None if gauge == "tilt" else gauge)
        share = tilt.data_share if gauge == "tilt" else tilt.gauge_share[gauge]
        out[gauge] = {
            code: series(paths[:, at], share[at], keep=keep, scale=100) for at, code in enumerate(tilt.states)
        }
    return out


def _windows(tilt: Tilt, times: Times) -> dict[str, slice]:
    return {"before": tilt.window(*times.before), "now": tilt.window(*times.after)}


def _answer(tilt: Tilt, code: str, times: Times, opinion: Opinion | None, language: str) -> Table:
    at = tilt.state(code)
    paths = tilt.paths()[:, at]
    windows = _windows(tilt, times)
    draws = {time: mean_over(paths[:, window]) for time, window in windows.items()}
    share = {time: _share(tilt.data_share[at, window]) for time, window in windows.items()}
    shift = draws["now"] - draws["before"]
    toward = _chance(shift)
    return {
        "state": code,
        "name": name(code, language),
        **{time: spread(draws[time]) | {"share": round(100 * share[time])} for time in windows},
        "values": {time: interval(draws[time], language) for time in windows},
        "shift": interval(shift, language, sign=True),
        "toward_b": toward,
        "toward_text": percent(toward, language),
        "weak": min(share.values()) < WEAK,
        "share_text": percent(share["now"], language),
        "rests": {kind: int(count[at, windows["now"]].sum()) for kind, count in tilt.evidence.items()},
        "verdict": None if opinion is None else _opinion(opinion),
    }


def _share(share: Floats) -> float:
    """The mean share of the data; 0 for a state that was not there."""
    return float(np.nan_to_num(mean_over(share)))


def _chance(shift: Floats) -> float | None:
    """The chance of a shift toward pole B; None for a state that was not there at both times."""
    return round(float((shift > 0).mean()), 4) if np.isfinite(shift).all() else None


def _opinion(opinion: Opinion) -> Table:
    chances = opinion.probabilities or {}
    return {
        "verdict": OUTCOMES.get(opinion.outcome, "undecided"),
        "probabilities": {OUTCOMES.get(name, name): chance for name, chance in chances.items()},
        "why": opinion.why,
    }


def _moves(tilt: Tilt, times: Times, language: str) -> list[Table]:
    windows = _windows(tilt, times)
    out = []
    for at, code in enumerate(tilt.states):
        for gauge in tilt.gauges:
            paths = tilt.paths(gauge)[:, at]
            shift = mean_over(paths[:, windows["now"]]) - mean_over(paths[:, windows["before"]])
            share = min(_share(tilt.gauge_share[gauge][at, window]) for window in windows.values())
            own = tilt.evidence.get(gauge)
            rows = 0 if own is None else int(own[at].sum())
            chance = percent(_chance(shift), language)
            out.append(
                {"state": code, "name": name(code, language), "gauge": gauge, **spread(shift), "rows": rows,
                 "share": round(100 * share), "value": interval(shift, language, sign=True), "chance": chance}
            )  # fmt: skip
    return out


def _rests(tilt: Tilt) -> list[Table]:
    """Rows of evidence per quarter and kind."""
    quarter = tilt.starts[:-1].astype("datetime64[M]").astype(int) // 3
    out = []
    for kind, count in tilt.evidence.items():
        total = count.sum(axis=0)
        for at in np.unique(quarter[total > 0]).tolist():
            count_of = int(total[quarter == at].sum())
            out.append({"quarter": f"{1970 + at // 4}-Q{at % 4 + 1}", "kind": kind, "n": count_of})
    return out


def _influence(found: Influence) -> Table:
    keep = kept(len(found.periods), most=CURVES)
    return {
        definition: {
            "unit": curve.unit,
            "kept": keep,
            "subjects": {
                subject: {
                    "curve": series(curve.draws[:, at], curve.data_share[at], keep=keep, scale=1000),
                    "peak": peaks(curve.draws[:, at], found.starts),
                }
                for at, subject in enumerate(found.subjects)
                if (len(found.subjects) <= MANY or subject == found.subjects[-1])
                and np.isfinite(curve.draws[:, at]).any()
            },
        }
        for definition, curve in found.curves.items()
    }
