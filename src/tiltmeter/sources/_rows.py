"""Tables (tab, comma, semicolon, Parquet, JSON lines; packed or not) as Arrow batches of text, with line numbers."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Final

from tiltmeter.errors import SourceError
from tiltmeter.sources._input import Input, refusal
from tiltmeter.sources._text import refuse_unless_text

if TYPE_CHECKING:
    import pyarrow as pa

BATCH: Final = 65_536
"""Rows of a batch, at most."""

BLOCK: Final = 8 << 20
"""Bytes parsed at a time; a single row may not be longer."""

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


def columns(file: Input, first: bytes) -> tuple[str, ...]:
    """The normalised names in a table's head; of a file without one, its first row. Empty if it is no table."""
    if first.startswith(b"PAR1"):
        return _parquet_names(file)
    line, _ = _head(first)
    if line.startswith("{"):
        return _json_names(line)
    mark = delimiter(line)
    return tuple(map(normal, _cells(line, mark))) if mark else ()


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


def table(
    file: Input, *, names: Sequence[str] | None = None, mark: str | None = None, quoted: bool | None = None
) -> Iterator[Rows]:
    """
    A table's rows, a batch at a time.

    Args:
        file: Parquet, JSON lines, or text with a mark between cells.
        names: The columns of a file without a head.
        mark: The mark between cells; found in the head by default.
        quoted: Whether cells may stand in double quotes; by default all but tab-separated ones.

    Raises:
        SourceError: The file is damaged, empty, no text, or no table.
    """
    first = file.peek()
    empty = True
    try:
        for rows in _parsed(file, first, names, mark, quoted):
            empty = False
            yield rows
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise refusal(error, file.name) from error
    if empty:
        # a head without rows has columns all the same, which the reader will want to check
        yield Rows(_no_rows([*(names or columns(file, first)), LINE]))


def _parsed(
    file: Input, first: bytes, names: Sequence[str] | None, mark: str | None, quoted: bool | None
) -> Iterator[Rows]:
    if first.startswith(b"PAR1"):
        return _parquet(file)
    refuse_unless_text(first, where=file.name, strict=False)
    line, _ = _head(first)
    if line.startswith("{"):
        return _json_lines(file)
    mark = mark or delimiter(line) or ","
    return _delimited(file, names, mark, quoted if quoted is not None else mark != "\t")


def _no_rows(names: Sequence[str]) -> pa.RecordBatch:
    import pyarrow as pa

    kinds = [pa.int64() if name == LINE else pa.string() for name in names]
    return pa.RecordBatch.from_arrays([pa.array([], kind) for kind in kinds], names=list(names))


def _cells(line: str, mark: str) -> list[str]:
    import csv

    return next(csv.reader([line], delimiter=mark))


def _unique(names: Iterable[str]) -> list[str]:
    """Normalised names, a repeated one numbered, an empty one called `unnamed`."""
    seen: dict[str, int] = {}
    made = []
    for name in map(normal, names):
        name = name or "unnamed"
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return made


def _numbered(batch: pa.RecordBatch, lines: Any) -> pa.RecordBatch:
    import pyarrow as pa

    return batch.append_column(LINE, pa.array(lines, pa.int64()))


def _parquet_names(file: Input) -> tuple[str, ...]:
    import pyarrow.parquet as pq

    try:
        with file.open() as opened:
            return tuple(_unique(pq.ParquetFile(_seekable(opened)).schema_arrow.names))
    except (OSError, ValueError):
        return ()


def _seekable(opened: IO[bytes]) -> IO[bytes]:
    import io

    return opened if opened.seekable() else io.BytesIO(opened.read())


def _parquet(file: Input) -> Iterator[Rows]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    at = 0
    with file.open() as opened:
        try:
            opener = pq.ParquetFile(_seekable(opened))
            for batch in opener.iter_batches(BATCH):
                texts = [_text(column) for column in batch.columns]
                made = pa.record_batch(texts, names=_unique(batch.schema.names))
                yield Rows(_numbered(made, range(at + 1, at + 1 + batch.num_rows)))
                at += batch.num_rows
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            what = f"damaged Parquet: {str(error).splitlines()[0]}"
            raise SourceError(what, mend="download the file again", where=file.name) from error


