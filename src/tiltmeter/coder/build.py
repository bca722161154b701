"""Builds the coder from the corpus, with a confidence calibrated on sentences each part did not see."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tiltmeter.coder.around import scene, whole_sentence
from tiltmeter.coder.classify import Namer, lessons, one_sided, train_words
from tiltmeter.coder.coder import Coder, Finder
from tiltmeter.coder.corpus import Item
from tiltmeter.coder.evidence import Proposal, table, whole_event
from tiltmeter.coder.features import deed_features
from tiltmeter.coder.language import Deed, Language, deed_lines, language
from tiltmeter.coder.learn import Examples, Floats, Linear, text_array, text_lines, train
from tiltmeter.coder.train import CLASSES, Classifiers, Stored, Taught, classifiers, extended, gold, taught, unlisted
from tiltmeter.coder.trees import Trees, grow, nothing
from tiltmeter.errors import CoderError
from tiltmeter.nouns import SYMMETRIC

FOLDS: Final = 2
"""Parts of the training sentences for the calibration; parallel items share one."""

WHOLE_FOLDS: Final = 4
"""Parts of what the folds proposed: what judges a part has not learnt from it."""

BETA: Final = 0.7
"""Weight of recall against precision in the choice of the threshold."""

MOST_FALSE: Final = 0.08
"""Events in a sentence that has none, on average, above which no threshold is chosen."""

Bundle = tuple[Coder, Namer]


def fold(item: Item, folds: int = FOLDS, salt: bytes = b"fold") -> int:
    """The part an item belongs to; by its id, so that translations stay together."""
    return int.from_bytes(hashlib.sha256(salt + item.id.encode()).digest()[:4], "big") % folds


def build(
    corpora: Mapping[str, Sequence[Item]], find: Finder, *, progress: Callable[[float], None] | None = None
) -> Bundle:
    """
    Train on the items given: held-back ones are for the caller to leave out.

    Args:
        corpora: Items by language.
        find: The actor finder.
        progress: Told the share that is done, 0 to 1.
    """
    told = progress or (lambda _: None)
    if not any(corpora.values()):
        raise CoderError("there are no labelled sentences to learn from", mend="give a corpus folder with .txt files")
    mentions = {item: find(item.text, item.language, item.date) for items in corpora.values() for item in items}
    known: dict[Item, list[Taught]] = {}
    parts = []
    rows = Examples()
    names: list[str] = []
    for number in range(FOLDS):
        seen = {code: [i for i in items if fold(i) != number] for code, items in corpora.items()}
        unseen = [i for items in corpora.values() for i in items if fold(i) == number]
        part = _coder(seen, mentions, find, known)
        taught_here = [one for i in unseen for one in taught(i, part.languages[i.language], mentions[i])]
        for more, named in (
            lessons(part.classifiers, taught_here),
            one_sided(part.classifiers, unseen, part.languages),
        ):
            rows.add(more)
            names += named
        parts.append((part, unseen, len(rows)))
        told((number + 1) / (FOLDS + 3))
    empty = sum(not item.labels for items in corpora.values() for item in items)
    whole, judge, threshold = _judge(*_graded(parts, rows, names), empty)
    told((FOLDS + 1) / (FOLDS + 3))
    plain = _coder(corpora, mentions, find, known)
    told((FOLDS + 2) / (FOLDS + 3))
    coder = replace(plain, words=train_words(rows, names), whole=whole, judge=judge, threshold=threshold)
    return coder, Namer(coder)


def _graded(
    parts: Sequence[tuple[Coder, Sequence[Item], int]], rows: Examples, names: list[str]
) -> tuple[list[Proposal], list[Item], Floats, int]:
    """Events by coders that have not seen their items; those items; which are right; how many labels are missed."""
    proposals: list[Proposal] = []
    items: list[Item] = []
    hits: list[bool] = []
    missed = begin = 0
    for part, unseen, end in parts:
        others = np.ones(len(rows), dtype=np.bool_)
        others[begin:end] = False
        words = train_words(rows, names, others)
        found = replace(part, words=words).all_proposals([(item.text, item.language, item.date) for item in unseen])
        right = [_right(one, unseen[one.document]) for one in found]
        hits += [hit is not None for hit in right]
        told = {(one.document, hit) for one, hit in zip(found, right, strict=True) if hit is not None}
        missed += sum(len(gold(item)) for item in unseen) - len(told)
        proposals += found
        items += [unseen[one.document] for one in found]
        begin = end
    return proposals, items, np.array(hits, dtype=np.float32), missed


def _right(one: Proposal, item: Item) -> int | None:
    """Which of an item's labels an event is, None if it is none of them."""
    for place, label in enumerate(gold(item)):
        if same(*one.sides, one.root, label.giver, label.taker, label.root):
            return place
    return None


