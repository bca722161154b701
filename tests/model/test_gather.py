"""What counts, as what, and in which period."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from tests.model.tables import event, tables, theatre, votes_of
from tiltmeter import nouns
from tiltmeter.errors import ModelError
from tiltmeter.model import panel, without
from tiltmeter.model.rollcalls import refuse_unless_opposed

DAY = dt.date(2020, 3, 4)


def test_an_event_counts_for_the_pair_of_its_sides_in_either_direction() -> None:
    events = [event("1", "KAZ", "RUS", "CONSULT", DAY), event("2", "RUS", "KAZ", "ACCUSE", DAY)]
    found = panel(**tables(events=events), theatre=theatre()).mix
    assert (found.cooperative.tolist(), found.total.tolist()) == ([1], [2])


def test_words_and_deeds_are_counted_apart() -> None:
    events = [event("1", "KAZ", "UKR", "SUPPORT", DAY), event("2", "KAZ", "UKR", "AID", DAY)]
    found = panel(**tables(events=events), theatre=theatre())
    assert sorted(found.mix.gauge.tolist()) == [1, 2]
    assert found.evidence["words"].sum() == found.evidence["deeds"].sum() == 1


def test_an_event_told_by_many_outlets_counts_once() -> None:
    one = panel(**tables(events=[event("1", "KAZ", "RUS", "AID", DAY)]), theatre=theatre())
    many = panel(**tables(events=[event("1", "KAZ", "RUS", "AID", DAY, witnesses=40)]), theatre=theatre())
    assert one.mix.total.tolist() == many.mix.total.tolist() == [1]


def test_background_low_confidence_and_inner_events_do_not_count() -> None:
    events = [
        event("1", "KAZ", "RUS", "AID", DAY, background=True),
        event("2", "KAZ", "RUS", "AID", DAY, confidence=0.2),
        event("3", "KAZ-CIV", "KAZ", "PROTEST", DAY),
        event("4", "KAZ", "KGZ", "AID", DAY),
    ]
    found = panel(**tables(events=events), theatre=theatre(), confidence=0.5)
    assert len(found.mix.total) == 0


def test_written_reports_are_left_out_when_asked() -> None:
    events = [event("1", "KAZ", "RUS", "AID", DAY, written=True), event("2", "KAZ", "RUS", "AID", DAY)]
    assert panel(**tables(events=events), theatre=theatre()).mix.total.sum() == 2
    record = panel(**tables(events=events), theatre=theatre(), written=False)
    assert record.mix.total.sum() == 1
    assert record.rows.column("key").to_pylist() == ["2"]


def test_an_event_is_dated_by_the_middle_of_a_short_interval_and_else_by_its_report() -> None:
    events = [
        event("1", "KAZ", "RUS", "AID", DAY, end=DAY + dt.timedelta(days=14)),
        event("2", "KAZ", "RUS", "AID", DAY, start=None, end=None, reported=dt.date(2020, 5, 1)),
        event("3", "KAZ", "RUS", "AID", DAY, end=DAY + dt.timedelta(days=90)),
        event("4", "KAZ", "RUS", "AID", dt.date(2030, 1, 1)),
    ]
    found = panel(**tables(events=events), theatre=theatre())
    assert [found.periods[t] for t in found.mix.time] == ["2020-W11", "2020-W18"]


def test_an_alliance_stands_for_the_pole_that_leads_it() -> None:
    led = nouns.Fact("facts", "f", "r", "alliance_leader", "RUS", "CSTO", dt.date(1992, 5, 15), None, "treaty")
    events = [event("1", "CSTO", "KAZ", "AID", DAY)]
    assert len(panel(**tables(events=events), theatre=theatre()).mix.total) == 0
    found = panel(**tables(events=events, facts=[led]), theatre=theatre())
    assert found.mix.power.tolist() == [0]


def test_a_tie_within_the_span_is_a_step_and_an_older_one_stands() -> None:
    facts = [
        nouns.Fact("facts", "1", "r", "military_base", "RUS", "KAZ", dt.date(2020, 6, 1), dt.date(2021, 5, 31), "x"),
        nouns.Fact("facts", "2", "r", "military_base", "UKR", "KGZ", dt.date(2001, 6, 1), None, "x"),
        nouns.Fact("facts", "3", "r", "border", "KAZ", "RUS", dt.date(2020, 6, 1), None, "x"),
    ]
    found = panel(**tables(facts=facts), theatre=theatre()).steps
    assert found.toward.tolist() == [-1.0, 1.0]
    assert found.standing.tolist() == [0.0, 1.0]


def test_a_week_without_a_sum_has_no_figure() -> None:
    rows = [
        nouns.Figure("sums", str(n), "r", "KAZ", "RUS", day, day + dt.timedelta(days=6), "signed_sum", 14.0, 7)
        for n, day in enumerate((dt.date(2020, 3, 2), dt.date(2020, 3, 16)))
    ]
    found = panel(**tables(figures=rows), theatre=theatre()).figures
    assert np.diff(found.time).tolist() == [2]
    assert found.value.tolist() == [2.0, 2.0]


def test_one_roll_call_told_by_two_sources_is_one() -> None:
    calls, rows = votes_of({"KAZ": "y", "RUS": "n"}, days=[DAY])
    more_calls, more_rows = votes_of({"KGZ": "a", "RUS": "n"}, days=[DAY], source="sample")
    more_calls[0] = nouns.RollCall("sample", "c0", "r", 75, DAY, "R/75/0")
    found = panel(**tables(calls=calls + more_calls, votes=rows + more_rows), theatre=theatre()).ballots
    assert len(np.unique(found.item[found.call])) == 1
    assert len(found.actor) == 3


def test_parts_of_one_text_stay_apart() -> None:
    calls, rows = votes_of({"KAZ": "yn", "RUS": "ny"}, days=[DAY, DAY])
    calls[1] = nouns.RollCall("unga", "c1", "r", 75, DAY, "A/RES/75/0")
    found = panel(**tables(calls=calls, votes=rows), theatre=theatre()).ballots
    assert len(np.unique(found.item[found.call])) == 2


def test_roll_calls_said_to_be_on_one_text_share_an_item() -> None:
    calls, rows = votes_of({"KAZ": "yn", "RUS": "ny"}, days=[DAY, dt.date(2021, 3, 4)])
    found = panel(**tables(calls=calls, votes=rows), theatre=theatre(), same=[("c0", "A/RES/75/1")]).ballots
    assert len(np.unique(found.item[found.call])) == 1


def test_emergency_sessions_belong_to_the_session_of_their_date() -> None:
    span = (dt.date(2019, 1, 1), dt.date(2023, 1, 1))
    calls, rows = votes_of({"KAZ": "y", "RUS": "n"}, days=[dt.date(2022, 3, 2)], session=11)
    found = panel(**tables(calls=calls, votes=rows), theatre=theatre(grid="session", span=span))
    assert [found.periods[t] for t in found.ballots.time] == ["76"]


def test_a_state_is_on_the_calendar_of_sessions_from_its_first_vote_to_its_last() -> None:
    span = (dt.date(2016, 10, 1), dt.date(2020, 8, 1))
    days = [dt.date(year, 12, 1) for year in (2016, 2017, 2018, 2019)]
    calls, rows = votes_of({"KAZ": ".yy.", "RUS": "nnnn"}, days=days)
    calls = [nouns.RollCall("unga", c.key, "r", 71 + n, c.date, c.symbol) for n, c in enumerate(calls)]
    found = panel(**tables(calls=calls, votes=rows), theatre=theatre(grid="session", span=span))
    assert found.present[found.voters.index("KAZ")].tolist() == [False, True, True, False]


def test_rows_lead_back_to_their_source_and_key() -> None:
    calls, votes = votes_of({"KAZ": "y", "RUS": "n", "KGZ": "x"}, days=[DAY])
    found = panel(**tables(events=[event("e", "KAZ", "RUS", "AID", DAY)], calls=calls, votes=votes), theatre=theatre())
    rows = found.rows.to_pylist()
    assert {(row["kind"], row["source"], row["key"]) for row in rows} == {
        ("votes", "unga", "c0/KAZ"), ("deeds", "reports", "e"),
    }  # fmt: skip
    assert {row["period"] for row in rows} == {"2020-W10"}


def test_leaving_out_a_source_leaves_the_others() -> None:
    events = [event("1", "KAZ", "RUS", "AID", DAY), event("1", "KAZ", "RUS", "AID", DAY, source="icews")]
    found = panel(**tables(events=events), theatre=theatre())
    assert without(found, sources=("icews",)).mix.total.sum() == 1


def test_poles_that_never_differ_are_refused_with_the_reason() -> None:
    calls, rows = votes_of({"KAZ": "ny", "RUS": "yy", "UKR": "yy"}, days=[DAY, DAY])
    with pytest.raises(ModelError, match="never voted differently") as caught:
        refuse_unless_opposed(panel(**tables(calls=calls, votes=rows), theatre=theatre()))
    assert "choose poles" in caught.value.mend


def test_empty_tables_give_an_empty_panel() -> None:
    found = panel(**tables(), theatre=theatre())
    assert found.rows.num_rows == 0
    assert isinstance(found.rows, pa.Table)
    assert all(count.shape == (2, len(found.periods)) for count in found.evidence.values())
