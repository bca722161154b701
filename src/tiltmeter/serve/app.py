"""The application: pages for people, JSON for programs, and the state both share."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import hashlib
import json
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiltmeter import __version__
from tiltmeter.errors import ShowError, TiltmeterError
from tiltmeter.serve.guard import LOOPBACK, Guard, Limits
from tiltmeter.serve.process import Job, Worker
from tiltmeter.serve.work import Desk, stamp, state
from tiltmeter.show.names import FALLBACK

if TYPE_CHECKING:
    from fastapi import FastAPI

QUICK: Final = 30.0
"""Seconds that a question may take."""
LONG: Final = 600.0
"""Seconds that the first page of a workspace may take."""
READING: Final = 120.0
"""Seconds that an article may take; the first one loads the coder, and may train it."""
KEPT: Final = 400
"""Answers kept, newest last."""
JOBS: Final = 50
"""Finished jobs and readings kept."""

Seen = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is sent: packed, with the tag by which browsers know it again."""

    packed: bytes
    tag: str

    @classmethod
    def of(cls, text: str) -> Page:
        """The page of a text."""
        packed = gzip.compress(text.encode(), 6, mtime=0)
        return cls(packed, f'"{hashlib.sha256(packed).hexdigest()[:20]}"')


@dataclass(slots=True)
class Live:
    """
    What the web process holds of a workspace: answers while its files stay the same, jobs, and two workers.

    `desk` answers questions about the workspace; `reader` takes texts from outside, so that a
    hostile one ends nothing but itself.
    """

    folder: Path
    desk: Worker
    reader: Worker
    now: Callable[[], dt.datetime]
    answers: OrderedDict[Any, Any] = field(default_factory=OrderedDict)
    pages: dict[str, tuple[Seen, Page]] = field(default_factory=dict)
    failed: dict[str, tuple[Seen, TiltmeterError]] = field(default_factory=dict)
    jobs: OrderedDict[str, Job] = field(default_factory=OrderedDict)
    tasks: dict[Any, asyncio.Task[Any]] = field(default_factory=dict)

    async def ask(self, verb: str, **values: Any) -> Any:
        """An answer of the desk, remembered until the workspace changes; asked once, however many wait for it."""
        key = (stamp(self.folder), verb, json.dumps(values, sort_keys=True, default=str))
        if key not in self.answers:
            self.start(key, self._ask(key, verb, values))
            await asyncio.shield(self.tasks[key])
        self.answers.move_to_end(key)
        return self.answers[key]

    async def told(self, verb: str, **values: Any) -> bytes:
        """An answer of the desk as JSON, written once."""
        return await self.ask(verb, written=True, **values)  # type: ignore[no-any-return]

    async def _ask(self, key: Any, verb: str, values: dict[str, Any]) -> None:
        # counting rows must not wait for the page to be made
        counting = asyncio.to_thread(state, Desk(self.folder, self.now)) if verb == "state" else None
        try:
            written = values.pop("written", False)
            answer = await (counting or self.desk.ask(verb, seconds=QUICK, **values))
            self.answers[key] = json.dumps(answer, ensure_ascii=False, default=str).encode() if written else answer
        finally:
            self.tasks.pop(key, None)
        while len(self.answers) > KEPT:
            self.answers.popitem(last=False)

    def page(self, language: str) -> Page | None:
        """The page as last made; None while the first one is being made. Made anew when files have changed."""
        seen = stamp(self.folder)
        made = self.pages.get(language)
        failed = self.failed.get(language)
        if (made is None or made[0] != seen) and (failed is None or failed[0] != seen):
            self.start(("page", language), self._make(language, seen))
        if made is None and failed is not None and failed[0] == seen:
            raise failed[1]
        return made[1] if made else None

    async def _make(self, language: str, seen: Seen) -> None:
        try:
            text = await self.desk.ask("page", seconds=LONG, language=language)
            self.pages[language] = (seen, await asyncio.to_thread(Page.of, text))
        except TiltmeterError as error:
            self.failed[language] = (seen, error)

    def start(self, key: Any, work: Any) -> None:
        """Do something in the background, once at a time."""
        if key in self.tasks and not self.tasks[key].done():
            work.close()
            return
        self.tasks[key] = asyncio.get_running_loop().create_task(work)

    def job(self, verb: str) -> Job:
        """
        A new job, or the one that does this already.

        Raises:
            ShowError: Another job changes the workspace.
        """
        for one in self.jobs.values():
            if one.state == "running" and one.verb in ("fit", "code"):
                if one.verb == verb:
                    return one
                raise ShowError(f"{one.verb} is running", mend="wait until it is done")
        made = self._new(verb)
        self.start(made.id, made.run(self.folder))
        return made

    def reading(self, **values: Any) -> Job:
        """A new reading of a text or file."""
        if sum(one.state == "running" and one.verb == "read" for one in self.jobs.values()) >= 8:
            raise ShowError("eight articles wait to be read already", mend="try again in a minute")
        made = self._new("read")

        async def work() -> None:
            try:
                made.finish(True, await self.reader.ask("read", seconds=READING, **values))
            except TiltmeterError as error:
                made.finish(False, error)

        self.start(made.id, work())
        return made

    def _new(self, verb: str) -> Job:
        made = Job(secrets.token_urlsafe(9), verb, self.now().isoformat(timespec="seconds"))
        self.jobs[made.id] = made
        for key in [one.id for one in self.jobs.values() if one.state != "running"][:-JOBS]:
            del self.jobs[key]
            self.tasks.pop(key, None)
        return made

    def running(self) -> Job | None:
        """The job that changes the workspace now."""
        return next((one for one in self.jobs.values() if one.state == "running" and one.verb != "read"), None)

    async def end(self) -> None:
        """End every process and task."""
        for task in self.tasks.values():
            task.cancel()
        for job in self.jobs.values():
            job.end()
        self.desk.end()
        self.reader.end()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


def application(
    folder: Path, *, hosts: frozenset[str] = LOOPBACK, token: str = "", limits: Limits | None = None,
    now: Callable[[], dt.datetime] = dt.datetime.now, worker: Callable[[Path], Worker] = Worker,
) -> Guard:  # fmt: skip
    """
    The whole application over one workspace.

    Args:
        folder: The workspace; it need not be there yet.
        hosts: Names under which the server may be asked.
        token: What every request must carry; none if empty.
        limits: What a client may use.
        now: The clock.
        worker: Makes the processes that do the work.
    """
    from fastapi import FastAPI

    from tiltmeter.serve import api, pages

    live = Live(folder, worker(folder), worker(folder), now)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        with suppress(TiltmeterError):
            live.page(FALLBACK)  # begun before the first visitor comes
        yield
        await live.end()

    made = FastAPI(
        title="tiltmeter", version=__version__, lifespan=life, docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", description="The verbs of the command line over HTTP, for one workspace.",
    )  # fmt: skip
    made.state.live = live
    api.add(made, live)
    pages.add(made, live)
    return Guard(made, hosts=hosts, token=token, limits=limits or Limits())
