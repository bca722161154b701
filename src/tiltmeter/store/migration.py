"""The store's versions: numbered SQL files, each taking a store from the version before to its own."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from tiltmeter.errors import StoreError

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the store's schema: `sql` takes a store of version `number - 1` to `number`."""

    number: int
    name: str
    sql: str


def migrations() -> list[Migration]:
    """
    All steps we ship, oldest first, numbered from 1 without a gap.

    >>> migrations()[0].name
    'nouns'
    """
    found = []
    for file in files("tiltmeter.store").joinpath("migrations").iterdir():
        number, _, name = file.name.removesuffix(".sql").partition("_")
        if file.name.endswith(".sql"):
            found.append(Migration(int(number), name, file.read_text("utf-8")))
    return sorted(found, key=lambda step: step.number)


def version(connection: duckdb.DuckDBPyConnection) -> int:
    """Version of the open store; 0 when it is new."""
    known = connection.sql("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'meta'").fetchall()
    if not known[0][0]:
        return 0
    return int(connection.sql("SELECT value FROM meta WHERE name = 'version'").fetchall()[0][0])


def refuse_other(found: int, newest: int, *, path: str) -> None:
    """Raise StoreError unless a store of version `found` can be read as it is."""
    if found > newest:
        raise StoreError(
            f"the store has version {found}, this program knows versions up to {newest}",
            mend="update tiltmeter, or use the program that wrote the store",
            where=path,
        )
    if found < newest:
        raise StoreError(
            f"the store has version {found}, this program reads version {newest}",
            mend="open it once for writing (any `tiltmeter add`): it is brought up to date, a copy is kept",
            where=path,
        )


def upgrade(connection: duckdb.DuckDBPyConnection, steps: Sequence[Migration], *, found: int) -> None:
    """Bring the open store from version `found` up to the last step, all steps or none."""
    connection.begin()
    try:
        for step in steps[found:]:
            connection.execute(step.sql)
        connection.execute("CREATE TABLE IF NOT EXISTS meta (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)")
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('version', ?)", [str(len(steps))])
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def backup(path: Path, *, found: int) -> Path:
    """A copy of the closed store file beside it, named for its version; an older copy is kept."""
    copy = path.with_name(f"{path.name}.v{found}.bak")
    number = 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.name}.v{found}.{number}.bak")
    shutil.copy2(path, copy)
    return copy
