"""How well a namer of roots names the roots of labelled pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.coder.classify import Asked
from tiltmeter.nouns import QUAD, ROOTS

if TYPE_CHECKING:
    from tiltmeter.coder.classify import Namer
    from tiltmeter.coder.corpus import Item

BLOCK: Final = 200
"""Pairs named together."""

SURE: Final = 0.7
"""The most confident share whose accuracy is told apart."""


@dataclass(frozen=True, slots=True)
class Naming:
    """
    Pairs asked of, the share named rightly, and that share among the most confident 70 %.

    `root`, `quad` and `binary` (cooperation or conflict) are macro-F1.
    """

    asked: int
    right: float
    surest: float
    root: float
    quad: float
    binary: float

    def to_json(self) -> dict[str, Any]:
        """The figures by name."""
        return asdict(self)


def named(namer: Namer, items: Sequence[Item]) -> dict[str, Naming]:
    """
    How the roots of labelled pairs are named, by language and for all (`all`).

    Asked is every label both sides of which stand in the text; a language without one is left out.
    """
    pairs = [
        (Asked(item.text, item.language, label.giver_span, label.taker_span), label.root)
        for item in items
        for label in item.labels
        if label.giver_span and label.taker_span and label.giver_span != label.taker_span
    ]
    told: list[tuple[str, str, str, float]] = []
    for place in range(0, len(pairs), BLOCK):
        block = pairs[place : place + BLOCK]
        for (asked, root), row in zip(block, namer.probabilities([asked for asked, _ in block]), strict=True):
            told.append((asked.language, root, ROOTS[int(row.argmax())], float(row.max())))
    languages = sorted({language for language, *_ in told})
    out = {code: naming([one[1:] for one in told if one[0] == code]) for code in languages}
    return out | ({"all": naming([one[1:] for one in told])} if told else {})


def naming(told: Sequence[tuple[str, str, float]]) -> Naming:
    """The figures of pairs: of each its root, the root it was given, and with what probability."""
    truth, said = [one[0] for one in told], [one[1] for one in told]
    hits = [(one[2], one[0] == one[1]) for one in told]
    quads = [[QUAD[root] for root in roots] for roots in (truth, said)]
    sides = [[quad <= 2 for quad in one] for one in quads]
    f1 = (round(macro_f1(*pair), 4) for pair in ((truth, said), quads, sides))
    return Naming(len(told), round(sum(hit for _, hit in hits) / len(told), 4), surest(hits), *f1)


def macro_f1(truth: Sequence[object], said: Sequence[object]) -> float:
    """
    Plain mean of F1 over the classes that occur in the truth.

    >>> macro_f1(["AID", "AID", "YIELD"], ["AID", "YIELD", "YIELD"])
    0.6666666666666666
    """
    scores = []
    for one in sorted(set(truth), key=str):
        both = sum(t == s == one for t, s in zip(truth, said, strict=True))
        scores.append(2 * both / (truth.count(one) + said.count(one)))
    return sum(scores) / len(scores)


def surest(told: Sequence[tuple[float, bool]], share: float = SURE) -> float:
    """
    Accuracy of the most confident share.

    >>> surest([(0.9, True), (0.8, True), (0.1, False)])
    1.0
    """
    best = sorted(told, key=lambda one: -one[0])[: max(1, round(share * len(told)))]
    return round(sum(hit for _, hit in best) / len(best), 4)
