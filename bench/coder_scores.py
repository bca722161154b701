"""
Scores of the trained coder on its held-back sentences, and of `classify` on a yardstick beside the checkout.

`make scores` writes the table into docs/scores.md; `python bench/coder_scores.py --print` only prints it.
The yardstick's sentences are coded and compared by machine; nobody reads them, and nothing is learnt from them.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tiltmeter.coder import load
from tiltmeter.coder.build import Bundle, same
from tiltmeter.coder.classify import Asked, find
from tiltmeter.coder.coder import Coder, Told
from tiltmeter.coder.corpus import Item, Label, items
from tiltmeter.coder.train import gold
from tiltmeter.coder.trained import digest
from tiltmeter.nouns import QUAD, ROOTS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "scores.md"
DATA = Path(os.environ.get("TILTMETER_DATA") or ROOT.parent / "shared" / "data")
YARDSTICK = DATA / "gold" / "plv_train.tsv"
SCORES, LOG = ("<!-- made: scores -->\n", "<!-- end -->"), ("<!-- log -->\n", "<!-- end log -->")
BLOCK = 200


@dataclass
class Tally:
    """Counts of one language."""

    sentences: int = 0
    found: int = 0
    right: int = 0
    gold: int = 0
    empty: int = 0
    false: int = 0
    named: int = 0
    asked: int = 0

    def row(self, name: str) -> str:
        """The counts as a line of the page's table."""
        precision, recall = _ratio(self.right, self.found), _ratio(self.right, self.gold)
        both = precision + recall
        f1 = 2 * precision * recall / both if both else 0.0
        return (
            f"| {name} | {self.sentences:,} | {self.gold:,} | {precision:.3f} | {recall:.3f} | {f1:.3f} | "
            f"{100 * _ratio(self.false, self.empty):.1f} | {_ratio(self.named, self.asked):.3f} |\n"
        )

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def matched(found: Sequence[Told], labels: Sequence[Label]) -> list[bool]:
    """Whether each event is a label; a label is matched once."""
    left = list(labels)
    out = []
    for event in sorted(found, key=lambda one: -one.confidence):
        key = (event.giver, event.taker, event.root)
        hit = next((one for one in left if same(*key, one.giver, one.taker, one.root)), None)
        if hit is not None:
            left.remove(hit)
        out.append(hit is not None)
    return out


def counted(found: Sequence[Told], labels: Sequence[Label]) -> tuple[list[Told], list[Label]]:
    """Events and labels that count: background, told or labelled so, does neither good nor harm."""
    past = [label for label in labels if label.background]
    events = [
        event
        for event in found
        if not event.background
        and not any(same(event.giver, event.taker, event.root, p.giver, p.taker, p.root) for p in past)
    ]
    return events, [label for label in labels if not label.background]


def coded(coder: Coder, held: Sequence[Item], *, every: bool = False) -> Iterator[tuple[Item, Sequence[Told]]]:
    """Each item with its events; `every` takes those under the threshold too."""
    for place in range(0, len(held), BLOCK):
        block = held[place : place + BLOCK]
        answers = coder.code_all([(item.text, item.language, item.date) for item in block], all_events=every)
        for item, answer in zip(block, answers, strict=True):
            yield item, answer.events


def events(coder: Coder, held: Sequence[Item]) -> Tally:
    """Exact events of one language's held-back items: giver, taker and root."""
    tally = Tally(sentences=len(held))
    for item, told in coded(coder, held):
        found, labels = counted(told, gold(item))
        hits = matched(found, labels)
        tally.found += len(hits)
        tally.right += sum(hits)
        tally.gold += len(labels)
        if not item.labels:
            tally.empty += 1
            tally.false += len(told)
    return tally


def named(bundle: Bundle, held: Sequence[Item]) -> list[tuple[float, bool]]:
    """Probability of the root named for each labelled pair, and whether it is right."""
    pairs = [
        (Asked(item.text, item.language, label.giver_span, label.taker_span), label.root)
        for item in held
        for label in item.labels
        if label.giver_span and label.taker_span and label.giver_span != label.taker_span
    ]
    out: list[tuple[float, bool]] = []
    for place in range(0, len(pairs), BLOCK):
        block = pairs[place : place + BLOCK]
        table = bundle[1].probabilities([asked for asked, _ in block])
        out += [
            (float(row.max()), ROOTS[int(row.argmax())] == root) for (_, root), row in zip(block, table, strict=True)
        ]
    return out


def calibration(coder: Coder, held: Sequence[Item]) -> str:
    """How many of the events given a confidence are right, by tenths; those under the threshold too."""
    told: list[tuple[float, bool]] = []
    for item, found in coded(coder, held, every=True):
        kept, labels = counted(found, gold(item))
        order = sorted(kept, key=lambda one: -one.confidence)
        told += zip((one.confidence for one in order), matched(order, labels), strict=True)
    out = "| confidence | events | mean confidence | right |\n|---|---|---|---|\n"
    for low in range(10):
        own = [(c, hit) for c, hit in told if min(int(10 * c), 9) == low]
        if own:
            mean, right = (sum(column) / len(own) for column in zip(*own, strict=True))
            out += f"| {low / 10:.1f}–{(low + 1) / 10:.1f} | {len(own):,} | {mean:.2f} | {right:.2f} |\n"
    return out


