"""Bytes to text, strictly: what is not UTF-8 is refused with the way to convert it."""

from __future__ import annotations

import codecs
from typing import Final

from tiltmeter.errors import SourceError

_MARKS: Final = {
    codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16",
}  # fmt: skip

_MAGIC: Final = {
    b"%PDF-": ("a PDF", "take its text out first: pdftotext FILE.pdf FILE.txt"),
    b"PK\x03\x04": ("a packed file (zip or Office)", "name it .zip or .docx if it is one; save a table as CSV"),
    b"\x1f\x8b": ("a gzip file", "name it .gz"),
    b"\xd0\xcf\x11\xe0": ("an old Office file", "save it as txt, docx or CSV"),
    b"\x89PNG": ("a picture", "give its text"), b"\xff\xd8\xff": ("a picture", "give its text"),
    b"GIF8": ("a picture", "give its text"),
}  # fmt: skip
"""How files begin that are often given instead of a text, what they are, and what to do."""

_ODD: Final = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1b\x1c\x1d\x1e\x1f"))
"""Control characters that no text has."""


def refuse_unless_text(first: bytes, *, where: str, strict: bool = True) -> None:
    """
    Raise SourceError if a file's first bytes show that it is no UTF-8 text.

    A table is not judged strictly: of it, single undecodable rows are rejected.

    >>> refuse_unless_text("Grüße".encode("utf-16"), where="a.txt")
    Traceback (most recent call last):
    ...
    tiltmeter.errors.SourceError: a.txt: UTF-16 text, not UTF-8
      Mend: convert it: iconv -f UTF-16 -t UTF-8 a.txt > converted
    """
    for mark, encoding in _MARKS.items():
        if first.startswith(mark):
            raise _other(encoding, where)
    for magic, (kind, mend) in _MAGIC.items():
        if first.startswith(magic):
            raise SourceError(f"{kind}, not text", mend=mend, where=where)
    if b"\0" in first:
        raise _other("UTF-16", where) if _looks_wide(first) else _binary(where)
    odd = len(first) - len(first.translate(None, _ODD))
    if odd * 10 > len(first) > 1_000:
        raise _binary(where)
    problem = _undecodable(first) if strict else None
    if problem is not None and problem < len(first) - 3:
        # a last letter may be cut in two where the peek ends
        raise _not_utf8(first, problem, where)


def decode(raw: bytes, *, where: str) -> str:
    r"""
    The text of a whole file, without its byte-order mark.

    Raises:
        SourceError: It is no UTF-8 text.

    >>> decode(b"\xef\xbb\xbfKyiv", where="a.txt")
    'Kyiv'
    """
    refuse_unless_text(raw, where=where)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(raw, error.start, where) from error


def _undecodable(raw: bytes) -> int | None:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _looks_wide(first: bytes) -> bool:
    """Whether zeros stand at every second place, as in UTF-16 of a Latin text without its mark."""
    half = max(len(first) // 2, 1)
    even, odd = first[::2].count(0) / half, first[1::2].count(0) / half
    return max(even, odd) > 0.4 and min(even, odd) < 0.05


def _other(encoding: str, where: str) -> SourceError:
    mend = f"convert it: iconv -f {encoding} -t UTF-8 {where} > converted"
    return SourceError(f"{encoding} text, not UTF-8", mend=mend, where=where)


def _binary(where: str) -> SourceError:
    return SourceError("a binary file, not text", mend="give a text, html or table file", where=where)


def _not_utf8(raw: bytes, at: int, where: str) -> SourceError:
    line = raw.count(b"\n", 0, at) + 1
    what = f"not UTF-8: byte 0x{raw[at]:02X} in line {line}"
    mend = "convert it, for instance from Windows Cyrillic: iconv -f CP1251 -t UTF-8 IN > OUT"
    return SourceError(what, mend=mend, where=where)
