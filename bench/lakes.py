"""Makes a workspace whose lake holds many events, drawn at random: for benchmarks of what is asked of a lake."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tiltmeter.nouns import QUAD, ROOTS, Event, schema
from tiltmeter.store import Store
from tiltmeter.workspace import STORE, Workspace

if TYPE_CHECKING:
    import pyarrow as pa

ACTORS = 106
"""Sides of the events: powers, neighbours, states, and the rest of the world; the n-th 1/n as often as the first."""
DAYS = 3_000
"""Days over which they are spread, from the theatre's first."""
AT_ONCE = 500_000


def now() -> dt.datetime:
    """A time behind all events."""
    return dt.datetime(2026, 6, 1)


def workspace(folder: Path, *, rows: int, theatre: str = "central_asia") -> Workspace:
    """A workspace with so many events in its lake, in about one file for each week."""
    made = Workspace.create(folder, theatre=theatre, now=now)
    own = made.theatre
    sides = [*own.powers, *own.neighbours, *own.states]
    letters = (f"X{one}{two}" for one, two in itertools.product("ABCDEFGHIJ", "ABCDEFGHIJ"))
    sides += itertools.islice(letters, ACTORS - len(sides))
    drawn = np.random.default_rng(1)
    with Store.open(folder / STORE, write=True) as store:
        for begin in range(0, rows, AT_ONCE):
            size = min(AT_ONCE, rows - begin)
            days = (np.arange(begin, begin + size) * DAYS // rows).astype("timedelta64[D]") + np.datetime64(own.span[0])
            store.settle([events(drawn, sides, days, first=begin)])
        store.consolidate(many=1)
    return made


def events(drawn: np.random.Generator, sides: list[str], days: np.ndarray, *, first: int) -> pa.Table:
    """Events of these days between two sides each, their keys numbered from `first`."""
    import pyarrow as pa

    size = len(days)
    weights = 1 / np.arange(1, len(sides) + 1)
    giver = drawn.choice(len(sides), size=size, p=weights / weights.sum())
    taker = drawn.choice(len(sides), size=size, p=weights / weights.sum())
    taker = np.where(taker == giver, (giver + 1) % len(sides), taker)
    root = drawn.integers(len(ROOTS), size=size)
    names, roots = pa.array(sides), pa.array(ROOTS)
    columns = {
        "source": pa.repeat("gdelt1", size), "key": pa.array(np.arange(first, first + size) + 10**9).cast(pa.string()),
        "run": pa.repeat("bench", size), "giver": names.take(pa.array(giver)), "taker": names.take(pa.array(taker)),
        "root": roots.take(pa.array(root)), "mode": pa.repeat("done", size),
        "quad": pa.array([QUAD[name] for name in ROOTS]).take(pa.array(root)),
        "start": pa.array(days), "end": pa.array(days), "reported": pa.array(days),
        "confidence": pa.repeat(1.0, size), "span_start": pa.repeat(-1, size), "span_end": pa.repeat(-1, size),
        "witnesses": pa.repeat(1, size), "background": pa.repeat(False, size), "written": pa.repeat(False, size),
    }  # fmt: skip
    told = [
        (columns[field.name] if field.name in columns else pa.repeat("", size)).cast(field.type)
        for field in schema(Event)
    ]
    return pa.Table.from_arrays(told, schema=schema(Event))
