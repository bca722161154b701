"""Rows of a table as text with line numbers, and what is told of its head."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.errors import SourceError
from tiltmeter.sources._input import Input

if TYPE_CHECKING:
    import pyarrow as pa

BATCH: Final = 65_536
"""Rows of a batch, at most."""

LINE: Final = "line_"
"""Name of the column with the physical line (the row's number, in a Parquet file)."""


@dataclass(frozen=True, slots=True)
class Rows:
    """
    Some rows of a table: every column is text, names normalised; an empty cell is null.

    `broken` are the rows without the right number of columns: (line, reason, row).
    """

    batch: pa.RecordBatch
    broken: list[tuple[int, str, str]] = field(default_factory=list)

    def raw(self, index: int) -> str:
        """The row as tab-separated text, as near to the file as it was parsed."""
        row = self.batch.slice(index, 1).to_pylist()[0]
        return "\t".join("" if value is None else str(value) for name, value in row.items() if name != LINE)


def normal(name: str) -> str:
    r"""
    A column's name as readers ask for it.

    >>> [normal(name) for name in ("Event Date", "GLOBALEVENTID", "V2.1DATE", "\ufeffid")]
    ['event_date', 'globaleventid', 'v2_1date', 'id']
    """
    return re.sub(r"[^a-z0-9]+", "_", name.lower().removeprefix("\ufeff")).strip("_")


def delimiter(line: str) -> str:
    """
    The mark between the cells of a table's first line; empty if there is none.

    >>> delimiter("id;date;text, in full")
    ';'
    """
    if "\t" in line:
        return "\t"
    outside_quotes = re.sub(r'"[^"]*"', "", line)
    counts = {mark: outside_quotes.count(mark) for mark in ";,|"}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ""


def require(present: Iterable[str], wanted: Sequence[str | tuple[str, ...]], *, source: str, file: Input) -> None:
    """Raise SourceError unless each wanted column, or one of its other names, is present."""
    have = list(present)
    names = [want if isinstance(want, tuple) else (want,) for want in wanted]
    missing = [" or ".join(options) for options in names if not set(options) & set(have)]
    if missing:
        shown = ", ".join(name for name in have[:8] if name != LINE) + (" …" if len(have) > 8 else "")
        raise SourceError(
            f"no column {missing[0]}; there are {shown or 'none'}",
            mend=f"{source} needs {', '.join(' or '.join(options) for options in names)}",
            where=file.name,
        )


def cells(line: str, mark: str) -> list[str]:
    """The cells of one line."""
    try:
        return next(csv.reader([line], delimiter=mark))
    except csv.Error:
        return line.split(mark)


def unique(names: Iterable[str]) -> list[str]:
    """Normalised names, a repeated one numbered, an empty one called `unnamed`."""
    seen: dict[str, int] = {}
    made = []
    for name in map(normal, names):
        name = name or "unnamed"
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return made


def numbered(batch: pa.RecordBatch, lines: Any) -> pa.RecordBatch:
    """The batch with its lines as last column."""
    import pyarrow as pa

    return batch.append_column(LINE, pa.array(lines, pa.int64()))


def head(first: bytes) -> tuple[str, int]:
    """A table's first line, and how many lines of remarks (`# …`) stand before it."""
    lines = first.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
    remarks = next((at for at, line in enumerate(lines) if not line.startswith("#")), 0)
    return lines[remarks].strip("\r"), remarks
