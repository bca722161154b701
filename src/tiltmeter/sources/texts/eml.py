"""Saved e-mails (eml)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Final

from tiltmeter.errors import SourceError
from tiltmeter.sources._input import Input
from tiltmeter.sources.texts import html
from tiltmeter.sources.texts._form import Form, Found, body

MAX_PARTS: Final = 200
"""Parts of an e-mail, and e-mails within it, that are looked at; more are no letter but a trap."""


def _read(file: Input) -> Iterator[Found]:
    yield letter(body(file), where=file.name)


def letter(raw: bytes, *, where: str) -> Found:
    """
    Text, subject, sender and day of an e-mail; of one with HTML alone, the page's text.

    Raises:
        SourceError: It holds no text, or cannot be decoded.
    """
    if raw.lower().count(b"\ncontent-type:") > MAX_PARTS:
        what = f"an e-mail of more than {MAX_PARTS} parts"
        raise SourceError(what, mend="save its text as txt", where=where)
    try:
        return _letter(message_from_bytes(raw, policy=policy.default), where)
    except (LookupError, ValueError, TypeError, AttributeError, UnicodeError, RecursionError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"the e-mail cannot be decoded: {error}", mend="save its text as txt", where=where) from error


def _letter(message: object, where: str) -> Found:
    part = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else None
    if part is None or not isinstance(message, EmailMessage):
        raise SourceError("an e-mail without text", mend="save its text as txt", where=where)
    content = str(part.get_content())
    page = html.page(content) if part.get_content_subtype() == "html" else Found(text=content)
    return replace(
        page,
        title=str(message["subject"] or "") or page.title,
        author=str(message["from"] or ""),
        date=parsedate_to_datetime(str(message["date"])).date() if message["date"] else page.date,
    )


_HEAD: Final = re.compile(
    rb"(?:(?:[\w-]+: [^\n]*|[ \t][^\n]*)\r?\n){2,}", re.ASCII
)  # two lines of the form `Name: value` at least
_NAMES: Final = re.compile(rb"^(from|received|return-path|message-id|delivered-to): ", re.IGNORECASE | re.MULTILINE)


def looks(first: bytes) -> bool:
    """Whether a file begins like an e-mail: with lines of a head, among them who sent it."""
    head = _HEAD.match(first[:20_000])
    return head is not None and _NAMES.search(head[0]) is not None


FORM = Form(name="eml", endings=frozenset({".eml"}), looks=looks, read=_read, plain=True)
