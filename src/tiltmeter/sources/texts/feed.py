"""Feeds as files: RSS and Atom, an entry a text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from tiltmeter.errors import SourceError
from tiltmeter.sources._input import Input
from tiltmeter.sources.texts import html
from tiltmeter.sources.texts._form import Form, Found, body

MAX_FEED: Final = 16 << 20
"""Bytes of a feed; large ones have about one million."""


def _read(file: Input) -> Iterator[Found]:
    raw = body(file, limit=MAX_FEED)
    if re.search(rb"<!ENTITY", raw, re.IGNORECASE):
        # entities that name entities grow without end
        raise SourceError("the feed declares entities", mend="a feed needs none: fetch it again", where=file.name)
    import feedparser

    try:
        told = feedparser.parse(raw, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # a broken feed ends in any error of the parser's
        what = f"a broken feed: {str(error).splitlines()[0]}"
        raise SourceError(what, mend="fetch it again", where=file.name) from error
    if not told.version:
        raise SourceError("no feed", mend="give an RSS or Atom file", where=file.name)
    outlet = html.fragment(str(told.feed.get("title", "")))
    language = _language(str(told.feed.get("language", "")))
    for place, entry in enumerate(told.entries, start=1):
        yield _entry(entry, place, outlet=outlet, language=language)
    broken = told.get("bozo_exception")
    if told.bozo and hasattr(broken, "getLineNumber"):
        yield Found(fault=f"the feed breaks off or is broken: {broken.getMessage()}", line=broken.getLineNumber() or 0)


def _entry(entry: Any, place: int, *, outlet: str, language: str) -> Found:
    title = html.fragment(str(entry.get("title", "")))
    contents = [str(each.get("value", "")) for each in entry.get("content", [])] or [str(entry.get("summary", ""))]
    text = html.fragment(max(contents, key=len))
    moment = entry.get("published_parsed") or dict.get(entry, "updated_parsed")
    link = str(entry.get("link", ""))
    return Found(
        # a headline is a sentence of its own: many feeds give little else
        text=text if text.startswith(title) else f"{title}\n\n{text}".strip(),
        title=title, author=str(entry.get("author", "")), outlet=outlet, url=link, language=language,
        date=dt.date(*moment[:3]) if moment else None, key=_key(str(entry.get("id", "")), link), line=place,
        fault="" if text or title else "an entry without text",
    )  # fmt: skip


def _key(name: str, link: str) -> str:
    """An entry's own id where it is one worldwide (an address or a tag), else its address; may be empty."""
    return name if urlsplit(name).scheme else link


def _language(told: str) -> str:
    return told[:2].lower() if re.match(r"[A-Za-z]{2}([-_]|$)", told) else "und"


def _looks(first: bytes) -> bool:
    return re.search(rb"<(rss|rdf:RDF|feed)[\s>]", first[:4_000]) is not None and first.lstrip(
        b"\xef\xbb\xbf \t\r\n"
    ).startswith(b"<")


FORM = Form(name="feed", endings=frozenset({".rss", ".atom"}), looks=_looks, read=_read, single=False)
