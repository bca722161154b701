"""What ties an actor to its sentence, by names all languages share."""

from __future__ import annotations

import numpy as np
import pytest

from tiltmeter.coder.language import language
from tiltmeter.coder.learn import Examples, train
from tiltmeter.coder.sentence import prepare
from tiltmeter.coder.trained import finder


@pytest.mark.parametrize(
    ("code", "text", "links"),
    [
        ("en", "Sanctions were imposed by France against the new government of Mali.", ["by", "against"]),
        ("de", "Frankreich verhängte Sanktionen gegen die neue Regierung von Mali.", ["", "against"]),
        ("fr", "Des sanctions contre la Russie ont été prises par le Japon.", ["against", "by"]),
        ("ru", "Санкции против России введены Японией.", ["against", "by"]),
        ("tr", "Japonya, Rusya'ya karşı Fransa'dan yardım istedi.", ["", "against", "from"]),
    ],
)
def test_prepositions_and_cases_have_one_name_in_all_languages(code: str, text: str, links: list[str]) -> None:
    s = prepare(text, language=language(code), offset=0, mentions=finder(text, code, None))
    assert [who.link for who in s.actors] == links


def test_a_turkish_name_with_a_case_ending_is_no_list_with_the_next() -> None:
    text = "Rusya'nın Ukrayna ile Polonya'ya karşı suçlamaları sürüyor."
    s = prepare(text, language=language("tr"), offset=0, mentions=finder(text, "tr", None))
    first, second, third = s.actors
    assert first.chain != second.chain
    assert second.chain == third.chain


def test_examples_are_learnt_and_scored_alike_by_name_and_by_place() -> None:
    rows = [["a", "b"], ["a", "c"], [], ["b", "b"], ["c"]] * 4
    labels = ["x", "y", "x", "x", "y"] * 4
    only = np.arange(len(rows)) < 10
    kind = train(rows, labels, classes=("x", "y"), only=only)
    again = train(rows[:10], labels[:10], classes=("x", "y"))
    assert kind.index == again.index
    assert (kind.weights == again.weights).all()
    assert (kind.scores([dict.fromkeys(row) for row in rows]) == kind.scores(Examples(rows))).all()
