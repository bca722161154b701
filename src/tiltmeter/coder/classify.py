"""The root of a given pair in a given text: which of the fifteen deeds the source does to the target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tiltmeter.coder.corpus import Item, Span
from tiltmeter.coder.features import deed_features, near
from tiltmeter.coder.language import Language
from tiltmeter.coder.learn import Floats, Linear, softmax, train
from tiltmeter.coder.sentence import Sentence, Who, prepare
from tiltmeter.coder.train import CLASSES, NONE, Classifiers, Taught, differ, facing, gold_pairs, whole_pair
from tiltmeter.nouns import ROOTS, SYMMETRIC, Mention

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

    coder: Coder

    def probabilities(self, asked: Sequence[Asked]) -> Floats:
        """Probability of each root in the order of ROOTS, shape (texts, 15)."""
        if not asked:
            return np.zeros((0, len(ROOTS)), dtype=np.float32)
        made = [_sentence(one, self.coder) for one in asked]
        found = views(made, self.coder.classifiers)
        scores = self.coder.words.scores([pair_words(*one, view) for one, view in zip(made, found, strict=True)])
        # the pair is given: that it has no event is not among the answers
        return softmax(scores[:, 1:])


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
View = list[tuple[int, Floats, float]]
"""Deed words as the event classifiers see them for a pair: place, log odds of each root, and of the pair."""


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


def views(made: Sequence[Made], kinds: Classifiers) -> list[View]:
    """For each sentence and pair what the event classifiers see in it, given a coder that is nearly sure of no deed."""
    places = [(n, s, place) for n, (s, _, _) in enumerate(made) for place in range(len(s.triggers))]
    out: list[View] = [[] for _ in made]
    if not places:
        return out
    scores = kinds.deed.scores([deed_features(s, place) for _, s, place in places])
    pairs: list[list[str]] = []
    for (n, s, place), row in zip(places, scores, strict=True):
        _, source, target = made[n]
        root = ROOTS[int(row[1:].argmax())]
        pairs.append(whole_pair(s, s.triggers[place], source, target, root) if source and target else [])
    odds = kinds.pair.scores(pairs)
    for (n, _, place), row, pair in zip(places, scores, odds, strict=True):
        out[n].append((place, row[1:] - row[0], float(pair[1] - pair[0])))
    return out


def pair_words(s: Sentence, source: Who | None, target: Who | None, view: View) -> list[str]:
    """Features of a pair by the words before, between and after its sides, and by the other witnesses' view."""
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


def _witness(s: Sentence, source: Who | None, target: Who | None, view: View, order: str) -> list[str]:
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


def lessons(kinds: Classifiers, found: Sequence[Taught]) -> tuple[list[list[str]], list[str]]:
    """
    Features and class (a root or NONE) of every ordered pair of actors of labelled sentences.

    The classifiers must not have learnt from the sentences, or their view would look surer than it is at work.
    """
    made: list[Made] = []
    names: list[str] = []
    for one in found:
        for giver, taker, root in _pairs(one):
            made.append((one.sentence, giver, taker))
            names.append(root)
    rows = [pair_words(*one, view) for one, view in zip(made, views(made, kinds), strict=True)]
    return rows, names


def _pairs(one: Taught) -> Iterator[tuple[Who, Who, str]]:
    """Every ordered pair once for each of its labels, or once as NONE; doubtful pairs are left out."""
    s = one.sentence
    labelled = [(*gold_pairs(s, [label]), label.root) for label in one.item.labels]
    for giver in s.actors:
        for taker in s.actors:
            if not differ(giver, taker):
                continue
            codes_here = facing(giver, taker)
            key = (giver.first, taker.first)
            roots = {root for places, _, root in labelled if key in places}
            # the other order of a symmetric pair, and other mentions of the same two, are no examples of NONE
            doubt = any(
                codes_here in codes or (root in SYMMETRIC and codes_here[::-1] in codes) for _, codes, root in labelled
            )
            for root in sorted(roots):
                yield giver, taker, root
            if not roots and not doubt:
                yield giver, taker, NONE


def one_sided(
    kinds: Classifiers, items: Iterable[Item], languages: Mapping[str, Language]
) -> tuple[list[list[str]], list[str]]:
    """Features and root of labels of which one side is only implied: they teach what an unmarked name means."""
    made, names = [], []
    for item in items:
        for label in item.labels:
            if label.giver_span is None or label.taker_span is None:
                own = [
                    Mention(*span, item.text[slice(*span)], "XSS", "group", "")
                    for span in (label.giver_span or label.taker_span,)
                    if span
                ]
                s = prepare(item.text, language=languages[item.language], offset=0, mentions=own)
                who = s.actors[0] if s.actors else None
                made.append((s, who if label.giver_span else None, who if label.taker_span else None))
                names.append(label.root)
    rows = [pair_words(*one, view) for one, view in zip(made, views(made, kinds), strict=True)]
    return rows, names


def train_words(rows: Sequence[Sequence[str]], names: Sequence[str]) -> Linear:
    """The linear model of the words around a pair, from the rows of `lessons`."""
    return train(rows, names, classes=CLASSES)
