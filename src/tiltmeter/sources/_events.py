"""Rows of event data, as their source tells them, judged and brought into the form of our events."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tiltmeter.nouns import QUAD, Event, schema
from tiltmeter.sources import _days
from tiltmeter.sources._cameo import NO_EVENT, meaning
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import LINE, Rows
from tiltmeter.sources._sides import side
from tiltmeter.sources._source import Chunk, Reading, rejects

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    What a source tells of its events: text columns of one length, null where it does not tell.

    `giver` and `taker` are our codes; a row without one of them is outside. Either
    `cameo` or `root` is given. `until` is the last day of an event of several days.
    `fault` is the source's own reason to reject a row.
    """

    key: pa.Array
    day: pa.Array
    giver: pa.Array
    taker: pa.Array
    cameo: pa.Array | None = None
    root: pa.Array | None = None
    mode: pa.Array | None = None
    until: pa.Array | None = None
    reported: pa.Array | None = None
    giver_name: pa.Array | None = None
    taker_name: pa.Array | None = None
    document: pa.Array | None = None
    sentence: pa.Array | None = None
    fault: pa.Array | None = None


def mapped(column: pa.Array, give: Callable[[str], Any], kind: pa.DataType | None = None) -> pa.Array:
    """A column of what `give` makes of each cell, called once per different cell; null stays null."""
    import pyarrow as pa

    codes = column.dictionary_encode()
    values = pa.array([give(value) for value in codes.dictionary.to_pylist()], kind or pa.string())
    return values.take(codes.indices)


def column(rows: Rows, *names: str) -> pa.Array:
    """The first of the named columns that the rows have, stripped, with the usual words for nothing as null."""
    import pyarrow as pa

    present = next((name for name in names if name in rows.batch.schema.names), None)
    if present is None:
        return pa.nulls(rows.batch.num_rows, pa.string())
    return mapped(rows.batch.column(present), lambda cell: None if cell.strip() in _NOTHING else cell.strip())


_NOTHING = frozenset({"", "NA", "N/A", "NULL", "null", "None", "none", "nan", "NaN", "---", "\\N"})


def sides(*, name: pa.Array, country: pa.Array, sectors: pa.Array, day: pa.Array) -> pa.Array:
    """
    Our code of one side in every row, null where it is nobody we know.

    Who holds an office changes, so a name means what it meant on the row's day.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    days = read_days(day)
    months = pc.fill_null(pc.strftime(days, "%Y-%m"), "")
    parts = [pc.fill_null(each, "") for each in (months, name, country, sectors)]
    packed = pc.binary_join_element_wise(*parts, "\x1f")
    found = mapped(packed, _side_in_month)
    moving = pc.equal(found, _MOVING)
    if not pc.any(moving).as_py():
        return found
    exact = pc.binary_join_element_wise(pc.fill_null(pc.cast(days, pa.string()), ""), *parts[1:], "\x1f")
    return pc.if_else(moving, mapped(pc.if_else(moving, exact, None), _side_on_day), found)


_MOVING = "\x1f"


def _side_in_month(packed: str) -> str | None:
    """The side if it is the same on the month's first and last day."""
    month, *rest = packed.split("\x1f")
    if not month:
        return _side(None, *rest)
    first = dt.date.fromisoformat(month + "-01")
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    before, after = _side(first, *rest), _side(last, *rest)
    return before if before == after else _MOVING


def _side_on_day(packed: str) -> str | None:
    on, *rest = packed.split("\x1f")
    return _side(dt.date.fromisoformat(on) if on else None, *rest)


def _side(on: dt.date | None, name: str, country: str, sectors: str) -> str | None:
    parts = frozenset(part.strip() for part in sectors.split(",") if part.strip())
    return side(name or None, country=country or None, sectors=parts, on=on)


def read_days(texts: pa.Array) -> pa.Array:
    """A column of days from one of texts, null where they cannot be read."""
    import pyarrow as pa

    first = _days.month_first(text for text in texts.unique().to_pylist() if text)
    return mapped(texts, lambda text: _days.day(text, month_first=first), pa.date32())


