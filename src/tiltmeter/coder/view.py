"""How the deed and the pair classifier see a sentence: its probable deeds, and the odds of two sides for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tiltmeter.coder.features import deed_features, pair_features, side_features
from tiltmeter.coder.learn import Floats, Linear
from tiltmeter.coder.sentence import Sentence, Who
from tiltmeter.nouns import ROOTS, SYMMETRIC

SECOND: Final = 2.5
SECOND_FLOOR: Final = -2.5
"""A deed word's second root is looked at too, unless its log odds are this far under the best's, or under this."""

DEED_FLOOR: Final = 0.1
"""Deed words less probable than this are not asked for their sides."""


@dataclass(frozen=True, slots=True)
class Sight:
    """
    A deed word as the deed classifier sees it.

    `scores` are log odds of each root against none, shape (15,), `root` the best of them, `odds` its
    own, `past` those of its being told as background, `whole` its share in those of whole events.
    """

    place: int
    root: str
    odds: float
    past: float
    scores: Floats
    whole: float = 0.0
    second: bool = False
    """Whether another root of the same deed word is the likelier one."""


def sights(
    sentences: Sequence[Sentence],
    deed: Linear,
    past: Linear | None = None,
    whole: Linear | None = None,
    *,
    seconds: bool = False,
) -> list[list[Sight]]:
    """The probable deeds of each sentence, in the order of its words; with `seconds` each deed's next best root too."""
    places = [(n, place) for n, s in enumerate(sentences) for place in range(len(s.triggers))]
    out: list[list[Sight]] = [[] for _ in sentences]
    rows = [deed_features(sentences[n], place) for n, place in places]
    scores = deed.scores(rows)
    scores = scores[:, 1:] - scores[:, :1]
    order = np.argsort(-scores, axis=1, kind="stable")
    kept = np.flatnonzero(scores.max(axis=1, initial=-np.inf) > np.log(DEED_FLOOR / (1 - DEED_FLOOR)))
    strong = [rows[row] for row in kept]
    nought = np.zeros(len(kept), dtype=np.float32)
    old = _sums(past, strong) + _bias(past) if past else nought
    share = _sums(whole, strong) if whole else nought
    for at, row in enumerate(kept):
        n, place = places[row]
        best = float(scores[row, order[row, 0]])
        for rank, root in enumerate(order[row, : 1 + seconds]):
            odds = float(scores[row, root])
            if rank == 0 or odds > max(SECOND_FLOOR, best - SECOND):
                told = float(old[at]), scores[row], float(share[at]), rank > 0
                out[n].append(Sight(place, ROOTS[root], odds, *told))
    return out


def _sums(kind: Linear, rows: Sequence[Sequence[str]]) -> Floats:
    """Log odds of the second of two classes against the first, without the bias."""
    scores = kind.scores(rows) - kind.bias
    return scores[:, 1] - scores[:, 0]


def _bias(kind: Linear) -> float:
    return float(kind.bias[1] - kind.bias[0])


def side_odds(
    asked: Sequence[tuple[Sentence, Sight, Sequence[tuple[Who, Who]]]], kinds: Sequence[Linear]
) -> list[list[list[float]]]:
    """
    Log odds that two actors are giver and taker of a deed, by each classifier, for each pair asked of each deed.

    A side is scored once however many pairs it stands in. Of a symmetric root the pair is taken
    in the order of the text, whatever the order it is asked in.
    """
    rows: list[list[str]] = []
    plan: list[list[tuple[int, int, int]]] = []
    for s, sight, pairs in asked:
        trigger, root = s.triggers[sight.place], sight.root
        known: dict[tuple[str, int, int], int] = {}
        places = []
        for one, two in pairs:
            giver, taker = (two, one) if root in SYMMETRIC and two.first < one.first else (one, two)
            place = []
            for part, who in (("G", giver), ("T", taker)):
                key = (part, who.first, -1)
                if key not in known:
                    known[key] = len(rows)
                    rows.append(side_features(s, trigger, who, root, part))
                place.append(known[key])
            both = ("", giver.first, taker.first)
            if both not in known:
                known[both] = len(rows)
                rows.append(pair_features(s, trigger, giver, taker, root))
            places.append((place[0], place[1], known[both]))
        plan.append(places)
    out = []
    for kind in kinds:
        bias, single = _bias(kind), _sums(kind, rows).tolist()
        out.append([[single[g] + single[t] + single[b] + bias for g, t, b in places] for places in plan])
    return out
