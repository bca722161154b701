"""Runs over the development data beside the checkout; skips where it is absent."""

import datetime as dt
import os
from pathlib import Path

import pytest

from tiltmeter import sources
from tiltmeter.sources import Tally

from .conftest import Rows, Take

DATA = Path(os.environ.get("TILTMETER_DATA", Path(__file__).parents[3] / "shared" / "data"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no development data at {DATA} (set TILTMETER_DATA)"),
]

LATER = dt.date(2026, 6, 1)

FORMATS = {
    "acled_sample.csv": ("acled", 20), "gdelt1_daily_sample_real.tsv": ("gdelt1", 300),
    "gdelt2_events_20260101_real_newsfeed.csv": ("gdelt2", 199), "gdelt2_events_sample_real.tsv": ("gdelt2", 400),
    "gdelt2_mentions_sample_gdeltpyr.csv": ("mentions", 299), "icews_events_2018_sample_real.tab": ("icews", 300),
    "polecat_sample_real_99rows.tab": ("polecat", 99), "ucdp_ged_sample_real.csv": ("ucdp", 20),
}  # fmt: skip


def _exact(tallies: list[Tally]) -> None:
    for tally in tallies:
        assert tally.read == tally.stored + tally.duplicate + tally.outside + tally.rejected


@pytest.mark.parametrize("name", FORMATS)
def test_real_samples_are_recognised_and_every_row_is_accounted_for(take: Take, name: str) -> None:
    wanted, count = FORMATS[name]
    tallies = take("auto", DATA / "formats" / name, today=LATER)
    _exact(tallies)
    assert [(tally.source, tally.read, tally.rejected) for tally in tallies] == [(wanted, count, 0)]
    again = take("auto", DATA / "formats" / name, today=LATER)
    assert (again[0].stored, again[0].duplicate) == (0, tallies[0].stored + tallies[0].duplicate)


def test_icews_of_half_a_year_is_mostly_resolved(take: Take, rows: Rows) -> None:
    (tally,) = take("auto", DATA / "events" / "icews_2021h1.parquet")
    _exact([tally])
    assert tally.read == 247_764
    assert tally.stored > 0.5 * tally.read
    assert tally.rejected < 0.01 * tally.read
    assert {row["reason"] for row in rows("rejects")} <= {"no CAMEO code"}


def test_the_dated_reports_are_all_taken(take: Take) -> None:
    (tally,) = take("auto", DATA / "reports" / "wcep_dev.tsv.gz", today=LATER)
    assert (tally.source, tally.read, tally.stored, tally.rejected) == ("reports", 103_345, 103_345, 0)


def test_votes_to_session_74_have_6203_roll_calls(take: Take, rows: Rows) -> None:
    options = {"resolutions": DATA / "votes" / "unga_resolutions_s1_74.csv.gz"}
    votes, calls = take("auto", DATA / "votes" / "unga_votes_s1_74.parquet", options=options)
    _exact([votes, calls])
    assert (votes.stored, calls.stored) == (960_042, 6_203)
    sessions = {row["session"] for row in rows("rollcalls")}
    assert min(sessions) == 1
    assert max(sessions) == 74


def test_the_votes_on_ukraine_come_without_those_in_doubt(take: Take, rows: Rows) -> None:
    take("unga", DATA / "votes" / "es11_1_rollcall.csv")
    (focus,) = take("unga", DATA / "votes" / "ukraine_es11_focus_verified.csv", today=LATER)
    (wide,) = take("unga", DATA / "votes" / "ukraine_regular_votes_focus.csv")
    _exact([focus, wide])
    assert (focus.read, focus.duplicate, focus.rejected) == (63, 10, 9)
    assert (wide.read, wide.stored, wide.rejected) == (14, 8, 6)
    assert all("in doubt" in row["reason"] for row in rows("rejects"))
    told = {row["key"]: row["choice"] for row in rows("votes")}
    assert told["A/RES/ES-11/1/KAZ"] == "abstain"
    assert told["A/RES/ES-11/1/UZB"] == "absent"


def test_no_sum_is_of_a_state_with_itself(take: Take, rows: Rows) -> None:
    class OnlyTurkmenistan:
        votes = "all"

        def sides(self) -> frozenset[str]:
            return frozenset({"TKM"})

    (tally,) = take("gdelt-sums", DATA / "events" / "gdelt_daily_dyads_2018_2024.parquet", theatre=OnlyTurkmenistan())
    _exact([tally])
    assert (tally.read, tally.rejected) == (2_706_067, 59)
    assert all(row["a"] < row["b"] and "TKM" in {row["a"], row["b"]} for row in rows("figures"))


def test_an_article_is_one_document_to_the_letter(take: Take, rows: Rows) -> None:
    file = DATA / "reports" / "central_asia_article_de.txt"
    assert sources.recognise(file) == "reports"
    take("reports", file)
    assert rows("documents")[0]["text"] == file.read_text("utf-8")
