"""The way to DuckDB: a file opened with patience, and its errors in our words."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tiltmeter.errors import StoreError

if TYPE_CHECKING:
    import duckdb

MEMORY: Final = "1GB"
"""What DuckDB may hold before it writes to disk: a store may be larger than the machine's memory."""
PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds that a writer waits for readers, which hold a store for moments, before it says who is in its way."""


def connect(file: Path, *, write: bool) -> duckdb.DuckDBPyConnection:
    """The file as DuckDB has it; for a writer made if missing, and waited for while readers are in it."""
    import duckdb

    for pause in PAUSES if write else ():
        try:
            return duckdb.connect(str(file), config={"memory_limit": MEMORY})
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            time.sleep(pause)
    return duckdb.connect(str(file), read_only=not write, config={"memory_limit": MEMORY})


@contextlib.contextmanager
def clear(path: str) -> Iterator[None]:
    """Turns DuckDB's errors into ours."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise _explained(str(error), path) from error


def _explained(text: str, path: str) -> StoreError:
    if "lock" in text and (holder := re.search(r"held in (\S+).*?\(PID (\d+)\)", text)):
        what = f"the store is in use by process {holder[2]} ({Path(holder[1]).name})"
        return StoreError(what, mend="wait until that process ends, or stop it", where=path)
    if "different configuration" in text:
        what = "the store is open in this process already, in the other mode"
        return StoreError(what, mend="close the other Store first", where=path)
    if "not a valid DuckDB" in text:
        return StoreError("not a tiltmeter store", mend="check the path; a store is a DuckDB file", where=path)
    if "Cannot open file" in text or "Permission" in text:
        reason = text.rpartition(": ")[2]
        return StoreError(f"cannot be opened: {reason}", mend="check the folder and its permissions", where=path)
    first = text.splitlines()[0]
    return StoreError(first, mend="if the disk is full, make room; otherwise report this message", where=path)
