"""Texts in Word files (docx) and saved e-mails (eml)."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import zipfile
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any, Final

from tiltmeter.errors import SourceError

MAX_XML: Final = 100 << 20
"""Bytes of a Word file's unpacked text beyond which it is refused."""


def word(raw: bytes, *, where: str) -> dict[str, Any]:
    """
    Text, title, author and day of a Word file; paragraphs stand apart by an empty line.

    Raises:
        SourceError: It is no Word file, or damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            body, core = (_part(packed, name) for name in ("word/document.xml", "docProps/core.xml"))
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError) as error:
        raise SourceError("not a Word file, or damaged", mend="save it again as docx or txt", where=where) from error
    # text runs are picked out by pattern: an XML parser would follow the entities of a hostile file
    paragraphs = (_runs(found[0]) for found in re.finditer(r"<w:p[ >].*?</w:p>", body, re.DOTALL))
    told = {name: _tag(core, name) for name in ("dc:title", "dc:creator", "dcterms:modified")}
    day = re.match(r"\d{4}-\d\d-\d\d", told["dcterms:modified"])
    return {
        "text": "\n\n".join(text for text in paragraphs if text.strip()),
        "title": told["dc:title"],
        "author": told["dc:creator"],
        "date": dt.date.fromisoformat(day[0]) if day else None,
    }


def _part(packed: zipfile.ZipFile, name: str) -> str:
    if name not in packed.namelist() and name != "word/document.xml":
        return ""
    with packed.open(name) as opened:
        return opened.read(MAX_XML).decode("utf-8", "replace")


def _runs(paragraph: str) -> str:
    parts = re.findall(r"<w:t(?: [^>]*)?>(.*?)</w:t>|<w:(?:tab|br)( ?/)>", paragraph, re.DOTALL)
    return "".join(" " if gap else html.unescape(text) for text, gap in parts)


def _tag(xml: str, name: str) -> str:
    found = re.search(rf"<{name}(?: [^>]*)?>(.*?)</{name}>", xml, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


def letter(raw: bytes, *, where: str) -> dict[str, Any]:
    """
    Text, subject, sender and day of a saved e-mail; `html` instead of `text` if it has only that.

    Raises:
        SourceError: It holds no text.
    """
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else None
    if body is None:
        raise SourceError("an e-mail without text", mend="save its text as txt", where=where)
    try:
        content = str(body.get_content())
        day = parsedate_to_datetime(str(message["date"])).date() if message["date"] else None
    except (LookupError, ValueError, TypeError, UnicodeError) as error:
        raise SourceError(f"the e-mail cannot be decoded: {error}", mend="save its text as txt", where=where) from error
    told = {"title": str(message["subject"] or ""), "author": str(message["from"] or ""), "date": day}
    return {"html" if body.get_content_subtype() == "html" else "text": content, **told}
