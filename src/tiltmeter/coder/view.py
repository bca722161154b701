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

DEED_FLOOR: Final = 0.1
"""Deed words less probable than this are not asked for their sides."""


@dataclass(frozen=True, slots=True)
class Sight:
    """
    A deed word as the deed classifier sees it.

    `scores` are log odds of each root against none, shape (15,), `root` the best of them, `odds` its
    own, `past` those of its being told as background.
    """

    place: int
    root: str
    odds: float
    past: float
    scores: Floats


def sights(sentences: Sequence[Sentence], deed: Linear, past: Linear | None = None) -> list[list[Sight]]:
    """The probable deeds of each sentence, in the order of its words."""
    places = [(n, place) for n, s in enumerate(sentences) for place in range(len(s.triggers))]
    out: list[list[Sight]] = [[] for _ in sentences]
    rows = [deed_features(sentences[n], place) for n, place in places]
    scores = deed.scores(rows)
    scores = scores[:, 1:] - scores[:, :1]
    best = scores.argmax(axis=1)
    odds = scores.max(axis=1) if len(rows) else np.zeros(0, dtype=np.float32)
    kept = np.flatnonzero(odds > np.log(DEED_FLOOR / (1 - DEED_FLOOR)))
    old = past.scores([rows[row] for row in kept]) if past else np.zeros((len(kept), 2), dtype=np.float32)
    for at, row in enumerate(kept):
        n, place = places[row]
        told = float(old[at, 1] - old[at, 0])
        out[n].append(Sight(place, ROOTS[best[row]], float(odds[row]), told, scores[row]))
    return out


def side_odds(asked: Sequence[tuple[Sentence, Sight, Sequence[tuple[Who, Who]]]], pair: Linear) -> list[list[float]]:
    """
    Log odds that two actors are giver and taker of a deed, for each pair asked of each deed.

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
    scores = pair.scores(rows) - pair.bias
    single = scores[:, 1] - scores[:, 0]
    bias = float(pair.bias[1] - pair.bias[0])
    return [[float(single[g]) + float(single[t]) + float(single[b]) + bias for g, t, b in places] for places in plan]
