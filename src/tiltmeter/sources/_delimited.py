"""Text tables with a mark between cells: parsed in one thread, so that every row knows its line."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

from tiltmeter.errors import SourceError
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import LINE, Rows, cells, head, numbered, unique

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK: Final = 8 << 20
"""Bytes parsed at a time; a single row may not be longer."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a text table is written: see `_table.table`."""

    names: Sequence[str] | None
    mark: str
    quoted: bool
    only: frozenset[str] | None = None


def rows(file: Input, form: Form) -> Iterator[Rows]:
    """The file's rows, a batch at a time."""
    import pyarrow as pa

    broken: list[Any] = []
    first_row = head(file.peek())[1] + (1 if form.names else 2)
    with file.open() as opened:
        try:
            plain = _Utf8(opened)
            reader = _csv_reader(plain, file, form, broken)
            place = _Place(first_row, quoted=form.quoted)
            for batch in reader:
                yield _cleaned(batch, place.lines(batch, broken), place.taken, marked=plain.marked)
            if broken:
                empty = pa.RecordBatch.from_pylist([], schema=reader.schema)
                yield _cleaned(empty, place.lines(empty, broken, last=True), place.taken, marked=plain.marked)
        except pa.ArrowInvalid as error:
            what = f"not a table: {str(error).splitlines()[0]}"
            raise SourceError(what, mend="check the file's format and its quotes", where=file.name) from error


def _csv_reader(opened: _Utf8, file: Input, form: Form, broken: list[Any]) -> Any:
    import pyarrow as pa
    import pyarrow.csv as pc

    def keep(row: Any) -> str:
        broken.append(row)
        return "skip"

    line, remarks = head(file.peek())
    given = list(form.names) if form.names else unique(cells(line, form.mark))
    return pc.open_csv(
        pa.PythonFile(opened, mode="r"),
        # one thread: only then are rows numbered
        read_options=pc.ReadOptions(
            use_threads=False, block_size=BLOCK, column_names=given, skip_rows=remarks + (not form.names)
        ),
        parse_options=pc.ParseOptions(
            delimiter=form.mark, quote_char='"' if form.quoted else False, newlines_in_values=form.quoted,
            ignore_empty_lines=False, invalid_row_handler=keep,
        ),
        convert_options=pc.ConvertOptions(
            check_utf8=False, strings_can_be_null=True, quoted_strings_can_be_null=True, null_values=[""],
            column_types={name: pa.string() for name in given},
            include_columns=[name for name in given if form.only is None or name in form.only],
        ),
    )  # fmt: skip


class _Place:
    """Where in the file parsing is: rows that are kept and broken ones interleave, cells may hold line ends."""

    def __init__(self, row: int, *, quoted: bool) -> None:
        self.row = self.line = row
        self.quoted = quoted
        self.taken: list[tuple[int, str, str]] = []

    def lines(self, batch: pa.RecordBatch, broken: list[Any], *, last: bool = False) -> Any:
        """The physical line of each row of a batch; takes the broken rows before its end into `taken`."""
        import numpy as np

        rows = np.arange(self.row, self.row + batch.num_rows + len(broken))
        kept = rows[~np.isin(rows, [each.number for each in broken])][: batch.num_rows]
        end = int(rows[-1]) + 1 if last else (int(kept[-1]) + 1 if len(kept) else self.row)
        heights = np.ones(end - self.row, dtype=np.int64)
        heights[kept - self.row] += self._line_ends(batch)
        passed = [each for each in broken if each.number < end]
        for each in passed:
            heights[each.number - self.row] += each.text.strip().count("\n") if self.quoted else 0
        starts = self.line + np.cumsum(heights) - heights
        self.taken = [_told(each, int(starts[each.number - self.row])) for each in passed]
        broken[:] = [each for each in broken if each.number >= end]
        found = starts[kept - self.row]
        self.row, self.line = end, self.line + int(heights.sum())
        return found

    def _line_ends(self, batch: pa.RecordBatch) -> Any:
        import numpy as np
        import pyarrow.compute as pc

        total = np.zeros(batch.num_rows, dtype=np.int64)
        for column in batch.columns if self.quoted else ():
            total += pc.fill_null(pc.count_substring(column, "\n"), 0).to_numpy(zero_copy_only=False)
        return total


def _told(row: Any, line: int) -> tuple[int, str, str]:
    reason = f"{row.actual_columns} columns, the file has {row.expected_columns}"
    return line, reason, row.text.rstrip("\r\n")


def _cleaned(batch: pa.RecordBatch, lines: Any, broken: list[tuple[int, str, str]], *, marked: bool) -> Rows:
    """The batch with its lines, without blank rows and, if any are `marked`, without those that were no UTF-8."""
    made = _without_blank(numbered(batch, lines))
    if not marked:
        return Rows(made, broken)
    made, more = _without_undecodable(made)
    return Rows(made, [(line, reason, row.replace(MARK, "")) for line, reason, row in broken] + more)


def _without_blank(batch: pa.RecordBatch) -> pa.RecordBatch:
    import pyarrow.compute as pc

    if not batch.num_rows or not batch.column(0).null_count:
        return batch
    blank = pc.is_null(batch.column(0))
    for column in batch.columns[1:-1]:
        blank = pc.and_(blank, pc.is_null(column))
    return batch.filter(pc.invert(blank))


def _without_undecodable(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[tuple[int, str, str]]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    bad = pa.repeat(pa.scalar(False), batch.num_rows)
    for column in batch.columns[:-1]:
        bad = pc.or_(bad, pc.fill_null(pc.match_substring(column, MARK), False))
    some = Rows(batch.filter(bad))
    told = [
        (line, "not UTF-8", some.raw(at).replace(MARK, ""))
        for at, line in enumerate(some.batch.column(LINE).to_pylist())
    ]
    return batch.filter(pc.invert(bad)), told


MARK: Final = "\ufdd0"
"""Stands before every byte that was no UTF-8; a code point that no text has."""


class _Utf8(io.RawIOBase):
    """A file's bytes as UTF-8 in any case: one that is none becomes the mark and its number in hexadecimal."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._held = b""
        self.marked = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, or a few more where there are marks; none at the end."""
        data = self._held + (new := self._file.read(size))
        self._held = b""
        if _is_utf8(data):
            return data
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            if new and error.start >= len(data) - 3 and error.reason == "unexpected end of data":
                # a letter cut in two: its rest comes with the next bytes
                self._held = data[error.start :]
                return data[: error.start] or self.read(size)
            self.marked = True
        text = data.decode("utf-8", "surrogateescape")
        return re.sub("[\udc80-\udcff]", _number, text).encode("utf-8")


def _is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8, without a copy of them as text."""
    import numpy as np
    import pyarrow as pa

    ends = pa.py_buffer(np.array([0, len(data)], dtype=np.int64))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _number(match: re.Match[str]) -> str:
    return f"{MARK}\\x{ord(match[0]) - 0xDC00:02X}"
