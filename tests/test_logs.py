"""Logs: silent unless asked for, lines of JSON when asked for, and no place for texts, names or secrets."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.command import run
from tests.conftest import now
from tiltmeter import logs
from tiltmeter.coder.build import Bundle
from tiltmeter.serve.app import application
from tiltmeter.workspace import Workspace

SECRET = "swordfish-0123456789"
TEXT = "Anna Petrowa of Osh told us that Kazakhstan sent medicine to Ukraine on 2 March 2022."


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, as it would stand on standard error."""
    into = io.StringIO()
    before = (logs.LOGGER.handlers[:], logs.LOGGER.level, logs.LOGGER.propagate)
    monkeypatch.setattr("sys.stderr", into)
    logs.begin()
    yield into
    logs.LOGGER.handlers[:], logs.LOGGER.level, logs.LOGGER.propagate = before


def lines(told: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.splitlines()]


def test_verbose_before_a_verb_tells_what_is_done(tmp_path: Path) -> None:
    done = run("--verbose", "init", "w", cwd=tmp_path)
    assert done.returncode == 0
    found = lines(done.stderr)
    assert [one["event"] for one in found[:2]] == ["begin", "run.begin"]
    assert (found[0]["verb"], found[-1]["event"]) == ("init", "end")
    assert sum(one.get("stored", 0) for one in found) > 0


def test_verbose_after_a_verb_tells_a_fault_by_its_kind_beside_its_two_lines(tmp_path: Path) -> None:
    done = run("why", SECRET, "2022", "--verbose", cwd=tmp_path)
    assert done.returncode == 2
    told = [line for line in done.stderr.splitlines() if line.startswith("{")]
    assert [one["event"] for one in lines("\n".join(told))] == ["begin", "fault", "end"]
    assert lines(told[1])[0]["error"] == "StoreError"
    assert len(done.stderr.splitlines()) == len(told) + 2


def test_without_it_nothing_is_logged() -> None:
    assert not logs.LOGGER.handlers
    assert not logs.LOGGER.isEnabledFor(logging.INFO)


@pytest.mark.slow
def test_no_text_name_address_or_secret_gets_into_a_log(tmp_path: Path, told: io.StringIO, bundle: Bundle) -> None:
    workspace = Workspace.create(tmp_path / "petrowa", theatre="central_asia", now=now)
    letter = tmp_path / "letter-of-anna-petrowa.txt"
    letter.write_text(TEXT, "utf-8")
    workspace.add("reports", [letter])
    workspace.code(bundle=bundle)
    # the page of an application that is never begun: no process, and every way a client can name something
    client = TestClient(
        application(workspace.folder, token=SECRET), base_url="http://localhost", raise_server_exceptions=False
    )
    head = {"authorization": f"Bearer {SECRET}", "user-agent": "Anna", "x-forwarded-for": "203.0.113.9"}
    client.get("/", params={"token": SECRET}, follow_redirects=False)
    client.get("/api/jobs/petrowa", headers=head, params={"who": "petrowa"})
    client.get("/petrowa", headers=head)
    client.request("PETROWA", "/api/jobs", headers=head)
    client.cookies.clear()
    client.get("/api/jobs", headers={"authorization": "Bearer petrowa"})
    found = lines(told.getvalue())
    assert {"run.begin", "run.end", "add.file", "code.block", "request", "refused"} <= {one["event"] for one in found}
    assert {one["route"] for one in found if one["event"] == "request"} >= {"/api/jobs/{job}", ""}
    for word in ("etrowa", "anna", "medicine", "osh", SECRET, "203.0.113.9", str(tmp_path), "localhost", "testclient"):
        assert word.lower() not in told.getvalue().lower()


@pytest.mark.parametrize(
    ("name", "value"),
    [("verb", TEXT), ("where", "x"), ("run", "a b"), ("source", "ü"), ("kind", "x" * 61), ("route", "/a?b=c")],
)
def test_what_is_no_word_of_the_house_is_left_out(name: str, value: str, told: io.StringIO) -> None:
    logs.tell("x", **{name: value})
    assert lines(told.getvalue())[0][name] == "…"


def test_programs_get_the_records_from_the_standard_logger(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="tiltmeter"):
        logs.tell("fit.end", seconds=0.12345)
    (record,) = caplog.records
    assert (record.msg, record.__dict__["fields"]) == ("fit.end", {"seconds": 0.123})


def test_nothing_is_ever_worth_a_warning_of_the_logger() -> None:
    """A level above INFO would be printed unasked by Python's handler of last resort."""
    root = Path(logs.__file__).parent
    assert [path.name for path in root.rglob("*.py") if ".warning(" in path.read_text("utf-8")] == []
