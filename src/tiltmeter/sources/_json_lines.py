"""JSON lines as batches of text: an object per line, lists and objects in its cells as JSON."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import BATCH, Rows, normal, numbered, unique


def names(line: str) -> tuple[str, ...]:
    """The normalised names in a line; empty if it is no object."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return ()
    return tuple(unique(row)) if isinstance(row, dict) else ()


def rows(file: Input) -> Iterator[Rows]:
    """The file's rows, a batch at a time."""
    with file.open() as opened:
        numbered = enumerate(opened, start=1)
        # the columns are those of the first thousand lines: later ones may leave some out
        first = list(itertools.islice(numbered, 1_000))
        names = unique({name: None for _, line in first for name in _row(line) or {}})
        lines = itertools.chain(first, numbered)
        while some := list(itertools.islice(lines, BATCH)):
            yield _batch(some, names)


def _batch(some: list[tuple[int, bytes]], names: list[str]) -> Rows:
    import pyarrow as pa

    rows: list[tuple[int, dict[str, Any]]] = []
    broken = []
    for number, line in some:
        row = _row(line)
        if row is not None:
            rows.append((number, {normal(name): value for name, value in row.items()}))
        elif line.strip():
            broken.append((number, "not a JSON object", line.decode("utf-8", "replace").rstrip("\n")))
    cells = [pa.array([_cell(row.get(name)) for _, row in rows], pa.string()) for name in names]
    batch = pa.record_batch(cells, names=names)
    return Rows(numbered(batch, [number for number, _ in rows]), broken)


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _cell(value: Any) -> str | None:
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # half a surrogate pair is legal in JSON and no text
    return text.encode("utf-8", "replace").decode("utf-8")
