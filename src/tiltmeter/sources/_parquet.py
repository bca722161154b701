"""Parquet files as batches of text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from tiltmeter.errors import SourceError
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import BATCH, Rows, numbered, unique

if TYPE_CHECKING:
    import pyarrow as pa


def names(file: Input) -> tuple[str, ...]:
    """The normalised names of the columns; empty if the file is damaged."""
    import pyarrow.parquet as pq

    try:
        with file.open() as opened:
            return tuple(unique(pq.ParquetFile(_seekable(opened)).schema_arrow.names))
    except (OSError, ValueError):
        return ()


def rows(file: Input) -> Iterator[Rows]:
    """The file's rows, a batch at a time; the line is the number of the row."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    at = 0
    with file.open() as opened:
        try:
            opener = pq.ParquetFile(_seekable(opened))
            for batch in opener.iter_batches(BATCH):
                texts = [_text(column) for column in batch.columns]
                made = pa.record_batch(texts, names=unique(batch.schema.names))
                yield Rows(numbered(made, range(at + 1, at + 1 + batch.num_rows)))
                at += batch.num_rows
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            what = f"damaged Parquet: {str(error).splitlines()[0]}"
            raise SourceError(what, mend="download the file again", where=file.name) from error


def _seekable(opened: IO[bytes]) -> IO[bytes]:
    return opened if opened.seekable() else io.BytesIO(opened.read())


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
