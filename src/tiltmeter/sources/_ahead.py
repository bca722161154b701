"""Makes the next items of an iterator in a thread while the last are worked on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any, Final, TypeVar

T = TypeVar("T")

DEPTH: Final = 2
"""Items that are held ready."""

_PATIENCE: Final = 0.1
"""Seconds after which the thread looks whether anybody still waits."""


def ahead(items: Iterator[T]) -> Iterator[T]:
    """
    The same items in the same order; an error comes where it came.

    Unpacking and parsing let go of Python's lock, so that two cores are used.

    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    ready: queue.Queue[tuple[Any, BaseException | None, bool]] = queue.Queue(DEPTH)
    over = threading.Event()

    def put(item: Any, error: BaseException | None, last: bool) -> bool:
        while not over.is_set():
            try:
                ready.put((item, error, last), timeout=_PATIENCE)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for item in items:
                if not put(item, None, False):
                    return
            put(None, None, True)
        except BaseException as error:  # noqa: BLE001 - it is raised again where the items are used
            put(None, error, True)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item, error, last = ready.get()
            if error is not None:
                raise error
            if last:
                return
            yield item
    finally:
        over.set()
        thread.join()
