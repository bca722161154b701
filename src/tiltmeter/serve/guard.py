"""What stands before every request: host, origin, token, size, time and rate; and the headers of every answer."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from tiltmeter.logs import tell

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

METHODS: Final = frozenset({"GET", "HEAD", "POST"})
"""Methods that are logged by name; a client may send any word as one."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
COOKIE: Final = "tiltmeter_token"
HEADERS: Final[dict[str, str]] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with none at all, browsers hide the origin of our own forms
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every answer. Styles may stand in the page, as charts set them; scripts may not."""
ADDRESSES: Final = 10_000
"""Addresses whose rates are remembered; beyond, the oldest are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    What a client may use.

    `body` bytes, `seconds` in which a body must be in, `reads` and `writes` requests a
    second on average from one address (GET and HEAD; all others), of which `burst`
    seconds' worth may come at once.
    """

    body: int = 8 << 20
    seconds: float = 20.0
    reads: float = 1000.0
    writes: float = 4.0
    burst: float = 8.0


@dataclass(slots=True)
class Guard:
    """
    ASGI middleware that refuses what it must before any of our code sees it.

    A request must name one of `hosts` (against DNS rebinding), may come from our own pages only
    (`Origin`, `Sec-Fetch-Site`; against requests forged by other sites), and must carry the
    `token` if there is one, as a bearer or in the cookie that `/?token=…` sets.
    """

    app: App
    hosts: frozenset[str] = LOOPBACK
    token: str = ""
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.monotonic
    _left: dict[tuple[str, bool], tuple[float, float]] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        guarded = _headed(send)
        refused = self._refused(scope, headers)
        if refused:
            tell("refused", status=refused[0])
            await _refuse(guarded, *refused)
            return
        given = self.token and parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if given and scope["path"] == "/":
            await _admit(guarded, given, secure=scope.get("scheme") == "https")
            return
        # the server leaves out the body of what was asked for by its head alone
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        closed, began = False, time.monotonic()

        async def close(status: int, what: str, mend: str) -> None:
            nonlocal closed
            closed = True
            await _refuse(guarded, status, what, mend)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                # the route's pattern: what was asked for may tell who asked
                route = getattr(asked.get("route"), "path", "")
                method = scope["method"] if scope["method"] in METHODS else ""
                seconds = time.monotonic() - began
                tell("request", method=method, route=route, status=message["status"], seconds=seconds)
            if not closed:
                await guarded(message)

        try:
            await self.app(asked, self._limited(receive, close), answer)
        except Exception:
            if not closed:  # the application only complains that the body broke off
                raise

    def _refused(self, scope: Scope, headers: Mapping[str, str]) -> tuple[int, str, str] | None:
        host = headers.get("host", "")
        if _name(host) not in self.hosts:
            return 421, "this server does not go by that name", "open the address that `tiltmeter serve` prints"
        if not _own(headers, host, reading=scope["method"] in ("GET", "HEAD")):
            return 403, "the request comes from another site", "send it from this server's own pages, or from a program"
        if self.token and not self._known(scope, headers):
            return 401, "the token is missing or wrong", "open the address with the token that `tiltmeter serve` prints"
        if headers.get("content-length", "0").isdigit() and int(headers.get("content-length", "0")) > self.limits.body:
            return 413, f"larger than {self.limits.body >> 20} MB", "send a smaller file, or use the command line"
        client = (scope.get("client") or ("", 0))[0]
        if not self._allowed(client, writing=scope["method"] not in ("GET", "HEAD")):
            return 429, "too many requests", "wait a few seconds"
        return None

    def _known(self, scope: Scope, headers: Mapping[str, str]) -> bool:
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            cookie = None
        first = query.get("token", [""])[0] if scope["path"] == "/" else ""
        told = [bearer if kind.lower() == "bearer" else "", cookie.value if cookie else "", first]
        return any(hmac.compare_digest(one.encode(), self.token.encode()) for one in told)

    def _allowed(self, client: str, *, writing: bool) -> bool:
        """A token bucket per address."""
        rate = self.limits.writes if writing else self.limits.reads
        now = self.clock()
        left, before = self._left.get((client, writing), (rate * self.limits.burst, now))
        left = min(rate * self.limits.burst, left + (now - before) * rate)
        if len(self._left) > ADDRESSES:
            self._left.pop(next(iter(self._left)))
        self._left[client, writing] = (max(0.0, left - 1), now)
        return left >= 1

    def _limited(self, receive: Receive, close: Callable[[int, str, str], Awaitable[None]]) -> Receive:
        """The body, as long as it is neither too large nor too slow; else the answer is given here."""
        total, until = 0, self.clock() + self.limits.seconds
        whole = False

        async def limited() -> Message:
            nonlocal total, whole
            if whole:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.1, until - self.clock()))
            except TimeoutError:
                await close(408, "the request took too long to come", "send it again")
                return {"type": "http.disconnect"}
            total += len(message.get("body", b""))
            whole = message["type"] != "http.request" or not message.get("more_body")
            if total > self.limits.body:
                await close(413, f"larger than {self.limits.body >> 20} MB", "send less, or use the command line")
                return {"type": "http.disconnect"}
            return message

        return limited


def _name(host: str) -> str:
    """A host without its port."""
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and host.count(":") != 7 else host


def _own(headers: Mapping[str, str], host: str, *, reading: bool) -> bool:
    """Whether a request comes from our own pages, from a program, or from the address line."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return False
    site = headers.get("sec-fetch-site", "none")
    # a link from elsewhere may lead to a page; it may not read data or change anything
    follows = reading and headers.get("sec-fetch-mode") == "navigate"
    return site in ("same-origin", "none") or follows


def _headed(send: Send) -> Send:
    async def headed(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {key.lower() for key, _ in message.get("headers", [])}
            more = [(key.encode(), value.encode()) for key, value in HEADERS.items() if key.encode() not in own]
            if b"cache-control" not in own:
                more.append((b"cache-control", b"no-store"))
            message["headers"] = [*message.get("headers", []), *more]
        await send(message)

    return headed


async def _refuse(send: Send, status: int, what: str, mend: str) -> None:
    body = f"{what}\n  Mend: {mend}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if status == 429:
        headers.append((b"retry-after", b"2"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _admit(send: Send, token: str, *, secure: bool) -> None:
    """Keep the token in a cookie and lead to the address without it."""
    cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
    headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
