"""Roles that stand alone take the state of their context, where only one is in question."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from tiltmeter.actors.codes import actor
from tiltmeter.actors.fold import fold
from tiltmeter.actors.lexicon import Lexicon
from tiltmeter.actors.merge import with_section
from tiltmeter.actors.piece import Piece

_END: Final = re.compile(r"(?<!\b\w)[.!?…]+[\"»”’)]*\s+(?=[\"«“„(]?[A-ZÀ-ÞА-ЯЁІЇЄҐİÇĞŞÖÜ])|\n+")
_SUFFIX: Final = re.compile(r"[dt][ae]n?\b")
_CLAUSE: Final = re.compile(r"[,;:()–—]")
_WHENCE: Final = frozenset(
    {"from", "to", "toward", "towards", "with", "aus", "nach", "de", "desde", "а", "из", "з", "із"}
)
"""Words before a seat after which it is the organisation that is meant."""

_PLACES: Final = frozenset({"capital", "seat", "place"})
_LOOK_BACK: Final = 3
"""Sentences before its own in which a role may find its state."""


@dataclass(slots=True)
class _Scope:
    """
    What a sentence names.

    States that may act, cities and capitals that are places, all that something is said to be
    in, the states of sentences before, and those said so far.
    """

    text: str
    acting: set[str]
    places: set[str]
    inside: set[str]
    before: list[set[str]]
    said: list[tuple[int, str]] = field(default_factory=list)

    @property
    def named(self) -> set[str]:
        """The states said so far, places too."""
        return {state for _, state in self.said}

    def nearest(self, piece: Piece) -> str | None:
        """The state said last, if no comma or the like stands between."""
        if not self.said:
            return None
        end, state = self.said[-1]
        return None if _CLAUSE.search(self.text, end, piece.start) else state


def placed(text: str, found: list[Piece], lexicon: Lexicon) -> None:
    """Marks capitals and cities after a locative word as places, and gives seats their state."""
    locative = lexicon.words.get("locative", frozenset())
    names, turkish = any(_open(piece) for piece in found), lexicon.language == "tr"
    for at, piece in enumerate(found):
        if piece.sort not in _PLACES and not (names and piece.sort == "name"):
            continue
        before = [fold(word) for word in text[max(0, piece.start - 16) : piece.start].split()[-1:]]
        if piece.seat and before and before[-1] in _WHENCE:  # what comes from Brussels comes from the Union
            continue
        if turkish:
            here = text[piece.end : piece.end + 1] in ("'", "’") and _SUFFIX.match(text, piece.end + 1) is not None
        else:
            here = (bool(before) and before[-1] in locative) or _listed(text, found, at)
        piece.there = here or piece.sort == "place"
        if here and piece.sort != "name":
            piece.kind = "place"
            piece.code = piece.seat or piece.code


def _listed(text: str, found: list[Piece], at: int) -> bool:
    """Whether it stands in a list of places (in Tel Aviv, Jerusalem), or before its state (Kyiv, Ukraine)."""
    piece = found[at]
    if at and found[at - 1].kind == "place" and text[found[at - 1].end : piece.start] == ", ":
        return True
    after = found[at + 1] if at + 1 < len(found) else None
    return (
        after is not None
        and after.sort == "name"
        and after.code == piece.code
        and text[piece.end : after.start] == ", "
    )


def alone(text: str, found: list[Piece], lexicon: Lexicon) -> list[Piece]:
    """The pieces, unbound roles resolved where safe; words that are no actor alone are left out."""
    if not any(_open(piece) for piece in found):
        return found
    starts = [match.end() for match in _END.finditer(text)]
    before: list[set[str]] = []
    kept: list[Piece] = []
    for pieces in _by_sentence(found, starts):
        scope = _scope(text, pieces, before)
        for piece in pieces:
            if piece.homes and not piece.code:
                _at_home(piece, scope)
            if piece.sort == "role" and not piece.bound:
                if not piece.bare or _of_a_body(text, piece, lexicon):
                    continue
                if piece.section == "country":
                    if _elsewhere(text, piece, lexicon) or _another(text, piece, lexicon):
                        continue
                    _the_country(piece, scope.named or next((states for states in before if states), set()))
                    if not piece.code:
                        continue
                else:
                    _resolve(piece, scope, elsewhere=_elsewhere(text, piece, lexicon))
            elif state := _state(piece):
                scope.said.append((piece.end, state))
                if piece.sort == "people" and len(pieces) > 1 and scope.acting | scope.inside == {state}:
                    piece.code = f"{state}-CIV"
            kept.append(piece)
        before = [scope.acting or scope.places, *before][:_LOOK_BACK]
    return kept


def _open(piece: Piece) -> bool:
    """Whether its code hangs on its sentence."""
    return bool(piece.homes) or piece.sort == "people" or (piece.sort == "role" and not piece.bound)


def _scope(text: str, pieces: list[Piece], before: list[set[str]]) -> _Scope:
    scope = _Scope(text, set(), set(), set(), before)
    for piece in pieces:
        if state := _state(piece):
            (scope.places if piece.kind == "place" else scope.acting).add(state)
            if piece.kind == "place" or piece.there:
                scope.inside.add(state)
    return scope


def _at_home(piece: Piece, scope: _Scope) -> None:
    """A group of several states is that of the one of them its sentence names: Islamic State, in Iraq."""
    states = {home.partition("-")[0]: home for home in piece.homes.split("/")}
    here = (scope.acting | scope.inside) & set(states)
    piece.code = states[here.pop()] if len(here) == 1 else None


def _the_country(piece: Piece, states: set[str]) -> None:
    """`The country` is the one state named before it, and a state itself."""
    piece.code = next(iter(states)) if len(states) == 1 else None
    if piece.code:
        piece.kind, piece.name = "state", actor(piece.code).name


def _of_a_body(text: str, piece: Piece, lexicon: Lexicon) -> bool:
    """Whether a title is that of no state: president of the association, president of Google."""
    if piece.section != "title" or piece.known:
        return False
    after = fold(text[piece.end : piece.end + 24]).split()
    if not after or text[piece.end : piece.end + 1] != " ":
        return False
    return after[0] in lexicon.words.get("of", frozenset()) | lexicon.words.get("bodies", frozenset())


def _elsewhere(text: str, piece: Piece, lexicon: Lexicon) -> bool:
    """Whether a word before a role says it is not the acting state's: local, foreign, other."""
    before = fold(text[max(0, piece.start - 24) : piece.start]).split()
    return any(word in lexicon.words.get("elsewhere", frozenset()) for word in before[-2:])


