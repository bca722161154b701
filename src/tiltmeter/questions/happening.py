"""Claims about events: that one happened, or was the first of its kind."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.model.arrays import Floats, Ints
from tiltmeter.nouns import SYMMETRIC
from tiltmeter.questions.finding import Answer, Evidence, untestable
from tiltmeter.questions.rule import CONTRADICTED, SUPPORTED, Judged, verdict
from tiltmeter.questions.tables import event_days

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.questions.basis import Basis
    from tiltmeter.settings import Claim

TEXT: Final = 0.95
"""Most that one coded text is believed, however sure the coder is: an assumption."""
ROW: Final = 0.75
"""Most that one row of bulk data is believed, which has no sureness of its own: an assumption."""
SHOWN: Final = 12
"""Rows listed as evidence; all are counted."""


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """Events of the claim's kind, whenever they were: row, chance that it is true, and days it spans."""

    row: Ints
    chance: Floats
    start: Any
    end: Any


def by_events(claim: Claim, basis: Basis) -> Answer:
    """
    Whether an event of the claim's root happened between its sides within its window.

    The probability is that at least one of the reports is true: each counts as sure as
    its confidence says, up to a limit, and less if its dates lie only partly inside the
    window; copies of one text count once. The prior is how many other stretches of this
    length have such an event. No report is no proof: then the answer is undecided where
    the events cover the window, untestable where they do not.
    """
    first, last = claim.window or (dt.date.min, dt.date.min)
    if first > last:
        return untestable(f"the window ends on {last}, before it begins on {first}")
    events = basis.tables.events
    told = _told(claim, events)
    covered = _reach(events)
    inside = _inside(told, first, last)
    if not (inside > 0).any():
        if covered is None or last < covered[0] or first > covered[1]:
            have = f"they run from {covered[0]} to {covered[1]}" if covered else "there are none"
            return untestable(f"no events cover {first} to {last}: {have}")
        return _open(claim, len(told.row))
    chance = _any(told, inside, events)
    prior = _prior(told, first, last, covered) if covered else None
    factor = None if prior is None else (chance / max(1.0 - chance, 1e-3)) / (prior / (1.0 - prior))
    decided = verdict(chance, factor if factor is not None else 1.0)
    rows = told.row[np.argsort(-inside, kind="stable")][: int((inside > 0).sum())]
    count = len(rows)
    one = Judged(
        decided, _round(chance), _round(prior), _round(factor), None,
        why=f"{count} report{'s' * (count != 1)} of it in the window",
    )  # fmt: skip
    change = "a further independent report" if decided == "undecided" else "reports found to be mistaken or copies"
    return Answer(
        decided, one.probability, {"reports": one}, _evidence(events, rows[:SHOWN], good=True),
        f"{change} would change it", {"events": count},
    )  # fmt: skip


def by_first(claim: Claim, basis: Basis) -> Answer:
    """
    Whether the claim's event at its date (or in its window) was the first since a date.

    That takes a report of it, and events that cover all the time since without a report of an earlier one.
    """
    since = claim.since or dt.date.min
    first, last = claim.window or (claim.at, claim.at)
    if first is None or last is None:
        return untestable("it does not say when the first one was: give `at` or `window`")
    if not since < first <= last:
        return untestable(f"since {since} and {first} to {last} contradict each other")
    events = basis.tables.events
    covered = _reach(events)
    if covered is None or covered[0] > since or covered[1] < last:
        have = f"they run from {covered[0]} to {covered[1]}" if covered else "there are none"
        return untestable(f"no events cover {since} to {last}: {have}")
    told = _told(claim, events)
    now = _any(told, _inside(told, first, last), events)
    earlier = _inside(told, since, first - dt.timedelta(days=1))
    chance = now * (1.0 - _any(told, earlier, events))
    rows = [(told.row[part > 0], good) for part, good in ((_inside(told, first, last), True), (earlier, False))]
    evidence = tuple(item for own, good in rows for item in _evidence(events, own[:SHOWN], good=good))
    if not now:
        return _open(claim, len(told.row))
    decided = "supported" if chance >= SUPPORTED else "contradicted" if chance <= CONTRADICTED else "undecided"
    one = Judged(decided, _round(chance), why=f"{len(rows[1][0])} earlier ones since {since}")
    change = "an earlier one that the events have missed would change it"
    return Answer(decided, one.probability, {"reports": one}, evidence, change, {"events": len(evidence)})


