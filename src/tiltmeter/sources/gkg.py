"""
GDELT 2.0 Global Knowledge Graph: the articles, with their titles.

Each record gives the article as a document whose key is its address and whose text
is its title (empty where the record has none); the title can be coded like any
report. Records that name no place of the theatre are outside. Themes, tones and
counts are not read: they are no events.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from tiltmeter.errors import SourceError
from tiltmeter.nouns import Document
from tiltmeter.sources import _links, _offers
from tiltmeter.sources._columns import column, day_faults, days, mapped, reason, split
from tiltmeter.sources._gdelt import cells
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import Rows, require
from tiltmeter.sources._sides import state_code
from tiltmeter.sources._source import Chunk, Head, Reading, Source
from tiltmeter.sources._table import table

COLUMNS: Final = (
    "gkgrecordid", "v2_1date", "v2sourcecollectionidentifier", "v2sourcecommonname", "v2documentidentifier",
    "v1counts", "v2_1counts", "v1themes", "v2enhancedthemes", "v1locations", "v2enhancedlocations", "v1persons",
    "v2enhancedpersons", "v1organizations", "v2enhancedorganizations", "v1_5tone", "v2_1enhanceddates", "v2gcam",
    "v2_1sharingimage", "v2_1relatedimages", "v2_1socialimageembeds", "v2_1socialvideoembeds", "v2_1quotations",
    "v2_1allnames", "v2_1amounts", "v2_1translationinfo", "v2extrasxml",
)  # fmt: skip


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    first = cells(file.peek())
    headless = first[0].lower() != "gkgrecordid"
    if headless and len(first) != len(COLUMNS):
        what = f"{len(first)} columns, the format has {len(COLUMNS)}"
        raise SourceError(
            what, mend="the knowledge graph of GDELT 2.0 is tab-separated, without a head", where=file.name
        )
    for at, rows in enumerate(table(file, names=COLUMNS if headless else None, mark="\t")):
        if not at:
            require(rows.batch.schema.names, ["gkgrecordid", "v2documentidentifier"], source="gkg", file=file)
        yield from _judged(rows, file, reading)


def _judged(rows: Rows, file: Input, reading: Reading) -> Iterator[Chunk]:
    import pyarrow as pa
    import pyarrow.compute as pc

    address, told = column(rows, "v2documentidentifier"), column(rows, "v2_1date")
    fault = pc.coalesce(
        reason(pc.is_null(address), "no address"),
        day_faults(told, reading),
    )
    titles = mapped(pc.fill_null(column(rows, "v2extrasxml"), ""), title)
    batch = _links.documents(
        {
            "url": address, "date": days(told), "outlet": column(rows, "v2sourcecommonname"),
            "title": titles, "text": titles,
            "language": mapped(pc.fill_null(column(rows, "v2_1translationinfo"), ""), _links.language),
        },
        source="gkg", run=reading.run,
    )  # fmt: skip
    wanted = None
    if reading.sides is not None:
        kept = {code.partition("-")[0] for code in reading.sides}
        places = pc.fill_null(column(rows, "v1locations"), "")
        wanted = mapped(places, lambda cell: bool(states(cell) & kept), pa.bool_())
    yield from split(batch, fault, rows, noun=Document, source="gkg", file=file, reading=reading, wanted=wanted)


def title(extras: str) -> str:
    """
    The page's title in a record's last column; empty if there is none.

    >>> title("<PAGE_TITLE>Talks in Astana &amp; Almaty</PAGE_TITLE>")
    'Talks in Astana & Almaty'
    """
    found = re.search(r"<PAGE_TITLE>(.*?)</PAGE_TITLE>", extras, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


def states(places: str) -> set[str]:
    """
    The states of a record's places: the last part of each full name.

    >>> sorted(states("4#Almaty, Almaty, Kazakhstan#KZ#KZ02#43.25#76.95#-2306649;1#Russia#RS#RS#60#100#RS"))
    ['KAZ', 'RUS']
    """
    names = {part.split("#")[1].rpartition(",")[2].strip() for part in places.split(";") if part.count("#") > 1}
    return {code for name in names if (code := state_code(name))}


def _sniff(head: Head) -> float:
    first = cells(head.first)
    if first[0].lower() == "gkgrecordid":
        return 1.0
    return 1.0 if len(first) == 27 and re.fullmatch(r"\d{14}-T?\d+", first[0]) else 0.0


SOURCE = Source(
    name="gkg",
    yields=(Document,),
    url="http://data.gdeltproject.org/gdeltv2/masterfilelist.txt",
    licence="open for any use with a citation of the GDELT Project and a link",
    read=_read,
    sniff=_sniff,
    remote=_offers.quarters(".gkg.csv.zip"),
)
