"""The board: scores by language, root and phenomenon, the calibration, and where reader and labels differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.nouns import ROOTS
from tiltmeter.scores.judged import Judged
from tiltmeter.scores.rates import Rates, Rows, rates

if TYPE_CHECKING:
    from tiltmeter.coder.coder import Told
    from tiltmeter.coder.corpus import Label

FEWEST: Final = 20
"""Sentences that a phenomenon must have: fewer tell nothing."""


@dataclass(frozen=True, slots=True)
class Tenth:
    """Events of one tenth of confidence: how many, their mean confidence, and the share that is right."""

    low: float
    events: int
    mean: float
    right: float


@dataclass(frozen=True, slots=True)
class Detail:
    """Of right events: how many have the detail, by the reader or the label, and the share in which both agree."""

    events: int
    right: float


@dataclass(frozen=True, slots=True)
class Board:
    """
    A reader's scores on a set.

    `phenomena` are the tags of the sentences (`denial`, `passive` …) that stand at FEWEST of them or more;
    `details` the mode, date and speaker of right events.
    """

    whole: Rates
    languages: dict[str, Rates]
    roots: dict[str, Rates]
    phenomena: dict[str, Rates]
    calibration: tuple[Tenth, ...]
    details: dict[str, Detail]

    def to_json(self) -> dict[str, Any]:
        """The board as JSON has it."""
        groups = {
            name: {key: one.to_json() for key, one in getattr(self, name).items()}
            for name in ("languages", "roots", "phenomena")
        }
        return {
            "all": self.whole.to_json(),
            **groups,
            "calibration": [asdict(one) for one in self.calibration],
            "details": {name: asdict(one) for name, one in self.details.items()},
        }


def scored(judged: Sequence[Judged], *, seed: int = 0) -> Board:
    """
    The scores of judged sentences, with 90 % intervals.

    Args:
        judged: What a reader made of labelled sentences.
        seed: Of the resampling behind the intervals.
    """
    tags = Counter(tag for one in judged for tag in set(one.item.tags))
    languages = sorted({one.item.language for one in judged})
    common = [tag for tag, count in sorted(tags.items(), key=lambda pair: (-pair[1], pair[0])) if count >= FEWEST]
    groups: dict[str, Rows] = {"": _rows(judged)}
    groups |= {f"l {code}": _rows([one for one in judged if one.item.language == code]) for code in languages}
    groups |= {f"r {root}": _of_root(judged, root) for root in ROOTS}
    groups |= {f"t {tag}": _rows([one for one in judged if tag in one.item.tags]) for tag in common}
    found = rates(groups, seed=seed)
    own, roots, phenomena = (
        {key[2:]: one for key, one in found.items() if key[:2] == kind} for kind in ("l ", "r ", "t ")
    )
    return Board(found[""], own, roots, phenomena, calibration(judged), details(judged))


def _rows(judged: Sequence[Judged]) -> Rows:
    return [
        (
            one.item.id,
            (1, sum(one.right) + len(one.missed), len(one.told), sum(one.right), not one.item.labels, one.made_up),
        )
        for one in judged
    ]


def _of_root(judged: Sequence[Judged], root: str) -> Rows:
    """Counts of one root; the sentences are those in which it is labelled or told, and none counts as empty."""
    out = []
    for one in judged:
        hits = [hit for event, hit in zip(one.told, one.right, strict=True) if event.root == root]
        missed = sum(label.root == root for label in one.missed)
        if hits or missed:
            out.append((one.item.id, (1, sum(hits) + missed, len(hits), sum(hits), 0, 0)))
    return out


def calibration(judged: Sequence[Judged]) -> tuple[Tenth, ...]:
    """How many of the events given a confidence are right, by tenths; those under the threshold too."""
    told = [pair for one in judged for pair in one.sure]
    out = []
    for low in range(10):
        own = [(sure, hit) for sure, hit in told if min(int(10 * sure), 9) == low]
        if own:
            mean, right = (round(sum(column) / len(own), 4) for column in zip(*own, strict=True))
            out.append(Tenth(low / 10, len(own), mean, right))
    return tuple(out)


def details(judged: Sequence[Judged]) -> dict[str, Detail]:
    """Mode, date and speaker of right events; a detail that no event has is left out."""
    told: dict[str, list[bool]] = {}
    for one in judged:
        for event in one.details:
            for name, right in event.items():
                if right is not None:
                    told.setdefault(name, []).append(right)
    return {name: Detail(len(hits), round(sum(hits) / len(hits), 4)) for name, hits in told.items()}


def differing(judged: Sequence[Judged]) -> list[Judged]:
    """The sentences in which reader and labels differ: the most differences first, then the surest errors."""

    def weight(one: Judged) -> tuple[float, float]:
        wrong = [event.confidence for event, hit in zip(one.told, one.right, strict=True) if not hit]
        return -(len(wrong) + len(one.missed)), -max(wrong, default=0.0)

    return sorted((one for one in judged if one.missed or not all(one.right)), key=weight)


def difference(one: Judged) -> dict[str, Any]:
    """What differs in a sentence, as JSON has it."""
    wrong = [event for event, hit in zip(one.told, one.right, strict=True) if not hit]
    return {
        "id": one.item.id,
        "language": one.item.language,
        "where": one.item.where,
        "text": one.item.text,
        "missed": [_event(label, one.item.text, label.deed) for label in one.missed],
        "wrong": [
            _event(event, one.item.text, event.span) | {"confidence": round(event.confidence, 4)} for event in wrong
        ],
    }


def _event(one: Told | Label, text: str, words: tuple[int, int]) -> dict[str, Any]:
    return {"source": one.giver, "target": one.taker, "root": one.root, "words": text[slice(*words)]}
