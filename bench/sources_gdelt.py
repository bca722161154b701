"""
GDELT from daily and 15-minute zips into the lake, and a dyad-week panel from it, beside `unzip -p | wc -l` and pandas.

Run as `python bench/sources_gdelt.py [ROWS…]` (default 1,000,000 and 10,000,000). The rows are drawn from the real
sample in the development data ($TILTMETER_DATA or `../shared/data`), each with an id and, over the days, a date of
its own. Seconds are of the clock; `cpu` are CPU-seconds of the process and its children: compare those where the
machine has other work. Needs about 250 MB of disk for each million rows.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

TODAY = dt.date(2026, 6, 1)
FIRST = dt.date(2016, 1, 4)
DAY = 100_000  # rows of a daily file; real ones have 50,000 to 200,000
QUARTER = 1_500  # rows of a 15-minute file


def main() -> None:
    """The table, a part in a process of its own so that each peak is its own."""
    print(f"{'what':34}{'rows':>11}{'seconds':>9}{'rows/s':>10}{'cpu':>8}{'rows/cpu':>10}{'peak MB':>9}", flush=True)
    for rows in [int(each) for each in sys.argv[1:]] or [1_000_000, 10_000_000]:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            daily(folder / "daily", rows)
            for part in ("unzip", "take", "again", "panel", *(["pandas"] if rows <= 1_000_000 else [])):
                run(part, folder / "daily", folder / "w", rows)
            if rows <= 1_000_000:
                quarters(folder / "quarters", rows)
                run("take", folder / "quarters", folder / "q", rows)


def run(part: str, files: Path, workspace: Path, rows: int) -> None:
    """One line of the table."""
    subprocess.run([sys.executable, __file__, "part", part, str(files), str(workspace), str(rows)], check=True)


def part(name: str, files: Path, workspace: Path, rows: int) -> None:
    """Measure a part and print its line."""
    do: dict[str, Callable[[], object]] = {
        "unzip": lambda: unzip(files), "take": lambda: take(files, workspace), "again": lambda: take(files, workspace),
        "panel": lambda: panel(workspace), "pandas": lambda: pandas(files),
    }  # fmt: skip
    if name == "pandas" and importlib.util.find_spec("pandas") is None:
        return
    start = time.perf_counter()
    note = do[name]()
    seconds = time.perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in used)
    peak = used[0].ru_maxrss / 1024
    what = f"{name} ({files.name})"
    print(
        f"{what:34}{rows:>11,}{seconds:>9.2f}{rows / seconds:>10,.0f}{cpu:>8.2f}{rows / cpu:>10,.0f}{peak:>9.0f}  "
        f"{note}"
    )


def unzip(files: Path) -> str:
    """What the machine can do at best: two processes that unpack and count."""
    command = f"ls {files}/*.zip | xargs -P 2 -I @ sh -c 'unzip -p @ | wc -l' > /dev/null"
    subprocess.run(command, shell=True, check=True)
    return ""


def take(files: Path, workspace: Path) -> str:
    """All files into the lake of a store."""
    from tiltmeter import sources
    from tiltmeter.store import Store

    workspace.mkdir(exist_ok=True)
    with Store.open(workspace / "s.duckdb", write=True) as store:
        name = "gdelt1" if files.name == "daily" else "gdelt2"
        tallies = sources.take(store, name, files, run="r", today=TODAY)
        store.consolidate()
    return f"{sum(tally.stored for tally in tallies):,} stored, {sum(tally.duplicate for tally in tallies):,} duplicate"


def panel(workspace: Path) -> str:
    """Dyad-week counts of each quad from the lake."""
    from tiltmeter.store import Store

    with Store.open(workspace / "s.duckdb", write=False) as store:
        start = time.perf_counter()
        rows = store.query(
            "SELECT giver, taker, date_trunc('week', \"start\") AS week, quad, count(*) AS n FROM events GROUP BY ALL"
        ).num_rows
        return f"{rows:,} dyad-weeks in {time.perf_counter() - start:.2f} s after opening"


def pandas(files: Path) -> str:
    """The usual way: each file into a frame, and the frames put together."""
    import pandas as pd  # type: ignore[import-untyped]

    frames = [pd.read_csv(each, sep="\t", header=None, low_memory=False) for each in sorted(files.glob("*.zip"))]
    return f"{len(pd.concat(frames)):,} rows"


def data() -> Path:
    """The development data."""
    return Path(os.environ.get("TILTMETER_DATA", "../shared/data"))


def sample(name: str) -> list[list[str]]:
    """Real rows."""
    return [line.split("\t") for line in (data() / "formats" / name).read_text("utf-8").splitlines()]


def daily(folder: Path, rows: int) -> None:
    """Daily files: rows drawn from the sample, dated to the file's day, but for one in ten that keeps its distance."""
    folder.mkdir()
    real, drawn = sample("gdelt1_daily_sample_real.tsv"), random.Random(1)
    for number in range(rows // DAY):
        day = FIRST + dt.timedelta(days=number)
        lines = [_dated(drawn.choice(real), number * DAY + at, day, 56) for at in range(DAY)]
        write(folder / f"{day:%Y%m%d}.export.CSV.zip", lines)


def quarters(folder: Path, rows: int) -> None:
    """15-minute files of GDELT 2.0."""
    folder.mkdir()
    real, drawn = sample("gdelt2_events_sample_real.tsv"), random.Random(2)
    for number in range(rows // QUARTER):
        moment = dt.datetime.combine(FIRST, dt.time()) + number * dt.timedelta(minutes=15)
        lines = [_dated(drawn.choice(real), number * QUARTER + at, moment.date(), 59) for at in range(QUARTER)]
        write(folder / f"{moment:%Y%m%d%H%M%S}.export.CSV.zip", lines)


def _dated(real: list[str], key: int, day: dt.date, added: int) -> str:
    told = f"{day:%Y%m%d}" if key % 10 else f"{day - dt.timedelta(days=365):%Y%m%d}"
    when = f"{day:%Y%m%d}" + real[added][8:]
    return "\t".join([str(key), told, *real[2:added], when, *real[added + 1 :]])


def write(path: Path, lines: list[str]) -> None:
    """A zip of one member."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(path.stem, "\n".join(lines) + "\n")


if __name__ == "__main__":
    part(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5])) if sys.argv[1:2] == ["part"] else main()
