"""Pieces that belong together become one: `Kazakh` + `police`, `president` + `of Kazakhstan` + `Tokayev`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tiltmeter.actors.fold import fold
from tiltmeter.actors.lexicon import Lexicon
from tiltmeter.actors.piece import Piece
from tiltmeter.nouns import ORGANISATIONS

_STATELIKE: Final = frozenset({"name", "adjective", "people", "capital", "metonym", "organisation", "seat"})
_ADJECTIVAL: Final = frozenset({"adjective", "people"})
_OBJECTS: Final = frozenset({"name", "capital", "metonym", "organisation", "seat"})
_BARRIER: Final = re.compile(r"[^\w\s'’ʼ\-‑]")
_NAME: Final = re.compile(
    r"(?:[ ](?:(?:al|el|as|ash|bin|ben|de|del|van|von|di|da|dos|le|la|der|ter)[ -]){0,2}"
    r"[A-ZÀ-ÖØ-ÞŁŚŞČŠŽÖÜİÇĞА-ЯЁІЇЄҐ](?:[\w’'\-]*\w|\.)){1,3}"
)
_ROLE_FIRST: Final = frozenset({"fr", "es", "ru", "uk"})
_ADJECTIVE_FIRST: Final = frozenset({"en", "de", "ru", "uk", "tr"})
_ADJECTIVE_LAST: Final = frozenset({"fr", "es"})
_NAME_FIRST: Final = frozenset({"en", "de", "tr"})
_LONGEST: Final = 160
"""Code points a mention may span."""

_COUNCILS: Final = frozenset({"organisation", "metonym"})
"""Sorts whose weak senses are somebody else's when a state stands beside them."""

_WEAK_ALONE: Final = frozenset({"adjective", "surname", "person", "people", "place", "role"})
"""Sorts whose weak senses stand only when something beside them has spoken for them."""

_SINGULARS: Final = frozenset({"en", "fr", "es"})
"""Languages in which a final s tells many from one."""

_OF: Final = frozenset({"of", "von", "des", "der", "de", "du", "del"})
"""Words after which a title is not that of the group before them: supporters of the president."""

_GROUP_SUFFIX: Final = {"civ": "-CIV", "reb": "-REB"}


@dataclass(frozen=True, slots=True)
class _Gap:
    """What stands between two pieces: folded words, and whether a hyphen or a stop is in it."""

    words: tuple[str, ...]
    hyphen: bool
    closed: bool


_BESIDE: Final = _Gap((), hyphen=False, closed=False)
"""The gap between two neighbouring words."""


def merged(text: str, found: list[Piece], lexicon: Lexicon) -> list[Piece]:
    """The pieces in text order with neighbours that name one actor joined."""
    result: list[Piece] = []
    for piece in found:
        joined = None
        while result:
            joined = _joined(text, result[-1], piece, lexicon)
            if joined is None:
                break
            result.pop()
            piece = joined
        result.append(piece)
    result = [piece for piece in result if not piece.weak or piece.sort not in _WEAK_ALONE]
    for at, piece in enumerate(result):
        limit = result[at + 1].start if at + 1 < len(result) else len(text)
        _extended(text, piece, limit, lexicon)
        _formerly(text, piece, lexicon)
    return result


def _gap(text: str, first: Piece, second: Piece) -> _Gap | None:
    if second.start - first.end > 40 or second.end - first.start > _LONGEST:
        return None
    raw = text[first.end : second.start]
    if raw == " ":
        return _BESIDE
    closed = bool(_BARRIER.search(raw)) or "\n" in raw
    return _Gap(tuple(fold(raw).split()), raw in ("-", "‑"), closed)


def _joined(text: str, first: Piece, second: Piece, lexicon: Lexicon) -> Piece | None:
    gap = _gap(text, first, second)
    if gap is None or gap.closed or len(gap.words) > 4:
        return None
    if any(piece.weak and piece.sort in _COUNCILS for piece in (first, second)):
        joined = _council(first, second, gap, lexicon)
        if joined is not None or second.sort != "role":
            return joined
    if second.sort == "role":
        if first.sort == "role":
            return _role_and_role(first, second, gap, lexicon)
        return _state_and_role(text, first, second, gap, lexicon)
    if first.sort != "role":
        return _name_and_person(first, second, gap)
    if second.sort in ("person", "surname"):
        return _title_and_person(text, first, second, gap)
    if first.bound:
        return None
    return _role_and_state(first, second, gap, lexicon)


def _council(first: Piece, second: Piece, gap: _Gap, lexicon: Lexicon) -> Piece | None:
    """A state's own security council or Bundesregierung, a name that alone means the best known one."""
    council, state = (second, first) if second.sort in _COUNCILS and second.weak else (first, second)
    links = lexicon.words.get("of", frozenset()) | {"s"}
    if state.sort not in _STATELIKE or not council.weak or not _within(gap.words, links):
        return None
    if (state is second) != (lexicon.language in _ROLE_FIRST or "of" in gap.words):
        return None
    return _bound(Piece(council.start, council.end, "role", None, "group", "", section="state"), state, first, second)


