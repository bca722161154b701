"""The lake's files: Parquet, one or a few for each source and week, sorted by dyad within."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tiltmeter.errors import StoreError

if TYPE_CHECKING:
    import pyarrow as pa


class Segment(NamedTuple):
    """
    A file of the lake: events of one source, reported in the week that begins on `week`.

    `low` and `high` are the least and the greatest key where all keys are numbers.
    """

    path: str
    run: str
    source: str
    week: dt.date
    rows: int
    low: int | None
    high: int | None


class Files:
    """The folder beside a store, and the files written or replaced since the last transaction."""

    def __init__(self, store: Path) -> None:
        self.store, self.folder = store, store.with_suffix(".lake")
        self._fresh: list[Path] = []
        self._stale: list[Path] = []

    def write(self, events: pa.Table) -> list[Segment]:
        """
        Put events into new files; none of them counts before the store names it.

        Raises:
            StoreError: The disk refuses.
        """
        return [self._written(part, week) for part, week in _by_week(events)]

    def path(self, source: str, week: dt.date) -> Path:
        """A new file's place, its folder made; never where the store is gone, as from a share that was lost."""
        folder = self.folder / source / f"{week:%G-W%V}"
        path = folder / f"{uuid.uuid4().hex[:16]}.parquet"
        if not self.store.exists():
            mend = "if it is on a share, connect it and run the command again"
            raise StoreError("the store is gone from its folder", mend=mend, where=str(self.store))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(error, folder) from error
        self._fresh.append(path)
        return path

    def joined(self, path: Path, group: Sequence[Segment]) -> Segment:
        """The file that was made of several."""
        import pyarrow.parquet as pq

        runs, lows, highs = {each.run for each in group}, [each.low for each in group], [each.high for each in group]
        return Segment(
            self.told(path), runs.pop() if len(runs) == 1 else "", group[0].source, group[0].week,
            pq.read_metadata(path).num_rows,
            min((low for low in lows if low is not None), default=None) if None not in lows else None,
            max((high for high in highs if high is not None), default=None) if None not in highs else None,
        )  # fmt: skip

    def told(self, path: Path) -> str:
        """How the store names a file."""
        return path.relative_to(self.folder).as_posix()

    def replaced(self, path: str) -> None:
        """Note that a file will not be needed once the transaction is kept."""
        self._stale.append(self.folder / path)

    def kept(self) -> None:
        """The transaction is kept: what it replaced can go."""
        _remove(self._stale)
        self._fresh.clear()

    def undone(self) -> None:
        """The transaction is undone: what it wrote goes."""
        _remove(self._fresh)
        self._stale.clear()

    def sweep(self, named: set[str]) -> None:
        """Remove files that the store does not name, left by a process that was killed."""
        if self.folder.is_dir():
            _remove([path for path in self.folder.rglob("*.parquet") if self.told(path) not in named])

    def _written(self, events: pa.Table, week: dt.date) -> Segment:
        import pyarrow.parquet as pq

        first = events.slice(0, 1).to_pylist()[0]
        path = self.path(first["source"], week)
        # keys are all different: a dictionary of them makes a file a third larger and slower to read
        repeating = [name for name in events.column_names if name != "key"]
        try:
            pq.write_table(events, path, compression="zstd", compression_level=1, use_dictionary=repeating)
        except OSError as error:
            raise _refused(error, path) from error
        return Segment(self.told(path), first["run"], first["source"], week, events.num_rows, *span(events["key"]))


def span(keys: Any) -> tuple[int, int] | tuple[None, None]:
    """
    The least and the greatest key, if all are numbers.

    >>> import pyarrow as pa
    >>> span(pa.array(["9", "12"])), span(pa.array(["a"]))
    ((9, 12), (None, None))
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        ends = pc.min_max(keys.cast(pa.int64())).as_py()
    except pa.ArrowInvalid:
        return None, None
    return (None, None) if ends["min"] is None else (ends["min"], ends["max"])


def _by_week(events: pa.Table) -> Iterator[tuple[pa.Table, dt.date]]:
    """Events of each source and week in which they were reported, sorted by dyad and day."""
    import numpy as np
    import pyarrow.compute as pc

    weeks = pc.floor_temporal(pc.coalesce(events["reported"], events["start"]), unit="week").to_numpy()
    columns = [_ranks(events["source"]), weeks, _ranks(events["giver"]), _ranks(events["taker"])]
    order = np.lexsort((events["start"].to_numpy(), *reversed(columns)))
    sources, weeks = columns[0][order], weeks[order]
    cuts = np.flatnonzero((sources[1:] != sources[:-1]) | (weeks[1:] != weeks[:-1])) + 1
    made = events.take(order)
    for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
        yield made.slice(begin, end - begin), weeks[begin].astype("datetime64[D]").astype(dt.date)


def _ranks(texts: pa.ChunkedArray) -> Any:
    """The place of each text among the different ones in order."""
    import pyarrow.compute as pc

    codes = texts.combine_chunks().dictionary_encode()
    return pc.rank(codes.dictionary, tiebreaker="dense").take(codes.indices).to_numpy()


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
    paths.clear()


def _refused(error: OSError, where: Path) -> StoreError:
    return StoreError(
        f"the lake cannot be written: {error.strerror or error}",
        mend="if the disk is full, make room; else check the folder's permissions",
        where=str(where),
    )
