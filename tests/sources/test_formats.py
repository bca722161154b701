"""What each format's rows become."""

import datetime as dt
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tiltmeter import actors, sources
from tiltmeter.errors import SourceError
from tiltmeter.nouns import Actor
from tiltmeter.sources import _sides

from .conftest import SAMPLES, TODAY, Rows, Take

D = dt.date


@dataclass(frozen=True)
class Theatre:
    votes: str = "all"
    codes: frozenset[str] = frozenset({"KGZ", "TJK"})

    def sides(self) -> frozenset[str]:
        return self.codes


def _sides_of(rows: list[dict[str, Any]]) -> dict[str, tuple[str, str, str]]:
    return {row["key"]: (row["giver"], row["taker"], row["root"]) for row in rows}


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


# --- ICEWS


def test_icews_release_keeps_ids_roles_and_days_in_both_forms(take: Take, rows: Rows) -> None:
    take("icews", SAMPLES / "icews" / "release.tab")
    events = rows("events")
    told = _sides_of(events)
    assert told["90000001"] == ("KAZ", "RUS", "CONSULT")
    assert told["90000006"] == ("KAZ-CIV", "KAZ", "PROTEST")
    assert told["90000007"] == ("KAZ", "KAZ-CIV", "COERCE")
    assert told["90000017"] == ("AFG-REB", "UZB", "THREATEN")
    assert "90000019" not in told  # a bare statement is no event
    assert [row["start"] for row in events[:3]] == [D(2022, 3, 1), D(2022, 3, 2), D(2022, 3, 3)]
    assert {(row["quad"], row["mode"]) for row in events if row["root"] == "REQUEST"} == {(3, "asked")}


def test_icews_civilians_abroad_are_their_state(take: Take, rows: Rows) -> None:
    take("icews", SAMPLES / "icews" / "release.tab")
    assert _sides_of(rows("events"))["90000003"] == ("UZB", "UKR", "AID")


def test_icews_in_quotes_with_lost_zeros_and_short_codes_is_the_same(take: Take, rows: Rows, tmp_path: Path) -> None:
    lines = [line.split("\t") for line in (SAMPLES / "icews" / "release.tab").read_text().splitlines()]
    code, country = lines[0].index("CAMEO Code"), lines[0].index("Source Country")
    for line in lines[1:]:
        line[code] = line[code].lstrip("0")
        line[country] = {"Kazakhstan": "KZ", "Russia": "RUS"}.get(line[country], line[country])
    text = "".join("\t".join(f'"{cell}"' for cell in line) + "\n" for line in lines)
    take("icews", SAMPLES / "icews" / "release.tab")
    before = _sides_of(rows("events"))
    (tally,) = take("icews", _write(tmp_path / "a.tab", text))
    assert (tally.stored, tally.duplicate) == (0, len(before))


def test_icews_rows_that_repeat_are_events_that_repeat(take: Take, rows: Rows, tmp_path: Path) -> None:
    head = "date,source,source_iso,cameo,target,target_iso\n"
    row = "2022-03-02,Russia,RUS,190,Ukraine,UKR\n"
    (tally,) = take("icews", _write(tmp_path / "a.csv", head + row * 3))
    assert tally.stored == 3
    keys = [event["key"] for event in rows("events")]
    assert len({key.partition("-")[0] for key in keys}) == 1
    (again,) = take("icews", _write(tmp_path / "b.csv", head + row.replace("2022-03-02", "3/2/2022") * 4))
    assert (again.stored, again.duplicate) == (1, 3)


def test_icews_parquet_and_csv_of_the_same_rows_are_duplicates(take: Take, tmp_path: Path) -> None:
    take("icews", SAMPLES / "icews" / "copy.csv")
    lines = [line.split(",") for line in (SAMPLES / "icews" / "copy.csv").read_text().splitlines()]
    cells: dict[str, Any] = {name: [row[at] or None for row in lines[1:]] for at, name in enumerate(lines[0])}
    cells["date"] = [dt.datetime.fromisoformat(day) for day in cells["date"]]
    pq.write_table(pa.table(cells), tmp_path / "a.parquet")
    (tally,) = take("icews", tmp_path / "a.parquet")
    assert tally.stored == 0
    assert tally.duplicate > 10


