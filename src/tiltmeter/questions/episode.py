"""Episodes: a crisis inside a state or at its border, the help it asked for, the help that came, and how it ended."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.nouns import ORGANISATIONS
from tiltmeter.questions.aid import kind as aid_kind
from tiltmeter.questions.aid import marked
from tiltmeter.questions.burst import FALSE_ALARMS, bursts
from tiltmeter.questions.crisis import Told, reports
from tiltmeter.questions.tables import leaders

if TYPE_CHECKING:
    from tiltmeter.questions.basis import Basis

INTERNAL: Final = ("unrest", "attack", "coup")
GAP: Final = 14
"""Days without events of the crisis after which it is over, and within which two bursts are one crisis."""
BEFORE: Final = 2
AFTER: Final = 21
"""Days before its start and after its end in which a request or help belongs to a crisis."""
STAY: Final = 30
"""Days after the end at which we look whether the office-holder is still there."""
LOOSE: Final = 7
"""Days; an event dated no better than this belongs to no single day."""

_PEOPLE: Final = frozenset({"citizen", "civilian", "population", "protester", "student", "villager", "men", "women"})
"""First words of names by which event data call civilians of a state."""


@dataclass(frozen=True, slots=True)
class Crisis:
    """When, and of what kind: unrest, attack, border_fighting or coup; `end` is None while not known to be over."""

    start: dt.date
    end: dt.date | None
    kind: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request for help, and to whom."""

    date: dt.date
    to: str


@dataclass(frozen=True, slots=True)
class Help:
    """Help that came: troops, money, goods or mediation; `until` is the last report of its withdrawal."""

    helper: str
    date: dt.date
    kind: str
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended; None is not known."""

    crisis_over: bool | None
    help_withdrawn: bool | None
    office_holder_stays: bool | None


@dataclass(frozen=True, slots=True)
class Source:
    """A row behind a step (crisis, request, help, withdrawal, office)."""

    step: str
    source: str
    key: str


@dataclass(frozen=True, slots=True)
class Episode:
    """A crisis of a state with its request, help and outcome; `chance` is how rarely calm times look like its burst."""

    state: str
    crisis: Crisis
    request: Request | None
    helpers: tuple[str, ...]
    help: tuple[Help, ...]
    outcome: Outcome
    evidence: tuple[Source, ...]
    chance: float


@dataclass(frozen=True, slots=True)
class _Burst:
    """A burst of one series: whose, of what kind, its days and rows."""

    state: str
    kind: str
    first: dt.date
    last: dt.date
    chance: float
    rows: tuple[dict[str, Any], ...]
    ends: dt.date
    """Last day its source covers."""
    other: str = ""


def episodes(basis: Basis, *, false_alarms: float = FALSE_ALARMS) -> list[Episode]:
    """
    The crises of a theatre's states found in the events, with what was asked, who helped and how it ended.

    A crisis is a burst (see `burst.bursts`) of protests and violence inside the state, of attacks by
    armed groups, or of fighting with a neighbour, in any one source. A text counts once a day. What no source
    tells is None.

    Args:
        basis: The rows, and the theatre; no fit is needed.
        false_alarms: Expected false bursts per series and year.

    >>> from tiltmeter.questions.basis import Basis
    >>> from tiltmeter.questions.tables import Tables
    >>> from tiltmeter.settings import load_theatre
    >>> episodes(Basis(load_theatre("central_asia"), None, Tables.of()))
    []
    """
    told = reports(basis.tables.documents, states=basis.theatre.states, borders=_borders(basis))
    rows = sorted(_rows(basis) + [_row(one) for one in told], key=lambda row: (row["day"], row["source"], row["key"]))
    if not rows:
        return []
    found = [burst for state in basis.theatre.states for burst in _bursts(basis, rows, state, false_alarms)]
    merged = _merged(found)
    return sorted((_episode(basis, rows, burst) for burst in merged), key=lambda one: (one.crisis.start, one.state))


def _rows(basis: Basis) -> list[dict[str, Any]]:
    """Events on single days that are sure enough, with a state of the theatre on a side, as rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = basis.tables.events
    states = pa.array(basis.theatre.states, pa.string())
    own = pc.or_(*(pc.is_in(pc.utf8_slice_codeunits(table[side], 0, 3), states) for side in ("giver", "taker")))
    keep = pc.and_(
        own, pc.and_(pc.invert(table["background"]), pc.greater_equal(table["confidence"], basis.confidence))
    )
    rows = []
    for row in table.filter(keep).to_pylist():
        start, end = row["start"] or row["reported"], row["end"] or row["start"] or row["reported"]
        if start is not None and (end - start).days <= LOOSE:
            row["day"] = start
            rows.append(row)
    return rows


