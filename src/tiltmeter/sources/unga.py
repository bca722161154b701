"""
UN General Assembly roll calls, in four layouts.

Codes (`rcid, iso3, code`) with a table of resolutions beside them; long tables
(a row per roll call and state, among them the UN Library's bulk file); wide
tables (a column per state); and a table of resolutions alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from tiltmeter._codes import countries
from tiltmeter.errors import SourceError
from tiltmeter.nouns import RollCall, Vote, batches
from tiltmeter.sources._columns import column, filled, mapped, split, unknown
from tiltmeter.sources._input import Input, inputs
from tiltmeter.sources._rollcalls import (
    CHOICE,
    CHOICES,
    ID,
    STATE,
    SYMBOL,
    TITLE,
    doubt,
    first,
    resolutions,
    rollcall,
    symbol,
)  # fmt: skip
from tiltmeter.sources._rows import LINE, Rows
from tiltmeter.sources._sides import state_code
from tiltmeter.sources._source import Chunk, Head, Reading, Source, nothing, rejects
from tiltmeter.sources._table import columns, table

if TYPE_CHECKING:
    import pyarrow as pa

FIRM: Final = frozenset({"", "verified", "confirmed", "final", "ok"})
"""What a column `status` may say of a vote that counts."""


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    layout = _layout(columns(file, file.peek()))
    beside = reading.path("resolutions")
    if layout == "codes" and beside is None:
        raise SourceError(
            "the votes have no dates",
            mend="give the table of roll calls too: --resolutions FILE (rcid, date, session …)",
            where=file.name,
        )
    if layout == "":
        found = ", ".join(columns(file, file.peek())[:8])
        raise SourceError(
            f"no layout of UN votes; the columns are {found or 'none'}",
            mend="unga reads rcid, iso3, code; or symbol, date, iso3, vote; or rcid, date, unres, KAZ, KGZ …",
            where=file.name,
        )
    if layout == "codes":
        chunks, keys = resolutions(inputs(str(beside))[0], reading)
        yield from chunks
        yield from _codes(file, reading, keys)
    elif layout == "resolutions":
        yield from resolutions(file, reading)[0]
    else:
        yield from (_long if layout == "long" else _wide)(file, reading)


def _layout(names: Sequence[str]) -> str:
    have = set(names)
    if len(_states(names)) >= 3 and "date" in have and have & {*SYMBOL, *ID}:
        return "wide"
    if have & set(STATE) and have & set(CHOICE):
        return "long" if "date" in have and have & {*SYMBOL, *ID} else "codes" if "rcid" in have else ""
    return "resolutions" if {"rcid", "date"} <= have else ""


def _states(names: Sequence[str]) -> dict[str, str]:
    """The columns of a wide table that are a state's, with its code."""
    return {name: name.upper() for name in names if len(name) == 3 and name.upper() in countries()}


def _state(told: str) -> str | None:
    code = state_code(told)
    return code if code in countries() else None


def _codes(file: Input, reading: Reading, keys: Mapping[str, str]) -> Iterator[Chunk]:
    for rows in table(file):
        told = mapped(column(rows, "rcid"), lambda cell: cell.removesuffix(".0"))
        calls = mapped(told, keys.get)
        yield from _votes(rows, file, reading, calls=calls, fault=unknown(calls, told, "no such roll call"))


def _long(file: Input, reading: Reading) -> Iterator[Chunk]:
    known: dict[str, RollCall] = {}
    for rows in table(file):
        calls, faults, fresh = _calls(rows, known, reading)
        for batch in batches(fresh, RollCall):
            yield Chunk(RollCall, batch, counted=False)
        yield from _votes(rows, file, reading, calls=calls, fault=faults)


