"""A fit says what other choices would say, unless it is to be quick."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from tests.conftest import few, now
from tiltmeter.manifest import read
from tiltmeter.settings import load_theatre
from tiltmeter.workspace import MANY, Workspace


def test_a_quick_fit_leaves_other_choices_and_the_placebo_out_and_drops_older_ones(tmp_path: Path) -> None:
    workspace = few(Workspace.create(tmp_path / "w", theatre="central_asia", now=now))
    with resources.as_file(resources.files("tiltmeter.sample") / "votes.csv") as path:
        workspace.add("unga", [path])
    workspace.fit(only="votes")
    curve = workspace.sensitivity()
    assert curve is not None
    rows = curve.to_pylist()
    assert {row["choice"] for row in rows} >= {"base", "prior scale", "absence", "calls", "span"}
    assert {row["state"] for row in rows if row["choice"] == "base"} == set(workspace.theatre.states)
    placebo = read(workspace.folder / "fit" / "manifest.json")["placebo"]
    assert (placebo["shuffles"], placebo["states"]) == (1, 5)
    workspace.fit(only="votes", quick=True)
    assert workspace.sensitivity() is None
    assert read(workspace.folder / "fit" / "manifest.json")["placebo"] == {}


def test_all_members_are_more_than_a_fit_repeats_unasked() -> None:
    assert len(load_theatre("unga").states) > MANY
