"""Plain text: one report as it is, or several under heads of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tiltmeter.errors import SourceError
from tiltmeter.sources import _days
from tiltmeter.sources._input import Input
from tiltmeter.sources._text import decode
from tiltmeter.sources.texts._form import Form, Found, body

HEADER: Final = re.compile(r"^=== *([^|\n]+?) *\| *([^|\n]*?) *\| *([^|\n]*?) *\| *([^\n]*?) *$", re.MULTILINE)
"""Beginning of a report in a plain file of several: `=== id | date | language | title`."""


def whole(file: Input) -> str:
    """
    The text of a file.

    Raises:
        SourceError: It is too large, empty, binary, or not UTF-8.
    """
    text = decode(body(file), where=file.name)
    if not text.strip():
        raise SourceError("the file holds no text", mend="check the download or the path", where=file.name)
    return text


def _read(file: Input) -> Iterator[Found]:
    text = whole(file)
    if file.suffix in {".txt", ".md"} and HEADER.search(text):
        yield from several(text)
    else:
        yield Found(text=text, title=_headline(text))


def one(file: Input) -> Found:
    """A plain file as one text, whatever heads stand in it."""
    text = whole(file)
    return Found(text=text, title=_headline(text))


def several(text: str) -> Iterator[Found]:
    """The reports of a plain file, each under its header."""
    heads = list(HEADER.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        told = text[head.end() : following.start() if following else len(text)].strip("\n ")
        key, day, language, title = (head[place] for place in range(1, 5))
        found = _days.day(day) if day else None
        yield Found(
            text=told, key=key, date=found, language=language or "und", title=title,
            line=text.count("\n", 0, head.start()) + 1,
            fault=f"the date {day!r} cannot be read" if day and found is None else "",
        )  # fmt: skip


def _headline(text: str) -> str:
    first, _, rest = text.lstrip().partition("\n")
    # a short line of its own, without a full stop, is a headline
    headline = 0 < len(first.strip()) <= 160 and rest[:1] in {"\n", "\r"} and not first.rstrip().endswith(".")
    return first.strip() if headline else ""


FORM = Form(name="txt", endings=frozenset({".txt", ".md"}), looks=lambda _: False, read=_read)
