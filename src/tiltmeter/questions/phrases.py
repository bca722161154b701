"""The words by which a sentence's kind of claim is known, compiled from a table people can extend."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Final

_GAPS: Final = {"..": r"(?:\w+\W+){0,4}?", "...": r"(?:\w+\W+){0,9}?"}


@functools.cache
def languages() -> tuple[str, ...]:
    """Languages in which claims can be asked, as ISO 639-1."""
    return tuple(_table())


@functools.cache
def cues(language: str) -> Mapping[str, re.Pattern[str]]:
    """
    A pattern for each kind of cue, for text in lower case.

    >>> bool(cues("en")["peak"].search("at the height of its power")), bool(cues("de")["than"].search("also"))
    (True, False)
    """
    return {name: _pattern(phrases) for name, phrases in _table()[language].items()}


@functools.cache
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    text = (resources.files("tiltmeter.questions") / "tables" / "claims.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    longest = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(_phrase(phrase) for phrase in longest)})(?!\w)")


def _phrase(phrase: str) -> str:
    parts = []
    for word in phrase.split():
        if word in _GAPS:
            parts.append(_GAPS[word])
            continue
        stem = re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "")
        parts.append(stem + r"\W+")
    # no mark after the last word
    return "".join(parts).removesuffix(r"\W+")
