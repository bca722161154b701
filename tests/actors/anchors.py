"""Scores find() against the coder's labelled sentences: `python -m tests.actors.anchors en de ... [--show N]`.

An anchor is found when a mention over it has the label's code, or `XXX-CIV` where the label has
`XXX`: the coder makes civilians who face a foreign side the state. Held-back sentences are not read.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tiltmeter.actors import find
from tiltmeter.coder.corpus import UNPLACED, Item, Span, items

LANGUAGES = ("en", "de", "fr", "ru", "es", "uk", "tr")


@dataclass
class Score:
    """How many anchors were asked for and found; the others by code, anchor and what was found there."""

    wanted: int = 0
    found: int = 0
    coded: int = 0
    missed: list[tuple[str, str, str, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the anchors that have a mention with the right code."""
        return self.found / self.wanted

    @property
    def precision(self) -> float:
        """Share of the anchors under a mention with a code whose code is right."""
        return self.found / self.coded


def anchors(item: Item) -> Iterator[tuple[str, Span]]:
    """Code and span of each side an item names, once."""
    sides = [side for one in item.labels for side in ((one.giver, one.giver_span), (one.taker, one.taker_span))]
    for code, span in dict.fromkeys(sides):
        if span is not None and code not in UNPLACED:
            yield code, span


def score(language: str, *, every: int = 1) -> Score:
    """Scores find() on the training items of a language, or on one of `every` so many."""
    total = Score()
    for item in [item for item in items(language) if not item.held_back][::every]:
        mentions = find(item.text, language=language, on=item.date)
        for code, (start, end) in anchors(item):
            codes = sorted({str(one.code) for one in mentions if one.start < end and start < one.end})
            total.wanted += 1
            total.coded += any(one != "None" for one in codes)
            if code in codes or f"{code}-CIV" in codes:
                total.found += 1
            else:
                total.missed.append((code, item.text[start:end], " ".join(codes), f"{item.id}: {item.text}"))
    return total


def main() -> None:
    """Prints a line per language, and the commonest misses or all of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("languages", nargs="*", default=LANGUAGES, metavar="LANG")
    parser.add_argument("--show", type=int, default=0, help="print this many misses with their sentences")
    asked = parser.parse_args()
    for language in asked.languages:
        total = score(language)
        lines = [f"{language}: recall {total.recall:.4f} of {total.wanted}, precision {total.precision:.4f}"]
        common = Counter((code, anchor, codes) for code, anchor, codes, _ in total.missed)
        lines += [f"  {count} {' | '.join(miss)}" for miss, count in common.most_common(12) if count > 1]
        lines += [" | ".join(miss) for miss in total.missed[: asked.show]]
        print("\n".join(lines))  # noqa: T201 (a command's output)


if __name__ == "__main__":
    main()
