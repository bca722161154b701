from __future__ import annotations

import functools
from collections import Counter
from pathlib import Path

import pytest

from tiltmeter.coder import corpus
from tiltmeter.coder.language import languages
from tiltmeter.errors import CoderError
from tiltmeter.nouns import ROOTS

FOUR = ("en", "de", "fr", "ru")

read = functools.cache(corpus.read)
"""The package's own corpus of a language, read once."""


@pytest.mark.parametrize("language", languages())
def test_the_linter_finds_no_fault(language: str) -> None:
    _, faults = read(language)
    assert not [f"{fault.where}: {fault.what}" for fault in faults]


@pytest.mark.parametrize("language", FOUR)
def test_there_are_at_least_250_sentences_of_which_a_third_has_no_event(language: str) -> None:
    found, _ = read(language)
    assert len(found) >= 250
    assert sum(not item.labels for item in found) / len(found) > 0.3


@pytest.mark.parametrize("language", FOUR)
def test_every_root_is_taught_in_both_directions(language: str) -> None:
    labels = [label for item in read(language)[0] for label in item.labels if label.giver_span and label.taker_span]
    for root in ROOTS:
        own = [label for label in labels if label.root == root]
        forward = sum(label.giver_span < label.taker_span for label in own)  # type: ignore[operator]  # both are set
        assert len(own) >= 40
        assert 0 < forward < len(own)


def test_parallel_sentences_stand_on_one_side_of_the_split() -> None:
    sides: dict[str, set[bool]] = {}
    for language in languages():
        for item in read(language)[0]:
            sides.setdefault(item.id, set()).add(item.held_back)
    assert all(len(side) == 1 for side in sides.values())


@pytest.mark.parametrize("language", languages())
def test_no_sentence_stands_twice(language: str) -> None:
    # one of them might be held back, and the other learnt from
    texts = Counter(" ".join(item.text.split()).lower() for item in read(language)[0])
    assert [text for text, count in texts.items() if count > 1] == []


def test_about_a_fifth_is_held_back() -> None:
    found, _ = read("en")
    assert 0.15 < sum(item.held_back for item in found) / len(found) < 0.25


@pytest.mark.parametrize(
    ("block", "what"),
    [
        ("@ visit-1\nA met B.\nKAZ Tokayev > RUS Putin | CONSULT | met", "not in the sentence: 'Tokayev'"),
        ("@ visit-1\nTokayev met Putin.\nKAX Tokayev > RUS Putin | CONSULT | met", "unknown code 'KAX'"),
        ("@ visit-1\nTokayev met Putin.\nKAZ Tokayev > RUS Putin | MEET | met", "unknown root 'MEET'"),
        ("@ visit-1\nTokayev met Putin.\nKAZ Tokayev > RUS Putin | CONSULT | talked", "not in the sentence: 'talked'"),
        ("@ visit-1\nTokayev met Putin.\nKAZ Tokayev > RUS Putin | CONSULT | met | often", "unknown field 'often'"),
        ("@ Visit 1\nTokayev met Putin.\n-", "not a header"),
        ("@ visit-1\nTokayev met Putin.", "needs a sentence and a line per event"),
        ("@ visit-1\nTokayev met Putin.\nKAZ Tokayev, RUS Putin", "not an event"),
        ("@ visit-1\nA.\n-\n\n@ visit-1\nB.\n-", "id visit-1 is used twice"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, block: str, what: str) -> None:
    (tmp_path / "x.txt").write_text(block, encoding="utf-8")
    _, faults = corpus.read("en", folder=tmp_path)
    assert what in faults[0].what
    with pytest.raises(CoderError, match="mend it"):
        corpus.items("en", folder=tmp_path)


def test_an_anchor_can_name_its_second_place(tmp_path: Path) -> None:
    text = "@ visit-1\nAfter Putin called Tokayev, Putin flew home.\nRUS Putin~2 > KAZ Tokayev | CONSULT | called"
    (tmp_path / "x.txt").write_text(text, encoding="utf-8")
    (item,), _ = corpus.read("en", folder=tmp_path)
    assert item.labels[0].giver_span == (28, 33)
