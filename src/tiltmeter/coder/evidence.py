"""What the judge of an event looks at, as numbers: the classifiers' odds, and facts about the words and the sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tiltmeter.coder.features import deed_features, is_passive, klass, pair_features, side_features
from tiltmeter.coder.learn import Examples, Floats, softmax
from tiltmeter.coder.modes import mode_of
from tiltmeter.coder.sentence import Sentence, Trigger, Who
from tiltmeter.nouns import QUAD, ROOTS, SYMMETRIC

_KLASSES: Final = ("NIL", "STATE", "ORG", "CIV", "REB")
_MODES: Final = ("done", "planned", "threatened", "refused", "asked", "alleged", "denied", "supposed")
_CUES: Final = (
    "negation",
    "denial",
    "hypothetical",
    "plan",
    "ask",
    "allege",
    "report",
    "opinion",
    "background",
    "domain_none",
)
_LINKS: Final = ("with", "against", "to", "from", "by", "of", "in", "that", "implied")
_REACH: Final = 6
_CLAUSES: Final = frozenset(',;:–—()"„“”«»')
_QUADS: Final = np.array([QUAD[root] for root in ROOTS])
WHOLE: Final = 7
"""Column of the judge's view that holds the odds of the whole event."""
_EDGE: Final = 8.0
"""Log odds beyond this are as good as certain."""


@dataclass(slots=True)
class Proposal:
    """
    An event that may be: the deed word, its sides and the classifiers' odds for it.

    `deed` that the words are a deed at all, `margin` of its best root over the next, `pair` that these are
    its sides, `whole` of deed and sides together, `lead` of the pair over the next best, `rank` of the pair
    among the deed's. `row` and `back` are the classes' log odds by the words around the pair, as it is and
    turned round. `unlisted` where no deed word of the lexicon tells the event, `telling` that the
    sentence tells any.
    """

    document: int
    sentence: Sentence
    trigger: Trigger
    giver: Who
    taker: Who
    sides: tuple[str, str]
    root: str
    deed: float
    margin: float
    past: float
    pair: float
    whole: float
    lead: float
    rank: int
    row: Floats
    back: Floats | None
    unlisted: bool
    telling: float = 0.0

    @property
    def both(self) -> float:
        """Log odds that the words are a deed and these are its sides."""
        one, two = self.deed, self.pair
        return float(-np.log(np.exp(-one) + np.exp(-two) + np.exp(-one - two)))

    @property
    def strength(self) -> float:
        """A first guess at the log odds of the event."""
        column = 1 + ROOTS.index(self.root)
        words = float(self.row[column] - self.row[0])
        return words if self.unlisted else self.both + 0.5 * words


def whole_events(proposals: Sequence[Proposal]) -> Examples:
    """
    Features of each proposal's deed word, sides and pair; none where no deed word of the lexicon tells it.

    A part is worked out once, in however many proposals it stands.
    """
    whole = Examples()
    known: dict[tuple[object, ...], Examples] = {}

    def part(make: Callable[..., list[str]], s: Sentence, *given: Any) -> Examples:
        key = (id(s), make, *(one.first if isinstance(one, Who | Trigger) else one for one in given))
        if key not in known:
            known[key] = Examples([make(s, *given)], places=whole.places)
        return known[key]

    for one in proposals:
        s, trigger, root = one.sentence, one.trigger, one.root
        parts = (
            ()
            if one.unlisted
            else (
                part(deed_features, s, s.triggers.index(trigger)),
                part(side_features, s, trigger, one.giver, root, "G"),
                part(side_features, s, trigger, one.taker, root, "T"),
                part(pair_features, s, trigger, one.giver, one.taker, root),
            )
        )
        whole.merge(parts)
    return whole


def table(proposals: Sequence[Proposal]) -> Floats:
    """The judge's view of every proposal of some texts, shape (proposals, columns)."""
    if not proposals:
        return np.zeros((0, 1), dtype=np.float32)
    strength = [one.strength for one in proposals]
    by_pair: dict[tuple[int, frozenset[str]], list[int]] = {}
    by_sentence: dict[int, list[int]] = {}
    for place, one in enumerate(proposals):
        key = id(one.sentence)
        by_pair.setdefault((key, frozenset(one.sides)), []).append(place)
        by_sentence.setdefault(key, []).append(place)
    facts = {places[0]: _sentence_facts(proposals[places[0]].sentence) for places in by_sentence.values()}
    rows = []
    for place, one in enumerate(proposals):
        key = id(one.sentence)
        pair = by_pair[key, frozenset(one.sides)]
        mates = by_sentence[key]
        own = strength[place]
        rivals = [strength[n] for n in pair if n != place and proposals[n].root != one.root]
        same = [
            strength[n]
            for n in mates
            if n != place and proposals[n].trigger.first == one.trigger.first and n not in pair
        ]
        rest = [strength[n] for n in mates if n != place and n not in pair]
        turned = [strength[n] for n in pair if n != place and proposals[n].root == one.root]
        rows.append(
            [
                own,
                _lead(rivals, own),
                _lead(same, own),
                _lead(rest, own),
                _lead(turned, own),
                *_mates(one, [(proposals[n], strength[n]) for n in mates if n != place], own),
                float(sum(strength[n] > own for n in mates)),
                float(len(mates)),
                *_facts(one),
                *facts[mates[0]],
            ]
        )
    return np.hstack([_odds(proposals), np.array(rows, dtype=np.float32)])


