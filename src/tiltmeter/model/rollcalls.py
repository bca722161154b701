"""Roll calls of a panel: which is which, on which text, in which period, and who voted how."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.arrays import Bools, Ints
from tiltmeter.model.calendar import Calendar, nearest_session
from tiltmeter.model.columns import Cast, Noted, codes, mapped
from tiltmeter.model.panels import ABSENT, Ballots, Panel
from tiltmeter.nouns import CHOICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa


def gather_ballots(
    votes: pa.Table, rollcalls: pa.Table, cast: Cast, when: Calendar, rows: list[Noted],
    same: Sequence[tuple[str, str]],
) -> tuple[tuple[str, ...], Ballots]:  # fmt: skip
    """
    The voters, theatre's own first, and their ballots on the roll calls of the calendar.

    Two sources that tell one roll call (by symbol and date) give one; a state votes once in each.
    """
    import pyarrow as pa

    calls = rollcalls.select(["source", "key", "session", "date", "symbol", "kinds"]).to_pylist()
    calls.sort(key=lambda call: (call["date"], call["source"], call["key"]))
    time = _times(calls, when)
    calls = [call for call, at in zip(calls, time, strict=True) if at >= 0]
    merged = _merged(calls)
    number = {(call["source"], call["key"]): index for call, index in zip(calls, merged, strict=True)}
    sources, source = codes(votes["source"])
    call = np.full(len(source), -1, dtype=np.int64)
    for index, name in enumerate(sources):
        own = source == index
        keys = {key: at for (src, key), at in number.items() if src == name}
        call[own] = mapped(votes["rollcall"].filter(pa.array(own)), keys)
    choice = mapped(votes["choice"], {name: index for index, name in enumerate(CHOICES)})
    names, who = codes(votes["state"])
    use = (call >= 0) & (choice >= 0) & (who >= 0)
    voters = _voters([names[index] for index in np.unique(who[use])], cast)
    place = {name: index for index, name in enumerate(voters)}
    actor = np.array([*(place.get(name, -1) for name in names), -1], dtype=np.int64)[who]
    # one vote per state and roll call, the first told, an actual vote before an absence
    order = np.lexsort((np.arange(len(call)), choice == ABSENT, actor, call))
    order = order[use[order]]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(call[order]) != 0) | (np.diff(actor[order]) != 0)
    order = order[new]
    kept = np.array([at for at in time if at >= 0], dtype=np.int64)
    ballots = Ballots(
        actor=actor[order],
        call=call[order],
        choice=choice[order],
        calls=tuple(call["key"] for call in calls),
        item=_items(calls, merged, same),
        time=kept,
        kinds=tuple(call["kinds"] or "" for call in calls),
    )
    number_of = {name: at for at, name in enumerate(cast.states)}
    state = np.array([number_of.get(name, -1) for name in voters], dtype=np.int64)[ballots.actor]
    told = (state >= 0) & (ballots.choice != ABSENT)
    rows.append(Noted("votes", votes, order[told], state[told], kept[ballots.call[told]]))
    return voters, ballots


def _times(calls: list[dict[str, Any]], when: Calendar) -> list[int]:
    if when.grid != "session":
        days = np.array([call["date"] for call in calls], dtype="datetime64[D]")
        return [int(at) for at in when.index(days)]
    label = {name: index for index, name in enumerate(when.labels)}
    return [label.get(str(nearest_session(call["session"], call["date"])), -1) for call in calls]


def _merged(calls: list[dict[str, Any]]) -> list[int]:
    """For each roll call the number of the one it is: two sources may tell the same, by symbol and date."""
    by_name: dict[tuple[str, str], list[int]] = {}
    for index, call in enumerate(calls):
        if name := plain_symbol(call["symbol"] or ""):
            by_name.setdefault((name, call["source"]), []).append(index)
    once: dict[str, list[int]] = {}
    for (name, _), found in by_name.items():
        # upstream files give one symbol to several votes on parts of a text: those cannot be matched
        if len(found) == 1:
            once.setdefault(name, []).append(found[0])
    merged = list(range(len(calls)))
    for found in once.values():
        head = min(found)
        for index in found:
            if abs((calls[index]["date"] - calls[head]["date"]).days) <= 3:
                merged[index] = head
    return merged


def plain_symbol(symbol: str) -> str:
    """
    A UN document symbol without the prefixes that files spell differently.

    >>> plain_symbol("A/RES/73/194"), plain_symbol("R/73/194"), plain_symbol("ES-11/1")
    ('73/194', '73/194', 'ES-11/1')
    """
    return re.sub(r"^(A/)?(RES/|R/)?", "", symbol.strip().upper())


def _items(calls: list[dict[str, Any]], merged: list[int], same: Sequence[tuple[str, str]]) -> Ints:
    item = np.array(merged, dtype=np.int64)
    if same:
        index: dict[str, int] = {}
        for at, call in enumerate(calls):
            index.setdefault(call["key"], at)
            index.setdefault(plain_symbol(call["symbol"] or ""), at)
        for one, other in same:
            a, b = index.get(one, index.get(plain_symbol(one))), index.get(other, index.get(plain_symbol(other)))
            if a is not None and b is not None:
                item[item == item[b]] = item[a]
    return np.unique(item, return_inverse=True)[1].astype(np.int64) if len(item) else item


def _voters(found: list[str], cast: Cast) -> tuple[str, ...]:
    ahead = [code for code in (*cast.states, *cast.powers) if code in set(found)]
    return (*dict.fromkeys(ahead), *sorted(set(found) - set(ahead)))


def on_calendar(ballots: Ballots, voters: int, when: Calendar) -> Bools:
    """Whether each voter exists in each period, shape (V, T): from first to last vote, or throughout."""
    periods = len(when.labels)
    present = np.ones((voters, periods), dtype=bool)
    if when.grid != "session":
        # within the few years of a theatre states neither appear nor dissolve
        return present
    cast = ballots.choice != ABSENT
    actor, time = ballots.actor[cast], ballots.time[ballots.call[cast]]
    first, last = np.full(voters, periods), np.full(voters, -1)
    np.minimum.at(first, actor, time)
    np.maximum.at(last, actor, time)
    at = np.arange(periods)
    return np.asarray((at >= first[:, None]) & (at <= last[:, None]))


def refuse_unless_opposed(panel: Panel) -> None:
    """
    Refuses a theatre whose poles voted on roll calls together and never differed.

    Raises:
        ModelError: They never did: nothing then says which way the line runs.
    """
    a, b = panel.poles
    if a not in panel.voters or b not in panel.voters:
        return
    ballots, calls = panel.ballots, len(panel.ballots.calls)
    chosen = np.full((2, calls), ABSENT)
    for row, code in enumerate((a, b)):
        own = ballots.actor == panel.voters.index(code)
        chosen[row, ballots.call[own]] = ballots.choice[own]
    both = (chosen != ABSENT).all(axis=0)
    if both.any() and (chosen[0, both] == chosen[1, both]).all():
        raise ModelError(
            f"{a} and {b} never voted differently ({int(both.sum())} roll calls): they are no two poles",
            mend="choose poles that disagree, or add roll calls on which they did",
        )
