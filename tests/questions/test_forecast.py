from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from tiltmeter.errors import QuestionError
from tiltmeter.nouns import Event, RollCall, Vote
from tiltmeter.questions.basis import Basis
from tiltmeter.questions.forecast import forecast, next_between, weekly
from tiltmeter.questions.hawkes import Excitation, fit, simulate
from tiltmeter.questions.scenario import load_scenarios, play, scenario, told
from tiltmeter.questions.scenario import to_json as play_json
from tiltmeter.questions.score import crps, score
from tiltmeter.questions.tables import Tables
from tiltmeter.scenarios import Scenario

from .toy import event, fact, steady, theatre


def history(seed: int = 1, weeks: int = 120) -> list[Event]:
    rng = np.random.default_rng(seed)
    rows = []
    for week, count in enumerate(rng.poisson(3.0, weeks)):
        for n in range(count):
            day = dt.date(2020, 1, 6) + dt.timedelta(days=7 * week + int(rng.integers(0, 7)))
            rows.append(event(f"{week}/{n}", str(day), "SWE", "CONSULT", "EST"))
    rows.append(event("end", str(dt.date(2020, 1, 6) + dt.timedelta(days=7 * weeks)), "NOR", "CONSULT", "LVA"))
    return rows


def test_excitation_is_learnt_back_from_its_own_futures() -> None:
    true = Excitation(base=1.0, branching=0.6, memory=0.5, size=8.0)
    counts = simulate(true, np.array([2]), weeks=600, draws=1, rng=np.random.default_rng(4))[0]
    found = fit(counts)
    assert 0.4 < found.branching < 0.8
    assert 0.6 < found.base < 1.5


def test_a_forecast_covers_what_comes_as_often_as_it_says_and_beats_the_last_value() -> None:
    (found,) = forecast(Basis(theatre(), None, Tables.from_rows(history())), a="SWE", b="EST", quads=(1,))
    scores = {one.name: one for one in found.scores}
    own = scores["self-exciting"]
    assert own.coverage >= 0.85
    assert own.crps < scores["last value"].crps
    assert own.crps < scores["zero"].crps
    assert set(scores) == {"self-exciting", "zero", "last value", "climatology", "recurrency"}
    assert found.weeks[0].q05 <= found.weeks[0].mean <= found.weeks[0].q95
    assert 2.0 < found.weeks[0].mean < 4.0


def test_equal_seeds_give_equal_forecasts_whichever_side_comes_first() -> None:
    basis = Basis(theatre(), None, Tables.from_rows(history()))
    one, same = (forecast(basis, a="SWE", b="EST", quads=(1,), seed=3) for _ in range(2))
    assert one == same
    assert (
        weekly(basis.tables.events, "EST", "SWE").counts.sum() == weekly(basis.tables.events, "SWE", "EST").counts.sum()
    )


def test_the_week_that_is_not_over_is_no_count() -> None:
    first = event("first", "2020-01-06", "NOR", "CONSULT", "LVA")
    late = event("late", "2020-10-14", "SWE", "CONSULT", "EST")
    found = weekly(Tables.from_rows([first, *history(weeks=40), late]).events, "SWE", "EST")
    assert found.start == dt.date(2020, 1, 6)
    assert found.counts.shape == (4, 40)
    assert found.counts.sum() == found.rows.num_rows - 1


def test_what_comes_next_follows_what_came_lately() -> None:
    rows = [*history(), *(event(f"z{n}", f"2022-04-{n + 10}", "SWE", "THREATEN", "EST") for n in range(15))]
    found = next_between(Basis(theatre(), None, Tables.from_rows(rows)), a="SWE", b="EST")
    chance = {(one.giver, one.root): one.probability for one in found}
    assert sum(chance.values()) == pytest.approx(1.0, abs=0.01)
    assert chance["SWE", "CONSULT"] > chance["SWE", "THREATEN"] > chance["EST", "ASSAULT"] > 0


@pytest.mark.parametrize(
    ("a", "b", "weeks", "word"),
    [("SWE", "SWE", 4, "both sides"), ("SWE", "EST", 0, "weeks ahead"), ("SWE", "EST", 99, "weeks ahead")],
)
def test_senseless_forecasts_are_refused(a: str, b: str, weeks: int, word: str) -> None:
    with pytest.raises(QuestionError, match=word):
        forecast(Basis(theatre(), None, Tables.from_rows(history())), a=a, b=b, weeks=weeks)


def test_too_few_events_are_refused() -> None:
    for rows in ([], history(weeks=5)):
        with pytest.raises(QuestionError):
            forecast(Basis(theatre(), None, Tables.from_rows(rows)), a="SWE", b="EST")