def test_icews_resolves_a_name_without_a_country_on_the_day(
    take: Take, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(name: str, *, language: str | None = None, on: D | None = None) -> Actor | None:
        del language
        holds = name == "Ada Example" and (on is None or on >= D(2022, 3, 15))
        return Actor("KAZ", "Kazakhstan", "state", "KAZ") if holds else None

    for cached in (_sides._resolve, _sides._lasting):
        cached.cache_clear()
    monkeypatch.setattr(actors, "resolve", resolve)
    text = "date,source,source_iso,cameo,target,target_iso\n" + "".join(
        f"2022-03-{day},Ada Example,,042,x,RUS\n" for day in (14, 15, 16)
    )
    (tally,) = take("icews", _write(tmp_path / "a.csv", text))
    for cached in (_sides._resolve, _sides._lasting):
        cached.cache_clear()
    assert (tally.stored, tally.outside) == (2, 1)
    assert {event["start"].day for event in rows("events")} == {15, 16}


def test_a_theatre_leaves_out_rows_without_a_side_of_its_own(take: Take, rows: Rows) -> None:
    (tally,) = take("icews", SAMPLES / "icews" / "release.tab", theatre=Theatre())
    assert tally.read == 20
    assert {frozenset((row["giver"], row["taker"])) & {"KGZ", "TJK"} for row in rows("events")} >= {
        frozenset({"KGZ", "TJK"})
    }
    assert all({"KGZ", "TJK"} & {row["giver"], row["taker"]} for row in rows("events"))


# --- GDELT


@pytest.mark.parametrize("file", ["gdelt1/daily58.tsv", "gdelt1/backfile57.tsv", "gdelt2/quarter61.tsv",
                                  "gdelt2/described62.tsv", "gdelt2/headed62.csv"])  # fmt: skip
def test_gdelt_events_are_the_same_whatever_the_number_of_columns(take: Take, rows: Rows, file: str) -> None:
    (tally,) = take(file.partition("/")[0], SAMPLES / file)
    assert (tally.read, tally.stored, tally.outside) == (20, 19, 1)
    events = sorted(rows("events"), key=lambda row: int(row["key"]))
    assert [(row["giver"], row["taker"], row["root"]) for row in events[:6]] == [
        ("KAZ", "RUS", "CONSULT"), ("RUS", "KAZ", "CONSULT"), ("UZB", "UKR", "AID"), ("TJK", "KGZ", "ASSAULT"),
        ("KGZ", "TJK", "ACCUSE"), ("KAZ-CIV", "KAZ", "PROTEST"),
    ]  # fmt: skip
    assert events[0]["giver_name"] == "KAZAKHSTAN"
    assert events[0]["witnesses"] == 2


def test_gdelt_quads_follow_the_root_and_not_the_file(take: Take, rows: Rows) -> None:
    take("gdelt1", SAMPLES / "gdelt1" / "daily58.tsv")  # whose QuadClass is 1 throughout
    assert {row["root"]: row["quad"] for row in rows("events")}["PROTEST"] == 4


def test_gdelt_events_told_long_after_are_background(take: Take, rows: Rows) -> None:
    take("gdelt2", SAMPLES / "gdelt2" / "quarter61.tsv")
    take("gdelt1", SAMPLES / "gdelt1" / "backfile57.tsv")
    assert [(row["source"], str(row["start"])) for row in rows("events") if row["background"]] == [
        ("gdelt2", "2021-03-05")
    ]


def test_gdelt_of_one_version_is_refused_as_the_other(take: Take) -> None:
    with pytest.raises(SourceError, match="61 columns, the format has 57 or 58") as caught:
        take("gdelt1", SAMPLES / "gdelt2" / "quarter61.tsv")
    assert "gdelt2" in caught.value.mend


def test_mentions_are_the_articles_that_events_point_to(take: Take, rows: Rows) -> None:
    take("gdelt2", SAMPLES / "gdelt2" / "quarter61.tsv")
    (tally,) = take("mentions", SAMPLES / "mentions" / "quarter.tsv")
    assert (tally.read, tally.stored, tally.duplicate) == (20, 15, 5)
    keys = {row["key"] for row in rows("documents")}
    assert "https://news.example/3" in keys
    assert {row["document"] for row in rows("events")} & keys
    assert {row["language"] for row in rows("documents")} == {"en", "ru"}


def test_gkg_gives_titles_and_leaves_out_other_places(take: Take, rows: Rows) -> None:
    (tally,) = take("gkg", SAMPLES / "gkg" / "quarter.tsv", theatre=Theatre(codes=frozenset({"KAZ", "UZB"})))
    assert (tally.stored, tally.outside) == (10, 10)
    assert "Ministers meet for round 2 of talks & dinner" in {row["text"] for row in rows("documents")}


# --- POLECAT, Phoenix, ACLED, UCDP


def test_polecat_rows_with_two_recipients_are_two_events_and_one_row(take: Take, rows: Rows) -> None:
    (tally,) = take("polecat", SAMPLES / "polecat" / "week.tab")
    assert (tally.read, tally.stored) == (20, 20)
    told = {(row["giver"], row["taker"], row["root"]) for row in rows("events") if row["key"].find("-1001-") > 0}
    assert told == {("RUS", "KAZ", "CONSULT"), ("RUS", "UZB", "CONSULT")}
    assert len(rows("events")) == 21


def test_polecat_types_beyond_ours_are_condensed(take: Take, rows: Rows) -> None:
    take("polecat", SAMPLES / "polecat" / "week.tab")
    assert [row["root"] for row in rows("events") if row["key"].endswith("_RETREAT")] == ["YIELD"]


def test_phoenix_roles_decide_between_state_and_rebels(take: Take, rows: Rows) -> None:
    take("phoenix", SAMPLES / "phoenix" / "events.txt")
    told = _sides_of(rows("events"))
    assert told["8016_16"] == ("AFG-REB", "UZB", "THREATEN")
    assert told["8008_8"] == ("RUS", "UKR", "ASSAULT")


def test_acled_protests_are_toward_the_state_and_force_against_them_comes_from_it(take: Take, rows: Rows) -> None:
    (tally,) = take("acled", SAMPLES / "acled" / "export.csv")
    assert (tally.read, tally.stored, tally.outside) == (20, 18, 2)
    told = _sides_of(rows("events"))
    assert told["KAZ100"] == ("KAZ-CIV", "KAZ", "PROTEST")
    assert told["KAZ102"] == ("KAZ", "KAZ-CIV", "ASSAULT")
    assert told["KAZ104"] == ("KGZ", "TJK", "ASSAULT")
    assert told["KAZ105"] == ("KAZ-REB", "KAZ-CIV", "ASSAULT")
    assert told["KAZ106"] == ("TJK", "KGZ", "ASSAULT")
    assert told["KAZ107"] == ("KAZ", "KAZ-CIV", "COERCE")


def test_acled_days_known_to_the_week_or_month_are_intervals(take: Take, rows: Rows) -> None:
    take("acled", SAMPLES / "acled" / "export.csv")
    spans = {row["key"]: (row["start"], row["end"]) for row in rows("events")}
    assert spans["KAZ100"] == (D(2022, 3, 1), D(2022, 3, 1))
    assert spans["KAZ103"] == (D(2022, 3, 4), D(2022, 3, 10))
    assert spans["KAZ105"] == (D(2022, 3, 1), D(2022, 3, 31))


def test_ucdp_sides_are_states_civilians_or_armed_groups(take: Take, rows: Rows) -> None:
    take("ucdp", SAMPLES / "ucdp" / "ged.csv")
    told = _sides_of(rows("events"))
    assert told["400000"] == ("KGZ", "TJK", "ASSAULT")
    assert told["400001"] == ("TJK", "TJK-REB", "ASSAULT")
    assert told["400002"] == ("RUS", "UKR", "ASSAULT")
    assert told["400003"] == ("AFG-REB", "AFG-REB", "ASSAULT")
    assert {row["key"]: (row["start"], row["end"]) for row in rows("events")}["400002"] == (
        D(2022, 3, 3),
        D(2022, 3, 5),
    )


# --- Figures, votes, facts


def test_sums_are_unordered_pairs_without_a_state_and_itself(take: Take, rows: Rows) -> None:
    (tally,) = take("gdelt-sums", SAMPLES / "gdelt-sums" / "daily.csv")
    assert (tally.read, tally.stored, tally.rejected) == (20, 19, 1)
    figures = rows("figures")
    assert all(row["a"] < row["b"] for row in figures)
    assert {row["kind"] for row in figures} == {"signed_sum"}
    assert rows("rejects")[0]["reason"] == "a pair of a state with itself"


def test_days_that_a_sum_lacks_have_no_row(take: Take, rows: Rows, tmp_path: Path) -> None:
    take("gdelt-sums", _write(tmp_path / "a.csv", "date,iso_a,iso_b,w\n2022-03-01,RUS,KAZ,1\n2022-03-03,KAZ,RUS,\n"))
    assert [str(row["start"]) for row in rows("figures")] == ["2022-03-01"]
    assert rows("rejects")[0]["reason"] == "the sum is no number"


def test_weekly_sums_say_on_how_many_days_they_rest(take: Take, rows: Rows) -> None:
    take("gdelt-sums", SAMPLES / "gdelt-sums" / "weekly.csv")
    first = rows("figures")[0]
    assert (first["a"], first["b"], first["start"], first["end"], first["rows"]) == (
        "KAZ", "RUS", D(2022, 1, 3), D(2022, 1, 9), 1,
    )  # fmt: skip


def test_votes_as_codes_take_their_roll_calls_from_the_resolutions(take: Take, rows: Rows) -> None:
    tallies = take(
        "unga", SAMPLES / "unga" / "codes.csv", options={"resolutions": SAMPLES / "unga" / "resolutions.csv"}
    )
    votes, calls = tallies
    assert (votes.read, votes.stored, votes.outside) == (20, 16, 4)  # 9 is no member
    assert (calls.read, calls.stored) == (4, 4)
    assert {row["key"]: row["kinds"] for row in rows("rollcalls")} == {
        "A/RES/72/900": "me", "A/RES/73/901": "", "rcid-903": "hr", "rcid-904": "",
    }  # fmt: skip
    assert {row["choice"] for row in rows("votes")} == {"yes", "abstain", "no", "absent"}


def test_a_vote_of_an_unknown_roll_call_or_state_is_rejected(take: Take, rows: Rows, tmp_path: Path) -> None:
    text = "rcid,iso3,code\n901,KAZ,1\n999,KAZ,1\n901,QQQ,1\n901,KGZ,7\n"
    votes, _ = take(
        "unga", _write(tmp_path / "a.csv", text), options={"resolutions": SAMPLES / "unga" / "resolutions.csv"}
    )
    assert (votes.stored, votes.rejected) == (1, 3)
    assert {row["reason"] for row in rows("rejects")} == {
        "no such roll call: 999", "no such state: QQQ", "no such vote: 7",
    }  # fmt: skip


def test_the_same_vote_from_two_layouts_is_one(take: Take, tmp_path: Path) -> None:
    wide = "rcid,date,unres,KAZ,KGZ,RUS\n5309,2014-03-27,R/68/262,A,X,N\n"
    long = "symbol,date,iso3,vote\nA/RES/68/262,2014-03-27,KAZ,abstain\nA/RES/68/262,2014-03-27,UKR,Y\n"
    take("unga", _write(tmp_path / "wide.csv", wide))
    (tally,) = take("unga", _write(tmp_path / "long.csv", long))
    assert (tally.stored, tally.duplicate) == (1, 1)


def test_votes_whose_symbol_or_status_is_in_doubt_are_rejected(take: Take, rows: Rows, tmp_path: Path) -> None:
    text = (
        "symbol,date,iso3,vote,status\nES-11/1,2022-03-02,KAZ,A,verified\nES-11/10?,2022-03-03,KAZ,A,verified\n"
        "R/75/29 (id by tally),2020-12-07,KAZ,A,verified\nES-11/4,2022-10-12,KAZ,A,unverified\n"
    )
    (tally,) = take("unga", _write(tmp_path / "a.csv", text))
    assert (tally.stored, tally.rejected) == (1, 3)
    assert [row["reason"] for row in rows("rejects", order="line")] == [
        "the symbol 'ES-11/10?' is in doubt",
        "the symbol 'R/75/29 (id by tally)' is in doubt",
        "its status is 'unverified'",
    ]


def test_a_symbol_with_two_dates_is_rejected_from_the_second_on(take: Take, rows: Rows, tmp_path: Path) -> None:
    text = "symbol,date,iso3,vote\nES-11/1,2022-03-02,KAZ,A\nES-11/1,2022-03-03,KGZ,A\n"
    (tally,) = take("unga", _write(tmp_path / "a.csv", text))
    assert (tally.stored, tally.rejected) == (1, 1)
    assert "is of 2022-03-02 in an earlier row" in rows("rejects")[0]["reason"]


def test_an_empty_cell_of_a_wide_table_is_unknown_and_not_absent(take: Take, rows: Rows, tmp_path: Path) -> None:
    take("unga", _write(tmp_path / "a.csv", "rcid,date,unres,KAZ,KGZ,RUS\n1,2022-03-02,ES-11/1,A,,X\n"))
    assert {row["state"]: row["choice"] for row in rows("votes")} == {"KAZ": "abstain", "RUS": "absent"}


def test_sessions_are_told_or_follow_from_the_day(take: Take, rows: Rows) -> None:
    take("unga", SAMPLES / "unga" / "library.csv")
    take("unga", SAMPLES / "unga" / "wide.csv")
    assert {row["session"] for row in rows("rollcalls")} == {76, 78}


def test_a_theatre_with_listed_votes_keeps_those_of_its_sides(take: Take, rows: Rows) -> None:
    (tally,) = take("unga", SAMPLES / "unga" / "long.csv", theatre=Theatre(votes="listed"))
    assert (tally.read, tally.stored, tally.outside) == (20, 8, 12)
    assert {row["state"] for row in rows("votes")} == {"KGZ", "TJK"}
    (tally,) = take("unga", SAMPLES / "unga" / "long.csv", theatre=Theatre(votes="all"))
    assert tally.stored == 12


def test_facts_come_from_toml_and_from_tables(take: Take, rows: Rows) -> None:
    take("facts", SAMPLES / "facts" / "ties.toml")
    take("facts", SAMPLES / "facts" / "ties.csv")
    told = {row["key"]: row for row in rows("facts")}
    assert (told["made-up-0"]["a"], told["made-up-0"]["b"]) == ("KAZ", "UZB")  # a border has no direction
    assert told["x2"]["since"] == D(2003, 2, 1)
    assert told["made-up-3"]["a"] == "Ada Example"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "marriage"}, "no such kind of tie: 'marriage'"),
        ({"citation": ""}, "no citation"),
        ({"a": "KAX"}, "no such state or organisation: KAX"),
        ({"since": "soon"}, "since: the date 'soon' cannot be read"),
        ({"since": "2003-01-01", "until": "2002-01-01"}, "it ends on 2002-01-01, before it begins"),
        ({"b": ""}, "a or b is missing"),
    ],
)
def test_a_tie_that_is_none_is_rejected_with_the_reason(
    take: Take, rows: Rows, tmp_path: Path, fields: dict[str, str], reason: str
) -> None:
    tie = {"kind": "border", "a": "KAZ", "b": "KGZ", "since": "", "until": "", "citation": "made up"} | fields
    (tally,) = take("facts", _write(tmp_path / "a.csv", ",".join(tie) + "\n" + ",".join(tie.values()) + "\n"))
    assert (tally.read, tally.rejected) == (1, 1)
    assert rows("rejects")[0]["reason"] == reason


