"""Episodes: a crisis inside a state or at its border, the help it asked for, the help that came, and how it ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.nouns import ORGANISATIONS
from tiltmeter.questions.aid import kind as aid_kind
from tiltmeter.questions.aid import marked
from tiltmeter.questions.burst import FALSE_ALARMS
from tiltmeter.questions.onset import GAP, INTERNAL, Onset, onsets, reported
from tiltmeter.questions.tables import leaders

if TYPE_CHECKING:
    from tiltmeter.questions.basis import Basis

BEFORE: Final = 2
AFTER: Final = 21
"""Days before its start and after its end in which a request or help belongs to a crisis."""
STAY: Final = 30
"""Days after the end at which we look whether the office-holder is still there."""


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
    rows = reported(basis)
    found = [_episode(basis, rows, onset) for onset in onsets(basis, rows, false_alarms=false_alarms)]
    return sorted(found, key=lambda one: (one.crisis.start, one.state))


def _episode(basis: Basis, rows: list[dict[str, Any]], onset: Onset) -> Episode:
    over = (onset.ends - onset.last).days >= GAP
    texts = [row for row in onset.rows if row["sentence"]]
    coup = texts and sum(marked(row["sentence"], "coup") for row in texts) * 2 >= len(texts)
    crisis = Crisis(
        onset.first, onset.last if over else None, "coup" if coup and onset.kind in INTERNAL else onset.kind
    )
    near = [
        row for row in rows
        if onset.first - dt.timedelta(days=BEFORE) <= row["day"] <= onset.last + dt.timedelta(days=AFTER)
    ]  # fmt: skip
    asked = _asked(near, onset, _pacts(basis, onset.state, onset.first))
    helped, gone = _helped(rows, near, onset, {row["taker"] for row in asked}, leaders(basis.tables.facts))
    request = Request(asked[0]["day"], asked[0]["taker"]) if asked else None
    stays, offices = _stays(basis, onset)
    troops = [one for one in helped if one.kind == "troops"]
    withdrawn = True if any(one.until for one in troops) else None
    steps = (("crisis", onset.rows), ("request", asked), ("help", [row for row, _ in gone]), ("office", offices))
    evidence = [Source(step, row["source"], row["key"]) for step, own in steps for row in own]
    evidence += [Source("withdrawal", row["source"], row["key"]) for _, left in gone for row in left]
    return Episode(
        onset.state, crisis, request, tuple(dict.fromkeys(one.helper for one in helped)), tuple(helped),
        Outcome(True if over else None, withdrawn, stays), tuple(dict.fromkeys(evidence)), onset.chance,
    )  # fmt: skip


def _pacts(basis: Basis, state: str, on: dt.date) -> set[str]:
    """The alliances a state is in on a day, by the facts, and the powers that lead them."""
    own = {
        fact["b"] for fact in basis.tables.facts.to_pylist()
        if fact["kind"] == "alliance_member" and fact["a"] == state
        and (fact["since"] or dt.date.min) <= on <= (fact["until"] or dt.date.max)
    }  # fmt: skip
    leads = leaders(basis.tables.facts)
    return own | {leads[body] for body in own if body in leads}


def _asked(near: Sequence[dict[str, Any]], onset: Onset, pacts: set[str]) -> list[dict[str, Any]]:
    """Requests for help of the state to others: the earliest first, of one day those to a pact first."""
    found = [
        row for row in near
        if row["root"] in ("REQUEST", "request") and row["giver"] == onset.state and row["taker"][:3] != onset.state
        and row["taker"] != onset.other and "-" not in row["taker"]
        and (marked(row["sentence"], "asked") if row["sentence"] else row["cameo"].startswith("023"))
        # a sentence read without its grammar counts if a member turns to its pact or the pact's leader, about force
        and (row["root"] == "REQUEST" or (row["taker"] in pacts and marked(row["sentence"], "troops")))
    ]  # fmt: skip
    return sorted(found, key=lambda row: (row["day"], row["taker"] not in ORGANISATIONS, row["root"] == "request"))


_Gone = list[tuple[dict[str, Any], list[dict[str, Any]]]]


def _helped(
    rows: Sequence[dict[str, Any]], near: Sequence[dict[str, Any]], onset: Onset, asked: set[str],
    leads: dict[str, str],
) -> tuple[list[Help], _Gone]:  # fmt: skip
    """Help to the state, once per helper and kind, with the rows that tell it and its withdrawal."""
    found: dict[tuple[str, str], Help] = {}
    told: _Gone = []
    for row in near:
        if row["root"] == "troops":
            sent = row["day"] >= onset.first and _sent(row, onset, asked, leads)
            if sent and (row["taker"], "troops") not in found:
                found[row["taker"], "troops"] = _help(rows, row, onset.state, row["taker"], told)
            continue
        helper = row["giver"] if row["taker"][:3] == onset.state else row["taker"]
        given = row["root"] == "AID" and row["giver"] == helper
        talks = row["root"] in ("CONSULT", "COOPERATE")
        if not (given or talks) or helper[:3] in (onset.state, onset.other) or "-" in helper:
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
        if row["day"] < onset.first:
            continue
        if (helper, kind) not in found:
            found[helper, kind] = _help(rows, row, onset.state, helper, told, kind=kind)
    return list(found.values()), told


def _help(
    rows: Sequence[dict[str, Any]], row: dict[str, Any], state: str, helper: str, told: _Gone, *, kind: str = "troops"
) -> Help:
    left = _left(rows, state, helper, row["day"]) if kind == "troops" else []
    told.append((row, left))
    return Help(helper, row["day"], kind, left[-1]["day"] if left else None)


def _sent(row: dict[str, Any], onset: Onset, asked: set[str], leads: dict[str, str]) -> bool:
    """Whether a sentence on troops tells of help: they come from who was asked, or from who leads the pact asked."""
    near = asked | {leads[body] for body in asked if body in leads}
    helps = marked(row["sentence"], "troops") and marked(row["sentence"], "asked")
    return row["giver"] == onset.state and row["taker"] in near and helps


def _left(rows: Sequence[dict[str, Any]], state: str, helper: str, since: dt.date) -> list[dict[str, Any]]:
    """Reports within two months that the helper's troops leave."""
    return [
        row for row in rows
        if since < row["day"] <= since + dt.timedelta(days=60) and {row["giver"], row["taker"]} == {state, helper}
        and row["root"] in ("YIELD", "SANCTION", "COOPERATE", "troops")
        and (marked(row["sentence"], "withdrawn") if row["sentence"] else row["cameo"].startswith("0874"))
    ]  # fmt: skip


def _stays(basis: Basis, onset: Onset) -> tuple[bool | None, list[dict[str, Any]]]:
    """Whether those in office when it began are so a month after its end, by the facts."""
    begin, look = onset.first - dt.timedelta(days=1), onset.last + dt.timedelta(days=STAY)
    held = [
        fact for fact in basis.tables.facts.to_pylist()
        if fact["kind"] == "office_holder" and fact["b"] == onset.state
        and (fact["since"] or dt.date.min) <= begin <= (fact["until"] or dt.date.max)
    ]  # fmt: skip
    if not held:
        return None, []
    people = {fact["a"] for fact in held}
    later = {
        fact["a"] for fact in basis.tables.facts.to_pylist()
        if fact["kind"] == "office_holder" and fact["b"] == onset.state
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
