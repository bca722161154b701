"""The map draws what the United Nations say belongs together, in the colours of the tilt, grey where data are few."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.questions import toy
from tests.show.conftest import TODAY, bases, made
from tiltmeter.questions.basis import Basis
from tiltmeter.questions.scenario import play
from tiltmeter.scenarios import Scenario
from tiltmeter.settings import load_theatre
from tiltmeter.show.charts import svg
from tiltmeter.show.map import map_
from tiltmeter.show.names import words
from tiltmeter.show.report import report
from tiltmeter.show.shapes import _inside, _points, _rings, ground
from tiltmeter.show.view import Extras, view


def holder(lon: float, lat: float) -> list[str]:
    """The codes of the countries that a place is drawn in."""
    at = np.array([lon]), np.array([lat])
    return [
        code
        for code, polygons in _rings().items()
        if any(_inside(*at, np.array(_points(polygon[0])))[0] for polygon in polygons)
    ]


@pytest.mark.parametrize(
    ("place", "code"),
    [((34.1, 45.1), "UKR"),
     ((-13.2, 24.5), "ESH"), ((-15.6, 22.4), "ESH"), ((-7.6, 31.6), "MAR"), ((33.6, 35.25), "CYP"),
     ((45.0, 9.6), "SOM"), ((71.4, 51.1), "KAZ"), ((37.6, 55.7), "RUS")],
)  # fmt: skip
def test_places_are_where_the_united_nations_say(place: tuple[float, float], code: str) -> None:
    assert holder(*place) == [code]


@pytest.mark.parametrize("name", ["central_asia", "south_caucasus", "unga"])
def test_every_theatre_has_a_small_map(name: str) -> None:
    theatre = load_theatre(name)
    found = ground(theatre.states)
    assert found is not None
    assert len(json.dumps(found.topology)) < 250_000
    assert found.world == (name == "unga")
    # small islands and states that are no more have no shape at this scale
    assert len(found.places) > 0.9 * len([code for code in theatre.states if code in _rings()])


def test_states_without_a_shape_have_no_map() -> None:
    assert ground(["YUG", "DDR"]) is None


@pytest.mark.slow
def test_the_map_is_coloured_by_tilt_and_grey_where_little_is_known() -> None:
    poles = {"pole_a": "A", "pole_b": "B"}
    land = ground(["EST", "LVA", "LTU"])
    assert land is not None
    spec = map_(dict(words("en")) | poles, land, poles=("SWE", "FIN"))
    rows = [{**place, "mid": -0.9, "share": share} for share, place in zip((90, 90, 5), places(), strict=True)]
    drawn = svg(spec | {"datasets": spec["datasets"] | {"place": rows, "around": []}})
    assert drawn.count('fill="var(--d0)"') > 2
    assert 'fill="var(--weak)"' in drawn


def places() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made().places["states"]
    return found


@pytest.mark.slow
def test_scenarios_are_told_with_and_without_the_event() -> None:
    record, _ = bases()
    assert record.tilt is not None
    here = Basis(record.theatre, record.tilt, record.tables)
    asked = Scenario(id="b", kind="base_closes", state="EST", text={"en": "A <b>base</b> closes"})
    shown = view(record=here, extras=Extras(plays=[play(asked, basis=here)], no_forecast="no weeks"), today=TODAY)
    (one,) = shown.scenarios
    assert set(one["fans"]) == {"tilt"}
    assert set(one["missing"]) == {"crisis", "cooperation", "conflict"}
    text = report(shown, static=False)
    assert "A &lt;b&gt;base&lt;/b&gt; closes" in text
    assert 'data-fan="tilt"' in text
    assert "no weeks" in text


def test_a_scenario_must_be_about_a_state_of_its_theatre() -> None:
    with pytest.raises(ValueError, match="scenario b is about POL"):
        toy.theatre(scenarios=[{"id": "b", "kind": "unrest", "state": "POL"}])


def test_every_bundled_scenario_has_its_sentence_in_the_languages_of_the_title() -> None:
    for name in ("central_asia", "south_caucasus"):
        theatre = load_theatre(name)
        assert len(theatre.scenarios) >= 2
        assert all(set(one.text) == set(theatre.title) for one in theatre.scenarios)
