"""A real Dask scheduler and workers, processes on loopback, for tests of what a cluster does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard")


@dataclass
class Scheduler:
    """A scheduler of its own, and the workers that were started for it."""

    file: Path
    process: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return str(self.file)

    def worker(self, *, first: str = "") -> None:
        """Start a worker of one thread; `first` is Python that it runs before it begins."""
        words = [
            "--scheduler-file",
            str(self.file),
            *LOOPBACK,
            "--no-nanny",
            "--nthreads",
            "1",
            "--death-timeout",
            "60",
        ]
        self.workers.append(_started("dask_worker", words, first=first, folder=self.file.parent))

    def kill(self) -> None:
        """Kill the worker that was started first."""
        process = self.workers.pop(0)
        process.kill()
        process.wait()


@contextmanager
def scheduler(folder: Path, *, workers: int) -> Iterator[Scheduler]:
    """A scheduler with workers, all of them gone after the block."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "scheduler.json"
    own = _started("dask_scheduler", [*LOOPBACK, "--port", "0", "--scheduler-file", str(file)], folder=folder)
    made = Scheduler(file, own)
    try:
        until = time.monotonic() + 60
        while not file.exists() and own.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        for _ in range(workers):
            made.worker()
        yield made
    finally:
        for process in (*made.workers, own):
            process.kill()
            process.wait()


def _started(name: str, words: list[str], *, folder: Path, first: str = "") -> subprocess.Popen[bytes]:
    program = f"import sys\n{first}\nfrom distributed.cli.{name} import main\nsys.argv[0] = '{name}'\nmain()"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    with (folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", program, *words], cwd=folder, env=environment, stdout=log, stderr=log
        )
