"""A fold of the corpus, read by a coder that has learnt from the others: what it shows to the classifiers behind."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tiltmeter.coder.around import scene, whole_sentence
from tiltmeter.coder.classify import lessons, one_sided
from tiltmeter.coder.coder import Coder, Finder
from tiltmeter.coder.corpus import Item
from tiltmeter.coder.evidence import Proposal, table, whole_events
from tiltmeter.coder.features import deed_features
from tiltmeter.coder.language import Deed, Language, language
from tiltmeter.coder.learn import Examples, Floats, Linear, train
from tiltmeter.coder.sentence import Sentence
from tiltmeter.coder.train import (
    CLASSES,
    Classifiers,
    Notes,
    Rows,
    Taught,
    classifiers,
    extended,
    gold,
    taught,
    unlisted,
)
from tiltmeter.coder.trees import nothing
from tiltmeter.nouns import SYMMETRIC, Mention

Corpora = Mapping[str, Sequence[Item]]
Learnt = tuple[Classifiers, Linear, Linear]

FOLDS: Final = 2
"""Folds of the sentences: each is read by a coder that has learnt from the others; parallel items share one."""

MOST_JUDGED: Final = 6_000
"""Sentences whose events the judge learns from at most: more cost time and teach it little."""


def fold_of(item: Item, folds: int = FOLDS, salt: bytes = b"fold") -> int:
    """The fold an item belongs to; by its id, so that translations stay together."""
    return int.from_bytes(hashlib.sha256(salt + item.id.encode()).digest()[:4], "big") % folds


class Desk:
    """Makes coders of some of the items, and works out once what each sentence teaches."""

    def __init__(self, corpora: Corpora, find: Finder) -> None:
        self.corpora, self.find = corpora, find
        self.mentions: dict[Item, Sequence[Mention]] = {
            item: find(item.text, item.language, item.date) for items in corpora.values() for item in items
        }
        self._notes = Notes()
        self._known: dict[Item, list[Taught]] = {}

    def languages(self, corpora: Corpora) -> dict[str, Language]:
        """The languages with the deed words that the items add to their lexicons."""
        out = {}
        for code, items in corpora.items():
            plain = language(code)
            for item in items:
                if item not in self._known:
                    self._known[item] = taught(item, plain, self.mentions[item])
            out[code] = extended(plain, unlisted((one for item in items for one in self._known[item]), items, plain))
        return out

    def learnt(self, corpora: Corpora, languages: Mapping[str, Language]) -> Learnt:
        """The classifiers of events, of background and of whole sentences, trained on the items."""
        lessons: list[Taught] = []
        for code, items in corpora.items():
            extra = added(languages[code])
            for item in items:
                # only where all words of a further deed stand is there anything new to see
                new = any(_may_tell(one.sentence, extra) for one in self._known[item])
                lessons += taught(item, languages[code], self.mentions[item]) if new else self._known[item]
        kinds = classifiers(lessons, self._notes)
        rows, labels = self._notes.examples(lessons, _past)
        past = train(rows, labels, classes=("now", "past"))
        rows, labels = self._notes.examples(lessons, _telling)
        return kinds, past, train(rows, labels, classes=("no", "yes"), rare=3, passes=6, rate=0.04)

    def coder(self, languages: Mapping[str, Language], learnt: Learnt) -> Coder:
        """A coder without the classifiers behind."""
        return Coder(languages, *learnt, blank(CLASSES), blank(("no", "yes")), nothing(), 0.0, self.find)


def added(found: Language) -> dict[str, tuple[Deed, ...]]:
    """Deed words of a language that its lexicon does not have."""
    plain = language(found.code).deeds
    return {
        first: more
        for first, deeds in found.deeds.items()
        if (more := tuple(deed for deed in deeds if deed not in plain.get(first, ())))
    }


def blank(classes: Sequence[str]) -> Linear:
    """A classifier that knows nothing."""
    return train([["none"]], [classes[0]], classes=classes)


def _may_tell(s: Sentence, deeds: Mapping[str, Sequence[Deed]]) -> bool:
    """Whether the words of one of some deeds all stand in a sentence."""
    words = {*s.lemmas, *s.low}
    return any(words.issuperset(deed.lemmas) for first in deeds.keys() & words for deed in deeds[first])


def _past(one: Taught) -> Rows:
    """Which deeds are told as background: learnt from the labelled ones alone."""
    rows = [deed_features(one.sentence, place) for _, place in one.labels]
    return rows, ["past" if label.background else "now" for label, _ in one.labels]


def _telling(one: Taught) -> Rows:
    """Whether a sentence tells an event."""
    return [whole_sentence(scene(one.sentence))], ["yes" if one.told else "no"]


@dataclass(frozen=True)
class Graded:
    """
    Events that may be in some items, proposed by a coder that has not learnt from them.

    Args:
        rows: Features of each whole event.
        table: The judge's view of each, its column of whole events still empty, shape (events, columns).
        keys: The item's number, giver, taker and root of each.
        labels: The label that each is, -1 where it is none.
        unlisted: Whether no deed word of the lexicon tells it.
        items: The items, by number.
        missed: Labels that no event is.
    """

    rows: Examples
    table: Floats
    keys: list[tuple[int, str, str, str]]
    labels: list[int]
    unlisted: list[bool]
    items: list[Item]
    missed: int


class Fold:
    """
    One fold of the corpus and the coder of the others.

    Args:
        number: Which fold, from 0.
        desk: Where its coder is made.
    """

    def __init__(self, number: int, desk: Desk) -> None:
        corpora = desk.corpora
        seen = {code: [item for item in items if fold_of(item) != number] for code, items in corpora.items()}
        self._items = [item for items in corpora.values() for item in items if fold_of(item) == number]
        self._share = 1000 * MOST_JUDGED / max(1, sum(map(len, corpora.values())))
        languages = desk.languages(seen)
        self._coder = desk.coder(languages, desk.learnt(seen, languages))
        self._desk = desk

    def lessons(self) -> tuple[Examples, list[str]]:
        """What the words around a pair teach: features and class of every pair of the fold."""
        coder, rows, names = self._coder, Examples(), []
        known = [
            one
            for item in self._items
            for one in taught(item, coder.languages[item.language], self._desk.mentions[item])
        ]
        for more, classes in (
            lessons(coder.classifiers, known),
            one_sided(coder.classifiers, self._items, coder.languages),
        ):
            rows.add(more)
            names += classes
        return rows, names

    def give(self, words: Linear) -> None:
        """Let the coder have the words' classifier that has learnt from the other folds."""
        self._coder = replace(self._coder, words=words)

    def graded(self) -> Graded:
        """The events of the fold, as the coder proposes them."""
        items = [item for item in self._items if fold_of(item, 1000, b"judged") < self._share]
        found = self._coder.all_proposals([(item.text, item.language, item.date) for item in items])
        labels = [_label(one, items[one.document]) for one in found]
        told = {(one.document, label) for one, label in zip(found, labels, strict=True) if label >= 0}
        missed = sum(len(gold(item)) for item in items) - len(told)
        unlisted = [one.unlisted for one in found]
        return Graded(whole_events(found), table(found), [_key(one) for one in found], labels, unlisted, items, missed)

    def learnt(self) -> Learnt:
        """The classifiers of the whole corpus, which any fold's desk can make."""
        return self._desk.learnt(self._desk.corpora, self._desk.languages(self._desk.corpora))


def _key(one: Proposal) -> tuple[int, str, str, str]:
    giver, taker = sorted(one.sides) if one.root in SYMMETRIC else one.sides
    return one.document, giver, taker, one.root


def _label(one: Proposal, item: Item) -> int:
    """Which of an item's labels an event is, -1 if it is none of them."""
    for place, label in enumerate(gold(item)):
        if same(*one.sides, one.root, label.giver, label.taker, label.root):
            return place
    return -1


def same(giver: str, taker: str, root: str, giver2: str, taker2: str, root2: str) -> bool:
    """Whether two events are the same deed of the same sides."""
    if root != root2:
        return False
    return (giver, taker) == (giver2, taker2) or (root in SYMMETRIC and (giver, taker) == (taker2, giver2))