# --- Documents


def test_a_page_gives_its_main_text_title_day_author_and_outlet(take: Take, rows: Rows) -> None:
    take("reports", SAMPLES / "reports" / "page.html")
    (page,) = rows("documents")
    assert page["text"] == (
        "Kazakhstan and Uzbekistan agreed on a bridge on Wednesday.\n\nWork is to begin next year, said both ministers."
    )
    assert (page["title"], page["date"], page["author"]) == ("Bridge agreed", D(2022, 3, 2), "Ada Example")
    assert (page["outlet"], page["url"], page["language"]) == (
        "The Sample Courier",
        "https://news.example/bridge",
        "en",
    )


def test_a_page_in_its_own_encoding_is_read(take: Take, rows: Rows, tmp_path: Path) -> None:
    html = '<html><head><meta charset="windows-1251"></head><body><p>Встреча в Астане</p></body></html>'
    (tmp_path / "a.html").write_bytes(html.encode("cp1251"))
    take("reports", tmp_path / "a.html")
    assert rows("documents")[0]["text"] == "Встреча в Астане"


def test_linked_data_gives_day_and_author_where_meta_has_none(take: Take, rows: Rows, tmp_path: Path) -> None:
    data = json.dumps({"@graph": [{"datePublished": "2022-03-02T10:00:00Z", "author": [{"name": "Bo Sample"}]}]})
    html = f'<!doctype html><script type="application/ld+json">{data}</script><main><h1>T</h1><p>Text.</p></main>'
    take("reports", _write(tmp_path / "a.html", html))
    (page,) = rows("documents")
    assert (page["date"], page["author"], page["title"]) == (D(2022, 3, 2), "Bo Sample", "T")


