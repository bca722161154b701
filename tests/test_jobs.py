"""Work in several processes: in order, with bounded memory, and with an end whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tiltmeter.errors import CoderError, SourceError
from tiltmeter.jobs import AHEAD, ordered

ROOT = Path(__file__).resolve().parents[1]
"""Not from conftest: each process that helps imports this file, and should import little."""


def slow_first(number: int) -> int:
    time.sleep(0.2 if number == 0 else 0.0)
    return number * number


def dies(number: int) -> int:
    if number == 3:
        os._exit(7)
    return number


def refuses(number: int) -> int:
    raise SourceError(f"not {number}", mend="another")


def naps(number: int) -> int:
    time.sleep(30 if number else 0)
    return number


def counted(size: int, taken: list[int]) -> Iterator[int]:
    for number in range(size):
        taken.append(number)
        yield number


@pytest.mark.parametrize("jobs", [1, 2])
def test_answers_come_in_the_order_of_the_work(jobs: int) -> None:
    assert list(ordered(slow_first, range(20), jobs=jobs)) == [number * number for number in range(20)]


def test_work_is_taken_only_as_it_is_needed() -> None:
    taken: list[int] = []
    answers = ordered(slow_first, counted(1000, taken), jobs=2)
    for _ in range(10):
        next(answers)
    assert len(taken) <= 10 + AHEAD * 2
    answers.close()  # type: ignore[attr-defined]  # a generator


def test_a_process_that_dies_is_an_error_and_no_hang() -> None:
    with pytest.raises(CoderError, match="was stopped"):
        list(ordered(dies, range(8), jobs=2))


def test_an_error_of_the_work_is_handed_on() -> None:
    with pytest.raises(SourceError, match="not 0"):
        list(ordered(refuses, range(8), jobs=2))


STOPPED = """
import sys
from tests.test_jobs import naps
from tiltmeter.jobs import ordered
try:
    for number in ordered(naps, range(9), jobs=2):
        print(number, flush=True)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("sign", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_stopped_parent_leaves_nobody_behind(sign: signal.Signals, status: int, tmp_path: Path) -> None:
    script = tmp_path / "stopped.py"
    script.write_text(f"if __name__ == '__main__':\n    {STOPPED.strip().replace(chr(10), chr(10) + '    ')}\n")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "0\n"
        parent.send_signal(sign)
        # the pipe ends when the last process that holds it has ended
        assert parent.stdout.read() == ""
        assert parent.wait(20) == status
    assert time.monotonic() - began < 20