def _within(words: tuple[str, ...], allowed: frozenset[str]) -> bool:
    return all(word in allowed for word in words)


def _role_and_role(first: Piece, second: Piece, gap: _Gap, lexicon: Lexicon) -> Piece | None:
    words = lexicon.words
    between = words.get("between", frozenset())
    linked = not gap.words or (len(gap.words) == 1 and gap.words[0] in between and gap.words[0] != "s")
    if not linked and gap.words[0] in words.get("link", frozenset()):
        linked = _within(gap.words[1:], between | words.get("article", frozenset()) | words.get("link", frozenset()))
    if not linked and gap.words == ("s",) and lexicon.language == "en":
        linked = True
    if not linked or first.shut or (first.bound and second.bound) or not _one_group(first, second, gap):
        return None
    return _chain(first, second)


def _one_group(first: Piece, second: Piece, gap: _Gap) -> bool:
    """Whether two roles in a row can be one actor: opposition leader, but not police protesters."""
    if not first.bound and not first.bare and not gap.words and first.section != "title":
        return False
    if second.section in ("civ", "reb"):
        return first.section == second.section or first.section == "title" or (bool(gap.words) and not first.bare)
    return second.section == "title" or first.section not in ("civ", "people")


def _chain(first: Piece, second: Piece) -> Piece:
    piece = _span(first, second)
    bound = first if first.bound else second
    piece.code, piece.bound, piece.name = bound.code, first.bound or second.bound, bound.name
    piece.section = _section(first.section, second.section)
    piece.head = second.section
    piece.bare = first.bare or second.bare
    piece.abroad = first.abroad or second.abroad
    if piece.bound and piece.code:
        piece.code = with_section(piece.code, piece.section)
    piece.kind = "person" if piece.bound and piece.head == "title" else "group"
    return piece


def _section(first: str, second: str) -> str:
    for section in ("civ", "reb", "people"):
        if section in (first, second):
            return section
    return second if second == "title" else "state" if "state" in (first, second) else first


def _span(first: Piece, second: Piece) -> Piece:
    return Piece(first.start, second.end, "role", None, "group", first.name)


def _is_state(code: str) -> bool:
    return len(code) == 3 and code not in ORGANISATIONS


def with_section(code: str, section: str) -> str:
    """The code of a state's civilians or armed groups; any other section and code stay as they are."""
    state = code.partition("-")[0]
    return state + _GROUP_SUFFIX[section] if section in _GROUP_SUFFIX and _is_state(code) else code


def _bound(role: Piece, state: Piece, first: Piece, second: Piece) -> Piece:
    piece = _span(first, second)
    piece.bound, piece.shut = True, state is second
    piece.section, piece.head, piece.bare = role.section, role.head, role.bare
    piece.code = with_section(state.code, role.section) if state.code else None
    if state.sort == "adjective" and role.section == "civ" and piece.code and piece.code.endswith("-REB"):
        piece.code = piece.code[:3] + "-CIV"
    piece.homes = state.homes
    piece.name = state.name
    piece.kind = "person" if role.head == "title" else "group"
    return piece


def _state_and_role(text: str, first: Piece, second: Piece, gap: _Gap, lexicon: Lexicon) -> Piece | None:
    if second.bound or first.sort not in _STATELIKE | {"person", "surname"}:
        return None
    language, between = lexicon.language, lexicon.words.get("between", frozenset())
    if first.sort in ("person", "surname"):
        fits = second.section == "state" and second.head == "state" and not gap.words and language == "en"
        fits = fits or (gap.hyphen and language == "de")
        return _bound(second, first, first, second) if fits and first.code else None
    if gap.hyphen and language in ("de", "en"):
        return _bound(second, first, first, second)
    if first.sort in _ADJECTIVAL and language in _ADJECTIVE_FIRST and _within(gap.words, between):
        return _bound(second, first, first, second)
    if first.sort in _OBJECTS and language in _NAME_FIRST:
        words = gap.words[1:] if gap.words[:1] == ("s",) and language == "en" else gap.words
        genitive = language != "de" or first.genitive or text[first.start : first.end].isupper()
        if language == "tr" and gap.words:
            words = _after_suffix(gap.words)
        if genitive and _within(words, between):
            return _bound(second, first, first, second)
    return None


_TURKISH_GENITIVE: Final = frozenset({"nin", "nun", "in", "un"})