def _coder(
    corpora: Mapping[str, Sequence[Item]],
    mentions: Mapping[Item, Sequence[Any]],
    find: Finder,
    known: dict[Item, list[Taught]],
) -> Coder:
    """A coder of the items; `known` keeps what the lexicon alone makes of each, for the next one."""
    languages: dict[str, Language] = {}
    lessons: list[Taught] = []
    for code, items in corpora.items():
        plain = language(code)
        for item in items:
            if item not in known:
                known[item] = taught(item, plain, mentions[item])
        extra = unlisted((one for item in items for one in known[item]), items, plain)
        languages[code] = extended(plain, extra)
        for item in items:
            # only where a further deed word may begin is there anything new to see
            new = any(not extra.keys().isdisjoint((*one.sentence.lemmas, *one.sentence.low)) for one in known[item])
            lessons += taught(item, languages[code], mentions[item]) if new else known[item]
    blank = _blank(CLASSES)
    kinds, past, telling = classifiers(lessons), _past(lessons), _telling(lessons)
    return Coder(languages, kinds, past, telling, blank, _blank(("no", "yes")), nothing(), 0.0, find)


def _past(lessons: Sequence[Taught]) -> Linear:
    """Which deeds are told as background: learnt from the labelled ones alone."""
    rows, labels = [], []
    for one in lessons:
        for label, place in one.labels:
            rows.append(deed_features(one.sentence, place))
            labels.append("past" if label.background else "now")
    return train(rows, labels, classes=("now", "past"))


def _telling(lessons: Sequence[Taught]) -> Linear:
    """Which sentences tell an event."""
    rows = Examples(whole_sentence(scene(one.sentence)) for one in lessons)
    labels = ["yes" if one.told else "no" for one in lessons]
    return train(rows, labels, classes=("no", "yes"), rare=3, passes=6, rate=0.04)


def same(giver: str, taker: str, root: str, giver2: str, taker2: str, root2: str) -> bool:
    """Whether two events are the same deed of the same sides."""
    if root != root2:
        return False
    return (giver, taker) == (giver2, taker2) or (root in SYMMETRIC and (giver, taker) == (taker2, giver2))


def _judge(
    proposals: Sequence[Proposal], items: Sequence[Item], hits: Floats, missed: int, empty: int
) -> tuple[Linear, Trees, float]:
    """
    The classifier of whole events, the judge of evidence, and the threshold of the best F that keeps the `empty` empty.

    What the judge learns from, and what the threshold is set on, comes from parts that the one before has not seen.
    """
    blank = _blank(("no", "yes"))
    if not len(hits):
        return blank, nothing(), 0.5
    rows = Examples(whole_event(one) for one in proposals)
    labels = ["yes" if hit else "no" for hit in hits]
    part = np.array([fold(item, WHOLE_FOLDS, b"whole") for item in items])
    for number in range(WHOLE_FOLDS):
        own = part == number
        kind = _train_whole(rows, labels, ~own)
        scores = kind.scores(rows)
        for n in np.flatnonzero(own).tolist():
            proposals[n].whole = 0.0 if proposals[n].unlisted else float(scores[n, 1] - scores[n, 0])
    evidence = table(proposals)
    odds = np.zeros(len(hits), dtype=np.float32)
    for number in range(FOLDS):
        own = part % FOLDS == number
        odds[own] = grow(evidence[~own], hits[~own]).odds(evidence[own])
    best = _bar(proposals, items, odds, hits, missed, empty)
    threshold = round(1 / (1 + float(np.exp(-best))), 3)
    return _train_whole(rows, labels, None), grow(evidence, hits), threshold


