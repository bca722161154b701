"""HTML pages: the main text, with title, date, author, outlet and address where the page tells them."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from tiltmeter.sources import _days
from tiltmeter.sources._input import Input
from tiltmeter.sources._text import decode
from tiltmeter.sources.texts._form import Form, Found, body


def _read(file: Input) -> Iterator[Found]:
    yield page(decode(declared(body(file)), where=file.name))


def declared(raw: bytes, name: str = "") -> bytes:
    """A page as UTF-8, by the encoding it was sent with (`name`) or names itself."""
    found = re.search(rb"charset=[\"' ]*([\w-]+)", raw[:4_000], re.IGNORECASE)
    name = (name or (found[1].decode("ascii") if found else "utf-8")).lower()
    if name in {"utf-8", "utf8"} or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw
    try:
        return raw.decode(name).encode("utf-8")
    except (LookupError, UnicodeDecodeError):
        return raw


def looks(first: bytes) -> bool:
    """Whether a file begins like a page."""
    text = first[:1_000].decode("utf-8", "replace").removeprefix("\ufeff")
    return re.match(r"\s*(<!doctype html|<html\b|<\?xml[^>]*>\s*<!doctype html)", text, re.IGNORECASE) is not None


def fragment(html: str) -> str:
    """The text of a piece of HTML, paragraphs apart; what is no HTML stays as it is."""
    from selectolax.lexbor import LexborHTMLParser

    return _main_text(LexborHTMLParser(html)) if re.search(r"<\w|&#?\w+;", html) else html.strip()


def page(html: str) -> Found:
    """The text of a page."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    data = _linked_data(tree)
    meta = _metas(tree)
    root = tree.css_first("html")
    language = (root.attributes.get("lang") or "" if root else "").split("-")[0].lower()
    heading = tree.css_first("h1")
    titles = (meta.get("og:title"), heading.text(strip=True) if heading else "", _node_text(tree, "title"))
    day = _page_day(tree, meta, data)
    link = tree.css_first("link[rel=canonical]")
    return Found(
        text=_main_text(tree),
        title=next((title for title in titles if title), ""),
        language=language if re.fullmatch(r"[a-z]{2}", language) else "und",
        date=day,
        author=meta.get("author") or _author(data) or _node_text(tree, "[rel=author]"),
        outlet=meta.get("og:site_name", ""),
        url=(link.attributes.get("href") if link else None) or meta.get("og:url", ""),
    )


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


FORM = Form(name="html", endings=frozenset({".html", ".htm", ".xhtml"}), looks=looks, read=_read)
