"""What stands beside an event's root: how it stands to its deed, and whose word it rests on."""

from __future__ import annotations

import pytest

from tiltmeter.coder.build import Bundle
from tiltmeter.coder.lines import coded


@pytest.mark.parametrize(
    ("text", "root", "mode"),
    [
        ("Poland promised Ukraine tanks.", "AGREE", "planned"),
        ("Germany urged Iran to release the sailors.", "REQUEST", "asked"),
        ("Hungary refused to send Ukraine weapons.", "REJECT", "refused"),
        ("North Korea threatened to attack Japan.", "THREATEN", "threatened"),
        ("Poland condemned Belarus.", "ACCUSE", "done"),
    ],
)
def test_the_mode_is_the_codebooks(bundle: Bundle, text: str, root: str, mode: str) -> None:
    assert [(one.root, one.mode) for one in coded(text, bundle[0], language="en").events] == [(root, mode)]


@pytest.mark.parametrize(
    ("language", "text", "speaker"),
    [
        (
            "en",
            "Russian forces shelled the Ukrainian city of Kharkiv, the regional governor said.",
            "regional governor",
        ),
        ("en", "Russian forces shelled the Ukrainian city of Kharkiv, according to a spokesman.", "spokesman"),
        ("en", "On Sunday, the Red Cross said, Russian forces shelled the Ukrainian city of Kharkiv.", "Red Cross"),
        ("de", "Die EU verhängte Sanktionen gegen Belarus, wie ein Sprecher am Montag mitteilte.", "Sprecher"),
        ("de", "Die EU verhängte Sanktionen gegen Belarus, teilte der Rat am Montag mit.", "Rat"),
        (
            "fr",
            "La France a condamné l'Iran, a annoncé mardi le porte-parole du ministère.",
            "porte-parole du ministère",
        ),
        ("es", "Francia acusó a Irán de espionaje, informó el portavoz del ministerio.", "portavoz del ministerio"),
        ("ru", "Китай обвинил США во вмешательстве, сообщает газета «Новости».", "Новости"),
    ],
)
def test_a_clause_of_saying_names_the_speaker(bundle: Bundle, language: str, text: str, speaker: str) -> None:
    assert {one.attributed_to for one in coded(text, bundle[0], language=language).events} == {speaker}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Russia condemned Belarus, the Russian foreign ministry said."),
        ("en", "Russia condemned Belarus, and the minister said nothing more."),
        ("en", "Russia condemned Belarus, he said."),
        ("de", "Die EU verhängte Sanktionen gegen Belarus, wie alle wissen."),
    ],
)
def test_a_givers_own_word_and_a_pronoun_are_no_attribution(bundle: Bundle, language: str, text: str) -> None:
    assert {one.attributed_to for one in coded(text, bundle[0], language=language).events} == {None}
