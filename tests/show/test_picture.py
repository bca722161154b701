"""Any chart is a picture, and the report a PDF, from values alone; hostile text is text on paper too."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET

import pytest

from tests.show.conftest import made
from tiltmeter.errors import ShowError
from tiltmeter.show.palette import TOKENS
from tiltmeter.show.pdf import pdf
from tiltmeter.show.picture import names, picture
from tiltmeter.show.view import View


@pytest.mark.slow
def test_every_chart_of_the_page_can_be_drawn(shown: View) -> None:
    found = names(shown)
    assert {"map", "answer", "moves", "evidence", "tilt EST", "influence closeness"} <= set(found)
    for name in ("map", "tilt EST"):
        raw = picture(shown, name, width=500)
        assert ET.fromstring(raw).tag.endswith("svg")
        assert b"var(--" not in raw


@pytest.mark.slow
def test_the_ending_chooses_the_kind(shown: View) -> None:
    assert picture(shown, "map", kind="png").startswith(b"\x89PNG")
    assert picture(shown, "map", kind="pdf").startswith(b"%PDF")
    with pytest.raises(ShowError, match="no such kind of picture: gif"):
        picture(shown, "map", kind="gif")


@pytest.mark.slow
def test_a_chart_that_is_not_there_names_those_that_are(shown: View) -> None:
    with pytest.raises(ShowError, match="no chart called tilt POL") as caught:
        picture(shown, "tilt POL")
    assert "tilt EST" in caught.value.mend


@pytest.mark.slow
def test_light_and_dark_are_drawn_in_their_own_colours(shown: View) -> None:
    for theme in (0, 1):
        drawn = picture(shown, "answer", theme=theme).decode()
        assert TOKENS["paper"][theme] in drawn
        assert TOKENS["paper"][1 - theme] not in drawn


@pytest.mark.slow
def test_a_map_of_another_day_has_other_numbers(shown: View) -> None:
    before, after = (picture(shown, "map", day=day).decode() for day in ("2020-03-02", "2022-09-05"))
    assert before != after


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_report_is_a_pdf(language: str) -> None:
    written = pdf(made(language=language))
    assert written.startswith(b"%PDF")
    assert len(written) < 3_000_000


def test_without_typst_the_pdf_says_how_to_get_it(shown: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ShowError, match="a PDF needs Typst") as caught:
        pdf(shown)
    assert "tiltmeter[pdf]" in caught.value.mend