def _open(claim: Claim, others: int) -> Answer:
    what = f"{claim.root or 'event'} of {claim.giver} toward {claim.taker}"
    why = f"no report of {what} in the window ({others} at other times); no report is no proof that there was none"
    return Answer(
        "undecided", None, {"reports": Judged("undecided", why=why)}, (), "one report would", {"events": 0}, why
    )


def _told(claim: Claim, events: pa.Table) -> _Told:
    import pyarrow.compute as pc

    def sides(giver: str, taker: str) -> Any:
        return pc.and_(pc.equal(events["giver"], giver), pc.equal(events["taker"], taker))

    giver, taker = claim.giver or "", claim.taker or ""
    keep = sides(giver, taker)
    if claim.root is None or claim.root in SYMMETRIC:
        keep = pc.or_(keep, sides(taker, giver))
    if claim.root is not None:
        keep = pc.and_(keep, pc.equal(events["root"], claim.root))
    row = np.nonzero(np.asarray(keep.to_numpy(), dtype=bool))[0]
    own = events.take(row)
    start, end = (np.asarray(own[name].to_numpy(), "datetime64[D]") for name in ("start", "end"))
    day = event_days(own)
    text = np.asarray(pc.not_equal(own["document"], "").to_numpy(), dtype=bool)
    chance = np.minimum(np.asarray(own["confidence"].to_numpy(), dtype=np.float64), np.where(text, TEXT, ROW))
    return _Told(row, chance, np.where(np.isnat(start), day, start), np.where(np.isnat(end), day, end))


def _inside(told: _Told, first: dt.date, last: dt.date) -> Floats:
    """Chance of each event to be true and within the interval; a deed dated loosely is anywhere in its dates."""
    low = np.maximum(told.start, np.datetime64(first, "D"))
    high = np.minimum(told.end, np.datetime64(last, "D"))
    days = (high - low).astype(np.int64) + 1
    length = np.maximum((told.end - told.start).astype(np.int64) + 1, 1)
    dated = ~np.isnat(told.start)
    return np.where(dated, np.clip(days / length, 0.0, 1.0) * told.chance, 0.0)


def _any(told: _Told, inside: Floats, events: pa.Table) -> float:
    """Chance that at least one is true; the events of one text, and copies of one sentence, count once."""
    best: dict[tuple[str, ...], float] = {}
    if not len(told.row):
        return 0.0
    for row, chance in zip(
        events.select(["source", "key", "document"]).take(told.row).to_pylist(), inside, strict=True
    ):
        unit = (row["source"], row["document"] or row["key"])
        best[unit] = max(best.get(unit, 0.0), float(chance))
    return float(1.0 - np.prod([1.0 - chance for chance in best.values()]))


def _prior(told: _Told, first: dt.date, last: dt.date, covered: tuple[dt.date, dt.date]) -> float:
    """Share of the other stretches of this length with such an event, half a one added to each side."""
    days = max((last - first).days + 1, 1)
    count = max(1, ((covered[1] - covered[0]).days + 1) // days)
    middle = told.start + (told.end - told.start).astype("timedelta64[D]") // 2
    slot = (middle - np.datetime64(first, "D")).astype(np.int64) // days
    others = len(set(slot[~np.isnat(told.start)].tolist()) - {0})
    return (min(others, count - 1) + 0.5) / count if count > 1 else 0.5


def _reach(events: pa.Table) -> tuple[dt.date, dt.date] | None:
    day = event_days(events)
    day = day[~np.isnat(day)]
    return (day.min().item(), day.max().item()) if len(day) else None


def _evidence(events: pa.Table, rows: Ints, *, good: bool) -> tuple[Evidence, ...]:
    return tuple(Evidence(row["source"], row["key"], good, event_text(row)) for row in events.take(rows).to_pylist())


def event_text(row: dict[str, Any]) -> str:
    """An event in words: its day, who did what to whom, and the sentence it is read from."""
    day = row["start"] or row["reported"]
    until = f"/{row['end']}" if row["end"] and row["end"] != row["start"] else ""
    sentence = f": {row['sentence']}" if row["sentence"] else ""
    written = " [written for the demo]" if row["written"] else ""
    return f"{day}{until} {row['giver']} {row['root']} {row['taker']}{sentence}{written}"


def _round(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
