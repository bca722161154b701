"""How well a namer of roots names the roots of labelled pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.coder.classify import Asked
from tiltmeter.nouns import ROOTS

if TYPE_CHECKING:
    from tiltmeter.coder.classify import Namer
    from tiltmeter.coder.corpus import Item

BLOCK: Final = 200
"""Pairs named together."""

SURE: Final = 0.7
"""The most confident share whose accuracy is told apart."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Pairs asked of, the share named rightly, and that share among the most confident 70 %."""

    asked: int
    right: float
    surest: float

    def to_json(self) -> dict[str, Any]:
        """The three by name."""
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
    told: list[tuple[str, float, bool]] = []
    for place in range(0, len(pairs), BLOCK):
        block = pairs[place : place + BLOCK]
        for (asked, root), row in zip(block, namer.probabilities([asked for asked, _ in block]), strict=True):
            told.append((asked.language, float(row.max()), ROOTS[int(row.argmax())] == root))
    languages = sorted({language for language, _, _ in told})
    out = {code: _naming([one[1:] for one in told if one[0] == code]) for code in languages}
    return out | ({"all": _naming([one[1:] for one in told])} if told else {})


def _naming(told: Sequence[tuple[float, bool]]) -> Naming:
    return Naming(len(told), round(sum(hit for _, hit in told) / len(told), 4), surest(told))


def surest(told: Sequence[tuple[float, bool]], share: float = SURE) -> float:
    """
    Accuracy of the most confident share.

    >>> surest([(0.9, True), (0.8, True), (0.1, False)])
    1.0
    """
    best = sorted(told, key=lambda one: -one[0])[: max(1, round(share * len(told)))]
    return round(sum(hit for _, hit in best) / len(best), 4)