def _text(column: pa.Array) -> pa.Array:
    """Any column as text; what has no text form (lists, structs) as null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    try:
        text = column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.nulls(len(column), pa.string())
    return pc.if_else(pc.equal(text, ""), None, text)


def _json_names(line: str) -> tuple[str, ...]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return ()
    return tuple(_unique(row)) if isinstance(row, dict) else ()


def _json_lines(file: Input) -> Iterator[Rows]:
    import itertools

    with file.open() as opened:
        numbered = enumerate(opened, start=1)
        # the columns are those of the first thousand lines: later ones may leave some out
        first = list(itertools.islice(numbered, 1_000))
        names = _unique({name: None for _, line in first for name in _json_row(line) or {}})
        lines = itertools.chain(first, numbered)
        while some := list(itertools.islice(lines, BATCH)):
            yield _json_batch(some, names)


def _json_batch(some: list[tuple[int, bytes]], names: list[str]) -> Rows:
    import pyarrow as pa

    rows: list[tuple[int, dict[str, Any]]] = []
    broken = []
    for number, line in some:
        row = _json_row(line)
        if row is not None:
            rows.append((number, {normal(name): value for name, value in row.items()}))
        elif line.strip():
            broken.append((number, "not a JSON object", line.decode("utf-8", "replace").rstrip("\n")))
    cells = [pa.array([_cell(row.get(name)) for _, row in rows], pa.string()) for name in names]
    batch = pa.record_batch(cells, names=names)
    return Rows(_numbered(batch, [number for number, _ in rows]), broken)


def _json_row(line: bytes) -> dict[str, Any] | None:
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


def _delimited(file: Input, names: Sequence[str] | None, mark: str, quoted: bool) -> Iterator[Rows]:
    import pyarrow as pa

    broken: list[Any] = []
    with file.open() as opened:
        try:
            reader = _csv_reader(opened, file, names, mark, quoted, broken)
            place = _Place(_head(file.peek())[1] + (1 if names else 2), quoted=quoted)
            for batch in reader:
                yield _cleaned(batch, place.lines(batch, broken), place.taken)
            if broken:
                nothing = reader.schema.empty_table().to_batches(max_chunksize=1)
                empty = nothing[0] if nothing else pa.RecordBatch.from_pylist([], schema=reader.schema)
                yield _cleaned(empty, place.lines(empty, broken, last=True), place.taken)
        except pa.ArrowInvalid as error:
            what = f"not a table: {str(error).splitlines()[0]}"
            raise SourceError(what, mend="check the file's format and its quotes", where=file.name) from error


def _csv_reader(
    opened: IO[bytes], file: Input, names: Sequence[str] | None, mark: str, quoted: bool, broken: list[Any]
) -> Any:
    import pyarrow as pa
    import pyarrow.csv as pc

    def keep(row: Any) -> str:
        broken.append(row)
        return "skip"

    line, remarks = _head(file.peek())
    given = list(names) if names else _unique(_cells(line, mark))
    return pc.open_csv(
        pa.PythonFile(opened, mode="r"),
        # one thread: only then are rows numbered
        read_options=pc.ReadOptions(
            use_threads=False, block_size=BLOCK, column_names=given, skip_rows=remarks + (not names)
        ),
        parse_options=pc.ParseOptions(
            delimiter=mark, quote_char='"' if quoted else False, newlines_in_values=quoted,
            ignore_empty_lines=False, invalid_row_handler=keep,
        ),
        convert_options=pc.ConvertOptions(
            check_utf8=False, strings_can_be_null=True, quoted_strings_can_be_null=True, null_values=[""],
            column_types={name: pa.string() for name in given},
        ),
    )  # fmt: skip


def _head(first: bytes) -> tuple[str, int]:
    """A table's first line, and how many lines of remarks (`# …`) stand before it."""
    lines = first.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
    remarks = next((at for at, line in enumerate(lines) if not line.startswith("#")), 0)
    return lines[remarks].strip("\r"), remarks


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


def _cleaned(batch: pa.RecordBatch, lines: Any, broken: list[tuple[int, str, str]]) -> Rows:
    """The batch with its lines, without blank rows and rows that are no UTF-8."""
    import pyarrow as pa

    made = _numbered(batch, lines)
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        made, more = _without_undecodable(made)
        broken = [*broken, *more]
    return Rows(_without_blank(made), broken)


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

    cells = [column.cast(pa.binary()).to_pylist() for column in batch.columns[:-1]]
    lines = batch.column(batch.num_columns - 1).to_pylist()
    good, broken = [], []
    for index, row in enumerate(zip(*cells, strict=True)):
        raw = b"\t".join(cell or b"" for cell in row)
        try:
            raw.decode("utf-8")
            good.append(index)
        except UnicodeDecodeError:
            broken.append((lines[index], "not UTF-8", raw.decode("utf-8", "backslashreplace")))
    return batch.take(pa.array(good, pa.int64())), broken
