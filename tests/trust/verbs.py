"""The verbs that write, each in a process of its own that something is done to; and what a workspace then holds."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import few, now
from tiltmeter import bundle as sample
from tiltmeter import cli
from tiltmeter.coder.build import Bundle
from tiltmeter.manifest import rows
from tiltmeter.workspace import Workspace

BULK = 5_000
"""Rows of the made-up ICEWS file: enough that a disturbance falls into the reading of it."""

# a server that has everything imported forks a child for each try: what is done falls into the work, not into imports
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.trust.verbs", "tiltmeter.coder", "tiltmeter.model", "tiltmeter.questions.placebo"])

SAID = Path(tempfile.gettempdir()) / f"tiltmeter-said-{os.getuid()}-"
"""Where verbs write what they say, by workspace: on another disk than the one that is full."""
VERBS = ("add", "code", "fit")


@dataclass(frozen=True)
class Stage:
    """A verb with the workspace before it, the one after an undisturbed run, and how long that took in seconds."""

    verb: str
    start: Path
    end: Path
    seconds: float

    def copy(self, folder: Path) -> Path:
        shutil.copytree(self.start, folder, dirs_exist_ok=True)
        return folder

    def started(self, folder: Path, *, largest: int = 0) -> Any:
        """The verb at work on a workspace, as a process; what it says goes to a file beside, see `said`."""
        child = FORKS.Process(
            target=_run, args=(self.verb, folder, self.start.parent / "bulk.csv", _beside(folder), largest)
        )
        child.start()
        return child

    def again(self, folder: Path) -> None:
        """The verb once more, undisturbed: it must do, and the workspace be what it would have been."""
        child = self.started(folder)
        child.join()
        assert child.exitcode == 0, said(folder)
        assert state(folder) == state(self.end)


def said(folder: Path) -> list[str]:
    """Lines that the verb last run on a workspace wrote to standard error."""
    return _beside(folder).read_text("utf-8").splitlines()


def ended_in_order(child: Any, folder: Path) -> bool:
    """Whether a verb came to its end; if not it must have said why in two lines."""
    told = said(folder)
    assert child.exitcode in (0, 2), told
    assert child.exitcode == 0 or (len(told) == 2 and told[1].startswith("  Mend: ")), told
    return bool(child.exitcode == 0)


def state(folder: Path) -> dict[str, Any]:
    """All that must come out the same: rows of every table, and the answers of the fit."""
    with Workspace.open(folder, now=now).reading() as store:
        told: dict[str, Any] = dict(rows(store))
    manifest = folder / "fit" / "manifest.json"
    kept = json.loads(manifest.read_text("utf-8")) if manifest.exists() else {}
    return told | {name: kept[name] for name in ("answers", "placebo") if name in kept}


def stages(home: Path, bundle: Bundle) -> dict[str, Stage]:
    """A stage for each verb, in the order in which one follows on another."""
    assert bundle  # trained: nothing falls into a training
    drawn = random.Random(7)
    lines = ["date,source,source_iso,cameo,target,target_iso"]
    for row in range(BULK):
        pair = drawn.sample(["KAZ", "RUS", "UKR", "TJK", "KGZ"], 2)
        day = f"2022-{drawn.randrange(1, 13):02d}-{drawn.randrange(1, 29):02d}"
        lines.append(f"{day},a{row % 300},{pair[0]},{drawn.choice(['042', '190', '111', '073'])},b{row},{pair[1]}")
    (home / "bulk.csv").write_text("\n".join(lines) + "\n")
    few(Workspace.create(home / "new", theatre="central_asia", now=now))
    found, before = {}, home / "new"
    for verb in VERBS:
        for place in ("first", "after"):  # what is compiled or cached on the first run is no part of the time
            folder = home / f"{place}-{verb}"
            stage = Stage(verb, before, folder, 0.0)
            began = time.monotonic()
            child = stage.started(stage.copy(folder))
            child.join()
            assert child.exitcode == 0, said(folder)
            found[verb] = Stage(verb, before, folder, time.monotonic() - began)
        assert state(home / f"first-{verb}") == state(home / f"after-{verb}")
        before = home / f"after-{verb}"
    return found


def _beside(folder: Path) -> Path:
    return SAID.with_name(f"{SAID.name}{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}.txt")


def _run(verb: str, folder: Path, bulk: Path, told: Path, largest: int) -> None:
    """In the child: the verb as the command line runs it, no file larger than so many bytes."""
    with told.open("w", encoding="utf-8") as into:
        os.dup2(into.fileno(), 2)
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process lives
    if largest:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    with cli.ending(verb):
        _verb(verb, folder, bulk)


def _verb(verb: str, folder: Path, bulk: Path) -> None:
    workspace = Workspace.open(folder, now=now)
    if verb == "add":
        workspace.add("icews", [bulk])
        sample.fill(workspace)
    elif verb == "code":
        workspace.code()
    else:
        workspace.fit(only="votes")
