"""What a format on the shelf is, and what reading gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tiltmeter.nouns import Reject, Row

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.sources._input import Input

EARLIEST: Final = dt.date(1945, 1, 1)
"""Rows of events, votes and reports dated before are refused: no source reaches back behind the UN's founding."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """
    Rows read from a file, in `nouns.schema(noun)`.

    `outside` counts valid rows beside these that the theatre has no use for.
    `counted` is false for rows made from rows that are counted already, such as
    the roll calls of a table of votes. `path` is the file they are from if it is
    another than the one being read, such as the table of resolutions beside it.
    `lines` are the lines of documents, whose ids are compared with those in the store.
    """

    noun: type[Row]
    batch: pa.RecordBatch
    outside: int = 0
    counted: bool = True
    path: str = ""
    lines: pa.Array | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    What a reader needs to know beside the file.

    `sides` are the codes whose rows are kept, None for all; `all_votes` keeps
    every state's votes all the same. `today` is the last day a row may be of.
    `options` are the format's own, such as `resolutions` for `unga`.
    """

    today: dt.date
    run: str = ""
    sides: frozenset[str] | None = None
    all_votes: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)

    def path(self, option: str) -> Path | None:
        """The option as a path, None if it was not given."""
        value = self.options.get(option)
        return None if value is None else Path(value)


class Head(NamedTuple):
    """A file's beginning, for recognising its format: `columns` are normalised names, empty if it is no table."""

    file: Input
    first: bytes
    columns: tuple[str, ...]
    text: str


class Offer(NamedTuple):
    """A file that a host offers: where, under which name, of which time; size and MD5 where the list tells."""

    url: str
    name: str
    when: dt.datetime | None = None
    bytes: int | None = None
    md5: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """
    Where files of a format are offered.

    `index` is the address of the list, `parse` reads it; `latest` is a short list of the newest files, if there is one.
    `hosts` are those that may be asked; `step` is the time from one file to the next.
    """

    index: str
    parse: Callable[[bytes, str], list[Offer]]
    hosts: frozenset[str]
    step: dt.timedelta
    latest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    A format: an entry of the shelf `tiltmeter.sources`.

    `yields` are the nouns its rows become, the one that is counted first; `sniff`
    says how surely a file is of the format, 0 to 1. `url` is where data of the
    format come from, `licence` under what terms; `remote` is where `fetch` finds its files.
    """

    name: str
    yields: tuple[type[Row], ...]
    url: str
    licence: str
    read: Callable[[Input, Reading], Iterator[Chunk]]
    sniff: Callable[[Head], float]
    remote: Remote | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a file's rows: `read` is exactly the sum of the other four."""

    path: str
    source: str
    read: int
    stored: int
    duplicate: int
    outside: int
    rejected: int


def nothing(noun: type[Row]) -> pa.RecordBatch:
    """A batch of no rows, for chunks that only count."""
    import pyarrow as pa

    from tiltmeter.nouns import schema

    shape = schema(noun)
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in shape], schema=shape)


def rejects(broken: list[tuple[int, str, str]], *, source: str, file: str, reading: Reading) -> Iterator[Chunk]:
    """A chunk of rejects from (line, reason, row) triples; none if there are none."""
    import hashlib

    from tiltmeter.nouns import batches

    def made(line: int, reason: str, row: str) -> Reject:
        told = f"{file}|{line}|{row}".encode("utf-8", "replace")
        key = hashlib.sha256(told).hexdigest()[:24]
        return Reject(source, key, reading.run, file, line, reason, row[:MAX_ROW])

    for batch in batches((made(*each) for each in broken), Reject):
        yield Chunk(Reject, batch, path=file)


MAX_ROW: Final = 10_000
"""Characters of a rejected row that are kept."""