def _lead(others: Sequence[float], own: float) -> float:
    return max(-_EDGE, min(_EDGE, max(others) - own)) if others else -_EDGE


def _mates(one: Proposal, others: Sequence[tuple[Proposal, float]], own: float) -> list[float]:
    """How the other pairs of the same deed stand: those of the same lists ("Paris and Rome"), and its real rivals."""
    lists: list[float] = []
    rivals: list[float] = []
    for other, strength in others:
        if other.trigger.first == one.trigger.first and other.root == one.root:
            gives = other.sides[0] == one.sides[0] or _same_list(other.giver, one.giver)
            takes = other.sides[1] == one.sides[1] or _same_list(other.taker, one.taker)
            (lists if gives and takes else rivals).append(strength)
    best = max([own, *lists])
    return [
        float(len(lists)),
        _lead(lists, own),
        sum(lists) / len(lists) - own if lists else 0.0,
        _lead(rivals, own),
        _lead(rivals, best),
        float(sum(strength > own for strength in rivals)),
        float(sum(strength > best for strength in rivals)),
    ]


def _same_list(one: Who, two: Who) -> bool:
    return one.chain == two.chain != (one.first, one.last)


def _odds(proposals: Sequence[Proposal]) -> Floats:
    """The classifiers' odds for each proposal, shape (proposals, 17)."""
    rows = np.stack([one.row for one in proposals])
    backs = np.stack([one.row if one.back is None else one.back for one in proposals])
    turned = np.array([one.back is not None for one in proposals])
    place = np.arange(len(proposals))
    column = np.array([1 + ROOTS.index(one.root) for one in proposals])
    quad = np.array([QUAD[one.root] for one in proposals])
    chances = softmax(rows)
    others = rows.copy()
    others[:, 0] = others[place, column] = -np.inf
    own = rows[place, column]
    by_quad = np.stack([chances[:, 1:][:, number == _QUADS].sum(axis=1) for number in (1, 2, 3, 4)])
    told = [
        (one.deed, one.margin, one.pair, one.both, one.lead, one.rank, one.past, one.whole, one.telling, one.unlisted)
        for one in proposals
    ]
    words = [
        own - rows[:, 0],
        own - others.max(axis=1),
        chances[place, column],
        chances[:, 0],
        by_quad[quad - 1, place],
        np.where(turned, backs[place, column] - backs[:, 0], -_EDGE),
        np.where(turned, softmax(backs)[:, 0], 1.0),
    ]
    return np.column_stack([np.array(told, dtype=np.float32), *words]).astype(np.float32)


def _facts(one: Proposal) -> list[float]:
    s, trigger, giver, taker = one.sentence, one.trigger, one.giver, one.taker
    low = s.low
    rule = mode_of(s, trigger)
    near = {kind for at in range(max(0, trigger.first - _REACH), trigger.last + 1) for kind in s.cues[at]}
    return [
        float(ROOTS.index(one.root)),
        float(QUAD[one.root]),
        float(one.root in SYMMETRIC),
        float(_KLASSES.index(klass(giver.code))),
        float(_KLASSES.index(klass(taker.code))),
        float(giver.mention.kind == "place"),
        float(taker.mention.kind == "place"),
        float(giver.code[:3] == taker.code[:3]),
        float(_signed(giver, trigger)),
        float(_signed(taker, trigger)),
        float(abs(giver.first - taker.first)),
        *_between(s, giver, trigger),
        *_between(s, taker, trigger),
        *_between(s, giver, taker),
        float(giver.chain == taker.chain),
        float(giver.chain != (giver.first, giver.last)),
        float(taker.chain != (taker.first, taker.last)),
        float(one.root in trigger.roots),
        float(trigger.sure),
        float(len(trigger.roots)),
        float("NONE" in trigger.roots),
        float(trigger.last - trigger.first),
        float(is_passive(s, trigger)),
        float(_MODES.index(rule)),
        float(s.quoted[trigger.first]),
        float(trigger.first),
        float(low[taker.first - 1] in _CLAUSES) if taker.first else 2.0,
        float(low[giver.first - 1] in _CLAUSES) if giver.first else 2.0,
        float(giver.mention.text[:1].islower()),
        float(taker.mention.text[:1].islower()),
        *(float(giver.link == link) for link in _LINKS),
        *(float(taker.link == link) for link in _LINKS),
        *(float(kind in near) for kind in _CUES),
    ]


def _signed(who: Who, trigger: Trigger) -> int:
    """Words from the deed word to a side; below zero where the side comes first."""
    if who.last < trigger.first:
        return who.last - trigger.first
    return who.first - trigger.last if who.first > trigger.last else 0


def _between(s: Sentence, one: Who, two: Trigger | Who) -> tuple[float, float, float]:
    """Actors, deed words and clause marks between two places."""
    low, high = (one.last, two.first) if one.last < two.first else (two.last, one.first)
    return (
        float(sum(low < who.first and who.last < high for who in s.actors)),
        float(sum(low < deed.first and deed.last < high for deed in s.triggers)),
        float(sum(word in _CLAUSES for word in s.low[low + 1 : high])),
    )


def _sentence_facts(s: Sentence) -> list[float]:
    kinds = Counter(kind for found in s.cues for kind in found)
    coded = {who.code for who in s.actors if who.code}
    return [
        float(len(s.low)),
        float(len(s.actors)),
        float(len(coded)),
        float(len(s.triggers)),
        float(sum(not who.code for who in s.actors)),
        float(sum(word in _CLAUSES for word in s.low)),
        *(float(kinds[kind]) for kind in _CUES),
    ]
