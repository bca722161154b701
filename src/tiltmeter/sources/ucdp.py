"""
UCDP GED events (CSV): deadly violence between two armed sides, or by one against civilians.

Every row is an ASSAULT by side A on side B. "Government of X" is the state X,
"Civilians" are the civilians of the country it happens in, any other side is an armed
group: one we know by its name, else of that country.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tiltmeter.nouns import Event
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
_WANTED: Final = ["id", "side_a", "side_b", "country", "date_start", "date_end"]


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    for at, rows in enumerate(table(file)):
        if not at:
            require(rows.batch.schema.names, _WANTED, source="ucdp", file=file)
        yield from judged(_told(rows), rows, source="ucdp", file=file, reading=reading)


def _told(rows: Rows) -> Told:
    import pyarrow as pa

    return Told(
        key=mapped(column(rows, "id"), lambda told: told.removesuffix(".0")),
        day=column(rows, "date_start"),
        until=column(rows, "date_end"),
        root=pa.repeat("ASSAULT", rows.batch.num_rows),
        giver=_side(rows, "side_a"),
        taker=_side(rows, "side_b"),
        giver_name=column(rows, "side_a"),
        taker_name=column(rows, "side_b"),
        witnesses=column(rows, "number_of_sources"),
    )


def _side(rows: Rows, which: str) -> pa.Array:
    import pyarrow.compute as pc

    cells = (pc.fill_null(column(rows, name), "") for name in (which, "country"))
    return mapped(pc.binary_join_element_wise(*cells, _MARK), _code)


def _code(packed: str) -> str | None:
    name, country = packed.split(_MARK)
    here = state_code(_plain(country))
    if name.startswith("Government of "):
        return state_code(_plain(name.removeprefix("Government of ")))
    if name in {"Civilians", "civilians"}:
        return f"{here}-CIV" if here else None
    known = side(name) if name else None
    return known if known and "-" in known else f"{here}-REB" if here and name else None


def _plain(country: str) -> str:
    """
    A country's name without a former one in brackets.

    >>> _plain("Myanmar (Burma)"), _plain("Russia (Soviet Union)")
    ('Myanmar', 'Russia')
    """
    return country.partition(" (")[0].strip()


def _sniff(head: Head) -> float:
    return 1.0 if {"side_a", "side_b", "type_of_violence", "date_start"} <= set(head.columns) else 0.0


SOURCE = Source(
    name="ucdp",
    yields=(Event,),
    url="https://ucdp.uu.se/downloads/",
    licence="CC BY 4.0",
    read=_read,
    sniff=_sniff,
)
