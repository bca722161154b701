"""Processes of our own that do the work: asked through a pipe, ended when they take too long or too much."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing as mp
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.errors import ShowError, TiltmeterError
from tiltmeter.logs import tell

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

MEMORY: Final = 3 << 30
"""Bytes that a working process may hold: the coder and the fits of a large theatre take one to two."""


@dataclass(slots=True)
class Worker:
    """
    A process that answers one question at a time about one workspace.

    It is started when first asked, and started anew after it was ended or died.
    """

    folder: Path
    memory: int = MEMORY
    _process: SpawnProcess | None = None
    _pipe: Connection | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: int = 0

    async def ask(self, verb: str, *, seconds: float, queue: int = 64, **values: Any) -> Any:
        """
        The answer of one of work.VERBS.

        Raises:
            TiltmeterError: The verb's own.
            ShowError: It took too long, too much memory, or too many wait already.
        """
        if self._waiting >= queue:
            raise ShowError("too many requests wait already", mend="try again in a minute")
        self._waiting += 1
        try:
            async with self._turn:
                return await self._asked(verb, seconds, values)
        finally:
            self._waiting -= 1

    async def _asked(self, verb: str, seconds: float, values: dict[str, Any]) -> Any:
        pipe = self._open()
        try:
            pipe.send((verb, values))
            done = await _readable(pipe, seconds)
            if not done:
                raise ShowError(
                    f"took longer than {seconds:.0f} s and was stopped", mend="send less, or use the command line"
                )
            fine, answer = pipe.recv()
        except (EOFError, OSError) as error:
            if isinstance(error, TiltmeterError):
                raise
            self.end()
            raise ShowError(
                "needed more memory than is allowed, or failed", mend="send less, or use the command line"
            ) from error
        except BaseException:
            self.end()  # its answer would be taken for that of the next question
            raise
        if not fine:
            raise answer
        return answer

    def _open(self) -> Connection:
        if self._process is None or not self._process.is_alive() or self._pipe is None:
            self.end()
            context = mp.get_context("spawn")
            self._pipe, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(other, self.folder, self.memory), daemon=True)
            self._process.start()
            other.close()
        return self._pipe

    def end(self) -> None:
        """End the process, if there is one."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None and self._process.is_alive():
            self._process.kill()
            self._process.join(2)
        self._process = self._pipe = None


async def _readable(pipe: Connection, seconds: float) -> bool:
    """Whether something can be read from a pipe within a time."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(pipe.fileno(), ready.set)
    try:
        await asyncio.wait_for(ready.wait(), seconds)
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(pipe.fileno())
    return True


def _serve(pipe: Connection, folder: Path, memory: int) -> None:
    """The process: answers until the pipe closes."""
    _bounded(memory)
    from tiltmeter.serve.work import VERBS, Desk

    desk = Desk(folder)
    while True:
        try:
            verb, values = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_answer(lambda: VERBS[verb](desk, **values)))  # noqa: B023 - called at once


def _answer(call: Callable[[], Any]) -> tuple[bool, Any]:
    try:
        return True, call()
    except TiltmeterError as error:
        return False, error
    except MemoryError:
        return False, ShowError("needs more memory than is allowed", mend="send less, or use the command line")
    except Exception as error:  # noqa: BLE001 - a fault of ours must not end the process for others
        return False, ShowError(f"this should not happen: {type(error).__name__}", mend="report it with what you sent")


def _bounded(memory: int) -> None:
    """No more than so much memory, no child processes left behind, and deaf to the keyboard's interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        # what is mapped but not written, as by pyarrow and numba, does not count
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


@dataclass(slots=True)
class Job:
    """A long verb in a process of its own, with how far it is."""

    id: str
    verb: str
    started: str
    state: str = "running"
    progress: float = 0.0
    result: Any = None
    what: str = ""
    mend: str = ""
    _process: SpawnProcess | None = None

    def told(self) -> dict[str, Any]:
        """What the API says of it."""
        fields = ("id", "verb", "started", "state", "progress", "what", "mend")
        return {name: getattr(self, name) for name in fields}

    async def run(self, folder: Path) -> None:
        """Do the work; every end is a state: done or failed."""
        context = mp.get_context("spawn")
        pipe, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, folder, self.verb), daemon=False)
        self._process.start()
        other.close()
        try:
            while self.state == "running":
                await _readable(pipe, 3600.0)
                kind, value = pipe.recv()
                if kind == "progress":
                    self.progress = float(value)
                else:
                    self.finish(kind == "done", value)
        except (EOFError, OSError):
            self.finish(False, ShowError("was ended before it was done", mend="start it again"))
        finally:
            pipe.close()

    def finish(self, fine: bool, value: Any) -> None:
        """Note how it ended."""
        self.state = "done" if fine else "failed"
        tell("job.end", verb=self.verb, state=self.state)
        if fine:
            self.progress, self.result = 1.0, value
        else:
            self.what, self.mend = value.what, value.mend

    def end(self) -> None:
        """End its process; the store's transactions leave nothing half done."""
        if self._process is not None and self._process.is_alive():
            self._process.terminate()
            self._process.join(5)


def _work(pipe: Connection, folder: Path, verb: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from tiltmeter.serve.work import long

    def progress(share: float) -> None:
        with contextlib.suppress(OSError):
            pipe.send(("progress", share))

    fine, value = _answer(lambda: long(folder, verb, progress))
    pipe.send(("done" if fine else "failed", value))
