"""Files read by this process as their rows are asked for, or whole by a crew, on machines that see the same files."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tiltmeter.errors import ClusterError, SourceError
from tiltmeter.sources._input import Input
from tiltmeter.sources._read import guarded, recognise, source
from tiltmeter.sources._source import Chunk, Reading

if TYPE_CHECKING:
    from tiltmeter.jobs import Crew

Opened = tuple[str, Iterable[Chunk]]
"""A file's format and its rows."""

Opens = Callable[[], Opened]

PIECE_FILES: Final = 50
PIECE_BYTES: Final = 8 << 20
"""Files that one worker reads at a time, at most, and their size beyond which no other is added."""


def opened(file: Input, told: Reading, *, name: str) -> Opened:
    """
    A file's format, `auto` to find it, and its rows.

    Raises:
        SourceError: The file cannot be used.
    """
    format_ = source(recognise(file) if name == "auto" else name)
    return format_.name, guarded(format_, file, told)


def shared(
    files: Sequence[Input], told: Reading, *, name: str, known: Callable[[Input], bool], crew: Crew
) -> Iterator[Opens]:
    """
    For each file, in order, what gives its rows, read by a crew; a file that is `known` is read by nobody.

    A relative path means nothing on another machine: the crew is told the whole one.
    """
    beside = {key: value.resolve() if isinstance(value, Path) else value for key, value in told.options.items()}
    whole = partial(read_whole, told=replace(told, options=beside), name=name)
    news: deque[bool] = deque()

    def unknown() -> Iterator[Input]:
        for file in files:
            news.append(not known(file))
            if news[-1]:
                yield replace(file, path=file.path.resolve(), label=file.label or str(file.path))

    answers = chain.from_iterable(crew.ordered(whole, pieces(unknown())))
    ready: deque[Opened | SourceError] = deque()
    for file in files:
        while not news:
            ready.extend(answer for answer in [next(answers, None)] if answer)
        if news.popleft():
            yield partial(_given, ready.popleft() if ready else next(answers))
        else:
            yield partial(opened, file, told, name=name)


def pieces(files: Iterable[Input]) -> Iterator[list[Input]]:
    """Files in runs that are worth handing out."""
    held: list[Input] = []
    size = 0
    for file in files:
        held.append(file)
        size += file.path.stat().st_size
        if size >= PIECE_BYTES or len(held) >= PIECE_FILES:
            yield held
            held, size = [], 0
    if held:
        yield held


def read_whole(files: Sequence[Input], *, told: Reading, name: str) -> list[Opened | SourceError]:
    """
    On a worker: the formats and rows of some files; of one that cannot be used, why.

    Raises:
        ClusterError: A file is not on this machine.
    """
    found: list[Opened | SourceError] = []
    for file in files:
        if not file.path.exists():
            mend = "put the files where every worker sees them under the same path"
            raise ClusterError("a worker does not see the file", mend=mend, where=file.name)
        try:
            format_, chunks = opened(file, told, name=name)
            found.append((format_, list(chunks)))
        except SourceError as error:
            found.append(error)
    return found


def _given(found: Opened | SourceError) -> Opened:
    if isinstance(found, SourceError):
        raise found
    return found
