"""
Verbs killed at random moments and run again end where an undisturbed run does: every row, every answer.

`TILTMETER_KILLS` is the number of kills, shared among the verbs (200 without it).
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import few, now
from tiltmeter import bundle as sample
from tiltmeter.coder.build import Bundle
from tiltmeter.manifest import rows
from tiltmeter.workspace import Workspace

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("TILTMETER_KILLS", "200"))
BULK = 20_000
"""Rows of the made-up ICEWS file: enough that a kill falls into the reading of it."""

# a server that has everything imported forks a child for each try: the kills fall into the work, not into imports
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tiltmeter.workspace", "tiltmeter.coder", "tiltmeter.model", "tiltmeter.manifest"])


def _add(folder: Path) -> None:
    workspace = Workspace.open(folder, now=now)
    workspace.add("icews", [folder.parent / "bulk.csv"])
    sample.fill(workspace)


def _code(folder: Path) -> None:
    Workspace.open(folder, now=now).code()


def _fit(folder: Path) -> None:
    Workspace.open(folder, now=now).fit(only="votes")


VERBS: dict[str, Callable[[Path], None]] = {"add": _add, "code": _code, "fit": _fit}


def _state(folder: Path) -> dict[str, Any]:
    """All that must come out the same: rows of every table, and the answers of the fit."""
    with Workspace.open(folder, now=now).reading() as store:
        told: dict[str, Any] = dict(rows(store))
    manifest = folder / "fit" / "manifest.json"
    return told | (
        {name: json.loads(manifest.read_text("utf-8"))[name] for name in ("answers", "placebo")}
        if manifest.exists()
        else {}
    )


def _started(verb: str, folder: Path) -> Any:
    child = FORKS.Process(target=VERBS[verb], args=(folder,))
    child.start()
    return child


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> dict[str, tuple[Path, Path, float]]:
    """By verb: the workspace before it, the one after an undisturbed run, and how long that took in seconds."""
    assert bundle  # trained: no kill falls into a training
    home = tmp_path_factory.mktemp("killed")
    drawn = random.Random(7)
    lines = ["date,source,source_iso,cameo,target,target_iso"]
    for row in range(BULK):
        pair = drawn.sample(["KAZ", "RUS", "UKR", "TJK", "KGZ"], 2)
        day = f"2022-{drawn.randrange(1, 13):02d}-{drawn.randrange(1, 29):02d}"
        lines.append(f"{day},a{row},{pair[0]},{drawn.choice(['042', '190', '111', '073'])},b{row},{pair[1]}")
    (home / "bulk.csv").write_text("\n".join(lines) + "\n")
    few(Workspace.create(home / "new", theatre="central_asia", now=now))
    found, stage = {}, home / "new"
    for verb in VERBS:
        for place in ("first", "after"):  # what is compiled or cached on the first run is no part of the time
            shutil.copytree(stage, home / f"{place}-{verb}")
            began = time.monotonic()
            child = _started(verb, home / f"{place}-{verb}")
            child.join()
            assert child.exitcode == 0
        assert _state(home / f"first-{verb}") == _state(home / f"after-{verb}")
        found[verb] = (stage, home / f"after-{verb}", time.monotonic() - began)
        stage = home / f"after-{verb}"
    return found


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_killed_at_any_moment_is_made_whole_by_running_it_again(
    before: dict[str, tuple[Path, Path, float]], verb: str
) -> None:
    start, end, seconds = before[verb]
    wanted, drawn = _state(end), random.Random(verb)
    disturbed = 0
    for number in range(max(1, KILLS // len(VERBS))):
        folder = start.parent / f"{verb}-{number}"
        shutil.copytree(start, folder)
        child = _started(verb, folder)
        time.sleep(drawn.uniform(0, seconds))
        disturbed += child.is_alive()
        child.kill()
        child.join()
        again = _started(verb, folder)
        again.join()
        assert again.exitcode == 0
        assert _state(folder) == wanted, f"kill {number}"
        shutil.rmtree(folder)
    # the figure is what one runs this for
    print(f"\n{verb}: {disturbed} of {number + 1} killed while at work; each came out whole")  # noqa: T201
    assert disturbed
