"""Sides that a sentence does not name: the people of a state where it acts at home, the state where its people act."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tiltmeter.coder.sentence import Sentence, Who
from tiltmeter.nouns import ORGANISATIONS

MOST_STATES: Final = 2
MOST_NAMED: Final = 8
"""Sides are implied for so many states at most, and in sentences that name no more actors than this."""

PLACE: Final = "⁂"
"""A word that no text has: it stands behind the sentence, one for each implied side."""

LINK: Final = "implied"

ALONE: Final = frozenset({"YIELD", "REJECT", "THREATEN", "PROTEST", "MOBILIZE", "COERCE", "ASSAULT"})
BESIDE: Final = frozenset({"PROTEST", "COERCE"})
"""Roots of the deeds that imply a side: in a sentence that names one state only, and in others."""


def with_implied(s: Sentence) -> Sentence:
    """
    The sentence with the sides it may imply: `KAZ-CIV` where only Kazakhstan is named, and the other way round.

    Protests "in Almaty" are those of Kazakhs against Kazakhstan, and a curfew there is Kazakhstan's. Without a deed
    word there is nothing to take part in, and the sentence comes back as it was.
    """
    if not s.triggers or len(s.actors) > MOST_NAMED:
        return s
    by_state: dict[str, dict[str, Who]] = {}
    for who in s.actors:
        state = who.code[:3]
        if state and state not in ORGANISATIONS and who.code in (state, f"{state}-CIV"):
            by_state.setdefault(state, {}).setdefault(who.code, who)
    roots = ALONE if len({who.code[:3] for who in s.actors if who.code}) == 1 else BESIDE
    if not any(roots.intersection(trigger.roots) for trigger in s.triggers):
        return s
    implied: list[Who] = []
    for state, named in list(by_state.items())[:MOST_STATES]:
        missing = {state, f"{state}-CIV"} - named.keys()
        if len(missing) == 1:
            (code,), (own,) = missing, named.values()
            at = len(s.words) + len(implied)
            mention = replace(own.mention, code=code, kind="implied")
            implied.append(Who(at, at, code, "implied", mention, (at, at), LINK))
    if not implied:
        return s
    more, end = len(implied), s.ends[-1]
    return replace(
        s,
        words=[*s.words, *[PLACE] * more],
        low=[*s.low, *[PLACE] * more],
        lemmas=[*s.lemmas, *[PLACE] * more],
        starts=[*s.starts, *[end] * more],
        ends=[*s.ends, *[end] * more],
        cues=[*s.cues, *[()] * more],
        quoted=[*s.quoted, *[False] * more],
        implied=implied,
    )
