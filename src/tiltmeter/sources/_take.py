"""Takes files into the store and says what became of every row."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict

from tiltmeter.errors import SourceError
from tiltmeter.nouns import Document, Event, Reject, Row
from tiltmeter.sources._input import Input, inputs
from tiltmeter.sources._read import Theatre, reading, source
from tiltmeter.sources._seen import Seen
from tiltmeter.sources._shared import Opens, opened, shared
from tiltmeter.sources._source import Chunk, Reading, Tally, rejects

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.jobs import Crew
    from tiltmeter.store import Kept, Store

Progress = Callable[[str, float], None]

HELD_ROWS: Final = 100_000
"""Rows that are held before they are put into the store together."""

TOGETHER: Final = 500
"""Files that are put in together, at most: what an interruption loses."""

HELD_BYTES: Final = 64 << 20
"""The same in bytes."""


def take(
    store: Store,
    name: str,
    path: str | Path | Input,
    *,
    run: str,
    today: dt.date,
    theatre: Theatre | None = None,
    options: Mapping[str, Any] | None = None,
    crew: Crew | None = None,
    progress: Progress | None = None,
) -> list[Tally]:
    """
    Take a file, the files of a folder or the members of a zip into the store.

    A file is taken whole or not at all. Taking it again stores nothing: every row
    is a duplicate. In a folder or zip, a file that cannot be used is one reject.

    Args:
        store: Open for writing.
        name: The format, or `auto` to find it for each file.
        path: A file, folder or zip; an Input for what has no name of its own.
        run: The run the rows will carry.
        today: Rows of later days are rejected.
        theatre: Rows of no use to it are counted as outside; None keeps all.
        options: Of the format, such as `resolutions` for `unga`.
        crew: Who reads the files, each whole, while this process puts them in; without it this process reads them.
        progress: Told which file is read, how many rows so far, and the share of the files that is done.

    Raises:
        SourceError: A single file, or every file of a folder, cannot be used.
        StoreError: The store cannot be written.
    """
    if name != "auto":
        source(name)  # refuses a misspelt one before anything is read
    told = reading(run=run, theatre=theatre, today=today, options=options)
    files = inputs(path)
    read: Iterator[Opens]
    under_way = _UnderWay(store, name, told)
    refused: list[SourceError] = []
    if crew is not None and not isinstance(path, Input):
        read = shared(files, told, name=name, known=under_way.knows, crew=crew)
    else:
        read = (partial(opened, file, told, name=name) for file in files)
    for number, (file, opens) in enumerate(zip(files, read, strict=True)):
        if progress is not None:
            progress(file.name, number / len(files))
        try:
            under_way.take(file, opens, _step(progress, number / len(files)))
        except SourceError as error:
            if len(files) == 1:
                raise
            refused.append(error)
            under_way.refuse(file, error)
    under_way.settle()
    if len(refused) == len(files):
        store.undo(run)
        raise refused[0]
    return under_way.tallies()


def _step(progress: Progress | None, share: float) -> Callable[[str], None] | None:
    return None if progress is None else lambda what: progress(what, share)


class _UnderWay:
    """Files on their way into the store: small ones go in together, a large one in a transaction of its own."""

    def __init__(self, store: Store, name: str, told: Reading) -> None:
        self.store, self.name, self.told = store, name, told
        self._seen = Seen(store, told)
        self._waiting: list[_Counter] = []
        self._told: list[_Counter | list[Tally]] = []

    def knows(self, file: Input) -> bool:
        """Whether a file was taken before as it is."""
        return self._seen.tallies(file, self.name) is not None

    def take(self, file: Input, opens: Opens, step: Callable[[str], None] | None) -> None:
        """Read a file; it is in the store after the next `settle`, or before, if it is large."""
        known = self._seen.tallies(file, self.name)
        if known is not None:
            self._told.append(known)
            return
        format_, chunks = opens()
        counter = _Counter(self.store, file, format_, self.told)
        with contextlib.ExitStack() as own:
            for chunk in chunks:
                counter.take(chunk)
                if counter.full:
                    self._alone(counter, own)
                    counter.put()
                if step is not None:
                    step(f"{file.name}: {counter.rows:,} rows")
            if counter.begun:
                counter.put()
                self._seen.note([counter.tallies()], [file], self.name)
        self._told.append(counter)
        if not counter.begun:
            self._waiting.append(counter)
            if len(self._waiting) >= TOGETHER or sum(each.held for each in self._waiting) > HELD_ROWS:
                self.settle()

    def _alone(self, counter: _Counter, own: contextlib.ExitStack) -> None:
        """Give a large file a transaction of its own, behind the files before it."""
        if not counter.begun:
            self.settle()
            own.enter_context(self.store.transaction())
            counter.begun = True

    def refuse(self, file: Input, error: SourceError) -> None:
        """Count a file of a folder that cannot be used as one reject."""
        for chunk in rejects([(0, error.what, "")], source=self.name, file=file.name, reading=self.told):
            self.store.insert(Reject, [chunk.batch])
        self._told.append([Tally(file.name, self.name, read=1, stored=0, duplicate=0, outside=0, rejected=1)])

    def settle(self) -> None:
        """Put in the files that wait, all of them or none."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        with self.store.transaction():
            events = [(each, table) for each in waiting if (table := each.events()) is not None]
            for (each, _), kept in zip(events, self.store.settle([table for _, table in events]), strict=True):
                each.count_events(kept)
            for each in waiting:
                each.put()
            self._seen.note([each.tallies() for each in waiting], [each.file for each in waiting], self.name)

    def tallies(self) -> list[Tally]:
        """What became of the files, in their order."""
        return [tally for each in self._told for tally in (each if isinstance(each, list) else each.tallies())]


