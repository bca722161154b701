"""Near-identical texts: a signature of each, and which of them tell one story."""

from __future__ import annotations

import base64
import datetime as dt
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

WORDS: Final = 3
"""Words of a shingle: with one word of a hundred changed, texts still share 94 % of them."""

SIZE: Final = 128
"""Values of a signature: the share of equal ones tells the share of common shingles with sd 0.04."""

BANDS: Final = 32
ROWS: Final = 4
"""Values looked up together: two texts with 70 % in common share one of the bands in 9,998 cases of 10,000."""

ALIKE: Final = 0.7
"""Share of common shingles from which texts tell one story; under another headline, or less a fifth, it is more."""

NUMBERS: Final = 64
"""Numbers of a text that are kept, those of the smallest hash. A reprint has no other ones than the first print, or
only more; a bulletin that is alike but for its figures tells of another day."""

NEAR: Final = dt.timedelta(days=3)
"""Reprints appear within days; what is told alike after that is another event."""

PART: Final = 4_096
"""Shingles hashed at once: memory stays bounded whatever a text's length."""

_WORD: Final = re.compile(r"\w+")
_MASK: Final = (1 << 64) - 1
Hashes = npt.NDArray[np.uint64]
Values = npt.NDArray[np.uint16]


def signature(text: str) -> str:
    """
    A text's MinHash signature as printable characters; empty for a text without words.

    >>> one, two = signature("Kyiv thanked Riga for its help."), signature("KYIV thanked Riga, for its help")
    >>> one == two, signature("?!")
    (True, '')
    """
    words = _WORD.findall(text.casefold())
    if not words:
        return ""
    hashed = np.array([zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in words], dtype=np.uint64)
    shingles = np.zeros(max(1, len(hashed) - WORDS + 1), dtype=np.uint64)
    for place in range(min(WORDS, len(hashed))):
        shingles = _mixed(shingles + hashed[place : place + len(shingles)])
    least = np.full(SIZE, _MASK, dtype=np.uint64)
    for begin in range(0, len(shingles), PART):
        part = shingles[begin : begin + PART, None] * _FACTORS + _ADDENDS
        least = np.minimum(least, part.min(axis=0))
    figures = np.unique(hashed[[word[0].isdigit() for word in words]] & np.uint64(0xFFFF))[:NUMBERS]
    return _printable(_mixed(least) >> np.uint64(48)) + _printable(figures)


def _printable(values: Hashes) -> str:
    return base64.b85encode(values.astype("<u2").tobytes()).decode()


def _mixed(values: Hashes) -> Hashes:
    """Each value scattered over all 64 bits (splitmix64's finish)."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        values = (values ^ (values >> np.uint64(shift))) * np.uint64(factor)
    return values ^ (values >> np.uint64(31))


def _constants(start: int) -> Hashes:
    return _mixed(np.arange(start, start + SIZE, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))


_FACTORS: Final = _constants(1) | np.uint64(1)
_ADDENDS: Final = _constants(1 + SIZE)


@dataclass(frozen=True, slots=True)
class Print:
    """A document's signature, with its origin and dateline."""

    source: str
    key: str
    date: dt.date | None
    signature: str


@dataclass
class _Shelf:
    """The first tellings of stories not yet too old, found by the bands of their signatures."""

    bands: dict[tuple[int, bytes], list[int]] = field(default_factory=dict)
    kept: dict[int, tuple[Print, Values, frozenset[int]]] = field(default_factory=dict)
    order: deque[int] = field(default_factory=deque)
    count: int = 0

    def forget(self, day: dt.date | None) -> None:
        """Lets go of those that a report of a day cannot reprint."""
        while day and self.order and (old := self.kept[self.order[0]][0].date) and old < day - NEAR:
            _, values, _ = self.kept.pop(self.order.popleft())
            for band in _bands(values):
                self.bands[band].pop(0)
                if not self.bands[band]:
                    del self.bands[band]

    def first(self, values: Values, figures: frozenset[int]) -> Print | None:
        """The earliest telling that a text is like."""
        seen = {number for band in _bands(values) for number in self.bands.get(band, ())}
        for number in sorted(seen):
            one, other, theirs = self.kept[number]
            if float(np.mean(values == other)) >= ALIKE and (figures <= theirs or theirs <= figures):
                return one
        return None

    def put(self, one: Print, values: Values, figures: frozenset[int]) -> None:
        """Keeps a first telling."""
        self.kept[self.count] = (one, values, figures)
        self.order.append(self.count)
        for band in _bands(values):
            self.bands.setdefault(band, []).append(self.count)
        self.count += 1


def _bands(values: Values) -> list[tuple[int, bytes]]:
    raw = values.tobytes()
    width = 2 * ROWS
    return [(band, raw[band * width : (band + 1) * width]) for band in range(BANDS)]


def stories(prints: Iterable[Print]) -> Iterator[tuple[Print, Print]]:
    """
    Each document with the first telling of its story, itself if it is the first.

    A text belongs to the earliest telling it is like, of its own day or the few before it; without a
    date, to one without a date. What comes out follows from the set of documents alone.

    Args:
        prints: In the order of date, source and key, those without a date together.

    >>> texts = ["Kyiv thanked Riga for its help in the war.", "Kyiv thanked Riga for its help in the war!", "Rain."]
    >>> [(a.key, b.key) for a, b in stories(Print("r", str(n), None, signature(t)) for n, t in enumerate(texts))]
    [('0', '0'), ('1', '0'), ('2', '2')]
    """
    dated, undated = _Shelf(), _Shelf()
    for one in prints:
        if not one.signature:
            yield one, one
            continue
        told = np.frombuffer(base64.b85decode(one.signature), dtype="<u2")
        values, figures = told[:SIZE], frozenset(told[SIZE:].tolist())
        shelf = dated if one.date else undated
        shelf.forget(one.date)
        first = shelf.first(values, figures)
        if first is None:
            shelf.put(one, values, figures)
        yield one, first or one
