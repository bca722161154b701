"""The root of a given pair in a given text: which of the fifteen deeds the source does to the target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tiltmeter.coder.corpus import Item, Span
from tiltmeter.coder.features import deed_features, near
from tiltmeter.coder.learn import Floats, Linear, softmax, train
from tiltmeter.coder.sentence import Sentence, Who, prepare
from tiltmeter.coder.train import whole_pair
from tiltmeter.nouns import ROOTS, Mention

if TYPE_CHECKING:
    from tiltmeter.coder.coder import Coder


@dataclass(frozen=True)
class Asked:
    """A text with the places of the source and the target in it, None where a name does not occur."""

    text: str
    language: str
    source: Span | None
    target: Span | None


@dataclass(frozen=True)
class Namer:
    """
    Names the root of a pair.

    Two witnesses are weighed: a linear model of the words around the two names,
    and the event classifiers' own view of every deed word in the text.
    """

    words: Linear
    coder: Coder

    def probabilities(self, asked: Sequence[Asked]) -> Floats:
        """Probability of each root in the order of ROOTS, shape (texts, 15)."""
        if not asked:
            return np.zeros((0, len(ROOTS)), dtype=np.float32)
        made = [_sentence(one, self.coder) for one in asked]
        views = _views(made, self.coder)
        return self.words.probabilities(
            [_features(*one, view) for one, view in zip(made, views, strict=True)]
        )

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """As arrays to save."""
        return {**self.words.arrays("namer")}

    @classmethod
    def restored(cls, arrays: Any, coder: Coder) -> Namer:
        """The inverse of `arrays`."""
        return cls(Linear.restored("namer", arrays), coder)


def find(text: str, name: str) -> Span | None:
    """
    First place of a name in a text, whatever its case and spacing; None when it is not there or empty.

    >>> find("The  United States met Iran", "united states")
    (5, 18)
    """
    parts = name.split()
    if not parts:
        return None
    spaced = r"\s+".join(map(re.escape, parts))
    hit = re.search(rf"(?<!\w){spaced}(?!\w)", text, re.IGNORECASE) or re.search(spaced, text, re.IGNORECASE)
    return (hit.start(), hit.end()) if hit else None


Made = tuple[Sentence, "Who | None", "Who | None"]


def _sentence(asked: Asked, coder: Coder) -> Made:
    """The whole text as one sentence, its actors being the two asked for and those found besides."""
    language = coder.languages[asked.language]
    own = [
        Mention(span[0], span[1], asked.text[slice(*span)], code, "group", code)
        for span, code in ((asked.source, "XSS"), (asked.target, "XTT"))
        if span
    ]
    others = [
        mention
        for mention in coder.find(asked.text, asked.language, None)
        if not any(mention.start < mine.end and mine.start < mention.end for mine in own)
    ]
    mentions = sorted([*own, *others], key=lambda mention: mention.start)
    s = prepare(asked.text, language=language, offset=0, mentions=mentions)
    source = next((who for who in s.actors if who.code == "XSS"), None)
    target = next((who for who in s.actors if who.code == "XTT"), None)
    return s, source, target


def _views(made: Sequence[Made], coder: Coder) -> list[list[tuple[int, Floats, float]]]:
    """For each text its deed words: place, log odds of each root against none, and log odds of the pair."""
    places = [(n, s, place) for n, (s, _, _) in enumerate(made) for place in range(len(s.triggers))]
    out: list[list[tuple[int, Floats, float]]] = [[] for _ in made]
    if not places:
        return out
    scores = coder.classifiers.deed.scores([deed_features(s, place) for _, s, place in places])
    pairs: list[list[str]] = []
    for (n, s, place), row in zip(places, scores, strict=True):
        _, source, target = made[n]
        root = ROOTS[int(row[1:].argmax())]
        pairs.append(whole_pair(s, s.triggers[place], source, target, root) if source and target else [])
    odds = coder.classifiers.pair.scores(pairs)
    for (n, _, place), row, pair in zip(places, scores, odds, strict=True):
        out[n].append((place, row[1:] - row[0], float(pair[1] - pair[0])))
    return out


def _features(
    s: Sentence, source: Who | None, target: Who | None, view: list[tuple[int, Floats, float]]
) -> list[str]:
    code = s.language.code
    size = len(s.low)
    ends = [who for who in (source, target) if who]
    one = min((who.first for who in ends), default=0)
    two = max((who.last for who in ends), default=size - 1)
    order = (
        "ST"
        if source and target and source.first < target.first
        else "TS"
        if source and target
        else "S"
        if source
        else "T"
        if target
        else "-"
    )
    marked: list[str] = []
    for at in range(size):
        if source and source.first <= at <= source.last:
            marked.append("<S>")
        elif target and target.first <= at <= target.last:
            marked.append("<T>")
        else:
            marked.append(s.lemmas[at])
    zones = {
        "B": range(max(0, one - 12), one),
        "M": range(one, two + 1),
        "A": range(two + 1, min(size, two + 16)),
    }
    out = [f"order={order}"]
    for zone, span in zones.items():
        words = [marked[at] for at in span]
        words = [word for n, word in enumerate(words) if n == 0 or word != words[n - 1] or word[0] != "<"]
        for n, word in enumerate(words):
            out += [f"{code}{zone}{word}", f"{code}{order}{zone}{word}", f"{code}*{word}"]
            if n:
                out += [f"{code}{zone}{words[n - 1]}_{word}", f"{code}*{words[n - 1]}_{word}"]
            if n > 1:
                out.append(f"{code}*{words[n - 2]}_{words[n - 1]}_{word}")
        out += [f"{code}{zone}#{word[:5]}" for word in words if len(word) > 5]
        for at in span:
            out += [f"{zone}c={kind}" for kind in s.cues[at]]
    out += _witness(s, source, target, view, order)
    return out


def _witness(
    s: Sentence, source: Who | None, target: Who | None, view: list[tuple[int, Floats, float]], order: str
) -> list[str]:
    """The event classifiers' view as names, coarsened so that they can be counted."""
    out: list[str] = []
    total = np.zeros(len(ROOTS), dtype=np.float64)
    ranked = sorted(view, key=lambda one: -_log_both(float(one[1].max()), one[2]))
    for rank, (place, roots, pair) in enumerate(ranked):
        trigger = s.triggers[place]
        share = softmax(np.append(roots, 0.0).astype(np.float32))[:-1]
        total += share / (1 + np.exp(-pair))
        if rank < 3:
            root = ROOTS[int(roots.argmax())]
            strength = "+" if _log_both(float(roots.max()), pair) > 0 else "-"
            out += [f"v{rank}={root}", f"v{rank}={root}{strength}", f"v{rank}x={'|'.join(trigger.roots)}"]
        if rank == 0:
            out.append(f"v0l={s.language.code}{trigger.lemma}")
            at = trigger.first
            where = "".join(
                "s" if source and at > source.first else "",
            ) + ("t" if target and at > target.first else "")
            out.append(f"v0w={where}|{order}|{'|'.join(trigger.roots)}")
        out += [f"any={root}" for root in trigger.roots]
    if total.sum() > 0:
        first, second = np.argsort(-total, kind="stable")[:2]
        out += [
            f"sum={ROOTS[first]}",
            f"sum={ROOTS[first]}{near(int(total[first] * 6))}",
            f"sum2={ROOTS[second]}{near(int(total[second] * 6))}",
        ]
        out += [f"sums={ROOTS[first]}|{ROOTS[second]}"]
    return out


def _log_both(one: float, two: float) -> float:
    return float(-np.logaddexp(-one, -two))


def lessons(coder: Coder, items: Iterable[Item]) -> tuple[list[list[str]], list[str]]:
    """
    Features and root of every label, those without a place included.

    The coder must not have learnt from the items, or its view of them would look surer than it is at work.
    """
    asked = [
        (Asked(item.text, item.language, label.giver_span, label.taker_span), label.root)
        for item in items
        for label in item.labels
    ]
    made = [_sentence(one, coder) for one, _ in asked]
    rows = [_features(*one, view) for one, view in zip(made, _views(made, coder), strict=True)]
    return rows, [root for _, root in asked]


def namer(coder: Coder, rows: Sequence[Sequence[str]], roots: Sequence[str]) -> Namer:
    """Train from the rows of `lessons`."""
    return Namer(train(rows, roots, classes=ROOTS, ridge=1.0), coder)
