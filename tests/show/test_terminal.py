"""The terminal's tables fit 80 columns, take nothing for markup, and speak without colour."""

from __future__ import annotations

import datetime as dt

import pytest
from rich.console import Console, RenderableType

from tests.questions import toy
from tests.show.conftest import CLAIMS, bases
from tiltmeter.questions.brief import Brief
from tiltmeter.questions.claim import check_all
from tiltmeter.questions.passage import Quote, SourceLine
from tiltmeter.questions.verdict import verdicts
from tiltmeter.questions.why import why
from tiltmeter.settings import claim
from tiltmeter.show import terminal
from tiltmeter.sources import Tally


def printed(what: RenderableType, *, width: int = 80) -> str:
    console = Console(width=width, color_system=None, force_terminal=False)
    with console.capture() as said:
        console.print(what)
    return said.get()


def test_findings_fit_the_width_and_print_both_bases() -> None:
    record, written = bases()
    found = check_all([claim(fields) for fields in CLAIMS], record=record, written=written)
    text = printed(terminal.findings(found))
    assert max(map(len, text.splitlines())) <= 80
    assert "Record only" in text
    assert "With the written reports" in text
    assert "Sweden's <b>height</b>" in text


def test_one_finding_shows_its_definitions_and_what_would_change_it() -> None:
    record, written = bases()
    found = check_all([claim(CLAIMS[0])], record=record, written=written)
    text = printed(terminal.findings(found))
    assert "closeness" in text
    assert "What would change it" in text
    assert max(map(len, text.splitlines())) <= 80


def test_verdicts_have_a_row_per_state() -> None:
    record, written = bases()
    text = printed(terminal.verdicts(verdicts(record=record, written=written)))
    assert all(name in text for name in ("Estonia", "Latvia", "Lithuania"))
    assert "quiet drift" in text


def test_a_walk_shows_hostile_sentences_as_text() -> None:
    _, written = bases()
    text = printed(terminal.walk(why("EST", "2021-08", basis=written)))
    assert "<script>alert(1)</script>" in text
    assert "⟦U+202E⟧" in text
    assert "\u202e" not in text
    assert "written for the demo" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("hostile", ["[red]x[/red]", "[/]", "\x1b[2J\x1b]0;title\x07", "[link=file:///etc]x[/link]"])
def test_nothing_in_a_text_is_taken_for_markup_or_moves_the_cursor(hostile: str) -> None:
    text = printed(terminal.tallies([Tally(hostile, "icews", 1, 1, 0, 0, 0)]), width=200)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert hostile.replace("\x1b", "⟦U+001B⟧").replace("\x07", "⟦U+0007⟧") in text


def test_a_brief_names_the_likely_source_and_the_speaker() -> None:
    text = "Quelle: Befreiung. Er sagte: Das Ende ist nah und gut."
    read = Brief(
        text, "de", None, SourceLine("Quelle: Befreiung", "Libération", (0, 17)), dt.date(2022, 3, 1), (), (), (),
        (Quote("Ann-Marie Bo", "Institut", "sagte", (29, 53)),), (),
    )  # fmt: skip
    said = printed(terminal.brief(read))
    assert "German" in said
    assert "probably Libération" in said
    assert "Ann-Marie Bo, Institut" in said
    assert "Das Ende ist nah und gut" in said


def test_speaks_german() -> None:
    record, written = bases()
    text = printed(terminal.verdicts(verdicts(record=record, written=written), language="de"))
    assert "Estland" in text
    assert "Nur aus Quellen" in text


def test_a_walk_without_rows_says_so() -> None:
    record = toy.steady()
    assert "No rows in this period" in printed(terminal.walk(why("EST", "2020-02", basis=record)))