def _row(told: Told) -> dict[str, Any]:
    """A sentence of a text in the form of an event's row; its root is what it reports."""
    return {
        "source": told.source, "key": told.key, "document": told.key, "day": told.day, "sentence": told.sentence,
        "giver": told.state, "taker": told.other or told.state, "root": told.sort, "cameo": "",
        "giver_name": "", "taker_name": "",
    }  # fmt: skip


def _bursts(basis: Basis, rows: list[dict[str, Any]], state: str, false_alarms: float) -> Iterable[_Burst]:
    series: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    borders = _borders(basis)
    for row in rows:
        sort = _sort(row, state, borders)
        if sort:
            series.setdefault((row["source"], *sort), []).append(row)
    reach = _reach(rows)
    for (source, kind, other), own in sorted(series.items()):
        begin, stop = reach[source]
        counts = np.zeros((stop - begin).days + 1, dtype=np.int64)
        for day, count in _daily(own).items():
            counts[(day - begin).days] = count
        for one in bursts(counts, false_alarms=false_alarms):
            first, last = (begin + dt.timedelta(days=at) for at in (one.first, one.last))
            inside = tuple(row for row in own if first <= row["day"] <= last)
            yield _Burst(state, kind, first, last, one.chance, inside, stop, other)


def _sort(row: dict[str, Any], state: str, borders: set[frozenset[str]]) -> tuple[str, str] | None:
    """Of which series of a state's crises an event is: kind, and the other side of border fighting."""
    giver, taker, root = row["giver"], row["taker"], row["root"]
    sides = {giver[:3], taker[:3]}
    if state not in sides:
        return None
    if root in ("unrest", "attack", "border_fighting"):
        # a sentence of a text, read for the state that is its giver
        return (root, taker if root == "border_fighting" else "") if giver == state else None
    groups = {code[4:] for code in (giver, taker) if "-" in code}
    if root.islower():
        return None
    if sides == {state}:
        if root == "ASSAULT" and groups & {"REB", "TAL"}:
            return "attack", ""
        # arrests without protest are every day's work of courts; in bulk data so are assaults without a side named
        civil = root in ("ASSAULT", "COERCE") and "CIV" in groups and (root == "ASSAULT" or row["document"])
        return ("unrest", "") if root == "PROTEST" or civil else None
    if root != "ASSAULT":
        return None
    other = (sides - {state}).pop()
    if groups & {"REB", "TAL"}:
        return ("attack", "") if taker[:3] == state else None
    if other in ORGANISATIONS or len(other) != 3 or groups or _civil(row["giver_name"]):
        return None
    return ("border_fighting", other) if frozenset(sides) in borders else ("attack", "") if taker == state else None


def _civil(name: str) -> bool:
    """Whether a name of bulk data is of people that are no part of a state ("Citizen (Georgia)")."""
    return name.split(" ")[0].casefold() in _PEOPLE


def _borders(basis: Basis) -> set[frozenset[str]]:
    facts = basis.tables.facts.select(["kind", "a", "b"]).to_pylist()
    return {frozenset((fact["a"], fact["b"])) for fact in facts if fact["kind"] == "border"}


def _reach(rows: Sequence[dict[str, Any]]) -> dict[str, tuple[dt.date, dt.date]]:
    """First and last day of each source."""
    days: dict[str, list[dt.date]] = {}
    for row in rows:
        days.setdefault(row["source"], []).append(row["day"])
    return {source: (min(own), max(own)) for source, own in days.items()}


def _daily(rows: Sequence[dict[str, Any]]) -> Counter[dt.date]:
    """Counts per day: each text once, each row of bulk data once."""
    seen = {(row["day"], row["document"] or row["key"]) for row in rows}
    return Counter(day for day, _ in seen)


