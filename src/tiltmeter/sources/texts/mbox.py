"""Mailboxes (mbox): e-mails one after the other, each behind a line `From …`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tiltmeter.errors import SourceError
from tiltmeter.sources._input import Input
from tiltmeter.sources.texts._form import MAX_BYTES, Form, Found
from tiltmeter.sources.texts.eml import letter

_BEGIN: Final = re.compile(rb"From \S+.*\b\d{4}\b")
"""First line of an e-mail: an address and a date (RFC 4155)."""


def _read(file: Input) -> Iterator[Found]:
    for line, raw in _letters(file):
        try:
            if raw is None:
                raise SourceError(f"larger than {MAX_BYTES >> 20} MB", mend="save its text as txt", where=file.name)
            found = replace(letter(raw, where=file.name), line=line)
            yield found if found.text.strip() else replace(found, fault="an e-mail without text")
        except SourceError as error:
            yield Found(fault=error.what, line=line)


def _letters(file: Input) -> Iterator[tuple[int, bytes | None]]:
    """Line and bytes of each e-mail; None for one that is too large."""
    held: list[bytes] = []
    begin, size, blank, at = 0, 0, True, 0
    with file.open() as opened:
        while line := opened.readline(MAX_BYTES):
            at += 1
            if blank and _BEGIN.match(line):
                if begin:
                    yield begin, b"".join(held) if size <= MAX_BYTES else None
                held, begin, size = [], at, 0
            elif size <= MAX_BYTES:
                size += len(line)
                # a line of the text that began with From was quoted
                held.append(line[1:] if re.match(rb">+From ", line) else line)
            blank = not line.strip()
    if begin:
        yield begin, b"".join(held) if size <= MAX_BYTES else None


FORM = Form(
    name="mbox", endings=frozenset({".mbox"}), looks=lambda first: _BEGIN.match(first) is not None, read=_read,
    single=False, plain=True,
)  # fmt: skip
