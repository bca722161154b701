"""Work on the machines of a Dask cluster: the answers in the order of the work, whoever did it."""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import platform
import re
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from tiltmeter import __version__
from tiltmeter.errors import ClusterError
from tiltmeter.jobs import AHEAD, Answer, Work

PATIENCE: Final = 30.0
"""Seconds after which a cluster without a worker is given up."""

CONNECT: Final = 5.0
"""Seconds after which a scheduler that does not answer is given up, and a worker that does not counted as lost."""

DECIDING: Final = (
    "ahocorasick-rs", "babel", "distributed", "duckdb", "numba", "numpy", "py3langid", "pyarrow", "pycountry", "regex",
    "scipy", "simplemma",
)  # fmt: skip
"""Packages whose version may change an answer, or whether it can be read."""


@functools.cache
def marks() -> Mapping[str, str]:
    """What must be the same here and on a worker, for the answers to be: versions, and a digest of our own files."""
    found = {"tiltmeter": __version__, "python": ".".join(platform.python_version_tuple()[:2])}
    for name in DECIDING:
        found[name] = metadata.version(name)
    total = hashlib.sha256()
    for name, file in sorted(_files(resources.files("tiltmeter"), "")):
        total.update(name.encode() + b"\0" + file.read_bytes())
    return found | {"the files of tiltmeter": total.hexdigest()[:12]}


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".py", ".toml", ".tsv", ".txt", ".md", ".sql")):
            yield prefix + entry.name, entry


@dataclass(frozen=True)
class Cluster:
    """
    The workers behind a scheduler; a `jobs.Crew`.

    `patience` are the seconds after which a cluster without a worker is given up.
    """

    client: Any
    address: str
    patience: float = PATIENCE

    def ordered(self, do: Callable[[Work], Answer], work: Iterable[Work]) -> Iterator[Answer]:
        """
        What `do` makes of each piece of work, in its order.

        What a lost worker had is done again by another. No more than a few pieces for each thread of
        the workers are under way at once, so neither side's memory grows with the work.

        Args:
            do: A function of a module, or a partial of one; it must give the same whenever it is called.
            work: The pieces, taken as they are needed.

        Raises:
            ClusterError: The scheduler or all workers are gone, or a piece ends whoever works on it.
        """
        waiting: deque[Any] = deque()
        room = self._room()
        try:
            for number, piece in enumerate(work, start=1):
                waiting.append(self.client.submit(_checked, do, piece, expected=marks(), pure=False))
                if len(waiting) >= room:
                    yield self._answer(waiting.popleft())
                if number % room == 0:
                    room = self._room()  # workers come and go
            while waiting:
                yield self._answer(waiting.popleft())
        finally:
            for future in waiting:
                future.release()

    def _room(self) -> int:
        with self._explained():
            threads: Mapping[str, int] = self.client.nthreads()
            return max(1, AHEAD * sum(threads.values()))

    def _answer(self, future: Any) -> Any:
        with self._explained():
            while True:
                try:
                    return future.result(timeout=self.patience)
                except TimeoutError:
                    if future.done():
                        raise  # it is the work's own
                    if not self.client.nthreads():
                        mend = "start workers, and call the verb again: what is stored stays"
                        raise ClusterError("no worker is left", mend=mend, where=self.address) from None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns Dask's errors into ours."""
        from concurrent.futures import CancelledError

        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        try:
            yield
        except ClusterError:
            raise
        except KilledWorker as error:
            what = "a piece of work ended every worker that took it"
            raise ClusterError(what, mend="give workers more memory; see their logs", where=self.address) from error
        except (CancelledError, CommClosedError) as error:
            mend = "see the scheduler's log, and call the verb again"
            raise ClusterError("the scheduler has gone away", mend=mend, where=self.address) from error
        except ImportError as error:
            raise _unlike(str(error), self.address) from error


@contextmanager
def connected(address: str, *, patience: float = PATIENCE) -> Iterator[Cluster]:
    """
    The cluster at an address, as long as the block lasts.

    Args:
        address: Of a Dask scheduler (`host:8786`), or the JSON file it writes (`--scheduler-file`).
        patience: Seconds after which a file that is not there, or a cluster without a worker, is given up.

    Raises:
        ClusterError: Dask is not installed, no scheduler or worker is there, or a worker is unlike this process.
    """
    try:
        import distributed
    except ImportError as error:
        raise ClusterError("Dask is not installed", mend="pip install 'tiltmeter[cluster]'", where=address) from error
    from dask import config

    with config.set({"distributed.comm.timeouts.connect": CONNECT}):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                open_: Any = distributed.Client  # of Dask, only some is typed
                client = open_(_scheduler(address, patience), timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError, KeyError, TypeError) as error:
            mend = "start one with `dask scheduler`, and give its address (tcp://host:8786) or --scheduler-file"
            raise ClusterError("no Dask scheduler answers", mend=mend, where=address) from error
        try:
            _compare(client, address, patience)
            yield Cluster(client, address, patience)
        finally:
            client.close(timeout=2)


_ADDRESS: Final = re.compile(r"(?:(?:tcp|tls|wss?|ucx)://)?(?:[^\s/:\[\]]+|\[[0-9a-fA-F:]+\]):\d{1,5}")


def _scheduler(address: str, patience: float) -> str:
    """The address that a scheduler's file tells, once it is written; any other as it is, if it has the form of one."""
    if not address.endswith(".json"):
        if not _ADDRESS.fullmatch(address):
            raise ValueError(address)  # Dask would be ten seconds about it
        return address
    until = time.monotonic() + patience
    while not Path(address).exists() and time.monotonic() < until:
        time.sleep(0.1)
    told: str = json.loads(Path(address).read_bytes())["address"]
    return told


def quiet() -> None:
    """Let Dask's own loggers be silent: what goes wrong is told in our words, and theirs would come beside them."""
    for name in ("distributed", "tornado.application", "asyncio", *logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"distributed", "tornado", "asyncio"}:
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _compare(client: Any, address: str, patience: float) -> None:
    """Refuse a cluster without a worker, or with one that would answer otherwise."""
    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise ClusterError("no worker", mend=f"start some with `dask worker {address}`", where=address) from error
    try:
        told = client.run(marks)
    except Exception as error:  # a worker of another version may raise anything
        raise _unlike(str(error), address) from error
    for worker, found in told.items():
        _refuse_other(found, marks(), worker)


def _refuse_other(found: Mapping[str, str], expected: Mapping[str, str], worker: str) -> None:
    other = [f"{name} {found.get(name)}, here {mark}" for name, mark in expected.items() if found.get(name) != mark]
    if other:
        raise _unlike("; ".join(other), worker)


def _unlike(what: str, where: str) -> ClusterError:
    mend = "install the same tiltmeter[cluster] here and on every worker, from the same requirements.lock"
    return ClusterError(f"a worker is unlike this machine: {what}", mend=mend, where=where)


def _checked(do: Callable[[Work], Answer], piece: Work, *, expected: Mapping[str, str]) -> Answer:
    """On a worker: do a piece, unless this worker, which may have come later, would answer otherwise."""
    _refuse_other(marks(), expected, platform.node())
    return do(piece)
