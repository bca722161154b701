"""
Any table (CSV, TSV, Parquet, JSON lines) by a small mapping file in TOML.

`noun` says what its rows are: event, document or figure. `columns` names the column that holds
each field, `same` what all rows share, `values` the words of the file for ours:

    noun = "event"
    name = "strikes"                       # what the rows' source is called
    columns = { key = "id", day = "when", giver = "who", taker = "whom", root = "what" }
    same = { mode = "done" }
    values.root = { "walk-out" = "PROTEST", "visit" = "CONSULT", "weather" = "-" }

An event has day, giver, taker, and root or cameo; it may have key, until, mode, reported,
giver_name, taker_name, document, sentence. A document has text, and may have key, date, title,
language, outlet, author, url. A figure has date, a, b, value. Sides are codes or names; `-` is no
event. Without a key it is a digest of the row and its repeat number. The mapping is given as an option, or
lies beside the table as `<table>.toml`.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.errors import SourceError
from tiltmeter.nouns import Document, Event, Figure
from tiltmeter.sources import gdelt_sums, reports
from tiltmeter.sources._columns import column, mapped
from tiltmeter.sources._events import Told, judged, sides
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import LINE, Rows, normal, require
from tiltmeter.sources._source import Chunk, Head, Reading, Source
from tiltmeter.sources._table import table

if TYPE_CHECKING:
    import pyarrow as pa

_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "event": (
        "key", "day", "giver", "taker", "root", "cameo", "until", "mode", "reported",
        "giver_name", "taker_name", "document", "sentence",
    ),
    "document": ("key", "text", "date", "title", "language", "outlet", "author", "url"),
    "figure": ("date", "a", "b", "value"),
}  # fmt: skip
_NEEDED: Final = {"event": ("day", "giver", "taker"), "document": ("text",), "figure": ("date", "a", "b", "value")}
_DOCUMENT: Final = {"key": "id"}
_FIGURE: Final = {"a": "iso_a", "b": "iso_b", "value": "w"}


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping file: which column holds what."""

    noun: str
    columns: Mapping[str, str]
    name: str = "table"
    same: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def mapping(path: Path) -> Mapped:
    """
    A mapping from its file.

    Raises:
        SourceError: It is missing, no TOML, or names a noun or field that there is not.
    """
    where = str(path)
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        mend = "write one, see `docs/sources.md`, and give it with --mapping FILE"
        raise SourceError("no mapping file", mend=mend, where=where) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"not TOML: {error}", mend="mend the line it names", where=where) from error
    _check(told, ("noun", "columns", "name", "same", "values"), where=where, what="setting")
    noun = told.get("noun")
    if noun not in _FIELDS:
        raise SourceError(f"no such noun: {noun}", mend=f"write noun = one of {', '.join(_FIELDS)}", where=where)
    columns, same = _texts(told, "columns", where), _texts(told, "same", where)
    for given in (columns, same):
        _check(given, _FIELDS[noun], where=where, what=f"field of {noun}")
    have = {*columns, *same}
    needed = list(_NEEDED[noun]) + (["root"] if noun == "event" and not {"root", "cameo"} & have else [])
    if missing := [name for name in needed if name not in have]:
        raise SourceError(f"no column for {missing[0]}", mend=f'add {missing[0]} = "…" to columns', where=where)
    values = told.get("values", {})
    if not isinstance(values, dict) or not all(isinstance(each, dict) for each in values.values()):
        raise SourceError("values is no table of words", mend='write values.root = { "word" = "ROOT" }', where=where)
    return Mapped(noun, columns, str(told.get("name", "table")), same, values)


def _texts(told: Mapping[str, Any], name: str, where: str) -> dict[str, str]:
    given = told.get(name, {})
    if not isinstance(given, dict):
        raise SourceError(f"{name} is no table", mend=f'write {name} = {{ field = "column" }}', where=where)
    return {key: str(value) for key, value in given.items()}


def _check(given: Mapping[str, Any], known: Sequence[str], *, where: str, what: str) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            mend = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
            raise SourceError(f"no such {what}: {name}", mend=mend, where=where)


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    told = mapping(reading.path("mapping") or _beside(file))
    seen: Counter[str] = Counter()
    for at, rows in enumerate(table(file)):
        if not at:
            wanted = [normal(name) for name in told.columns.values()]
            require(rows.batch.schema.names, wanted, source="the mapping", file=file)
        renamed = _renamed(rows, told)
        if told.noun == "document":
            yield from reports.judged(_called(renamed, _DOCUMENT), file, reading, source=told.name)
        elif told.noun == "figure":
            yield from gdelt_sums.judged(_called(renamed, _FIGURE), file, reading, source=told.name)
        else:
            yield from judged(_told(renamed, seen), renamed, source=told.name, file=file, reading=reading)


def _word(words: Mapping[str, str], cell: str) -> str:
    return words.get(cell, cell)


def _beside(file: Input) -> Path:
    return file.path.with_name(f"{file.path.name}.toml")


def _renamed(rows: Rows, told: Mapped) -> Rows:
    """The rows with columns called as the fields are, words of the file replaced by ours."""
    import pyarrow as pa

    arrays: dict[str, pa.Array] = {}
    for name, value in told.same.items():
        arrays[name] = pa.repeat(pa.scalar(value), rows.batch.num_rows)
    for name, held in told.columns.items():
        words = told.values.get(name, {})
        cells = rows.batch.column(normal(held))
        arrays[name] = mapped(cells, functools.partial(_word, words)) if words else cells
    arrays[LINE] = rows.batch.column(LINE)
    return replace(rows, batch=pa.RecordBatch.from_pydict(arrays))


def _called(rows: Rows, names: Mapping[str, str]) -> Rows:
    """The rows with columns called as the noun's own reader has them."""
    return replace(rows, batch=rows.batch.rename_columns([names.get(name, name) for name in rows.batch.schema.names]))


def _told(rows: Rows, seen: Counter[str]) -> Told:
    import pyarrow as pa

    day, given = column(rows, "day"), set(rows.batch.schema.names)
    nothing = pa.nulls(len(day), pa.string())
    names = {which: column(rows, which) for which in ("giver", "taker")}
    optional = ("root", "cameo", "mode", "until", "reported", "document", "sentence")
    return Told(
        key=column(rows, "key") if "key" in given else _digests(rows, seen),
        day=day,
        giver=sides(name=names["giver"], country=nothing, sectors=nothing, day=day),
        taker=sides(name=names["taker"], country=nothing, sectors=nothing, day=day),
        giver_name=column(rows, "giver_name") if "giver_name" in given else names["giver"],
        taker_name=column(rows, "taker_name") if "taker_name" in given else names["taker"],
        **{name: column(rows, name) for name in optional if name in given},
    )


def _digests(rows: Rows, seen: Counter[str]) -> pa.Array:
    import pyarrow as pa

    keys = []
    for index in range(rows.batch.num_rows):
        digest = hashlib.blake2b(rows.raw(index).encode(), digest_size=12).hexdigest()
        seen[digest] += 1
        keys.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return pa.array(keys, pa.string())


def _sniff(head: Head) -> float:
    return 0.95 if head.columns and not head.file.member and _beside(head.file).is_file() else 0.0


SOURCE = Source(
    name="table",
    yields=(Event, Document, Figure),
    url="https://toml.io",
    licence="that of the table",
    read=_read,
    sniff=_sniff,
)
