"""Coding in a workspace goes on where it was killed, and comes out the same by one process or two."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, now
from tiltmeter.coder.build import Bundle
from tiltmeter.engines import Engine
from tiltmeter.nouns import Document
from tiltmeter.workspace import BLOCK, Workspace

TEXTS = (
    "Kazakhstan condemned Russia.",
    "Uzbekistan sent medicine to Ukraine.",
    "Tajik and Chinese ministers met in Dushanbe.",
    "Nothing happened in the capital today.",
)


def filled(folder: Path, size: int) -> Workspace:
    made = Workspace.create(folder, theatre="central_asia", now=now)
    start = dt.date(2020, 1, 1)
    with made.writing("add") as (store, run):
        store.add(
            [
                Document("reports", f"{n:05}", run, TEXTS[n % len(TEXTS)], "en", start + dt.timedelta(n))
                for n in range(size)
            ]
        )
    return made


def events(workspace: Workspace) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k != "run"} for row in workspace.table("events").to_pylist()]


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.conftest import now
from tiltmeter.engines import Engine
from tiltmeter.workspace import Workspace
def stop(share):
    os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    Workspace.open(Path(sys.argv[1]), now=now).code(engine=Engine(jobs=int(sys.argv[2])), progress=stop)
"""


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_run_is_made_whole_by_the_next(jobs: int, tmp_path: Path, bundle: Bundle) -> None:
    size = 3 * BLOCK + 17
    whole = filled(tmp_path / "whole", size)
    assert whole.code(bundle=bundle)["documents"] == size
    cut = filled(tmp_path / "cut", size)
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    done = subprocess.run([sys.executable, script, cut.folder, str(jobs)], env=environment, timeout=120)
    assert done.returncode == -signal.SIGKILL
    counts = cut.code(bundle=bundle)
    assert counts["documents"] == size - BLOCK
    assert events(cut) == events(whole)
    assert cut.code(bundle=bundle) == {"documents": 0, "events": 0, "abstained": 0}


@pytest.mark.slow
def test_two_processes_code_a_workspace_as_one_does(tmp_path: Path, bundle: Bundle) -> None:
    one, two = filled(tmp_path / "one", 2 * BLOCK), filled(tmp_path / "two", 2 * BLOCK)
    assert one.code(bundle=bundle) == two.code(engine=Engine(jobs=2))
    assert events(one) == events(two)
    assert len(events(one)) > BLOCK
