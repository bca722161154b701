"""A language model behind an endpoint that speaks the OpenAI protocol: asked for JSON, never believed unchecked."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from importlib import resources
from pathlib import Path
from typing import Any, Final

import httpx2

from tiltmeter.coder.coder import Coded, Told, once
from tiltmeter.coder.tokens import sentences
from tiltmeter.engines.answers import SCHEMA, checked
from tiltmeter.engines.engine import Engine
from tiltmeter.engines.kept import Kept
from tiltmeter.errors import CoderError

KEY: Final = "OPENAI_API_KEY"
URL: Final = "OPENAI_BASE_URL"
PUBLIC: Final = "https://api.openai.com/v1"

PIECE: Final = 6_000
"""Code points asked about at once: a longer text is asked about in pieces of whole sentences."""

TRIES: Final = 5
FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 60.0
"""Seconds before a request is tried again, doubled each time; what the server asks for counts more."""

PATIENCE: Final = 120.0
"""Seconds an answer may take."""


@dataclass
class Endpoint:
    """
    A reader that asks a model.

    Args:
        engine: The model, its endpoint and the budget.
        kept: Where answers are kept.
        sleep: Waits some seconds.

    `refused` counts the events that were not taken, by reason; `requests` and `tokens` what was spent.
    """

    engine: Engine
    kept: Kept
    sleep: Callable[[float], None] = time.sleep
    threshold: float = 0.5
    refused: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    tokens: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    @cached_property
    def languages(self) -> Mapping[str, str]:
        """Every language that has a code of two letters: which of them the model reads, it does not say."""
        import pycountry

        return {one.alpha_2: one.name for one in pycountry.languages if hasattr(one, "alpha_2")}

    @cached_property
    def url(self) -> str:
        """Where requests go."""
        return f"{(self.engine.url or os.environ.get(URL) or PUBLIC).rstrip('/')}/chat/completions"

    def code_all(self, texts: Sequence[tuple[str, str, dt.date | None]], *, all_events: bool = False) -> list[Coded]:
        """
        Events of texts as the model tells them, each checked against its text.

        Raises:
            CoderError: The endpoint does not answer, refuses, or the budget is spent.
        """
        pieces = [
            (number, begin, text[begin:end])
            for number, (text, _, _) in enumerate(texts)
            for begin, end in _pieces(text)
        ]
        asked = [self._asked(piece, texts[number]) for number, _, piece in pieces]
        told: list[list[Told]] = [[] for _ in texts]
        wrong: dict[int, str] = {}
        for (number, begin, piece), answer in zip(pieces, self._answers(asked), strict=True):
            events = answer.get("events") if isinstance(answer, dict) else None
            if isinstance(events, list):
                told[number] += [_moved(one, begin) for one in self._taken(events, piece)]
            else:
                wrong[number] = "the engine's answer has not the form asked for"
        floor = 0.0 if all_events else self.threshold
        sure = [() if number in wrong else _sure(events, floor) for number, events in enumerate(told)]
        return [Coded(code, wrong.get(number), sure[number]) for number, (_, code, _) in enumerate(texts)]

    def notes(self) -> list[str]:
        """What was spent and what was refused, for people."""
        out = [f"{self.requests} requests, {self.tokens} tokens"]
        return out + [f"{count} events refused: {why}" for why, count in sorted(self.refused.items())]

    def _taken(self, events: Sequence[object], piece: str) -> Iterator[Told]:
        for event in events:
            found = checked(event, piece)
            if isinstance(found, str):
                self.refused[found] += 1
            else:
                yield found

    def _asked(self, piece: str, text: tuple[str, str, dt.date | None]) -> dict[str, Any]:
        _, language, date = text
        head = f"Language: {language}. Dateline: {date or 'not known'}."
        return {
            "model": self.engine.what,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": _prompt()},
                {"role": "user", "content": f"{head}\n\n{piece}"},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "events", "strict": True, "schema": SCHEMA},
            },
        }

    def _answers(self, asked: Sequence[dict[str, Any]]) -> Iterator[Any]:
        """The model's answers in their order; when one fails, what waits is not asked any more."""
        self._stop.clear()
        with httpx2.Client(timeout=PATIENCE) as client, ThreadPoolExecutor(self.engine.jobs) as pool:
            try:
                yield from pool.map(partial(self._answer, client), asked)
            except BaseException:
                self._stop.set()
                raise

    def _answer(self, client: httpx2.Client, asked: dict[str, Any]) -> Any:
        """The model's answer, from what was kept or by a request; None where it is no JSON."""
        question = {"url": self.url, **asked}
        with self._lock:
            kept = self.kept.get(question)
        if kept is not None:
            return kept
        told = self._request(client, asked)
        with self._lock:
            usage = told.get("usage") or {}
            self.tokens += int(usage.get("total_tokens") or 0)
            try:
                answer = json.loads(told["choices"][0]["message"]["content"])
            except (LookupError, TypeError, ValueError):
                return None
            self.kept.put(question, answer)
        return answer

    def _spend(self) -> None:
        if self._stop.is_set():
            raise CoderError("stopped", mend="see the error before", where=self.engine.what)
        for spent, most, what in (
            (self.requests, self.engine.requests, "requests"),
            (self.tokens, self.engine.tokens, "tokens"),
        ):
            if most is not None and spent >= most:
                mend = "raise it; what was answered is kept and costs nothing when asked again"
                raise CoderError(f"the budget of {most} {what} is spent", mend=mend, where=self.engine.what)
        self.requests += 1

    def _request(self, client: httpx2.Client, asked: dict[str, Any]) -> dict[str, Any]:
        key = os.environ.get(KEY, "")
        if not key and self.url.startswith(PUBLIC):
            raise CoderError(f"${KEY} is not set", mend="set it to your key, or name another endpoint by --engine-url")
        head = {"Authorization": f"Bearer {key}"} if key else {}
        why, wait = "", 0.0
        for attempt in range(TRIES):
            if attempt:
                self.sleep(wait)
            with self._lock:
                self._spend()
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2**attempt)
            try:
                got = client.post(self.url, json=asked, headers=head)
            except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
                mend = "give one that begins with http:// or https://"
                raise CoderError("no address of an endpoint", mend=mend, where=self.url) from error
            except httpx2.TransportError as error:
                why = type(error).__name__
                continue
            if got.status_code == 200:
                return _object(got.text, self.url)
            why = f"status {got.status_code}"
            if got.status_code != 429 and got.status_code < 500:
                raise _declined(got.status_code, _said(got.text, key), self.url)
            wait = max(wait, min(LONGEST_WAIT, _seconds(got.headers.get("retry-after"))))
        raise CoderError(
            f"no answer after {TRIES} tries ({why})", mend="try again later; answers so far are kept", where=self.url
        )


