from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tiltmeter.errors import QuestionError, SettingsError
from tiltmeter.model.nearness import Distances
from tiltmeter.questions.basis import Basis
from tiltmeter.questions.claim import check
from tiltmeter.questions.finding import Finding, to_json
from tiltmeter.questions.tables import Tables
from tiltmeter.settings import Claim
from tiltmeter.settings import claim as claim_from

from .toy import event, fact, moved, periods, steady, theatre, tilt_of, walk

ABOUT: dict[str, Any] = {"region": "toy"}


def asked(basis: Basis, kind: str, **fields: Any) -> Finding:
    return check(claim_from({"id": "c", "kind": kind} | fields), record=basis)


def peaked(at: str, height: float) -> Basis:
    """Draws with a bump toward pole A, or toward it by the votes, in the half year from a date on."""
    rng = np.random.default_rng(2)
    path = walk(rng, (400, 3, periods()), step=0.02, start=0.1)
    tilt = tilt_of({"tilt": path, "votes": path})
    start = np.datetime64(at, "D")
    bump = (tilt.starts[:-1] >= start) & (tilt.starts[:-1] < start + np.timedelta64(180, "D"))
    near = tilt.closeness["votes"]
    assert isinstance(near, Distances)
    # beyond pole A's place at -1, so that nearness has the bump whatever the path does
    near = replace(near, own=(np.abs(near.own + 1.0) + 2.0 - height * bump).astype(np.float32))
    return Basis(theatre(), replace(tilt, closeness={"votes": near}), Tables.of())


def test_a_planted_peak_is_supported_and_one_planted_elsewhere_is_contradicted() -> None:
    fields = ABOUT | {"power": "SWE", "measure": "influence", "window": "2021-03-01/2021-10-01"}
    found = asked(peaked("2021-03-15", 2.0), "peak_in_window", **fields)
    assert found.verdict == "supported"
    assert found.by_definition["closeness"].prior is not None
    assert found.by_definition["closeness"].prior < 0.5
    assert found.by_definition["closeness"].span == ("2020-01-01", "2022-12-31")
    away = asked(peaked("2022-03-15", 2.0), "peak_in_window", **fields)
    assert away.verdict == "contradicted"
    assert away.probability is not None
    assert away.probability <= 0.2


def test_a_peak_with_a_span_of_its_own_has_a_second_answer_over_all_the_data() -> None:
    fields = ABOUT | {"power": "SWE", "measure": "influence", "window": "2021-03-01/2021-10-01"}
    found = asked(peaked("2020-03-01", 2.0), "peak_in_window", span="2021-01-01/2022-06-30", **fields)
    one = found.by_definition["closeness"]
    assert one.whole is not None
    assert one.whole["probability"] < 0.05
    assert one.probability is not None
    assert one.probability > one.whole["probability"]


def test_leaning_and_balance_are_the_outer_and_the_middle_third() -> None:
    basis = steady()
    window = "2021-07-01/2022-12-31"
    assert asked(basis, "leans_in_window", pole="a", window=window, **ABOUT).verdict == "supported"
    assert asked(basis, "leans_in_window", pole="b", window=window, **ABOUT).probability == 0
    assert asked(basis, "balances_in_window", window=window, **ABOUT).probability == 0
    mid = moved(basis, "tilt", 0.5, since="2020-01-01")
    assert asked(mid, "balances_in_window", window=window, **ABOUT).verdict == "supported"


def test_a_turn_from_a_pole_is_a_fall_of_its_tilt_and_a_rise_of_its_rival() -> None:
    basis = moved(steady(), "tilt", 0.4, since="2021-07-01")
    fields = {"states": ["LVA"], "since": "2021-07-01"}
    assert asked(basis, "fall_since", power="SWE", **fields).verdict == "supported"
    assert asked(basis, "rise_since", power="FIN", **fields).verdict == "supported"
    assert asked(basis, "rise_since", power="SWE", **fields).verdict == "contradicted"


def test_the_gauge_named_by_a_claim_decides_it() -> None:
    basis = moved(steady(), "words", 0.4, since="2021-07-01")
    fields = {"states": ["LVA"], "since": "2021-07-01", "power": "SWE"}
    assert asked(basis, "fall_since", gauge="words", **fields).verdict == "supported"
    assert asked(basis, "fall_since", gauge="deeds", **fields).verdict != "supported"


def test_higher_than_and_ranking_compare_times_and_states() -> None:
    base = steady()
    assert base.tilt is not None
    lift = np.array([0.0, -0.2, -0.4], dtype=np.float32)[:, None]
    basis = Basis(base.theatre, replace(base.tilt, draws=base.tilt.draws + lift), base.tables)
    order = {"power": "SWE", "window": "2021-07-01/2022-12-31"}
    assert asked(basis, "ranking", ranking=["LTU", "LVA", "EST"], **order).verdict == "supported"
    assert asked(basis, "ranking", ranking=["EST", "LVA", "LTU"], **order).probability == 0
    late = moved(basis, "tilt", -0.5, since="2022-01-01")
    fields = ABOUT | {"power": "SWE", "window": "2022-01-01/2022-12-31", "other": "2020-01-01/2020-12-31"}
    assert asked(late, "higher_in_than", **fields).verdict == "supported"


