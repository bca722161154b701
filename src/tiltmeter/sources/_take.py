"""Takes files into the store and says what became of every row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict

from tiltmeter.errors import SourceError
from tiltmeter.nouns import Reject, Row
from tiltmeter.sources._input import Input, inputs
from tiltmeter.sources._read import Theatre, guarded, reading, recognise, source
from tiltmeter.sources._source import Chunk, Reading, Tally, rejects

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.store import Store

HELD_ROWS: Final = 250_000
"""Rows of a noun that are held before they are put into the store together."""

HELD_BYTES: Final = 64 << 20
"""The same in bytes, for documents."""


def take(
    store: Store,
    name: str,
    path: str | Path,
    *,
    run: str,
    today: dt.date,
    theatre: Theatre | None = None,
    options: Mapping[str, Any] | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> list[Tally]:
    """
    Take a file, the files of a folder or the members of a zip into the store.

    A file is taken whole or not at all. Taking it again stores nothing: every row
    is a duplicate. In a folder or zip, a file that cannot be used is one reject.

    Args:
        store: Open for writing.
        name: The format, or `auto` to find it for each file.
        path: A file, folder or zip.
        run: The run the rows will carry.
        today: Rows of later days are rejected.
        theatre: Rows of no use to it are counted as outside; None keeps all.
        options: Of the format, such as `resolutions` for `unga`.
        progress: Told each file's name and the share of the files that is done.

    Raises:
        SourceError: A single file, or every file of a folder, cannot be used.
        StoreError: The store cannot be written.
    """
    told = reading(run=run, theatre=theatre, today=today, options=options)
    files = inputs(path)
    if name != "auto":
        source(name)  # refuses a misspelt one before anything is read
    tallies: list[Tally] = []
    refused: list[SourceError] = []
    for number, file in enumerate(files):
        if progress is not None:
            progress(file.name, number / len(files))
        try:
            tallies += _taken(store, name, file, told)
        except SourceError as error:
            if len(files) == 1:
                raise
            refused.append(error)
            tallies.append(_refused(store, name, file, error, told))
    if len(refused) == len(files):
        store.undo(run)
        raise refused[0]
    return tallies


def _taken(store: Store, name: str, file: Input, told: Reading) -> list[Tally]:
    format_ = source(recognise(file) if name == "auto" else name)
    beside = [path for value in told.options.values() if (path := Path(str(value))).is_file()]
    with store.transaction():
        for each in (file, *map(Input, beside)):
            store.note_input(told.run, path=str(each.path), sha256=each.sha256())
        counts = _counted(store, guarded(format_, file, told), file.name)
    return [Tally(path, format_.name, **count) for path, count in counts.items()]


class _Counts(TypedDict):
    read: int
    stored: int
    duplicate: int
    outside: int
    rejected: int


def _counted(store: Store, chunks: Iterable[Chunk], path: str) -> dict[str, _Counts]:
    """Puts a file's chunks into the store, some together, and counts their rows by the file they are from."""
    counts = {path: _Counts(read=0, stored=0, duplicate=0, outside=0, rejected=0)}
    held: dict[tuple[type[Row], str, bool], list[pa.RecordBatch]] = {}

    def put(noun: type[Row], where: str, counted: bool) -> None:
        came = held.pop((noun, where, counted))
        kept = store.insert(noun, came)
        count = counts[where]
        if noun is Reject:
            # a reject that is known from another time is one all the same
            count["rejected"] += sum(batch.num_rows for batch in came)
        elif counted:
            count["stored"] += kept.stored
            count["duplicate"] += kept.duplicate

    for chunk in chunks:
        where = chunk.path or path
        count = counts.setdefault(where, _Counts(read=0, stored=0, duplicate=0, outside=0, rejected=0))
        count["outside"] += chunk.outside
        count["read"] += chunk.outside + (chunk.batch.num_rows if chunk.counted else 0)
        batches = held.setdefault((chunk.noun, where, chunk.counted), [])
        batches.append(chunk.batch)
        rows, size = sum(each.num_rows for each in batches), sum(each.nbytes for each in batches)
        if rows > HELD_ROWS or size > HELD_BYTES:
            put(chunk.noun, where, chunk.counted)
    for noun, where, counted in list(held):
        put(noun, where, counted)
    return counts


def _refused(store: Store, name: str, file: Input, error: SourceError, told: Reading) -> Tally:
    """A file of a folder that cannot be used, as one reject."""
    for chunk in rejects([(0, error.what, "")], source=name, file=file, reading=told):
        store.insert(Reject, [chunk.batch])
    return Tally(file.name, name, read=1, stored=0, duplicate=0, outside=0, rejected=1)
