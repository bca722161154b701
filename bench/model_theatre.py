"""
5 states and 7 powers, 6 years by week, with votes, events, signed sums and facts: time, memory, second start.

`python bench/model_theatre.py`
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np

from tiltmeter.model import Panel, fit, simulate_world
from tiltmeter.model.panels import Steps

POWERS = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG")


def theatre() -> Panel:
    """A simulated panel with events of all seven powers, and two ties that begin."""
    panel = simulate_world(seed=3, weeks=313, calls=100).panel
    mix = panel.mix
    more = [np.where(mix.power < 2, mix.power, 0) + 2 * k for k in range(1, 3)] + [np.full(len(mix.power), 6)]
    columns: dict[str, Any] = {
        name: np.tile(getattr(mix, name), len(more) + 1)
        for name in ("state", "gauge", "source", "time", "cooperative", "total")
    }
    mix = replace(mix, power=np.concatenate([mix.power, *more]), **columns)
    one = np.array([0, 3])
    steps = Steps(one, np.array([100, 200]), np.array([-1.0, 1.0]), ("f1", "f2"), np.zeros(5))
    return replace(panel, powers=POWERS, mix=mix, steps=steps)


def main() -> None:
    """Prints seconds of the first and the later fits, memory, and of a second start in a process of its own."""
    panel = theatre()
    fit(simulate_world(seed=1, weeks=30, calls=5).panel)  # compiled, or read from the cache
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for turn in ("first", "second"):
        begin, clock = time.perf_counter(), time.process_time()
        found = fit(panel)
        wall, cpu = time.perf_counter() - begin, time.process_time() - clock
        sys.stdout.write(f"{turn} fit: {cpu:.2f} s of processor on 2 threads ({wall:.2f} s on this machine)\n")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{len(found.paths())} draws of {len(panel.states)} states in {len(panel.periods)} weeks, "
        f"{int(panel.mix.total.sum())} events; peak memory +{after - before:.0f} MB\n"
    )
    begin = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    code = "from tiltmeter.model import fit, simulate_world; fit(simulate_world(seed=1, weeks=30, calls=5).panel)"
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
    own = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begin
    sys.stdout.write(f"start of a new process with a small fit in it: {own:.2f} s of processor\n")


if __name__ == "__main__":
    main()
