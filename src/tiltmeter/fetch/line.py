"""One line to the network: polite, patient, and honest about who asks."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import urljoin, urlsplit

import httpcore2

from tiltmeter import __version__
from tiltmeter.errors import FetchError
from tiltmeter.fetch.guard import Backend, Guard

AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which it is worth asking again."""

HOPS: Final = 5
"""Addresses an answer may lead to, one after the other."""

LONGEST: Final = 300.0
"""Seconds that are waited at most, even where the host asks for more."""


class Broken(Exception):  # noqa: N818 - it is caught in this room, nobody is told
    """An answer that broke off, or never came: worth asking again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """
    How hosts are asked: at least `pause` seconds apart, `tries` times, first `backoff` seconds later, then twice that.

    `patience` is how many seconds a host may be silent; `sleep`, `clock` and `now` stand for time.
    """

    sleep: Callable[[float], None]
    clock: Callable[[], float]
    now: Callable[[], dt.datetime]
    pause: float = 1.0
    tries: int = 5
    backoff: float = 2.0
    patience: float = 60.0
    contact: str = ""


@dataclass(slots=True)
class Answer:
    """What a host answers: status, heads (lower case), and the body, a piece at a time."""

    url: str
    status: int
    heads: Mapping[str, str]
    body: Iterator[bytes] = field(repr=False)

    @property
    def length(self) -> int | None:
        """The bytes of the body, if the host tells."""
        told = self.heads.get("content-length", "")
        return int(told) if told.isdigit() else None


class Line:
    """Asks hosts that a guard lets through. Close it, or use `with`."""

    def __init__(self, guard: Guard, manners: Manners) -> None:
        self.guard, self.manners = guard, manners
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=Backend(guard), max_connections=2
        )
        self._asked: dict[str, float] = {}

    @contextmanager
    def ask(self, url: str, heads: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """
        The answer to one question; an address it leads to is checked like the first.

        Raises:
            FetchError: The address, or one it leads to, may not be asked.
            Broken: The host does not answer, or its answer breaks off.
        """
        sent = {"User-Agent": self._name(), "Accept-Encoding": "identity", **(heads or {})}
        before = ""
        for _ in range(HOPS + 1):
            self.guard.refuse(url, before=before)
            self._wait(url)
            wait = dict.fromkeys(("connect", "read", "write", "pool"), self.manners.patience)
            with (
                _told(url),
                self._pool.stream("GET", url, headers=list(sent.items()), extensions={"timeout": wait}) as got,
            ):
                told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in got.headers}
                if got.status not in {301, 302, 303, 307, 308} or "location" not in told:
                    yield Answer(url, got.status, told, got.iter_stream())
                    return
            before, url = url, urljoin(url, told["location"])
        raise FetchError(f"leads on more than {HOPS} times", mend="give the address it leads to", where=url)

    def patiently(self, url: str, do: Callable[[int], float | None]) -> None:
        """
        Call `do(attempt)` until it gives None; a number is how long the host asks to wait, negative for no wish.

        Raises:
            FetchError: It did not work as many times as manners allow.
        """
        last = "no answer"
        for attempt in range(self.manners.tries):
            wish = -1.0
            try:
                told = do(attempt)
                if told is None:
                    return
                wish, last = told, "the host asks to wait"
            except Broken as error:
                last = str(error)
            if attempt + 1 < self.manners.tries:
                self.manners.sleep(min(LONGEST, max(wish, self.manners.backoff * 2**attempt)))
        what = f"did not arrive in {self.manners.tries} tries: {last}"
        raise FetchError(what, mend="run it again later: it goes on where it stopped", where=url)

    def wish(self, answer: Answer) -> float:
        """How many seconds the host asks to wait; -1 if it does not say."""
        told = answer.heads.get("retry-after", "")
        if told.isdigit():
            return float(told)
        try:
            return max(0.0, (parsedate_to_datetime(told).replace(tzinfo=None) - self.manners.now()).total_seconds())
        except (ValueError, TypeError, IndexError):
            return -1.0

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _name(self) -> str:
        who = f"; {self.manners.contact}" if self.manners.contact else ""
        return f"tiltmeter/{__version__} (downloads event data and feeds for its user{who})"

    def _wait(self, url: str) -> None:
        host, now = urlsplit(url).netloc, self.manners.clock()
        rest = self._asked.get(host, now - self.manners.pause) + self.manners.pause - now
        if rest > 0:
            self.manners.sleep(rest)
        self._asked[host] = self.manners.clock()


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Turns the network's errors into ours."""
    try:
        yield
    except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, OSError) as error:
        if isinstance(error, FetchError):
            raise
        raise Broken(str(error) or type(error).__name__) from error
    except httpcore2.UnsupportedProtocol as error:
        raise FetchError("not a web address", mend="check it", where=url) from error
