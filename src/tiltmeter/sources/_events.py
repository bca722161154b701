"""Rows of event data, as their source tells them, judged and brought into the form of our events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tiltmeter.nouns import MODES, QUAD, Event
from tiltmeter.sources import _columns
from tiltmeter.sources._cameo import NO_EVENT, meaning
from tiltmeter.sources._columns import mapped, reason
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import Rows
from tiltmeter.sources._sides import side
from tiltmeter.sources._source import Chunk, Reading

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    What a source tells of its events: text columns of one length, null where it does not tell.

    `giver` and `taker` are our codes; a row without one of them is outside. Either
    `cameo` or `root` is given. `until` is the last day of an event of several days.
    `fault` is the source's own reason to reject a row. Events reported more than
    `stale_after` days later are background.
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
    witnesses: pa.Array | None = None
    stale_after: int | None = None
    fault: pa.Array | None = None


def sides(*, name: pa.Array, country: pa.Array, sectors: pa.Array, day: pa.Array) -> pa.Array:
    """
    Our code of one side in every row, null where it is nobody we know.

    Who holds an office changes, so a name means what it meant on the row's day.
    `sectors` are separated by commas.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    days = _columns.days(day)
    months = pc.fill_null(pc.strftime(days, "%Y-%m"), "")
    parts = [pc.fill_null(each, "") for each in (name, country, sectors)]
    found = mapped(pc.binary_join_element_wise(months, *parts, _MARK), _side_in_month)
    moving = pc.fill_null(pc.equal(found, _MARK), False)
    if not pc.any(moving).as_py():
        return found
    exact = pc.binary_join_element_wise(pc.fill_null(days.cast(pa.string()), ""), *parts, _MARK)
    return pc.if_else(moving, mapped(pc.if_else(moving, exact, None), _side_on_day), found)


_MARK: Final = "\x1f"


def _side_in_month(packed: str) -> str | None:
    """The side if it is the same on the month's first and last day; else the mark."""
    month, *rest = packed.split(_MARK)
    if not month:
        return _side(None, *rest)
    first = dt.date.fromisoformat(month + "-01")
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    before, after = _side(first, *rest), _side(last, *rest)
    return before if before == after else _MARK


def _side_on_day(packed: str) -> str | None:
    on, *rest = packed.split(_MARK)
    return _side(dt.date.fromisoformat(on) if on else None, *rest)


def _side(on: dt.date | None, name: str, country: str, sectors: str) -> str | None:
    parts = frozenset(part.strip() for part in sectors.split(",") if part.strip())
    return side(name or None, country=country or None, sectors=parts, on=on)


def judged(told: Told, rows: Rows, *, source: str, file: Input, reading: Reading) -> Iterator[Chunk]:
    """The rows' events; beside them the rejects, with their reasons, and the count of those outside."""
    import pyarrow.compute as pc

    fault = pc.coalesce(
        *([told.fault] if told.fault is not None else []),
        reason(pc.is_null(told.key), "no id"),
        _columns.day_faults(told.day, reading),
        _code_fault(told),
        *([mapped(told.mode, _mode_fault)] if told.mode is not None else []),
    )
    keep = _columns.kept(fault, _of_use(told, reading))
    # most rows of bulk data are outside: only the kept ones are brought into our form
    batch = _events(_filtered(told, keep), source=source, run=reading.run)
    yield Chunk(Event, batch, outside=_columns.outside(fault, keep))
    yield from _columns.faulty(fault, rows, source=source, file=file, reading=reading)


def _filtered(told: Told, keep: pa.Array) -> Told:
    """The same of some rows."""
    columns = {name: getattr(told, name) for name in Told.__dataclass_fields__ if name not in {"stale_after", "fault"}}
    return replace(told, fault=None, **{name: each.filter(keep) for name, each in columns.items() if each is not None})


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


def _mode_fault(mode: str) -> str | None:
    return None if mode in MODES else f"no such mode: {mode!r}"


def _roots(told: Told) -> pa.Array:
    if told.cameo is None:
        return told.root
    return mapped(told.cameo, lambda code: found.root if (found := meaning(code)) else None)


def _modes(told: Told) -> pa.Array | None:
    if told.mode is not None or told.cameo is None:
        return told.mode
    return mapped(told.cameo, lambda code: found.mode if (found := meaning(code)) else None)


def _of_use(told: Told, reading: Reading) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    both = pc.and_(pc.is_valid(told.giver), pc.is_valid(told.taker))
    useful = pc.and_(both, pc.fill_null(pc.not_equal(_roots(told), NO_EVENT), False))
    if reading.sides is None:
        return useful
    stems = {code.partition("-")[0] for code in reading.sides}
    inside = [
        pc.fill_null(mapped(each, lambda code: code.partition("-")[0] in stems, pa.bool_()), False)
        for each in (told.giver, told.taker)
    ]
    return pc.and_(useful, pc.or_(*inside))


def _events(told: Told, *, source: str, run: str) -> pa.RecordBatch:
    """All rows as events, also those that are at fault."""
    import pyarrow as pa
    import pyarrow.compute as pc

    days, roots = _columns.days(told.day), _roots(told)
    given = {
        "key": told.key, "giver": _facing(told.giver, told.taker), "taker": _facing(told.taker, told.giver),
        "root": roots, "mode": _modes(told), "quad": mapped(roots, lambda root: QUAD.get(root, 0), pa.int64()),
        "start": days, "end": days if told.until is None else pc.coalesce(_columns.days(told.until), days),
        "reported": days if told.reported is None else _columns.days(told.reported),
    }  # fmt: skip
    for name in ("giver_name", "taker_name", "document", "sentence", "cameo"):
        given[name] = getattr(told, name)
    if told.witnesses is not None:
        given["witnesses"] = mapped(told.witnesses, _count, pa.int64())
    if told.stale_after is not None:
        given["background"] = _stale(days, given["reported"], told.stale_after)
    return _columns.filled(Event, len(days), given, source=source, run=run)


def _facing(side: pa.Array, other: pa.Array) -> pa.Array:
    """Civilians who face another state than their own, as their state: the codebook's rule."""
    import pyarrow.compute as pc

    stem, rival = (mapped(each, lambda code: code.partition("-")[0]) for each in (side, other))
    abroad = pc.and_(pc.ends_with(side, "-CIV"), pc.not_equal(stem, rival))
    return pc.if_else(pc.fill_null(abroad, False), stem, side)


def _stale(days: pa.Array, reported: pa.Array, limit: int) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.greater(pc.subtract(reported.cast(pa.int32()), days.cast(pa.int32())), limit)


def _count(told: str) -> int | None:
    return max(int(float(told)), 1) if told.replace(".", "", 1).isdigit() else None