def test_a_plain_text_is_kept_to_the_letter(take: Take, rows: Rows) -> None:
    take("reports", SAMPLES / "reports" / "article.txt")
    (text,) = rows("documents")
    assert text["text"] == (SAMPLES / "reports" / "article.txt").read_text("utf-8")
    assert text["title"] == "Ministers agree on a new bridge"


def test_a_file_of_several_reports_has_each_with_its_day_language_and_title(take: Take, rows: Rows) -> None:
    (tally,) = take("reports", SAMPLES / "reports" / "several.txt", options={"written": True})
    assert tally.stored == 2
    first = rows("documents")[0]
    assert (first["key"], first["date"], first["language"], first["title"]) == (
        "s-1", D(2022, 3, 2), "de", "Treffen in Astana",
    )  # fmt: skip
    assert first["text"] == "Die Außenminister trafen sich in Astana."
    assert first["written"] is True


def test_reports_keep_outlets_and_links_however_they_are_told(take: Take, rows: Rows) -> None:
    take("reports", SAMPLES / "reports" / "table.tsv")
    take("reports", SAMPLES / "reports" / "lines.jsonl")
    told = {row["key"]: (row["outlet"], row["url"]) for row in rows("documents")}
    assert told["r00"] == ("The Sample Courier", "")
    assert told["j1"] == ("The Sample Courier", "https://news.example/1")


