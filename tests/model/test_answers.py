"""What is read off a fit: who moved, when it jumped, how it depends on choices, and the classical measures."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.model.tables import event, tables, theatre, votes_of
from tiltmeter.errors import ModelError
from tiltmeter.model import FitSettings, Tilt, World, fit, panel, simulate_world
from tiltmeter.model.classical import agreement, agreements, net_cooperation
from tiltmeter.model.movement import change_points, moves, who_moved
from tiltmeter.model.sensitivity import Choices, choices, specifications

FEW = FitSettings(chains=2, draws=100, seed=5)


@pytest.fixture(scope="module")
def world() -> World:
    return simulate_world(seed=21, weeks=120, calls=40)


@pytest.fixture(scope="module")
def tilt(world: World) -> Tilt:
    return fit(world.panel, settings=FEW)


def test_a_state_that_left_its_pole_is_said_to_have_moved_and_the_pole_is_not() -> None:
    weeks = [dt.date(2020, 1, 8) + dt.timedelta(weeks=n) for n in range(100)]
    deeds = [("AID", "SANCTION"), ("SANCTION", "AID")]
    events = [
        event(f"{week}{pole}{n}", "KAZ", pole, deeds[late][pole == "UKR"], week)
        for late, part in enumerate((weeks[:50], weeks[50:]))
        for week in part
        for pole in ("RUS", "UKR")
        for n in range(4)
    ]
    made = panel(**tables(events=events), theatre=theatre())
    found = fit(made, settings=FEW)
    moved = who_moved(found, made, state="KAZ", power="RUS", first=weeks[10], second=weeks[90])
    assert moved.summary()["state_away"] == pytest.approx(1.0, abs=0.02)
    assert np.allclose(moved.power, 0.0)
    assert moved.agenda is None
    rows = change_points(found).to_pylist()
    assert [row["state"] for row in rows] == ["KAZ"]
    assert abs((rows[0]["start"] - weeks[50]).days) < 35
    assert rows[0]["size"] > 0.3


def test_the_agenda_is_read_where_many_vote(world: World, tilt: Tilt) -> None:
    moved = who_moved(tilt, world.panel, state="S00", power="AAA", first="2018-03-01", second="2020-01-01")
    assert moved.agenda is not None
    assert abs(moved.agenda) < 1.0
    with pytest.raises(ModelError, match="no pole"):
        who_moved(tilt, world.panel, state="S00", power="O01", first="2018-03-01", second="2020-01-01")


def test_moves_have_a_row_per_state_and_pole_and_add_up(world: World, tilt: Tilt) -> None:
    first, second = dt.date(2018, 3, 1), dt.date(2020, 2, 1)
    rows = moves(tilt, world.panel, first=first, second=second).to_pylist()
    assert [(row["state"], row["power"]) for row in rows] == [(s, p) for p in tilt.poles for s in tilt.states]
    assert all(row["nearer"] == pytest.approx(row["by_state"] + row["by_power"]) for row in rows)
    # what brings a state to one pole takes it from the other
    one, other = rows[0], rows[len(tilt.states)]
    assert one["by_state"] == pytest.approx(-other["by_state"])
    assert one["state_away"] + other["state_away"] == pytest.approx(1.0, abs=0.02)
    with pytest.raises(ModelError, match="later than"):
        moves(tilt, world.panel, first=second, second=first)


def test_windows_and_dates_lead_to_periods(tilt: Tilt) -> None:
    assert tilt.periods[tilt.period("2018-01-10")] == "2018-W02"
    assert tilt.window("2018-01-03", "2018-01-17") == slice(0, 3)
    assert tilt.window_mean("2018-01-03", "2018-01-17").shape == (200, 5)
    np.testing.assert_allclose(tilt.at("S00", "2018-01-03"), tilt.paths()[:, 0, 0])
    for start, end in (("1990-01-01", "1991-01-01"), ("2018-02-01", "2018-01-01")):
        with pytest.raises(ModelError):
            tilt.window(start, end)
    with pytest.raises(ModelError, match="no such state"):
        tilt.state("XXX")


def test_the_table_of_a_tilt_has_its_contract_columns(tilt: Tilt) -> None:
    table = tilt.to_arrow()
    assert table.column_names[:6] == ["state", "period", "mean", "sd", "q05", "q95"]
    assert table.num_rows == len(tilt.states) * len(tilt.periods)
    low, mean, high = (np.array(table[name]) for name in ("q05", "mean", "q95"))
    assert ((low < mean) & (mean < high)).all()
    assert tilt.positions_arrow().column_names == ["state", "period", "mean", "sd", "q05", "q95"]


def test_a_specification_curve_has_a_row_per_choice_state_and_window(tmp_path: Path) -> None:
    world = simulate_world(seed=22, weeks=50, calls=10, kinds=("votes", "words"))
    window = (dt.date(2018, 3, 1), dt.date(2018, 6, 30))
    few = replace(FEW, chains=1, draws=30)
    found, base = choices(world.panel, settings=few), fit(world.panel, settings=few)
    rows = found.table(base, windows=[window]).to_pylist()
    assert len(rows) == 5 * len(list(specifications(world.panel)))
    own = {row["state"]: row["mean"] for row in rows if row["choice"] == "base"}
    odd = {row["state"]: row["mean"] for row in rows if row["option"] == "without words"}
    assert own == pytest.approx(dict(zip(base.states, base.window_mean(*window).mean(axis=0), strict=True)), abs=1e-5)
    assert own.keys() == odd.keys()
    assert own != odd
    found.save(tmp_path / "choices.npz")
    back = Choices.load(tmp_path / "choices.npz")
    assert (back.names, back.states, back.reasons) == (found.names, found.states, found.reasons)
    np.testing.assert_array_equal(back.paths, found.paths)
    with pytest.raises(ModelError, match="specification curve"):
        Choices.load(tmp_path / "none.npz")


@pytest.mark.slow
def test_a_fit_from_another_is_near_one_from_nowhere() -> None:
    made = simulate_world(seed=23, weeks=60, calls=20).panel
    few = replace(FEW, chains=2, draws=100)
    found, alone = choices(made, settings=few), fit(made, settings=replace(few, jumps=0))
    at = found.names.index(("jumps", "none"))
    assert np.abs(found.paths[at].mean(axis=0) - alone.mean).max() < 0.7 * alone.sd.max()
    assert found.paths[at].std(axis=0) == pytest.approx(alone.sd, rel=0.6)


def test_a_specification_that_leaves_nothing_says_why() -> None:
    day = dt.date(2020, 3, 4)
    calls, votes = votes_of({"KAZ": "y", "RUS": "n", "UKR": "y"}, days=[day])
    made = panel(**tables(calls=calls, votes=votes), theatre=theatre())
    few = replace(FEW, draws=20)
    rows = choices(made, settings=few).table(fit(made, settings=few), windows=[(day, day)]).to_pylist()
    assert any(row["reason"] and row["mean"] is None for row in rows)


def test_measures_of_agreement_at_their_corners() -> None:
    one = np.array([0, 2, 1, 0, 2, 3])
    same = agreement(one, one)
    assert (same["calls"], same["s"], same["pi"], same["kappa"]) == (5, 1.0, 1.0, 1.0)
    assert agreement(np.array([0, 2]), np.array([2, 0]))["s"] == -1.0
    assert np.isnan(agreement(np.array([3]), np.array([0]))["s"])
    assert np.isnan(agreement(np.array([0, 0]), np.array([0, 0]))["pi"])


def test_chance_correction_lowers_agreement_that_comes_from_habit() -> None:
    rng = np.random.default_rng(3)
    one, other = (rng.choice(3, 4000, p=[0.9, 0.05, 0.05]) for _ in range(2))
    found = agreement(one, other)
    assert found["s"] > 0.7
    assert abs(found["kappa"]) < 0.05
    assert abs(found["pi"]) < 0.05


def test_classical_tables_cover_every_pair_with_votes_or_events(world: World) -> None:
    assert agreements(world.panel).num_rows == 5 * 2 * 3
    net = net_cooperation(world.panel)
    assert sum(net["events"].to_pylist()) == int(world.panel.mix.total.sum())


@pytest.mark.slow
def test_the_check_says_how_far_the_fast_answer_is_from_the_exact_one() -> None:
    few = simulate_world(seed=2, weeks=60, kinds=("words", "figures")).panel
    found = fit(few, settings=replace(FEW, check=True)).diagnostics["check"]
    assert 0.9 < found["sd_ratio"][0] < 1.1
    assert 0.85 < found["cover_90"] < 0.94
    assert found["mean_gap"] < 0.4
