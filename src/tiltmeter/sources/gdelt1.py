"""GDELT 1.0 events: daily files of 58 columns (57 without the source's address, up to March 2013)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tiltmeter.nouns import Event
from tiltmeter.sources import _gdelt, _offers
from tiltmeter.sources._input import Input
from tiltmeter.sources._source import Chunk, Head, Reading, Source

COLUMNS: Final = (*_gdelt.FIRST, *_gdelt.PLACES_1, "dateadded", "sourceurl")
_COUNTS: Final = (57, 58)
_MEND: Final = "GDELT 1.0 rows have 57 or 58 columns; files of 61 are GDELT 2.0: add them as gdelt2"


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    count = _gdelt.width(file, _COUNTS, mend=_MEND)
    yield from _gdelt.read(file, reading, source="gdelt1", names=COLUMNS[:count], mend=_MEND)


def _sniff(head: Head) -> float:
    return _gdelt.sniff(head, counts=_COUNTS, adm2=False)


SOURCE = Source(
    name="gdelt1",
    yields=(Event,),
    url="http://data.gdeltproject.org/events/index.html",
    licence="open for any use with a citation of the GDELT Project and a link",
    read=_read,
    sniff=_sniff,
    remote=_offers.days(".export.CSV.zip"),
)
