"""One DuckDB file, one table per noun, one writer at a time."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from tiltmeter.errors import StoreError
from tiltmeter.nouns import Coding, Document, Event, Fact, Figure, Reject, RollCall, Row, Story, Vote, schema
from tiltmeter.store.lake import MANY, Lake
from tiltmeter.store.migration import Migration, backup, migrations, refuse_other, upgrade, version
from tiltmeter.store.opening import clear, connect

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

TABLES: Final[dict[type[Row], str]] = {
    Document: "documents", Event: "events", Figure: "figures", RollCall: "rollcalls",
    Vote: "votes", Fact: "facts", Coding: "codings", Story: "stories", Reject: "rejects",
}  # fmt: skip
"""The table of each noun; beside them are `runs` and `meta`."""


class Kept(NamedTuple):
    """How many rows of an insert were new, and how many the store had already (or came twice)."""

    stored: int
    duplicate: int


class Store:
    """
    The rows of a workspace.

    Open one with `Store.open` or `Store.memory` and close it (or use `with`): while
    it is open for writing, no other process can open it. Rows are told apart by
    (source, key); the first one with a key stays.

    >>> store = Store.memory()
    >>> vote = Vote("unga", "A/RES/ES-11/1/KAZ", "r1", "A/RES/ES-11/1", "KAZ", "abstain")
    >>> store.add([vote, vote])
    Kept(stored=1, duplicate=1)
    >>> store.query("SELECT state, choice FROM votes").to_pylist()
    [{'state': 'KAZ', 'choice': 'abstain'}]
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, path: str, write: bool, lake: Path | None = None
    ) -> None:
        self._connection = connection
        self._depth = 0
        self.path = path
        self.write = write
        (database,) = connection.sql("SELECT current_database()").fetchall()[0]
        self._home = f'"{database}".main'
        self.lake = Lake(lake, connection, home=self._home) if lake is not None else None
        if self.lake is not None and write:
            self.lake.sweep()

    @classmethod
    def open(cls, path: str | Path, *, write: bool, steps: Sequence[Migration] | None = None) -> Store:
        """
        The store in the file at `path`; a writer makes a missing one and brings an older one up to date.

        Its lake, the events of bulk sources, lies beside it in a folder of the same name (`.lake`).

        An older store is copied before it is changed (`<name>.v<version>.bak`).

        Args:
            path: The DuckDB file.
            write: Whether rows will be put in; a reader opens it read-only.
            steps: The schema's steps, oldest first; default those we ship.

        Raises:
            StoreError: It is missing, held by another process, no store, or of a newer version.
        """
        file, known = Path(path), list(steps) if steps is not None else migrations()
        if not write and not file.exists():
            raise StoreError("no store here", mend="make one with `tiltmeter init`", where=str(file))
        with clear(str(file)):
            connection = connect(file, write=write)
            try:
                connection = _current(connection, file, known, write=write)
            except BaseException:
                connection.close()
                raise
        return cls(connection, path=str(file), write=write, lake=file)

    @classmethod
    def memory(cls) -> Store:
        """A store that is gone when it is closed."""
        import duckdb

        connection = duckdb.connect(":memory:")
        upgrade(connection, migrations(), found=0)
        return cls(connection, path=":memory:", write=True)

    def insert(self, noun: type[Row], batches: Iterable[pa.RecordBatch]) -> Kept:
        """
        Put in Arrow batches of a noun; all of them or, if anything fails, none.

        Args:
            noun: A noun of nouns.py that has a table.
            batches: Record batches in `nouns.schema(noun)`, in the order that decides which row comes first.

        Raises:
            StoreError: The store is open for reading only, or the disk refuses.
        """
        import duckdb
        import pyarrow as pa

        table, shape = TABLES[noun], schema(noun)
        columns = ", ".join(f'"{name}"' for name in shape.names)
        failures: list[BaseException] = []
        with self.transaction():
            incoming = pa.RecordBatchReader.from_batches(shape, _watched(batches, failures))
            self._connection.register("incoming", incoming)
            try:
                self._connection.execute(_STAGED.format(columns=columns))
            except duckdb.Error as error:
                raise (failures or [error])[0] from None
            self._connection.unregister("incoming")
            self._connection.execute(_FRESH.format(table=f"{self._home}.{table}"))
            self._connection.execute(_KEPT.format(table=f"{self._home}.{table}", columns=columns))
            came, stored = self._numbers("SELECT (SELECT count(*) FROM staged), (SELECT count(*) FROM fresh)")
            self._connection.execute("DROP TABLE staged; DROP TABLE fresh")
        return Kept(stored, came - stored)

    def settle(self, tables: Sequence[pa.Table]) -> list[Kept]:
        """
        Put tables of events into the lake, or into the store if it has none; gives what was new of each.

        Raises:
            StoreError: The store is open for reading only, or the disk refuses.
        """
        if self.lake is None or not tables:
            return [self.insert(Event, table.to_batches()) for table in tables]
        with self.transaction():
            stored = self.lake.settle(tables)
        return [Kept(new, table.num_rows - new) for new, table in zip(stored, tables, strict=True)]

    def consolidate(self, *, many: int = MANY) -> int:
        """Make one file of those of a source and week of which the lake has more than `many`; gives how many weeks."""
        if self.lake is None:
            return 0
        crowded = self.lake.crowded(many)
        for group in crowded:
            with self.transaction():
                self.lake.rewrite(group)
        return len(crowded)

    def clashes(self, noun: type[Row], batches: Iterable[pa.RecordBatch], *, column: str) -> list[bool]:
        """
        Whether each row's key is taken by another value of `column`, in the store or by a row before it.

        >>> store = Store.memory()
        >>> told = Document("reports", "1", "r", "Kyiv thanks Riga.")
        >>> _ = store.add([told])
        >>> from tiltmeter.nouns import batches
        >>> other = Document("reports", "1", "r", "Riga thanks Kyiv.")
        >>> store.clashes(Document, batches([told, other], Document), column="text")
        [False, True]
        """
        import pyarrow as pa

        incoming = pa.Table.from_batches(batches, schema=schema(noun)).select(["source", "key", column])
        with clear(self.path):
            self._connection.register("incoming", incoming)
            told = self._connection.sql(_CLASHES.format(table=TABLES[noun], column=column)).fetchall()
            self._connection.unregister("incoming")
        return [bool(clash) for (clash,) in told]

    def add(self, rows: Sequence[Row]) -> Kept:
        """Put in a few rows of one noun; see `insert`."""
        from tiltmeter.nouns import batches

        if not rows:
            return Kept(0, 0)
        return self.insert(type(rows[0]), batches(rows, type(rows[0])))

    def renew(self, noun: type[Row], rows: Iterable[Row]) -> Kept:
        """Put in rows of a noun in the place of all that were there."""
        from tiltmeter.nouns import batches

        fresh = list(batches(rows, noun))  # made before the old ones go: they may be read for it
        with self.transaction():
            self._connection.execute(f"DELETE FROM {TABLES[noun]}")  # noqa: S608 - a name of our own
            return self.insert(noun, fresh)

    def query(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = (), *, lake: bool = True) -> pa.Table:
        """
        The answer to a question in SQL, as an Arrow table.

        Args:
            sql: The question.
            params: Values of its parameters.
            lake: Whether `events` holds those of the lake too.

        Raises:
            StoreError: The question cannot be answered.

        >>> Store.memory().query("SELECT count(*) AS n FROM events WHERE giver = ?", ["KAZ"]).to_pylist()
        [{'n': 0}]
        """
        with clear(self.path):
            if self.lake is not None:
                self.lake.show(whole=lake)
            return self._connection.sql(sql, params=params or None).to_arrow_table()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is put in within the block is kept together, or, if the block raises, none of it."""
        if not self.write:
            raise StoreError("the store is open for reading only", mend="open it for writing", where=self.path)
        outermost = self._depth == 0
        with clear(self.path):
            if outermost:
                self._connection.begin()
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if outermost:
                    self._connection.rollback()
                    if self.lake is not None:
                        self.lake.undone()
                raise
            self._depth -= 1
            if outermost:
                self._connection.commit()
                if self.lake is not None:
                    self.lake.kept()

    def begin_run(
        self, verb: str, *, version: str, started: dt.datetime, settings: Mapping[str, Any] | None = None
    ) -> str:
        """
        Note that a verb begins; gives the id that its rows carry as `run`.

        >>> store = Store.memory()
        >>> store.begin_run("add", version="0.1", started=dt.datetime(2022, 3, 2))
        'add-1'
        """
        with self.transaction():
            (number,) = self._numbers(_NEXT_RUN)
            run = f"{verb}-{number}"
            text = json.dumps(dict(settings or {}), sort_keys=True, default=str)
            self._connection.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?, ?, NULL, '[]')", [run, verb, text, version, started]
            )
        return run

    def note_inputs(self, run: str, files: Sequence[tuple[str, str]]) -> None:
        """Note that a run used files: (path, SHA-256) of each."""
        entry = json.dumps([{"path": path, "sha256": sha256} for path, sha256 in files])
        with self.transaction():
            self._connection.execute(_NOTED, [entry, run])

    def taken(self, reading: str) -> dict[tuple[str, str], str]:
        """What became of the files that were taken with a reading: by (SHA-256, member), as JSON."""
        rows = self._connection.execute(
            f"SELECT sha256, member, tallies FROM {self._home}.taken WHERE reading = ?",  # noqa: S608 - a name of our own
            [reading],
        ).fetchall()
        return {(sha256, member): told for sha256, member, told in rows}

    def note_taken(self, run: str, reading: str, files: Mapping[tuple[str, str], str]) -> None:
        """Note what became of files; see `taken`."""
        rows = [(*key, reading, run, told) for key, told in files.items()]
        with self.transaction():
            if rows:
                self._connection.executemany(f"INSERT INTO {self._home}.taken VALUES (?, ?, ?, ?, ?)", rows)  # noqa: S608

    def end_run(self, run: str, *, ended: dt.datetime) -> None:
        """Note that a run came to its end; one without an end was interrupted."""
        with self.transaction():
            self._connection.execute("UPDATE runs SET ended = ? WHERE id = ?", [ended, run])

    def undo(self, run: str) -> None:
        """Take out every row of a run, and the run itself: the store is as it was before."""
        with self.transaction():
            for table in (*TABLES.values(), "taken"):
                self._connection.execute(f"DELETE FROM {self._home}.{table} WHERE run = ?", [run])  # noqa: S608 - names of our own
            self._connection.execute("DELETE FROM runs WHERE id = ?", [run])
            if self.lake is not None:
                self.lake.undo(run)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _numbers(self, sql: str) -> tuple[int, ...]:
        return tuple(self._connection.sql(sql).fetchall()[0])


_NEXT_RUN: Final = "SELECT coalesce(max(regexp_extract(id, '[0-9]+$')::INTEGER), 0) + 1 FROM runs"

_NOTED: Final = """
UPDATE runs SET inputs = to_json(list_concat(from_json(inputs, '["JSON"]'), from_json(?, '["JSON"]')))
WHERE id = ?
"""

_STAGED: Final = """
CREATE OR REPLACE TEMP TABLE staged AS SELECT row_number() OVER () AS nth, {columns} FROM incoming
"""

_KEPT: Final = "INSERT INTO {table} SELECT {columns} FROM staged SEMI JOIN fresh USING (nth) ORDER BY nth"

_CLASHES: Final = """
WITH came AS (SELECT row_number() OVER () AS nth, source, key, {column} AS told FROM incoming),
    first AS (SELECT source, key, arg_min(told, nth) AS told FROM came GROUP BY source, key)
