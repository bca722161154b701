from __future__ import annotations

import numpy as np
import pytest

from tiltmeter.questions.aid import kind
from tiltmeter.questions.basis import Basis
from tiltmeter.questions.influence import DEFINITIONS, influence
from tiltmeter.questions.tables import Tables
from tiltmeter.questions.walk import shares

from .toy import event, fact, steady, theatre


def test_every_definition_is_there_or_absent_with_a_reason() -> None:
    found = steady().influence("SWE")
    assert set(found.curves) | set(found.absent) == set(DEFINITIONS)
    assert not set(found.curves) & set(found.absent)
    assert all(found.absent.values())
    assert all(define.__doc__ and "Source:" in define.__doc__ for define in DEFINITIONS.values())


def test_closeness_is_minus_the_distance_to_the_power_and_ends_in_the_regions_mean() -> None:
    curve = steady().influence("SWE").curves["closeness"]
    assert curve.draws.shape[1] == 4
    assert curve.draws.mean() == pytest.approx(-0.4, abs=0.02)
    np.testing.assert_allclose(curve.draws[:, 3], curve.draws[:, :3].mean(axis=1), atol=1e-6)


def test_the_power_with_more_of_the_cooperation_has_more_influence() -> None:
    rows = [event(f"s{n}", f"202{n % 3}-0{n % 9 + 1}-05", "SWE", "CONSULT", "EST") for n in range(40)]
    rows += [event(f"n{n}", f"202{n % 3}-0{n % 9 + 1}-07", "EST", "AGREE", "NOR") for n in range(8)]
    basis = Basis(theatre(), None, Tables.from_rows(rows))
    near, far = (basis.influence(power).curves["cooperation"].draws[:, 0].mean() for power in ("SWE", "NOR"))
    assert near > 0.6
    assert far < 0.35
    assert "no cooperative events" in basis.influence("FIN").absent["cooperation"]


def test_a_pact_that_ends_lowers_security_from_that_day_on() -> None:
    rows = [
        fact("l", "alliance_leader", "SWE", "CSTO", "1992-01-01"),
        fact("m", "alliance_member", "EST", "CSTO", "1992-01-01", "2021-06-30"),
        fact("b", "military_base", "SWE", "EST", "1992-01-01"),
    ]
    found = influence("SWE", tilt=None, tables=Tables.from_rows(rows), theatre=theatre())
    path = found.curves["security"].draws[:, 0].mean(axis=0)
    turn = int(np.searchsorted(found.starts, np.datetime64("2021-07-05")))
    assert path[0] == pytest.approx(1.0)
    assert path[turn + 1] == pytest.approx(0.5)
    assert "no pact" in influence("NOR", tilt=None, tables=Tables.from_rows(rows), theatre=theatre()).absent["security"]


def test_joint_exercises_and_military_help_add_to_security_but_tents_do_not() -> None:
    def basis(sentence: str) -> Basis:
        rows = [
            event(f"e{n}", f"2021-0{n}-05", "SWE", "AID", "EST", document=f"d{n}", sentence=sentence)
            for n in range(1, 9)
        ]
        return Basis(theatre(), None, Tables.from_rows(rows))

    assert "security" in basis("Sweden sent peacekeepers to Estonia.").influence("SWE").curves
    assert "security" in basis("Sweden sent tents to Estonia.").influence("SWE").absent
    assert kind("Russland schickte Fallschirmjäger nach Almaty.") == "troops"
    assert kind("Россия выделила 50 миллионов рублей.") == "money"
    assert kind("La Turquie propose sa médiation.") == "mediation"


def test_a_state_that_agrees_after_requests_is_more_responsive_than_one_that_refuses() -> None:
    rows = []
    for n in range(24):
        day = f"202{n // 12}-{n % 12 + 1:02d}"
        rows += [
            event(f"q{n}", f"{day}-01", "SWE", "REQUEST", "EST"),
            event(f"y{n}", f"{day}-09", "EST", "AGREE", "SWE"),
        ]
        rows += [
            event(f"p{n}", f"{day}-01", "SWE", "REQUEST", "LVA"),
            event(f"r{n}", f"{day}-05", "LVA", "REJECT", "SWE"),
        ]
    curve = Basis(theatre(), None, Tables.from_rows(rows)).influence("SWE").curves["responsiveness"]
    willing, unwilling, silent = curve.draws.mean(axis=(0, 2))[:3]
    assert willing > 0.8
    assert unwilling < 0.2
    assert 0.3 < silent < 0.7
    assert curve.data_share[2].max() < 0.01


def test_unsure_events_are_left_out() -> None:
    rows = [event("e", "2021-01-05", "SWE", "CONSULT", "EST", confidence=0.3)]
    assert "cooperation" in Basis(theatre(), None, Tables.from_rows(rows)).influence("SWE").absent


def test_a_walk_of_shares_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    years = np.full(120, 7 / 365.25)
    inside, total = 0, 0
    for _ in range(20):
        logit = rng.standard_normal((3, 1)) + np.cumsum(np.sqrt(0.25 * years) * rng.standard_normal((3, 120)), axis=1)
        truth = 1 / (1 + np.exp(-logit))
        tries = rng.poisson(2.0, truth.shape)
        hits = rng.binomial(tries, rng.beta(20 * truth, 20 * (1 - truth)))
        found = shares(hits.astype(float), tries.astype(float), years, start=0.5, draws=300, rng=rng)
        low, high = np.quantile(found.draws, [0.05, 0.95], axis=0)
        inside += int(((truth >= low) & (truth <= high)).sum())
        total += truth.size
    assert 0.84 <= inside / total <= 0.96


def test_the_curves_come_out_as_a_table_with_the_region_under_the_theatres_name() -> None:
    table = steady().influence("SWE").to_arrow()
    assert table.column_names == [
        "power", "definition", "state", "period", "mean", "sd", "q05", "q95", "data_share",
    ]  # fmt: skip
    assert set(table["state"].to_pylist()) == {"EST", "LVA", "LTU", "toy"}