def test_reports_without_an_id_have_the_same_key_every_time(take: Take, tmp_path: Path) -> None:
    text = "date,text\n2022-03-02,One\n2022-03-03,One\n2022-03-03,Two\n"
    (first,) = take("reports", _write(tmp_path / "a.csv", text))
    (second,) = take("reports", _write(tmp_path / "b.csv", text))
    assert (first.stored, second.duplicate) == (3, 3)


def test_reports_without_a_day_are_kept_and_without_a_text_rejected(take: Take, rows: Rows, tmp_path: Path) -> None:
    (tally,) = take("reports", _write(tmp_path / "a.csv", 'id,date,text\n1,,One\n2,2022-03-02,"  "\n'))
    assert (tally.stored, tally.rejected) == (1, 1)
    assert rows("documents")[0]["date"] is None
    assert rows("rejects")[0]["reason"] == "no text"


def _word(path: Path, body: str) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("word/document.xml", f"<w:document><w:body>{body}</w:body></w:document>")
        packed.writestr("docProps/core.xml", "<dc:title>Talks</dc:title><dc:creator>Ada Example</dc:creator>")
    return path


def test_a_word_file_gives_its_paragraphs_and_title(take: Take, rows: Rows, tmp_path: Path) -> None:
    body = (
        '<w:p w:x="1"><w:r><w:t>Talks &amp; tea</w:t></w:r><w:r><w:t xml:space="preserve"> in Astana.</w:t></w:r></w:p>'
        "<w:p></w:p><w:p><w:r><w:t>Second.</w:t></w:r></w:p>"
    )
    (tally,) = take("auto", _word(tmp_path / "a.docx", body))
    assert (tally.source, tally.stored) == ("reports", 1)
    (document,) = rows("documents")
    assert (document["text"], document["title"], document["author"]) == (
        "Talks & tea in Astana.\n\nSecond.", "Talks", "Ada Example",
    )  # fmt: skip


