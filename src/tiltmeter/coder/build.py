"""Builds the coder from the corpus, with a confidence calibrated on sentences each part did not see."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from tiltmeter.coder.classify import Namer, lessons, one_sided, train_words
from tiltmeter.coder.coder import EVIDENCE, Coder, Finder, Told, evidence_row
from tiltmeter.coder.corpus import Item
from tiltmeter.coder.features import deed_features
from tiltmeter.coder.language import Deed, Language, language
from tiltmeter.coder.learn import Floats, Linear, train
from tiltmeter.coder.train import CLASSES, Classifiers, Extended, Taught, classifiers, extended, gold, taught, unlisted
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
    parts = []
    rows: list[list[str]] = []
    names: list[str] = []
    for number in range(FOLDS):
        seen = {code: [i for i in items if fold(i) != number] for code, items in corpora.items()}
        unseen = [i for items in corpora.values() for i in items if fold(i) == number]
        part = _coder(seen, mentions, find)
        taught_here = [one for i in unseen for one in taught(i, part.languages[i.language], mentions[i])]
        for more, named in (
            lessons(part.classifiers, taught_here),
            one_sided(part.classifiers, unseen, part.languages),
        ):
            rows += more
            names += named
        parts.append((part, unseen, len(rows)))
        told((number + 1) / (FOLDS + 3))
    weights, threshold = _calibrated(*_graded(parts, rows, names))
    told((FOLDS + 1) / (FOLDS + 3))
    plain = _coder(corpora, mentions, find)
    told((FOLDS + 2) / (FOLDS + 3))
    coder = replace(plain, words=train_words(rows, names), calibration=weights, threshold=threshold)
    return coder, Namer(coder)


def _graded(
    parts: Sequence[tuple[Coder, Sequence[Item], int]], rows: list[list[str]], names: list[str]
) -> tuple[list[tuple[Told, bool]], int]:
    """Events of every item by a coder that has seen none of its part, graded; and the number of labels missed."""
    graded: list[tuple[Told, bool]] = []
    missed = begin = 0
    for part, unseen, end in parts:
        words = train_words(rows[:begin] + rows[end:], names[:begin] + names[end:])
        found, lost = _grade(replace(part, words=words), unseen)
        graded += found
        missed += lost
        begin = end
    return graded, missed


def _coder(corpora: Mapping[str, Sequence[Item]], mentions: Mapping[Item, Sequence[Any]], find: Finder) -> Coder:
    languages: dict[str, Language] = {}
    lessons: list[Taught] = []
    for code, items in corpora.items():
        plain = language(code)
        first = [one for item in items for one in taught(item, plain, mentions[item])]
        languages[code] = extended(plain, unlisted(first, items, plain))
        lessons += [one for item in items for one in taught(item, languages[code], mentions[item])]
    nothing = train([["none"]], [CLASSES[0]], classes=CLASSES)
    return Coder(
        languages, classifiers(lessons), _past(lessons), nothing, np.eye(EVIDENCE, dtype=np.float32)[3], 0.0, find
    )


def _past(lessons: Sequence[Taught]) -> Linear:
    """Which deeds are told as background: learnt from the labelled ones alone."""
    rows, labels = [], []
    for one in lessons:
        for label, place in one.labels:
            rows.append(deed_features(one.sentence, place))
            labels.append("past" if label.background else "now")
    return train(rows, labels, classes=("now", "past"))


def right(event: Told, item: Item) -> bool:
    """Whether an event is one of an item's labels: sides and root, sides unordered where the root is symmetric."""
    return any(same(event.giver, event.taker, event.root, label.giver, label.taker, label.root) for label in gold(item))


def same(giver: str, taker: str, root: str, giver2: str, taker2: str, root2: str) -> bool:
    """Whether two events are the same deed of the same sides."""
    if root != root2:
        return False
    return (giver, taker) == (giver2, taker2) or (root in SYMMETRIC and (giver, taker) == (taker2, giver2))


