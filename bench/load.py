"""
The live page under load: `python bench/load.py [--seconds 60]`; needs wrk (`apt install wrk`).

Fifty clients together ask the page and the API about 500 times a second while a fit runs beside them; printed are the
answers a second, the time of the slowest of a hundred, whatever was no 2xx, and the memory before and after.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PATHS = (
    "/",
    "/api/state",
    "/api/ask",
    "/api/verdicts",
    "/api/episodes",
    "/api/export/tilt",
    "/api/why?state=KAZ&when=2022-01",
)
CLIENTS, EVERY = 50, 100
"""Clients, and milliseconds between two questions of one: together 500 a second."""
SCRIPT = """
local paths = {{{paths}}}
local at = 0
request = function() at = at % #paths + 1; return wrk.format("GET", paths[at]) end
delay = function() return math.random({low}, {high}) end
"""


def memory(process: int) -> float:
    """Megabytes that a process and those it started hold, each page once (PSS)."""
    children = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True).stdout.split()
    total = 0.0
    for one in (str(process), *children):
        try:
            told = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)
        total += int(found[1]) / 1024 if found else 0.0
    return total


def asked(address: str, path: str, body: object = None) -> bytes:
    """The answer to one question."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data=data, headers={"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return bytes(answer.read())


def main() -> None:
    """Start the server on a demo, load it, and print the figures."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--seconds", type=int, default=60)
    seconds = told.parse_args().seconds
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing\n  Mend: apt install wrk")
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "tiltmeter.cli"]
        subprocess.run([*command, "demo", f"{place}/w"], check=True, capture_output=True)
        environment = os.environ | {"TILTMETER_WORKSPACE": f"{place}/w"}
        server = subprocess.Popen(
            [*command, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        try:
            address = server.stdout.readline().strip().rstrip("/")
            while b"</main>" not in asked(address, "/"):
                time.sleep(1)
            for path in PATHS:
                asked(address, path)
            load(address, seconds, server.pid, Path(place) / "load.lua")
        finally:
            server.terminate()
            server.wait(30)


def load(address: str, seconds: int, server: int, script: Path) -> None:
    """Ask for so many seconds, once without and once with a fit beside it."""
    quoted = ", ".join(f'"{path}"' for path in PATHS)
    script.write_text(SCRIPT.format(paths=quoted, low=EVERY - 40, high=EVERY + 40))
    for beside in ("nothing", "a fit"):
        if beside == "a fit":
            asked(address, "/api/jobs", {"verb": "fit"})
        before = memory(server)
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--latency", "-s", str(script), address],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        rate = re.search(r"Requests/sec:\s+([\d.]+)", done)
        times = dict(re.findall(r"^\s+(50|90|99)%\s+(\S+)$", done, re.MULTILINE))
        wrong = re.search(r"(Non-2xx.*|Socket errors.*)", done)
        print(
            f"beside {beside}: {float(rate[1]) if rate else 0:.0f} answers a second, half within {times.get('50')}, "
            f"99 of 100 within {times.get('99')}; {wrong[1].strip() if wrong else 'no error'}; "
            f"memory {before:.0f} → {memory(server):.0f} MB"
        )


if __name__ == "__main__":
    main()
