"""
Fuzzes each target for a while with a coverage-guided fuzzer and prints what came of it.

`python -m fuzz.run --seconds 60 [TARGET…]`. New inputs are kept in `.cache/fuzz/TARGET` and used again; an input that
breaks a target is written to `tests/crashers/TARGET`, where a test replays it from then on.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from fuzz.targets import ROOT, TARGETS, seeds

KEPT = ROOT / ".cache" / "fuzz"
CRASHERS = ROOT / "tests" / "crashers"
SLOWEST, MOST = 20, 3072
"""Limits of one input: seconds, and megabytes of the process."""
START = 120
"""Seconds a target may take beside, to begin and to end."""


def main() -> int:
    """Fuzz, print a row per target, and give the exit status: 1 when something broke."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("targets", nargs="*", help="all without it")
    told.add_argument("--seconds", type=int, default=60, help="of each target")
    told.add_argument("--inside", help=argparse.SUPPRESS)
    asked = told.parse_args()
    if asked.inside:
        _inside(asked.inside, asked.seconds)
        return 0
    broken = total = 0
    print(f"{'target':<18} {'inputs':>12} {'a second':>9}  found")
    for name in asked.targets or TARGETS:
        inputs, seconds, found = _fuzz(name, asked.seconds)
        total, broken = total + inputs, broken + bool(found)
        print(f"{name:<18} {inputs:>12,} {inputs / max(seconds, 1):>9,.0f}  {found or 'nothing'}", flush=True)
    print(f"{'in all':<18} {total:>12,}")
    return 1 if broken else 0


def _fuzz(name: str, seconds: int) -> tuple[int, int, str]:
    """Inputs tried, seconds taken, and the crasher found if there is one."""
    (CRASHERS / name).mkdir(parents=True, exist_ok=True)
    before = set((CRASHERS / name).iterdir())
    command = [sys.executable, "-m", "fuzz.run", "--inside", name, "--seconds", str(seconds)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as child:
        try:
            _, told = child.communicate(timeout=seconds + START)
        except subprocess.TimeoutExpired:
            child.kill()
            _, told = child.communicate()
    counts = [int(count) for count in re.findall(r"^(?:Done |#)(\d+)", told, re.MULTILINE)]
    took = re.search(r"^Done \d+ runs in (\d+) second", told, re.MULTILINE)
    found = sorted(path.name for path in set((CRASHERS / name).iterdir()) - before)
    # threads of libraries can keep a process that is done from ending
    if not found and child.returncode and not took:
        found = [f"the fuzzer ended with {child.returncode}: {told.strip()[-400:]}"]
    if not any((CRASHERS / name).iterdir()):
        (CRASHERS / name).rmdir()
    return max(counts, default=0), int(took[1]) if took else seconds, ", ".join(found)


def _inside(name: str, seconds: int) -> None:
    """One target under the fuzzer, which ends the process itself."""
    import atheris

    with atheris.instrument_imports(include=["tiltmeter"]):
        import tiltmeter.coder.lines
        import tiltmeter.questions.parse
        import tiltmeter.settings
        import tiltmeter.sources  # noqa: F401 - instrumented as they are imported

    kept = KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    for seed in seeds(name):
        (kept / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed[:4096])
    target = TARGETS[name]
    target(seeds(name)[0])  # what is loaded on first use is no slow input
    atheris.Setup(
        ["fuzz", f"-max_total_time={seconds}", f"-timeout={SLOWEST}", f"-rss_limit_mb={MOST}", "-max_len=4096",
         f"-artifact_prefix={CRASHERS / name}/", "-print_final_stats=0", str(kept)],
        target,
    )  # fmt: skip
    atheris.Fuzz()


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.path.insert(0, str(Path(ROOT)))
    sys.exit(main())
