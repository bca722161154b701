"""Reports of crises, requests and troops in texts: sentences that name a state beside words of a crisis."""

from __future__ import annotations

import datetime as dt
import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from tiltmeter.actors import find
from tiltmeter.coder.tokens import sentences

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence on a state: `sort` is unrest, attack, border_fighting, request or troops; `other` the other side."""

    sort: str
    state: str
    other: str
    source: str
    key: str
    day: dt.date
    sentence: str


@functools.cache
def _cues() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    text = (resources.files("tiltmeter.questions") / "tables" / "crises.toml").read_text(encoding="utf-8")
    return {
        name: {code: re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})") for code, words in own.items()}
        for name, own in tomllib.loads(text).items()
    }


def reports(documents: pa.Table, *, states: Sequence[str], borders: set[frozenset[str]]) -> list[Told]:
    """
    What the sentences of dated texts report on crises in some states.

    A sentence with words of fighting and two neighbours is border fighting of both; one with
    words of unrest, or of an attack and its dead, belongs to the state named nearest to them, or to the only
    one that the text names. The dateline is taken for the day.

    Args:
        documents: Table of Document.
        states: States whose crises are wanted.
        borders: Pairs of neighbours.

    >>> from tiltmeter.nouns import Document
    >>> from tiltmeter.questions.tables import Tables
    >>> text = Document("r", "1", "", "Protests erupted in Almaty on Tuesday.", "en", dt.date(2022, 1, 4))
    >>> found = reports(Tables.from_rows([text]).documents, states=["KAZ"], borders=set())
    >>> [(one.sort, one.state) for one in found]
    [('unrest', 'KAZ')]
    """
    names = ["source", "key", "text", "language", "date"]
    found: list[Told] = []
    for row in documents.select(names).to_pylist():
        language = row["language"] if row["language"] in _cues()["unrest"] else "en"
        if row["date"] is not None and _worth(row["text"].lower(), language):
            found += _document(row, language, set(states), borders)
    return found


def _worth(low: str, language: str) -> bool:
    return any(_cues()[name][language].search(low) for name in ("unrest", "fighting", "attack", "requested", "deploy"))


def _document(row: dict[str, Any], language: str, states: set[str], borders: set[frozenset[str]]) -> Iterator[Told]:
    text = row["text"]
    mentions = [mention for mention in find(text, language=language, on=row["date"]) if mention.code]
    named = {mention.code[:3] for mention in mentions if mention.code and mention.code[:3] in states}
    if not named:
        return
    for start, end in sentences(text):
        here = [
            (mention.start - start, mention.end - start, mention.code or "")
            for mention in mentions
            if start <= mention.start < end
        ]
        for sort, state, other in _sentence(text[start:end].lower(), language, here, named, borders):
            if state in states:
                yield Told(sort, state, other, row["source"], row["key"], row["date"], text[start:end])


def _sentence(
    low: str, language: str, here: Sequence[tuple[int, int, str]], named: set[str], borders: set[frozenset[str]]
) -> Iterator[tuple[str, str, str]]:
    def hit(name: str) -> re.Match[str] | None:
        return _cues()[name][language].search(low)

    codes = list(dict.fromkeys(code[:3] if "-" in code else code for _, _, code in here))
    asked = hit("requested") is not None
    yield from _calls(codes, named, asked=asked, sent=hit("granted" if asked else "deploy") is not None)
    if hit("quiet"):
        return
    pairs = [(one, two) for at, one in enumerate(codes) for two in codes[at + 1 :] if frozenset((one, two)) in borders]
    if pairs and hit("fighting"):
        for one, two in pairs:
            yield "border_fighting", one, two
            yield "border_fighting", two, one
        return
    cue = hit("unrest")
    sort = "unrest"
    if cue is None and hit("deadly"):
        cue, sort = hit("attack"), "attack"
    if cue is None:
        return
    if here:
        yield sort, min(here, key=lambda one: _away(one, cue))[2][:3], ""
    elif len(named) == 1:
        yield sort, next(iter(named)), ""


def _away(one: tuple[int, int, str], cue: re.Match[str]) -> int:
    return cue.start() - one[1] if one[1] <= cue.start() else max(0, one[0] - cue.end())


def _calls(codes: Sequence[str], named: set[str], *, asked: bool, sent: bool) -> Iterator[tuple[str, str, str]]:
    """Sentences that may be about a request or about troops: the state with each other side beside it."""
    for state in codes:
        for other in codes:
            if state in named and other != state:
                if asked:
                    yield "request", state, other
                if sent:
                    yield "troops", state, other
