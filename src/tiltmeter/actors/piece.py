"""Hits of the automaton as pieces of the text: chosen by length, case, date and what stands beside them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
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


@dataclass(slots=True)
class Piece:
    """
    A stretch of the text with what it names; `section`, `head` and `bare` are set once a role is in it, `known`
    is the name printed after a title.
    """

    start: int
    end: int
    sort: str
    code: str | None
    kind: str
    name: str
    weak: bool = False
    genitive: bool = False
    section: str = ""
    head: str = ""
    bare: bool = False
    bound: bool = False
    abroad: bool = False
    former: bool = False
    seat: str = ""
    known: str = ""
    shut: bool = False


def pieces(text: str, lexicon: Lexicon, on: dt.date | None) -> list[Piece]:
    """Leftmost longest accepted hits, in text order; offsets are code points of `text`."""
    folded = f" {fold(text)} "
    hits = lexicon.automaton.find_matches_as_indexes(folded, overlapping=True)
    if not hits:
        return []
    found = sorted((start, -end, index) for index, start, end in hits)
    result: list[Piece] = []
    reach = -1
    for start, minus, index in found:
        if start < reach:
            continue
        end = -minus - 2 if lexicon.whole else _word_end(folded, -minus) - 1
        if not lexicon.spaced:
            start, end = start - 1, -minus - 1
        stem = end if lexicon.whole else -minus - 1
        beside = bool(result) and result[-1].end == start - 1
        piece = _accepted(text, folded, start, end, lexicon, index, on, stem=stem, beside=beside)
        if piece is None:
            continue
        piece.start = max(piece.start, reach)
        reach = piece.end
        if piece.sort != "block":
            result.append(piece)
    return result


def _word_end(folded: str, at: int) -> int:
    while folded[at] != " ":
        at += 1
    return at


def _accepted(
    text: str,
    folded: str,
    start: int,
    end: int,
    lexicon: Lexicon,
    index: int,
    on: dt.date | None,
    *,
    stem: int,
    beside: bool,
) -> Piece | None:
    senses = lexicon.senses[index]
    first = text[start]
    fitting = [sense for sense in senses if _fits(sense, text, start, stem, first)]
    if not fitting:
        return None
    sense = fitting[0]
    if len(fitting) > 1:
        sense = _best(fitting)
    if sense.sort == "block":
        return _piece(start, end, sense, sense.code)
    if _spoilt(text, folded, start, end):
        return None
    if sense.sort == "role":
        return _piece(start, end, sense, sense.code)
    if sense.sort in ("person", "surname"):
        return _person(text, start, end, fitting, lexicon, on, beside=beside)
    against = lexicon.against.get(folded[start + 1 : end + 1])
    if against and any(word in folded for word in against):
        return None
    if sense.weak and sense.sort in ("name", "capital") and lexicon.language == "en" and _in_a_name(text, start, end):
        return None
    if end < len(text) and text[end] == "." and "." in text[start:end]:
        end += 1
    return _piece(start, end, sense, _code(sense.code, on))


def _fits(sense: Sense, text: str, start: int, end: int, first: str) -> bool:
    if sense.capital and first.islower():
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


def _best(senses: list[Sense]) -> Sense:
    """Of several senses: a block before all, then the order of the tables."""
    return next((sense for sense in senses if sense.sort == "block"), senses[0])


def _spoilt(text: str, folded: str, start: int, end: int) -> bool:
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


def _in_a_name(text: str, start: int, end: int) -> bool:
    """Whether a capitalised word beside it makes it a person or place of that name."""
    after = text[end + 1 : end + 3]
    if text[end : end + 1] == " " and len(after) == 2 and after[0].isupper() and after[1].islower():
        return True
    before = text[max(0, start - 20) : start].split(" ")
    if len(before) < 2 or before[-1] or not before[-2]:
        return False
    word = before[-2]
    sentence_start = start - len(word) - 1 <= 0 or text[start - len(word) - 2 : start - len(word) - 1] in ".!?\n"
    return word[0].isupper() and word.isalpha() and len(word) > 2 and not sentence_start


def _person(
    text: str, start: int, end: int, senses: list[Sense], lexicon: Lexicon, on: dt.date | None, *, beside: bool
) -> Piece | None:
    people = [sense for sense in senses if sense.sort in ("person", "surname")]
    if all(sense.sort == "surname" for sense in people):
        if not beside:
            start = _with_given_name(text, start, people)
        weak = all(sense.weak for sense in people)
        if not weak and not beside and _other_person(text, start, lexicon):
            return None
    else:
        weak = False
        people = [sense for sense in people if sense.sort == "person"]
    codes, name = _office(people, on)
    return Piece(start, end, "person", codes, "person", name, weak=weak)


def _with_given_name(text: str, start: int, people: list[Sense]) -> int:
    """Where the name begins if the word before is the first name, perhaps spelt otherwise: Dmitro Kuleba."""
    word = text[max(0, start - 20) : start].rstrip().split(" ")[-1] if text[start - 1 : start] == " " else ""
    known = word[:1].isupper() and len(word) > 2 and word.replace("-", "").isalpha()
    if known and any(fold(word[:2]) == sense.given for sense in people):
        return start - 1 - len(word)
    return start


def _office(people: list[Sense], on: dt.date | None) -> tuple[str | None, str]:
    """The code of the office held on a date (the latest, without a date), and the person's name."""
    held = [
        sense
        for sense in people
        if on is None or ((sense.since is None or sense.since <= on) and (sense.until is None or on <= sense.until))
    ]
    if not held:
        return None, people[-1].name
    if on is None:
        held = [max(held, key=lambda sense: (sense.until is None, sense.since or dt.date.min))]
    codes = {sense.code for sense in held}
    latest = max(held, key=lambda sense: sense.since or dt.date.min)
    if len(codes) > 1 and len({sense.name for sense in held}) > 1:
        return None, latest.name
    return _code(latest.code, on), latest.name


def _other_person(text: str, start: int, lexicon: Lexicon) -> bool:
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


def _code(code: str, on: dt.date | None) -> str | None:
    if code == "SUN":  # the Soviet Union: Russia continued its seat on 24 December 1991
        return "RUS" if on is not None and on < dt.date(1991, 12, 26) else None
    return None if code in ("-", "") else code


def _piece(start: int, end: int, sense: Sense, code: str | None) -> Piece:
    return Piece(
        start, end, sense.sort, code, sense.kind, sense.name,
        weak=sense.weak, genitive=sense.genitive, seat=sense.seat,
        section=sense.section, head=sense.section, bare=sense.bare and sense.sort == "role",
    )  # fmt: skip
