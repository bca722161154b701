"""Makes a panel from the store's tables: who is counted, in which period, as which evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.model.arrays import Dates, Floats, Ints
from tiltmeter.model.calendar import Calendar, calendar
from tiltmeter.model.columns import Cast, Noted, codes, days, flags, mapped
from tiltmeter.model.panels import EVIDENCE, GAUGES, Figures, Mix, Panel, Steps
from tiltmeter.model.rollcalls import gather_ballots, on_calendar

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from tiltmeter.settings import Theatre

LONGEST: Final = 31
"""Days; an event dated no better than this belongs to no single period and is left out."""
TIES: Final = ("alliance_member", "trade_bloc_member", "military_base")
"""Kinds of tie whose beginning or end is a step; a border or an office is none."""


def panel(
    *, votes: pa.Table, rollcalls: pa.Table, events: pa.Table, figures: pa.Table, facts: pa.Table,
    theatre: Theatre, written: bool = True, confidence: float = 0.0, same: Sequence[tuple[str, str]] = (),
    others: pa.Table | None = None,
) -> Panel:  # fmt: skip
    """
    The panel of a theatre from the tables of the store.

    An event counts once, for the unordered pair of its sides, however many witnesses
    tell it; events marked as background do not count. An organisation stands for the
    pole that leads it while a fact says so. Dates outside the span are left out.

    Args:
        votes: Table of Vote.
        rollcalls: Table of RollCall.
        events: Table of Event.
        figures: Table of Figure; only signed sums are used.
        facts: Table of Fact.
        theatre: Who, when, and on which grid.
        written: Whether rows marked as written for a demonstration count.
        confidence: The least confidence at which an event counts.
        same: Pairs of roll calls (keys or symbols) on one identical text, which share their parameters.
        others: Counts (`source, day, n`) of countable events beside those given, between sides that are no pair of the
            theatre's: they enter the source's total alone.

    Raises:
        ModelError: The poles are never on different sides, or a pole is missing from the powers.
    """
    cast = Cast.of(theatre)
    when = calendar(theatre.grid, *theatre.span)
    first = max(0, int(when.index(np.array([theatre.reference[0]], dtype="datetime64[D]"))[0]))
    last = int(when.index(np.array([theatre.reference[1]], dtype="datetime64[D]"))[0])
    reference = (first, len(when.labels) if last < first else last + 1)
    rows: list[Noted] = []
    voters, ballots = gather_ballots(votes, rollcalls, cast, when, rows, same)
    leaders = _leaders(facts, cast)
    mix = _mix(events, others, cast, when, leaders, rows, written, confidence)
    sums = _figures(figures, cast, when, rows)
    steps = _steps(facts, cast, when, leaders, rows)
    return Panel(
        theatre=theatre.name,
        states=cast.states,
        poles=cast.poles,
        powers=cast.powers,
        periods=when.labels,
        starts=when.starts,
        grid=theatre.grid,
        reference=reference,
        voters=voters,
        ballots=ballots,
        mix=mix,
        figures=sums,
        steps=steps,
        evidence=_counts(rows, len(cast.states), len(when.labels)),
        rows=_table(rows, cast, when),
        present=on_calendar(ballots, len(voters), when),
    )


def _leaders(facts: pa.Table, cast: Cast) -> dict[str, str]:
    """Organisation to the pole that leads it."""
    kept = facts.select(["kind", "a", "b"]).to_pylist()
    return {row["b"]: row["a"] for row in kept if row["kind"] == "alliance_leader" and row["a"] in cast.poles}


def _mix(
    events: pa.Table, others: pa.Table | None, cast: Cast, when: Calendar, leaders: dict[str, str], rows: list[Noted],
    written: bool, confidence: float,
) -> Mix:  # fmt: skip
    state_of = {code: index for index, code in enumerate(cast.states)}
    power_of = {code: index for index, code in enumerate(cast.powers)}
    power_of |= {body: power_of[pole] for body, pole in leaders.items() if body not in power_of}
    quad = np.asarray(events["quad"].to_numpy(), dtype=np.int64)
    use = ~flags(events["background"]) & (quad >= 1) & (quad <= 4)
    use &= np.asarray(events["confidence"].to_numpy()) >= confidence
    if not written:
        use &= ~flags(events["written"])
    time = when.index(_eventdays(events))
    use &= time >= 0
    giver_s, taker_s = mapped(events["giver"], state_of), mapped(events["taker"], state_of)
    giver_p, taker_p = mapped(events["giver"], power_of), mapped(events["taker"], power_of)
    tables = [events] if others is None else [events, others]
    sources = sorted({name for table in tables for name in table["source"].unique().to_pylist()})
    source_of = {name: index for index, name in enumerate(sources)}
    source = mapped(events["source"], source_of)
    world = np.zeros((len(sources), len(when.labels)), dtype=np.int64)
    np.add.at(world, (source[use], time[use]), 1)
    if others is not None:
        then = when.index(days(others["day"]))
        counted = np.asarray(others["n"].to_numpy(), dtype=np.int64)
        np.add.at(world, (mapped(others["source"], source_of)[then >= 0], then[then >= 0]), counted[then >= 0])
    # a state that is also a power has no relation with itself
    same = np.array([state_of.get(code, -1) for code in cast.powers])
    parts = []
    for state, power in ((giver_s, taker_p), (taker_s, giver_p)):
        own = np.nonzero(use & (state >= 0) & (power >= 0) & (same[power] != state))[0]
        gauge = np.where(quad[own] % 2 == 1, GAUGES.index("words"), GAUGES.index("deeds"))
        parts.append(np.stack([state[own], power[own], gauge, source[own], time[own], quad[own] <= 2, own]))
    state, power, gauge, source, time, kind, row = np.concatenate(parts, axis=1)
    for name in ("words", "deeds"):
        told = (power < 2) & (gauge == GAUGES.index(name))
        rows.append(Noted(name, events, row[told], state[told], time[told]))
    return _tally(state, power, gauge, source, time, kind, tuple(sources), world)


def _eventdays(events: pa.Table) -> Dates:
    """An event's day: the middle of its interval, the day of the report if it has none, else NaT."""
    start, end, told = days(events["start"]), days(events["end"]), days(events["reported"])
    start, end = np.where(np.isnat(start), end, start), np.where(np.isnat(end), start, end)
    length = end - start
    middle = start + np.where(np.isnat(length), np.timedelta64(0, "D"), length) // 2
    day = np.where(np.isnat(start), told, middle)
    long = ~np.isnat(length) & (length > np.timedelta64(LONGEST, "D"))
    return np.where(long, np.datetime64("NaT", "D"), day)


