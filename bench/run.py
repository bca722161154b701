"""
Runs the benchmarks of this folder and writes what they print into docs/benchmarks.md: `make bench`.

`python bench/run.py [name …]` runs some; the sections of the others stay as they are.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
CASES = {
    "start": ("How long a command takes to start", ["start.py"]),
    "coder": ("How fast the coder reads", ["coder_speed.py"]),
    "votes": ("The votes model on all UN votes", ["model_votes.py"]),
    "theatre": ("A weekly theatre", ["model_theatre.py"]),
    "coverage": ("Do the intervals keep what they promise", ["model_coverage.py"]),
    "counts": ("Counts one week ahead", ["model_counts.py"]),
    "take": ("Taking files in", ["sources_take.py"]),
    "cluster": ("What a second worker of a cluster brings", ["cluster.py"]),
}
HEAD = """# Benchmarks

Written by `make bench` (`python bench/run.py`), which runs the programs of the folder `bench` on the development data
($TILTMETER_DATA) and puts down what they print. Processor time is what counts on a machine shared with other work.
"""
SECTION = re.compile(r"^## .*?<!-- bench (\w+) -->\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def section(name: str) -> str:
    """Runs one and gives its section of the page."""
    title, words = CASES[name]
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, str(HERE / words[0]), *words[1:]], stdout=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    load = os.getloadavg()[0]
    when = f"{dt.date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.0f}"
    note = f"{when}; {cpu:.0f} s of processor, {time.perf_counter() - begin:.0f} s by the clock"
    text = done.stdout.rstrip() if done.returncode == 0 else f"{done.stdout}\nended with exit status {done.returncode}"
    sys.stdout.write(f"== {title}\n{text}\n")
    return f"## {title}\n<!-- bench {name} -->\n\n`python bench/{' '.join(words)}` ({note})\n\n```text\n{text}\n```\n\n"


def main(names: list[str]) -> None:
    """Runs these, or all, and writes the page after each."""
    for name in names or CASES:
        text = PAGE.read_text("utf-8") if PAGE.exists() else ""
        kept = {hit[1]: hit[0] for hit in SECTION.finditer(text)}
        kept[name] = section(name)
        PAGE.write_text(HEAD + "\n" + "\n\n".join(kept[one].strip() for one in CASES if one in kept) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
