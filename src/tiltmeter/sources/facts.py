"""Dated ties between actors, hand-written in TOML (`[[facts]]`) or as a table with the same names."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tiltmeter.errors import SourceError
from tiltmeter.nouns import TIE_KINDS, Fact, batches
from tiltmeter.sources import _days
from tiltmeter.sources._documents import digest
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import LINE, require
from tiltmeter.sources._sides import state_code
from tiltmeter.sources._source import Chunk, Head, Reading, Source, nothing, rejects
from tiltmeter.sources._table import table
from tiltmeter.sources.texts import txt

_FIELDS: Final = frozenset({"key", "kind", "a", "b", "since", "until", "citation", "note"})


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    good: list[Fact] = []
    bad: list[tuple[int, str, str]] = []
    outside = 0
    for line, fields in _toml(file) if file.suffix == ".toml" else _table(file, bad):
        made = _fact(fields, reading.run)
        if isinstance(made, str):
            bad.append((line, made, "\t".join(f"{name}={value}" for name, value in fields.items())))
        elif _of_use(made, reading):
            good.append(made)
        else:
            outside += 1
    yield Chunk(Fact, nothing(Fact), outside=outside)
    for batch in batches(good, Fact):
        yield Chunk(Fact, batch)
    yield from rejects(bad, source="facts", file=file.name, reading=reading)


def _toml(file: Input) -> Iterator[tuple[int, Mapping[str, Any]]]:
    text = txt.whole(file)
    try:
        told = tomllib.loads(text).get("facts")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SourceError(f"not TOML: {error}", mend="mend the line it names", where=file.name) from error
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise SourceError("no [[facts]] tables in it", mend="write each tie as a [[facts]] table", where=file.name)
    lines = [at for at, line in enumerate(text.splitlines(), start=1) if line.strip() == "[[facts]]"]
    for number, fields in enumerate(told):
        yield lines[number] if number < len(lines) else 0, fields


def _table(file: Input, bad: list[tuple[int, str, str]]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for at, rows in enumerate(table(file)):
        if not at:
            require(rows.batch.schema.names, ["kind", "a", "b", "citation"], source="facts", file=file)
        bad += rows.broken
        for row in rows.batch.to_pylist():
            yield row[LINE], {name: row[name] for name in row if name in _FIELDS and row[name] is not None}


def _fact(fields: Mapping[str, Any], run: str) -> Fact | str:
    """The tie, or why it is none."""
    if unknown := sorted(set(fields) - _FIELDS):
        return f"no such field: {unknown[0]}"
    texts = {name: str(fields.get(name, "")).strip() for name in ("key", "kind", "a", "b", "citation", "note")}
    if texts["kind"] not in TIE_KINDS:
        return f"no such kind of tie: {texts['kind']!r}"
    if not texts["citation"]:
        return "no citation"
    days: dict[str, dt.date | None] = {}
    for name in ("since", "until"):
        days[name] = _day(fields.get(name))
        if days[name] is None and fields.get(name) not in (None, ""):
            return f"{name}: the date {fields[name]!r} cannot be read"
    since, until = days["since"], days["until"]
    if since and until and until < since:
        return f"it ends on {until}, before it begins"
    sides = _sides(texts["kind"], texts["a"], texts["b"])
    if isinstance(sides, str):
        return sides
    key = texts["key"] or digest("|".join([texts["kind"], *sides, str(since)]))
    return Fact("facts", key, run, texts["kind"], *sides, since, until, texts["citation"], texts["note"])


def _day(told: Any) -> dt.date | None:
    if isinstance(told, dt.datetime):
        return told.date()
    return told if isinstance(told, dt.date) else _days.day(told) if isinstance(told, str) else None


def _sides(kind: str, a: str, b: str) -> tuple[str, str] | str:
    """Both sides as codes, the person or party as named; or why not."""
    if not a or not b:
        return "a or b is missing"
    first = a if kind in {"office_holder", "party"} else _code(a)
    second = _code(b)
    if first is None or second is None:
        return f"no such state or organisation: {a if first is None else b}"
    return (first, second) if kind != "border" or first < second else (second, first)


def _code(told: str) -> str | None:
    stem, dash, group = told.partition("-")
    found = state_code(stem)
    return f"{found}{dash}{group}" if found else None


def _of_use(fact: Fact, reading: Reading) -> bool:
    return reading.sides is None or bool({fact.a.partition("-")[0], fact.b.partition("-")[0]} & reading.sides)


def _sniff(head: Head) -> float:
    if head.file.suffix == ".toml":
        return 1.0 if "[[facts]]" in head.text else 0.0
    return 1.0 if {"kind", "a", "b", "citation"} <= set(head.columns) else 0.0


SOURCE = Source(
    name="facts",
    yields=(Fact,),
    url="https://en.wikipedia.org/wiki/Collective_Security_Treaty_Organization",
    licence="facts; each row cites its own source",
    read=_read,
    sniff=_sniff,
)
