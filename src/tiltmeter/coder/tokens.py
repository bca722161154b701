"""Words and sentences of a text, with their places."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

LONGEST: Final = 1_500
"""Code points of a sentence at most; a longer stretch without an end is cut at a space, so that work stays linear."""

WIDEST: Final = 100
"""Code points of the longest line of a text that is wrapped by hand or by a mail program."""
SHORTEST: Final = 25
"""Code points below which a line is one of a list or a heading, and ends what it says."""

_LINE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"\w+|[^\w\s]")
_END = re.compile(r"""[.!?…。！？]+["'”’»“)\]]*(?=\s|$)|\n\s*\n|\n(?=\s*[-–•*])|[\r\n]+""")
_BEFORE = re.compile(r"([^\W_]+(?:\.[^\W_]+)*)[.!?…]+[\"'”’»“)\]]*$")


def lowered(word: str) -> str:
    """
    A word in small letters; the Turkish İ becomes a plain i, not an i and a dot.

    >>> lowered("İran")
    'iran'
    """
    return word.lower().replace("\u0307", "")


def words(text: str, *, keep_case: bool = False) -> tuple[str, ...]:
    """
    The words and marks of a text.

    >>> words("the Kremlin's man")
    ('the', 'kremlin', "'", 's', 'man')
    """
    return tuple(_WORD.findall(text if keep_case else lowered(text)))


def places(text: str) -> tuple[list[str], list[int], list[int]]:
    """Words and marks of a text as printed, with the code points where each starts and ends."""
    found = list(_WORD.finditer(text))
    return [hit.group() for hit in found], [hit.start() for hit in found], [hit.end() for hit in found]


def sentences(text: str, *, abbreviations: Collection[str] = ()) -> Iterator[tuple[int, int]]:
    """
    Start and end of each sentence, without the white space around it.

    A full stop does not end one after an abbreviation, an initial or a number
    followed by a small letter or a month-like word; a line break does, unless the
    text is wrapped there.

    >>> text = "Mr. Smith met Gen. Li on Monday. They talked."
    >>> [text[a:b] for a, b in sentences(text, abbreviations={"mr", "gen"})]
    ['Mr. Smith met Gen. Li on Monday.', 'They talked.']
    """
    start = 0
    wrapped = _wrapped(text)
    for hit in _END.finditer(text):
        if hit.end() in wrapped or (hit.group()[0] not in "\r\n" and not _ends(text, start, hit, abbreviations)):
            continue
        yield from _pieces(text, start, hit.end())
        start = hit.end()
    yield from _pieces(text, start, len(text))


def _wrapped(text: str) -> frozenset[int]:
    r"""
    Where a line begins that only goes on with the sentence before, as in e-mail: it begins with a small letter, or its
    first word had no room on the line before in a paragraph where another line begins so.

    >>> text = "The Kremlin said on Monday that it\nhad sent grain to Aqtau. Thanks came."
    >>> [text[a:b].split()[-1] for a, b in sentences(text)]
    ['Aqtau.', 'came.']
    """
    found: list[int] = []
    paragraph: list[re.Match[str]] = []
    for line in _LINE.finditer(text):
        if paragraph and (line.group().isspace() or text.count("\n", paragraph[-1].end(), line.start()) > 1):
            found += _gone_on(paragraph)
            paragraph = []
        if not line.group().isspace():
            paragraph.append(line)
    return frozenset(found + _gone_on(paragraph))


def _gone_on(lines: list[re.Match[str]]) -> list[int]:
    """Where lines of a paragraph begin that go on with the one before."""
    if len(lines) < 2:
        return []
    widest = max(len(line.group()) for line in lines)
    small = [line.group()[:1].islower() for line in lines]
    filled = len(lines) > 2 and any(small[1:]) and widest <= WIDEST
    found = []
    for before, line, goes_on in zip(lines, lines[1:], small[1:], strict=False):
        length = len(before.group().rstrip())
        first = len(line.group().split(maxsplit=1)[0])
        if length >= SHORTEST and (goes_on or (filled and length + 1 + first > widest)):
            found.append(line.start())
    return found


def _ends(text: str, start: int, hit: re.Match[str], abbreviations: Collection[str]) -> bool:
    if hit.group()[0] != ".":
        return True
    following = text[hit.end() : hit.end() + 12].lstrip()
    if following[:1].islower():
        return False
    before = _BEFORE.search(text, max(start, hit.start() - 24), hit.end())
    if not before:
        return True
    word = before[1].lower()
    if word in abbreviations or (len(word) == 1 and word.isalpha()):
        return False
    # "am 5. Januar", "the 3. Division": an ordinal, not an end
    return not (word.isdigit() and len(word) <= 2 and following[:1].isalpha())


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        cut = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = start + LONGEST if cut < 0 else cut
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        yield start, end
