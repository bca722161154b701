"""Takes files into the store and says what became of every row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict

from tiltmeter.errors import SourceError
from tiltmeter.nouns import Document, Reject, Row
from tiltmeter.sources._input import Input, inputs
from tiltmeter.sources._read import Theatre, guarded, reading, recognise, source
from tiltmeter.sources._source import Chunk, Reading, Tally, rejects

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.store import Store

Progress = Callable[[str, float], None]

HELD_ROWS: Final = 100_000
"""Rows of a noun that are held before they are put into the store together."""

HELD_BYTES: Final = 64 << 20
"""The same in bytes, for documents."""


def take(
    store: Store,
    name: str,
    path: str | Path | Input,
    *,
    run: str,
    today: dt.date,
    theatre: Theatre | None = None,
    options: Mapping[str, Any] | None = None,
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
        progress: Told which file is read, how many rows so far, and the share of the files that is done.

    Raises:
        SourceError: A single file, or every file of a folder, cannot be used.
        StoreError: The store cannot be written.
    """
    if name != "auto":
        source(name)  # refuses a misspelt one before anything is read
    told = reading(run=run, theatre=theatre, today=today, options=options)
    files = inputs(path)
    tallies: list[Tally] = []
    refused: list[SourceError] = []
    for number, file in enumerate(files):
        if progress is not None:
            progress(file.name, number / len(files))
        try:
            tallies += _taken(store, name, file, told, _step(progress, number / len(files)))
        except SourceError as error:
            if len(files) == 1:
                raise
            refused.append(error)
            tallies.append(_refused(store, name, file, error, told))
    if len(refused) == len(files):
        store.undo(run)
        raise refused[0]
    return tallies


def _step(progress: Progress | None, share: float) -> Callable[[str], None] | None:
    return None if progress is None else lambda what: progress(what, share)


def _taken(store: Store, name: str, file: Input, told: Reading, step: Callable[[str], None] | None) -> list[Tally]:
    format_ = source(recognise(file) if name == "auto" else name)
    beside = [path for value in told.options.values() if (path := Path(str(value))).is_file()]
    with store.transaction():
        for each in (file, *map(Input, beside)):
            store.note_input(told.run, path=each.label or str(each.path.resolve()), sha256=each.sha256())
        counter = _Counter(store, file.name, told)
        for chunk in guarded(format_, file, told):
            counter.take(chunk)
            if step is not None:
                step(f"{file.name}: {counter.rows:,} rows")
        counts = counter.finish()
    return [Tally(path, format_.name, **count) for path, count in counts.items()]


class _Counts(TypedDict):
    read: int
    stored: int
    duplicate: int
    outside: int
    rejected: int


class _Counter:
    """Puts a file's chunks into the store, some together, and counts their rows by the file they are from."""

    def __init__(self, store: Store, path: str, told: Reading) -> None:
        self.store, self.path, self.told = store, path, told
        self.counts: dict[str, _Counts] = {}
        self._held: dict[tuple[type[Row], str, bool], list[Chunk]] = {}
        self.rows = 0
        self._count(path)

    def take(self, chunk: Chunk) -> None:
        """Count a chunk and hold it until there are enough rows to put in together."""
        where = chunk.path or self.path
        count = self._count(where)
        count["outside"] += chunk.outside
        rows = chunk.outside + (chunk.batch.num_rows if chunk.counted else 0)
        count["read"] += rows
        self.rows += rows
        held = self._held.setdefault((chunk.noun, where, chunk.counted), [])
        held.append(chunk)
        if (
            sum(each.batch.num_rows for each in held) > HELD_ROWS
            or sum(each.batch.nbytes for each in held) > HELD_BYTES
        ):
            self._put(chunk.noun, where, chunk.counted)

    def finish(self) -> dict[str, _Counts]:
        """Put in what is held; the counts of each file."""
        while self._held:
            self._put(*next(iter(self._held)))
        return self.counts

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


def _refused(store: Store, name: str, file: Input, error: SourceError, told: Reading) -> Tally:
    """A file of a folder that cannot be used, as one reject."""
    for chunk in rejects([(0, error.what, "")], source=name, file=file.name, reading=told):
        store.insert(Reject, [chunk.batch])
    return Tally(file.name, name, read=1, stored=0, duplicate=0, outside=0, rejected=1)
