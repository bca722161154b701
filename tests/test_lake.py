"""A workspace whose bulk events lie in the lake answers as one that has them in its store."""

import dataclasses
import datetime as dt
import random
from pathlib import Path

import numpy as np
import pytest

from tiltmeter.model import panel
from tiltmeter.store import Store
from tiltmeter.workspace import Workspace

NOW = dt.datetime(2024, 6, 1)


def _rows(path: Path, *, rows: int = 600) -> Path:
    drawn = random.Random(rows)
    sides = ["KAZ", "KGZ", "UZB", "TKM", "TJK", "RUS", "UKR", "USA", "CHN", "FRA", "CSTO"]
    lines = ["date,source,source_iso,cameo,target,target_iso"]
    for _ in range(rows):
        giver, taker = drawn.sample(sides, 2)
        day = dt.date(2021, 1, 1) + dt.timedelta(days=drawn.randrange(900))
        lines.append(f"{day},{giver},{giver},{drawn.choice(['042', '190', '111', '073'])},{taker},{taker}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "w", theatre="central_asia", now=lambda: NOW)
    made.add("icews", [_rows(tmp_path / "a.csv")])
    return made


def test_the_panel_counts_the_lake_as_it_would_count_the_store(workspace: Workspace) -> None:
    assert list((workspace.folder / "tiltmeter.lake" / "icews").glob("*/*.parquet"))
    told = workspace.table("events")
    assert told.num_rows > 500
    keys = told["key"].to_pylist()
    assert keys == sorted(keys)
    names = ("votes", "rollcalls", "events", "figures", "facts")
    tables = {name: workspace.table(name) for name in names}
    whole = panel(**tables, theatre=workspace.theatre, confidence=workspace.settings.confidence)
    found = workspace.panel()
    assert found.mix.total.sum() > 50
    for field in dataclasses.fields(found.mix):
        np.testing.assert_array_equal(getattr(found.mix, field.name), getattr(whole.mix, field.name))
    assert found.rows.sort_by("key").to_pylist() == whole.rows.sort_by("key").to_pylist()


def test_taking_a_file_again_needs_no_reading_unless_it_changed(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiltmeter.sources._shared.guarded", lambda *_: pytest.fail("it was read"))
    (again,) = workspace.add("icews", [tmp_path / "a.csv"])
    assert (again.read, again.stored) == (600, 0)
    assert again.read == again.duplicate + again.outside
    monkeypatch.undo()
    with (tmp_path / "a.csv").open("a") as file:
        file.write("2022-03-02,KAZ,KAZ,042,RUS,RUS\n")
    (again,) = workspace.add("icews", [tmp_path / "a.csv"])
    assert (again.read, again.stored) == (601, 1)


@pytest.mark.slow
def test_an_interruption_leaves_the_files_before_it(workspace: Workspace, tmp_path: Path) -> None:
    paths = [_rows(tmp_path / f"{number}.csv", rows=100 + number) for number in range(3)]

    def step(what: str, _: float) -> None:
        if "2.csv" in what:
            raise KeyboardInterrupt

    before = workspace.table("events").num_rows
    with pytest.raises(KeyboardInterrupt):
        workspace.add("icews", paths, progress=step)
    between = workspace.table("events").num_rows
    assert between > before
    tallies = workspace.add("icews", paths)
    assert [tally.stored > 0 for tally in tallies] == [False, False, True]
    with Store.open(workspace.folder / "tiltmeter.duckdb", write=True) as store:
        named = {segment.path for segment in store.lake.segments()} if store.lake else set()
    assert {
        str(path.relative_to(workspace.folder / "tiltmeter.lake")) for path in workspace.folder.rglob("*.parquet")
    } == named
