"""Whole files that are one text each: plain text, HTML pages, and plain files of several reports."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from tiltmeter.errors import SourceError
from tiltmeter.nouns import Document
from tiltmeter.sources import _days
from tiltmeter.sources._input import Input
from tiltmeter.sources._office import letter, word
from tiltmeter.sources._text import decode

MAX_BYTES: Final = 64 << 20
"""A single text may not be larger; a book has about one million bytes."""

HTML: Final = frozenset({".html", ".htm", ".xhtml"})

HEADER: Final = re.compile(r"^=== *([^|\n]+?) *\| *([^|\n]*?) *\| *([^|\n]*?) *\| *([^\n]*?) *$", re.MULTILINE)
"""Beginning of a report in a plain file of several: `=== id | date | language | title`."""


def whole(file: Input) -> str:
    """
    The text of a file.

    Raises:
        SourceError: It is too large, empty, binary, or not UTF-8.
    """
    raw = _bytes(file)
    if file.suffix in HTML or _is_html(raw[:1_000].decode("utf-8", "replace")):
        raw = _declared(raw)
    text = decode(raw, where=file.name)
    if not text.strip():
        raise SourceError("the file holds no text", mend="check the download or the path", where=file.name)
    return text


def _bytes(file: Input) -> bytes:
    with file.open() as opened:
        raw = opened.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        what = f"larger than {MAX_BYTES >> 20} MB"
        raise SourceError(what, mend="split it, or make a table of texts of it", where=file.name)
    return raw


def _declared(raw: bytes) -> bytes:
    """An HTML page as UTF-8, by the encoding it names itself."""
    found = re.search(rb"charset=[\"' ]*([\w-]+)", raw[:4_000], re.IGNORECASE)
    name = found[1].decode("ascii").lower() if found else "utf-8"
    if name in {"utf-8", "utf8"} or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw
    try:
        return raw.decode(name).encode("utf-8")
    except (LookupError, UnicodeDecodeError):
        return raw


def _is_html(text: str) -> bool:
    return re.match(r"\s*(<!doctype html|<html\b|<\?xml[^>]*>\s*<!doctype html)", text, re.IGNORECASE) is not None


def document(file: Input, *, run: str = "", written: bool = False) -> Document:
    """
    A file as one document: the main text of an HTML page, the text of a Word file or e-mail, a plain text as it is.

    Raises:
        SourceError: It holds no text, or in a form that is not read.
    """
    if file.suffix == ".docx":
        fields = word(_bytes(file), where=file.name)
    elif file.suffix == ".eml":
        fields = letter(_bytes(file), where=file.name)
        if "html" in fields:
            fields = _page(fields.pop("html")) | fields
    else:
        text = whole(file)
        fields = _page(text) if file.suffix in HTML or _is_html(text) else _plain(text)
    if not fields["text"].strip():
        raise SourceError("no text found in it", mend="save the page after it has loaded, or as txt", where=file.name)
    return Document("reports", digest(fields["text"]), run, written=written, **fields)


def digest(text: str) -> str:
    """The key of a text without an id."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def several(text: str) -> Iterator[tuple[int, tuple[str, str, str, str], str]]:
    """The reports of a plain file: line of the header, its four parts, and the text."""
    heads = list(HEADER.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() : following.start() if following else len(text)].strip("\n ")
        parts = (head[1], head[2], head[3], head[4])
        yield text.count("\n", 0, head.start()) + 1, parts, body


def _plain(text: str) -> dict[str, Any]:
    first, _, rest = text.lstrip().partition("\n")
    # a short line of its own, without a full stop, is a headline
    headline = 0 < len(first.strip()) <= 160 and rest[:1] in {"\n", "\r"} and not first.rstrip().endswith(".")
    return {"text": text, "title": first.strip() if headline else ""}


def _page(html: str) -> dict[str, Any]:
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(html)
    data = _linked_data(page)
    meta = _metas(page)
    root = page.css_first("html")
    language = (root.attributes.get("lang") or "" if root else "").split("-")[0].lower()
    heading = page.css_first("h1")
    titles = (meta.get("og:title"), heading.text(strip=True) if heading else "", _node_text(page, "title"))
    day = _page_day(page, meta, data)
    link = page.css_first("link[rel=canonical]")
    return {
        "text": _main_text(page),
        "title": next((title for title in titles if title), ""),
        "language": language if re.fullmatch(r"[a-z]{2}", language) else "und",
        "date": day,
        "author": meta.get("author") or _author(data) or _node_text(page, "[rel=author]"),
        "outlet": meta.get("og:site_name", ""),
        "url": (link.attributes.get("href") if link else None) or meta.get("og:url", ""),
    }


def _node_text(page: Any, selector: str) -> str:
    node = page.css_first(selector)
    return node.text(strip=True) if node else ""


def _metas(page: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in page.css("meta"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        content = (node.attributes.get("content") or "").strip()
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _linked_data(page: Any) -> dict[str, Any]:
    """The first block of schema.org data that tells a date or an author."""
    for node in page.css('script[type="application/ld+json"]'):
        try:
            told = json.loads(node.text())
        except (ValueError, RecursionError):
            continue
        graph = told.get("@graph", [told]) if isinstance(told, dict) else told
        for item in graph if isinstance(graph, list) else []:
            if isinstance(item, dict) and ("datePublished" in item or "author" in item):
                return item
    return {}


def _author(data: dict[str, Any]) -> str:
    told = data.get("author")
    first = told[0] if isinstance(told, list) and told else told
    name = first.get("name") if isinstance(first, dict) else first
    return name if isinstance(name, str) else ""


def _page_day(page: Any, meta: dict[str, str], data: dict[str, Any]) -> dt.date | None:
    time = page.css_first("time[datetime]")
    told = [
        meta.get("article:published_time"), data.get("datePublished"), meta.get("date"), meta.get("dc.date"),
        meta.get("pubdate"), time.attributes.get("datetime") if time else None,
    ]  # fmt: skip
    days = (_days.day(each) for each in told if isinstance(each, str))
    return next((day for day in days if day is not None), None)


_BLOCKS: Final = "p, h2, h3, li, blockquote"


def _main_text(page: Any) -> str:
    """The paragraphs of the element that holds most of the page's running text."""
    page.strip_tags(["script", "style", "noscript", "nav", "header", "footer", "aside", "form", "figure", "svg"])
    places = page.css("article") or page.css("main, [role=main]") or ([page.body] if page.body else [])
    best = max(places, key=lambda node: sum(len(each.text()) for each in node.css("p")), default=None)
    if best is None:
        return ""
    blocks = [_squeezed(node.text(deep=True)) for node in best.css(_BLOCKS) if not _nested(node)]
    paragraphs = [block for block in blocks if block]
    return "\n\n".join(paragraphs) if paragraphs else _squeezed(best.text(deep=True, separator=" "))


def _nested(node: Any) -> bool:
    """Whether the block lies in another block, whose text holds its text already."""
    parent = node.parent
    while parent is not None:
        if parent.tag in {"p", "li", "blockquote"}:
            return True
        parent = parent.parent
    return False


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