class _Counts(TypedDict):
    read: int
    stored: int
    duplicate: int
    outside: int
    rejected: int


class _Counter:
    """Holds a file's chunks until they are put into the store, and counts their rows by the file they are from."""

    def __init__(self, store: Store, file: Input, source: str, told: Reading) -> None:
        self.store, self.file, self.path, self.source, self.told = store, file, file.name, source, told
        self.counts: dict[str, _Counts] = {}
        self._held: dict[tuple[type[Row], str, bool], list[Chunk]] = {}
        self.rows = self.held = self._bytes = 0
        self.begun = False
        self._count(self.path)

    def take(self, chunk: Chunk) -> None:
        """Count a chunk and hold it."""
        where = chunk.path or self.path
        count = self._count(where)
        count["outside"] += chunk.outside
        rows = chunk.outside + (chunk.batch.num_rows if chunk.counted else 0)
        count["read"] += rows
        self.rows += rows
        self.held += chunk.batch.num_rows
        self._bytes += chunk.batch.nbytes
        self._held.setdefault((chunk.noun, where, chunk.counted), []).append(chunk)

    @property
    def full(self) -> bool:
        """Whether as much is held as should be."""
        return self.held > HELD_ROWS or self._bytes > HELD_BYTES

    def put(self) -> None:
        """Put in what is held."""
        if (events := self.events()) is not None:
            (kept,) = self.store.settle([events])
            self.count_events(kept)
        while self._held:
            self._put(*next(iter(self._held)))
        self.held = self._bytes = 0

    def events(self) -> pa.Table | None:
        """The events that are held, which are held no longer; None if there are none."""
        import pyarrow as pa

        chunks = self._held.pop((Event, self.path, True), [])
        batches = [chunk.batch for chunk in chunks if chunk.batch.num_rows]
        return pa.Table.from_batches(batches) if batches else None

    def count_events(self, kept: Kept) -> None:
        """Count the events that were put in."""
        count = self._count(self.path)
        count["stored"] += kept.stored
        count["duplicate"] += kept.duplicate

    def tallies(self) -> list[Tally]:
        """What became of the rows of the file, and of those beside it."""
        return [Tally(path, self.source, **count) for path, count in self.counts.items()]

    def _count(self, where: str) -> _Counts:
        return self.counts.setdefault(where, _Counts(read=0, stored=0, duplicate=0, outside=0, rejected=0))

    def _put(self, noun: type[Row], where: str, counted: bool) -> None:
        chunks = self._held.pop((noun, where, counted))
        if noun is Document:
            chunks = self._without_clashes(chunks, where)
        kept = self.store.insert(noun, [chunk.batch for chunk in chunks])
        count = self._count(where)
        if noun is Reject:
            # a reject that is known from another time is one all the same
            count["rejected"] += sum(chunk.batch.num_rows for chunk in chunks)
        elif counted:
            count["stored"] += kept.stored
            count["duplicate"] += kept.duplicate

    def _without_clashes(self, chunks: list[Chunk], where: str) -> list[Chunk]:
        """Documents without those whose id another text has; they become rejects."""
        import pyarrow as pa
        import pyarrow.compute as pc

        clashes = pa.array(self.store.clashes(Document, [chunk.batch for chunk in chunks], column="text"), pa.bool_())
        at, kept = 0, []
        for chunk in chunks:
            taken = clashes.slice(at, chunk.batch.num_rows)
            at += chunk.batch.num_rows
            self._reject(chunk, taken, where)
            kept.append(replace(chunk, batch=chunk.batch.filter(pc.invert(taken)), lines=None))
        return kept

    def _reject(self, chunk: Chunk, taken: pa.Array, where: str) -> None:
        lines = chunk.lines.filter(taken).to_pylist() if chunk.lines is not None else []
        rows = chunk.batch.filter(taken).to_pylist()
        bad = [
            (line, f"the id {row['key']!r} is taken by another text", f"{row['key']}\t{row['date']}\t{row['text']}")
            for line, row in zip(lines or [0] * len(rows), rows, strict=True)
        ]
        name = rows[0]["source"] if rows else ""
        for each in rejects(bad, source=name, file=where, reading=self.told):
            self._count(where)["rejected"] += each.batch.num_rows
            self.store.insert(Reject, [each.batch])