def _another(text: str, piece: Piece, lexicon: Lexicon) -> bool:
    """Whether the word after `the country` says that it is not the one just named: le pays voisin."""
    after = fold(text[piece.end : piece.end + 24]).split()[:1]
    return bool(after) and after[0].rstrip(".,;:") in lexicon.words.get("elsewhere", frozenset())


def _by_sentence(found: list[Piece], starts: list[int]) -> list[list[Piece]]:
    groups: list[list[Piece]] = [[]]
    ends = iter([*starts, float("inf")])
    end = next(ends)
    for piece in found:
        while piece.start >= end:
            end = next(ends)
            groups.append([])
        groups[-1].append(piece)
    return groups


def _state(piece: Piece) -> str | None:
    if not piece.code or (piece.sort == "role" and not piece.bound):
        return None
    state = piece.code.partition("-")[0]
    return state if len(state) == 3 and state not in ("CIS", "SCO", "OTS") else None


def _resolve(piece: Piece, scope: _Scope, *, elsewhere: bool) -> None:
    """Gives a role the state of its sentence, or none; a word like foreign leaves it only the place."""
    state = _found(piece, scope, elsewhere=elsewhere)
    if state is None:
        piece.code, piece.name = None, piece.known or f"role:{piece.section}"
        return
    piece.code = with_section(state, "civ" if piece.section == "people" else piece.section)
    piece.name = piece.known or actor(piece.code).name


def _found(piece: Piece, scope: _Scope, *, elsewhere: bool) -> str | None:
    """The place for civilians and rebels, one acting state, one place, or what its clause named last."""
    people = piece.section in ("civ", "reb")
    if people and len(scope.inside) == 1:
        return next(iter(scope.inside))
    careful = piece.section == "title" or piece.abroad
    acting = set() if elsewhere else scope.named if careful else scope.acting
    if len(acting) == 1:
        return None if piece.abroad and scope.places - acting and not piece.known else next(iter(acting))
    if len(scope.places) == 1 and (people or scope.acting <= scope.places):
        strange = piece.abroad and any(states - scope.places for states in scope.before)
        return None if strange else next(iter(scope.places))
    if elsewhere:
        return None
    if not acting and not scope.places and (not scope.acting or piece.section == "title"):
        earlier = next((states for states in scope.before if states), scope.acting)
        return next(iter(earlier)) if len(earlier) == 1 else None
    if careful or piece.section == "reb" or (not people and len(scope.named) > 1):
        return None
    return scope.nearest(piece)