SELECT coalesce(old.{column}, first.told) IS DISTINCT FROM came.told
FROM came JOIN first USING (source, key)
    LEFT JOIN {table} AS old ON old.source = came.source AND old.key = came.key
ORDER BY nth
"""

_FRESH: Final = """
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT min(nth) AS nth FROM staged
WHERE NOT EXISTS (SELECT 1 FROM {table} AS old WHERE old.source = staged.source AND old.key = staged.key)
GROUP BY source, key
"""


def _watched(batches: Iterable[pa.RecordBatch], failures: list[BaseException]) -> Iterator[pa.RecordBatch]:
    """The batches; an error in making them is kept in `failures`: DuckDB hands on its text alone."""
    try:
        yield from batches
    except Exception as error:
        failures.append(error)
        raise


def _current(
    connection: duckdb.DuckDBPyConnection, file: Path, known: Sequence[Migration], *, write: bool
) -> duckdb.DuckDBPyConnection:
    """The connection to a store of the newest version; it may be another one than was given."""
    found = version(connection)
    if not write or found > len(known):
        refuse_other(found, len(known), path=str(file))
    if found < len(known):
        if found:
            connection.close()  # closing writes all to the file, so that the copy is whole
            backup(file, found=found)
            connection = connect(file, write=True)
        upgrade(connection, known, found=found)
    return connection
