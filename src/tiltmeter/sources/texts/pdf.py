"""PDF files with text in them; scanned pages hold none."""

from __future__ import annotations

import io
import logging
import re
import statistics
from collections.abc import Iterator
from typing import Any, Final

from tiltmeter.errors import SourceError
from tiltmeter.sources import _days
from tiltmeter.sources._input import Input
from tiltmeter.sources.texts._form import MAX_BYTES, Form, Found, body

MAX_PAGES: Final = 2_000
"""Pages beyond which a PDF is refused."""


def _read(file: Input) -> Iterator[Found]:
    import pypdf

    # it tells of every small fault on its own log; ours are told as errors
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    raw = body(file)
    try:
        opened = pypdf.PdfReader(io.BytesIO(raw))
        if opened.is_encrypted and not opened.decrypt(""):
            raise SourceError("a PDF with a password", mend="save a copy without it", where=file.name)
        if len(opened.pages) > MAX_PAGES:
            what = f"{len(opened.pages):,} pages, the most is {MAX_PAGES:,}"
            raise SourceError(what, mend="split it", where=file.name)
        text = _text(opened, file.name)
        about: Any = opened.metadata or {}
    except SourceError:
        raise
    except Exception as error:  # a damaged PDF ends in any error of Python's
        what = f"a damaged PDF: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        raise SourceError(what.rstrip(": "), mend="save it again, or give its text as txt", where=file.name) from error
    if not text.strip():
        mend = "it may be scanned: give its text, from a program that reads pictures"
        raise SourceError("a PDF without text", mend=mend, where=file.name)
    yield Found(text=text, title=_told(about, "/Title"), author=_told(about, "/Author"), date=_date(about))


def _text(opened: Any, where: str) -> str:
    pages: list[str] = []
    size = 0
    for page in opened.pages:
        pages.append(flowing(page.extract_text()))
        size += len(pages[-1])
        if size > MAX_BYTES:
            raise SourceError(f"more than {MAX_BYTES >> 20} MB of text", mend="split it", where=where)
    return "\n\n".join(page for page in pages if page)


def flowing(page: str) -> str:
    r"""
    The text of a page with its lines joined to paragraphs, words that were cut at a line's end made whole.

    >>> flowing("Kazakhstan has sent hum-\nanitarian aid to the\ncity of Kyiv.\n\nTashkent abstained.")
    'Kazakhstan has sent humanitarian aid to the city of Kyiv.\n\nTashkent abstained.'
    """
    lines = [line.strip() for line in page.replace("\u00ad\n", "-\n").splitlines()]
    usual = statistics.median([len(line) for line in lines if line] or [0])
    made = ""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if not line:
            made = made.rstrip() + "\n\n" if made else ""
        elif re.search(r"[^\W\d_]-$", line) and after[:1].islower():
            made += line[:-1]
        # a short line that ends a sentence ends its paragraph
        elif len(line) < 0.6 * usual and re.search(r"[.!?»”\"]$", line):
            made += line + "\n\n"
        else:
            made += line + " "
    return made.strip()


def _told(about: Any, name: str) -> str:
    value = about.get(name)
    return str(value).strip() if isinstance(value, str) else ""


def _date(about: Any) -> Any:
    """The day a PDF was made, by its own account: `D:20220302…`."""
    told = re.match(r"(?:D:)?(\d{8})", _told(about, "/CreationDate"))
    return _days.day(told[1]) if told else None


FORM = Form(name="pdf", endings=frozenset({".pdf"}), looks=lambda first: b"%PDF-" in first[:1_024], read=_read)
