"""Builds the coder from the corpus, with a confidence calibrated on sentences each part did not see."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from tiltmeter.coder.classify import Namer, lessons, one_sided, train_words
from tiltmeter.coder.coder import Coder, Finder
from tiltmeter.coder.corpus import Item
from tiltmeter.coder.evidence import Proposal, table
from tiltmeter.coder.features import deed_features
from tiltmeter.coder.language import Deed, Language, deed_lines, language
from tiltmeter.coder.learn import Floats, Linear, text_array, text_lines, train
from tiltmeter.coder.train import CLASSES, Classifiers, Stored, Taught, classifiers, extended, gold, taught, unlisted
from tiltmeter.coder.trees import Trees, grow, nothing
from tiltmeter.errors import CoderError
from tiltmeter.nouns import SYMMETRIC

FOLDS: Final = 2
"""Parts of the training sentences for the calibration; parallel items share one."""

BETA: Final = 0.7
"""Weight of recall against precision in the choice of the threshold."""

Bundle = tuple[Coder, Namer]


def fold(item: Item) -> int:
    """The part an item belongs to; by its id, so that translations stay together."""
    return int.from_bytes(hashlib.sha256(b"fold" + item.id.encode()).digest()[:4], "big") % FOLDS


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
    rows: list[list[str]] = []
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
            rows += more
            names += named
        parts.append((part, unseen, len(rows)))
        told((number + 1) / (FOLDS + 3))
    judge, threshold = _judge(*_graded(parts, rows, names))
    told((FOLDS + 1) / (FOLDS + 3))
    plain = _coder(corpora, mentions, find, known)
    told((FOLDS + 2) / (FOLDS + 3))
    coder = replace(plain, words=train_words(rows, names), judge=judge, threshold=threshold)
    return coder, Namer(coder)


def _graded(
    parts: Sequence[tuple[Coder, Sequence[Item], int]], rows: list[list[str]], names: list[str]
) -> tuple[Floats, Floats, int]:
    """Evidence of every item's events by a coder that has not seen its part, which are right, and the labels missed."""
    tables, hits = [], []
    missed = begin = 0
    for part, unseen, end in parts:
        words = train_words(rows[:begin] + rows[end:], names[:begin] + names[end:])
        found = replace(part, words=words).all_proposals([(item.text, item.language, item.date) for item in unseen])
        right = [_right(one, unseen[one.document]) for one in found]
        tables.append(table(found))
        hits.append(np.array([hit is not None for hit in right], dtype=np.float32))
        told = {(one.document, hit) for one, hit in zip(found, right, strict=True) if hit is not None}
        missed += sum(len(gold(item)) for item in unseen) - len(told)
        begin = end
    return np.concatenate([one for one in tables if len(one)]), np.concatenate(hits), missed


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
    blank = train([["none"]], [CLASSES[0]], classes=CLASSES)
    return Coder(languages, classifiers(lessons), _past(lessons), blank, nothing(), 0.0, find)


def _past(lessons: Sequence[Taught]) -> Linear:
    """Which deeds are told as background: learnt from the labelled ones alone."""
    rows, labels = [], []
    for one in lessons:
        for label, place in one.labels:
            rows.append(deed_features(one.sentence, place))
            labels.append("past" if label.background else "now")
    return train(rows, labels, classes=("now", "past"))


def same(giver: str, taker: str, root: str, giver2: str, taker2: str, root2: str) -> bool:
    """Whether two events are the same deed of the same sides."""
    if root != root2:
        return False
    return (giver, taker) == (giver2, taker2) or (root in SYMMETRIC and (giver, taker) == (taker2, giver2))


def _judge(evidence: Floats, hits: Floats, missed: int) -> tuple[Trees, float]:
    """The judge of evidence, and the threshold of the best F by judges that have not seen the evidence they judge."""
    if not len(hits):
        return nothing(), 0.5
    odds = np.zeros(len(hits), dtype=np.float32)
    for number in range(FOLDS):
        # halves of the table in its order: an item's events stay together
        own = (np.arange(len(hits)) * FOLDS // len(hits)) == number
        odds[own] = grow(evidence[~own], hits[~own]).odds(evidence[own])
    order = np.argsort(-odds, kind="stable")
    true = np.cumsum(hits[order])
    total = hits.sum() + missed
    score = (1 + BETA**2) * true / (np.arange(1, len(hits) + 1) + BETA**2 * total)
    best = float(odds[order][int(score.argmax())])
    return grow(evidence, hits), round(1 / (1 + float(np.exp(-best))), 3)


def save(bundle: Bundle, path: Path) -> None:
    """Write a bundle as one file; equal bundles give equal bytes."""
    coder, _ = bundle
    arrays: dict[str, Any] = {
        **coder.classifiers.deed.arrays("deed"),
        **coder.classifiers.pair.arrays("pair"),
        **coder.past.arrays("past"),
        **coder.words.arrays("words"),
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
        past = Linear.restored("past", arrays)
        words = Linear.restored("words", arrays)
        coder = Coder(
            Stored(lines), kinds, past, words, Trees.restored("judge", arrays), float(arrays["threshold"][0]), find
        )
        return coder, Namer(coder)


def _added(found: Language) -> dict[str, tuple[Deed, ...]]:
    """Deed words of a language that its lexicon does not have."""
    plain = language(found.code).deeds
    return {
        first: more
        for first, deeds in found.deeds.items()
        if (more := tuple(deed for deed in deeds if deed not in plain.get(first, ())))
    }