def _prompt() -> str:
    return (resources.files("tiltmeter.engines") / "prompt.md").read_text(encoding="utf-8")


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """The text in stretches of whole sentences, none much longer than PIECE."""
    begin = last = None
    for start, end in sentences(text):
        if begin is not None and last is not None and end - begin > PIECE:
            yield begin, last
            begin = None
        begin = start if begin is None else begin
        last = end
    if begin is not None and last is not None:
        yield begin, last


def _moved(one: Told, by: int) -> Told:
    """An event of a piece, its places counted in the whole text."""
    places = {
        name: (getattr(one, name)[0] + by, getattr(one, name)[1] + by)
        for name in ("span", "giver_span", "taker_span", "sentence")
    }
    return replace(one, **places)  # type: ignore[arg-type]


def _sure(events: Sequence[Told], floor: float) -> tuple[Told, ...]:
    return tuple(one for one in once(events) if one.confidence >= floor)


def _object(text: str, url: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise CoderError(
            "the answer is no JSON", mend="check that the address is an OpenAI-compatible endpoint", where=url
        )
    return told


def _said(text: str, key: str) -> str:
    """The server's own words, short, and without the key should it repeat it."""
    with contextlib.suppress(ValueError, LookupError, TypeError):
        text = str(json.loads(text)["error"]["message"])
    line = " ".join(text.split())[:200]
    return line.replace(key, "…") if key else line


def _declined(status: int, said: str, url: str) -> CoderError:
    mends = {
        401: f"check ${KEY}", 403: f"check ${KEY}", 404: "check the model's name and --engine-url",
        400: "the endpoint must know JSON-schema answers (response_format)",
    }  # fmt: skip
    return CoderError(f"status {status}: {said}", mend=mends.get(status, "see the endpoint's manual"), where=url)


def _seconds(told: str | None) -> float:
    try:
        return float(told) if told else 0.0
    except ValueError:
        return 0.0  # a date: our own waits do


def default_cache() -> Path:
    """The file of kept answers in the user's cache."""
    from tiltmeter.coder import trained

    return trained.place().parent / "answers.sqlite"
