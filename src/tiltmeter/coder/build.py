"""Builds the coder from the corpus, with a confidence calibrated on sentences each classifier did not see."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from tiltmeter.coder.classify import Namer, train_words
from tiltmeter.coder.coder import Coder, Finder
from tiltmeter.coder.evidence import WHOLE
from tiltmeter.coder.folds import FOLDS, Corpora, Desk, Fold, Graded, Learnt, added, blank, fold_of
from tiltmeter.coder.language import deed_lines, language
from tiltmeter.coder.learn import Examples, Floats, Linear, text_array, text_lines, train
from tiltmeter.coder.train import Classifiers, Stored
from tiltmeter.coder.trees import Trees, grow, nothing
from tiltmeter.errors import CoderError

WHOLE_FOLDS: Final = 4
"""Folds of what was proposed: what judges one has not learnt from it."""

BETA: Final = 0.7
"""Weight of recall against precision in the choice of the threshold."""

MOST_FALSE: Final = 0.07
"""Events in a sentence that has none, on average, above which no threshold is chosen; elsewhere there are more."""

Bundle = tuple[Coder, Namer]


def build(corpora: Corpora, find: Finder, *, jobs: int = 1, progress: Callable[[float], None] | None = None) -> Bundle:
    """
    Train on the items given: held-back ones are for the caller to leave out.

    Args:
        corpora: Items by language.
        find: The actor finder; with more jobs than one a function of a module.
        jobs: Processes; the answer is the same whatever their number.
        progress: Told the share that is done, 0 to 1.
    """
    told = progress or (lambda _: None)
    if not any(corpora.values()):
        raise CoderError("there are no labelled sentences to learn from", mend="give a corpus folder with .txt files")
    # one fold each for as many further processes as there are; the last ones are read here
    helpers = min(jobs, FOLDS) - 1
    folds: list[Reader] = [Elsewhere(number, corpora, find) for number in range(helpers)]
    try:
        desk = Desk(corpora, find)
        rows, names, ends = Examples(), [], []
        folds += [Fold(number, desk) for number in range(helpers, FOLDS)]
        told(0.3)
        # what is to do here first: the others are at work meanwhile
        here = [fold.lessons() for fold in folds[helpers:]]
        for more, classes in [*(fold.lessons() for fold in folds[:helpers]), *here]:
            rows.absorb(more)
            names += classes
            ends.append(len(rows))
        told(0.5)
        place = np.searchsorted(ends, np.arange(len(rows)), side="right")
        for number, fold in enumerate(folds):
            fold.give(train_words(rows, names, place != number))
        judged = [fold.graded() for fold in folds[helpers:]]
        found = [*(fold.graded() for fold in folds[:helpers]), *judged]
        told(0.7)
        whole, judge, threshold = _judge(found)
        told(0.8)
        words = train_words(rows, names)
        coder = desk.coder(desk.languages(corpora), folds[0].learnt())
    finally:
        for fold in folds:
            if isinstance(fold, Elsewhere):
                fold.close()
    coder = replace(coder, words=words, whole=whole, judge=judge, threshold=threshold)
    return coder, Namer(coder)


class Reader(Protocol):
    """A fold of the corpus, wherever it is read."""

    def lessons(self) -> tuple[Examples, list[str]]:
        """As in Fold."""

    def give(self, words: Linear) -> None:
        """As in Fold."""

    def graded(self) -> Graded:
        """As in Fold."""

    def learnt(self) -> Learnt:
        """As in Fold."""


class Elsewhere:
    """A fold that another process reads."""

    def __init__(self, number: int, corpora: Corpora, find: Finder) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_read, args=(number, corpora, find, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def lessons(self) -> tuple[Examples, list[str]]:
        """As in Fold."""
        told: tuple[Examples, list[str]] = self._linked(self._pipe.recv)
        return told

    def give(self, words: Linear) -> None:
        """As in Fold."""
        self._linked(lambda: self._pipe.send(words))

    def graded(self) -> Graded:
        """As in Fold."""
        told: Graded = self._linked(self._pipe.recv)
        return told

    def learnt(self) -> Learnt:
        """As in Fold."""
        told: Learnt = self._linked(self._pipe.recv)
        return told

    def _linked(self, do: Callable[[], Any]) -> Any:
        try:
            return do()
        except (EOFError, ConnectionError) as error:
            mend = "if memory is short, train with one process: tiltmeter train --jobs 1"
            raise CoderError("a process that helped with the training was stopped", mend=mend) from error

    def close(self) -> None:
        """End the process, whatever it does."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def _read(number: int, corpora: Corpora, find: Finder, pipe: Connection) -> None:
    """In the other process: a fold's lessons, its events once the words' classifier is there, and what all teaches."""
    fold = Fold(number, Desk(corpora, find))
    pipe.send(fold.lessons())
    fold.give(pipe.recv())
    pipe.send(fold.graded())
    pipe.send(fold.learnt())


