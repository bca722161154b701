"""
ACLED events (CSV): battles, violence, protests and riots, with their actors by name.

A protest or riot without a second actor is toward the state it happens in; another
event without one is outside. A day known only to the week or month is an interval.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tiltmeter.nouns import Event
from tiltmeter.sources import _days
from tiltmeter.sources._columns import column, mapped
from tiltmeter.sources._events import Told, judged
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import Rows, require
from tiltmeter.sources._sides import side, state_code
from tiltmeter.sources._source import Chunk, Head, Reading, Source
from tiltmeter.sources._table import table

if TYPE_CHECKING:
    import pyarrow as pa

_MARK: Final = "\x1f"
_KEY: Final = ("event_id_cnty", "data_id")
_CIVIL: Final = frozenset({"5", "6", "7", "rioters", "protesters", "civilians"})
_ARMED: Final = frozenset({
    "2", "3", "4", "rebel group", "rebel forces", "political militia", "identity militia", "rebel groups",
})  # fmt: skip


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    for at, rows in enumerate(table(file)):
        if not at:
            wanted: list[str | tuple[str, ...]] = [_KEY, "event_date", "event_type", "actor1", "country"]
            require(rows.batch.schema.names, wanted, source="acled", file=file)
        yield from judged(_told(rows), rows, source="acled", file=file, reading=reading)


def _told(rows: Rows) -> Told:
    import pyarrow.compute as pc

    kind, sub = column(rows, "event_type"), column(rows, "sub_event_type")
    roots = pc.coalesce(mapped(sub, _root), mapped(kind, lambda told: _root(told) or told))
    first, second = (_side(rows, which) for which in ("1", "2"))
    crowd = mapped(kind, lambda told: told if told in {"Protests", "Riots"} else None)
    second = pc.coalesce(second, pc.if_else(pc.is_valid(crowd), mapped(column(rows, "country"), state_code), None))
    turned = pc.fill_null(mapped(sub, lambda told: bool(_kinds().get(told, ("", False))[1]), _bools()), False)
    day, precision = column(rows, "event_date"), pc.fill_null(column(rows, "time_precision"), "1")
    spans = pc.binary_join_element_wise(day, precision, _MARK)
    names = column(rows, "actor1"), column(rows, "actor2")
    return Told(
        key=column(rows, *_KEY),
        day=pc.coalesce(mapped(spans, _first_day), day),
        until=mapped(spans, _last_day),
        root=roots,
        giver=pc.if_else(turned, second, first),
        taker=pc.if_else(turned, first, second),
        giver_name=pc.if_else(turned, names[1], names[0]),
        taker_name=pc.if_else(turned, names[0], names[1]),
        sentence=column(rows, "notes"),
    )


def _bools() -> pa.DataType:
    import pyarrow as pa

    return pa.bool_()


@functools.cache
def _kinds() -> dict[str, tuple[str, bool]]:
    lines = files("tiltmeter.sources").joinpath("acled.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")][1:]
    return {kind: (root, bool(turned)) for kind, root, turned in rows}


def _root(kind: str) -> str | None:
    found = _kinds().get(kind)
    return found[0] if found else None


def _side(rows: Rows, which: str) -> pa.Array:
    import pyarrow.compute as pc

    cells = (column(rows, name) for name in (f"actor{which}", f"inter{which}", "country"))
    packed = pc.binary_join_element_wise(*(pc.fill_null(cell, "") for cell in cells), _MARK)
    return mapped(packed, _code)


def _code(packed: str) -> str | None:
    name, inter, country = packed.split(_MARK)
    if not name:
        return None
    kind = inter.removesuffix(".0").lower()
    own = state_code(_state_named(name)) or state_code(country)
    if kind in _CIVIL or kind in _ARMED:
        sector = "Social" if kind in _CIVIL else "Rebel"
        return side(None, country=own, sectors=frozenset({sector})) if own else None
    return own


def _state_named(name: str) -> str | None:
    """
    The state in an actor's name.

    >>> _state_named("Police Forces of Kyrgyzstan (2021-)"), _state_named("Protesters (Argentina)")
    ('Kyrgyzstan', 'Argentina')
    """
    found = re.search(r"\bof (?:the )?([A-Z][^()]*?) \(", name) or re.search(r"\(([A-Z][^()\d]*)\)", name)
    return found[1].strip() if found else None


def _first_day(packed: str) -> str | None:
    day, precision = _known(packed)
    return None if day is None else str(day.replace(day=1) if precision == "3" else day)


def _last_day(packed: str) -> str | None:
    day, precision = _known(packed)
    if day is None:
        return None
    if precision == "3":
        return str(day.replace(day=calendar.monthrange(day.year, day.month)[1]))
    return str(day + dt.timedelta(days=6) if precision == "2" else day)


def _known(packed: str) -> tuple[dt.date | None, str]:
    told, _, precision = packed.partition(_MARK)
    return _days.day(told), precision.removesuffix(".0")


def _sniff(head: Head) -> float:
    return 1.0 if {"event_type", "sub_event_type", "actor1", "inter1"} <= set(head.columns) else 0.0


SOURCE = Source(
    name="acled",
    yields=(Event,),
    url="https://acleddata.com",
    licence="ACLED terms of use: with attribution, not to be passed on",
    read=_read,
    sniff=_sniff,
)
