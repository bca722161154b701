"""The report is one file that needs no host, shows hostile text as text, and can be used without a mouse."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.questions import toy
from tests.show.conftest import HOSTILE, TODAY, bases, made
from tiltmeter.errors import ShowError
from tiltmeter.nouns import Document
from tiltmeter.questions.basis import Basis
from tiltmeter.questions.episode import Crisis, Episode, Help, Outcome, Request, Source
from tiltmeter.questions.tables import Tables
from tiltmeter.show.evidence import evidence
from tiltmeter.show.names import languages, words
from tiltmeter.show.report import MOST, report
from tiltmeter.show.view import Extras, View, view

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
VOID = {"meta", "input", "br", "hr", "img", "link"}


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        self.elements.append((tag, own))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append((own, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            own, text = self.scripts[-1]
            self.scripts[-1] = (own, text + data)
        else:
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [own for name, own in self.elements if name == tag]


@pytest.fixture(scope="module")
def parsed(page: str) -> Page:
    return Page(page)


def data(parsed: Page) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(next(text for own, text in parsed.scripts if own.get("id") == "data"))
    return table


def test_loads_nothing_from_any_host(page: str, parsed: Page) -> None:
    for tag, own in parsed.elements:
        assert "src" not in own, tag
        assert tag not in {"link", "iframe", "object", "embed", "base", "form"} or tag == "form"
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    policy = next(own["content"] for own in parsed.all("meta") if own.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy
    assert "'unsafe-eval'" not in policy


def test_the_policy_names_exactly_the_scripts_of_the_page(parsed: Page) -> None:
    policy = next(own["content"] for own in parsed.all("meta") if own.get("http-equiv") == "Content-Security-Policy")
    running = [text for own, text in parsed.scripts if "type" not in own]
    hashes = {"sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in running}
    assert len(running) == 2
    assert set(re.findall(r"sha256-[^']+", policy)) == hashes


def test_hostile_text_is_shown_as_text(page: str, parsed: Page) -> None:
    assert len(parsed.scripts) == 3
    assert "<script>alert" not in page
    assert not parsed.all("img")
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069]", page)
    for _, own in parsed.elements:
        assert not any(name.startswith("on") for name in own)
        assert re.match(r"(https://|#|$)", own.get("href", "")), own["href"]
    event = next(row for row in data(parsed)["view"]["evidence"]["events"] if row["doc"])
    assert event["text"][0].startswith("Tallinn <script>alert(1)</script>")
    assert event["text"][1] == "condemned"
    assert len("".join(event["text"])) < 600 < len(HOSTILE)
    assert data(parsed)["view"]["evidence"]["documents"]["reports/d1"]["url"] == ""


def test_is_small_and_says_its_language(page: str, parsed: Page) -> None:
    assert len(page.encode()) < MOST
    assert parsed.all("html")[0]["lang"] == "en"
    assert parsed.all("title")
    german = Page(report(made(language="de"), others={"en": "report.html"}, static=False))
    assert german.all("html")[0]["lang"] == "de"
    assert any("Die Antwort" in text for text in german.text)
    assert {"href": "report.html", "hreflang": "en", "lang": "en"} in german.all("a")


def test_every_chart_has_a_name_and_every_control_a_label(page: str, parsed: Page) -> None:
    plots = [own for tag, own in parsed.elements if tag == "div" and own.get("class") == "plot"]
    assert len(plots) > 6
    assert all(own["role"] == "img" and own["aria-label"] for own in plots)
    ids = [own["id"] for _, own in parsed.elements if "id" in own]
    assert len(ids) == len(set(ids))
    for control in ("<select", "<input"):
        for at in (hit.start() for hit in re.finditer(control, page[: page.index('<script type="application/json"')])):
            before = page[:at]
            assert before.rfind("<label") > before.rfind("</label>"), page[at : at + 60]
    levels = [int(tag[1]) for tag, _ in parsed.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_prints_both_bases_side_by_side(shown: View, parsed: Page) -> None:
    text = " ".join(parsed.text)
    assert "Record only" in text
    assert "With the written reports" in text
    assert shown.method["written"] == {"documents": 1, "events": 1}
    for one in shown.claims:
        assert {"verdict", "probability", "definitions"} <= set(one["record"]) & set(one["all"])


def test_record_only_does_not_depend_on_written_reports() -> None:
    record, written = bases()
    flipped = Basis(written.theatre, toy.moved(toy.steady(), "words", 2.0, since="2021-07-01").tilt, written.tables)
    one, other = made(parts=(record, written)), made(parts=(record, flipped))
    assert one.bases["record"] == other.bases["record"]
    assert [claim["record"] for claim in one.claims] == [claim["record"] for claim in other.claims]
    assert one.bases["all"] != other.bases["all"]


def test_written_rows_are_marked_and_kept_from_record_only(shown: View) -> None:
    assert [row["written"] for row in shown.evidence["events"] if row["doc"]] == [True]
    record, _ = bases()
    assert not any(row["written"] for row in made(parts=(record, record)).evidence["events"])


def test_numbers_the_data_hardly_carry_are_marked_weak() -> None:
    record, written = bases()
    tilt = record.tilt
    assert tilt is not None
    faint = toy.tilt_of({"tilt": tilt.draws[0], "votes": tilt.gauge_draws["votes"][0]}, share=0.1)
    weak = made(parts=(Basis(record.theatre, faint, record.tables), written))
    assert all(one["weak"] and one["verdict"]["verdict"] == "undecided" for one in weak.bases["record"]["answers"])
    assert not any(one["weak"] for one in weak.bases["all"]["answers"])


def test_finds_the_shift_that_is_there(shown: View) -> None:
    moves = {(row["state"], row["gauge"]): row for row in shown.bases["record"]["moves"]}
    for state in ("EST", "LVA", "LTU"):
        assert moves[state, "deeds"]["lo"] > 0.9
        assert abs(moves[state, "words"]["mid"]) < 0.1


def test_votes_between_the_poles_come_with_the_states(shown: View) -> None:
    (call,) = shown.evidence["calls"]
    assert call["choices"] == "ya-ny"
    assert call["url"] == "https://undocs.org/A/RES/76/1"


def test_an_event_between_two_states_is_evidence_for_both(shown: View) -> None:
    rows = [row for row in shown.evidence["events"] if row["key"] == "e3"]
    assert sorted(row["state"] for row in rows) == [0, 1]
    assert not any(row["counts"] for row in rows)


def test_works_with_a_single_basis_and_no_findings() -> None:
    record, _ = bases()
    bare = Basis(toy.theatre(), record.tilt, Tables.of())
    ids = {own.get("id") for _, own in Page(report(view(record=bare, today=TODAY), static=False)).elements}
    assert {"answer", "tilt", "method"} <= ids
    assert not {"claims", "episodes", "sentences"} & ids


def test_without_a_fit_says_what_to_do() -> None:
    with pytest.raises(ShowError, match="nothing is fitted yet") as caught:
        view(record=Basis(toy.theatre(), None, Tables.of()), today=TODAY)
    assert "tiltmeter fit" in caught.value.mend


def test_an_unknown_language_says_how_to_add_it() -> None:
    with pytest.raises(ShowError, match="does not speak 'xx'") as caught:
        made(language="xx")
    assert "xx.toml" in caught.value.mend


def test_every_language_has_the_same_words() -> None:
    first = words("en")
    for language in languages():
        other = words(language)
        assert set(other) == set(first), language
        for key, text in first.items():
            assert sorted(re.findall(r"\{\w+\}", other[key])) == sorted(re.findall(r"\{\w+\}", text)), (language, key)


def test_every_word_the_page_asks_for_is_there() -> None:
    folder = resources.files("tiltmeter.show") / "templates"
    template, script = ((folder / name).read_text("utf-8") for name in ("report.html.j2", "page.js"))
    asked = set(re.findall(r"\bw\.(\w+)", template)) | set(re.findall(r'\bword\("(\w+)"', script))
    assert len(asked) > 60
    assert not asked - set(words("en"))


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_draws_every_chart(page: str, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,12000",
               "--virtual-time-budget=60000",
               "--dump-dom", file.as_uri()]  # fmt: skip
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    drawn = Page(re.sub(r"<noscript>.*?</noscript>", "", told, flags=re.DOTALL))
    figures = sum(own.get("class", "").startswith("chart") for own in drawn.all("figure"))
    pictures = sum("marks" in own.get("class", "") for own in drawn.all("svg"))
    assert pictures == figures > 6


def test_an_episode_is_told_step_by_step_with_its_rows() -> None:
    record, written = bases()
    day = dt.date(2021, 8, 2)
    one = Episode(
        "EST", Crisis(day, dt.date(2021, 8, 9), "unrest"), Request(day, "NATO"), ("FIN",),
        (Help("FIN", dt.date(2021, 8, 4), "troops", None),), Outcome(True, None, False),
        (Source("crisis", "reports", "d1"), Source("office", "facts", "f1")), 0.01,
    )  # fmt: skip
    shown = view(record=record, written=written, extras=Extras(episodes={"all": [one]}), today=TODAY)
    assert shown.bases["record"]["episodes"] == []
    (told,) = shown.bases["all"]["episodes"]
    assert told["evidence"][0]["text"] == "<img src=x onerror=alert(2)>"
    text = " ".join(Page(report(shown, static=False)).text)
    for part in ("No crisis was found", "asked NATO for help", "Finland: troops", "✓ crisis over", "✕ head of state"):
        assert part in text


def test_other_choices_are_shown_beside_the_base() -> None:
    record, _ = bases()
    row: dict[str, Any] = {
        "state": "EST",
        "start": TODAY,
        "end": TODAY,
        "mean": 0.1,
        "q05": -0.2,
        "q95": 0.4,
        "data_share": 0.5,
    }
    rows: list[dict[str, Any]] = [
        row | {"choice": "base", "option": "as fitted"},
        row | {"choice": "data", "option": "without <votes>", "mean": -0.1},
        {"choice": "data", "option": "without words", "state": None, "mean": None, "reason": "nothing to fit"},
    ]
    shown = view(record=record, extras=Extras(sensitivity=rows), today=TODAY)
    assert [one["base"] for one in shown.sensitivity] == [True, False]
    assert shown.sensitivity[1]["value"] == "−0.10 (−0.20 to 0.40)"
    figures = [own for own in Page(report(shown, static=False)).all("figure") if own.get("data-chart") == "choices"]
    assert [own["data-state"] for own in figures] == ["EST"]


@pytest.fixture(scope="module")
def bare() -> str:
    """A page of the record, without anything that is worked out besides."""
    record, _ = bases()
    return report(view(record=record, today=TODAY))


def test_who_moved_and_what_was_sudden_are_on_the_page(bare: str) -> None:
    record, _ = bases()
    row: dict[str, Any] = {"state": "EST", "power": "SWE", "agenda": -0.1, "data_share": 0.5, "state_away": 0.9}
    row |= {"by_state": -0.4, "by_state_q05": -0.6, "by_state_q95": -0.2}
    row |= {"by_power": 0.1, "by_power_q05": 0.0, "by_power_q95": 0.2}
    leap = {"state": "EST", "period": "2021-W30", "probability": 0.8, "size": -0.5}
    text = report(view(record=record, extras=Extras(moved=[row], jumps=[leap]), today=TODAY))
    assert "−0.40 (−0.60 to −0.20)" in text
    assert "Estonia 2021-W30, −0.50 (80 %)." in text
    none = report(view(record=record, extras=Extras(moved=[row]), today=TODAY))
    assert "sudden enough" in none
    assert 'id="who-moved"' not in bare


def test_the_rate_of_false_alarms_is_printed_and_so_is_that_none_was_counted(page: str, bare: str) -> None:
    assert "were shuffled 20 times" in page
    assert "6: 10 % (2 % – 28 %)" in page
    assert words("en")["placebo_none"] in bare


def test_many_states_are_ranked_and_a_few_keep_their_order() -> None:
    few = made()
    assert [one["state"] for one in few.bases["record"]["answers"]] == ["EST", "LVA", "LTU"]
    codes = ["EST", "LVA", "LTU", "DNK", "ISL", "POL", "DEU", "FRA", "ITA", "ESP", "PRT", "NLD", "BEL"]
    theatre = toy.theatre(states=codes)
    rng = np.random.default_rng(1)
    tilt = toy.tilt_of({"tilt": toy.walk(rng, (50, len(codes), toy.periods()))}, where=theatre)
    tilt.draws[:, :, 0] = np.nan  # a state that was never there
    answers = view(record=Basis(theatre, tilt, Tables.of()), today=TODAY).bases["record"]["answers"]
    middles = [one["now"]["mid"] for one in answers]
    assert middles[-1] is None
    assert answers[-1]["values"]["now"] == "–"
    assert middles[:-1] == sorted(middles[:-1])


def test_record_is_listed_before_written_reports_where_there_are_many() -> None:
    told = [toy.event(f"w{n}", "2021-08-02", "EST", "ACCUSE", "SWE", confidence=0.9, written=True) for n in range(30)]
    real = toy.event("real", "2021-08-02", "EST", "ACCUSE", "SWE", confidence=0.6)
    record, _ = bases()
    assert record.tilt is not None
    found = evidence(Tables.from_rows([*told, real]), theatre=record.theatre, tilt=record.tilt)
    assert found["events"][0]["key"] == "real"
    assert len(found["events"]) + sum(found["more"].values()) == 31


def test_a_key_that_two_sources_share_takes_each_its_own_document() -> None:
    day = dt.date(2021, 8, 2)
    rows = [Document(source, "1", "r", f"{source} condemned Sweden.", "en", day, source) for source in ("a", "b")]
    sentence = {"sentence": "b condemned Sweden.", "document": "1", "span_start": 2, "span_end": 11}
    event = replace(toy.event("e", "2021-08-02", "EST", "ACCUSE", "SWE", **sentence), source="b")
    record, _ = bases()
    assert record.tilt is not None
    found = evidence(Tables.from_rows([*rows, event]), theatre=record.theatre, tilt=record.tilt)
    (one,) = found["events"]
    assert (one["doc"], one["text"]) == ("b/1", ["b ", "condemned", " Sweden."])
