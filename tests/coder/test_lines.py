"""The contract of `code` and `classify`, as DESIGN prints it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltmeter.coder import lines
from tiltmeter.coder.build import Bundle
from tiltmeter.nouns import MODES, QUAD, ROOTS

EVENT = {
    "source", "target", "root", "mode", "quad", "date", "confidence", "span", "attributed_to", "background",
}  # fmt: skip


def told(bundle: Bundle, *rows: object) -> list[dict[str, Any]]:
    given = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return list(lines.events(given, bundle[0], note=lambda _: None))


def test_an_answer_has_the_contracts_form(bundle: Bundle) -> None:
    text = "On 5 March 2022 Ukraine condemned Russia, and Poland sent Ukraine medical supplies."
    (answer,) = told(bundle, {"id": 7, "text": text, "date": "2022-03-06"})
    assert (answer["id"], answer["language"], answer["abstained"]) == (7, "en", None)
    assert answer["events"]
    for event in answer["events"]:
        assert set(event) == EVENT
        assert event["root"] in ROOTS
        assert event["quad"] == QUAD[event["root"]]
        assert event["mode"] in MODES
        assert 0 <= event["confidence"] <= 1
        start, end = event["span"]
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("text", "source", "target", "root", "deed"),
    [
        ("Poland condemned Belarus on Monday.", "POL", "BLR", "ACCUSE", "condemned"),
        ("Russian forces shelled the Ukrainian city of Kharkiv.", "RUS", "UKR", "ASSAULT", "shelled"),
        ("Deutschland hat der Ukraine Panzer geschenkt.", "DEU", "UKR", "AID", "geschenkt"),
        ("La France a condamné l'Iran.", "FRA", "IRN", "ACCUSE", "condamné"),
        ("Китай обвинил США во вмешательстве.", "CHN", "USA", "ACCUSE", "обвинил"),
        ("Japan imposed sanctions on North Korea.", "JPN", "PRK", "SANCTION", "sanctions"),
        ("Die EU verhängte Sanktionen gegen Belarus.", "EU", "BLR", "SANCTION", "verhängte Sanktionen"),
        ("Iran was accused by Israel of arming the rebels.", "ISR", "IRN", "ACCUSE", "accused"),
    ],
)
def test_plain_sentences_of_four_languages(
    bundle: Bundle, text: str, source: str, target: str, root: str, deed: str
) -> None:
    (answer,) = told(bundle, {"id": "a", "text": text})
    found = {(e["source"], e["target"], e["root"]): text[slice(*e["span"])] for e in answer["events"]}
    span = found.get((source, target, root), "")
    assert span
    assert span in deed or deed in span


@pytest.mark.parametrize(
    "text",
    [
        "Nigeria beat Ghana 2-0 in the quarter-final of the Africa Cup.",
        "The weather in Berlin will be warmer than in Moscow this week.",
        "Trade between Chile and Peru grew by four per cent last year.",
    ],
)
def test_what_is_no_deed_gives_no_event(bundle: Bundle, text: str) -> None:
    (answer,) = told(bundle, {"id": "a", "text": text})
    assert answer["abstained"] is None
    assert answer["events"] == []


def test_a_date_is_never_filled_in_from_the_dateline(bundle: Bundle) -> None:
    (answer,) = told(bundle, {"id": "a", "text": "Poland condemned Belarus.", "date": "2022-03-06"})
    assert [event["date"] for event in answer["events"]] == [None]


def test_words_of_time_count_from_the_dateline(bundle: Bundle) -> None:
    (answer,) = told(bundle, {"id": "a", "text": "Poland condemned Belarus yesterday.", "date": "2022-03-06"})
    assert [event["date"] for event in answer["events"]] == ["2022-03-05"]


@pytest.mark.parametrize(
    "line", ["", "{", "[]", '"text"', '{"id": 1}', '{"text": "x"}', '{"id": 1, "text": 5}', '{"id": true, "text": "x"}']
)
def test_a_malformed_line_abstains_and_is_noted(bundle: Bundle, line: str) -> None:
    notes: list[str] = []
    answers = list(lines.events([line, '{"id": 2, "text": "Ciao."}'], bundle[0], note=notes.append))
    assert answers[-1]["id"] == 2
    if line.strip():
        assert answers[0]["id"] is None
        assert answers[0]["language"] == "und"
        assert answers[0]["abstained"].startswith("invalid line: ")
        assert answers[0]["events"] == []
        assert len(notes) == 1


@pytest.mark.parametrize("text", ["", "   ", "12 34 !!", "\x00\x01\x02\x03\x04abc", "xq zv"])
def test_what_is_no_text_abstains_with_the_reason(bundle: Bundle, text: str) -> None:
    (answer,) = told(bundle, {"id": 1, "text": text})
    assert answer["abstained"]
    assert answer["events"] == []


def test_a_language_we_do_not_read_abstains(bundle: Bundle) -> None:
    (answer,) = told(
        bundle, {"id": 1, "text": "Ngoại trưởng Việt Nam đã gặp người đồng cấp Nhật Bản tại Hà Nội hôm thứ Hai."}
    )
    assert answer["language"] == "vi"
    assert answer["abstained"] == "language not read: vi"


def test_the_order_of_lines_is_kept(bundle: Bundle) -> None:
    rows = [{"id": number, "text": "Poland condemned Belarus."} for number in range(300)]
    assert [answer["id"] for answer in told(bundle, *rows)] == list(range(300))


def test_a_text_is_coded_alike_alone_and_among_others(bundle: Bundle) -> None:
    texts = ["Poland condemned Belarus.", "Die EU verhängte Sanktionen gegen Iran.", "Paris a reçu Kiev."]
    together = told(bundle, *({"id": 1, "text": text} for text in texts))
    assert together == [told(bundle, {"id": 1, "text": text})[0] for text in texts]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300) | st.text(alphabet="Kazakh Rusi,.\"„“«»'\n\t-0123", max_size=200))
def test_any_text_gives_an_answer(bundle: Bundle, text: str) -> None:
    (answer,) = told(bundle, {"id": 1, "text": text})
    assert set(answer) == {"id", "language", "abstained", "events"}
    for event in answer["events"]:
        assert text[slice(*event["span"])]


def test_a_long_text_without_a_line_break_is_read(bundle: Bundle) -> None:
    text = "Poland condemned Belarus and the minister spoke of war and peace " * 200
    (answer,) = told(bundle, {"id": 1, "text": text})
    assert answer["events"]


def roots(bundle: Bundle, *rows: object) -> list[dict[str, Any]]:
    given = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return list(lines.roots(given, bundle[1], note=lambda _: None))


def test_classify_names_a_root_with_its_probability(bundle: Bundle) -> None:
    row = {"id": "x", "text": "Turkey  recalled its envoy from Israel.", "source": "turkey", "target": "ISRAEL"}
    (answer,) = roots(bundle, row)
    assert answer["id"] == "x"
    assert answer["root"] == "SANCTION"
    assert 0 < answer["probability"] <= 1


@pytest.mark.parametrize(
    "row",
    [
        {"id": 1, "text": "A met B", "source": "", "target": "nobody"},
        {"id": 1, "text": "Israeli army shells Gaza", "source": "Israeli army", "target": "Israeli"},
        {"id": 1, "text": "Iranian protest", "source": "Iranian", "target": "Iran"},
        {"id": 1, "text": "Sinosoviet talks", "source": "Sino", "target": "soviet"},
        {"id": 1, "text": "", "source": "a", "target": "b"},
        {"id": 2},
        "no json",
    ],
)
def test_classify_always_names_a_root(bundle: Bundle, row: object) -> None:
    (answer,) = roots(bundle, row)
    assert answer["root"] in ROOTS


@settings(max_examples=60)
@given(*[st.text(alphabet="ab IranIsrael-'.", max_size=size) for size in (60, 7, 7)])
def test_classify_is_never_an_error(bundle: Bundle, text: str, source: str, target: str) -> None:
    (answer,) = roots(bundle, {"id": 1, "text": text, "source": source, "target": target})
    assert answer["root"] in ROOTS