def test_what_is_no_word_file_is_refused(take: Take, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04 and nothing")
    with pytest.raises(SourceError, match="not a Word file"):
        take("reports", tmp_path / "a.docx")


def test_an_email_gives_its_text_subject_sender_and_day(take: Take, rows: Rows, tmp_path: Path) -> None:
    head = "From: Ada Example <ada@news.example>\nSubject: =?utf-8?q?Gespr=C3=A4che?=\n"
    dated = (
        head + "Date: Wed, 02 Mar 2022 10:00:00 +0500\nContent-Type: text/plain; charset=utf-8\n\nTalks in Astana.\n"
    )
    take("reports", _write(tmp_path / "a.eml", dated))
    page = head + "Content-Type: text/html; charset=utf-8\n\n<html><body><p>Talks in Tashkent.</p></body></html>"
    take("reports", _write(tmp_path / "b.eml", page))
    told = {row["text"].strip(): row for row in rows("documents")}
    assert set(told) == {"Talks in Astana.", "Talks in Tashkent."}
    assert (told["Talks in Astana."]["title"], told["Talks in Astana."]["date"]) == ("Gespräche", D(2022, 3, 2))


def test_one_text_can_be_had_without_a_store() -> None:
    assert sources.document(SAMPLES / "reports" / "page.html").title == "Bridge agreed"
    with pytest.raises(SourceError, match="no such file"):
        sources.document(SAMPLES / "reports" / "none.html")


# --- Any table


def test_a_mapping_beside_the_table_tells_what_its_words_mean(take: Take, rows: Rows) -> None:
    (tally,) = take("auto", SAMPLES / "table" / "strikes.csv")
    assert (tally.source, tally.read, tally.stored, tally.outside) == ("table", 20, 14, 6)
    events = rows("events")
    assert {row["source"] for row in events} == {"strikes"}
    assert {row["root"] for row in events} == {"CONSULT", "PROTEST"}


@pytest.mark.parametrize(
    ("mapping", "what"),
    [
        ('noun = "events"\ncolumns = {}', "no such noun: events"),
        ('noun = "event"\ncolumns = { day = "when", giver = "who", taker = "whom" }', "no column for root"),
        ('noun = "event"\ncolums = {}', "no such setting: colums"),
        ('noun = "event"\ncolumns = { dya = "when" }', "no such field of event: dya"),
        ('noun = "figure"\ncolumns = { date = "no", a = "who", b = "whom", value = "nr" }', "no column no"),
        ("noun = ", "not TOML"),
    ],
)
def test_a_mapping_at_fault_is_refused(take: Take, tmp_path: Path, mapping: str, what: str) -> None:
    file = _write(tmp_path / "m.toml", mapping)
    with pytest.raises(SourceError, match=what):
        take("table", SAMPLES / "table" / "strikes.csv", options={"mapping": file})


def test_tables_of_documents_and_figures_are_read_by_a_mapping(take: Take, rows: Rows, tmp_path: Path) -> None:
    _write(tmp_path / "d.csv", "nr,what,when\n1,Talks in Astana.,2022-03-02\n")
    _write(tmp_path / "d.csv.toml", 'noun = "document"\ncolumns = { key = "nr", text = "what", date = "when" }')
    _write(tmp_path / "f.csv", "who,whom,when,how much\nUZB,KAZ,2022-03-02,2.5\n")
    columns = 'columns = { a = "who", b = "whom", date = "when", value = "how much" }'
    _write(tmp_path / "f.csv.toml", f'noun = "figure"\nname = "trade"\n{columns}')
    take("table", tmp_path / "d.csv")
    take("table", tmp_path / "f.csv")
    assert (rows("documents")[0]["text"], rows("documents")[0]["key"]) == ("Talks in Astana.", "1")
    figure = rows("figures")[0]
    assert (figure["source"], figure["a"], figure["b"], figure["value"]) == ("trade", "KAZ", "UZB", 2.5)


def test_reading_alone_gives_the_same_rows_as_taking(take: Take, rows: Rows) -> None:
    file = SAMPLES / "icews" / "release.tab"
    read = [row for chunk in sources.read("icews", file, today=TODAY, run="r") for row in chunk.batch.to_pylist()]
    take("icews", file)
    assert sorted(read, key=lambda row: str(row["key"])) == rows("events")
