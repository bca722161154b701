"""`code` by several processes gives the bytes of one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import run
from tiltmeter.coder import lines

TEXTS = (
    "Poland condemned Belarus on Monday.",
    "Die EU verhängte Sanktionen gegen Iran.",
    "Китай обвинил США во вмешательстве.",
    "Nothing happened.",
    "",
)


def documents(size: int) -> str:
    rows = [json.dumps({"id": number, "text": TEXTS[number % len(TEXTS)]}) for number in range(size)]
    return "\n".join([*rows[: size // 2], "no json", "", *rows[size // 2 :]]) + "\n"


@pytest.mark.slow
def test_several_processes_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(documents(lines.BLOCK * 3 + 7), encoding="utf-8")
    done = [run("code", "--in", "in.jsonl", "--jobs", jobs, cwd=tmp_path) for jobs in ("1", "2")]
    assert done[0].returncode == done[1].returncode == 0
    assert done[0].stdout == done[1].stdout
    assert done[0].stderr == done[1].stderr == f"line {(lines.BLOCK * 3 + 7) // 2 + 1}: not JSON\n"
    answers = [json.loads(line) for line in done[0].stdout.splitlines()]
    assert len(answers) == lines.BLOCK * 3 + 8
    assert sum(bool(answer["events"]) for answer in answers) > 100


@pytest.mark.slow
def test_memory_does_not_grow_with_the_lines(tmp_path: Path) -> None:
    script = """
import resource, sys
from tiltmeter import engines
text = '{"id": 1, "text": "Poland condemned Belarus on Monday."}\\n'
def peak(size):
    for _ in engines.events((text for _ in range(size)), note=print):
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
first = peak(2_000)
print(peak(15_000) - first)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert float(done.stdout) < 30  # MB
