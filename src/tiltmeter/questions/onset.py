"""Onsets of crises: bursts of reports of unrest, attacks or border fighting, made one where they belong together."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.model.arrays import Dates, Ints
from tiltmeter.nouns import ORGANISATIONS
from tiltmeter.questions.burst import AFTERTHOUGHT, bursts
from tiltmeter.questions.crisis import Told, reports
from tiltmeter.questions.tables import event_days

if TYPE_CHECKING:
    from tiltmeter.questions.basis import Basis

INTERNAL: Final = ("unrest", "attack", "coup")
GAP: Final = 14
"""Days without events of the crisis after which it is over, and within which two bursts are one crisis."""
SILENCE: Final = 60
"""Days without any row of a source, on whatever, that it is taken not to cover."""
ECHO: Final = 30
"""Days in which a much weaker burst after a crisis is its echo in the reports, not a crisis of its own."""
LOOSE: Final = 7
"""Days; an event dated no better than this belongs to no single day."""
_PEOPLE: Final = frozenset({"citizen", "civilian", "population", "protester", "student", "villager", "men", "women"})
"""First words of names by which event data call civilians of a state."""


@dataclass(frozen=True, slots=True)
class Onset:
    """A crisis as it shows in one or several series of reports: whose, of what kind, its days and rows."""

    state: str
    kind: str
    first: dt.date
    last: dt.date
    chance: float
    rows: tuple[dict[str, Any], ...]
    ends: dt.date
    """Last day its source covers."""
    other: str = ""


def reported(basis: Basis) -> list[dict[str, Any]]:
    """Events, and sentences of texts on crises, in the states of a theatre, by day: what episodes are made from."""
    told = reports(basis.tables.documents, states=basis.theatre.states, borders=_borders(basis))
    found = _events(basis) + [_row(one) for one in told]
    return sorted(found, key=lambda row: (row["day"], row["source"], row["key"]))


def onsets(basis: Basis, rows: list[dict[str, Any]], *, false_alarms: float) -> list[Onset]:
    """The crises of a theatre's states in these reports; a crisis that several series show is one."""
    reach = _reach(basis)
    found = [one for state in basis.theatre.states for one in _found(basis, rows, state, false_alarms, reach)]
    return _merged(found)


def _events(basis: Basis) -> list[dict[str, Any]]:
    """Events on single days that are sure enough, with a state of the theatre on a side, as rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = basis.tables.events
    states = pa.array(basis.theatre.states, pa.string())
    own = pc.or_(*(pc.is_in(pc.utf8_slice_codeunits(table[side], 0, 3), states) for side in ("giver", "taker")))
    keep = pc.and_(
        own, pc.and_(pc.invert(table["background"]), pc.greater_equal(table["confidence"], basis.confidence))
    )
    rows = []
    for row in table.filter(keep).to_pylist():
        start, end = row["start"] or row["reported"], row["end"] or row["start"] or row["reported"]
        if start is not None and (end - start).days <= LOOSE:
            row["day"] = start
            rows.append(row)
    return rows


def _row(told: Told) -> dict[str, Any]:
    """A sentence of a text in the form of an event's row; its root is what it reports."""
    return {
        "source": told.source, "key": told.key, "document": told.key, "day": told.day, "sentence": told.sentence,
        "giver": told.state, "taker": told.other or told.state, "root": told.sort, "cameo": "",
        "giver_name": "", "taker_name": "",
    }  # fmt: skip


def _found(basis: Basis, rows: list[dict[str, Any]], state: str, false_alarms: float, reach: _Reach) -> Iterable[Onset]:
    series: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    borders = _borders(basis)
    for row in rows:
        sort = _sort(row, state, borders)
        if sort:
            series.setdefault((row["source"], *sort), []).append(row)
    for (source, kind, other), own in sorted(series.items()):
        days = reach[source]
        counts = np.zeros(len(days), dtype=np.int64)
        for day, count in _daily(own).items():
            counts[np.searchsorted(days, np.datetime64(day, "D"))] = count
        for one in bursts(counts, false_alarms=false_alarms):
            first, last = days[one.first].item(), days[one.last].item()
            inside = tuple(row for row in own if first <= row["day"] <= last)
            yield Onset(state, kind, first, last, one.chance, inside, days[-1].item(), other)


