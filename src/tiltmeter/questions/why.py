"""From a number back to what it rests on: the sentences, votes, sums and facts of a state at a time."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.errors import QuestionError
from tiltmeter.questions.tables import event_days, leaders

if TYPE_CHECKING:
    from tiltmeter.model.tilt import Tilt
    from tiltmeter.questions.basis import Basis

MOST: Final = 40
"""Steps of one kind that are shown; all are counted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A number of the walk: mean, interval and the share of the data in it, over the time asked for and before it."""

    gauge: str
    mean: float
    q05: float
    q95: float
    data_share: float
    before: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """
    A row behind the numbers.

    `toward` is the pole it speaks for, empty where it speaks for neither. For a sentence,
    `counts` is false for events too unsure, or mere background, to enter the numbers;
    `document`, `title`, `outlet` and `span` (code points of the document's text) say where it is
    printed; for a vote `symbol` is the UN document, for a fact `text` ends in its citation.
    """

    kind: str
    date: str
    text: str
    source: str
    key: str
    toward: str = ""
    document: str = ""
    title: str = ""
    outlet: str = ""
    span: tuple[int, int] | None = None
    symbol: str = ""
    confidence: float | None = None
    counts: bool = True
    background: bool = False
    written: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """From the tilt of a state at a time to the rows behind it; `counts` are all rows by kind, shown or not."""

    state: str
    first: dt.date
    last: dt.date
    readings: tuple[Reading, ...]
    counts: dict[str, int]
    steps: tuple[Step, ...]


def why(state: str, when: str, *, basis: Basis) -> Walk:
    """
    The rows behind a state's numbers at a time.

    Args:
        state: A state of the theatre.
        when: A day, month, week (`2022-W03`), year, interval, or session of the General Assembly.
        basis: The rows and their fit.

    Raises:
        QuestionError: The theatre has no such state, or the time cannot be read or is outside its span.
    """
    theatre = basis.theatre
    if state not in theatre.states:
        raise QuestionError(f"{state} is no state of {theatre.name}", mend=f"it has {', '.join(theatre.states)}")
    first, last = moment(when)
    if last < theatre.span[0] or first > theatre.span[1]:
        span = f"{theatre.span[0]} to {theatre.span[1]}"
        raise QuestionError(f"{when} is outside the theatre's span", mend=f"ask about {span}")
    readings = _readings(basis.tilt, state, first, last) if basis.tilt is not None else ()
    found = {
        "event": _events(basis, state, first, last),
        "vote": _votes(basis, state, first, last),
        "figure": _figures(basis, state, first, last),
        "fact": _facts(basis, state, first, last),
    }
    steps = tuple(step for kind in found.values() for step in kind[:MOST])
    return Walk(state, first, last, readings, {kind: len(rows) for kind, rows in found.items()}, steps)


def moment(when: str) -> tuple[dt.date, dt.date]:
    """
    First and last day of a time as people write it.

    Raises:
        QuestionError: It cannot be read.

    >>> moment("2022-01")
    (datetime.date(2022, 1, 1), datetime.date(2022, 1, 31))
    >>> moment("2022-W03")[0], moment("74")[0]
    (datetime.date(2022, 1, 17), datetime.date(2019, 9, 1))
    """
    text = when.strip().upper()
    try:
        if "/" in text:
            one, _, other = text.partition("/")
            first, last = moment(one)[0], moment(other)[1]
            if first > last:
                raise QuestionError(f"{when} ends before it begins", mend="write the earlier date first")
            return first, last
        if match := re.fullmatch(r"(\d{4})-W(\d{1,2})", text):
            monday = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
            return monday, monday + dt.timedelta(days=6)
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})", text):
            year, month = int(match[1]), int(match[2])
            return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
        if re.fullmatch(r"\d{4}", text):
            return dt.date(int(text), 1, 1), dt.date(int(text), 12, 31)
        if re.fullmatch(r"[1-9]\d{0,2}", text):
            # regular session n of the General Assembly opens in September of 1945 + n
            return dt.date(1945 + int(text), 9, 1), dt.date(1946 + int(text), 8, 31)
        return (dt.date.fromisoformat(text),) * 2
    except (ValueError, calendar.IllegalMonthError) as error:
        if isinstance(error, QuestionError):
            raise
        mend = "write 2022-01, 2022-W03, 2022-01-05, 2022, or two of them with a slash"
        raise QuestionError(f"no time can be read from {when!r}", mend=mend) from error


def _readings(tilt: Tilt, state: str, first: dt.date, last: dt.date) -> tuple[Reading, ...]:
    at, window = tilt.state(state), tilt.window(first, last)
    length = window.stop - window.start
    found = []
    for name in (None, *tilt.gauge_draws):
        paths = tilt.paths(name)[:, at]
        draws = paths[:, window].mean(axis=1)
        if not np.isfinite(draws).all():
            continue
        share = (tilt.data_share if name is None else tilt.gauge_share[name])[at, window].mean()
        earlier = paths[:, max(0, window.start - length) : window.start]
        before = _round(earlier.mean()) if earlier.shape[1] else None
        low, high = np.quantile(draws, [0.05, 0.95])
        found.append(Reading(name or "tilt", _round(draws.mean()), _round(low), _round(high), _round(share), before))
    return tuple(found)


def _events(basis: Basis, state: str, first: dt.date, last: dt.date) -> list[Step]:
    """Events with the state or a group inside it on either side: those with the poles first, then by day."""
    import pyarrow.compute as pc

    table = basis.tables.events
    day = event_days(table)
    own = np.zeros(table.num_rows, dtype=bool)
    for side in ("giver", "taker"):
        own |= np.asarray(pc.starts_with(table[side], state).to_numpy(), dtype=bool)
    inside = (day >= np.datetime64(first, "D")) & (day <= np.datetime64(last, "D"))
    rows = np.nonzero(own & inside)[0]
    told = table.take(rows).to_pylist()
    names = {row["document"] for row in told if row["document"]}
    texts = _documents(basis, names)
    poles = _poles(basis)
    steps = []
    for row, on in zip(told, day[rows], strict=True):
        other = row["taker"] if row["giver"].startswith(state) else row["giver"]
        pole = poles.get(other, "")
        near = row["quad"] <= 2
        toward = (pole if near else _rival(basis, pole)) if pole else ""
        printed = texts.get((row["source"], row["document"]), {})
        act = f"{row['giver']} {row['root']} {row['taker']}"
        counts = row["confidence"] >= basis.confidence and not row["background"]
        step = Step(
            "event", str(on), f"{act}: {row['sentence']}" if row["sentence"] else act, row["source"], row["key"],
            toward, row["document"], printed.get("title", ""), printed.get("outlet", ""),
            (row["span_start"], row["span_end"]) if row["span_start"] >= 0 else None,
            confidence=_round(row["confidence"]), counts=counts, background=row["background"], written=row["written"],
        )  # fmt: skip
        steps.append(step)
    return sorted(steps, key=lambda step: (not step.counts, not step.toward, step.date, step.key))


def _documents(basis: Basis, keys: set[str]) -> dict[tuple[str, str], dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    table = basis.tables.documents
    own = table.filter(pc.is_in(table["key"], pa.array(sorted(keys), pa.string())))
    rows = own.select(["source", "key", "title", "outlet"]).to_pylist()
    return {(row["source"], row["key"]): row for row in rows}


def _votes(basis: Basis, state: str, first: dt.date, last: dt.date) -> list[Step]:
    import pyarrow as pa
    import pyarrow.compute as pc

    calls = basis.tables.rollcalls
    calls = calls.filter(pc.and_(pc.greater_equal(calls["date"], first), pc.less_equal(calls["date"], last)))
    poles = basis.theatre.poles
    codes = pa.array([state, poles.a, poles.b], pa.string())
    votes = basis.tables.votes
    votes = votes.filter(pc.and_(pc.is_in(votes["rollcall"], calls["key"]), pc.is_in(votes["state"], codes)))
    cast: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for vote in votes.to_pylist():
        cast.setdefault((vote["source"], vote["rollcall"]), {})[vote["state"]] = vote
    steps = []
    for call in sorted(calls.to_pylist(), key=lambda row: (row["date"], row["key"])):
        by = cast.get((call["source"], call["key"]), {})
        if state not in by:
            continue
        choice = {code: vote["choice"] for code, vote in by.items()}
        same = [pole for pole in (poles.a, poles.b) if choice.get(pole) == choice[state] != "absent"]
        others = ", ".join(f"{pole} {choice[pole]}" for pole in (poles.a, poles.b) if pole in choice)
        text = f"{state} {choice[state]} ({others}): {call['title'] or call['symbol']}"
        toward = same[0] if len(same) == 1 else ""
        vote = by[state]
        steps.append(Step("vote", str(call["date"]), text, vote["source"], vote["key"], toward, symbol=call["symbol"]))
    return sorted(steps, key=lambda step: (not step.toward, step.date))


def _figures(basis: Basis, state: str, first: dt.date, last: dt.date) -> list[Step]:
    import pyarrow.compute as pc

    table, poles = basis.tables.figures, _poles(basis)
    own = table.filter(pc.or_(pc.equal(table["a"], state), pc.equal(table["b"], state))).to_pylist()
    usual: dict[str, list[float]] = {}
    for row in own:
        row["other"] = row["b"] if row["a"] == state else row["a"]
        usual.setdefault(row["other"], []).append(row["value"])
    steps = []
    for row in own:
        pole = poles.get(row["other"], "")
        if not pole or row["kind"] != "signed_sum" or row["start"] > last or row["end"] < first:
            continue
        middle = float(np.median(usual[row["other"]]))
        toward = pole if row["value"] > middle else _rival(basis, pole) if row["value"] < middle else ""
        text = f"{row['a']}–{row['b']} {row['value']:+.1f} on {row['rows']} days, usually {middle:+.1f}"
        steps.append(Step("figure", f"{row['start']}/{row['end']}", text, row["source"], row["key"], toward))
    return sorted(steps, key=lambda step: step.date)


def _facts(basis: Basis, state: str, first: dt.date, last: dt.date) -> list[Step]:
    """Ties in force at the time; those that began or ended in it first."""
    poles, steps = _poles(basis), []
    for fact in basis.tables.facts.to_pylist():
        since, until = fact["since"] or dt.date.min, fact["until"] or dt.date.max
        if state not in (fact["a"], fact["b"]) or since > last or until < first:
            continue
        other = fact["b"] if fact["a"] == state else fact["a"]
        tie = fact["kind"] in ("alliance_member", "trade_bloc_member", "military_base")
        time = f"since {fact['since'] or 'long ago'}" + (f" until {fact['until']}" if fact["until"] else "")
        text = f"{fact['kind'].replace('_', ' ')}: {fact['a']} – {fact['b']} {time}. {fact['citation']}"
        new = since >= first or until <= last
        step = Step(
            "fact", str(fact["since"] or ""), text, fact["source"], fact["key"], poles.get(other, "") if tie else ""
        )
        steps.append((not new, not step.toward, step.kind, step.key, step))
    return [item[-1] for item in sorted(steps, key=lambda item: item[:4])]


def _poles(basis: Basis) -> dict[str, str]:
    """Side to the pole it stands for: the poles, and organisations they lead."""
    poles = (basis.theatre.poles.a, basis.theatre.poles.b)
    led = {body: lead for body, lead in leaders(basis.tables.facts).items() if lead in poles}
    return {pole: pole for pole in poles} | led


def _rival(basis: Basis, pole: str) -> str:
    poles = basis.theatre.poles
    return poles.b if pole == poles.a else poles.a


def to_json(walk: Walk) -> dict[str, Any]:
    """A walk as plain values; dates as text."""
    return asdict(walk) | {"first": str(walk.first), "last": str(walk.last)}


def _round(value: Any) -> float:
    return float(f"{float(value):.4g}")
