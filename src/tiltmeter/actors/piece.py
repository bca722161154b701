"""Hits of the automaton as pieces of the text: chosen by length, case, date and what stands beside them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from tiltmeter.actors.beside import fits, in_a_name, other_person, spoilt, spoken_against, spoken_for, with_given_name
from tiltmeter.actors.fold import fold
from tiltmeter.actors.lexicon import Lexicon, Sense
from tiltmeter.actors.office import dated_code, office, soviet

_NEAR: Final = 120
"""Code points on either side in which a year dates the Soviet Union."""


@dataclass(slots=True)
class Piece:
    """
    A stretch of the text with what it names.

    `section` is what its roles make of a state, `head` the section of the last role, `bare`
    whether they can stand alone, `bound` whether a state is in it, `shut` whether it ends
    with that state, `abroad` whether a place after it is not its state. `known` is the name
    printed after a title, `seat` the state of a seat or of a person's last office, `homes`
    the codes of a group of several states, `there` whether something is said to be in it.
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
    seat: str = ""
    known: str = ""
    shut: bool = False
    homes: str = ""
    there: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """The text as it is read: as given, folded, by which lexicon, on which date."""

    text: str
    folded: str
    lexicon: Lexicon
    on: dt.date | None


@dataclass(slots=True)
class _Hit:
    """A hit: its place in the text, the end of the stem within it, whether it touches the piece before."""

    start: int
    end: int
    stem: int
    beside: bool


def pieces(text: str, lexicon: Lexicon, on: dt.date | None) -> list[Piece]:
    """Leftmost longest accepted hits, in text order; offsets are code points of `text`."""
    reading = _Reading(text, f" {fold(text)} ", lexicon, on)
    hits = lexicon.automaton.find_matches_as_indexes(reading.folded, overlapping=True)
    result: list[Piece] = []
    reach = -1
    for start, minus, index in sorted((start, -end, index) for index, start, end in hits):
        if start < reach:
            continue
        hit = _hit(reading, start, -minus, result[-1].end if result else -1)
        piece = _accepted(reading, hit, lexicon.senses[index])
        if piece is None:
            continue
        piece.start = max(piece.start, reach)
        reach = piece.end
        if piece.sort != "block":
            result.append(piece)
    return result


def _hit(reading: _Reading, start: int, end: int, before: int) -> _Hit:
    """The hit in code points of the text; the folded text has one space more in front."""
    lexicon = reading.lexicon
    if not lexicon.spaced:
        return _Hit(start - 1, end - 1, end - 1, before == start - 2)
    if lexicon.whole:
        return _Hit(start, end - 2, end - 2, before == start - 1)
    return _Hit(start, _word_end(reading.folded, end) - 1, end - 1, before == start - 1)


def _word_end(folded: str, at: int) -> int:
    while folded[at] != " ":
        at += 1
    return at


def _accepted(reading: _Reading, hit: _Hit, senses: tuple[Sense, ...]) -> Piece | None:
    text, start, end = reading.text, hit.start, hit.end
    fitting = _fitting(reading, hit, senses)
    if not fitting:
        return None
    sense = fitting[0] if len(fitting) == 1 else _best(fitting, capital=text[start].isupper())
    if sense.sort == "block":
        return _piece(start, end, sense, sense.code)
    if spoilt(text, reading.folded, start, end):
        return None
    if sense.sort == "role":
        role = _piece(start, end, sense, sense.code)
        role.abroad = reading.folded[start + 1 : end + 1] in reading.lexicon.words.get("abroad", frozenset())
        return role
    if sense.sort in ("person", "surname"):
        return _person(reading, hit, fitting)
    if spoken_against(reading.folded, start, end, reading.lexicon):
        return None
    doubtful = sense.weak and sense.sort in ("name", "capital") and reading.lexicon.language == "en"
    if doubtful and in_a_name(text, start, end):
        return None
    if end < len(text) and text[end] == "." and "." in text[start:end]:
        end += 1
    code = dated_code(sense.code, reading.on)
    if sense.code == "SUN" and code is None and soviet(text[max(0, start - _NEAR) : end + _NEAR]):
        code = "RUS"
    return _piece(start, end, sense, code)


def _fitting(reading: _Reading, hit: _Hit, senses: tuple[Sense, ...]) -> list[Sense]:
    """The senses whose capitals, hyphen and surroundings are those of the hit."""
    text, start = reading.text, hit.start
    return [
        sense
        for sense in senses
        if fits(sense, text, start, hit.stem) and (not sense.only or spoken_for(reading.folded, start, hit.end, sense))
    ]


def _best(senses: list[Sense], *, capital: bool) -> Sense:
    """Of several senses: a block, one for which the text speaks, a people with its capital, the tables' order."""
    for sense in senses:
        if sense.sort == "block" or sense.only:
            return sense
    people = capital and not senses[0].capital and senses[0].sort == "adjective"
    return next((sense for sense in senses if people and sense.sort == "people" and sense.capital), senses[0])


def _person(reading: _Reading, hit: _Hit, senses: list[Sense]) -> Piece | None:
    people = [sense for sense in senses if sense.sort == "person"]
    start, weak = hit.start, False
    if not people:
        people = [sense for sense in senses if sense.sort == "surname"]
        weak = all(sense.weak for sense in people)
        if not hit.beside:
            start = with_given_name(reading.text, start, people)
            if not weak and start == hit.start and other_person(reading.text, start, reading.lexicon):
                return None
            if reading.text.startswith((" al-", " el-", " Al-", " bin "), hit.end):  # a first name: Ali al-Sistani
                return None
    code, name, last = office(people, reading.on)
    return Piece(start, hit.end, "person", code, "person", name, weak=weak, seat=last)


def _piece(start: int, end: int, sense: Sense, code: str | None) -> Piece:
    return Piece(
        start, end, sense.sort, code, sense.kind, sense.name,
        weak=sense.weak, genitive=sense.genitive, seat=sense.seat,
        section=sense.section, head=sense.section, bare=sense.bare and sense.sort == "role",
        homes=sense.code if "/" in sense.code else "",
    )  # fmt: skip
