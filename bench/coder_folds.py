"""
Scores of the coder by cross-validation on its training items; held-back items are never read.

    python bench/coder_folds.py [--folds 4] [--only 1] [en de fr ru]

Each fold trains a coder on the other folds and scores it on its own: exact events (sides and root, found with the
real actor finder), false events in a hundred sentences without event, and the root of a pair whose names are given.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tiltmeter.coder import build, corpus
from tiltmeter.coder.classify import Asked
from tiltmeter.coder.corpus import Item
from tiltmeter.coder.folds import same
from tiltmeter.coder.train import gold
from tiltmeter.coder.trained import finder
from tiltmeter.nouns import ROOTS


def fold(item: Item, folds: int) -> int:
    """The fold of an item; translations share one."""
    return int.from_bytes(hashlib.sha256(b"bench" + item.id.encode()).digest()[:4], "big") % folds


@dataclass
class Score:
    """Counts of one language or of all: events right, found and labelled; sentences without event; roots told."""

    right: int = 0
    found: int = 0
    labelled: int = 0
    empty: int = 0
    false_in_empty: int = 0
    roots: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Count another's sentences too."""
        self.right += other.right
        self.found += other.found
        self.labelled += other.labelled
        self.empty += other.empty
        self.false_in_empty += other.false_in_empty
        self.roots += other.roots

    def line(self) -> str:
        """The figures in one line."""
        precision, recall = self.right / max(self.found, 1), self.right / max(self.labelled, 1)
        f1 = 2 * self.right / max(self.found + self.labelled, 1)
        accuracy = sum(true == told for true, told in self.roots) / max(len(self.roots), 1)
        return (
            f"F1 {f1:.3f} (P {precision:.3f} R {recall:.3f})  false in 100 empty "
            f"{100 * self.false_in_empty / max(self.empty, 1):4.1f}  root accuracy {accuracy:.3f} "
            f"macro F1 {macro(self.roots):.3f}  ({self.labelled} events, {self.empty} empty)"
        )


def macro(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean over the roots of their F1, given true and told root of each pair."""
    hit = Counter(true for true, told in pairs if true == told)
    both = Counter(true for true, _ in pairs) + Counter(told for _, told in pairs)
    return sum(2 * hit[root] / both[root] for root in ROOTS if both[root]) / len(ROOTS)


def scored(bundle: build.Bundle, items: Sequence[Item]) -> Score:
    """Score of a coder on items it has not seen."""
    coder, namer = bundle
    score = Score()
    coded = coder.code_all([(item.text, item.language, item.date) for item in items])
    for item, told in zip(items, coded, strict=True):
        labels = gold(item)
        # two events that match one label count once as right
        score.right += sum(
            any(same(e.giver, e.taker, e.root, one.giver, one.taker, one.root) for e in told.events) for one in labels
        )
        score.found += len(told.events)
        score.labelled += len(labels)
        if not item.labels:
            score.empty += 1
            score.false_in_empty += len(told.events)
    asked = [
        (label.root, Asked(item.text, item.language, label.giver_span, label.taker_span))
        for item in items
        for label in item.labels
    ]
    chances = namer.probabilities([one for _, one in asked])
    score.roots = [(root, ROOTS[int(row.argmax())]) for (root, _), row in zip(asked, chances, strict=True)]
    return score


def main() -> None:
    """Train and score fold by fold; a line for each language, and one for all."""
    parser = argparse.ArgumentParser(description="Scores of the coder by cross-validation on its training items.")
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--only", type=int, help="score this many folds only")
    parser.add_argument("languages", nargs="*", default=["en", "de", "fr", "ru"])
    told = parser.parse_args()
    corpora = {code: [item for item in corpus.items(code) if not item.held_back] for code in told.languages}
    by_language = {code: Score() for code in corpora}
    for number in range(told.only or told.folds):
        start = time.process_time()
        seen = {code: [i for i in items if fold(i, told.folds) != number] for code, items in corpora.items()}
        bundle = build.build(seen, finder)
        sys.stdout.write(f"fold {number}: trained in {time.process_time() - start:.0f} s")
        start = time.process_time()
        for code, items in corpora.items():
            by_language[code].add(scored(bundle, [i for i in items if fold(i, told.folds) == number]))
        sys.stdout.write(f", scored in {time.process_time() - start:.0f} s, threshold {bundle[0].threshold}\n")
    total = Score()
    for code, score in by_language.items():
        total.add(score)
        sys.stdout.write(f"{code:3} {score.line()}\n")
    sys.stdout.write(f"all {total.line()}\n")


if __name__ == "__main__":
    main()
