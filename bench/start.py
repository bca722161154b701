"""How long the package takes to import and the program to print its help: `python bench/start.py`."""

from __future__ import annotations

import resource
import subprocess
import sys
import time

RUNS = 7
CASES = {
    "python alone": ["-c", "pass"],
    "import tiltmeter": ["-c", "import tiltmeter"],
    "tiltmeter --help": ["-m", "tiltmeter.cli", "--help"],
    "tiltmeter --version": ["-m", "tiltmeter.cli", "--version"],
}


def cost(words: list[str]) -> tuple[float, float]:
    """Milliseconds of processor time, and by the clock, of one run."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1000 * used, 1000 * clock


def main() -> None:
    """Print the median of the runs; the least beside it, which a busy machine spoils less."""
    for name, words in CASES.items():
        used, clock = (sorted(each) for each in zip(*(cost(words) for _ in range(RUNS)), strict=True))
        middle = RUNS // 2
        work = f"{used[middle]:5.0f} ms of processor time (least {used[0]:.0f})"
        print(f"{name:20} {work}, {clock[middle]:5.0f} ms by the clock")


if __name__ == "__main__":
    main()
