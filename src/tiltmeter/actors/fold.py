"""Text as it is compared: lower case, accents off, everything but letters and digits a space; same length."""

from __future__ import annotations

import unicodedata
from typing import Final

_KEPT: Final = {
    "ʻ": " ",
    "ʼ": " ",
    "ё": "е",
    "ґ": "г",
    "ß": "s",
    "ı": "i",
    "İ": "i",
    "ø": "o",
    "đ": "d",
    "ł": "l",
    "æ": "a",
}
"""Letters whose folded form is not their decomposed base letter."""

_WHOLE: Final = frozenset("йїў")
"""Cyrillic letters that are letters of their own, though Unicode takes them apart."""


class _Fold(dict[int, str]):
    """Fills itself: a letter is worked out the first time a text has it."""

    def __missing__(self, point: int) -> str:
        letter = chr(point)
        low = _KEPT.get(letter) or letter.lower()
        low = _KEPT.get(low, low)
        if low not in _WHOLE:
            low = unicodedata.normalize("NFD", low)
        low = low[0] if low[0].isalnum() else " "
        self[point] = low
        return low


_TABLE: Final = _Fold()


def fold(text: str) -> str:
    """
    The text in the form in which names are compared, code point for code point.

    The length never changes, so offsets stay valid.

    >>> fold("Türkiye’nin Şırnak'ı")
    'turkiye nin sirnak i'
    """
    return text.translate(_TABLE)
