"""Sides that a sentence does not name."""

from __future__ import annotations

import pytest

from tiltmeter.coder.build import Bundle
from tiltmeter.coder.implied import with_implied
from tiltmeter.coder.language import language
from tiltmeter.coder.sentence import Sentence, prepare
from tiltmeter.coder.train import all_pairs
from tiltmeter.coder.trained import finder


def ready(text: str, code: str = "en") -> Sentence:
    return with_implied(prepare(text, language=language(code), offset=0, mentions=finder(text, code, None)))


@pytest.mark.parametrize(
    ("code", "text", "implied"),
    [
        ("en", "Protests erupted in Accra over fuel prices.", ["GHA-CIV"]),
        ("de", "In Accra kam es zu Protesten.", ["GHA-CIV"]),
        ("en", "Teachers in Chile went on strike.", ["CHL"]),
        ("en", "Ghana's police arrested demonstrators in Accra.", []),
        ("en", "Ghana is a country in West Africa.", []),
        ("en", "NATO imposed a curfew.", []),
        ("en", "The EU imposed a curfew.", []),
        ("en", "Norway sent Ghana wheat.", []),
        ("en", "Norway warned Ghana after protests.", ["NOR-CIV", "GHA-CIV"]),
    ],
)
def test_a_state_and_its_people_stand_for_each_other(code: str, text: str, implied: list[str]) -> None:
    assert [who.code for who in ready(text, code).implied] == implied


def test_an_implied_side_stands_behind_the_sentence_and_meets_only_its_own_state() -> None:
    text = "Norway warned Ghana after protests."
    s = ready(text)
    assert [who.first for who in s.implied] == [len(s.words) - 2, len(s.words) - 1]
    assert s.ends[-1] == len(text)
    assert len({len(s.words), len(s.low), len(s.lemmas), len(s.starts), len(s.ends), len(s.cues), len(s.quoted)}) == 1
    implied = {(giver.code, taker.code) for giver, taker in all_pairs(s) if "implied" in (giver.link, taker.link)}
    assert implied == {("NOR-CIV", "NOR"), ("NOR", "NOR-CIV"), ("GHA-CIV", "GHA"), ("GHA", "GHA-CIV")}


@pytest.mark.parametrize(
    ("code", "text", "event"),
    [
        ("en", "President Akufo-Addo declared a state of emergency in Ghana.", ("GHA", "GHA-CIV", "COERCE")),
        ("en", "Teachers in Portugal have gone on strike.", ("PRT-CIV", "PRT", "PROTEST")),
        ("tr", "Şili'de öğretmenler greve gitti.", ("CHL-CIV", "CHL", "PROTEST")),
    ],
)
def test_what_happens_at_home_is_an_event(bundle: Bundle, code: str, text: str, event: tuple[str, str, str]) -> None:
    (found,) = bundle[0].code(text, language=code).events
    assert (found.giver, found.taker, found.root) == event
    for start, end in (found.span, found.giver_span, found.taker_span, found.sentence):
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Experts do not expect protests in Ghana.",
        "No demonstrations were seen in Oslo over the weekend.",
        "Thousands watched the marathon in Nairobi.",
        "Ghana's inflation eased to nine per cent.",
    ],
)
def test_the_same_words_may_tell_nothing(bundle: Bundle, text: str) -> None:
    assert bundle[0].code(text, language="en").events == ()
