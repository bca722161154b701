"""
Seconds to take files into a new store, and what a second time costs.

Run as `python bench/sources_take.py [DATA]`, where DATA is the folder of development data (default
$TILTMETER_DATA or `../shared/data`). Also makes a GDELT day file by drawing rows from the real sample
there, to compare with `unzip -p | wc -l`.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from tiltmeter import sources
from tiltmeter.store import Store

TODAY = dt.date(2026, 6, 1)
DRAWN = 200_000


def main() -> None:
    """All lines of the table; each file in a process of its own, so that the peak is its own."""
    data = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TILTMETER_DATA", "../shared/data"))
    print(f"{'what':36}{'rows':>10}{'seconds':>9}{'rows/s':>10}{'again, s':>10}{'peak MB':>9}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        day = day_file(data / "formats" / "gdelt1_daily_sample_real.tsv", Path(folder))
        for name, path in (
            ("reports", data / "reports/wcep_dev.tsv.gz"),
            ("icews", data / "events/icews_2018.parquet"),
            ("unga", data / "votes/unga_votes_s1_74.parquet"),
            ("gdelt-sums", data / "events/gdelt_daily_dyads_2018_2024.parquet"),
            ("gdelt1", day),
        ):
            beside = data / "votes/unga_resolutions_s1_74.csv.gz" if name == "unga" else ""
            subprocess.run([sys.executable, __file__, "one", name, str(path), str(beside)], check=True)
        plain = timed(lambda: subprocess.run(f"unzip -p {day} | wc -l", shell=True, check=True, capture_output=True))
        print(f"{'unzip -p | wc -l':36}{DRAWN:>10}{plain:>9.2f}{DRAWN / plain:>10,.0f}")


def one(name: str, path: Path, resolutions: str) -> None:
    """One line of the table."""
    import resource

    options = {"resolutions": resolutions} if resolutions else {}
    rows = 0

    def take() -> None:
        nonlocal rows
        rows = sum(tally.read for tally in sources.take(store, name, path, run="r", today=TODAY, options=options))

    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "s.duckdb", write=True) as store:
        first, again = timed(take), timed(take)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    what = f"{name} {path.name[-22:]}"
    print(f"{what:36}{rows:>10}{first:>9.2f}{rows / first:>10,.0f}{again:>10.2f}{peak:>9.0f}", flush=True)


def timed(do: Callable[[], object]) -> float:
    """Seconds that `do` takes."""
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def day_file(sample: Path, folder: Path) -> Path:
    """A zip with rows drawn from the sample, each with an id of its own."""
    drawn = random.Random(1)
    rows = [line.partition("\t")[2] for line in sample.read_text("utf-8").splitlines()]
    path = folder / "day.export.CSV.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("day.export.CSV", "".join(f"{n}\t{drawn.choice(rows)}\n" for n in range(DRAWN)))
    return path


if __name__ == "__main__":
    one(sys.argv[2], Path(sys.argv[3]), sys.argv[4]) if sys.argv[1:2] == ["one"] else main()
