"""Tables (tab, comma, semicolon, Parquet, JSON lines; packed or not) as batches of text with line numbers."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from tiltmeter.errors import SourceError
from tiltmeter.sources import _delimited, _json_lines, _parquet
from tiltmeter.sources._ahead import ahead
from tiltmeter.sources._input import Input, refusal
from tiltmeter.sources._rows import LINE, Rows, cells, delimiter, head, normal
from tiltmeter.sources._text import refuse_unless_text

if TYPE_CHECKING:
    import pyarrow as pa


LARGE: Final = 1 << 20
"""Bytes on disk from which a second thread pays."""


def columns(file: Input, first: bytes) -> tuple[str, ...]:
    """The normalised names in a table's head; of a file without one, its first row. Empty if it is no table."""
    if first.startswith(b"PAR1"):
        return _parquet.names(file)
    line, _ = head(first)
    if line.startswith("{"):
        return _json_lines.names(line)
    mark = delimiter(line)
    return tuple(map(normal, cells(line, mark))) if mark else ()


def table(
    file: Input,
    *,
    names: Sequence[str] | None = None,
    mark: str | None = None,
    quoted: bool | None = None,
    only: frozenset[str] | None = None,
) -> Iterator[Rows]:
    """
    A table's rows, a batch at a time.

    Args:
        file: Parquet, JSON lines, or text with a mark between cells.
        names: The columns of a file without a head.
        mark: The mark between cells; found in the head by default.
        quoted: Whether cells may stand in double quotes; by default all but tab-separated ones
            whose head is not quoted.
        only: The columns to keep, of a text table without quotes; all by default.

    Raises:
        SourceError: The file is damaged, empty, no text, or no table.
    """
    first = file.peek()
    empty = True
    try:
        parsed = _parsed(file, first, names, mark, quoted, only)
        for rows in ahead(parsed) if file.path.stat().st_size > LARGE else parsed:
            empty = False
            yield rows
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise refusal(error, file.name) from error
    if empty:
        # a head without rows has columns all the same, which the reader will want to check
        yield Rows(_no_rows([*(names or columns(file, first)), LINE]))


def _parsed(
    file: Input,
    first: bytes,
    names: Sequence[str] | None,
    mark: str | None,
    quoted: bool | None,
    only: frozenset[str] | None,
) -> Iterator[Rows]:
    if first.startswith(b"PAR1"):
        return _parquet.rows(file)
    refuse_unless_text(first, where=file.name, strict=False)
    line, _ = head(first)
    if line.startswith("{"):
        return _json_lines.rows(file)
    if not names and not line.strip():
        mend = "begin the file with a line that names its columns"
        raise SourceError("the line that should name the columns is empty", mend=mend, where=file.name)
    mark = mark or delimiter(line) or ","
    quoted = quoted if quoted is not None else mark != "\t" or line.startswith('"')
    return _delimited.rows(file, _delimited.Form(names, mark, quoted, None if quoted else only))


def lines(file: Input, wanted: Sequence[int]) -> dict[int, str]:
    """The text of some lines of a file, by their number."""
    numbers = set(wanted)
    with file.open() as opened, io.TextIOWrapper(opened, "utf-8", errors="backslashreplace") as text:
        return {at: line.rstrip("\n") for at, line in enumerate(text, start=1) if at in numbers}


def _no_rows(names: Sequence[str]) -> pa.RecordBatch:
    import pyarrow as pa

    kinds = [pa.int64() if name == LINE else pa.string() for name in names]
    return pa.RecordBatch.from_arrays([pa.array([], kind) for kind in kinds], names=list(names))
