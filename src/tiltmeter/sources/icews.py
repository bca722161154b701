"""ICEWS events: the tab-separated release, and research copies as Parquet or CSV."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tiltmeter.nouns import Event
from tiltmeter.sources._columns import column, days
from tiltmeter.sources._events import Told, judged, sides
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import Rows, require
from tiltmeter.sources._source import Chunk, Head, Reading, Source
from tiltmeter.sources._table import table

if TYPE_CHECKING:
    import pyarrow as pa


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    seen: Counter[str] = Counter()
    for at, rows in enumerate(table(file, quoted=None)):
        if not at:
            wanted = [
                ("event_date", "date"),
                ("source_name", "source"),
                ("target_name", "target"),
                ("cameo_code", "cameo"),
            ]
            require(rows.batch.schema.names, wanted, source="icews", file=file)
        yield from judged(_told(rows, seen), rows, source="icews", file=file, reading=reading)


def _told(rows: Rows, seen: Counter[str]) -> Told:
    day, code = column(rows, "event_date", "date"), column(rows, "cameo_code", "cameo")
    names = [column(rows, f"{which}_name", which) for which in ("source", "target")]
    countries = [column(rows, f"{which}_iso", f"{which}_country") for which in ("source", "target")]
    sectors = [column(rows, f"{which}_sectors") for which in ("source", "target")]
    giver, taker = (
        sides(name=name, country=country, sectors=sector, day=day)
        for name, country, sector in zip(names, countries, sectors, strict=True)
    )
    if "event_id" in rows.batch.schema.names:
        key = column(rows, "event_id")
    else:
        # the day as read, so that copies that write dates otherwise have the same keys
        key = _digests([days(day), names[0], countries[0], code, names[1], countries[1]], seen)
    return Told(key=key, day=day, giver=giver, taker=taker, cameo=code, giver_name=names[0], taker_name=names[1])


def _digests(cells: list[pa.Array], seen: Counter[str]) -> pa.Array:
    """
    Keys for rows without an event id: a digest of the row and how often it came before.

    The same row twice in a file is two events that look alike; the same file
    twice has the same keys. `seen` counts on from batch to batch.
    """
    import pyarrow as pa

    keys = []
    for row in zip(*(cell.to_pylist() for cell in cells), strict=True):
        text = "\x1f".join("" if cell is None else str(cell) for cell in row)
        digest = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
        seen[digest] += 1
        keys.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return pa.array(keys, pa.string())


def _sniff(head: Head) -> float:
    names = set(head.columns)
    release = {"event_date", "source_name", "source_country", "cameo_code", "target_name"}
    copy = {"date", "source", "cameo", "target"}
    return 1.0 if release <= names else 0.9 if copy <= names else 0.0


SOURCE = Source(
    name="icews",
    yields=(Event,),
    url="https://doi.org/10.7910/DVN/28075",
    licence="Harvard Dataverse terms for ICEWS Coded Event Data",
    read=_read,
    sniff=_sniff,
)
