"""Columns of a batch: read from a table's text, mapped cell by cell, put together as rows of a noun, split by fault."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.nouns import Document, Row, schema
from tiltmeter.sources import _days
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import LINE, Rows
from tiltmeter.sources._source import Chunk, Reading, rejects

if TYPE_CHECKING:
    import pyarrow as pa

NOTHING: Final = ("", "NA", "N/A", "NULL", "null", "None", "none", "nan", "NaN", "---", "\\N")
"""What programs write for a missing value."""


def mapped(column: pa.Array, give: Callable[[str], Any], kind: pa.DataType | None = None) -> pa.Array:
    """A column of what `give` makes of each cell, called once per different cell; null stays null."""
    import pyarrow as pa

    codes = column.dictionary_encode()
    values = pa.array([give(value) for value in codes.dictionary.to_pylist()], kind or pa.string())
    return values.take(codes.indices)


def column(rows: Rows, *names: str) -> pa.Array:
    """The first of the named columns that the rows have, stripped, with the usual words for nothing as null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    present = next((name for name in names if name in rows.batch.schema.names), None)
    if present is None:
        return pa.nulls(rows.batch.num_rows, pa.string())
    cells = pc.utf8_trim_whitespace(rows.batch.column(present))
    return pc.if_else(pc.is_in(cells, value_set=pa.array(NOTHING)), pa.scalar(None, pa.string()), cells)


def days(texts: pa.Array) -> pa.Array:
    """A column of days from one of texts, null where they cannot be read."""
    import pyarrow as pa

    first = _days.month_first(text for text in texts.unique().to_pylist() if text)
    return mapped(texts, lambda text: _days.day(text, month_first=first), pa.date32())


def day_faults(texts: pa.Array, reading: Reading, *, needed: bool = True) -> pa.Array:
    """Why the day of each row cannot be used, null where it can; a missing one is a fault if it is `needed`."""
    import pyarrow.compute as pc

    told = pc.fill_null(texts, "")
    first = _days.month_first(text for text in told.unique().to_pylist())

    def why(text: str) -> str | None:
        if not text:
            return "no date" if needed else None
        return _days.fault(_days.day(text, month_first=first), text, today=reading.today)

    return mapped(told, why)


def reason(where: pa.Array, why: str | pa.Array) -> pa.Array:
    """A column with the reason `where` it holds, null elsewhere."""
    import pyarrow as pa
    import pyarrow.compute as pc

    told = pa.scalar(why) if isinstance(why, str) else why
    return pc.if_else(pc.fill_null(where, False), told, pa.scalar(None, pa.string()))


def unknown(found: pa.Array, told: pa.Array, why: str) -> pa.Array:
    """The reason `<why>: <told>` where nothing was found for what the file told."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return reason(
        pc.is_null(found), pc.binary_join_element_wise(pa.scalar(f"{why}:"), pc.fill_null(told, "(none)"), " ")
    )


def filled(noun: type[Row], count: int, given: Mapping[str, pa.Array], **same: Any) -> pa.RecordBatch:
    """
    A batch of `count` rows of a noun from its columns.

    `same` are values that all rows share; what is neither given nor shared has the
    noun's default. Rows with a fault may hold nulls where the noun needs a value:
    `split` leaves them out.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    defaults = {field.name: field.default for field in dataclasses.fields(noun)} | same
    arrays = []
    for field in schema(noun):
        default = defaults[field.name]
        default = None if default is dataclasses.MISSING else default
        held = given.get(field.name)
        if held is None:
            arrays.append(pa.repeat(pa.scalar(default, field.type), count))
        else:
            arrays.append(held if default is None else pc.fill_null(held, pa.scalar(default, field.type)))
    return pa.RecordBatch.from_arrays(arrays, schema=schema(noun))


def split(
    batch: pa.RecordBatch,
    fault: pa.Array,
    rows: Rows,
    *,
    noun: type[Row],
    source: str,
    file: Input,
    reading: Reading,
    wanted: pa.Array | None = None,
) -> Iterator[Chunk]:
    """
    The chunks of rows that were made into a batch of the same length, row by row.

    Rows with a `fault` are rejected; others that are not `wanted` are outside; the rest is kept.
    """
    keep = kept(fault, wanted)
    lines = rows.batch.column(LINE)
    yield Chunk(
        noun,
        batch.filter(keep),
        outside=outside(fault, keep),
        lines=lines.filter(keep) if noun is Document else None,
    )
    yield from faulty(fault, rows, source=source, file=file, reading=reading)


def kept(fault: pa.Array, wanted: pa.Array | None) -> pa.Array:
    """Which rows are kept: those without a fault that are wanted."""
    import pyarrow.compute as pc

    good = pc.is_null(fault)
    return good if wanted is None else pc.and_(good, pc.fill_null(wanted, False))


def outside(fault: pa.Array, keep: pa.Array) -> int:
    """How many rows are neither kept nor at fault."""
    return int(fault.null_count - (keep.true_count if len(keep) else 0))


def faulty(fault: pa.Array, rows: Rows, *, source: str, file: Input, reading: Reading) -> Iterator[Chunk]:
    """The rejects among rows: the broken ones and those with a fault."""
    import pyarrow.compute as pc

    at = pc.indices_nonzero(pc.is_valid(fault)).to_pylist() if fault.null_count < len(fault) else []
    lines = rows.batch.column(LINE)
    bad = [(lines[index].as_py(), fault[index].as_py(), rows.raw(index)) for index in at]
    yield from rejects([*rows.broken, *bad], source=source, file=file.name, reading=reading)
