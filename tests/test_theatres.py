"""Theatres and the ties they use: they load, they are consistent, and a slip is refused in two lines."""

from __future__ import annotations

import datetime as dt
import itertools
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiltmeter._codes import countries, nearest
from tiltmeter.errors import SettingsError
from tiltmeter.nouns import ORGANISATIONS, TIE_KINDS
from tiltmeter.settings import CLAIM_KINDS, Theatre, _build, claim, load_settings, load_theatre, theatre_names

MINE = """
name = "mine"
title = { en = "Mine" }
question = { en = "Who?" }
states = ["KAZ", "UZB"]
poles = { a = "RUS", b = "UKR" }
span = ["2015-01-01", "2024-01-01"]
reference = "2015-01-01/2021-12-31"
"""


def mine(folder: Path, text: str) -> Theatre:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return load_theatre(file)


def refusal(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        mine(folder, text)
    return str(caught.value).splitlines()


def ties() -> list[dict[str, Any]]:
    tables = [item for item in files("tiltmeter.facts").iterdir() if item.name.endswith(".toml")]
    return [tie for table in tables for tie in tomllib.loads(table.read_text("utf-8"))["facts"]]


@pytest.mark.parametrize("name", theatre_names())
def test_every_bundled_theatre_loads_and_names_facts_that_are_there(name: str) -> None:
    theatre = load_theatre(name)
    assert theatre.name == name
    for table in theatre.facts:
        assert files("tiltmeter.facts").joinpath(f"{table}.toml").is_file()
    for language in ("en", "de"):
        assert theatre.title[language]
        assert theatre.question[language]
        assert all(moment.label[language] for moment in theatre.moments)
        assert all(item.text[language] for item in theatre.claims)


@pytest.mark.parametrize("name", theatre_names())
def test_moments_and_claims_lie_within_the_span(name: str) -> None:
    theatre = load_theatre(name)
    first, last = theatre.span
    assert all(first <= moment.date <= last for moment in theatre.moments)
    for item in theatre.claims:
        assert item.window is None or (first <= item.window[0] and item.window[1] <= last)
        assert item.since is None or first <= item.since <= last


def test_the_word_all_stands_for_every_member_present_and_former() -> None:
    states = load_theatre("unga").states
    assert len(states) == 200
    assert {"KAZ", "YUG", "CSK"} <= set(states)


def test_intervals_may_be_written_with_a_slash_or_as_a_list(tmp_path: Path) -> None:
    theatre = mine(tmp_path, MINE)
    assert theatre.reference == (dt.date(2015, 1, 1), dt.date(2021, 12, 31))
    assert theatre.span[1] == dt.date(2024, 1, 1)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("KAX", "KAZ"),
        ("KZA", "KAZ"),
        ("Kasakhstan", "KAZ"),
        ("KGS", "KGZ"),
        ("GER", "DEU"),
        ("Turkiye", "TUR"),
    ],
)
def test_a_misspelt_state_is_refused_in_two_lines_with_what_was_meant(tmp_path: Path, wrong: str, meant: str) -> None:
    what, mend = refusal(tmp_path, MINE.replace("KAZ", wrong))
    assert wrong in what
    assert "mine.toml" in what
    assert mend.startswith(f"  Mend: did you mean {meant}")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"KAZ"', '"UZB"', "twice"),
        ('"KAZ"', '"RUS"', "both a pole and a state"),
        ('b = "UKR"', 'b = "RUS"', "both poles"),
        ("span", "spam", "spam"),
        ('"2015-01-01/2021-12-31"', '"2021-12-31/2015-01-01"', "ends before it begins"),
        ("2024-01-01", "2024-13-01", "span"),
        ('["KAZ", "UZB"]', "[]", "states"),
        ('name = "mine"', "", "name is missing"),
        ('name = "mine"', 'name = "My Theatre"', "name"),
        ("title", "= title", "not TOML"),
    ],
)
def test_a_slip_in_a_theatre_is_named_in_two_lines(tmp_path: Path, old: str, new: str, said: str) -> None:
    lines = refusal(tmp_path, MINE.replace(old, new))
    assert len(lines) == 2
    assert said in lines[0]