def _tally(
    state: Ints, power: Ints, gauge: Ints, source: Ints, time: Ints, kind: Ints, sources: tuple[str, ...], world: Ints
) -> Mix:
    parts = (state, power, gauge, source, time)
    shape = tuple(int(part.max(initial=0)) + 1 for part in parts)
    # one number for each combination: sorting rows of five is ten times slower
    found, index = np.unique(np.ravel_multi_index(parts, shape), return_inverse=True)
    keys = np.unravel_index(found, shape)
    size = len(found)
    total = np.bincount(index, minlength=size).astype(np.int64)
    cooperative = np.bincount(index, weights=kind, minlength=size).astype(np.int64)
    return Mix(keys[0], keys[1], keys[2], keys[3], keys[4], cooperative, total, sources, world)


def _figures(figures: pa.Table, cast: Cast, when: Calendar, rows: list[Noted]) -> Figures:
    state_of = {code: index for index, code in enumerate(cast.states)}
    power_of = {code: index for index, code in enumerate(cast.powers)}
    kind = mapped(figures["kind"], {"signed_sum": 0})
    start, end = days(figures["start"]), days(figures["end"])
    length = np.maximum((end - start).astype(np.int64) + 1, 1)
    # a weekly row says on how many days its source had anything; a daily one is one day
    told = np.asarray(figures["rows"].to_numpy(), dtype=np.int64)
    covers = np.where((length > 1) & (told >= 1) & (told <= length), told, length)
    time = when.index(start + ((length - 1) // 2).astype("timedelta64[D]"))
    value = np.asarray(figures["value"].to_numpy(), dtype=np.float64)
    a_s, b_s = mapped(figures["a"], state_of), mapped(figures["b"], state_of)
    a_p, b_p = mapped(figures["a"], power_of), mapped(figures["b"], power_of)
    sources, source = codes(figures["source"])
    use = (kind == 0) & (time >= 0) & np.isfinite(value)
    # a state that is also a power has no relation with itself
    same = np.array([state_of.get(code, -1) for code in cast.powers])
    parts = []
    for state, power in ((a_s, b_p), (b_s, a_p)):
        own = np.nonzero(use & (state >= 0) & (power >= 0) & (same[power] != state))[0]
        parts.append(np.stack([state[own], power[own], source[own], time[own], own]))
    state, power, source, time, row = np.concatenate(parts, axis=1)
    told = power < 2
    rows.append(Noted("figures", figures, row[told], state[told], time[told]))
    keys, index = np.unique(np.stack([state, power, source, time]), axis=1, return_inverse=True)
    index, size = index.ravel(), keys.shape[1]
    covered = np.bincount(index, weights=covers[row], minlength=size)
    sums = np.bincount(index, weights=value[row], minlength=size)
    mean: Floats = sums / np.maximum(covered, 1)
    return Figures(keys[0], keys[1], keys[2], keys[3], mean, np.asarray(covered, dtype=np.float64), tuple(sources))


def _steps(facts: pa.Table, cast: Cast, when: Calendar, leaders: dict[str, str], rows: list[Noted]) -> Steps:
    side = {cast.poles[0]: -1.0, cast.poles[1]: 1.0}
    side |= {body: side[pole] for body, pole in leaders.items()}
    state_of = {code: index for index, code in enumerate(cast.states)}
    found: list[tuple[int, int, float, int]] = []
    standing = np.zeros(len(cast.states))
    opens = when.starts[0]
    for row, fact in enumerate(facts.to_pylist()):
        if fact["kind"] not in TIES:
            continue
        # of a base `a` is the owner and `b` the host; of a membership `a` is the member
        state, other = (fact["b"], fact["a"]) if fact["kind"] == "military_base" else (fact["a"], fact["b"])
        if state not in state_of or other not in side:
            continue
        begins = np.datetime64(fact["since"] or "0001-01-01", "D")
        ends = np.datetime64(fact["until"] or "9999-12-31", "D")
        if begins < opens <= ends:
            standing[state_of[state]] += side[other]
        for day, sign in ((begins, 1.0), (ends + np.timedelta64(1, "D"), -1.0)):
            at = int(when.index(np.array([day]))[0])
            if at > 0:
                found.append((state_of[state], at, sign * side[other], row))
    where = np.array([item[:2] for item in found], dtype=np.int64).reshape(-1, 2)
    own = np.array([item[3] for item in found], dtype=np.int64)
    rows.append(Noted("facts", facts, own, where[:, 0], where[:, 1]))
    key = tuple(facts["key"][int(row)].as_py() for row in own)
    return Steps(where[:, 0], where[:, 1], np.array([item[2] for item in found]), key, standing)


def _counts(rows: list[Noted], states: int, periods: int) -> dict[str, Ints]:
    counts: dict[str, Ints] = {kind: np.zeros((states, periods), dtype=np.int64) for kind in EVIDENCE}
    for part in rows:
        np.add.at(counts[part.kind], (part.state, part.time), 1)
    return counts


def _table(rows: list[Noted], cast: Cast, when: Calendar) -> pa.Table:
    import pyarrow as pa

    states, periods = pa.array(cast.states), pa.array(when.labels)
    parts = []
    for part in rows:
        own = pa.array(part.own)
        columns = {
            "kind": pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(own), np.int32)), [part.kind]),
            "source": part.table["source"].take(own).cast(pa.string()),
            "key": part.table["key"].take(own).cast(pa.string()),
            "state": pa.DictionaryArray.from_arrays(pa.array(part.state.astype(np.int32)), states),
            "period": pa.DictionaryArray.from_arrays(pa.array(part.time.astype(np.int32)), periods),
        }
        parts.append(pa.table(columns))
    return pa.concat_tables(parts).unify_dictionaries()