def _merged(found: list[_Burst]) -> list[_Burst]:
    """Bursts of one state within two weeks made one, border fighting kept apart from what is inside."""
    merged: list[_Burst] = []
    for burst in sorted(found, key=lambda one: (one.state, one.first)):
        near = [
            at for at, one in enumerate(merged)
            if one.state == burst.state
            and (one.kind in INTERNAL) == (burst.kind in INTERNAL) and one.other == burst.other
            and (burst.first - one.last).days <= GAP
        ]  # fmt: skip
        if not near:
            merged.append(burst)
            continue
        old = merged[near[-1]]
        strong = max(old, burst, key=lambda one: len(one.rows))
        merged[near[-1]] = replace(
            strong, first=min(old.first, burst.first), last=max(old.last, burst.last),
            chance=min(old.chance, burst.chance), rows=old.rows + burst.rows, ends=max(old.ends, burst.ends),
        )  # fmt: skip
    return merged


def _episode(basis: Basis, rows: list[dict[str, Any]], burst: _Burst) -> Episode:
    over = (burst.ends - burst.last).days >= GAP
    texts = [row for row in burst.rows if row["sentence"]]
    coup = texts and sum(marked(row["sentence"], "coup") for row in texts) * 2 >= len(texts)
    crisis = Crisis(
        burst.first, burst.last if over else None, "coup" if coup and burst.kind in INTERNAL else burst.kind
    )
    near = [
        row for row in rows
        if burst.first - dt.timedelta(days=BEFORE) <= row["day"] <= burst.last + dt.timedelta(days=AFTER)
    ]  # fmt: skip
    asked = _asked(near, burst, _pacts(basis, burst.state, burst.first))
    helped, gone = _helped(rows, near, burst, {row["taker"] for row in asked}, leaders(basis.tables.facts))
    request = Request(asked[0]["day"], asked[0]["taker"]) if asked else None
    stays, offices = _stays(basis, burst)
    troops = [one for one in helped if one.kind == "troops"]
    withdrawn = True if any(one.until for one in troops) else None
    steps = (("crisis", burst.rows), ("request", asked), ("help", [row for row, _ in gone]), ("office", offices))
    evidence = [Source(step, row["source"], row["key"]) for step, own in steps for row in own]
    evidence += [Source("withdrawal", row["source"], row["key"]) for _, left in gone for row in left]
    return Episode(
        burst.state, crisis, request, tuple(dict.fromkeys(one.helper for one in helped)), tuple(helped),
        Outcome(True if over else None, withdrawn, stays), tuple(dict.fromkeys(evidence)), burst.chance,
    )  # fmt: skip


def _pacts(basis: Basis, state: str, on: dt.date) -> set[str]:
    """The alliances a state is in on a day, by the facts."""
    return {
        fact["b"] for fact in basis.tables.facts.to_pylist()
        if fact["kind"] == "alliance_member" and fact["a"] == state
        and (fact["since"] or dt.date.min) <= on <= (fact["until"] or dt.date.max)
    }  # fmt: skip


def _asked(near: Sequence[dict[str, Any]], burst: _Burst, pacts: set[str]) -> list[dict[str, Any]]:
    """Requests for help of the state to others: the earliest first, of one day those to a pact first."""
    found = [
        row for row in near
        if row["root"] in ("REQUEST", "request") and row["giver"] == burst.state and row["taker"][:3] != burst.state
        and row["taker"] != burst.other and "-" not in row["taker"]
        and (marked(row["sentence"], "asked") if row["sentence"] else row["cameo"].startswith("023"))
        # a sentence read without its grammar counts if a member turns to its pact, about force
        and (row["root"] == "REQUEST" or (row["taker"] in pacts and marked(row["sentence"], "troops")))
    ]  # fmt: skip
    return sorted(found, key=lambda row: (row["day"], row["taker"] not in ORGANISATIONS, row["root"] == "request"))


_Gone = list[tuple[dict[str, Any], list[dict[str, Any]]]]


