from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from tiltmeter.questions.basis import Basis
from tiltmeter.questions.tables import Tables
from tiltmeter.questions.verdict import Verdict, to_json, turning_point, verdicts

from .toy import moved, steady, theatre


def outcome(*gauges: str, by: float = 0.5) -> Verdict:
    basis = steady()
    for gauge in gauges:
        basis = moved(basis, gauge, by, since="2021-07-01")
    return verdicts(record=basis)[0]


@pytest.mark.parametrize(
    ("gauges", "expected"),
    [
        (("words", "deeds"), "emancipation"),
        (("words",), "defiance in words only"),
        (("deeds",), "quiet drift"),
        ((), "no change"),
    ],
)
def test_planted_shifts_get_their_name(gauges: tuple[str, ...], expected: str) -> None:
    found = outcome(*gauges).record_only
    assert found.outcome == expected
    assert found.probabilities is not None
    assert sum(found.probabilities.values()) == pytest.approx(1.0, abs=1e-3)


def test_a_move_toward_pole_a_is_no_emancipation() -> None:
    found = outcome("words", "deeds", by=-0.3).record_only
    assert found.outcome == "no change"
    assert found.moves["words"].toward > 0.95


def test_without_deeds_the_verdict_is_undecided_and_votes_stand_for_words() -> None:
    basis = steady()
    assert basis.tilt is not None
    del basis.tilt.gauge_draws["deeds"], basis.tilt.gauge_draws["words"]
    found = verdicts(record=basis)[0].record_only
    assert (found.outcome, found.probabilities) == ("undecided", None)
    assert "deeds" in found.why
    assert "votes" in found.moves


def test_both_bases_are_told_apart() -> None:
    found = verdicts(record=steady(), written=moved(steady(), "words", 0.5, since="2021-07-01"))[0]
    assert found.with_written.outcome == "defiance in words only"
    assert found.record_only.outcome == "no change"


def test_the_times_compared_are_the_reference_and_since_the_war() -> None:
    found = outcome()
    assert found.before == (dt.date(2020, 1, 1), dt.date(2021, 6, 30)) or found.before[1] == dt.date(2021, 6, 30)
    assert found.after == (dt.date(2021, 7, 1), dt.date(2022, 12, 31))
    assert turning_point(theatre(moments=())) == dt.date(2021, 7, 1)


def test_without_a_fit_there_is_no_verdict_but_a_reason() -> None:
    found = verdicts(record=Basis(theatre(), None, Tables.of()))
    assert [one.record_only.outcome for one in found] == ["undecided"] * 3
    assert found[0].record_only.why


def test_the_path_for_the_picture_is_short_and_json_holds_dates_as_text() -> None:
    found = outcome("words")
    assert 20 < len(found.record_only.path) <= 80
    assert to_json(found)["after"] == ["2021-07-01", "2022-12-31"]


def test_deeds_that_end_before_the_turning_point_measure_no_change_after_it() -> None:
    basis = steady()
    assert basis.tilt is not None
    late = basis.tilt.starts[:-1] >= np.datetime64("2021-06-28")
    evidence = basis.tilt.evidence | {"deeds": np.where(late, 0, basis.tilt.evidence["deeds"])}
    cut = Basis(basis.theatre, replace(basis.tilt, evidence=evidence), basis.tables)
    found = verdicts(record=cut)[0].record_only
    assert (found.outcome, found.probabilities) == ("undecided", None)
    assert "none both before and after" in found.why
