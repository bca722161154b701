"""The rows behind a finding on paths: votes, events, sums and facts of its window, for and against."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.questions.finding import Evidence
from tiltmeter.questions.happening import event_text
from tiltmeter.questions.tables import dealings, leaders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiltmeter.questions.basis import Basis
    from tiltmeter.settings import Claim

EACH: Final = 6
"""Rows shown per kind; all are counted in `rests_on`."""
_FALLING: Final = ("fall_since", "moved_apart")
_USES: Final = {
    "closeness": ("votes",), "cooperation": ("events",), "relations": ("figures",), "security": ("facts",),
    "responsiveness": ("events",), "votes": ("votes",), "words": ("events",), "deeds": ("events",),
    "figures": ("figures",), "tilt": ("votes", "events", "figures", "facts"),
}  # fmt: skip


def rows(
    claim: Claim, basis: Basis, definitions: Sequence[str], window: tuple[dt.date, dt.date]
) -> tuple[Evidence, ...]:
    """
    The strongest rows of a window behind some definitions.

    A row speaks for a claim of a rise, peak or leaning if it brings the state and the
    power closer: the same vote, a cooperative event, a sum above the pair's usual, a
    tie in force; for a fall the other way round.
    """
    theatre = basis.theatre
    poles = {"a": theatre.poles.a, "b": theatre.poles.b}
    states = tuple(code for code in theatre.about(claim) or (claim.a, claim.b) if code in theatre.states)
    sides = [code for code in (claim.a, claim.b) if code and code not in theatre.states]
    power = claim.power or poles.get(claim.pole or "") or (sides[0] if sides else theatre.poles.a)
    closer = claim.kind not in _FALLING
    wanted = {kind for name in definitions for kind in _USES.get(name, ())}
    found: list[Evidence] = []
    for kind, pick in (("votes", _votes), ("events", _events), ("figures", _figures), ("facts", _facts)):
        if kind in wanted:
            found += [
                Evidence(row["source"], row["key"], near == closer, text)
                for row, near, text in pick(basis, power, states, window)[:EACH]
            ]
    return tuple(found)


_Picked = list[tuple[dict[str, Any], bool, str]]


def _votes(basis: Basis, power: str, states: tuple[str, ...], window: tuple[dt.date, dt.date]) -> _Picked:
    """Votes at roll calls on which the power itself voted, those first that split it from its rival."""
    import pyarrow.compute as pc

    calls = basis.tables.rollcalls
    calls = calls.filter(pc.and_(pc.greater_equal(calls["date"], window[0]), pc.less_equal(calls["date"], window[1])))
    if not calls.num_rows:
        return []
    votes = basis.tables.votes
    theatre = basis.theatre
    codes = [*states, power, theatre.poles.a, theatre.poles.b]
    votes = votes.filter(pc.and_(pc.is_in(votes["rollcall"], calls["key"]), pc.is_in(votes["state"], _strings(codes))))
    by_call: dict[str, dict[str, dict[str, Any]]] = {}
    for vote in votes.to_pylist():
        by_call.setdefault(vote["rollcall"], {})[vote["state"]] = vote
    found = []
    for call in sorted(calls.to_pylist(), key=lambda row: row["date"], reverse=True):
        cast = {code: vote["choice"] for code, vote in by_call.get(call["key"], {}).items()}
        if power not in cast:
            continue
        split = cast.get(theatre.poles.a) != cast.get(theatre.poles.b)
        for code in states:
            if cast.get(code, "absent") != "absent":
                vote = by_call[call["key"]][code]
                title = f" {call['title']}" if call["title"] else ""
                text = f"{call['date']} {code} {cast[code]}, {power} {cast[power]}: {call['symbol']}{title}"
                found.append((not split, vote, cast[code] == cast[power], text))
    return [item[1:] for item in sorted(found, key=lambda item: item[0])]


def _events(basis: Basis, power: str, states: tuple[str, ...], window: tuple[dt.date, dt.date]) -> _Picked:
    found = dealings(basis.tables.events, states=states, powers=(power,), leaders=leaders(basis.tables.facts))
    inside = (found.day >= np.datetime64(window[0], "D")) & (found.day <= np.datetime64(window[1], "D"))
    own = basis.tables.events.take(found.row[inside]).to_pylist()
    # deeds before words, sure before unsure
    own.sort(key=lambda row: (row["quad"] % 2, -row["confidence"], str(row["key"])))
    return [(row, row["quad"] <= 2, event_text(row)) for row in own]


def _figures(basis: Basis, power: str, states: tuple[str, ...], window: tuple[dt.date, dt.date]) -> _Picked:
    import pyarrow.compute as pc

    table = basis.tables.figures
    codes, other = _strings(states), _strings([power])
    pair = pc.or_(
        pc.and_(pc.is_in(table["a"], codes), pc.is_in(table["b"], other)),
        pc.and_(pc.is_in(table["b"], codes), pc.is_in(table["a"], other)),
    )
    own = table.filter(pc.and_(pair, pc.equal(table["kind"], "signed_sum"))).to_pylist()
    by_pair: dict[tuple[str, str], list[float]] = {}
    for row in own:
        by_pair.setdefault((row["a"], row["b"]), []).append(row["value"])
    usual = {pair: float(np.median(values)) for pair, values in by_pair.items()}
    inside = [row for row in own if row["start"] <= window[1] and row["end"] >= window[0]]
    inside.sort(key=lambda row: -abs(row["value"] - usual[row["a"], row["b"]]))
    found = []
    for row in inside:
        middle = usual[row["a"], row["b"]]
        text = f"{row['start']}/{row['end']} {row['a']}–{row['b']}: {row['value']:+.1f}, usually {middle:+.1f}"
        found.append((row, row["value"] > middle, text))
    return found


def _facts(basis: Basis, power: str, states: tuple[str, ...], window: tuple[dt.date, dt.date]) -> _Picked:
    bodies = {body for body, lead in leaders(basis.tables.facts).items() if lead == power}
    found = []
    for fact in basis.tables.facts.to_pylist():
        tie = fact["kind"] == "alliance_member" and fact["a"] in states and fact["b"] in bodies
        base = fact["kind"] == "military_base" and fact["b"] in states and fact["a"] == power
        if not (tie or base) or (fact["since"] or dt.date.min) > window[1]:
            continue
        if fact["until"] is not None and fact["until"] < basis.theatre.span[0]:
            continue
        over = fact["until"] is not None and fact["until"] < window[0]
        until = f" until {fact['until']}" if fact["until"] else ""
        text = f"{fact['kind'].replace('_', ' ')}: {fact['a']} – {fact['b']} since {fact['since']}{until}. "
        found.append((fact, not over, text + fact["citation"]))
    return found


def _strings(codes: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.array(list(codes), pa.string())
