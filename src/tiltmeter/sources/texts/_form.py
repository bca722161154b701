"""What a form on the shelf is, and how the form of a file is found."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tiltmeter import _shelf
from tiltmeter.errors import SourceError
from tiltmeter.sources._input import Input

SHELF: Final = "tiltmeter.sources.texts"

MAX_BYTES: Final = 64 << 20
"""A single text, and a file of one, may not be larger; a book has about one million bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    A text found in a file, with what the file tells of it.

    `key` is empty where the file names none. `line` is the line it begins at, or its
    number in a file without lines. `fault` says why it cannot be used; `outside` is
    true for what is no text at all, such as a picture in an archive of pages.
    """

    text: str = ""
    title: str = ""
    author: str = ""
    outlet: str = ""
    url: str = ""
    language: str = "und"
    date: dt.date | None = None
    key: str = ""
    line: int = 1
    fault: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """
    A form: an entry of the shelf `tiltmeter.sources.texts`.

    `looks` says whether a file that begins so is of the form, `endings` are its files'
    usual ones. `single` is true where a file holds one text. `plain` is true where a plain
    text may begin so by chance: a file called txt is then left as it is.
    """

    name: str
    endings: frozenset[str]
    looks: Callable[[bytes], bool]
    read: Callable[[Input], Iterator[Found]]
    single: bool = True
    plain: bool = False


@functools.cache
def all_of() -> tuple[Form, ...]:
    """All forms, by name."""
    return tuple(_shelf.load(SHELF, name, "FORM") for name in _shelf.names(SHELF))


def form_of(file: Input) -> Form | None:
    """
    The form of a file, by how it begins, else by its ending; None if neither tells.

    Raises:
        SourceError: The file is empty or cannot be read.
    """
    first = file.peek()
    by_ending = next((form for form in all_of() if file.suffix in form.endings), None)
    named_text = by_ending is not None and by_ending.name == "txt"
    return next((form for form in all_of() if form.looks(first) and not (form.plain and named_text)), by_ending)


def body(file: Input, *, limit: int = MAX_BYTES) -> bytes:
    """
    A file's bytes.

    Raises:
        SourceError: There are more than `limit`.
    """
    with file.open() as opened:
        raw = opened.read(limit + 1)
    if len(raw) > limit:
        what = f"larger than {limit >> 20} MB"
        raise SourceError(what, mend="split it, or make a table of texts of it", where=file.name)
    return raw