def _sort(row: dict[str, Any], state: str, borders: set[frozenset[str]]) -> tuple[str, str] | None:
    """Of which series of a state's crises an event is: kind, and the other side of border fighting."""
    giver, taker, root = row["giver"], row["taker"], row["root"]
    sides = {giver[:3], taker[:3]}
    if state not in sides:
        return None
    if root in ("unrest", "attack", "border_fighting"):
        # a sentence of a text, read for the state that is its giver
        return (root, taker if root == "border_fighting" else "") if giver == state else None
    groups = {code[4:] for code in (giver, taker) if "-" in code}
    if root.islower():
        return None
    if sides == {state}:
        if root == "ASSAULT" and groups & {"REB", "TAL"}:
            return "attack", ""
        # arrests without protest are every day's work of courts; in bulk data so are assaults without a side named
        civil = root in ("ASSAULT", "COERCE") and "CIV" in groups and (root == "ASSAULT" or row["document"])
        return ("unrest", "") if root == "PROTEST" or civil else None
    if root != "ASSAULT":
        return None
    other = (sides - {state}).pop()
    if groups & {"REB", "TAL"}:
        return ("attack", "") if taker[:3] == state else None
    if other in ORGANISATIONS or len(other) != 3 or groups or _civil(row["giver_name"]):
        return None
    return ("border_fighting", other) if frozenset(sides) in borders else ("attack", "") if taker == state else None


def _civil(name: str) -> bool:
    """Whether a name of bulk data is of people that are no part of a state ("Citizen (Georgia)")."""
    return name.split(" ")[0].casefold() in _PEOPLE


def _borders(basis: Basis) -> set[frozenset[str]]:
    facts = basis.tables.facts.select(["kind", "a", "b"]).to_pylist()
    return {frozenset((fact["a"], fact["b"])) for fact in facts if fact["kind"] == "border"}


def weekly_crises(basis: Basis, rows: list[dict[str, Any]], state: str) -> Ints:
    """Reports per week of what goes on inside a state, over all whole weeks that the sources cover."""
    borders, reach = _borders(basis), _reach(basis)
    own = [row for row in rows if (sort := _sort(row, state, borders)) and sort[0] in INTERNAL]
    days = [day for day in reach.values() if len(day)]
    if not days:
        return np.zeros(0, dtype=np.int64)
    begin, stop = min(day[0] for day in days).item(), max(day[-1] for day in days).item()
    # the week that is not over is no count
    counts = np.zeros(((stop - begin).days + 1) // 7, dtype=np.int64)
    for day, count in _daily(own).items():
        if 0 <= (week := (day - begin).days // 7) < len(counts):
            counts[week] += count
    return counts


_Reach = dict[str, Dates]


def _reach(basis: Basis) -> _Reach:
    """The days that each source covers, whatever it tells of: all between its first and last, but for long silences."""
    import pyarrow.compute as pc

    found: dict[str, list[Dates]] = {}
    events, texts = basis.tables.events, basis.tables.documents
    for table, day in ((events, event_days(events)), (texts, np.asarray(texts["date"].to_numpy(), "datetime64[D]"))):
        for name in pc.unique(table["source"]).to_pylist():
            own = np.asarray(pc.equal(table["source"], name).to_numpy(), dtype=bool) & ~np.isnat(day)
            found.setdefault(name, []).append(np.unique(day[own]))
    return {name: _covered(np.unique(np.concatenate(days))) for name, days in found.items()}


def _covered(told: Dates) -> Dates:
    """All days between the first and the last of some, but for stretches of SILENCE without any."""
    if not len(told):
        return told
    cuts = np.nonzero(np.diff(told).astype(np.int64) > SILENCE)[0] + 1
    day = np.timedelta64(1, "D")
    return np.concatenate([np.arange(part[0], part[-1] + day) for part in np.split(told, cuts)])


def _daily(rows: Sequence[dict[str, Any]]) -> Counter[dt.date]:
    """Counts per day: each text once, each row of bulk data once."""
    seen = {(row["day"], row["document"] or row["key"]) for row in rows}
    return Counter(day for day, _ in seen)


def _merged(found: list[Onset]) -> list[Onset]:
    """Bursts of one state within two weeks made one, border fighting apart from what is inside; echoes left out."""
    merged: list[Onset] = []
    for burst in sorted(found, key=lambda one: (one.state, one.first)):
        like = [at for at, one in enumerate(merged) if _alike(one, burst)]
        old = merged[like[-1]] if like else None
        gap = (burst.first - old.last).days if old else ECHO + 1
        if old is None or gap > ECHO or (gap > GAP and len(burst.rows) >= AFTERTHOUGHT * len(old.rows)):
            merged.append(burst)
        elif gap <= 0 or len(burst.rows) >= AFTERTHOUGHT * len(old.rows):
            merged[like[-1]] = _joined(old, burst)
    return merged


def _alike(one: Onset, other: Onset) -> bool:
    inside = (one.kind in INTERNAL) == (other.kind in INTERNAL)
    return one.state == other.state and inside and one.other == other.other


def _joined(one: Onset, other: Onset) -> Onset:
    strong = max(one, other, key=lambda each: len(each.rows))
    return replace(
        strong, first=min(one.first, other.first), last=max(one.last, other.last),
        chance=min(one.chance, other.chance), rows=one.rows + other.rows, ends=max(one.ends, other.ends),
    )  # fmt: skip
