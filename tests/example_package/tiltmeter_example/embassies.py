"""Embassies opened and closed, a table of five columns: `id, date, sender, host, change`."""

from __future__ import annotations

from collections.abc import Iterator

from tiltmeter.nouns import Event
from tiltmeter.sources import Chunk, Head, Input, Reading, Source, Told, column, judged, mapped, require, side, table

COLUMNS = ["id", "date", "sender", "host", "change"]
ROOTS = {"opened": "COOPERATE", "closed": "SANCTION"}


def read(file: Input, reading: Reading) -> Iterator[Chunk]:
    """Each row as an event of the sender toward the host; a row with another word in `change` is rejected."""
    for at, rows in enumerate(table(file)):
        if at == 0:
            require(rows.batch.schema.names, COLUMNS, source="embassies", file=file)
        told = Told(
            key=column(rows, "id"),
            day=column(rows, "date"),
            giver=mapped(column(rows, "sender"), side),
            taker=mapped(column(rows, "host"), side),
            root=mapped(column(rows, "change"), lambda change: ROOTS.get(change, change)),
            giver_name=column(rows, "sender"),
            taker_name=column(rows, "host"),
        )
        yield from judged(told, rows, source="embassies", file=file, reading=reading)


def sniff(head: Head) -> float:
    """Sure of a file with all five columns."""
    return 1.0 if set(COLUMNS) <= set(head.columns) else 0.0


SOURCE = Source(
    name="embassies",
    yields=(Event,),
    url="https://example.org/embassies",
    licence="made up",
    read=read,
    sniff=sniff,
)
