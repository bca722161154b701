"""Phoenix events (Petrarch's output): 26 tab-separated columns without a head."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tiltmeter.errors import SourceError
from tiltmeter.nouns import Event
from tiltmeter.sources._columns import column, mapped
from tiltmeter.sources._events import Told, judged
from tiltmeter.sources._gdelt import cells
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import Rows
from tiltmeter.sources._sides import known_code, side
from tiltmeter.sources._source import Chunk, Head, Reading, Source
from tiltmeter.sources._table import table

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS: Final = (
    "eventid", "date", "year", "month", "day",
    "sourceactorfull", "sourceactorentity", "sourceactorrole", "sourceactorattribute",
    "targetactorfull", "targetactorentity", "targetactorrole", "targetactorattribute",
    "eventcode", "eventrootcode", "pentaclass", "goldsteinscore", "issues", "lat", "lon",
    "locationname", "statename", "countrycode", "sentenceid", "urls", "newssources",
)  # fmt: skip


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    first = cells(file.peek())
    headed = first[0].lower() == "eventid"
    if not headed and len(first) != len(COLUMNS):
        what = f"{len(first)} columns, the format has {len(COLUMNS)}"
        raise SourceError(what, mend="Phoenix files are tab-separated, without a head", where=file.name)
    for rows in table(file, names=None if headed else COLUMNS, quoted=False):
        yield from judged(_told(rows), rows, source="phoenix", file=file, reading=reading)


def _told(rows: Rows) -> Told:
    return Told(
        key=column(rows, "eventid"),
        day=column(rows, "date"),
        cameo=column(rows, "eventcode"),
        giver=_side(rows, "source"),
        taker=_side(rows, "target"),
        giver_name=column(rows, "sourceactorfull"),
        taker_name=column(rows, "targetactorfull"),
        document=mapped(column(rows, "urls"), lambda urls: urls.split(";")[0].strip()),
        witnesses=mapped(column(rows, "urls"), lambda urls: str(urls.count(";") + 1)),
    )


def _side(rows: Rows, which: str) -> pa.Array:
    import pyarrow.compute as pc

    parts = [pc.fill_null(column(rows, f"{which}actor{name}"), "") for name in ("entity", "role", "attribute")]
    return mapped(pc.binary_join_element_wise(*parts, "\x1f"), _code)


def _code(packed: str) -> str | None:
    entity, role, attribute = packed.split("\x1f")
    state = known_code(attribute) if attribute == "TAL" else known_code(entity)
    return side(None, country=state, sectors=frozenset({role[:3]} - {""})) if state else None


def _sniff(head: Head) -> float:
    first = cells(head.first)
    if first[0].lower() == "eventid" and "eventrootcode" in head.columns:
        return 1.0
    dated = len(first) == len(COLUMNS) and len(first[1]) == 8 and first[1].isdigit() and first[2] == first[1][:4]
    return 1.0 if dated else 0.0


SOURCE = Source(
    name="phoenix",
    yields=(Event,),
    url="https://github.com/openeventdata/phoenix_pipeline",
    licence="that of the collection, see its documentation",
    read=_read,
    sniff=_sniff,
)