def _after_suffix(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words after a Turkish genitive suffix that an apostrophe has cut off."""
    return words[1:] if words[0] in _TURKISH_GENITIVE else words


def _role_and_state(first: Piece, second: Piece, gap: _Gap, lexicon: Lexicon) -> Piece | None:
    language, words = lexicon.language, lexicon.words
    if second.sort in _ADJECTIVAL:
        fits = language in _ADJECTIVE_LAST and _within(gap.words, words.get("between", frozenset()))
        return _bound(first, second, first, second) if fits else None
    if second.sort not in _OBJECTS and second.sort != "place":
        return None
    small = words.get("between", frozenset()) | words.get("article", frozenset())
    if not gap.words:
        if language in ("ru", "uk") or (language == "de" and second.genitive):
            return _bound(first, second, first, second) if second.sort in _OBJECTS else None
        return None
    for kind in ("of", "inside"):
        links = words.get(kind, frozenset())
        if not any(word in links for word in gap.words) or not _within(gap.words, links | small):
            continue
        if gap.words[-1] not in links | words.get("article", frozenset()) and language == "de":
            continue
        if kind == "inside" and (not first.bare or first.abroad or first.section in ("title", "people")):
            return None
        if kind == "of" and second.sort == "place":
            return None
        piece = _bound(first, second, first, second)
        piece.there = kind == "inside"
        return piece
    return None


def _title_and_person(text: str, first: Piece, second: Piece, gap: _Gap) -> Piece | None:
    if second.weak and first.head != "title":
        return None
    if gap.words and (first.head != "title" or second.section or not _given_names(text, first, second)):
        return None
    piece = _span(first, second)
    piece.sort, piece.kind, piece.name = "person", "person", second.name
    piece.bound, piece.section, piece.head = True, first.section, first.head
    piece.code = first.code if first.bound and first.code else second.code
    piece.seat = second.seat
    if not piece.code and first.section == "civ" and _is_state(second.seat):  # former president Yahya Jammeh
        piece.code = f"{second.seat}-CIV"
    if second.code and first.bound and first.code and second.code.startswith(first.code):
        piece.code = second.code
    if piece.code and _OF & set(text[first.start : first.end].split()):  # supporters of President Aristide
        piece.code = with_section(piece.code, first.section)
    return piece


def _given_names(text: str, first: Piece, second: Piece) -> bool:
    """Whether only first names stand between a title and a surname: `President Xhevat Rahmon`."""
    between = text[first.end : second.start].split()
    return len(between) <= 2 and all(word[:1].isupper() for word in between)


def _name_and_person(first: Piece, second: Piece, gap: _Gap) -> Piece | None:
    """Two names of one actor in a row: `Kremlsprecher` + `Peskow`, `U.S.` + `Treasury Department`."""
    if second.sort == "metonym" and not gap.words and first.sort in _STATELIKE and first.code == second.code:
        piece = _span(first, second)
        piece.sort, piece.kind, piece.name, piece.code = "metonym", "state", second.name, second.code
        return piece
    if first.sort != "metonym" or second.sort not in ("person", "surname") or gap.words or first.code != second.code:
        return None
    piece = _span(first, second)
    piece.sort, piece.kind, piece.name, piece.code = "person", "person", second.name, second.code
    return piece


def _extended(text: str, piece: Piece, limit: int, lexicon: Lexicon) -> None:
    """Takes a name we do not know into the mention of its title: `Foreign Minister Aigul Kuspan`."""
    if piece.sort != "role" or not _takes_a_name(text, piece, lexicon):
        return
    match = _NAME.match(text, piece.end, limit)
    if match is None:
        return
    first = fold(match.group()).split()[0]
    if any(first in lexicon.words.get(section, frozenset()) for section in ("between", "bodies", "of")):
        return
    if lexicon.language == "de" and " " not in match.group().strip():
        return
    piece.end = match.end() - (2 if match.group().endswith(("'s", "’s")) else 0)
    piece.kind, piece.bare, piece.known = "person", True, text[match.start() : piece.end].strip()
    piece.name = piece.known


def _takes_a_name(text: str, piece: Piece, lexicon: Lexicon) -> bool:
    """Whether a name may follow: after a title, or after one civilian (opposition leader Bill Shorten)."""
    if not (piece.bound or piece.bare):
        return False
    if piece.head == "title":
        return True
    one = lexicon.language in _SINGULARS and not text[piece.start : piece.end].endswith(("s", "men", "people"))
    return one and piece.head == "civ" and not piece.shut


def _formerly(text: str, piece: Piece, lexicon: Lexicon) -> None:
    """A former office-holder is no longer the state, but one of its civilians."""
    state = piece.code or piece.seat
    if piece.section != "title" or not _is_state(state):
        return
    former = lexicon.words.get("former", frozenset())
    inside = fold(text[piece.start : piece.end]).split()
    before = fold(text[max(0, piece.start - 16) : piece.start]).split()
    if any(word in former for word in inside) or (before and before[-1] in former):
        piece.code = f"{state}-CIV"