def test_a_missing_setting_and_an_unknown_one_are_both_caught(tmp_path: Path) -> None:
    lines = refusal(tmp_path, MINE + 'questoin = "x"\n')
    assert lines[1] == "  Mend: did you mean question?"


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"\xff\xfen\x00a\x00", b"PAR1\x80\x81"])
def test_a_file_that_is_no_theatre_is_refused(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "odd.toml"
    file.write_bytes(raw)
    with pytest.raises(SettingsError) as caught:
        load_theatre(file)
    assert len(str(caught.value).splitlines()) == 2


def test_a_missing_file_an_unknown_name_and_a_folder_are_refused(tmp_path: Path) -> None:
    for wrong in (tmp_path / "none.toml", "central_asai", tmp_path, "a\0b.toml"):
        with pytest.raises(SettingsError):
            load_theatre(wrong)


TOML_VALUE = st.recursive(
    st.one_of(st.text(), st.integers(), st.booleans(), st.dates(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.one_of(
            st.sampled_from(["states", "poles", "powers", "span", "claims", "moments", "grid", "name"]), st.text()
        ),
        TOML_VALUE,
        max_size=3,
    )
)
def test_whatever_a_file_says_it_is_a_theatre_or_refused_in_two_lines(change: dict[str, Any]) -> None:
    good: dict[str, Any] = tomllib.loads(MINE)
    refused = ""
    try:
        _build(Theatre, good | change, where="mine.toml")
    except SettingsError as error:
        refused = str(error)
    assert len(refused.splitlines()) in {0, 2}


@given(st.text(max_size=8))
def test_a_suggestion_is_a_known_code_or_none(word: str) -> None:
    near = nearest(word)
    assert near == "" or near in countries() or near in ORGANISATIONS


@pytest.mark.parametrize("kind", sorted(CLAIM_KINDS))
def test_a_claim_without_what_its_kind_needs_is_refused(kind: str) -> None:
    with pytest.raises(SettingsError, match="needs"):
        claim({"id": "bare", "kind": kind})


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "peak_in_windo"), ("power", "RUX"), ("window", "2022-02-24/2021-08-15"), ("root", "PRAISE")],
)
def test_a_claim_with_a_slip_is_refused(field: str, value: str) -> None:
    good = {
        "id": "x",
        "kind": "peak_in_window",
        "power": "RUS",
        "region": "r",
        "window": "2021-08-15/2022-02-24",
    }
    assert claim(good).window == (dt.date(2021, 8, 15), dt.date(2022, 2, 24))
    with pytest.raises(SettingsError):
        claim(good | {field: value})


def test_workspace_settings_are_checked(tmp_path: Path) -> None:
    file = tmp_path / "workspace.toml"
    file.write_text('theatre = "unga"\nsed = 3\n')
    with pytest.raises(SettingsError, match="sed"):
        load_settings(file)


def test_every_tie_has_a_citation_a_kind_and_an_interval_that_runs_forward() -> None:
    assert len(ties()) >= 150
    for tie in ties():
        assert len(tie["citation"]) >= 15, tie["key"]
        assert tie["kind"] in TIE_KINDS
        assert tie["since"] <= tie.get("until", dt.date.max)


def test_keys_of_ties_are_unique() -> None:
    keys = [tie["key"] for tie in ties()]
    assert len(keys) == len(set(keys))


def test_the_same_tie_never_overlaps_itself() -> None:
    spans: dict[tuple[str, ...], list[tuple[dt.date, dt.date]]] = {}
    for tie in ties():
        # a person may hold two offices, and a power have two bases, at a time
        told = {"office_holder": tie.get("note", ""), "military_base": tie["key"]}
        name = (tie["kind"], tie["a"], tie["b"], told.get(tie["kind"], ""))
        spans.setdefault(name, []).append((tie["since"], tie.get("until", dt.date.max)))
    for held in spans.values():
        held.sort()
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(held))


def test_a_state_has_one_president_at_a_time() -> None:
    terms: dict[str, list[tuple[dt.date, dt.date]]] = {}
    for tie in ties():
        if tie["kind"] == "office_holder" and tie.get("note", "").startswith("president") and tie["b"] != "EU":
            terms.setdefault(tie["b"], []).append((tie["since"], tie.get("until", dt.date.max)))
    assert len(terms) >= 10
    for state, held in terms.items():
        held.sort()
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(held)), state


def test_uzbekistan_was_in_the_pact_twice_and_is_out() -> None:
    spells = [tie for tie in ties() if (tie["a"], tie["b"], tie["kind"]) == ("UZB", "CSTO", "alliance_member")]
    assert len(spells) == 2
    assert all("until" in tie for tie in spells)
