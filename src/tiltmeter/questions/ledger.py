"""Claims about lasting ties, answered from the dated facts: what is not listed is unknown."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.questions.finding import Answer, Evidence, untestable
from tiltmeter.questions.rule import Judged

if TYPE_CHECKING:
    from tiltmeter.questions.basis import Basis
    from tiltmeter.settings import Claim

KINDS: Final[dict[str, tuple[str, ...]]] = {
    "member_of": ("alliance_member", "trade_bloc_member"),
    "base_in": ("military_base",),
    "border_with": ("border",),
    "office_held": ("office_holder",),
}
"""Kind of claim to the kinds of tie that can show it."""

TRUST: Final = 0.99
"""How far a fact with a citation is believed: an assumption, since even a treaty's date is copied by people."""


def by_facts(claim: Claim, basis: Basis) -> Answer:
    """
    Whether a tie was in force at the claim's date, or all through its window.

    Supported when a fact says so; contradicted when the facts know the tie but not for
    all of that time, or know another holder of the same office; else untestable:
    what is not listed is unknown. Without a date the end of the theatre's span counts.
    """
    first, last = claim.window or (claim.at or basis.theatre.span[1],) * 2
    if first > last:
        return untestable(f"the window ends on {last}, before it begins on {first}")
    facts = [fact for fact in basis.tables.facts.to_pylist() if fact["kind"] in KINDS[claim.kind]]
    own = [fact for fact in facts if _same(claim, fact)]
    if any(_covers(fact, first, last) for fact in own):
        kept = [fact for fact in own if _covers(fact, first, last)]
        return _answer(True, kept, f"a fact says so for {_span(first, last)}; a fact to the contrary would change it")
    against = own or (_others(claim, facts, first, last) if claim.kind == "office_held" else [])
    if against:
        change = f"a fact with a source that covers {_span(first, last)} would change it"
        return _answer(False, against, change)
    return untestable(f"the facts do not list it, and what is not listed is unknown: {claim.a}, {claim.b}")


def _answer(holds: bool, facts: list[dict[str, Any]], change: str) -> Answer:
    chance = TRUST if holds else round(1.0 - TRUST, 4)
    verdict = "supported" if holds else "contradicted"
    evidence = tuple(Evidence(fact["source"], fact["key"], holds, _text(fact)) for fact in facts)
    one = Judged(verdict, chance, why=evidence[0].text)
    return Answer(verdict, chance, {"facts": one}, evidence, change, {"facts": len(facts)})


def _text(fact: dict[str, Any]) -> str:
    time = f"{fact['since'] or 'time unknown'} to {fact['until'] or 'today'}"
    note = f" ({fact['note']})" if fact["note"] else ""
    return f"{fact['kind'].replace('_', ' ')}: {fact['a']} – {fact['b']}, {time}{note}. {fact['citation']}"


def _span(first: dt.date, last: dt.date) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _covers(fact: dict[str, Any], first: dt.date, last: dt.date) -> bool:
    return (fact["since"] or dt.date.min) <= first and last <= (fact["until"] or dt.date.max)


def _same(claim: Claim, fact: dict[str, Any]) -> bool:
    pair = (claim.a or "", claim.b or "")
    if claim.kind == "border_with":
        return {fact["a"], fact["b"]} == set(pair)
    if claim.kind == "office_held":
        return fact["b"] == pair[1] and same_name(fact["a"], pair[0])
    return (fact["a"], fact["b"]) == pair


def same_name(one: str, other: str) -> bool:
    """
    Whether two printed names may be one person's: the shorter one's words all occur in the longer, accents aside.

    >>> same_name("Kassym-Jomart Tokayev", "Tokayev"), same_name("Emomali Rahmon", "Rustam Emomali")
    (True, False)
    """
    words = [set(_folded(name).replace("-", " ").split()) for name in (one, other)]
    few, many = sorted(words, key=len)
    return bool(few) and few <= many


def _folded(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _others(claim: Claim, facts: list[dict[str, Any]], first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """Others in the office of `b` all through that time, if the person asked for is listed elsewhere."""
    known = any(same_name(fact["a"], claim.a or "") for fact in facts)
    return [fact for fact in facts if known and fact["b"] == claim.b and _covers(fact, first, last)]