def _bar(
    proposals: Sequence[Proposal], items: Sequence[Item], odds: Floats, hits: Floats, missed: int, empty: int
) -> float:
    """The log odds from which on events have the best F, told twice or not; few of them in items without event."""
    total = missed + len({(id(items[n]), _right(proposals[n], items[n])) for n in np.flatnonzero(hits).tolist()})
    seen: set[tuple[int, str, str, str]] = set()
    true = false = 0
    best, bar = 0.0, 0.0
    for count, n in enumerate(np.argsort(-odds, kind="stable").tolist()):
        one = proposals[n]
        giver, taker = sorted(one.sides) if one.root in SYMMETRIC else one.sides
        key = (id(items[n]), giver, taker, one.root)
        if key in seen:
            continue
        seen.add(key)
        true += int(hits[n])
        false += not items[n].labels
        if false > MOST_FALSE * empty:
            break
        score = (1 + BETA**2) * true / (len(seen) + BETA**2 * total)
        if score > best or count == 0:
            best, bar = score, float(odds[n])
    return bar


def _train_whole(rows: Examples, labels: Sequence[str], only: npt.NDArray[np.bool_] | None) -> Linear:
    return train(rows, labels, classes=("no", "yes"), only=only, rare=3, passes=6)


def _blank(classes: Sequence[str]) -> Linear:
    return train([["none"]], [classes[0]], classes=classes)


def save(bundle: Bundle, path: Path) -> None:
    """Write a bundle as one file; equal bundles give equal bytes."""
    coder, _ = bundle
    arrays: dict[str, Any] = {
        **coder.classifiers.deed.arrays("deed"),
        **coder.classifiers.pair.arrays("pair"),
        **coder.past.arrays("past"),
        **coder.telling.arrays("telling"),
        **coder.words.arrays("words"),
        **coder.whole.arrays("whole"),
        **coder.judge.arrays("judge"),
        "threshold": np.array([coder.threshold]),
        **{f"lexicon.{code}": text_array(deed_lines(language(code).deeds)) for code in coder.languages},
        **{f"added.{code}": text_array(deed_lines(_added(found))) for code, found in coder.languages.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(path.name + ".part.npz")
    np.savez_compressed(scratch, **arrays)
    scratch.replace(path)


def restored(path: Path, find: Finder) -> Bundle:
    """The inverse of `save`; only the languages' own files are read again."""
    with np.load(path, allow_pickle=False) as arrays:
        codes = [name.removeprefix("lexicon.") for name in arrays.files if name.startswith("lexicon.")]
        lines = {code: (text_lines(arrays[f"lexicon.{code}"]), text_lines(arrays[f"added.{code}"])) for code in codes}
        kinds = Classifiers(Linear.restored("deed", arrays), Linear.restored("pair", arrays))
        names = ("past", "telling", "words", "whole")
        past, telling, words, whole = (Linear.restored(name, arrays) for name in names)
        judge, threshold = Trees.restored("judge", arrays), float(arrays["threshold"][0])
        coder = Coder(Stored(lines), kinds, past, telling, words, whole, judge, threshold, find)
        return coder, Namer(coder)


def _added(found: Language) -> dict[str, tuple[Deed, ...]]:
    """Deed words of a language that its lexicon does not have."""
    plain = language(found.code).deeds
    return {
        first: more
        for first, deeds in found.deeds.items()
        if (more := tuple(deed for deed in deeds if deed not in plain.get(first, ())))
    }
