import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tiltmeter import sources
from tiltmeter.sources import Tally
from tiltmeter.store import Store

TODAY = dt.date(2024, 6, 1)
SAMPLES = Path(__file__).parent / "samples"

Take = Callable[..., list[Tally]]
Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.memory() as made:
        yield made


@pytest.fixture
def take(store: Store) -> Take:
    """Takes a path into the store of the test."""

    def taken(name: str, path: Path, *, today: dt.date = TODAY, **more: Any) -> list[Tally]:
        return sources.take(store, name, path, run="r", today=today, **more)

    return taken


@pytest.fixture
def rows(store: Store) -> Rows:
    """Rows of a table of the test's store."""

    def found(table: str, *, order: str = "key") -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = store.query(f"SELECT * FROM {table} ORDER BY {order}").to_pylist()
        return told

    return found