def _calls(rows: Rows, known: dict[str, RollCall], reading: Reading) -> tuple[pa.Array, pa.Array, list[RollCall]]:
    """The key of each row's roll call, why it has none, and the roll calls met for the first time."""
    import pyarrow as pa

    keys: list[str | None] = []
    faults: list[str | None] = []
    fresh: list[RollCall] = []
    judged: dict[tuple[str, ...], tuple[str | None, str | None]] = {}
    names = [name for name in rows.batch.schema.names if name in {*SYMBOL, *ID, *TITLE, "date", "session", "status"}]
    cells = [rows.batch.column(name).to_pylist() for name in names]
    for values in zip(*cells, strict=True):
        if values not in judged:
            made = _call(dict(zip(names, values, strict=True)), reading)
            if isinstance(made, RollCall):
                before = known.setdefault(made.key, made)
                if before is made:
                    fresh.append(made)
                if before.date != made.date:
                    made = f"{made.key} is of {before.date} in an earlier row, of {made.date} here"
            judged[values] = (made.key, None) if isinstance(made, RollCall) else (None, made)
        key, fault = judged[values]
        keys.append(key)
        faults.append(fault)
    return pa.array(keys, pa.string()), pa.array(faults, pa.string()), fresh


def _call(row: Mapping[str, Any], reading: Reading) -> RollCall | str:
    told, number = first(row, SYMBOL), first(row, ID).removesuffix(".0")
    status = first(row, ("status",)).lower()
    if status not in FIRM:
        return f"its status is {status!r}"
    if not told and not number:
        return "no symbol"
    key = symbol(told) or (f"rcid-{number}" if number else told)
    return doubt(told) or rollcall(row, run=reading.run, key=key, today=reading.today)


def _wide(file: Input, reading: Reading) -> Iterator[Chunk]:
    bad: list[tuple[int, str, str]] = []
    for rows in table(file):
        bad += rows.broken
        states = _states(rows.batch.schema.names)
        calls: list[RollCall] = []
        votes: list[Vote] = []
        for index, row in enumerate(rows.batch.to_pylist()):
            made = _call(row, reading)
            odd = [str(row[name]) for name in states if row[name] and row[name].lower() not in CHOICES]
            if odd and not isinstance(made, str):
                made = f"no such vote: {odd[0]!r}"
            if isinstance(made, str):
                bad.append((row[LINE], made, rows.raw(index)))
                continue
            calls.append(made)
            votes += _cells(row, states, made.key, reading)
        yield Chunk(RollCall, nothing(RollCall))
        for batch in batches(calls, RollCall):
            yield Chunk(RollCall, batch)
        for batch in batches(votes, Vote):
            yield Chunk(Vote, batch, counted=False)
    yield from rejects(bad, source="unga", file=file.name, reading=reading)


def _cells(row: Mapping[str, Any], states: Mapping[str, str], call: str, reading: Reading) -> Iterator[Vote]:
    """A row's votes; an empty cell is unknown, and no vote."""
    for name, state in states.items():
        choice = CHOICES[row[name].lower()] if row[name] else ""
        if choice and (reading.all_votes or reading.sides is None or state in reading.sides):
            yield Vote("unga", f"{call}/{state}", reading.run, call, state, choice)


def _votes(rows: Rows, file: Input, reading: Reading, *, calls: pa.Array, fault: pa.Array) -> Iterator[Chunk]:
    import pyarrow.compute as pc

    told, votes = column(rows, *STATE), column(rows, *CHOICE)
    states = mapped(told, _state)
    choices = mapped(mapped(votes, str.lower), CHOICES.get)
    fault = pc.coalesce(fault, unknown(states, told, "no such state"), unknown(choices, votes, "no such vote"))
    wanted = pc.and_(pc.not_equal(choices, ""), _of_use(states, reading))
    given = {
        "key": pc.binary_join_element_wise(calls, states, "/"),
        "rollcall": calls, "state": states, "choice": choices,
    }  # fmt: skip
    batch = filled(Vote, len(calls), given, source="unga", run=reading.run)
    yield from split(batch, fault, rows, noun=Vote, source="unga", file=file, reading=reading, wanted=wanted)


def _of_use(states: pa.Array, reading: Reading) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    kept = reading.sides
    if reading.all_votes or kept is None:
        return pc.is_valid(states)
    return pc.fill_null(mapped(states, lambda code: code in kept, pa.bool_()), False)


def _sniff(head: Head) -> float:
    layout = _layout(head.columns)
    return {"wide": 0.9, "long": 0.9, "codes": 0.9, "resolutions": 0.7}.get(layout, 0.0)


SOURCE = Source(
    name="unga",
    yields=(Vote, RollCall),
    url="https://digitallibrary.un.org/search?cc=Voting%20Data",
    licence="facts of public record; the collection by Voeten, Strezhnev and Bailey is CC0",
    read=_read,
    sniff=_sniff,
)
