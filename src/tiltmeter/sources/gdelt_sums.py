"""
Signed sums per pair of states (cooperation and conflict cancel), computed from event data.

Daily (`date, iso_a, iso_b, w`), or weekly as the program computes them
(`week_start, a, b, days, sum`, where `days` of the week had a sum).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.nouns import Figure
from tiltmeter.sources import _days
from tiltmeter.sources._columns import column, day_faults, days, filled, mapped, reason, split, unknown
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import Rows, require
from tiltmeter.sources._sides import state_code
from tiltmeter.sources._source import Chunk, Head, Reading, Source
from tiltmeter.sources._table import table

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "date": ("date", "week_start"), "iso_a": ("iso_a", "a"), "iso_b": ("iso_b", "b"), "w": ("w", "sum"),
}  # fmt: skip


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    for at, rows in enumerate(table(file)):
        if not at:
            require(rows.batch.schema.names, list(_COLUMNS.values()), source="gdelt-sums", file=file)
        yield from judged(rows, file, reading)


def judged(rows: Rows, file: Input, reading: Reading, *, source: str = "gdelt-sums") -> Iterator[Chunk]:
    """The figures of a table's rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    told = {name: column(rows, *names) for name, names in _COLUMNS.items()}
    sides = [mapped(told[name], state_code) for name in ("iso_a", "iso_b")]
    values = _numbers(told["w"])
    fault = pc.coalesce(
        day_faults(told["date"], reading),
        *(unknown(side, told[name], "no such state") for name, side in zip(("iso_a", "iso_b"), sides, strict=True)),
        reason(pc.equal(*sides), "a pair of a state with itself"),
        reason(pc.is_null(values), "the sum is no number"),
        mapped(column(rows, "days"), lambda told: None if told in _DAYS else f"no such number of days: {told}"),
    )
    start = days(told["date"])
    weekly = "week_start" in rows.batch.schema.names
    given = {
        "start": start, "end": mapped(told["date"], _week_end, pa.date32()) if weekly else start,
        "value": values, "rows": mapped(column(rows, "days"), _whole, pa.int64()),
    }  # fmt: skip
    batch = _figures(given, sides, source=source, run=reading.run)
    wanted = _of_use(sides, reading)
    yield from split(batch, fault, rows, noun=Figure, source=source, file=file, reading=reading, wanted=wanted)


_DAYS: Final = frozenset("1234567")


def _week_end(text: str) -> dt.date | None:
    start = _days.day(text)
    return start + dt.timedelta(days=6) if start else None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _numbers(texts: pa.Array) -> pa.Array:
    """A column of numbers from one of texts, null where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        values = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        return mapped(texts, _number, pa.float64())
    return pc.if_else(pc.is_finite(values), values, None)


def _number(text: str) -> float | None:
    import math

    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _of_use(sides: list[pa.Array], reading: Reading) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if reading.sides is None:
        return pc.is_valid(sides[0])
    kept = reading.sides
    return pc.or_(*(mapped(each, lambda code: code in kept, pa.bool_()) for each in sides))


def _figures(given: dict[str, Any], sides: list[pa.Array], *, source: str, run: str) -> pa.RecordBatch:
    import pyarrow as pa
    import pyarrow.compute as pc

    # an unordered pair is written in the order of the alphabet, whichever way the file has it
    a, b = pc.min_element_wise(*sides), pc.max_element_wise(*sides)
    first, last = given["start"].cast(pa.string()), given["end"].cast(pa.string())
    span = pc.if_else(pc.equal(first, last), first, pc.binary_join_element_wise(first, last, "_"))
    told = {**given, "a": a, "b": b, "key": pc.binary_join_element_wise(span, a, b, "/")}
    origin = "signed sums per pair of states, computed from GDELT 2.0 events" if source == "gdelt-sums" else source
    return filled(Figure, len(span), told, source=source, run=run, kind="signed_sum", origin=origin)


def _sniff(head: Head) -> float:
    daily, weekly = {"date", "iso_a", "iso_b", "w"}, {"week_start", "a", "b", "days", "sum"}
    return 1.0 if daily <= set(head.columns) or weekly <= set(head.columns) else 0.0


SOURCE = Source(
    name="gdelt-sums",
    yields=(Figure,),
    url="https://www.gdeltproject.org/data.html",
    licence="GDELT: open for any use with a citation and a link",
    read=_read,
    sniff=_sniff,
)
