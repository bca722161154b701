"""Word files (docx)."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final

from tiltmeter.errors import SourceError
from tiltmeter.sources._input import MAX_RATIO, Input
from tiltmeter.sources.texts._form import Form, Found, body

MAX_XML: Final = 100 << 20
"""Bytes of a Word file's unpacked text beyond which it is refused."""


def _read(file: Input) -> Iterator[Found]:
    try:
        with zipfile.ZipFile(io.BytesIO(body(file))) as packed:
            text, core = (_part(packed, name, file.name) for name in ("word/document.xml", "docProps/core.xml"))
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError) as error:
        raise SourceError(
            "not a Word file, or damaged", mend="save it again as docx or txt", where=file.name
        ) from error
    # text runs are picked out by pattern: an XML parser would follow the entities of a hostile file
    paragraphs = (_runs(found[0]) for found in re.finditer(r"<w:p[ >].*?</w:p>", text, re.DOTALL))
    told = {name: _tag(core, name) for name in ("dc:title", "dc:creator", "dcterms:modified")}
    day = re.match(r"\d{4}-\d\d-\d\d", told["dcterms:modified"])
    yield Found(
        text="\n\n".join(text for text in paragraphs if text.strip()),
        title=told["dc:title"],
        author=told["dc:creator"],
        date=_iso(day[0]) if day else None,
    )


def _iso(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _part(packed: zipfile.ZipFile, name: str, where: str) -> str:
    if name not in packed.namelist() and name != "word/document.xml":
        return ""
    info = packed.getinfo(name)
    if info.file_size > min(MAX_XML, MAX_RATIO * max(info.compress_size, 1_000)):
        what = f"its text would unpack to {info.file_size:,} bytes from {info.compress_size:,}"
        raise SourceError(what, mend="save its text as txt if you trust it", where=where)
    return packed.read(info).decode("utf-8", "replace")


def _runs(paragraph: str) -> str:
    parts = re.findall(r"<w:t(?: [^>]*)?>(.*?)</w:t>|<w:(?:tab|br)( ?/)>", paragraph, re.DOTALL)
    return "".join(" " if gap else html.unescape(text) for text, gap in parts)


def _tag(xml: str, name: str) -> str:
    found = re.search(rf"<{name}(?: [^>]*)?>(.*?)</{name}>", xml, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


def _looks(first: bytes) -> bool:
    # Office writes its list of parts first; other zips may hold anything
    return first.startswith(b"PK\x03\x04") and b"word/" in first


FORM = Form(name="docx", endings=frozenset({".docx"}), looks=_looks, read=_read)
