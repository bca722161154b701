"""
POLECAT events (PLOVER): 40 tab-separated columns, `None` for nothing, `;` between actors, `|` between values.

A row with several actors or recipients is one event per pair; the first pair that
is of use is counted, the others come with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tiltmeter.nouns import QUAD, ROOTS, Event, batches
from tiltmeter.sources import _days
from tiltmeter.sources._columns import NOTHING
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import LINE, Rows, require
from tiltmeter.sources._sides import side
from tiltmeter.sources._source import Chunk, Head, Reading, Source, nothing, rejects
from tiltmeter.sources._table import table

ROOT: Final = {root: root for root in ROOTS} | {
    "CONCEDE": "YIELD", "RETREAT": "YIELD", "INVESTIGATE": "ACCUSE", "DEMAND": "REQUEST", "FIGHT": "ASSAULT",
}  # fmt: skip
"""PLOVER's event types to our roots (the codebook's condensation)."""

MODE: Final = {"AGREE": "planned", "REQUEST": "asked", "REJECT": "refused", "THREATEN": "threatened"}
"""How an event of the root stands to the deed; all others are done."""

_WANTED: Final = ["event_id", "event_date", "event_type", "actor_country", "recipient_country"]


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    for at, rows in enumerate(table(file, mark="\t")):
        if not at:
            require(rows.batch.schema.names, _WANTED, source="polecat", file=file)
        yield from _judged(rows, file, reading)


def _judged(rows: Rows, file: Input, reading: Reading) -> Iterator[Chunk]:
    counted: list[Event] = []
    beside: list[Event] = []
    bad = list(rows.broken)
    outside = 0
    for index, row in enumerate(rows.batch.to_pylist()):
        found = _events(row, reading)
        if isinstance(found, str):
            bad.append((row[LINE], found, rows.raw(index)))
        elif found:
            counted.append(found[0])
            beside += found[1:]
        else:
            outside += 1
    yield Chunk(Event, nothing(Event), outside=outside)
    yield from (Chunk(Event, batch) for batch in batches(counted, Event))
    yield from (Chunk(Event, batch, counted=False) for batch in batches(beside, Event))
    yield from rejects(bad, source="polecat", file=file.name, reading=reading)


def _events(row: Mapping[str, Any], reading: Reading) -> list[Event] | str:
    """The events of a row that are of use, or why it has none."""
    key, kind = _cell(row, "event_id"), _cell(row, "event_type").upper()
    told = _cell(row, "event_date")
    day = _days.day(told)
    if not key:
        return "no id"
    if why := _days.fault(day, told, today=reading.today):
        return why if told else "no date"
    if kind not in ROOT:
        return f"no such event type: {kind!r}"
    pairs = [
        (giver, taker)
        for giver in _sides(row, "actor", day)
        for taker in _sides(row, "recipient", day)
        if _of_use(giver[0], taker[0], reading)
    ]
    return [
        _event(row, key if not at else f"{key}/{at + 1}", ROOT[kind], pair, day, reading)
        for at, pair in enumerate(dict.fromkeys(pairs))
    ]


def _event(
    row: Mapping[str, Any],
    key: str,
    root: str,
    pair: tuple[tuple[str, str], tuple[str, str]],
    day: dt.date | None,
    reading: Reading,
) -> Event:
    (giver, giver_name), (taker, taker_name) = pair
    told = _days.day(_cell(row, "publication_date"))
    return Event(
        "polecat", key, reading.run, _facing(giver, taker), _facing(taker, giver), root, MODE.get(root, "done"),
        QUAD[root], day, day, told or day, giver_name=giver_name, taker_name=taker_name,
    )  # fmt: skip


def _cell(row: Mapping[str, Any], name: str) -> str:
    value = (row.get(name) or "").strip()
    return "" if value in NOTHING else value


def _sides(row: Mapping[str, Any], who: str, day: dt.date | None) -> list[tuple[str, str]]:
    """Code and name of every actor or recipient that we know."""
    names, countries = (_listed(row, f"{who}_{what}") for what in ("name", "country"))
    sectors = _listed(row, f"{who}_sectors") or _listed(row, f"primary_{who}_sector")
    found = []
    for at in range(max(len(names), len(countries), len(sectors))):
        name, country, sector = (each[at] if at < len(each) else "" for each in (names, countries, sectors))
        kinds = frozenset(part.strip() for part in sector.split("|") if part.strip() not in NOTHING)
        code = side(name or None, country=country or None, sectors=kinds, on=day)
        if code:
            found.append((code, name or country))
    return found


def _listed(row: Mapping[str, Any], name: str) -> list[str]:
    cells = [part.strip() for part in (row.get(name) or "").split(";")]
    return ["" if cell in NOTHING else cell for cell in cells]


def _of_use(giver: str, taker: str, reading: Reading) -> bool:
    if reading.sides is None:
        return True
    stems = {code.partition("-")[0] for code in reading.sides}
    return giver.partition("-")[0] in stems or taker.partition("-")[0] in stems


def _facing(code: str, other: str) -> str:
    """Civilians who face another state, as their state."""
    stem, _, group = code.partition("-")
    return stem if group == "CIV" and stem != other.partition("-")[0] else code


def _sniff(head: Head) -> float:
    return 1.0 if {"event_id", "event_type", "event_mode", "actor_country"} <= set(head.columns) else 0.0


SOURCE = Source(
    name="polecat",
    yields=(Event,),
    url="https://doi.org/10.7910/DVN/AJGVIT",
    licence="Harvard Dataverse terms for POLECAT Weekly Data",
    read=_read,
    sniff=_sniff,
)
