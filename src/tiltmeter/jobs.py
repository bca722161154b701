"""Work in several processes at once: the answers in the order of the work, however many do it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final, Protocol, TypeVar

from tiltmeter.errors import CoderError

AHEAD: Final = 2
"""Pieces of work per process that wait or run: enough that none is idle, few enough for constant memory."""

Work = TypeVar("Work")
Answer = TypeVar("Answer")


class Crew(Protocol):
    """Who does work beyond this process, such as a cluster."""

    def ordered(self, do: Callable[[Work], Answer], work: Iterable[Work]) -> Iterator[Answer]:
        """What `do` makes of each piece of work, in its order; `do`, the work and the answers are pickled."""


def ordered(do: Callable[[Work], Answer], work: Iterable[Work], *, jobs: int) -> Iterator[Answer]:
    """
    What `do` makes of each piece of work, in its order.

    With one job it is done here; with more, `do`, the work and the answers are pickled, and no more than a few
    pieces are held at once.

    Args:
        do: A function of a module, or a partial of one.
        work: The pieces, taken as they are needed.
        jobs: Processes.

    Raises:
        CoderError: A process died.

    >>> list(ordered(abs, [-1, 2, -3], jobs=1))
    [1, 2, 3]
    """
    if jobs <= 1:
        yield from map(do, work)
        return
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
    waiting: deque[Future[Answer]] = deque()
    try:
        for piece in work:
            waiting.append(pool.submit(do, piece))
            if len(waiting) >= AHEAD * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        mend = "use fewer --jobs if memory is short; with --jobs 1 the document at fault can be found"
        raise CoderError("a process that helped was stopped", mend=mend) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        # what still runs is wanted by nobody: an error or Ctrl-C must not wait for it
        for child in set(multiprocessing.active_children()) - before if waiting else ():
            child.terminate()


def _begin() -> None:
    """In each process: Ctrl-C is the parent's to answer, and without a parent there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
