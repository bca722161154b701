"""What the verbs share at the terminal: tables, JSON, progress, and lines in and out."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.errors import SourceError, StoreError

if TYPE_CHECKING:
    from rich.progress import Progress


def show(what: str, value: Any) -> None:
    """A thing in the form that show.terminal has for it: findings, a brief, a walk and the like."""
    from rich.console import Console

    from tiltmeter.show import terminal

    Console().print(getattr(terminal, what)(value))


def print_json(value: Any) -> None:
    """A value as JSON on standard output; dates as they are written."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


def table(columns: list[str], rows: list[dict[str, Any]]) -> None:
    """A table on standard output, cut to the terminal's width."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        numeric = bool(rows) and isinstance(rows[0][column], int | float)
        shown.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(_cell(row[c]) for c in columns))
    Console().print(shown)


_COLOURS = {
    "well": "green",
    "same": "green",
    "note": "yellow",
    "gone": "yellow",
    "fault": "bold red",
    "other": "bold red",
}
"""Of the words by which doctor and verify judge."""


def _cell(value: Any) -> str:
    from rich.markup import escape

    if isinstance(value, int):
        return f"{value:,}"
    told = escape(str(value))
    return f"[{_COLOURS[value]}]{told}[/]" if value in _COLOURS else told


def note(text: str) -> None:
    """A line on standard error, beside the output."""
    sys.stderr.write(f"{text}\n")


_DISK: Final = {
    errno.ENOSPC: "make room on the disk; the same command goes on",
    errno.EDQUOT: "make room within your quota; the same command goes on",
    errno.EFBIG: "raise the limit on the size of files (`ulimit -f`); the same command goes on",
    errno.EROFS: "use a folder that can be written",
    errno.EACCES: "check the permissions of the folder",
    errno.EPERM: "check the permissions of the folder",
    errno.ENOENT: "check that the folder is there; if it is on a share, connect it and run the command again",
    errno.EIO: "check the disk, or the share it is on, and run the command again",
    errno.ESTALE: "connect the share again and run the command again",
}
"""What to do about the faults of a disk."""


def disk_fault(error: OSError) -> StoreError | None:
    """
    A fault of the disk in our words; None for other errors of the system.

    >>> print(disk_fault(OSError(errno.ENOSPC, "No space left on device", "w/fit/all.npz")))
    w/fit/all.npz: no space left on device
      Mend: make room on the disk; the same command goes on
    >>> disk_fault(OSError(errno.ECONNRESET, "Connection reset by peer")) is None
    True
    """
    if error.errno not in _DISK:
        return None
    what = (error.strerror or os.strerror(error.errno)).lower()
    return StoreError(what, mend=_DISK[error.errno], where=str(error.filename or ""))


@contextmanager
def lines(path: Path) -> Iterator[Iterable[str]]:
    """Lines of a file or of standard input; bytes that are no UTF-8 are kept as marks, never an error."""
    if str(path) == "-":
        yield sys.stdin
        return
    if not path.is_file():
        raise SourceError("no such file", mend="check the path", where=str(path))
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        yield file


@contextmanager
def writing(out: Path | None) -> Iterator[Callable[[Iterable[str]], None]]:
    """Puts lines into a file or on standard output; a file appears only when it is whole."""
    if out is None or str(out) == "-":
        yield sys.stdout.writelines
        return
    scratch = out.with_name(out.name + ".part")
    try:
        file = scratch.open("w", encoding="utf-8")
    except OSError as error:
        mend = "make its folder first, or name another file"
        raise SourceError(f"cannot be written: {error.strerror}", mend=mend, where=str(out)) from error
    try:
        with file:
            yield file.writelines
        scratch.replace(out)
    finally:
        scratch.unlink(missing_ok=True)


@contextmanager
def progress(what: str) -> Iterator[Callable[[float], None]]:
    """A progress bar on standard error; nothing when that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    bar = _bar()
    with bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
