"""What stands beside a hit and makes it something else: hyphens, capitals, other first names."""

from __future__ import annotations

from typing import Final

from tiltmeter.actors.fold import fold
from tiltmeter.actors.lexicon import Lexicon, Sense

_NOT_AFTER: Final = frozenset({"pro", "anti", "non", "post", "anty", "про", "анти", "neo", "проти", "counter"})
_NOT_BEFORE: Final = frozenset(
    {"backed", "born", "based", "speaking", "made", "sponsored", "style", "language", "occupied", "controlled",
     "held", "built", "trained", "funded", "owned", "flagged", "administered", "supplied", "freundlich", "feindlich"}
)  # fmt: skip
_HONORIFICS: Final = frozenset(
    {"mr", "mrs", "ms", "dr", "sir", "lord", "monsieur", "madame", "mme", "senor", "don", "herr", "frau", "sayin",
     "bay", "bayan", "господин", "пан", "пані", "president", "while", "when", "with", "and", "but", "ex"}
)  # fmt: skip
"""Capitalised words before a surname that are no first name."""

_CAPS_AMBIGUOUS: Final = frozenset({"us", "un", "is", "ei"})
"""Short names that are also words, when a headline is in capitals throughout."""

_NEAR: Final = 1000
"""Code points on either side in which a word speaks against a name."""


def fits(sense: Sense, text: str, start: int, end: int) -> bool:
    """Whether the capitals are those the sense asks for, and the hyphen."""
    if sense.capital and text[start].islower():
        return False
    if sense.hyphen:
        return text[end : end + 1] in ("-", "‑", "–")
    if not sense.exact:
        return True
    written = text[start:end]
    if not written.isupper():
        return False
    return fold(written) not in _CAPS_AMBIGUOUS or not _shouted(text, start, end)


def _shouted(text: str, start: int, end: int) -> bool:
    """Whether the words around are in capitals too, so that US may be `us`."""
    around = text[max(0, start - 24) : start] + text[end : end + 24]
    letters = [letter for letter in around if letter.isalpha()]
    return len(letters) > 7 and sum(letter.isupper() for letter in letters) > 0.8 * len(letters)


def spoilt(text: str, folded: str, start: int, end: int) -> bool:
    """Whether a hyphen makes it part of something else: pro-Russian, Russian-backed, US$."""
    if end < len(text) and text[end] == "$":
        return True
    if start and text[start - 1] in "-‑":
        before = folded[max(0, start - 7) : start].rpartition(" ")[2]
        if before in _NOT_AFTER:
            return True
    if end + 1 < len(text) and text[end] in "-‑":
        after = folded[end + 2 : end + 16].partition(" ")[0]
        return after in _NOT_BEFORE
    return False


def spoken_against(folded: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Whether words near it say that the name is no state: Georgia, with Atlanta in the same report."""
    against = lexicon.against.get(folded[start + 1 : end + 1])
    if not against:
        return False
    near = folded[max(0, start - _NEAR) : end + _NEAR]
    return any(word in near for word in against)


def spoken_for(folded: str, start: int, end: int, sense: Sense) -> bool:
    """Whether one of the words is near without which the name does not count."""
    near = folded[max(0, start - _NEAR) : end + _NEAR]
    return any(word in near for word in sense.only)


def in_a_name(text: str, start: int, end: int) -> bool:
    """Whether a capitalised word beside it makes it a person or place of that name."""
    after = text[end + 1 : end + 24].split(" ")[0]
    if text[end : end + 1] == " " and after[:1].isupper() and after[1:2].islower():
        return start > 0 or not after.endswith("s")  # Turkey Summons Ambassador: a headline
    before = text[max(0, start - 20) : start].split(" ")
    if len(before) < 2 or before[-1] or not before[-2]:
        return False
    word = before[-2]
    sentence_start = start - len(word) - 1 <= 0 or text[start - len(word) - 2 : start - len(word) - 1] in ".!?\n"
    return word[0].isupper() and word.isalpha() and len(word) > 2 and not sentence_start


def with_given_name(text: str, start: int, people: list[Sense]) -> int:
    """Where the name begins if the word before is the first name, perhaps spelt otherwise: Dmitro Kuleba."""
    word = text[max(0, start - 20) : start].rstrip().split(" ")[-1] if text[start - 1 : start] == " " else ""
    known = word[:1].isupper() and len(word) > 2 and word.replace("-", "").isalpha()
    if known and any(fold(word[:2]) == sense.given for sense in people):
        return start - 1 - len(word)
    return start


def other_person(text: str, start: int, lexicon: Lexicon) -> bool:
    """Whether another first name stands before a surname: Melania Trump, but not Emanuel Macron."""
    if start < 2 or text[start - 1] != " ":
        return False
    word = text[max(0, start - 20) : start - 1].split(" ")[-1]
    if not word or not word[0].isupper() or not word.isalpha() or word.isupper() or len(word) < 3:
        return False
    if fold(word) in _HONORIFICS:
        return False
    if lexicon.language == "de":  # nouns have capitals too: only what is known as a first name tells
        return fold(word) in lexicon.words.get("given", frozenset())
    at = start - 1 - len(word)
    sentence_start = at <= 0 or text[max(0, at - 2) : at].strip() in (".", "!", "?", '"', "“", "«", ":", "")
    return not sentence_start
