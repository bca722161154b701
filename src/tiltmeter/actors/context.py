"""Roles that stand alone take the state of their context, where only one is in question."""

from __future__ import annotations

import re
from typing import Final

from tiltmeter.actors.codes import actor
from tiltmeter.actors.fold import fold
from tiltmeter.actors.lexicon import Lexicon
from tiltmeter.actors.merge import with_section
from tiltmeter.actors.piece import Piece

_END: Final = re.compile(r"(?<!\b\w)[.!?…]+[\"»”’)]*\s+(?=[\"«“„(]?[A-ZÀ-ÞА-ЯЁІЇЄҐİÇĞŞÖÜ])|\n+")
_WHENCE: Final = frozenset(
    {"from", "to", "toward", "towards", "with", "aus", "nach", "de", "desde", "а", "из", "з", "із"}
)
"""Words before a seat after which it is the organisation that is meant."""

_LOOK_BACK: Final = 3
"""Sentences before its own in which a role may find its state."""


def placed(text: str, found: list[Piece], lexicon: Lexicon) -> None:
    """Marks capitals and cities after a locative word as places, and gives seats their state."""
    locative = lexicon.words.get("locative", frozenset())
    for at, piece in enumerate(found):
        if piece.sort not in ("capital", "seat", "place"):
            continue
        before = fold(text[max(0, piece.start - 16) : piece.start]).split()
        if piece.seat and before and before[-1] in _WHENCE:  # what comes from Brussels comes from the Union
            continue
        here = (bool(before) and before[-1] in locative) or _listed(text, found, at)
        if lexicon.language == "tr":
            here = bool(re.match(r"['’](?:d|t)[ae]n?\b", text[piece.end : piece.end + 6]))
        if here:
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
    if not any(piece.sort == "role" and not piece.bound for piece in found):
        return found
    starts = [match.end() for match in _END.finditer(text)]
    before: list[set[str]] = []
    kept: list[Piece] = []
    for pieces in _by_sentence(found, starts):
        acting = {state for piece in pieces if piece.kind != "place" and (state := _state(piece))}
        inside = {state for piece in pieces if piece.kind == "place" and (state := _state(piece))}
        said: set[str] = set()
        for piece in pieces:
            if piece.sort == "role" and not piece.bound:
                if not piece.bare or _of_a_body(text, piece, lexicon):
                    continue
                if piece.section == "country":
                    _the_country(piece, said or next((states for states in before if states), set()))
                    if not piece.code:
                        continue
                else:
                    other = _elsewhere(text, piece, lexicon)
                    here = said if piece.section == "title" or piece.abroad else acting
                    _resolve(piece, set() if other else here, inside, [] if other else before)
            elif state := _state(piece):
                said.add(state)
            kept.append(piece)
        before = [acting or inside, *before][:_LOOK_BACK]
    return kept


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


def _resolve(piece: Piece, acting: set[str], inside: set[str], before: list[set[str]]) -> None:
    """One acting state, else one place; where several act, civilians and rebels go by the place."""
    state = None
    if len(acting) == 1:
        state = next(iter(acting))
    elif len(inside) == 1 and not piece.abroad and (not acting or piece.section in ("civ", "reb")):
        state = next(iter(inside))
    elif not acting and not inside:
        earlier = next((states for states in before if states), set())
        state = next(iter(earlier)) if len(earlier) == 1 else None
    if state is None or (piece.abroad and inside and not piece.known):
        piece.code, piece.name = None, piece.known or f"role:{piece.section}"
        return
    piece.code = with_section(state, piece.section)
    piece.name = piece.known or actor(piece.code).name
