"""A working process that takes too long or too much is ended and started anew; the server ends in order."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tiltmeter.errors import ShowError, SourceError
from tiltmeter.serve.process import Job, Worker

pytestmark = pytest.mark.slow


def test_what_takes_too_long_is_stopped_and_the_next_question_answered(empty: Path) -> None:
    async def asked() -> Any:
        worker = Worker(empty)
        with pytest.raises(ShowError, match="took longer than 0 s"):
            await worker.ask("code", seconds=0.1, documents=[{"id": 1, "text": "Armenia met Georgia. " * 50_000}])
        after = await worker.ask("state", seconds=60)
        worker.end()
        return after

    assert asyncio.run(asked())["theatre"] == "south_caucasus"


def test_what_needs_too_much_memory_fails_alone(empty: Path) -> None:
    async def asked() -> Any:
        worker = Worker(empty, memory=200 << 20)
        with pytest.raises(ShowError, match="memory"):
            await worker.ask("code", seconds=120, documents=[{"id": 1, "text": "Armenia met Georgia. " * 500_000}])
        worker.end()
        other = Worker(empty)
        after = await other.ask("state", seconds=60)
        other.end()
        return after

    assert asyncio.run(asked())["fitted"] is False


def test_a_killed_worker_is_replaced_and_faults_keep_their_words(empty: Path) -> None:
    async def asked() -> Any:
        worker = Worker(empty)
        with pytest.raises(SourceError, match=r"files ending in \.exe are not read"):
            await worker.ask("read", seconds=60, raw=b"MZ", suffix=".exe")
        assert worker._process is not None
        os.kill(worker._process.pid or 0, signal.SIGKILL)
        await asyncio.sleep(0.5)
        after = await worker.ask("state", seconds=60)
        worker.end()
        return after

    assert asyncio.run(asked())["rows"]["facts"] > 0


def test_too_many_questions_are_told_to_come_back(empty: Path) -> None:
    async def asked() -> None:
        worker = Worker(empty)
        first = asyncio.create_task(worker.ask("state", seconds=60))
        await asyncio.sleep(0)
        with pytest.raises(ShowError, match="too many requests wait"):
            await worker.ask("state", seconds=60, queue=1)
        await first
        worker.end()

    asyncio.run(asked())


def test_a_job_that_cannot_be_done_says_why(empty: Path) -> None:
    job = Job("x", "fit", "now")
    asyncio.run(job.run(empty))
    assert job.state == "failed"
    assert job.what
    assert job.mend


def served(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tiltmeter.cli", "serve", "--port", "0", *options, "--workspace", str(folder)]
    paths = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=paths)


def status(address: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_network_needs_a_token_and_loopback_does_not(empty: Path) -> None:
    for options, guarded in (([], False), (["--host", "0.0.0.0", "--name", "127.0.0.1"], True)):
        with served(empty, *options) as server:
            assert server.stdout is not None
            address, _, token = server.stdout.readline().strip().partition("?token=")
            assert bool(token) is guarded
            assert status(f"{address}api/state") == (401 if guarded else 200)
            assert status(f"{address}api/state", authorization=f"Bearer {token}") == 200
            assert status(f"{address}api/state", host="evil.example") == 421
            server.terminate()
            assert server.wait(20) in (0, -signal.SIGTERM)


def test_the_server_ends_in_order_and_leaves_no_process(empty: Path) -> None:
    with served(empty) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        status(address)
        time.sleep(1)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        assert children
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        until = time.monotonic() + 20
        while (left := [one for one in children if Path(f"/proc/{one}").exists()]) and time.monotonic() < until:
            time.sleep(0.2)
        assert not left
        assert server.stderr is not None
        assert "Traceback" not in server.stderr.read()


def test_a_port_that_is_taken_is_said_in_two_lines(empty: Path) -> None:
    with served(empty) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip().rstrip("/").rpartition(":")[2]
        with served(empty, "--port", port) as other:
            assert other.wait(30) == 2
            assert other.stderr is not None
            told = other.stderr.read().strip().splitlines()
            assert len(told) == 2
            assert "Mend: " in told[1]
        server.terminate()
