"""
What a second worker of a Dask cluster brings: a panel, files and documents by one worker, then by two.

Run as `python bench/cluster.py [ROWS]` (default 10,000,000 events in the lake, a tenth as many in files); documents are
those of the development data ($TILTMETER_DATA or `../shared/data`). Seconds are of the clock; `cpu` are those of the
busiest worker, `here` of this process (the scheduler is another). Where the machine has other work, compare these: the
ratio is that of the busiest worker's CPU-seconds, as long as `here` is less.
"""

from __future__ import annotations

import gzip
import itertools
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import lakes
import sources_gdelt
from distributed import Client
from distributed.deploy.subprocess import SubprocessCluster

from tiltmeter.cluster import Cluster
from tiltmeter.engines import make_ready
from tiltmeter.engines.engine import BUILTIN
from tiltmeter.jobs import Crew
from tiltmeter.workspace import Workspace

DOCUMENTS = 1_000


def main(rows: int) -> None:
    """The table."""
    make_ready(BUILTIN)
    print(f"{'what':26}{'size':>12}{'workers':>9}{'seconds':>9}{'cpu':>8}{'here':>7}{'ratio':>7}", flush=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        lake = lakes.workspace(folder / "lake", rows=rows)
        sources_gdelt.daily(folder / "daily", rows // 10)
        told = texts(folder / "told")
        compare("panel from the lake", rows, lambda crew: lake.panel(crew=crew))
        compare("GDELT zips added", rows // 10, partial(add, folder))
        compare("documents coded", DOCUMENTS, partial(code, told))


def add(folder: Path, crew: Crew | None) -> None:
    """All files into the lake of a new workspace."""
    shutil.rmtree(folder / "new", ignore_errors=True)
    fresh = Workspace.create(folder / "new", theatre="central_asia", now=lakes.now)
    fresh.add("gdelt1", [folder / "daily"], crew=crew)


def texts(folder: Path) -> Workspace:
    """A workspace with documents to code."""
    made = Workspace.create(folder, theatre="central_asia", now=lakes.now)
    with gzip.open(sources_gdelt.data() / "reports" / "wcep_dev.tsv.gz", "rt", encoding="utf-8") as file:
        lines = list(itertools.islice(file, DOCUMENTS + 1))
    path = folder / "reports.tsv"
    path.write_text("".join(lines), "utf-8")
    made.add("reports", [path])
    return made


def code(told: Workspace, crew: Crew | None) -> None:
    """All documents, each time in a copy."""
    copy = told.folder.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(told.folder, copy)
    Workspace.open(copy, now=lakes.now).code(crew=crew)


def compare(what: str, size: int, do: Callable[[Crew | None], object]) -> None:
    """Lines for this process alone, one worker and two."""
    do(None)  # what is imported and compiled once is no part of it
    begin, own = time.perf_counter(), time.process_time()
    do(None)
    line(what, size, "none", time.perf_counter() - begin, None, time.process_time() - own, None)
    one = None
    start: Any = SubprocessCluster  # of Dask, only some is typed
    connect: Any = Client
    for workers in (1, 2):
        with (
            start(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
            connect(cluster) as client,
        ):
            crew = Cluster(client, "here")
            do(crew)
            before = client.run(time.process_time)
            begin, own = time.perf_counter(), time.process_time()
            do(crew)
            seconds, here = time.perf_counter() - begin, time.process_time() - own
            busiest = max(used - before[worker] for worker, used in client.run(time.process_time).items())
        one = one or busiest
        line(what, size, str(workers), seconds, busiest, here, one / busiest)


def line(
    what: str, size: int, workers: str, seconds: float, cpu: float | None, here: float, ratio: float | None
) -> None:
    """A line of the table."""
    told = [f"{value:.2f}" if value is not None else "" for value in (cpu, here, ratio)]
    print(f"{what:26}{size:>12,}{workers:>9}{seconds:>9.2f}{told[0]:>8}{told[1]:>7}{told[2]:>7}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10_000_000)