def test_two_states_that_part_have_moved_apart() -> None:
    base = steady()
    assert base.tilt is not None
    late = base.tilt.starts[:-1] >= np.datetime64("2021-07-01")
    draws = base.tilt.draws.copy()
    draws[:, :, 0] += 0.5 * late
    basis = Basis(base.theatre, replace(base.tilt, draws=draws), base.tables)
    fields = {"a": "EST", "b": "LTU", "since": "2021-07-01"}
    assert asked(basis, "moved_apart", **fields).verdict == "supported"
    assert asked(basis, "moved_together", **fields).verdict == "contradicted"
    assert asked(basis, "moved_apart", a="EST", b="JPN", since="2021-07-01").verdict == "untestable"


def test_few_data_make_a_claim_untestable_without_a_number() -> None:
    rng = np.random.default_rng(1)
    basis = Basis(theatre(), tilt_of({"tilt": walk(rng, (100, 3, periods()))}, share=0.1), Tables.of())
    found = asked(basis, "leans_in_window", pole="a", window="2021-07-01/2022-12-31", **ABOUT)
    assert (found.verdict, found.probability) == ("untestable", None)
    assert "10%" in found.by_definition["tilt"].why


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"window": "2031-01-01/2031-06-30"}, "outside the data"),
        ({"window": "1999-01-01/1999-06-30"}, "outside the data"),
        ({"window": "2021-03-01/2021-03-07"}, "7 days"),
        ({"window": "2020-01-01/2022-12-31"}, "all of the span"),
        ({"window": "2021-03-01/2021-10-01", "power": "JPN"}, "JPN is not among"),
        ({"window": "2021-03-01/2021-10-01", "states": ["JPN"], "region": ""}, "JPN is not among"),
        ({"window": "2021-03-01/2021-10-01", "states": ["EST"], "region": "", "power": "EST"}, "over itself"),
        ({"window": "2021-03-01/2021-10-01", "definition": "charm"}, "no definition called charm"),
        ({"window": "2021-03-01/2021-10-01", "span": "2022-01-01/2022-12-31"}, "outside the span"),
        ({"kind": "rise_since", "since": "2031-01-01"}, "no data both before and after"),
        ({"kind": "rise_since", "since": "2019-01-01"}, "no data both before and after"),
        ({"kind": "rise_since", "since": "2021-01-01", "measure": "tilt", "power": "NOR"}, "a tilt is toward"),
        ({"kind": "higher_in_than", "window": "2021-03-01/2021-10-01", "other": "2021-03-01/2021-10-01"}, "itself"),
    ],
)
def test_nonsense_gets_a_reason_and_never_a_number(fields: dict[str, Any], word: str) -> None:
    whole = {"kind": "peak_in_window", "power": "SWE", "measure": "influence"} | ABOUT | fields
    found = asked(steady(), **whole)
    assert (found.verdict, found.probability) == ("untestable", None)
    assert word in found.why
    assert all(one.probability is None for one in found.by_definition.values())


def test_contradictory_dates_are_refused_where_a_claim_is_written() -> None:
    with pytest.raises(SettingsError, match="ends before it begins"):
        claim_from({"id": "x", "kind": "leans_in_window", "pole": "a", "region": "toy",
                    "window": ["2022-01-01", "2021-01-01"]})  # fmt: skip


def test_a_window_the_wrong_way_round_gets_a_reason_even_past_the_door() -> None:
    window = (dt.date(2022, 1, 1), dt.date(2021, 1, 1))
    claim = Claim.model_construct(id="x", kind="leans_in_window", pole="a", region="toy", window=window)
    assert "before it begins" in check(claim, record=steady()).why


LEDGER = Tables.from_rows(
    [
        fact("m1", "alliance_member", "EST", "NATO", "2004-03-29"),
        fact("m2", "alliance_member", "LVA", "CSTO", "2000-01-01", "2010-06-30"),
        fact("b1", "military_base", "SWE", "LTU", "2010-01-01", "2021-12-31"),
        fact("n1", "border", "EST", "LVA", None),
        fact("o1", "office_holder", "Anna Ööpik", "EST", "2016-01-01", "2021-12-31", "president"),
        fact("o2", "office_holder", "Bo Ek", "EST", "2022-01-01", None, "president"),
    ]
)


