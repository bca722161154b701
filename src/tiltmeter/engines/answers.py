"""What a language model says of a text, checked against the text: what does not stand there is refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

from tiltmeter._codes import countries
from tiltmeter.coder.coder import Told
from tiltmeter.coder.tokens import sentences
from tiltmeter.nouns import MODES, ORGANISATIONS, ROOTS

_DAYS: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:/(\d{4}-\d\d-\d\d))?")
_CODE: Final = re.compile(r"([A-Z]{3})(?:-(?:CIV|REB))?")

SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    **{name: {"type": "string"} for name in ("source", "source_words", "target", "target_words")},
                    "root": {"type": "string", "enum": list(ROOTS)},
                    "mode": {"type": "string", "enum": list(MODES)},
                    "words": {"type": "string"},
                    "date": {"type": ["string", "null"]},
                    "speaker": {"type": ["string", "null"]},
                    "background": {"type": "boolean"},
                    "confidence": {"type": "number"},
                },
                "required": [
                    "source", "source_words", "target", "target_words", "root", "mode", "words", "date", "speaker",
                    "background", "confidence",
                ],
                "additionalProperties": False,
            },
        }
    },
    "required": ["events"],
    "additionalProperties": False,
}  # fmt: skip
"""The form of an answer, as JSON Schema."""


def checked(one: object, text: str) -> Told | str:
    """
    An event as a model told it, or why it is refused.

    >>> checked({"root": "PRAISE"}, "Riga thanked Kyiv.")
    'unknown root'
    """
    if not isinstance(one, dict):
        return "not an object"
    if one.get("root") not in ROOTS:
        return "unknown root"
    if one.get("mode") not in MODES:
        return "unknown mode"
    sides = [code for code in (one.get("source"), one.get("target")) if isinstance(code, str) and known(code)]
    if len(sides) < 2:
        return "unknown code"
    if sides[0] == sides[1]:
        return "an event with itself"
    sure = one.get("confidence")
    if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1:
        return "confidence is no probability"
    days = _interval(one.get("date"))
    if days is None:
        return "date is none"
    places = _places(text, one.get("words"), one.get("source_words"), one.get("target_words"))
    if isinstance(places, str):
        return places
    words, giver, taker, sentence = places
    said = one.get("speaker")
    speaker = said if isinstance(said, str) and said and said in text else None
    return Told(
        giver=sides[0], taker=sides[1], root=one["root"], mode=one["mode"], start=days[0], end=days[1],
        confidence=float(sure), span=words, giver_span=giver, taker_span=taker, sentence=sentence,
        attributed_to=speaker, background=one.get("background") is True,
    )  # fmt: skip


def known(code: str) -> bool:
    """
    Whether a code is one that an event may carry.

    >>> known("KAZ-CIV"), known("CSTO"), known("IMF"), known("KAZ-TAL")
    (True, True, False, False)
    """
    form = _CODE.fullmatch(code)
    return code in ORGANISATIONS or code == "AFG-TAL" or (form is not None and form[1] in countries())


def _interval(date: object) -> tuple[dt.date | None, dt.date | None] | None:
    """The closed interval of a date as told, a pair of None where none is told; None where it is no date."""
    if date is None:
        return None, None
    form = _DAYS.fullmatch(date) if isinstance(date, str) else None
    if form is None:
        return None
    try:
        start, end = dt.date.fromisoformat(form[1]), dt.date.fromisoformat(form[2] or form[1])
    except ValueError:
        return None
    return (start, end) if start <= end else None


Span = tuple[int, int]


def _places(text: str, words: object, giver: object, taker: object) -> tuple[Span, Span, Span, Span] | str:
    """Where the deed words, the sides and their sentence stand, the nearest to one another; or what does not."""
    if not isinstance(words, str) or not words.strip():
        return "no deed words"
    deeds = _all(text, words)
    if not deeds:
        return "words not in the text"
    spans = [(start, end) for start, end in sentences(text)]
    sides = [_all(text, name) if isinstance(name, str) and name.strip() else [] for name in (giver, taker)]
    if not all(sides):
        return "a side's words not in the text"

    def apart(deed: Span) -> int:
        return sum(min(abs(place[0] - deed[0]) for place in side) for side in sides)

    deed = min(deeds, key=apart)
    one, two = (min(side, key=lambda place: abs(place[0] - deed[0])) for side in sides)
    sentence = next((span for span in spans if span[0] <= deed[0] < span[1]), (0, len(text)))
    return deed, one, two, sentence


def _all(text: str, words: str) -> list[Span]:
    """Every place of some words, whatever white space the text has between them."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    return [hit.span() for hit in re.finditer(pattern, text)]
