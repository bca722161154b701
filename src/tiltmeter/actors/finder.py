"""Finds actors in running text, and the actor of a single name."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from functools import lru_cache
from typing import Final

from tiltmeter.actors.codes import actor, by_name, states
from tiltmeter.actors.context import alone, placed
from tiltmeter.actors.fold import fold
from tiltmeter.actors.lexicon import LANGUAGES, lexicon
from tiltmeter.actors.merge import merged
from tiltmeter.actors.piece import Piece, pieces
from tiltmeter.errors import ActorError
from tiltmeter.nouns import ORGANISATIONS, Actor, Mention

_LONGEST_CODE: Final = len("AFG-TAL")
_INVERTED: Final = re.compile(r"^(?P<head>[^,]+), (?P<rest>[^,]+)$")
_BRACKETED: Final = re.compile(r"^(?P<role>[^()]+?)\s*\((?P<state>[^()]+)\)$")


def find(text: str, *, language: str, on: dt.date | None = None) -> list[Mention]:
    """
    Mentions of actors in a text, in text order, none overlapping.

    Args:
        text: The text, as given; offsets are code points of it.
        language: ISO 639-1. Languages without tables of ours know state names only.
        on: Date for which offices count: a leader out of office then has no code.
            None means the latest office known.

    Returns:
        The longest match at each place. `code` is None for an actor known by name
        but without a code, or for a role (named `role:civ` and the like) whose state
        is not clear. `kind` is state, organisation, person, group, or place for a
        city, or for a capital where it is only a location.

    >>> text = "Kazakh police detained protesters in Almaty."
    >>> [(mention.text, mention.code) for mention in find(text, language="en")]
    [('Kazakh police', 'KAZ'), ('protesters in Almaty', 'KAZ-CIV')]
    """
    known = lexicon(_known(language, text))
    found = pieces(text, known, on)
    if not found:
        return []
    found = merged(text, found, known)
    placed(text, found, known)
    return [_mention(text, piece) for piece in alone(text, found, known)]


def _known(language: str, text: str) -> str:
    """The language whose tables are used; an undetermined one goes by its script."""
    if language in LANGUAGES or language != "und":
        return language
    letters = text[:400]
    return "ru" if sum("а" <= letter <= "я" for letter in letters) > len(letters) / 4 else "en"


def _mention(text: str, piece: Piece) -> Mention:
    kind = piece.kind
    if piece.sort == "organisation" and piece.code in ORGANISATIONS:
        kind = "organisation"
    return Mention(piece.start, piece.end, text[piece.start : piece.end], piece.code, kind, piece.name)


def resolve(name: str, *, language: str | None = None, on: dt.date | None = None) -> Actor | None:
    """
    The actor a single name stands for: a table's cell, not running text; None when unknown.

    Understands codes, names in any of our languages, `Role (State)` as event data write
    it, and titles with names. Resolving the result's code again gives the same actor.

    >>> resolve("Police (Kazakhstan)").code, resolve("Protester (Belarus)").code
    ('KAZ', 'BLR-CIV')
    >>> resolve("Emomali Rahmon").code
    'TJK'
    """
    return _resolved(" ".join(name.split()), language, on)


@lru_cache(maxsize=65536)
def _resolved(name: str, language: str | None, on: dt.date | None) -> Actor | None:
    if not name:
        return None
    if len(name) <= _LONGEST_CODE and name.isupper():
        # only what may be a code: a failing look-up costs a search for the nearest one
        with contextlib.suppress(ActorError):
            return actor(name)
    named = by_name().get(" ".join(fold(name).split()))
    if named:
        return actor(named)
    inverted = _INVERTED.match(name)
    if inverted and (turned := _resolved(f"{inverted['rest']} {inverted['head']}", language, on)):
        return turned
    if name.islower() and not name.title().islower() and (capital := _resolved(name.title(), language, on)):
        return capital
    languages = [language] if language else ["ru", "uk"] if _cyrillic(name) else ["en", "de", "fr", "es", "tr"]
    for one in languages:
        code = _whole(name, one, on) or _bracketed(name, one, on)
        if code:
            return actor(code)
    for one in languages:
        codes = {mention.code for mention in find(name, language=one, on=on) if mention.code}
        if codes:
            return actor(codes.pop()) if len(codes) == 1 else None
    return None


def _cyrillic(name: str) -> bool:
    return any("Ѐ" <= letter <= "ӿ" for letter in name)


def _whole(name: str, language: str, on: dt.date | None) -> str | None:
    """The code of a name that is an entry as a whole."""
    if fold(name).strip() not in lexicon(language).forms:
        return None
    found = [piece for piece in pieces(name, lexicon(language), on) if piece.sort != "role"]
    return found[0].code if len(found) == 1 and found[0].end - found[0].start >= len(name) - 1 else None


def _bracketed(name: str, language: str, on: dt.date | None) -> str | None:
    match = _BRACKETED.match(name)
    if match is None:
        return None
    holder = _resolved(match["state"], language, on)
    if holder is None:
        return None
    roles = [piece for piece in pieces(match["role"].lower(), lexicon(language), on) if piece.sort == "role"]
    sections = {piece.section for piece in roles}
    group = "-CIV" if "civ" in sections else "-REB" if "reb" in sections else ""
    return holder.code + group if holder.code in states() else holder.code
