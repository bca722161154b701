"""Reads one file by a format of the shelf, and finds out which format a file is of."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from tiltmeter import _shelf
from tiltmeter.errors import SourceError
from tiltmeter.nouns import Document, Reject
from tiltmeter.sources import _documents, texts
from tiltmeter.sources._input import Input, inputs
from tiltmeter.sources._source import Chunk, Head, Reading, Source
from tiltmeter.sources._table import columns
from tiltmeter.sources._text import refuse_unless_text

if TYPE_CHECKING:
    import pyarrow as pa

SHELF: Final = "tiltmeter.sources"

FEW: Final = 20
"""A file of no more rows may have any share of rejects; of a longer one at most half."""


def document(path: str | Path | Input, *, run: str = "", written: bool = False) -> Document:
    """
    The one text of a file: txt, html, pdf, docx or eml.

    Raises:
        SourceError: There is no such file, or it holds no text.
    """
    file = inputs(path)[0]
    _refuse_binary(file, file.peek())
    return _documents.document(file, run=run, written=written)


class Theatre(Protocol):
    """What reading asks of a theatre; `tiltmeter.settings.Theatre` is one."""

    @property
    def votes(self) -> str:
        """`all` keeps every state's votes."""
        ...

    def sides(self) -> frozenset[str]:
        """The codes whose rows are of use."""
        ...


def names() -> list[str]:
    """
    Names of the formats, as `add` takes them.

    >>> "gdelt-sums" in names()
    True
    """
    return [name.replace("_", "-") for name in _shelf.names(SHELF, folders=False)]


def source(name: str) -> Source:
    """
    The format of that name.

    Raises:
        SourceError: There is none.

    >>> source("unga").name
    'unga'
    """
    import difflib

    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        mend = f"did you mean {near[0]}?" if near else f"one of auto, {', '.join(known)}"
        raise SourceError(f"no such source: {name}", mend=mend)
    found: Source = _shelf.load(SHELF, name.replace("-", "_"), "SOURCE")
    return found


@functools.cache
def _formats() -> tuple[Source, ...]:
    """All formats; what is installed does not change while the program runs."""
    return tuple(map(source, names()))


def recognise(path: str | Path | Input) -> str:
    """
    The name of the format a file is of; of a folder or zip, that of its first file.

    Raises:
        SourceError: It is of none, empty, or cannot be read.
    """
    file = path if isinstance(path, Input) else inputs(path)[0]
    first = file.peek()
    _refuse_binary(file, first)
    head = Head(file, first, columns(file, first), first.decode("utf-8", "replace").removeprefix("\ufeff"))
    scores = {each.name: each.sniff(head) for each in _formats()}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] <= 0:
        shown = ", ".join(head.columns[:6])
        what = f"no known format; its columns are {shown} …" if shown else "no known format"
        mend = "name the source (`tiltmeter add SOURCE PATH`), or use `table` with a mapping file"
        raise SourceError(what, mend=mend, where=file.name)
    return best


def reading(
    *, run: str = "", theatre: Theatre | None = None, today: dt.date, options: Mapping[str, Any] | None = None
) -> Reading:
    """What readers are told, for a theatre or, if None, for keeping everything."""
    return Reading(
        today=today,
        run=run,
        sides=None if theatre is None else theatre.sides(),
        all_votes=theatre is None or theatre.votes == "all",
        options=options or {},
    )


def read(
    name: str,
    path: str | Path | Input,
    *,
    today: dt.date,
    run: str = "",
    theatre: Theatre | None = None,
    options: Mapping[str, Any] | None = None,
) -> Iterator[Chunk]:
    """
    The rows of one file, a chunk at a time; rows that cannot be used come as chunks of Reject.

    Args:
        name: The format, or `auto`.
        path: A file, or a folder or zip that holds one.
        today: Rows of later days are rejected.
        run: The run that the rows will carry.
        theatre: Rows of no use to it are left out and counted; None keeps all.
        options: Of the format, such as `resolutions` for `unga`.

    Raises:
        SourceError: The file is not of the format, or more than half its rows are rejected.
    """
    file = path if isinstance(path, Input) else inputs(path)[0]
    told = reading(run=run, theatre=theatre, today=today, options=options)
    yield from guarded(source(recognise(file) if name == "auto" else name), file, told)


def guarded(format_: Source, file: Input, told: Reading) -> Iterator[Chunk]:
    """A format's chunks of a file; refuses the file when more than half its rows are rejected."""
    total = rejected = 0
    first = ""
    _refuse_binary(file, file.peek())
    for chunk in format_.read(file, told):
        if chunk.noun is Reject:
            rejected += chunk.batch.num_rows
            first = first or _first_reason(chunk.batch)
        total += (chunk.batch.num_rows if chunk.counted else 0) + chunk.outside
        yield chunk
    if total > FEW and rejected * 2 > total:
        raise SourceError(
            f"{rejected:,} of {total:,} rows cannot be used; the first: {first}",
            mend=f"check that it is a {format_.name} file, and its columns",
            where=file.name,
        )


def _refuse_binary(file: Input, first: bytes) -> None:
    form = texts.form_of(file)
    if not first.startswith(b"PAR1") and (form is None or form.name in {"txt", "html"}):
        refuse_unless_text(first, where=file.name, strict=False)


def _first_reason(batch: pa.RecordBatch) -> str:
    row = batch.slice(0, 1).to_pylist()
    return f"line {row[0]['line']}, {row[0]['reason']}" if row else ""
