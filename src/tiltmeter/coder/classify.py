"""The root of a given pair in a given text: which of the fifteen deeds the source does to the target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tiltmeter.coder.around import Made, View, every_pair
from tiltmeter.coder.corpus import Item, Span
from tiltmeter.coder.language import Language
from tiltmeter.coder.learn import Examples, Floats, Linear, softmax, train
from tiltmeter.coder.sentence import Sentence, Who, prepare
from tiltmeter.coder.train import CLASSES, NONE, Classifiers, Taught, all_pairs, facing, gold_pairs
from tiltmeter.coder.view import Sight, side_odds, sights
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
        scores = self.coder.words.scores(every_pair(made, found))
        # the pair is given: that it has no event is not among the answers
        return softmax(scores[:, 1:])


def find(text: str, name: str, *, beside: Span | None = None) -> Span | None:
    """
    First place of a name in a text, whatever its case and spacing; None when it is not there or empty.

    Args:
        text: The text.
        name: The name.
        beside: A place that the name must not share, that of the other side.

    >>> find("The  United States met Iran", "united states")
    (5, 18)
    """
    parts = name.split()
    if not parts:
        return None
    spaced = r"\s+".join(map(re.escape, parts))
    for pattern in (rf"(?<!\w){spaced}(?!\w)", spaced):
        for hit in re.finditer(pattern, text, re.IGNORECASE):
            if beside is None or hit.end() <= beside[0] or hit.start() >= beside[1]:
                return hit.start(), hit.end()
    return None


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
    if source and target and source.first <= target.last and target.first <= source.last:
        target = None  # two names in one word: only one of them can be marked
    return s, source, target


def views(made: Sequence[Made], kinds: Classifiers) -> list[View]:
    """For each sentence and pair what the event classifiers see in it; without both sides only the deeds."""
    whole = {id(s): s for s, _, _ in made}
    seen = dict(zip(whole, sights(list(whole.values()), kinds.deed), strict=True))
    asked = [(s, sight, [(g, t)]) if g and t else None for s, g, t in made for sight in seen[id(s)]]
    by_deed: dict[tuple[int, int], tuple[Sentence, Sight, list[tuple[Who, Who]]]] = {}
    for one in asked:
        if one:
            by_deed.setdefault((id(one[0]), one[1].place), (one[0], one[1], []))[2].extend(one[2])
    (pairs,) = side_odds(list(by_deed.values()), [kinds.pair])
    odds = dict(zip(by_deed, map(iter, pairs), strict=True))
    return [
        [(sight.place, sight.scores, next(odds[id(s), sight.place]) if g and t else 0.0) for sight in seen[id(s)]]
        for s, g, t in made
    ]


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
    rows = every_pair(made, views(made, kinds))
    return rows, names


def _pairs(one: Taught) -> Iterator[tuple[Who, Who, str]]:
    """Every ordered pair once for each of its labels, or once as NONE; doubtful pairs are left out."""
    s = one.sentence
    labelled = [(*gold_pairs(s, [label]), label.root) for label in one.item.labels]
    for giver, taker in all_pairs(s):
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
    rows = every_pair(made, views(made, kinds))
    return rows, names


def train_words(rows: Examples, names: Sequence[str], only: npt.NDArray[np.bool_] | None = None) -> Linear:
    """The linear model of the words around a pair, from the rows of `lessons`, all or `only` some."""
    return train(rows, names, classes=CLASSES, only=only, rare=4, passes=5, rate=0.03)
