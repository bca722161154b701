"""
Bulk events beside the store: the lake's files, and which of them count.

The store's table `segments` names the files, so that they come and go with its transactions. A file that
it does not name, left behind by a process that was killed, is removed when the store is next written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.nouns import Event, schema
from tiltmeter.store.parts import quoted
from tiltmeter.store.segments import Files, Segment, span

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MANY: Final = 8
"""Files of one source and week beyond which they are made into one."""


class Lake:
    """The lake of an open store; all that changes it happens within the store's transactions."""

    def __init__(self, store: Path, connection: duckdb.DuckDBPyConnection, *, home: str) -> None:
        self.files = Files(store)
        self._connection = connection
        self._home = home
        self._seen: list[str] | None = []

    def segments(self) -> list[Segment]:
        """The files of the lake that count, in the order of source, week and name."""
        told = self._connection.sql(f"SELECT * FROM {self._home}.segments ORDER BY source, week, path")  # noqa: S608
        return [Segment(*row) for row in told.fetchall()]

    def settle(self, tables: Sequence[pa.Table]) -> list[int]:
        """Put in the events whose key is new; gives how many of each table were."""
        import pyarrow as pa
        import pyarrow.compute as pc

        whole = pa.concat_tables(tables)
        fresh = self._unknown(whole)
        rows = whole.filter(fresh)
        if rows.num_rows:
            self._name(self.files.write(rows))
        counts, at = [], 0
        for table in tables:
            counts.append(int(pc.sum(fresh.slice(at, table.num_rows)).as_py() or 0))
            at += table.num_rows
        return counts

    def crowded(self, many: int) -> list[list[Segment]]:
        """The files of each source and week of which there are more than `many`."""
        groups: dict[tuple[str, dt.date], list[Segment]] = {}
        for segment in self.segments():
            groups.setdefault((segment.source, segment.week), []).append(segment)
        return [group for group in groups.values() if len(group) > many]

    def undo(self, run: str) -> None:
        """Take out the rows of a run."""
        for segment in self.segments():
            if segment.run in {run, ""}:  # a file without a run holds rows of several
                self.rewrite([segment], without=run)

    def sweep(self) -> None:
        """Remove files that do not count."""
        self.files.sweep({segment.path for segment in self.segments()})

    def show(self, *, whole: bool = True) -> None:
        """Let the name `events` mean the store's own and, of the `whole`, those of the lake's files that count now."""
        segments = self.segments() if whole else []
        paths = [segment.path for segment in segments]
        if paths == self._seen:
            return
        if paths:
            columns = ", ".join(f'"{name}"' for name in schema(Event).names)
            self._connection.execute(_SHOWN.format(columns=columns, home=self._home, files=self._listed(segments)))
        else:
            self._connection.execute("DROP VIEW IF EXISTS temp.events")
        self._seen = paths

    def rewrite(self, group: Sequence[Segment], *, without: str | None = None) -> None:
        """One file in the place of several, without the rows of a run."""
        path = self.files.path(group[0].source, group[0].week)
        kept = "true" if without is None else f"run <> {quoted(without)}"
        files = self._listed(group)
        self._connection.execute(_MERGED.format(files=files, kept=kept, path=quoted(str(path))))
        for segment in group:
            self._connection.execute(f"DELETE FROM {self._home}.segments WHERE path = ?", [segment.path])  # noqa: S608
            self.files.replaced(segment.path)
        made = self.files.joined(path, group)
        if made.rows:
            self._name([made])
        else:
            self.files.replaced(made.path)

    def kept(self) -> None:
        """The transaction is kept."""
        self.files.kept()

    def undone(self) -> None:
        """The transaction is undone, and with it what `events` was last made to mean."""
        self.files.undone()
        self._seen = None

    def _name(self, segments: Sequence[Segment]) -> None:
        self._connection.executemany(f"INSERT INTO {self._home}.segments VALUES (?, ?, ?, ?, ?, ?, ?)", segments)  # noqa: S608

    def _unknown(self, events: pa.Table) -> Any:
        """Which events are the first of their key, here and in all that the store has."""
        import numpy as np
        import pyarrow as pa

        named = events.select(["source", "key"]).append_column("nth", pa.array(np.arange(events.num_rows)))
        low, high = span(events["key"])
        sources = set(events["source"].unique().to_pylist())
        near = [
            segment for segment in self.segments()
            if segment.source in sources
            and (low is None or segment.low is None or (segment.low <= (high or 0) and (segment.high or 0) >= low))
        ]  # fmt: skip
        self._connection.register("incoming", named)
        fresh = np.zeros(events.num_rows, dtype=bool)
        fresh[self._column(_FIRSTS)] = True
        fresh[self._column(_KNOWN.format(old=f"{self._home}.events"))] = False
        if near:
            fresh[self._column(_KNOWN.format(old=f"read_parquet({self._listed(near)})"))] = False
        self._connection.unregister("incoming")
        return pa.array(fresh)

    def _column(self, sql: str) -> Any:
        return self._connection.sql(sql).to_arrow_table()["nth"].to_numpy()

    def _listed(self, segments: Iterable[Segment]) -> str:
        """Files as a list in SQL."""
        return "[" + ", ".join(quoted(str(self.files.folder / segment.path)) for segment in segments) + "]"


_FIRSTS: Final = "SELECT min(nth) AS nth FROM incoming GROUP BY source, key"

_KNOWN: Final = (
    "SELECT DISTINCT nth FROM {old} AS old JOIN incoming ON incoming.key = old.key AND incoming.source = old.source"
)

_SHOWN: Final = """
CREATE OR REPLACE TEMP VIEW events AS
SELECT {columns} FROM {home}.events UNION ALL SELECT {columns} FROM read_parquet({files})
"""

_MERGED: Final = """
COPY (SELECT * FROM read_parquet({files}) WHERE {kept} ORDER BY giver, taker, "start", key)
TO {path} (FORMAT parquet, COMPRESSION zstd)
"""
