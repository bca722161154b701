from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tiltmeter.coder.language import language
from tiltmeter.coder.resumed import resumed
from tiltmeter.coder.sentence import Sentence, prepare
from tiltmeter.coder.tokens import sentences
from tiltmeter.coder.trained import finder


def ready(text: str, code: str) -> list[Sentence]:
    mentions = finder(text, code, None)
    return [
        prepare(
            text[start:end], language=language(code), offset=start,
            mentions=[mention for mention in mentions if start <= mention.start < end],
        )
        for start, end in sentences(text)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "text", "event"),
    [
        (
            "en",
            "Paris sent military aid. In early 2013 Mali owed its survival to this aid.",
            ("FRA", "MLI", "AID", False),
        ),
        ("de", "Moskau leistete Hilfe. Anfang 2013 lebte Armenien von dieser Hilfe.", ("RUS", "ARM", "AID", False)),
        (
            "en",
            "Nobody expected the Russian invasion. The invasion of Georgia changed that.",
            ("RUS", "GEO", "ASSAULT", True),
        ),
    ],
)
def test_a_deed_told_in_two_sentences_is_put_together(code: str, text: str, event: tuple[str, str, str, bool]) -> None:
    (found,) = resumed(ready(text, code), [], date=None)
    assert (found.giver, found.taker, found.root, found.background) == event


@pytest.mark.parametrize(
    "text",
    [
        "Paris and London sent military aid. In 2013 Mali owed its survival to this aid.",
        "Paris sent military aid. In 2013 Mali and Niger owed their survival to this aid.",
        "Paris sent military aid. In 2013 Mali owed its survival to good harvests.",
        "The Russian invasion was expected. The elections in Georgia were not.",
    ],
)
def test_nothing_is_put_together_where_the_sides_are_open(text: str) -> None:
    assert resumed(ready(text, "en"), [], date=None) == []


def test_an_event_that_is_told_again_with_its_time_has_that_time() -> None:
    text = "Paris sent military aid. In early 2013 Mali owed its survival to this aid."
    (found,) = resumed(ready(text, "en"), [], date=None)
    undated = replace(found, start=None, end=None, confidence=0.9)
    (again,) = resumed(ready(text, "en"), [undated], date=None)
    assert (again.start, again.end, again.confidence) == (dt.date(2013, 1, 1), dt.date(2013, 3, 31), 0.9)
    assert resumed(ready(text, "en"), [again], date=None) == [again]