def judged(told: Told, rows: Rows, *, source: str, file: Input, reading: Reading) -> Iterator[Chunk]:
    """The rows' events; beside them the rejects, with their reasons, and the count of those outside."""
    import pyarrow.compute as pc

    days = read_days(told.day)
    fault = pc.coalesce(
        *([told.fault] if told.fault is not None else []),
        pc.if_else(pc.is_null(told.key), "no id", None),
        _day_fault(told.day, days, reading.today),
        _code_fault(told),
    )
    good = pc.is_null(fault)
    wanted = pc.and_(good, _of_use(told, reading))
    batch = _events(told, days, source=source, run=reading.run).filter(wanted)
    outside = pc.sum(good).as_py() - batch.num_rows if len(good) else 0
    yield Chunk(Event, batch, outside=outside)
    reasons, lines = fault.to_pylist(), rows.batch.column(LINE).to_pylist()
    bad = [(lines[at], why, rows.raw(at)) for at, why in enumerate(reasons) if why is not None]
    yield from rejects([*rows.broken, *bad], source=source, file=file.name, reading=reading)


def _day_fault(texts: pa.Array, days: pa.Array, today: dt.date) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    told = pc.fill_null(texts, "")
    known = dict(zip(told.to_pylist(), days.to_pylist(), strict=True))

    def why(text: str) -> str | None:
        return _days.fault(known[text], text, today=today) if text else "no date"

    return mapped(told, why, pa.string())


def _code_fault(told: Told) -> pa.Array:
    import pyarrow.compute as pc

    if told.cameo is None:
        root = pc.fill_null(told.root, "")
        return mapped(root, lambda name: None if name in QUAD or name == NO_EVENT else f"no such root: {name!r}")

    def why(code: str) -> str | None:
        if not code:
            return "no CAMEO code"
        return None if meaning(code) else f"no such CAMEO code: {code!r}"

    return mapped(pc.fill_null(told.cameo, ""), why)


def _roots(told: Told) -> pa.Array:
    if told.cameo is None:
        return told.root
    return mapped(told.cameo, lambda code: found.root if (found := meaning(code)) else None)


def _modes(told: Told) -> pa.Array:
    import pyarrow as pa

    if told.mode is not None:
        return told.mode
    if told.cameo is None:
        return pa.array(["done"] * len(told.key))
    return mapped(told.cameo, lambda code: found.mode if (found := meaning(code)) else None)


def _of_use(told: Told, reading: Reading) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    both = pc.and_(pc.is_valid(told.giver), pc.is_valid(told.taker))
    event = pc.fill_null(pc.not_equal(_roots(told), NO_EVENT), False)
    useful = pc.and_(both, event)
    if reading.sides is None:
        return useful
    stems = {code.partition("-")[0] for code in reading.sides}

    def inside(code: str) -> bool:
        return code.partition("-")[0] in stems

    either = pc.or_kleene(mapped(told.giver, inside, pa.bool_()), mapped(told.taker, inside, pa.bool_()))
    return pc.and_(useful, pc.fill_null(either, False))


def _events(told: Told, days: pa.Array, *, source: str, run: str) -> pa.RecordBatch:
    """All rows as events; those that are at fault have nulls and are filtered out by the caller."""
    import pyarrow as pa
    import pyarrow.compute as pc

    roots = _roots(told)
    ends = days if told.until is None else pc.coalesce(read_days(told.until), days)
    given: dict[str, pa.Array] = {
        "key": told.key, "giver": told.giver, "taker": told.taker, "root": roots, "mode": _modes(told),
        "quad": mapped(roots, lambda root: QUAD.get(root, 0), pa.int64()), "start": days, "end": ends,
        "reported": days if told.reported is None else read_days(told.reported),
    }  # fmt: skip
    for name in ("giver_name", "taker_name", "document", "sentence", "cameo"):
        texts = getattr(told, name)
        given[name] = pc.fill_null(texts, "") if texts is not None else pa.array([""] * len(told.key))
    constant = {field.name: field.default for field in dataclasses.fields(Event)} | {"source": source, "run": run}
    shape = schema(Event)
    arrays = [
        given[field.name] if field.name in given else pa.array([constant[field.name]] * len(told.key), field.type)
        for field in shape
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=shape)
