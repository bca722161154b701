"""The live page says what to do when something is missing, and nothing from a request reaches the file system."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import now
from tests.serve.conftest import Client
from tests.show.conftest import HOSTILE
from tiltmeter.serve.work import SUFFIXES, TABLES
from tiltmeter.workspace import STORE, Workspace


def waited(client: TestClient, address: str = "/") -> Any:
    """The page that comes after the waiting."""
    for _ in range(100):
        answer = client.get(address)
        if "data-wait" not in answer.text:
            return answer
        time.sleep(0.05)
    raise AssertionError("still waiting")


def test_an_empty_workspace_says_what_to_put_in(client: Client, empty: Path) -> None:
    answer = waited(client(empty))
    assert answer.status_code == 200
    assert "The workspace is empty" in answer.text
    assert "tiltmeter add unga" in answer.text
    assert 'name="verb"' not in answer.text


@pytest.mark.slow
def test_a_workspace_without_votes_or_fit_offers_to_fit(client: Client, empty: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_text("Armenia sent medicine to Georgia.", "utf-8")
    Workspace.open(empty, now=now).add("reports", [file])
    told = client(empty)
    page = waited(told).text
    assert "There are no votes in it" in page
    assert "1 documents are not coded yet" in page
    assert re.findall(r'name="verb" value="(\w+)"', page) == ["code", "fit"]
    assert told.get("/api/state").json()["rows"]["documents"] == 1


@pytest.mark.parametrize("lost", ["folder", "store", "torn"])
def test_a_lost_store_says_so_and_how_to_mend_it(client: Client, empty: Path, lost: str) -> None:
    if lost == "store":
        (empty / STORE).unlink()
    if lost == "torn":
        (empty / STORE).write_bytes(b"no store")
    told = client(empty if lost != "folder" else empty / "gone")
    answer = waited(told)
    assert answer.status_code == 503
    assert "To mend it" in answer.text
    fault = told.get("/api/state")
    assert (fault.status_code, set(fault.json())) == (503, {"what", "mend"})
    assert "Traceback" not in answer.text


def test_german_pages_come_when_asked_for_by_the_browser_or_the_address(client: Client, empty: Path) -> None:
    told = client(empty)
    assert '<html lang="de">' in told.get("/read", headers={"accept-language": "de-AT,en;q=0.5"}).text
    assert '<html lang="de">' in told.get("/read?language=de").text
    assert '<html lang="en">' in told.get("/read?language=xx").text


@pytest.mark.slow
def test_hostile_text_is_read_and_shown_as_text(client: Client, empty: Path) -> None:
    told = client(empty)
    sent = told.post("/read", data={"text": "<i>Armenia</i> accused Georgia. " + HOSTILE}, follow_redirects=True)
    page = waited(told, sent.request.url.path).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "<i>Armenia" not in page
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069]", page)
    assert 'class="m-event' in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("../../etc/passwd.txt", 200),
        ("a.exe", 400),
        ("a.pdf", 400),
        ("a\x00.txt", 200),
        ("." * 300 + "txt", 200),
    ],
)
def test_a_sent_name_reaches_nothing(client: Client, empty: Path, name: str, status: int) -> None:
    told = client(empty)
    before = set(empty.rglob("*"))
    sent = told.post("/read", files={"file": (name, b"Armenia accused Georgia of lying.")}, follow_redirects=True)
    answer = waited(told, sent.request.url.path)
    assert answer.status_code == status
    assert str(empty) not in answer.text
    assert set(empty.rglob("*")) == before


@pytest.mark.parametrize("address", ["/static/../../pyproject.toml", "/static/%2e%2e%2fapp.py", "/read/../x", "/nope"])
def test_an_address_reaches_no_file(client: Client, empty: Path, address: str) -> None:
    answer = client(empty).get(address)
    assert answer.status_code in (404, 307)
    assert "[project]" not in answer.text


def test_an_address_in_a_request_is_never_fetched(client: Client, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    connect = socket.socket.connect

    def connected(self: socket.socket, to: Any) -> None:
        asked.append(to)
        connect(self, to)

    def resolved(*to: Any, **_: Any) -> list[Any]:
        asked.append(to)
        return []

    monkeypatch.setattr(socket.socket, "connect", connected)
    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    told, inside = client(empty), "http://169.254.169.254/latest/meta-data"
    for address, body in (
        ("/api/ask", {"claim": inside}), ("/api/simulate", {"scenario": inside}), ("/api/ask", {"claim": "file:///etc/passwd"}),
    ):  # fmt: skip
        assert told.post(address, json=body).status_code == 400
    assert told.get("/api/why", params={"state": "ARM", "when": inside[:21]}).status_code in (400, 503)
    assert asked == []


def test_faults_of_the_api_are_two_fields(client: Client, empty: Path) -> None:
    told = client(empty)
    asked: list[tuple[str, str, Any, int]] = [
        ("GET", "/api/export/passwords", None, 404), ("GET", "/api/jobs/none", None, 404),
        ("GET", "/api/why?state=kaz&when=2022", None, 422), ("GET", "/api/why?state=ARM&when=2022", None, 503),
        ("POST", "/api/ask", {"claim": "x" * 3000}, 422), ("POST", "/api/ask", {"claim": "/etc/passwd.toml"}, 400),
        ("POST", "/api/jobs", {"verb": "demo"}, 422), ("POST", "/api/read", {"text": "x", "path": "/etc"}, 422),
        ("POST", "/api/simulate", {"scenario": {"kind": "unrest"}}, 400),
        ("POST", "/api/simulate", {"scenario": "a"}, 400),
        ("GET", "/api/forecast?a=ARM&b=RUS&weeks=53", None, 422),
    ]  # fmt: skip
    for method, address, body, status in asked:
        answer = told.request(method, address, json=body)
        assert (answer.status_code, set(answer.json())) == (status, {"what", "mend"}), address


@pytest.mark.slow
def test_texts_are_read_and_coded_as_on_the_command_line(client: Client, empty: Path) -> None:
    told = client(empty)
    brief = told.post("/api/read", json={"text": "Armenia accused Georgia of lying.", "date": "2021-05-04"}).json()
    assert [(one["source"], one["root"], one["target"]) for one in brief["events"]] == [("ARM", "ACCUSE", "GEO")]
    coded = told.post(
        "/api/code", json={"documents": [{"id": 7, "text": "Armenia accused Georgia of lying."}, {"id": 8}]}
    ).json()
    assert [one["id"] for one in coded] == [7, None]  # a line without a text is an invalid line
    pair = {"id": 1, "text": "Armenia accused Georgia.", "source": "Armenia", "target": "Georgia"}
    assert told.post("/api/classify", json={"pairs": [pair]}).json()[0]["root"] == "ACCUSE"


@pytest.mark.slow
def test_tables_come_as_csv_and_json_lines(client: Client, empty: Path) -> None:
    told = client(empty)
    facts = told.get("/api/export/facts")
    assert facts.headers["content-type"] == "text/csv; charset=utf-8"
    assert facts.text.startswith("source,key,run,kind,a,b,since,until")
    assert told.get("/api/export/facts?form=jsonl").text.count("\n") == facts.text.count("\n") - 1
    assert set(TABLES) > {"tilt", "events", "facts"}


def test_the_description_names_every_verb(client: Client, empty: Path) -> None:
    told = client(empty)
    paths = told.get("/api/openapi.json").json()["paths"]
    assert {
        f"/api/{verb}"
        for verb in ("ask", "code", "classify", "episodes", "forecast", "read", "report", "simulate", "why")
    } <= set(paths)
    page = told.get("/api").text
    assert all(path in page for path in paths)


@pytest.mark.slow
def test_the_forms_ask_for_the_files_that_are_read(client: Client, empty: Path) -> None:
    page = client(empty).get("/read").text
    assert all(suffix in page for suffix in SUFFIXES)
    assert "Einen Artikel lesen" not in page


@pytest.mark.slow
def test_the_fitted_page_needs_no_inline_script(client: Client, demo: Workspace) -> None:
    told = client(demo.folder)
    answer = waited(told)
    assert answer.status_code == 200
    scripts = re.findall(r"<script([^>]*)>", answer.text)
    assert len(scripts) == 4
    assert all('src="/static/' in one or 'type="application/json"' in one for one in scripts)
    assert not re.search(r"\son\w+=", answer.text[: answer.text.index('id="data"')])
    for address in re.findall(r'src="(/static/[^"]+)"', answer.text):
        assert told.get(address).headers["cache-control"].endswith("immutable")
    again = told.get("/", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    walk = told.get("/api/why?state=KAZ&when=2022-W09").json()
    assert walk["state"] == "KAZ"