@pytest.mark.parametrize(
    ("kind", "a", "b", "more", "verdict", "keys"),
    [
        ("member_of", "EST", "NATO", {}, "supported", ["m1"]),
        ("member_of", "LVA", "CSTO", {"at": "2005-01-01"}, "supported", ["m2"]),
        ("member_of", "LVA", "CSTO", {"at": "2015-01-01"}, "contradicted", ["m2"]),
        ("member_of", "LVA", "CSTO", {"window": "2009-01-01/2011-01-01"}, "contradicted", ["m2"]),
        ("member_of", "LTU", "CSTO", {}, "untestable", []),
        ("base_in", "SWE", "LTU", {"at": "2020-05-05"}, "supported", ["b1"]),
        ("base_in", "SWE", "LTU", {"at": "2022-05-05"}, "contradicted", ["b1"]),
        ("border_with", "LVA", "EST", {}, "supported", ["n1"]),
        ("border_with", "LVA", "NOR", {}, "untestable", []),
        ("office_held", "Oopik", "EST", {"at": "2020-01-01"}, "supported", ["o1"]),
        ("office_held", "Anna Ööpik", "EST", {"at": "2022-06-01"}, "contradicted", ["o1"]),
        ("office_held", "Cy Doe", "EST", {"at": "2022-06-01"}, "untestable", []),
    ],
)
def test_ties_are_looked_up_with_their_dates_and_the_unlisted_is_unknown(
    kind: str, a: str, b: str, more: dict[str, Any], verdict: str, keys: list[str]
) -> None:
    found = asked(Basis(theatre(), None, LEDGER), kind, a=a, b=b, **more)
    assert found.verdict == verdict
    assert [row.key for row in found.evidence] == keys
    assert all(row.speaks_for == (verdict == "supported") for row in found.evidence)


EVENTS = Tables.from_rows(
    [
        event("e1", "2020-02-01", "SWE", "CONSULT", "EST"),
        event("e2", "2021-05-02", "SWE", "AID", "EST", confidence=0.9, document="d1", sentence="Sweden sent tents."),
        event("e3", "2021-05-03", "SWE", "AID", "EST", confidence=0.8, document="d2"),
        event("e4", "2021-05-03", "SWE", "AID", "EST", confidence=0.7, document="d2"),
        event("e5", "2022-11-01", "EST", "ACCUSE", "SWE"),
    ]
)


def test_an_event_is_as_sure_as_its_reports_and_one_text_counts_once() -> None:
    basis = Basis(theatre(), None, EVENTS)
    found = asked(basis, "event_happened", giver="SWE", taker="EST", root="AID", window="2021-05-01/2021-05-31")
    assert found.verdict == "supported"
    assert found.probability == pytest.approx(1 - 0.1 * 0.2)
    assert found.evidence[0].key == "e2"
    single = asked(basis, "event_happened", giver="EST", taker="SWE", root="CONSULT", window="2020-01-01/2020-03-01")
    assert (single.verdict, single.probability) == ("undecided", 0.75)


def test_no_report_is_undecided_where_events_cover_the_time_and_untestable_where_not() -> None:
    basis = Basis(theatre(), None, EVENTS)
    fields = {"giver": "SWE", "taker": "LVA", "root": "ASSAULT"}
    found = asked(basis, "event_happened", window="2021-05-01/2021-05-31", **fields)
    assert (found.verdict, found.probability) == ("undecided", None)
    assert asked(basis, "event_happened", window="2030-05-01/2030-05-31", **fields).verdict == "untestable"


def test_the_first_since_needs_events_over_all_the_time() -> None:
    basis = Basis(theatre(), None, EVENTS)
    fields = {"giver": "SWE", "taker": "EST", "root": "AID"}
    found = asked(basis, "first_since", since="2020-03-01", window="2021-05-01/2021-05-31", **fields)
    assert found.verdict == "supported"
    late = asked(basis, "first_since", since="2021-03-01", window="2022-01-01/2022-05-31", **fields)
    assert (late.verdict, late.probability) == ("undecided", None)
    assert asked(basis, "first_since", since="1991-01-01", at="2021-05-02", **fields).verdict == "untestable"
    assert asked(basis, "first_since", since="2021-06-01", at="2021-05-02", **fields).verdict == "untestable"
    assert asked(basis, "first_since", since="2020-03-01", **fields).verdict == "untestable"


def test_written_reports_change_the_finding_but_never_its_record_only_part() -> None:
    written = Tables.from_rows([event("w1", "2021-05-02", "SWE", "AID", "LVA", written=True)])
    fields = {"giver": "SWE", "taker": "LVA", "root": "AID", "window": ["2021-05-01", "2021-05-31"]}
    claim = claim_from({"id": "c", "kind": "event_happened"} | fields)
    record = Basis(theatre(), None, written.record())
    found = check(claim, record=record, written=Basis(theatre(), None, written))
    assert (found.verdict, found.record_only.verdict) == ("undecided", "untestable")
    assert found.probability == 0.75
    assert found.record_only.probability is None


def test_a_finding_as_json_has_the_contracts_keys() -> None:
    fields = ABOUT | {"power": "SWE", "measure": "influence", "window": "2021-03-01/2021-10-01"}
    table = to_json(asked(peaked("2021-03-15", 2.0), "peak_in_window", **fields))
    assert {"id", "verdict", "probability", "by_definition", "evidence", "record_only"} <= set(table)
    assert {"probability", "prior", "bayes_factor", "verdict", "data_share"} <= set(table["by_definition"]["closeness"])


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    claim = Claim.model_construct(id="x", kind="feels_like")
    with pytest.raises(QuestionError, match="feels_like"):
        check(claim, record=steady())
