"""What `doctor` finds: all well, rows that wait, a fit of other rows, a store that cannot be read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.command import run
from tests.conftest import now
from tiltmeter import doctor
from tiltmeter.doctor import Check
from tiltmeter.workspace import Workspace


@pytest.fixture
def copy(demo: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(demo.folder, tmp_path / "w")
    return Workspace.open(tmp_path / "w", now=now)


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.what: check for check in checks}


def test_an_installation_that_runs_the_tests_has_no_fault() -> None:
    found = by_name(doctor.installation())
    assert {"tiltmeter", "libraries", "cache", "coder", "disk"} <= set(found)
    assert [check for check in found.values() if check.state == "fault"] == []


def test_a_fitted_workspace_is_well(copy: Workspace) -> None:
    found = by_name(doctor.workspace(copy))
    assert {check.state for check in found.values()} == {"well"}
    assert "figures" in found["rows"].told


def test_a_new_row_makes_the_fit_old(copy: Workspace) -> None:
    with duckdb.connect(str(copy.folder / "tiltmeter.duckdb")) as store:
        store.execute("DELETE FROM votes WHERE state = 'KAZ'")
    check = by_name(doctor.workspace(copy))["fit"]
    assert (check.state, check.mend) == ("note", "run `tiltmeter fit`")
    assert "votes" in check.told


def test_documents_that_wait_and_runs_cut_short_are_told(copy: Workspace) -> None:
    with duckdb.connect(str(copy.folder / "tiltmeter.duckdb")) as store:
        store.execute("DELETE FROM codings WHERE key IN (SELECT key FROM codings ORDER BY key LIMIT 3)")
        store.execute("UPDATE runs SET ended = NULL WHERE verb = 'code'")
    found = by_name(doctor.workspace(copy))
    assert found["coding"] == Check("coding", "note", "3 documents wait", "run `tiltmeter code`")
    assert "code-" in found["runs"].told


def test_a_spoilt_store_is_a_fault_with_its_mend(copy: Workspace) -> None:
    (copy.folder / "tiltmeter.duckdb").write_bytes(b"no database " * 1000)
    (check,) = doctor.workspace(copy)
    assert (check.what, check.state) == ("store", "fault")
    assert check.mend


def test_the_command_tells_a_fault_in_two_lines_after_its_table(copy: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("doctor", "--json", "--workspace", copy.folder, cwd=tmp_path, TILTMETER_CACHE=str(tmp_path / "file"))
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "not well: cache"
    checks = {check["what"]: check for check in json.loads(done.stdout)}
    assert checks["cache"]["state"] == "fault"
    assert checks["fit"]["state"] == "well"