def _helped(
    rows: Sequence[dict[str, Any]], near: Sequence[dict[str, Any]], burst: _Burst, asked: set[str],
    leads: dict[str, str],
) -> tuple[list[Help], _Gone]:  # fmt: skip
    """Help to the state, once per helper and kind, with the rows that tell it and its withdrawal."""
    found: dict[tuple[str, str], Help] = {}
    told: _Gone = []
    for row in near:
        if row["root"] == "troops":
            sent = row["day"] >= burst.first and _sent(row, burst, asked, leads)
            if sent and (row["taker"], "troops") not in found:
                found[row["taker"], "troops"] = _help(rows, row, burst.state, row["taker"], told)
            continue
        helper = row["giver"] if row["taker"][:3] == burst.state else row["taker"]
        given = row["root"] == "AID" and row["giver"] == helper
        talks = row["root"] in ("CONSULT", "COOPERATE")
        if not (given or talks) or helper[:3] in (burst.state, burst.other) or "-" in helper:
            continue
        kind = aid_kind(row["sentence"], row["cameo"])
        # only mediation and joint forces are help among what serves both; gifts need a request to belong to the crisis
        if talks and kind != "mediation":
            continue
        if kind in ("money", "goods") and helper not in asked:
            continue
        # arms come all the time; without words to go by, only peacekeepers belong to the crisis unasked
        if kind == "troops" and not row["sentence"] and helper not in asked and not row["cameo"].startswith("074"):
            continue
        if row["day"] < burst.first:
            continue
        if (helper, kind) not in found:
            found[helper, kind] = _help(rows, row, burst.state, helper, told, kind=kind)
    return list(found.values()), told


def _help(
    rows: Sequence[dict[str, Any]], row: dict[str, Any], state: str, helper: str, told: _Gone, *, kind: str = "troops"
) -> Help:
    left = _left(rows, state, helper, row["day"]) if kind == "troops" else []
    told.append((row, left))
    return Help(helper, row["day"], kind, left[-1]["day"] if left else None)


def _sent(row: dict[str, Any], burst: _Burst, asked: set[str], leads: dict[str, str]) -> bool:
    """Whether a sentence on troops tells of help: they come from who was asked, or from who leads the pact asked."""
    near = asked | {leads[body] for body in asked if body in leads}
    helps = marked(row["sentence"], "troops") and marked(row["sentence"], "asked")
    return row["giver"] == burst.state and row["taker"] in near and helps


def _left(rows: Sequence[dict[str, Any]], state: str, helper: str, since: dt.date) -> list[dict[str, Any]]:
    """Reports within two months that the helper's troops leave."""
    return [
        row for row in rows
        if since < row["day"] <= since + dt.timedelta(days=60) and {row["giver"], row["taker"]} == {state, helper}
        and row["root"] in ("YIELD", "SANCTION", "COOPERATE", "troops")
        and (marked(row["sentence"], "withdrawn") if row["sentence"] else row["cameo"].startswith("0874"))
    ]  # fmt: skip


def _stays(basis: Basis, burst: _Burst) -> tuple[bool | None, list[dict[str, Any]]]:
    """Whether those in office when it began are so a month after its end, by the facts."""
    begin, look = burst.first - dt.timedelta(days=1), burst.last + dt.timedelta(days=STAY)
    held = [
        fact for fact in basis.tables.facts.to_pylist()
        if fact["kind"] == "office_holder" and fact["b"] == burst.state
        and (fact["since"] or dt.date.min) <= begin <= (fact["until"] or dt.date.max)
    ]  # fmt: skip
    if not held:
        return None, []
    people = {fact["a"] for fact in held}
    later = {
        fact["a"] for fact in basis.tables.facts.to_pylist()
        if fact["kind"] == "office_holder" and fact["b"] == burst.state
        and (fact["since"] or dt.date.min) <= look <= (fact["until"] or dt.date.max)
    }  # fmt: skip
    return people <= later, held


def to_json(episode: Episode) -> dict[str, Any]:
    """An episode as `episodes --json` prints it; dates as text."""
    table = asdict(episode)
    table["crisis"] = _dates(table["crisis"])
    table["request"] = _dates(table["request"]) if table["request"] else None
    table["help"] = [_dates(one) for one in table["help"]]
    table["helpers"] = list(episode.helpers)
    table["evidence"] = [asdict(one) for one in episode.evidence]
    table["chance"] = float(f"{episode.chance:.3g}")
    return table


def _dates(table: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in table.items()}
