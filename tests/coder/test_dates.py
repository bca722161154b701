from __future__ import annotations

import datetime as dt

import pytest

from tiltmeter.coder.dates import times
from tiltmeter.coder.language import language
from tiltmeter.coder.lines import interval
from tiltmeter.coder.sentence import prepare

DATELINE = dt.date(2022, 1, 12)  # a Wednesday


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "It happened on 6 January 2022.", "2022-01-06"),
        ("en", "It happened on January 6, 2022.", "2022-01-06"),
        ("en", "It happened on January 6.", "2022-01-06"),
        ("en", "It happened on 2021-08-15.", "2021-08-15"),
        ("en", "It happened on Monday.", "2022-01-10"),
        ("en", "It happened on Wednesday.", "2022-01-12"),
        ("en", "It will happen next Monday.", "2022-01-17"),
        ("en", "It happened yesterday.", "2022-01-11"),
        ("en", "It happened last week.", "2022-01-03/2022-01-09"),
        ("en", "It happened in August 2021.", "2021-08-01/2021-08-31"),
        ("en", "It happened in early 2022.", "2022-01-01/2022-03-31"),
        ("en", "It happened from 2 to 5 March 2021.", "2021-03-02/2021-03-05"),
        ("en", "It happened in 2014.", "2014-01-01/2014-12-31"),
        ("en", "It happened in spring 2021.", "2021-03-01/2021-05-31"),
        ("de", "Es geschah Anfang 2022.", "2022-01-01/2022-03-31"),
        ("de", "Es geschah am 15. August 2021.", "2021-08-15"),
        ("de", "Es geschah am Montag.", "2022-01-10"),
        ("de", "Es geschah im August 2021.", "2021-08-01/2021-08-31"),
        ("de", "Es geschah gestern.", "2022-01-11"),
        ("fr", "Cela s'est passé le 5 janvier 2022.", "2022-01-05"),
        ("fr", "Cela s'est passé le 1er mars 2021.", "2021-03-01"),
        ("fr", "Cela s'est passé lundi.", "2022-01-10"),
        ("fr", "Cela s'est passé début 2022.", "2022-01-01/2022-03-31"),
        ("ru", "Это произошло 5 января 2022 года.", "2022-01-05"),
        ("ru", "Это произошло в августе 2021 года.", "2021-08-01/2021-08-31"),
        ("ru", "Это произошло в понедельник.", "2022-01-10"),
        ("ru", "Это произошло вчера.", "2022-01-11"),
    ],
)
def test_expressions_of_time(code: str, text: str, expected: str) -> None:
    sentence = prepare(text, language=language(code), offset=0, mentions=[])
    assert [interval(when.start, when.end) for when in times(sentence, dateline=DATELINE)] == [expected]


@pytest.mark.parametrize(
    "text", ["The bill may march on.", "It costs 2022 dollars.", "On Monday they met.", "Flight 370 left."]
)
def test_what_is_no_date_without_a_dateline(text: str) -> None:
    assert times(prepare(text, language=language("en"), offset=0, mentions=[]), dateline=None) == []
