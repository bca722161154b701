"""The bundled sample: enough reports in each language, real dates, votes with symbols, figures with their origin."""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pytest

from tiltmeter.nouns import CHOICES
from tiltmeter.sample.make_figures import figures, lines, members
from tiltmeter.settings import load_theatre

SAMPLE = Path(str(files("tiltmeter.sample")))
THEATRES = ("central_asia", "south_caucasus")


class Report(NamedTuple):
    """A written report: the parts of its header, and its text."""

    id: str
    date: str
    language: str
    title: str
    text: str


def reports(theatre: str) -> list[Report]:
    found = []
    for file in sorted((SAMPLE / theatre).glob("reports.*.txt")):
        for block in re.split(r"^=== ", file.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            head, _, text = block.partition("\n")
            key, date, language, title = (part.strip() for part in head.split("|"))
            assert file.name == f"reports.{language}.txt"
            found.append(Report(key, date, language, title, text.strip()))
    return found


def table(path: Path) -> list[dict[str, str]]:
    kept = (line for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    return list(csv.DictReader(kept))


def test_central_asia_has_at_least_eighty_reports_and_twenty_in_each_language() -> None:
    by_language = Counter(report.language for report in reports("central_asia"))
    assert sum(by_language.values()) >= 80
    assert set(by_language) == {"en", "de", "fr", "ru"}
    assert min(by_language.values()) >= 20


def test_the_south_caucasus_has_at_least_thirty_reports_in_four_languages() -> None:
    found = reports("south_caucasus")
    assert len(found) >= 30
    assert {report.language for report in found} == {"en", "de", "fr", "ru"}


@pytest.mark.parametrize("theatre", THEATRES)
def test_every_report_is_dated_from_2021_to_2023_and_of_a_report_s_length(theatre: str) -> None:
    for report in reports(theatre):
        assert dt.date(2021, 1, 1) <= dt.date.fromisoformat(report.date) <= dt.date(2023, 12, 31)
        assert 35 <= len(report.text.split()) <= 130, report.id
        assert 10 <= len(report.title) <= 110, report.id


def test_ids_titles_and_texts_are_unique() -> None:
    found = [report for theatre in THEATRES for report in reports(theatre)]
    assert len({report.id for report in found}) == len(found)
    assert len({report.text for report in found}) == len(found)


def test_nobody_is_quoted_in_direct_speech() -> None:
    # a name in quotation marks is short; a sentence in them would be a quote we could not vouch for
    for theatre in THEATRES:
        for report in reports(theatre):
            for quoted in re.findall(r"[«„“\"]([^»“”\"]*)[»“”\"]", report.text):
                assert len(quoted.split()) <= 4, (report.id, quoted)


def test_a_weekday_in_an_english_report_is_that_of_its_week() -> None:
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    told = 0
    for theatre in THEATRES:
        for report in (each for each in reports(theatre) if each.language == "en"):
            day = dt.date.fromisoformat(report.date)
            if found := re.search(rf"\bon ({'|'.join(names)})\b", report.text):
                told += 1
                assert names.index(found[1]) in {day.weekday(), (day.weekday() - 1) % 7}, report.id
    assert told >= 20


def test_the_chain_of_january_2022_is_told_in_every_language() -> None:
    chain = {"2022-01-05", "2022-01-06", "2022-01-13", "2022-01-19"}
    for language in ("en", "de", "fr", "ru"):
        assert chain <= {report.date for report in reports("central_asia") if report.language == language}


def test_the_article_says_that_it_was_written_for_the_demo() -> None:
    text = (SAMPLE / "central_asia" / "article.de.txt").read_text("utf-8")
    assert "erfunden" in text.splitlines()[0]
    assert 300 <= len(text.split()) <= 420


def test_every_vote_has_a_symbol_a_known_choice_and_a_source() -> None:
    votes = table(SAMPLE / "votes.csv")
    assert len(votes) >= 200
    for vote in votes:
        assert re.fullmatch(r"A/RES/(ES-11/\d{1,2}|\d{2}/\d{1,3})", vote["symbol"])
        assert vote["choice"] in CHOICES
        assert vote["symbol"] in vote["source"]
    assert len({(vote["symbol"], vote["state"]) for vote in votes}) == len(votes)


def test_votes_agree_with_what_anybody_can_look_up() -> None:
    cast = {(vote["symbol"], vote["state"]): vote["choice"] for vote in table(SAMPLE / "votes.csv")}
    assert cast["A/RES/ES-11/1", "KAZ"] == "abstain"
    assert cast["A/RES/ES-11/1", "UZB"] == "absent"
    assert cast["A/RES/ES-11/3", "KAZ"] == "no"
    assert cast["A/RES/ES-11/4", "BLR"] == "no"
    assert cast["A/RES/68/262", "UKR"] == "yes"


def test_no_choice_is_cast_more_often_than_the_assembly_counted() -> None:
    totals = {1: (141, 5, 35), 2: (140, 5, 38), 3: (93, 24, 58), 4: (143, 5, 35), 5: (94, 14, 73), 6: (141, 7, 32)}
    totals |= {7: (93, 18, 65), 8: (93, 8, 73), 9: (91, 12, 57)}
    rows = Counter((vote["symbol"], vote["choice"]) for vote in table(SAMPLE / "votes.csv"))
    for number, (yes, no, abstain) in totals.items():
        most = {"yes": yes, "no": no, "abstain": abstain, "absent": 193 - yes - no - abstain}
        assert all(rows[f"A/RES/ES-11/{number}", choice] <= most[choice] for choice in CHOICES)


def test_the_votes_say_how_they_were_checked() -> None:
    head = (SAMPLE / "votes.csv").read_text("utf-8").partition("symbol,")[0]
    assert "not against the record itself" in head
    assert "memory" not in head
    cast = {(vote["symbol"], vote["state"]) for vote in table(SAMPLE / "votes.csv")}
    told = re.sub(r"\n# ", " ", head).partition("seen names ")[2].partition(": these 17")[0]
    named = [
        (f"A/RES/ES-11/{number}", state)
        for states, number in re.findall(r"((?:[A-Z]{3},? )+)on ES-11/(\d)", told)
        for state in re.findall("[A-Z]{3}", states)
    ]
    assert len(named) == 17
    assert set(named) <= cast


def test_doubtful_roll_calls_are_left_out() -> None:
    symbols = {vote["symbol"] for vote in table(SAMPLE / "votes.csv")}
    assert not symbols & {"A/RES/75/29", "A/RES/76/70", "A/RES/77/229", "A/RES/72/131", "A/RES/ES-11/10"}


@pytest.mark.parametrize("theatre", THEATRES)
def test_figures_are_weekly_small_and_name_their_origin(theatre: str) -> None:
    path = SAMPLE / theatre / "figures.csv"
    assert path.stat().st_size < 400_000
    assert "GDELT" in path.read_text("utf-8").partition("week_start")[0]
    rows = table(path)
    states = set(load_theatre(theatre).states)
    for row in rows:
        assert dt.date.fromisoformat(row["week_start"]).weekday() == 0
        assert row["a"] < row["b"]
        assert states & {row["a"], row["b"]}
        assert 1 <= int(row["days"]) <= 7
    assert len({(row["week_start"], row["a"], row["b"]) for row in rows}) == len(rows)


def test_days_the_source_lacks_are_not_counted() -> None:
    spring = [
        int(row["days"])
        for row in table(SAMPLE / "central_asia" / "figures.csv")
        if (row["a"], row["b"]) == ("KAZ", "RUS") and "2023-03-06" <= row["week_start"] <= "2023-06-19"
    ]
    assert sum(spring) < 0.7 * 7 * len(spring)


def test_an_organisation_s_members_are_those_of_the_day() -> None:
    union = {member: (since, until) for _, member, since, until in members(("EU",))}
    assert len(union) == 28
    assert union["GBR"][1] == dt.date(2020, 1, 31)


def test_figures_drop_self_pairs_and_take_a_pair_in_either_order(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "sums.parquet"
    rows = [
        ("2022-01-04", "RUS", "KAZ", 3.0),
        ("2022-01-05", "KAZ", "RUS", -1.0),
        ("2022-01-05", "KAZ", "KAZ", 9.0),
        ("2022-01-11", "KAZ", "FRA", 2.0),
        ("2022-01-11", "DEU", "KAZ", 0.5),
    ]
    with duckdb.connect() as base:
        base.execute("create table sums (date date, iso_a text, iso_b text, w double)")
        base.executemany("insert into sums values (?, ?, ?, ?)", rows)
        base.execute(f"copy sums to '{path}' (format parquet)")
    found = figures(path, load_theatre("central_asia"))
    assert found == [
        (dt.date(2022, 1, 3), "KAZ", "RUS", 2, 2.0),
        (dt.date(2022, 1, 10), "EU", "KAZ", 1, 2.5),
    ]


@pytest.mark.data
@pytest.mark.parametrize("theatre", THEATRES)
def test_bundled_figures_are_what_the_program_computes(theatre: str) -> None:
    data = Path(os.environ.get("TILTMETER_DATA", Path(__file__).parents[2] / "shared" / "data"))
    sums = data / "events" / "gdelt_daily_dyads_2018_2024.parquet"
    if not sums.exists():
        pytest.skip(f"needs the development data: {sums} is not there")
    there = load_theatre(theatre)
    computed = "".join(lines(figures(sums, there), there)).splitlines()
    bundled = (SAMPLE / theatre / "figures.csv").read_text("utf-8").splitlines()
    assert len(computed) == len(bundled)
    for ours, theirs in zip(computed[8:], bundled[8:], strict=True):
        assert ours.rpartition(",")[0] == theirs.rpartition(",")[0]
        # half a step of rounding may fall either way, as the order of summing is not fixed
        assert float(ours.rpartition(",")[2]) == pytest.approx(float(theirs.rpartition(",")[2]), abs=0.11)
