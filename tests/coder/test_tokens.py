"""Where a sentence ends: at its mark, and at a line break unless the text is only wrapped there."""

from __future__ import annotations

import pytest

from tiltmeter.coder.tokens import sentences

WRAPPED = """The Kremlin said on Monday that it will not
recognise the regions of Ukraine that
Russia annexed in 2022. Kazakhstan refused.
Tajikistan agreed with the plan."""

HEADLINES = """Russia sends tanks to Belarus after the drill
Kazakhstan refuses to recognise the regions
Uzbekistan buys Russian gas for the first time"""


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        (WRAPPED, ["2022.", "refused.", "plan."]),
        (WRAPPED.replace("\n", "\r\n"), ["2022.", "refused.", "plan."]),
        (HEADLINES, ["drill", "regions", "time"]),
        ("Members of it:\nKazakhstan\nrussia\n- Belarus", ["it:", "Kazakhstan", "russia", "Belarus"]),
        ("A heading that says what is in the text\n\nthe text of it", ["text", "it"]),
    ],
)
def test_a_line_break_ends_a_sentence_unless_the_text_is_wrapped(text: str, ends: list[str]) -> None:
    assert [text[start:end].split()[-1] for start, end in sentences(text)] == ends
