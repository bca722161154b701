from __future__ import annotations

import datetime as dt
import json

import pytest

from tiltmeter.errors import QuestionError
from tiltmeter.nouns import Document, Figure, RollCall, Row, Vote
from tiltmeter.questions.basis import Basis
from tiltmeter.questions.tables import Tables
from tiltmeter.questions.why import Walk, moment, to_json, why

from .toy import event, fact, steady

TEXT = "In Tallinn people marched. Sweden sent peacekeepers to Estonia on Monday."


def walk(when: str = "2021-05") -> Walk:
    at = TEXT.index("sent")
    rows: list[Row] = [
        Document("reports", "d1", "r", TEXT, "en", dt.date(2021, 5, 4), "Help comes", "The Daily"),
        event("e1", "2021-05-03", "SWE", "AID", "EST", document="d1", span_start=at, span_end=at + 4,
              sentence=TEXT[27:]),
        event("e2", "2021-05-02", "EST-CIV", "PROTEST", "EST", document="d1"),
        event("e3", "2021-05-02", "EST", "ACCUSE", "SWE", confidence=0.1),
        event("e4", "2021-07-02", "EST", "ACCUSE", "SWE"),
        RollCall("unga", "A/RES/1", "r", 75, dt.date(2021, 5, 20), "A/RES/1", "Peace"),
        *(Vote("unga", f"A/RES/1/{code}", "r", "A/RES/1", code, choice)
          for code, choice in (("EST", "yes"), ("FIN", "yes"), ("SWE", "no"))),
        Figure("sums", "f1", "r", "EST", "SWE", dt.date(2021, 5, 3), dt.date(2021, 5, 9), "signed_sum", 9.0),
        Figure("sums", "f2", "r", "EST", "SWE", dt.date(2021, 8, 3), dt.date(2021, 8, 9), "signed_sum", 1.0),
        fact("m1", "alliance_member", "EST", "CSTO", "1992-01-01"),
        fact("l1", "alliance_leader", "SWE", "CSTO", "1992-01-01"),
        fact("o1", "alliance_member", "LVA", "CSTO", "1992-01-01"),
    ]  # fmt: skip
    tables = Tables.from_rows(rows)
    base = steady()
    return why("EST", when, basis=Basis(base.theatre, base.tilt, tables))


def test_the_walk_goes_from_the_number_to_sentence_vote_sum_and_fact() -> None:
    found = walk()
    assert found.counts == {"event": 3, "vote": 1, "figure": 1, "fact": 1}
    assert found.readings[0].gauge == "tilt"
    assert found.readings[0].q05 <= found.readings[0].mean <= found.readings[0].q95
    steps = {step.key: step for step in found.steps}
    assert steps["A/RES/1/EST"].toward == "FIN"
    assert steps["A/RES/1/EST"].symbol == "A/RES/1"
    assert steps["f1"].toward == "SWE"
    assert steps["m1"].toward == "SWE"
    assert "a treaty one can look up" in steps["m1"].text


def test_a_sentences_offsets_index_its_document() -> None:
    step = next(step for step in walk().steps if step.key == "e1")
    assert step.span is not None
    assert TEXT[slice(*step.span)] == "sent"
    assert (step.document, step.toward, step.date) == ("d1", "SWE", "2021-05-03")


def test_events_too_unsure_to_count_are_marked_and_come_last() -> None:
    events = [step for step in walk().steps if step.kind == "event"]
    assert [step.key for step in events] == ["e1", "e2", "e3"]
    assert [step.counts for step in events] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2022-01", "2022-01-01", "2022-01-31"),
        ("2022", "2022-01-01", "2022-12-31"),
        ("2022-w01", "2022-01-03", "2022-01-09"),
        ("2022-02-24", "2022-02-24", "2022-02-24"),
        ("2021-12/2022-02-03", "2021-12-01", "2022-02-03"),
        ("74", "2019-09-01", "2020-08-31"),
    ],
)
def test_times_are_read_as_people_write_them(text: str, first: str, last: str) -> None:
    assert moment(text) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize("text", ["", "soon", "2022-13", "2022-W60", "2022-02-30", "2022-02/2022-01", "0", "0000"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(QuestionError) as caught:
        moment(text)
    assert caught.value.mend


def test_a_strange_state_and_a_time_outside_are_refused() -> None:
    with pytest.raises(QuestionError, match="no state of toy"):
        why("JPN", "2021", basis=steady())
    with pytest.raises(QuestionError, match="outside"):
        why("EST", "1950", basis=steady())


def test_a_walk_is_plain_json() -> None:
    assert json.loads(json.dumps(to_json(walk())))["first"] == "2021-05-01"
