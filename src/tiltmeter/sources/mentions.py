"""
GDELT 2.0 mentions: which article mentions which event.

A mention has no sides and no deed, so it is no event: each gives the article it
names, as a document without text whose key is its address. Events of `gdelt2`
point to their first article by the same key. Several mentions by one article are
one document; the others count as duplicates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tiltmeter.nouns import Document
from tiltmeter.sources import _links, _offers
from tiltmeter.sources._columns import column, day_faults, days, mapped, reason, split
from tiltmeter.sources._gdelt import cells
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import Rows, require
from tiltmeter.sources._source import Chunk, Head, Reading, Source
from tiltmeter.sources._table import table

COLUMNS: Final = (
    "globaleventid", "eventtimedate", "mentiontimedate", "mentiontype", "mentionsourcename", "mentionidentifier",
    "sentenceid", "actor1charoffset", "actor2charoffset", "actioncharoffset", "inrawtext", "confidence",
    "mentiondoclen", "mentiondoctone", "mentiondoctranslationinfo", "extras",
)  # fmt: skip


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    headless = cells(file.peek())[0].isdigit()
    for at, rows in enumerate(table(file, names=COLUMNS if headless else None)):
        if not at:
            wanted = ["globaleventid", "mentiontimedate", "mentionidentifier"]
            require(rows.batch.schema.names, wanted, source="mentions", file=file)
        yield from _judged(rows, file, reading)


def _judged(rows: Rows, file: Input, reading: Reading) -> Iterator[Chunk]:
    import pyarrow.compute as pc

    address, told = column(rows, "mentionidentifier"), column(rows, "mentiontimedate")
    fault = pc.coalesce(
        reason(pc.is_null(address), "no address"),
        reason(pc.is_null(column(rows, "globaleventid")), "no event id"),
        day_faults(told, reading),
    )
    batch = _links.documents(
        {
            "url": address, "date": days(told), "outlet": column(rows, "mentionsourcename"),
            "language": mapped(pc.fill_null(column(rows, "mentiondoctranslationinfo"), ""), _links.language),
        },
        source="mentions", run=reading.run,
    )  # fmt: skip
    yield from split(batch, fault, rows, noun=Document, source="mentions", file=file, reading=reading)


def _sniff(head: Head) -> float:
    if {"globaleventid", "mentiontimedate", "mentionidentifier"} <= set(head.columns):
        return 1.0
    first = cells(head.first)
    return 0.9 if 14 <= len(first) <= 16 and first[0].isdigit() and first[1].isdigit() and len(first[2]) == 14 else 0.0


SOURCE = Source(
    name="mentions",
    yields=(Document,),
    url="http://data.gdeltproject.org/gdeltv2/masterfilelist.txt",
    licence="open for any use with a citation of the GDELT Project and a link",
    read=_read,
    sniff=_sniff,
    remote=_offers.quarters(".mentions.CSV.zip"),
)
