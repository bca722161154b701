"""Daily signed sums per pair of states (cooperation and conflict cancel), computed from event data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tiltmeter.nouns import Figure, schema
from tiltmeter.sources import _days
from tiltmeter.sources._events import column, mapped, read_days
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import LINE, Rows, require, table
from tiltmeter.sources._sides import state_code
from tiltmeter.sources._source import Chunk, Head, Reading, Source, rejects

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = ["date", ("iso_a", "a"), ("iso_b", "b"), ("w", "value", "sum")]


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    for at, rows in enumerate(table(file)):
        if not at:
            require(rows.batch.schema.names, _COLUMNS, source="gdelt-sums", file=file)
        yield from _judged(rows, file, reading)


def _judged(rows: Rows, file: Input, reading: Reading) -> Iterator[Chunk]:
    import pyarrow as pa
    import pyarrow.compute as pc

    told = {name[0] if isinstance(name, tuple) else name: _told(rows, name) for name in _COLUMNS}
    days = read_days(told["date"])
    sides = [mapped(told[name], state_code) for name in ("iso_a", "iso_b")]
    values = mapped(told["w"], _number, pa.float64())
    fault = pc.coalesce(
        mapped(pc.fill_null(told["date"], ""), lambda text: _day_fault(text, reading)),
        *(_no_state(told[name], code) for name, code in zip(("iso_a", "iso_b"), sides, strict=True)),
        pc.if_else(pc.equal(*sides), pa.scalar("a pair of a state with itself"), pa.scalar(None, pa.string())),
        pc.if_else(pc.is_null(values), pa.scalar("the sum is no number"), pa.scalar(None, pa.string())),
    )
    good = pc.is_null(fault)
    wanted = pc.and_(good, pc.fill_null(_of_use(sides, reading), False))  # noqa: FBT003 - Arrow's own signature
    batch = _figures(days, sides, values, wanted, reading.run)
    yield Chunk(Figure, batch, outside=(pc.sum(good).as_py() or 0) - batch.num_rows)
    lines, reasons = rows.batch.column(LINE).to_pylist(), fault.to_pylist()
    bad = [(lines[index], why, rows.raw(index)) for index, why in enumerate(reasons) if why is not None]
    yield from rejects([*rows.broken, *bad], source="gdelt-sums", file=file, reading=reading)


def _told(rows: Rows, name: str | tuple[str, ...]) -> pa.Array:
    return column(rows, *(name if isinstance(name, tuple) else (name,)))


def _day_fault(text: str, reading: Reading) -> str | None:
    return _days.fault(_days.day(text), text, today=reading.today) if text else "no date"


def _no_state(texts: pa.Array, codes: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    reason = pc.binary_join_element_wise("no such state:", pc.fill_null(texts, "(none)"), " ")
    return pc.if_else(pc.is_null(codes), reason, pa.scalar(None, pa.string()))


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


def _figures(days: pa.Array, sides: list[pa.Array], values: pa.Array, wanted: pa.Array, run: str) -> pa.RecordBatch:
    import pyarrow as pa
    import pyarrow.compute as pc

    # an unordered pair is written in the order of the alphabet, whichever way the file has it
    pair = [pc.min_element_wise(*sides).filter(wanted), pc.max_element_wise(*sides).filter(wanted)]
    days = days.filter(wanted)
    given: dict[str, Any] = {
        "key": pc.binary_join_element_wise(days.cast(pa.string()), *pair, "/"),
        "a": pair[0], "b": pair[1], "start": days, "end": days, "value": values.filter(wanted),
    }  # fmt: skip
    constant = {
        "source": "gdelt-sums", "run": run, "kind": "signed_sum", "rows": 1, "directed": False,
        "origin": "daily sums computed from GDELT 2.0 events",
    }  # fmt: skip
    shape = schema(Figure)
    arrays = [given.get(field.name, pa.array([constant.get(field.name)] * len(days), field.type)) for field in shape]
    return pa.RecordBatch.from_arrays(arrays, schema=shape)


def _sniff(head: Head) -> float:
    return 1.0 if {"date", "iso_a", "iso_b", "w"} <= set(head.columns) else 0.0


SOURCE = Source(
    name="gdelt-sums",
    yields=(Figure,),
    url="https://www.gdeltproject.org/data.html",
    licence="GDELT: open for any use with a citation and a link",
    read=_read,
    sniff=_sniff,
)