def test_the_true_forecast_scores_best() -> None:
    rng = np.random.default_rng(5)
    came = [int(value) for value in rng.poisson(4.0, 400)]
    true, wide, off = (
        score(name, [rng.poisson(level, 300) * scale for _ in came], came)
        for name, level, scale in (("true", 4.0, 1), ("wide", 2.0, 2), ("off", 8.0, 1))
    )
    assert true.crps < min(wide.crps, off.crps)
    assert true.log_score < min(wide.log_score, off.log_score)
    assert crps(np.array([1, 2, 3]), 2) < crps(np.array([1, 2, 3]), 5)


def crises() -> Basis:
    rows = [*history(weeks=150)]
    for year in ("2020", "2021"):
        rows += [
            event(
                f"u{year}{n}",
                f"{year}-05-0{n}",
                "EST-CIV",
                "PROTEST",
                "EST",
                document=f"{year}{n}",
                sentence="A march.",
            )
            for n in range(2, 8)
        ]
    help_ = event("h", "2020-05-06", "SWE", "AID", "EST", document="h", sentence="Sweden sent peacekeepers.")
    calls = [RollCall("unga", f"c{n}", "", 75, dt.date(2021, 3, n + 1), f"c{n}") for n in range(8)]
    votes = [
        Vote("unga", f"c{n}/{code}", "", f"c{n}", code, choice)
        for n in range(8)
        for code, choice in (("SWE", "no"), ("FIN", "yes"), ("EST", "abstain"))
    ]
    base = steady()
    return Basis(
        base.theatre,
        base.tilt,
        Tables.from_rows([*rows, help_, *calls, *votes, fact("b", "border", "LVA", "LTU", None)]),
    )


def test_unrest_put_into_the_future_raises_its_weeks_and_leaves_those_before_alone() -> None:
    found = play(told("unrest EST 2023-02"), basis=crises())
    fan = found.fans["crisis"]
    onset = next(at for at, week in enumerate(found.weeks) if week > "2023-01-31") - 1
    assert fan.mean[:onset] == fan.base_mean[:onset]
    assert fan.mean[onset] > fan.base_mean[onset] + 2
    assert found.help is not None
    assert (found.help.cases, found.help.helped) == (2, 1)
    assert found.learnt["shock"]["past_crises"] == 2


def test_equal_seeds_give_equal_plays_and_json_is_plain() -> None:
    basis = crises()
    one, same = (play(told("unrest EST 2023-02"), basis=basis, seed=4) for _ in range(2))
    assert one == same
    assert json.loads(json.dumps(play_json(one)))["seed"] == 4


def test_a_base_that_closes_moves_the_tilt_away_from_its_owner() -> None:
    found = play(told("base_closes EST"), basis=crises())
    fan = found.fans["tilt"]
    assert fan.mean[-1] > fan.base_mean[-1] + 0.05
    assert found.help is None


def test_a_vote_is_foretold_from_past_votes_on_which_the_poles_were_split() -> None:
    found = play(told("vote EST"), basis=crises())
    assert found.vote is not None
    assert found.vote["abstain"][0] > 0.7
    assert sum(mean for mean, _, _ in found.vote.values()) == pytest.approx(1.0, abs=0.01)


def test_without_data_a_play_says_what_is_missing() -> None:
    found = play(told("unrest EST"), basis=Basis(theatre(), None, Tables.of()))
    assert set(found.missing) == {"crisis", "cooperation", "conflict", "tilt"}
    assert found.fans == {}


@pytest.mark.parametrize("text", ["", "party EST", "unrest", "unrest EST 2023-13", "unrest EST tomorrow"])
def test_what_is_no_scenario_is_refused(text: str) -> None:
    with pytest.raises(QuestionError) as caught:
        told(text)
    assert caught.value.mend


def test_a_strange_state_and_a_far_date_are_refused() -> None:
    for text in ("unrest JPN", "unrest EST 2040-01", "unrest EST 1999-01"):
        with pytest.raises(QuestionError):
            play(told(text), basis=crises())


def test_scenarios_are_read_from_toml_and_faults_named(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text('[[scenarios]]\nkind = "unrest"\nstate = "EST"\nstart = 2023-03-01\nsize = 20\n', "utf-8")
    assert load_scenarios(file) == [Scenario(kind="unrest", state="EST", start=dt.date(2023, 3, 1), size=20)]
    for text in ("", "x = [", '[[scenarios]]\nkind = "unrest"', '[[scenarios]]\nkind = "tea"\nstate = "EST"'):
        file.write_text(text, "utf-8")
        with pytest.raises(QuestionError):
            load_scenarios(file)
    with pytest.raises(QuestionError, match="extra"):
        scenario({"kind": "unrest", "state": "EST", "moon": "full"})
