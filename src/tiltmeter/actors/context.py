"""Roles that stand alone take the state of their context, where only one is in question."""

from __future__ import annotations

import re
from typing import Final

from tiltmeter.actors.fold import fold
from tiltmeter.actors.lexicon import Lexicon
from tiltmeter.actors.merge import _with_section
from tiltmeter.actors.piece import Piece

_END: Final = re.compile(r"(?<!\b\w)[.!?…]+[\"»”’)]*\s+(?=[\"«“„(]?[A-ZÀ-ÞА-ЯЁІЇЄҐİÇĞŞÖÜ])|\n+")
_LOOK_BACK: Final = 3
"""Sentences before its own in which a role may find its state."""


def placed(text: str, found: list[Piece], lexicon: Lexicon) -> None:
    """Marks capitals and cities after a locative word as places, and gives seats their state."""
    locative = lexicon.words.get("locative", frozenset())
    for piece in found:
        if piece.sort not in ("capital", "seat", "place"):
            continue
        before = fold(text[max(0, piece.start - 16) : piece.start]).split()
        here = bool(before) and before[-1] in locative
        if lexicon.language == "tr":
            here = bool(re.match(r"['’](?:d|t)[ae]n?\b", text[piece.end : piece.end + 6]))
        if here:
            piece.kind = "place"
            piece.code = piece.seat or piece.code


def alone(text: str, found: list[Piece]) -> list[Piece]:
    """The pieces, unbound roles resolved where safe; words that are no actor alone are left out."""
    if not any(piece.sort == "role" and not piece.bound for piece in found):
        return found
    starts = [match.end() for match in _END.finditer(text)]
    before: list[set[str]] = []
    kept: list[Piece] = []
    groups = _by_sentence(found, starts)
    for pieces in groups:
        here = {state for piece in pieces if (state := _state(piece))}
        inside = {state for piece in pieces if piece.kind == "place" and (state := _state(piece))}
        for piece in pieces:
            if piece.sort == "role" and not piece.bound:
                if not piece.bare:
                    continue
                _resolve(piece, here, inside, before)
            kept.append(piece)
        before = [here, *before][:_LOOK_BACK]
    return kept


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


def _resolve(piece: Piece, here: set[str], inside: set[str], before: list[set[str]]) -> None:
    state = None
    if len(here) == 1:
        state = next(iter(here))
    elif len(inside) == 1 and not piece.abroad:
        state = next(iter(inside))
    elif not here:
        earlier = next((states for states in before if states), set())
        state = next(iter(earlier)) if len(earlier) == 1 else None
    if state is None or (piece.abroad and len(here) == 1 and inside):
        piece.code, piece.name = None, f"role:{piece.section}"
        return
    piece.code = _with_section(state, piece.section)
