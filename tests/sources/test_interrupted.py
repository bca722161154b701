"""A take that is killed leaves whole files behind, and taking again ends where an undisturbed one does."""

import datetime as dt
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tiltmeter import sources
from tiltmeter.store import Store

TODAY = dt.date(2024, 6, 1)
CODE = """
import datetime, sys
from tiltmeter import sources
from tiltmeter.store import Store
with Store.open(sys.argv[1], write=True) as store:
    print("ready", flush=True)
    sources.take(store, "icews", sys.argv[2], run="r", today=datetime.date(2024, 6, 1))
"""


def _folder(root: Path) -> Path:
    drawn = random.Random(3)
    folder = root / "files"
    folder.mkdir()
    for number in range(6):
        lines = ["date,source,source_iso,cameo,target,target_iso"]
        for row in range(400):
            code = drawn.choice(["042", "190", "111", "073"])
            lines.append(f"2022-03-{drawn.randrange(1, 29):02d},a{row % 30},KAZ,{code},b,RUS")
        (folder / f"{number:02d}.csv").write_text("\n".join(lines) + "\n")
    return folder


def _events(file: Path) -> list[dict[str, Any]]:
    with Store.open(file, write=False) as store:
        told: list[dict[str, Any]] = store.query("SELECT * FROM events ORDER BY key").to_pylist()
        return told


def test_a_killed_take_is_made_whole_by_taking_again(tmp_path: Path) -> None:
    folder, undisturbed = _folder(tmp_path), tmp_path / "undisturbed.duckdb"
    with Store.open(undisturbed, write=True) as store:
        sources.take(store, "icews", folder, run="r", today=TODAY)
    wanted = _events(undisturbed)
    for number, wait in enumerate((0.0, 0.1, 0.25)):
        file = tmp_path / f"{number}.duckdb"
        child = subprocess.Popen([sys.executable, "-c", CODE, str(file), str(folder)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert len(_events(file)) % 400 == 0  # whole files only
        with Store.open(file, write=True) as store:
            tallies = sources.take(store, "icews", folder, run="r", today=TODAY)
        assert sum(tally.stored + tally.duplicate for tally in tallies) == 2_400
        assert _events(file) == wanted