def _grade(coder: Coder, items: Sequence[Item]) -> tuple[list[tuple[Told, bool]], int]:
    """Every event found, however unsure, with whether it is right, and the number of labels not among them."""
    found = coder.code_all([(item.text, item.language, item.date) for item in items], all_events=True)
    graded = [(event, right(event, item)) for item, coded in zip(items, found, strict=True) for event in coded.events]
    return graded, sum(len(gold(item)) for item in items) - sum(hit for _, hit in graded)


def _calibrated(graded: Sequence[tuple[Told, bool]], missed: int) -> tuple[Floats, float]:
    """Weights of the confidence, and the threshold of the best F, from events graded on unseen sentences."""
    from scipy.optimize import minimize

    if not graded:
        return np.eye(EVIDENCE, dtype=np.float32)[3], 0.5
    table = np.array([evidence_row(event.evidence, event.root) for event, _ in graded], dtype=float)
    hits = np.array([hit for _, hit in graded], dtype=float)

    def loss(weights: Any) -> float:
        scores = table @ weights
        return float(np.logaddexp(0, scores).sum() - hits @ scores + 0.5 * (weights**2).sum())

    weights = minimize(loss, np.eye(EVIDENCE)[3], method="BFGS").x
    confidence = 1 / (1 + np.exp(-(table @ weights)))
    order = np.argsort(-confidence, kind="stable")
    true = np.cumsum(hits[order])
    total = hits.sum() + missed
    # F with precision weighed double: a false event costs a reader more than a missed one
    score = (1 + BETA**2) * true / (np.arange(1, len(hits) + 1) + BETA**2 * total)
    return weights.astype(np.float32), round(float(confidence[order][int(score.argmax())]), 3)


def save(bundle: Bundle, path: Path) -> None:
    """Write a bundle as one file; equal bundles give equal bytes."""
    coder, _ = bundle
    extra = {code: _extra(found) for code, found in coder.languages.items()}
    arrays: dict[str, Any] = {
        **coder.classifiers.deed.arrays("deed"),
        **coder.classifiers.pair.arrays("pair"),
        **coder.past.arrays("past"),
        **coder.words.arrays("words"),
        "calibration": coder.calibration,
        "threshold": np.array([coder.threshold]),
        **{f"deeds.{code}": np.array(lines) for code, lines in extra.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(path.name + ".part.npz")
    np.savez_compressed(scratch, **arrays)
    scratch.replace(path)


def restored(path: Path, find: Finder) -> Bundle:
    """The inverse of `save`; only the languages' own files are read again."""
    with np.load(path, allow_pickle=False) as arrays:
        extra = {
            name.removeprefix("deeds."): _read_extra(arrays[name]) for name in arrays.files if name.startswith("deeds.")
        }
        languages = Extended(extra)
        kinds = Classifiers(Linear.restored("deed", arrays), Linear.restored("pair", arrays))
        past = Linear.restored("past", arrays)
        words = Linear.restored("words", arrays)
        coder = Coder(languages, kinds, past, words, arrays["calibration"], float(arrays["threshold"][0]), find)
        return coder, Namer(coder)


def _extra(found: Language) -> list[str]:
    plain = language(found.code)
    return sorted(
        "\t".join((" ".join(deed.roots), *deed.lemmas))
        for first, deeds in found.deeds.items()
        for deed in deeds
        if deed not in plain.deeds.get(first, ())
    ) or [""]


def _read_extra(lines: Any) -> dict[str, tuple[Deed, ...]]:
    from tiltmeter.coder.language import GAP

    out: dict[str, tuple[Deed, ...]] = {}
    for line in filter(None, map(str, lines)):
        roots, *lemmas = line.split("\t")
        out[lemmas[0]] = (*out.get(lemmas[0], ()), Deed(tuple(lemmas), tuple(roots.split()), False, GAP))
    return out