def surest(told: Sequence[tuple[float, bool]], share: float = 0.7) -> float:
    """Accuracy of the most confident share."""
    best = sorted(told, key=lambda one: -one[0])[: max(1, round(share * len(told)))]
    return sum(hit for _, hit in best) / len(best)


def macro_f1(truth: Sequence[object], said: Sequence[object]) -> float:
    """Plain mean of F1 over the classes that occur in the truth."""
    scores = []
    for one in sorted(set(truth), key=str):
        both = sum(t == s == one for t, s in zip(truth, said, strict=True))
        scores.append(2 * both / (truth.count(one) + said.count(one)))
    return float(np.mean(scores))


def yardstick(bundle: Bundle, path: Path) -> tuple[str, str]:
    """Macro-F1 of `classify` on a table of sentence, source, target, root: for the page, and short for its log."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    asked = [
        Asked(r["sentence"], "en", find(r["sentence"], r["source"]), find(r["sentence"], r["target"])) for r in rows
    ]
    asked = [Asked(a.text, a.language, a.source, a.target if a.target != a.source else None) for a in asked]
    table = np.concatenate([bundle[1].probabilities(asked[n : n + BLOCK]) for n in range(0, len(asked), BLOCK)])
    said = [ROOTS[int(place)] for place in table.argmax(axis=1)]
    truth = [row["root"].upper() for row in rows]
    if strange := set(truth) - set(ROOTS):
        raise SystemExit(f"{path}: roots we do not have: {sorted(strange)}")
    quads = [[QUAD[root] for root in roots] for roots in (truth, said)]
    binary = [[quad <= 2 for quad in one] for one in quads]
    scores = [100 * macro_f1(truth, said), 100 * macro_f1(*quads), 100 * macro_f1(*binary)]
    best = 100 * surest([(float(p), t == s) for p, t, s in zip(table.max(axis=1), truth, said, strict=True)])
    cells = " | ".join(f"{score:.1f}" for score in scores)
    return f"| tiltmeter | {cells} | {best:.1f} |\n", " / ".join(f"{score:.1f}" for score in scores)


def page_block(bundle: Bundle) -> tuple[str, str]:
    """The page's block, and the run's line in its log."""
    began = time.perf_counter()
    total = Tally()
    all_named: list[tuple[float, bool]] = []
    held_all: list[Item] = []
    rows = ""
    for language in sorted(bundle[0].languages):
        held = [item for item in items(language) if item.held_back]
        pairs = named(bundle, held)
        tally = events(bundle[0], held)
        tally.named, tally.asked = sum(hit for _, hit in pairs), len(pairs)
        rows += tally.row(language)
        total, all_named, held_all = total + tally, all_named + pairs, held_all + held
    today, command = dt.datetime.now().date(), "`python bench/coder_scores.py`"
    text = f"{today}, {command}, coder `{digest()[:12]}`, threshold {bundle[0].threshold:.3f}.\n\n"
    text += "| language | sentences | events | precision | recall | F1 | false per 100 without | classify |\n"
    text += f"|---|---|---|---|---|---|---|---|\n{rows}{total.row('all')}\n"
    text += f"The most confident 70 % of `classify`: {100 * surest(all_named):.1f} % right.\n\n"
    text += f"{calibration(bundle[0], held_all)}"
    log = f"- {today}, {command}, coder `{digest()[:12]}`: F1 {_f1(total):.3f}"
    if YARDSTICK.is_file():
        line, short = yardstick(bundle, YARDSTICK)
        text += "\n`classify` on the yardstick, macro-F1 in percent:\n\n"
        text += f"| | root | quad | binary | accuracy of the surest 70 % |\n|---|---|---|---|---|\n{line}"
        log += f", yardstick {short}"
    return text, f"{log} ({time.perf_counter() - began:.0f} s)\n"


def _f1(tally: Tally) -> float:
    return 2 * _ratio(tally.right, tally.found + tally.gold)


def main() -> None:
    """Score, print, and write the page unless told to print only."""
    text, line = page_block(load())
    sys.stdout.write(f"{text}\n{line}")
    if "--print" in sys.argv[1:]:
        return
    page = PAGE.read_text("utf-8")
    head, rest = page.split(SCORES[0], 1)
    page = head + SCORES[0] + text + SCORES[1] + rest.split(SCORES[1], 1)[1]
    head, rest = page.split(LOG[1], 1)
    PAGE.write_text(head + line + LOG[1] + rest, encoding="utf-8")


if __name__ == "__main__":
    main()
