"""Deeds that a text takes up again as a noun: "this help", "the invasion", their sides told in different sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from tiltmeter.coder.coder import Told
from tiltmeter.coder.dates import time_of, times
from tiltmeter.coder.sentence import Sentence, Trigger, Who
from tiltmeter.nouns import ROOTS

POINTING: Final = frozenset(
    {"this", "that", "these", "those", "dieser", "diese", "dieses", "diesen", "diesem", "cette", "ces", "cet"}
    | {"этой", "эту", "этого", "этим", "эта", "этот", "esta", "este", "esa", "ese", "ця", "цієї", "цю", "цей", "bu"}
)
"""Words that point back to a deed told before."""
CONFIDENCE: Final = 0.5
"""What a deed put together from two sentences is given: it is a rule's, no classifier has weighed it."""
_NEAR: Final = 4
_BACK: Final = 2


def resumed(sentences: Sequence[Sentence], told: Sequence[Told], *, date: dt.date | None) -> list[Told]:
    """
    A text's events, with those whose sides stand in two sentences that name the same deed by the same noun.

    Either the noun points back ("this help") and each sentence has one state; or one place has the
    giver as its adjective ("the Russian invasion") and the other the taker after it ("the invasion of Ukraine").
    The former is an event of its own time, the latter background. An event that is told already stays as it is, but has
    the time of the one that points back to it where it has none itself.
    """
    known = {(event.giver, event.taker, event.root): event for event in told}
    for event in [*_pointing(sentences, date), *_named(sentences)]:
        key = (event.giver, event.taker, event.root)
        old = known.setdefault(key, event)
        if old.start is None and not old.background:
            known[key] = replace(old, start=event.start, end=event.end)
    return list(known.values())


def _pointing(sentences: Sequence[Sentence], date: dt.date | None) -> Iterator[Told]:
    for place, s in enumerate(sentences):
        takers = _states(s)
        if len({who.code for who in takers}) != 1:
            continue
        for trigger in s.triggers:
            root = _root(trigger)
            if root is None or not set(s.low[max(0, trigger.first - 2) : trigger.first]) & POINTING:
                continue
            for earlier in reversed(sentences[max(0, place - _BACK) : place]):
                givers = _states(earlier)
                same = any(_noun(one) == _noun(trigger) for one in earlier.triggers)
                if same and len({who.code for who in givers}) == 1 and givers[0].code != takers[0].code:
                    yield _told(s, trigger, root, givers[0], takers[0], date, background=False)
                    break


def _named(sentences: Sequence[Sentence]) -> Iterator[Told]:
    givers: dict[str, Who] = {}
    for s in sentences:
        for trigger in s.triggers:
            adjective = next((who for who in _states(s) if 0 < trigger.first - who.last <= 1), None)
            if adjective:
                givers.setdefault(_noun(trigger), adjective)
    for s in sentences:
        for trigger in s.triggers:
            root, giver = _root(trigger), givers.get(_noun(trigger))
            after = next((who for who in _states(s) if 0 < who.first - trigger.last <= _NEAR), None)
            if root == "ASSAULT" and giver and after and after.code != giver.code:
                yield _told(s, trigger, root, giver, after, None, background=True)


def _states(s: Sentence) -> list[Who]:
    """States, not places or groups named for themselves; of each place and role its state."""
    return [who for who in s.actors if len(who.code) == 3 and who.code not in ("SCO", "OTS", "CIS")]


def _root(trigger: Trigger) -> str | None:
    roots = [root for root in trigger.roots if root in ROOTS]
    return roots[0] if len(roots) == 1 or (roots and roots[0] == "AID") else None


def _noun(trigger: Trigger) -> str:
    return trigger.lemma.split()[-1]


def _told(
    s: Sentence, trigger: Trigger, root: str, giver: Who, taker: Who, date: dt.date | None, *, background: bool
) -> Told:
    when = None if background else time_of(s, trigger, times(s, dateline=date))
    return Told(
        giver=giver.code,
        taker=taker.code,
        root=root,
        mode="done",
        start=when.start if when else None,
        end=when.end if when else None,
        confidence=CONFIDENCE,
        span=(s.starts[trigger.first], s.ends[trigger.last]),
        giver_span=(giver.mention.start, giver.mention.end),
        taker_span=(taker.mention.start, taker.mention.end),
        sentence=(s.starts[0], s.ends[-1]),
        attributed_to=None,
        background=background,
    )
