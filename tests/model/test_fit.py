"""The fit: it finds known tilts, says what it does not know, and keeps its symmetries."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.model.tables import event, tables, theatre, votes_of
from tiltmeter import nouns
from tiltmeter.errors import ModelError
from tiltmeter.model import FitSettings, Panel, Tilt, World, fit, panel, simulate_world
from tiltmeter.model.panels import Mix

FEW = FitSettings(chains=2, draws=150, seed=5)
WEEKS = [dt.date(2020, 1, 8) + dt.timedelta(weeks=n) for n in range(100)]


@pytest.fixture(scope="module")
def world() -> World:
    return simulate_world(seed=11, weeks=120, calls=50)


@pytest.fixture(scope="module")
def tilt(world: World) -> Tilt:
    return fit(world.panel, settings=FEW)


def dealings(state: str, pole: str, good: int, bad: int, weeks: list[dt.date]) -> list[nouns.Event]:
    return [
        event(f"{state}{pole}{day}{n}", state, pole, "AID" if n < good else "SANCTION", day)
        for day in weeks
        for n in range(good + bad)
    ]


def test_known_tilts_are_found_within_their_intervals(world: World, tilt: Tilt) -> None:
    inside = (world.tilt >= tilt.q05) & (world.tilt <= tilt.q95)
    assert inside.mean() > 0.75
    assert np.corrcoef(world.tilt.ravel(), tilt.mean.ravel())[0, 1] > 0.85


def test_shapes_and_names_of_axes_agree(tilt: Tilt) -> None:
    states, periods = len(tilt.states), len(tilt.periods)
    assert tilt.draws.shape == (2, 150, states, periods)
    assert set(tilt.gauge_draws) == {"votes", "words", "deeds", "figures"} == set(tilt.gauge_share)
    assert tilt.pole_draws.shape == (2, 150, 2, periods)
    assert tilt.data_share.shape == (states, periods)
    assert set(tilt.closeness) == {"votes", "words", "deeds", "volume", "figures"}
    for near in tilt.closeness.values():
        assert near.draws(1).shape == near.prior(1).shape == (60, states, periods)
        assert near.share.shape == (2, states, periods)


def test_the_axis_holds_the_poles_reference_means(tilt: Tilt, world: World) -> None:
    low, high = world.panel.reference
    means = tilt.pole_draws[..., low:high].mean(axis=-1)
    np.testing.assert_allclose(means[..., 0], -1.0, atol=1e-4)
    np.testing.assert_allclose(means[..., 1], 1.0, atol=1e-4)


def test_a_fit_with_the_same_seed_is_the_same_and_another_seed_is_near(world: World, tilt: Tilt) -> None:
    again = fit(world.panel, settings=FEW)
    np.testing.assert_array_equal(again.draws, tilt.draws)
    other = fit(world.panel, settings=replace(FEW, seed=6))
    assert np.abs(other.mean - tilt.mean).max() < 0.6 * tilt.sd.max()


def test_saved_and_loaded_it_is_the_same(tilt: Tilt, tmp_path: Path) -> None:
    tilt.save(tmp_path / "fit" / "record")
    back = Tilt.load(tmp_path / "fit" / "record")
    np.testing.assert_array_equal(back.draws, tilt.draws)
    for name, near in tilt.closeness.items():
        np.testing.assert_array_equal(back.closeness[name].draws(1), near.draws(1))
    assert (back.states, back.periods, back.settings) == (tilt.states, tilt.periods, tilt.settings)
    assert back.diagnostics == tilt.diagnostics
    (tmp_path / "fit" / "record.json").write_text("{}", "utf-8")
    with pytest.raises(ModelError, match="no fit"):
        Tilt.load(tmp_path / "fit" / "record")


def test_swapping_the_poles_flips_the_sign() -> None:
    events = dealings("KAZ", "RUS", 3, 1, WEEKS) + dealings("KAZ", "UKR", 1, 2, WEEKS)
    one = fit(panel(**tables(events=events), theatre=theatre()), settings=FEW)
    poles = theatre().poles.model_copy(update={"a": "UKR", "b": "RUS"})
    other = fit(panel(**tables(events=events), theatre=theatre(poles=poles)), settings=FEW)
    assert one.mean[0].mean() < -0.2
    assert abs(one.mean[0].mean() + other.mean[0].mean()) < 0.15


def test_reordering_the_states_reorders_the_result() -> None:
    events = dealings("KAZ", "RUS", 3, 1, WEEKS) + dealings("KGZ", "UKR", 3, 0, WEEKS)
    one = fit(panel(**tables(events=events), theatre=theatre()), settings=FEW)
    other = fit(panel(**tables(events=events), theatre=theatre(states=("KGZ", "KAZ"))), settings=FEW)
    assert np.abs(one.mean.mean(axis=1) - other.mean.mean(axis=1)[::-1]).max() < 0.15


def test_telling_every_event_again_through_more_witnesses_changes_nothing() -> None:
    events = dealings("KAZ", "RUS", 2, 1, WEEKS)
    more = [replace(row, witnesses=9) for row in events]
    one = fit(panel(**tables(events=events), theatre=theatre()), settings=FEW)
    other = fit(panel(**tables(events=more), theatre=theatre()), settings=FEW)
    np.testing.assert_array_equal(one.draws, other.draws)


def doubled(seed: int, settings: FitSettings) -> tuple[Tilt, Tilt]:
    """A world's fit, and that of the same world with one dyad's events all told twice."""
    lone = simulate_world(seed=seed, weeks=100, kinds=("words", "deeds")).panel
    mix = lone.mix
    times = np.where((mix.state == 0) & (mix.power == 0), 2, 1)
    both = replace(mix, cooperative=times * mix.cooperative, total=times * mix.total)
    return fit(lone, settings=settings), fit(replace(lone, mix=both), settings=settings)


def test_doubled_coverage_with_the_same_mix_stays_inside_the_old_interval() -> None:
    one, two = doubled(4, FEW)
    low, high = one.quantile(0.25), one.quantile(0.75)
    assert ((two.mean > low) & (two.mean < high))[0].all()


@pytest.mark.slow
def test_doubled_coverage_with_the_same_mix_does_not_widen() -> None:
    pairs = [doubled(seed, replace(FEW, chains=6)) for seed in range(4, 12)]
    # a single ratio has a sampling error of some 4 %
    assert np.mean([two.sd[0].mean() / one.sd[0].mean() for one, two in pairs]) < 1.05


def test_a_jump_is_a_jump_and_no_ramp() -> None:
    before, after = WEEKS[:50], WEEKS[50:]
    events = dealings("KAZ", "RUS", 6, 1, before) + dealings("KAZ", "RUS", 1, 6, after)
    events += dealings("KAZ", "UKR", 1, 6, before) + dealings("KAZ", "UKR", 6, 1, after)
    found = fit(panel(**tables(events=events), theatre=theatre()), settings=FEW)
    where = found.period(WEEKS[50])
    assert found.jumps["KAZ"][where - 1 : where + 2].sum() > 0.8
    across = found.mean[0, where + 2] - found.mean[0, where - 2]
    assert across > 0.6 * (found.mean[0, -1] - found.mean[0, 0])
    assert found.jumps["KGZ"].max() < 0.1


def test_a_state_without_evidence_keeps_its_prior_and_says_so() -> None:
    found = fit(panel(**tables(events=dealings("KAZ", "RUS", 2, 1, WEEKS)), theatre=theatre()), settings=FEW)
    assert found.data_share[1].max() < 0.2 < found.data_share[0].max()
    assert found.sd[1].mean() > found.sd[0].mean()


def test_a_gauge_without_data_is_not_there() -> None:
    found = fit(panel(**tables(events=dealings("KAZ", "RUS", 2, 1, WEEKS)), theatre=theatre()), settings=FEW)
    assert set(found.gauge_draws) == {"deeds"}
    with pytest.raises(ModelError, match="words"):
        found.paths("words")


def test_only_votes_gives_the_votes_gauge(world: World) -> None:
    found = fit(world.panel, settings=replace(FEW, only="votes"))
    assert found.gauges == ("votes",)
    np.testing.assert_array_equal(found.draws, found.gauge_draws["votes"])
    assert np.corrcoef(world.gauges["votes"].mean(axis=1), found.mean.mean(axis=1))[0, 1] > 0.9
    table = found.positions_arrow().to_pydict()
    first = [mean for mean, period in zip(table["mean"], table["period"], strict=True) if period == found.periods[0]]
    assert abs(np.mean(first)) < 1e-6
    assert np.std(first) == pytest.approx(1.0, abs=1e-6)


def test_without_any_evidence_it_is_refused() -> None:
    with pytest.raises(ModelError, match="nothing to fit") as caught:
        fit(panel(**tables(), theatre=theatre()), settings=FEW)
    assert caught.value.mend


BAD: dict[str, dict[str, Any]] = {
    "one roll call": {"votes": {"KAZ": "y", "RUS": "n", "UKR": "y"}},
    "a unanimous one beside it": {"votes": {"KAZ": "yy", "RUS": "ny", "UKR": "yy"}},
    "a state with two votes": {"votes": {"KAZ": "ya......", "RUS": "nnnnnnnn", "UKR": "yyyyyyyy", "KGZ": "xxxxxxxx"}},
    "one event": {"events": [event("1", "KAZ", "RUS", "AID", WEEKS[3])]},
    "a pole without events": {"events": dealings("KAZ", "RUS", 1, 0, WEEKS[:5])},
    "empty weeks": {"events": dealings("KAZ", "UKR", 1, 1, WEEKS[::17])},
    "one figure": {"figures": [WEEKS[5]]},
    "figures that never vary": {"figures": WEEKS[:30]},
    "a pole that does not vote, but events": {
        "votes": {"KAZ": "y", "RUS": "n"}, "events": dealings("KAZ", "RUS", 1, 1, WEEKS[:4]),
    },
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("grid", ["week", "month"])
def test_poor_input_gives_a_wide_answer_and_no_crash(case: str, grid: str) -> None:
    given = BAD[case]
    days = [WEEKS[10 * n] for n in range(8)]
    calls, votes = (
        votes_of(given["votes"], days=days[: max(map(len, given["votes"].values()))]) if "votes" in given else ([], [])
    )
    figures = [
        nouns.Figure("sums", str(day), "r", "KAZ", "RUS", day, day, "signed_sum", 3.0)
        for day in given.get("figures", [])
    ]
    made: Panel = panel(
        **tables(calls=calls, votes=votes, events=given.get("events"), figures=figures), theatre=theatre(grid=grid)
    )
    found = fit(made, settings=replace(FEW, draws=60))
    assert np.isfinite(found.draws).all()
    assert (found.sd > 0.1).all()
    assert found.data_share.max() < 0.95


VOTES = [case for case in BAD if set(BAD[case]) == {"votes"}]


@pytest.mark.parametrize("case", VOTES)
def test_sessions_of_few_votes_give_a_wide_answer_and_no_crash(case: str) -> None:
    votes = BAD[case]["votes"]
    # one vote in a session, for as many sessions as there are
    days = [dt.date(2014 + n, 11, 5) for n in range(max(map(len, votes.values())))]
    calls, rows = votes_of(votes, days=days)
    calls = [replace(call, session=69 + n) for n, call in enumerate(calls)]
    span: dict[str, Any] = {"span": ["2014-09-01", "2022-08-31"], "reference": ["2014-09-01", "2022-08-31"]}
    made = panel(**tables(calls=calls, votes=rows), theatre=theatre(grid="session", **span))
    found = fit(made, settings=replace(FEW, draws=60))
    at = found.state("KAZ")
    there = np.isfinite(found.mean[at])
    assert there.any()
    assert (found.sd[at, there] > 0.1).all()
    assert found.data_share[at, there].max() < 0.95


def test_a_state_that_comes_late_or_dissolves_has_a_tilt_only_while_it_was_there() -> None:
    days = [dt.date(2014 + n, 11, 5) for n in range(8)]
    choices = {"KAZ": "..yayaya", "KGZ": "nnnaa...", "RUS": "nnnnnnnn", "UKR": "yyyyyyyy", "POL": "yyyayyyy"}
    calls, rows = votes_of(choices, days=days)
    calls = [replace(call, session=69 + n) for n, call in enumerate(calls)]
    span: dict[str, Any] = {"span": ["2014-09-01", "2022-08-31"], "reference": ["2014-09-01", "2022-08-31"]}
    made = panel(**tables(calls=calls, votes=rows), theatre=theatre(states=("KAZ", "KGZ"), grid="session", **span))
    found = fit(made, settings=replace(FEW, draws=60))
    there = np.isfinite(found.mean)
    assert there[0].tolist() == [False] * 2 + [True] * 6
    assert there[1].tolist() == [True] * 5 + [False] * 3
    np.testing.assert_array_equal(there, found.present)


def test_a_flood_of_one_week_moves_little_more_than_a_busy_week() -> None:
    quiet = dealings("KAZ", "RUS", 2, 1, WEEKS)
    busy = quiet + [event(f"b{n}", "KAZ", "RUS", "SANCTION", WEEKS[50]) for n in range(15)]
    flood = quiet + [event(f"f{n}", "KAZ", "RUS", "SANCTION", WEEKS[50]) for n in range(400)]
    one, two, three = (fit(panel(**tables(events=e), theatre=theatre()), settings=FEW) for e in (quiet, busy, flood))
    where = one.period(WEEKS[50])
    small, large = two.mean[0, where] - one.mean[0, where], three.mean[0, where] - one.mean[0, where]
    assert large < 3.0 * max(small, 0.05)


def test_settings_out_of_range_are_refused() -> None:
    wrongs: list[dict[str, Any]] = [{"only": "deeds"}, {"chains": 0}, {"step_year": -1.0}, {"absence": "no"}]
    for wrong in wrongs:
        with pytest.raises(ModelError) as caught:
            FitSettings(**wrong)
        assert caught.value.mend


def test_the_mix_of_a_world_is_what_its_truth_says(world: World) -> None:
    mix: Mix = world.panel.mix
    assert (mix.cooperative <= mix.total).all()
    near = mix.power == (world.tilt[mix.state, mix.time] > 0)
    share = mix.cooperative / mix.total
    assert share[near].mean() > share[~near].mean()
