"""The arithmetic of `eval`: what counts as found, made up and missed, and how sure the rates are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from rich.console import Console

from tests.command import run
from tiltmeter import scores
from tiltmeter.coder import corpus
from tiltmeter.coder.build import Bundle
from tiltmeter.coder.coder import Coded, Told
from tiltmeter.coder.corpus import Item
from tiltmeter.errors import CoderError
from tiltmeter.scores.rates import rates
from tiltmeter.show.scores import scores as shown

SET = """
@ visit-1 #plain
Chad thanked Peru.
TCD Chad > PER Peru | SUPPORT | thanked

@ visit-2 #plain
Chad met Peru.
TCD Chad > PER Peru | CONSULT | met

@ visit-3 #denial
Chad did not sue Peru.
-

@ visit-4
Chad sued Peru years ago.
TCD Chad > PER Peru | ACCUSE | sued | background
"""


def told(giver: str, taker: str, root: str, confidence: float, *, background: bool = False) -> Told:
    return Told(
        giver, taker, root, "done", None, None, confidence, (0, 4), (0, 4), (0, 4), (0, 4), None, background
    )  # fmt: skip


@dataclass
class Parrot:
    """A reader that says what it is told to say."""

    says: Mapping[str, Sequence[Told]]
    threshold: float = 0.5
    languages: Mapping[str, str] = field(default_factory=lambda: {"en": ""})

    def code_all(
        self, texts: Sequence[tuple[str, str, dt.date | None]], *, all_events: bool = False
    ) -> Sequence[Coded]:
        assert all_events
        return [Coded("en", None, tuple(self.says.get(text, ()))) for text, _, _ in texts]


SAYS = {
    "Chad thanked Peru.": [told("TCD", "PER", "SUPPORT", 0.9), told("PER", "TCD", "SUPPORT", 0.6)],
    "Chad met Peru.": [told("PER", "TCD", "CONSULT", 0.3)],
    "Chad did not sue Peru.": [told("TCD", "PER", "ACCUSE", 0.7, background=True)],
    "Chad sued Peru years ago.": [told("TCD", "PER", "ACCUSE", 0.7)],
}


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    (tmp_path / "en.txt").write_text(SET, encoding="utf-8")
    return scores.labelled(tmp_path / "en.txt")


def test_found_made_up_and_missed_are_counted(items: list[Item]) -> None:
    whole = scores.scored(scores.judge(Parrot(SAYS), items)).whole
    assert (whole.sentences, whole.labelled, whole.found, whole.right) == (4, 2, 2, 1)
    assert (whole.empty, whole.false) == (1, 1)
    assert (whole.precision.value, whole.recall.value, whole.f1.value) == (0.5, 0.5, 0.5)
    assert whole.false_per_100.value == 100


def test_the_sides_of_a_meeting_have_no_order(items: list[Item]) -> None:
    found = scores.scored(scores.judge(Parrot(SAYS, threshold=0.2), items))
    assert found.roots["CONSULT"].f1.value == 1
    assert found.roots["SUPPORT"].f1.value == pytest.approx(2 / 3, abs=1e-3)
    assert found.roots["YIELD"].f1.value is None


def test_calibration_looks_under_the_threshold_too(items: list[Item]) -> None:
    tenths = {one.low: one for one in scores.scored(scores.judge(Parrot(SAYS), items)).calibration}
    assert {low: (one.events, one.right) for low, one in tenths.items()} == {0.3: (1, 1), 0.6: (1, 0), 0.9: (1, 1)}


def test_mode_date_and_speaker_are_compared_where_either_gives_one(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text(
        "@ a-1\nChad, Reuters said on 5 March, may visit Peru.\n"
        "TCD Chad > PER Peru | AGREE | visit | planned | 2022-03-05 | by Reuters\n"
        "@ a-2\nChad thanked Peru.\nTCD Chad > PER Peru | SUPPORT | thanked\n",
        encoding="utf-8",
    )
    first, second = scores.labelled(tmp_path / "en.txt")
    day = dt.date(2022, 3, 5)
    says = {
        first.text: [replace(told("TCD", "PER", "AGREE", 0.9), mode="planned", start=day, end=day)],
        second.text: [told("TCD", "PER", "SUPPORT", 0.9)],
    }
    found = scores.scored(scores.judge(Parrot(says), [first, second])).details
    assert {name: (one.events, one.right) for name, one in found.items()} == {
        "mode": (2, 1.0), "date": (1, 1.0), "speaker": (1, 0.0),
    }  # fmt: skip


def test_phenomena_are_the_tags_of_enough_sentences(items: list[Item]) -> None:
    many = [replace(item, id=f"x-{n}") for n in range(20) for item in items]
    assert set(scores.scored(scores.judge(Parrot(SAYS), many)).phenomena) == {"plain", "denial"}
    assert scores.scored(scores.judge(Parrot(SAYS), items)).phenomena == {}


def test_differences_show_the_sentence_and_both_sides(items: list[Item]) -> None:
    differ = [scores.difference(one) for one in scores.differing(scores.judge(Parrot(SAYS), items))]
    assert [one["id"] for one in differ] == ["visit-1", "visit-2"]
    assert differ[0]["wrong"] == [
        {"source": "PER", "target": "TCD", "root": "SUPPORT", "words": "Chad", "confidence": 0.6}
    ]
    assert differ[1]["missed"] == [{"source": "TCD", "target": "PER", "root": "CONSULT", "words": "met"}]


def test_an_interval_is_wide_of_few_sentences_and_narrow_of_many() -> None:
    def width(size: int) -> float:
        rows = [(f"a-{n}", (1, 1, 1, n % 2, 0, 0)) for n in range(size)]
        rate = rates({"all": rows})["all"].precision
        assert rate.q05 is not None
        assert rate.q95 is not None
        assert rate.q05 < 0.5 < rate.q95
        return rate.q95 - rate.q05

    # a share of one half: the interval is 2 * 1.645 * 0.5 / sqrt(n) wide
    assert width(1000) == pytest.approx(0.052, rel=0.15)
    assert width(40) == pytest.approx(0.26, rel=0.15)


def test_translations_are_drawn_together() -> None:
    apart = [(f"a-{n}", (1, 1, 1, n % 2, 0, 0)) for n in range(400)]
    together = [(f"a-{n % 40}", (1, 1, 1, n % 2, 0, 0)) for n in range(400)]
    alone, tied = rates({"all": apart})["all"].precision, rates({"all": together})["all"].precision
    assert alone.q05 is not None
    assert tied.q05 is not None
    assert tied.q05 < alone.q05 - 0.03


@pytest.mark.parametrize("place", ["de.txt", "de/a.txt", "de/corpus/a.txt"])
def test_a_files_place_tells_its_language(place: str, tmp_path: Path) -> None:
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SET, encoding="utf-8")
    assert {item.language for item in scores.labelled(file)} == {"de"}
    assert len(scores.labelled(file if file.parent == tmp_path else tmp_path)) == 4


def test_what_is_no_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("no header\n", encoding="utf-8")
    with pytest.raises(CoderError, match="language is not told"):
        scores.labelled(tmp_path)
    with pytest.raises(CoderError, match="not a header"):
        scores.labelled(tmp_path, language="en")
    with pytest.raises(CoderError, match="does not read 'xx'"):
        scores.labelled(tmp_path, language="xx")
    with pytest.raises(CoderError, match="no such file"):
        scores.labelled(tmp_path / "gone")
    (tmp_path / "mine.txt").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(CoderError, match="no labelled sentences"):
        scores.labelled(tmp_path, language="en")


def test_the_board_fits_eighty_columns(items: list[Item]) -> None:
    judged = scores.judge(Parrot(SAYS), [replace(item, id=f"x-{n}") for n in range(400) for item in items])
    console = Console(width=80, color_system=None)
    with console.capture() as said:
        console.print(shown(scores.scored(judged), title="a set", differ=scores.differing(judged)[:2]))
    text = said.get()
    assert max(map(len, text.splitlines())) <= 80
    assert "wrong   PER SUPPORT TCD “Chad”  0.60" in text
    assert "denial" in text


def test_the_trained_coder_can_be_scored(bundle: Bundle, items: list[Item]) -> None:
    found, named = scores.scored(scores.judge(bundle[0], items)), scores.named(bundle[1], items)
    assert (found.whole.sentences, found.whole.labelled) == (4, 2)
    assert found.whole.right > 0
    assert named["all"].asked == 3


@pytest.mark.slow
def test_no_sentence_that_is_held_back_was_learnt_from() -> None:
    held = scores.held_back()
    assert len(held) > 1000
    assert scores.learnt_from(held) == 0
    assert scores.learnt_from([item for item in corpus.items("tr") if not item.held_back][:3]) == 3


@pytest.mark.slow
def test_eval_prints_json_of_a_set(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text(SET, encoding="utf-8")
    done = run("eval", "en.txt", "--json", "--differences", "3", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["all"]["sentences"] == 4
    assert set(told["languages"]) == {"en"}
    assert told["classify"]["all"]["asked"] == 3
