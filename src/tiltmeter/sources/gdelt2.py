"""GDELT 2.0 events: 15-minute files of 61 columns, and copies with one column more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tiltmeter.nouns import Event
from tiltmeter.sources import _gdelt, _offers
from tiltmeter.sources._input import Input
from tiltmeter.sources._source import Chunk, Head, Reading, Source

COLUMNS: Final = (*_gdelt.FIRST, *_gdelt.PLACES_2, "dateadded", "sourceurl")
_COUNTS: Final = (61, 62)
_MEND: Final = "GDELT 2.0 rows have 61 columns, copies 62; files of 57 or 58 are GDELT 1.0: add them as gdelt1"


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    count = _gdelt.width(file, _COUNTS, mend=_MEND)
    names = with_extra(_gdelt.cells(file.peek())) if count == 62 else COLUMNS if count else ()
    yield from _gdelt.read(file, reading, source="gdelt2", names=names, mend=_MEND)


def with_extra(first: Sequence[str]) -> tuple[str, ...]:
    """
    The columns of a copy with 62, by a row of it: the extra one is a code's description, or stands last.

    >>> row = [""] * 62
    >>> row[26:29] = ["0841", "Return, release", "084"]
    >>> with_extra(row).index("eventbasecode")
    28
    """
    at = COLUMNS.index("eventbasecode") if not first[27].isdigit() else len(COLUMNS)
    return (*COLUMNS[:at], "extra", *COLUMNS[at:])


def _sniff(head: Head) -> float:
    return _gdelt.sniff(head, counts=_COUNTS, adm2=True)


SOURCE = Source(
    name="gdelt2",
    yields=(Event,),
    url="http://data.gdeltproject.org/gdeltv2/masterfilelist.txt",
    licence="open for any use with a citation of the GDELT Project and a link",
    read=_read,
    sniff=_sniff,
    remote=_offers.quarters(".export.CSV.zip"),
)
