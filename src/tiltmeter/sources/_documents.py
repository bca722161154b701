"""Texts that a file holds as documents, whatever form the file is of."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from tiltmeter.errors import SourceError
from tiltmeter.nouns import Document
from tiltmeter.sources import _days, texts
from tiltmeter.sources._input import Input
from tiltmeter.sources.texts import txt

MAX_STREAM: Final = 1 << 30
"""Bytes of standard input that are taken; larger data are given as a file."""


def found(file: Input) -> Iterator[texts.Found]:
    """
    The texts of a file, by its form; what is of none is plain text.

    Raises:
        SourceError: The file cannot be read, or holds no text.
    """
    form = texts.form_of(file) or txt.FORM
    yield from form.read(file)


def document(file: Input, *, run: str = "", written: bool = False) -> Document:
    """
    A file as one document.

    Raises:
        SourceError: It holds no text, or several.
    """
    form = texts.form_of(file) or txt.FORM
    if not form.single:
        what, mend = f"a file of several texts ({form.name})", "take it into a workspace: tiltmeter add reports FILE"
        raise SourceError(what, mend=mend, where=file.name)
    # a plain file of several reports is read as it stands
    one = txt.one(file) if form is txt.FORM else next(iter(form.read(file)))
    if not one.text.strip():
        raise SourceError("no text found in it", mend="save the page after it has loaded, or as txt", where=file.name)
    return as_document(one, run=run, written=written)


def as_document(one: texts.Found, *, run: str, outlet: str = "", written: bool = False) -> Document:
    """The document of a text; its key is the one its file names, else a digest of it."""
    return Document(
        "reports", one.key or digest(one.text), run, one.text, one.language, one.date, one.title,
        one.outlet or outlet, one.author, one.url, written,
    )  # fmt: skip


def fault(one: texts.Found, *, today: dt.date) -> str | None:
    """Why a text cannot be used, None if it can."""
    if one.fault:
        return one.fault
    if not one.text.strip():
        return "no text"
    return _days.fault(one.date, str(one.date), today=today) if one.date else None


def digest(text: str) -> str:
    """The key of a text without an id."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


@contextmanager
def spooled(stream: IO[bytes]) -> Iterator[Input]:
    """
    Standard input as a file called `-`, which is gone after the block.

    Raises:
        SourceError: There is too much of it.
    """
    with tempfile.TemporaryDirectory(prefix="tiltmeter-") as folder:
        path = Path(folder) / "stdin"
        with path.open("wb") as kept:
            size = 0
            while block := stream.read(1 << 20):
                size += len(block)
                if size > MAX_STREAM:
                    what = f"more than {MAX_STREAM >> 20} MB of standard input"
                    raise SourceError(what, mend="save it as a file and give that", where="-")
                kept.write(block)
        yield Input(path, label="-")
