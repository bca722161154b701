"""Questions put to the lake's files apart from their store, a part at a time, on this machine or on others."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tiltmeter.errors import StoreError
from tiltmeter.nouns import Event, schema
from tiltmeter.store.opening import MEMORY
from tiltmeter.store.segments import Segment

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

ROWS: Final = 500_000
"""Rows from which a part is large enough: about a tenth of a second's work, many times what handing it out costs."""


class Question(NamedTuple):
    """SQL, and the values of its parameters."""

    sql: str
    params: Mapping[str, Any]

    @classmethod
    def of(cls, sql: str, params: Mapping[str, Any]) -> Question:
        """
        A question with those of the values that it asks for.

        >>> Question.of("SELECT $a", {"a": 1, "b": 2}).params
        {'a': 1}
        """
        wanted = re.findall(r"\$(\w+)", sql)
        return cls(sql, {name: value for name, value in params.items() if name in wanted})


def parts(segments: Iterable[Segment], *, folder: str, rows: int | None = ROWS) -> list[tuple[str, ...]]:
    """
    The addresses of the lake's files, in their order, cut where a part has enough rows.

    How a lake is cut follows from its files alone, never from who will read them.

    Args:
        segments: The files that count.
        folder: Where they lie: a folder, or an address that fsspec knows.
        rows: Rows from which a part is large enough; None makes one part of all.

    >>> import datetime as dt
    >>> weeks = [Segment(f"{n}.parquet", "", "icews", dt.date(2022, 1, 3), 400, None, None) for n in range(3)]
    >>> parts(weeks, folder="s3://bucket/lake", rows=500)
    [('s3://bucket/lake/0.parquet', 's3://bucket/lake/1.parquet'), ('s3://bucket/lake/2.parquet',)]
    """
    made: list[list[str]] = [[]]
    held = 0
    for segment in segments:
        if rows is not None and held >= rows:
            made.append([])
            held = 0
        made[-1].append(f"{folder.rstrip('/')}/{segment.path}")
        held += segment.rows
    return [tuple(files) for files in made if files]


def asked(files: Sequence[str], *, questions: Sequence[Question], threads: int | None = 1) -> list[pa.Table]:
    """
    The answers of some files of a lake to questions.

    Args:
        files: Their paths, or addresses that fsspec knows.
        questions: What is asked of the view `events`.
        threads: Of DuckDB; None for all of the machine.

    Raises:
        StoreError: A file is not there or cannot be read.
    """
    import duckdb

    config: dict[str, Any] = {"memory_limit": MEMORY} | ({} if threads is None else {"threads": threads})
    with (
        tempfile.TemporaryDirectory() as spill,
        duckdb.connect(config=config | {"temp_directory": spill}) as connection,
    ):
        _reach(connection, files[0])
        try:
            names = ", ".join(f'"{name}"' for name in schema(Event).names)
            listed = ", ".join(quoted(file) for file in files)
            connection.execute(f"CREATE TEMP VIEW events AS SELECT {names} FROM read_parquet([{listed}])")  # noqa: S608
            return [connection.sql(one.sql, params=dict(one.params)).to_arrow_table() for one in questions]
        except (duckdb.Error, OSError) as error:
            what = f"the lake cannot be read: {str(error).splitlines()[0]}"
            mend = "let every worker see the lake under the same path, or say with --lake where it is"
            raise StoreError(what, mend=mend, where=files[0]) from error


def answer(question: Question, **tables: pa.Table) -> pa.Table:
    """
    The answer to a question about Arrow tables.

    >>> import pyarrow as pa
    >>> answer(Question("SELECT sum(n)::INT AS n FROM told", {}), told=pa.table({"n": [1, 2]})).to_pylist()
    [{'n': 3}]
    """
    import duckdb

    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.sql(question.sql, params=dict(question.params)).to_arrow_table()


def _reach(connection: duckdb.DuckDBPyConnection, address: str) -> None:
    """Let DuckDB read through fsspec what is no path."""
    protocol, apart, _ = address.partition("://")
    if not apart:
        return
    try:
        import fsspec

        connection.register_filesystem(fsspec.filesystem(protocol))
    except (ImportError, ValueError) as error:
        mend = "pip install 'tiltmeter[cluster]' and the package of that storage, such as s3fs or gcsfs"
        raise StoreError(f"{protocol}:// cannot be read: {error}", mend=mend, where=address) from error


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
