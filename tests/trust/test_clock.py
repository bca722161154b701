"""A clock that is set back or stands wrong: what came last is told by the order of runs, and nothing is lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tiltmeter.manifest import rows
from tiltmeter.watch import Look, looks
from tiltmeter.workspace import Workspace

VOTES = "symbol,date,iso3,vote\n"


class Clock:
    """A clock that can be set."""

    def __init__(self, at: str) -> None:
        self.at = dt.datetime.fromisoformat(at)

    def __call__(self) -> dt.datetime:
        self.at += dt.timedelta(seconds=1)
        return self.at


def file(path: Path, number: int, day: str = "2022-03-02") -> Path:
    path.write_text(f"{VOTES}A/RES/76/{number},{day},KAZ,yes\nA/RES/76/{number},{day},RUS,no\n", "utf-8")
    return path


def looked(workspace: Workspace, path: Path) -> None:
    """A look of `watch`, as it marks itself, that brings one file of a report."""
    with workspace.writing("watch"):
        pass
    path.write_text(f"Kazakhstan sent medicine to Ukraine. This is the {path.stem} report.", "utf-8")
    workspace.add("reports", [path])


def test_the_last_look_is_the_last_one_though_its_clock_was_set_back(tmp_path: Path) -> None:
    clock = Clock("2026-11-01T12:00:00")
    workspace = Workspace.create(tmp_path / "w", theatre="central_asia", now=clock)
    looked(workspace, tmp_path / "first.txt")
    looked(workspace, tmp_path / "second.txt")
    clock.at = dt.datetime(2020, 1, 1)
    looked(workspace, tmp_path / "third.txt")
    ids = [row["id"] for row in workspace.table("runs").to_pylist()]
    assert ids[0] != "init-1"  # by the clock the last came first
    (told,) = workspace.table("changes").to_pylist()
    assert (told["what"], told["rows"]) == ("document", 1)


def test_rows_of_days_that_a_slow_clock_calls_future_are_rejected_and_taken_once_it_is_right(tmp_path: Path) -> None:
    clock = Clock("2000-01-01T00:00:00")
    workspace = Workspace.create(tmp_path / "w", theatre="central_asia", now=clock)
    votes = file(tmp_path / "votes.csv", 1)
    (tally,) = workspace.add("unga", [votes])
    assert (tally.stored, tally.rejected) == (0, tally.read)
    clock.at = dt.datetime(2026, 11, 1)
    (tally,) = workspace.add("unga", [votes])
    assert tally.read == tally.stored + tally.duplicate + tally.outside + tally.rejected
    assert (tally.stored, tally.rejected) == (tally.read, 0)


@pytest.mark.slow
def test_a_clock_that_jumps_between_verbs_changes_no_row(tmp_path: Path) -> None:
    found = []
    for number, hours in enumerate(((0, 0), (-48, +1))):
        clock = Clock("2026-11-01T12:00:00")
        workspace = Workspace.create(tmp_path / str(number), theatre="central_asia", now=clock)
        for name, jump in enumerate(hours):
            workspace.add("unga", [file(tmp_path / f"{name}.csv", name)])
            clock.at += dt.timedelta(hours=jump)
        with workspace.reading() as store:
            found.append(rows(store))
    assert found[0] == found[1]


def test_a_clock_that_is_set_back_makes_no_pause_between_looks_longer() -> None:
    clock, slept = Clock("2026-11-01T12:00:00"), list[float]()

    def look() -> Look:
        clock.at -= dt.timedelta(days=400)
        return Look(clock(), 0, 0, 0, ())

    every = looks(look, every=dt.timedelta(minutes=15), sleep=slept.append, now=clock)
    assert next(every).at > next(every).at
    assert slept == [900.0]
