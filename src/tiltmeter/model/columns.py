"""Columns of Arrow tables as numbered arrays, and the cast of a theatre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tiltmeter.model.arrays import Bools, Dates, Ints

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.settings import Theatre


@dataclass(frozen=True, slots=True, eq=False)
class Noted:
    """Rows of a table that are evidence of a kind: which, about which state, in which period."""

    kind: str
    table: pa.Table
    own: Ints
    state: Ints
    time: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """Who is in a theatre, and the number of each."""

    states: tuple[str, ...]
    poles: tuple[str, str]
    powers: tuple[str, ...]

    @classmethod
    def of(cls, theatre: Theatre) -> Cast:
        """The cast of a theatre: the poles are the first two powers."""
        poles = (theatre.poles.a, theatre.poles.b)
        others = [code for code in theatre.powers if code not in poles]
        return cls(tuple(theatre.states), poles, (*poles, *dict.fromkeys(others)))


def codes(column: Any) -> tuple[list[Any], Ints]:
    """A column as its distinct values and each row's index among them; null is -1."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks() if coded.num_chunks else pa.array([], pa.string()).dictionary_encode()
    index = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return coded.dictionary.to_pylist(), index


def mapped(column: Any, known: dict[Any, int]) -> Ints:
    """A column as numbers given by `known`; anything else is -1."""
    values, index = codes(column)
    table = np.array([*(known.get(value, -1) for value in values), -1], dtype=np.int64)
    return table[index]


def days(column: Any) -> Dates:
    """A column of dates; null is NaT."""
    return np.asarray(column.to_numpy(), dtype="datetime64[D]")


def flags(column: Any) -> Bools:
    """A column of truth values."""
    return np.asarray(column.to_numpy(), dtype=bool)
