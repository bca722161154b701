"""
Signed sums per pair of states (cooperation and conflict cancel), computed from event data.

Daily (`date, iso_a, iso_b, w`), or weekly as the program computes them
(`week_start, a, b, days, sum`, where `days` of the week had a sum).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.nouns import Figure, schema
from tiltmeter.sources import _days
from tiltmeter.sources._events import column, mapped, read_days
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import LINE, Rows, require, table
from tiltmeter.sources._sides import state_code
from tiltmeter.sources._source import Chunk, Head, Reading, Source, rejects

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "date": ("date", "week_start"), "iso_a": ("iso_a", "a"), "iso_b": ("iso_b", "b"), "w": ("w", "sum"),
}  # fmt: skip


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    for at, rows in enumerate(table(file)):
        if not at:
            require(rows.batch.schema.names, list(_COLUMNS.values()), source="gdelt-sums", file=file)
        yield from _judged(rows, file, reading)


def _judged(rows: Rows, file: Input, reading: Reading) -> Iterator[Chunk]:
    import pyarrow as pa
    import pyarrow.compute as pc

    told = {name: column(rows, *names) for name, names in _COLUMNS.items()}
    weekly = "week_start" in rows.batch.schema.names
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
    wanted = pc.and_(good, pc.fill_null(_of_use(sides, reading), False))
    count = pc.fill_null(mapped(column(rows, "days"), _whole, pa.int64()), 1)
    given = {
        "start": days,
        "end": mapped(told["date"], _week_end, pa.date32()) if weekly else days,
        "value": values,
        "rows": count,
    }
    batch = _figures(given, sides, reading.run).filter(wanted)
    yield Chunk(Figure, batch, outside=(pc.sum(good).as_py() or 0) - batch.num_rows)
    lines, reasons = rows.batch.column(LINE).to_pylist(), fault.to_pylist()
    bad = [(lines[index], why, rows.raw(index)) for index, why in enumerate(reasons) if why is not None]
    yield from rejects([*rows.broken, *bad], source="gdelt-sums", file=file.name, reading=reading)


def _day_fault(text: str, reading: Reading) -> str | None:
    return _days.fault(_days.day(text), text, today=reading.today) if text else "no date"


def _no_state(texts: pa.Array, codes: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    reason = pc.binary_join_element_wise("no such state:", pc.fill_null(texts, "(none)"), " ")
    return pc.if_else(pc.is_null(codes), reason, pa.scalar(None, pa.string()))


def _week_end(text: str) -> dt.date | None:
    start = _days.day(text)
    return start + dt.timedelta(days=6) if start else None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


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


def _figures(given: dict[str, Any], sides: list[pa.Array], run: str) -> pa.RecordBatch:
    """All rows as figures; those that are at fault have nulls and are filtered out by the caller."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # an unordered pair is written in the order of the alphabet, whichever way the file has it
    pair = [pc.min_element_wise(*sides), pc.max_element_wise(*sides)]
    stretch = [given["start"].cast(pa.string()), given["end"].cast(pa.string())]
    span = pc.if_else(pc.equal(*stretch), stretch[0], pc.binary_join_element_wise(*stretch, "_"))
    told = {**given, "a": pair[0], "b": pair[1], "key": pc.binary_join_element_wise(span, *pair, "/")}
    constant = {
        "source": "gdelt-sums", "run": run, "kind": "signed_sum", "directed": False,
        "origin": "signed sums per pair of states, computed from GDELT 2.0 events",
    }  # fmt: skip
    arrays = [
        told[field.name] if field.name in told else pa.array([constant[field.name]] * len(span), field.type)
        for field in schema(Figure)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema(Figure))


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