def _judge(found: Sequence[Graded]) -> tuple[Linear, Trees, float]:
    """
    The classifier of whole events, the judge of evidence, and the threshold of the best F that keeps the empty empty.

    What the judge learns from, and what the threshold is set on, comes from folds that the one before has not seen.
    """
    rows = Examples()
    for one in found:
        rows.absorb(one.rows)
    if not len(rows):
        return blank(("no", "yes")), nothing(), 0.5
    evidence = np.vstack([one.table for one in found if len(one.table)])
    told = np.concatenate([one.labels for one in found])
    hits = (told >= 0).astype(np.float32)
    labels = ["yes" if hit else "no" for hit in hits]
    own_fold = np.array([fold_of(one.items[key[0]], WHOLE_FOLDS, b"whole") for one in found for key in one.keys])
    listed = ~np.concatenate([one.unlisted for one in found])
    for number in range(WHOLE_FOLDS):
        own = (own_fold == number) & listed
        scores = _train_whole(rows, labels, own_fold != number).scores(rows)
        evidence[own, WHOLE] = scores[own, 1] - scores[own, 0]
    odds = np.zeros(len(hits), dtype=np.float32)
    for number in range(2):
        own = own_fold % 2 == number
        odds[own] = grow(evidence[~own], hits[~own]).odds(evidence[own])
    threshold = round(1 / (1 + float(np.exp(-_bar(found, odds)))), 3)
    return _train_whole(rows, labels, None), grow(evidence, hits), threshold


def _bar(found: Sequence[Graded], odds: Floats) -> float:
    """The log odds from which on events have the best F, told twice or not; few of them in items without event."""
    events = [(n, *event) for n, one in enumerate(found) for event in zip(one.keys, one.labels, strict=True)]
    total = sum(one.missed for one in found)
    total += len({(number, key[0], label) for number, key, label in events if label >= 0})
    empty = sum(not item.labels for one in found for item in one.items)
    seen: set[tuple[int, tuple[int, str, str, str]]] = set()
    true = false = 0
    best, bar = 0.0, 0.0
    for count, n in enumerate(np.argsort(-odds, kind="stable").tolist()):
        number, key, label = events[n]
        if (number, key) in seen:
            continue
        seen.add((number, key))
        true += label >= 0
        false += not found[number].items[key[0]].labels
        if false > MOST_FALSE * empty:
            break
        score = (1 + BETA**2) * true / (len(seen) + BETA**2 * total)
        if score > best or count == 0:
            best, bar = score, float(odds[n])
    return bar


def _train_whole(rows: Examples, labels: Sequence[str], only: npt.NDArray[np.bool_] | None) -> Linear:
    return train(rows, labels, classes=("no", "yes"), only=only, rare=3, passes=6)


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
        **{f"added.{code}": text_array(deed_lines(added(found))) for code, found in coder.languages.items()},
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
