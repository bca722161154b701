"""The rows that questions are asked of, and the dealings between states and powers found in them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.model.arrays import Bools, Dates, Ints
from tiltmeter.nouns import Document, Event, Fact, Figure, RollCall, Vote, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from tiltmeter.nouns import Row

_NOUNS: Final = {
    "documents": Document, "events": Event, "figures": Figure,
    "rollcalls": RollCall, "votes": Vote, "facts": Fact,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """
    The store's tables that questions read, each an Arrow table of its noun; an absent one is empty.

    Make one with `Tables.of`.
    """

    documents: pa.Table
    events: pa.Table
    figures: pa.Table
    rollcalls: pa.Table
    votes: pa.Table
    facts: pa.Table

    @classmethod
    def of(cls, **tables: pa.Table) -> Tables:
        """
        Tables by name; those left out are empty.

        >>> Tables.of().facts.num_rows
        0
        """
        return cls(**{name: tables.get(name, schema(noun).empty_table()) for name, noun in _NOUNS.items()})

    @classmethod
    def from_rows(cls, rows: Iterable[Row]) -> Tables:
        """
        Tables of row nouns, as tests and small programs have them.

        >>> Tables.from_rows([Fact("f", "1", "r", "border", "KAZ", "RUS", None, None, "a map")]).facts.num_rows
        1
        """
        import pyarrow as pa

        from tiltmeter.nouns import batches

        kept = list(rows)
        made = {}
        for name, noun in _NOUNS.items():
            own = [row for row in kept if isinstance(row, noun)]
            made[name] = pa.Table.from_batches(batches(own, noun), schema=schema(noun))
        return cls(**made)

    def record(self) -> Tables:
        """
        The same without what was written for a demonstration: votes, facts, figures, real events and texts.

        >>> Tables.of().record().events.num_rows
        0
        """
        import pyarrow.compute as pc

        return replace(
            self,
            documents=self.documents.filter(pc.invert(self.documents["written"])),
            events=self.events.filter(pc.invert(self.events["written"])),
        )

    def __len__(self) -> int:
        return sum(int(getattr(self, field.name).num_rows) for field in fields(self))


@dataclass(frozen=True, slots=True, eq=False)
class Dealings:
    """
    Events between a state and a power, one element each, in no order.

    `state` and `power` index the lists asked for, `gave` says that the power was
    the giver, `day` is the event's (its interval's middle, else the report's), `row`
    the row of the events table.
    """

    state: Ints
    power: Ints
    gave: Bools
    root: Ints
    quad: Ints
    day: Dates
    row: Ints

    def __getitem__(self, keep: Bools) -> Dealings:
        return Dealings(*(getattr(self, field.name)[keep] for field in fields(self)))


def event_days(events: pa.Table) -> Dates:
    """The day of each event: the middle of its interval, else the report's day, else NaT."""
    start, end, told = (np.asarray(events[name].to_numpy(), "datetime64[D]") for name in ("start", "end", "reported"))
    start, end = np.where(np.isnat(start), end, start), np.where(np.isnat(end), start, end)
    half = (end - start).astype(np.int64) // 2
    # NaT minus NaT counts as the least integer: where it does, the report's day is taken anyway
    middle = start + np.where(np.isnat(start), 0, half).astype("timedelta64[D]")
    return np.where(np.isnat(start), told, middle)


def dealings(
    events: pa.Table, *, states: tuple[str, ...], powers: tuple[str, ...], leaders: Mapping[str, str]
) -> Dealings:
    """
    Events that happened between the states and the powers; background and mere plans are left out.

    Args:
        events: Table of Event.
        states: Codes of the states.
        powers: Codes of the powers.
        leaders: Organisation to the power that leads it, whose deeds count as that power's.
    """
    import pyarrow.compute as pc

    from tiltmeter.nouns import ROOTS

    state_of = {code: index for index, code in enumerate(states)}
    power_of = {code: index for index, code in enumerate(powers)}
    power_of |= {body: power_of[lead] for body, lead in leaders.items() if lead in power_of and body not in power_of}
    index = np.arange(events.num_rows)
    use = np.asarray(pc.invert(events["background"]).to_numpy(), dtype=bool)
    giver, taker = events["giver"], events["taker"]
    parts = []
    for state, power, gave in ((taker, giver, True), (giver, taker, False)):
        s, p = _coded(state, state_of), _coded(power, power_of)
        own = index[use & (s >= 0) & (p >= 0)]
        parts.append(np.stack([s[own], p[own], np.full(len(own), int(gave)), own]))
    s, p, toward, row = np.concatenate(parts, axis=1)
    # a state that is also a power has no dealings with itself
    keep = np.array([states[a] != powers[b] for a, b in zip(s, p, strict=True)], dtype=bool).reshape(-1)
    s, p, toward, row = s[keep], p[keep], toward[keep], row[keep]
    root = _coded(events["root"], {name: at for at, name in enumerate(ROOTS)})[row]
    quad = np.asarray(events["quad"].to_numpy(), dtype=np.int64)[row]
    return Dealings(s, p, toward == 1, root, quad, event_days(events)[row], row)


def _coded(column: pa.ChunkedArray, known: Mapping[str, int]) -> Ints:
    import pyarrow as pa
    import pyarrow.compute as pc

    names = pa.array(list(known), pa.string())
    found = pc.index_in(column, value_set=names).fill_null(-1)
    at = np.asarray(found.to_numpy(), dtype=np.int64)
    return np.array([*known.values(), -1], dtype=np.int64)[at]


def leaders(facts: pa.Table) -> dict[str, str]:
    """
    Organisation to the power that leads it, as the facts say.

    >>> leaders(Tables.from_rows([Fact("f", "1", "r", "alliance_leader", "RUS", "CSTO", None, None, "t")]).facts)
    {'CSTO': 'RUS'}
    """
    rows = facts.select(["kind", "a", "b"]).to_pylist()
    return {row["b"]: row["a"] for row in rows if row["kind"] == "alliance_leader"}
