"""What stands before every request refuses strangers, forgeries, floods and what is too large, and says why."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tiltmeter.serve.guard import ADDRESSES, HEADERS, LOOPBACK, Guard, Limits

TOKEN = "a-token-of-some-length"


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def client(**changes: Any) -> TestClient:
    app = Starlette(routes=[Route("/{path:path}", _echo, methods=["GET", "POST"])])
    return TestClient(Guard(app, **changes), base_url="http://localhost:8765")


def test_every_answer_has_a_strict_policy_and_no_script_from_the_page() -> None:
    for path in ("/", "/missing"):
        told = client().get(path).headers
        assert {key: told[key] for key in HEADERS} == HEADERS
    policy = HEADERS["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    assert re.search(r"script-src[^;]*unsafe", policy) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "", "[::2]", "localhost@evil"]
)
def test_another_name_is_refused_against_rebinding(host: str) -> None:
    answer = client().get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "Mend: " in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:9", "127.0.0.1:8765", "[::1]:8765"])
def test_this_machine_goes_by_its_own_names(host: str) -> None:
    assert client().get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"},
     {"origin": "null"}, {"origin": "http://localhost:1"}, {"sec-fetch-site": "cross-site"},
     {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}],
)  # fmt: skip
def test_another_site_changes_nothing(headers: dict[str, str]) -> None:
    assert client().post("/jobs", headers=headers).status_code == 403


def test_another_site_may_link_to_a_page_but_not_read_data() -> None:
    cross = {"sec-fetch-site": "cross-site"}
    assert client().get("/", headers=cross | {"sec-fetch-mode": "navigate"}).status_code == 200
    assert client().get("/api/state", headers=cross | {"sec-fetch-mode": "cors"}).status_code == 403
    assert (
        client().post("/jobs", headers={"origin": "http://localhost:8765", "sec-fetch-site": "same-origin"}).status_code
        == 200
    )


def test_a_token_is_asked_for_and_kept_out_of_reach_of_scripts() -> None:
    guarded = client(token=TOKEN)
    assert guarded.get("/").status_code == 401
    assert guarded.get("/", headers={"authorization": f"Bearer {TOKEN}x"}).status_code == 401
    assert guarded.get("/api/x", params={"token": TOKEN}).status_code == 401  # in an address it would be logged
    assert guarded.get("/", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    first = guarded.get("/", params={"token": TOKEN}, follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert "HttpOnly; SameSite=Strict" in first.headers["set-cookie"]
    assert guarded.get("/").status_code == 200


def test_a_body_that_is_too_large_is_refused_by_what_it_says_and_by_what_it_is() -> None:
    small = client(limits=Limits(body=1000))
    assert small.post("/", content=b"x" * 1000).text == "1000"
    assert small.post("/", content=b"x" * 1001).status_code == 413

    def endless() -> Any:
        for _ in range(50):
            yield b"x" * 100

    assert small.post("/", content=endless()).status_code == 413


def test_a_body_that_never_comes_is_given_up() -> None:
    async def stalled() -> Any:
        await asyncio.sleep(60)

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(_: Any, receive: Any, __: Any) -> None:
        await receive()

    guard = Guard(app, limits=Limits(seconds=0.2))
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [(b"host", b"localhost")]}
    asyncio.run(guard(scope, stalled, send))
    assert sent[0]["status"] == 408


def test_floods_are_told_to_wait_and_forgiven() -> None:
    time = [0.0]
    guarded = client(limits=Limits(writes=1.0, burst=3.0), clock=lambda: time[0])
    told = [guarded.post("/").status_code for _ in range(5)]
    assert told == [200, 200, 200, 429, 429]
    assert guarded.get("/").status_code == 200
    time[0] = 2.0
    assert [guarded.post("/").status_code for _ in range(3)] == [200, 200, 429]


def test_rates_of_ever_new_addresses_are_forgotten_before_they_fill_the_memory() -> None:
    guard = Guard(_nothing, limits=Limits(writes=1.0, burst=1.0), clock=lambda: 0.0)
    for number in range(ADDRESSES + 500):
        assert guard._allowed(f"2001:db8::{number:x}", writing=True)
    assert len(guard._left) <= ADDRESSES + 1
    assert not guard._allowed(f"2001:db8::{ADDRESSES + 499:x}", writing=True)  # the last ones are remembered


@pytest.mark.parametrize("header", ["host", "origin", "authorization", "cookie"])
def test_a_header_of_bytes_that_are_no_text_is_answered(header: str) -> None:
    answer = client(token=TOKEN).get("/", headers=[(header.encode(), b"\xff\x80;=\xfe")])
    assert answer.status_code in (401, 403, 421)


def test_loopback_alone_is_trusted_by_default() -> None:
    assert Guard(_nothing).hosts == LOOPBACK == {"localhost", "127.0.0.1", "[::1]"}


async def _nothing(*_: Any) -> None:
    """An application that does nothing."""
