"""A cluster that cannot do the work says so in two lines, and in good time."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import now
from tests.dask import scheduler
from tiltmeter import cli
from tiltmeter.cluster import connected, marks
from tiltmeter.errors import ClusterError, SettingsError
from tiltmeter.workspace import Workspace


def doubled(number: int) -> int:
    return number * 2


def late(number: int) -> int:
    raise TimeoutError(number)


def ends(number: int) -> int:
    os._exit(number)


@pytest.mark.slow
def test_a_cluster_that_cannot_do_the_work_says_so(tmp_path: Path) -> None:
    with scheduler(tmp_path, workers=0) as own:
        with pytest.raises(ClusterError, match="no worker"), connected(own.address, patience=0.2):
            pass
        own.worker(first="import tiltmeter\ntiltmeter.__version__ = '0.0.9'")
        with pytest.raises(ClusterError, match=r"unlike this machine: tiltmeter 0\.0\.9, here"), connected(own.address):
            pass
        own.kill()
        own.worker(first="sys.modules['tiltmeter'] = None")
        with pytest.raises(ClusterError, match="unlike this machine"), connected(own.address):
            pass
        own.kill()
        own.worker()
        with connected(own.address) as crew:
            crew = dataclasses.replace(crew, patience=1.0)
            assert list(crew.ordered(doubled, range(30))) == [number * 2 for number in range(30)]
            with pytest.raises(TimeoutError):
                list(crew.ordered(late, range(3)))
            with pytest.raises(ClusterError, match="no worker is left"):
                list(crew.ordered(ends, [1, 2, 3]))


@pytest.mark.slow
def test_a_scheduler_that_goes_away_is_an_error_and_no_hang(tmp_path: Path) -> None:
    with scheduler(tmp_path, workers=1) as own, connected(own.address) as crew:
        answers = crew.ordered(doubled, range(100))
        assert next(answers) == 0
        own.process.kill()
        with pytest.raises(ClusterError, match="scheduler has gone away"):
            list(answers)


@pytest.mark.slow
def test_without_a_scheduler_two_lines_say_so(tmp_path: Path) -> None:
    done = _verb("--cluster", "tcp://127.0.0.1:1", cwd=tmp_path)
    assert done.returncode == 2
    first, second = done.stderr.splitlines()
    assert first == "tcp://127.0.0.1:1: no Dask scheduler answers"
    assert second.startswith("  Mend: ")


def _verb(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    Workspace.create(cwd / "w", theatre="central_asia", now=now)
    command = [sys.executable, "-m", "tiltmeter", *words, "panel", "--workspace", "w"]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("told", [None, "{}", "[]", "no JSON"])
def test_a_file_that_tells_no_scheduler_is_refused(told: str | None, tmp_path: Path) -> None:
    file = tmp_path / "scheduler.json"
    if told is not None:
        file.write_text(told)
    with pytest.raises(ClusterError, match="no Dask scheduler answers"), connected(str(file), patience=0.2):
        pass


@pytest.mark.parametrize("address", ["a b:1", "127.0.0.1", "tcp://", "http://a:1", "file:///tmp/x"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ClusterError, match="no Dask scheduler answers"), connected(address):
        pass


def test_without_dask_two_lines_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match="Dask is not installed\n") as told, connected("127.0.0.1:1"):
        pass
    assert "tiltmeter[cluster]" in told.value.mend


def test_marks_name_what_decides_an_answer() -> None:
    assert {"tiltmeter", "python", "duckdb", "the files of tiltmeter"} <= set(marks())


def test_a_cluster_may_be_named_anywhere_but_not_for_verbs_it_does_nothing_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILTMETER_CLUSTER", "")
    assert cli._hoisted(["--cluster", "a:1", "panel", "--json"]) == ["panel", "--json"]
    assert os.environ["TILTMETER_CLUSTER"] == "a:1"
    assert cli._hoisted(["code", "--cluster=b:2"]) == ["code"]
    assert os.environ["TILTMETER_CLUSTER"] == "b:2"
    assert cli._hoisted(["ask"]) == ["ask"]
    with pytest.raises(SettingsError, match="does nothing for `ask`"):
        cli._hoisted(["ask", "--cluster", "a:1"])


def test_panel_prints_the_counts_that_the_model_takes(
    demo: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TILTMETER_WORKSPACE", str(demo.folder))
    monkeypatch.delenv("TILTMETER_CLUSTER", raising=False)
    cli.app(args=["panel", "--json"], standalone_mode=False)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert printed == demo.panel().counts().to_pylist()
    assert sum(row["total"] for row in printed) > 20
    assert all(row["cooperative"] <= row["total"] <= row["world"] for row in printed)
