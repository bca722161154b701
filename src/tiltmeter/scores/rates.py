"""Precision, recall, F1 and false events, each with an interval from resampled sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

DRAWS: Final = 1_000
"""Resamples behind an interval."""

CELLS: Final = 4_000_000
"""Weights held at once: a large set is resampled in parts."""

COUNTS: Final = ("sentences", "labelled", "found", "right", "empty", "false")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 90 % interval; all None where there is nothing to take it of."""

    value: float | None
    q05: float | None = None
    q95: float | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """
    Counts of a group of sentences, and what follows from them.

    `labelled`, `found` and `right` count events; `empty` sentences without one, `false` the events
    made up for those. `false_per_100` is per hundred of them.
    """

    sentences: int
    labelled: int
    found: int
    right: int
    empty: int
    false: int
    precision: Rate
    recall: Rate
    f1: Rate
    false_per_100: Rate

    def to_json(self) -> dict[str, Any]:
        """The counts and rates by name."""
        return asdict(self)


Rows = Sequence[tuple[str, Sequence[int]]]
"""The counts, in the order of COUNTS, that each sentence adds to a group, with the sentence's id."""


def rates(groups: Mapping[str, Rows], *, seed: int = 0, draws: int = DRAWS) -> dict[str, Rates]:
    """
    The rates of groups of sentences.

    Intervals are a bootstrap over ids: translations of one another are drawn together.

    Args:
        groups: The counts of each group's sentences.
        seed: Of the resampling; the same one gives the same intervals.
        draws: Resamples.

    >>> rates({"all": [("a-1", (1, 1, 1, 1, 0, 0)), ("a-2", (1, 1, 1, 0, 0, 0))]})["all"].precision.value
    0.5
    """
    ids = {name: place for place, name in enumerate(sorted({one for rows in groups.values() for one, _ in rows}))}
    table = np.zeros((len(ids), len(groups), len(COUNTS)))
    for number, rows in enumerate(groups.values()):
        for name, counts in rows:
            table[ids[name], number] += counts
    flat = table.reshape(len(ids), -1)
    drawn = [(weights @ flat).reshape(-1, len(groups), len(COUNTS)) for weights in _weights(len(ids), seed, draws)]
    resampled = np.concatenate(drawn) if drawn else np.zeros((0, len(groups), len(COUNTS)))
    totals = table.sum(axis=0)
    return {name: _rates(totals[number], resampled[:, number]) for number, name in enumerate(groups)}


def _weights(size: int, seed: int, draws: int) -> Iterator[Floats]:
    rng = np.random.default_rng(seed)
    part = max(1, CELLS // max(1, size))
    for begin in range(0, draws if size else 0, part):
        count = min(part, draws - begin)
        yield rng.multinomial(size, np.full(size, 1 / size), size=count).astype(np.float64)


def _rates(total: Floats, drawn: Floats) -> Rates:
    whole, parts = _shares(total[None]), _shares(drawn)
    counts = dict(zip(COUNTS, map(int, total), strict=True))
    return Rates(**counts, **{name: _rate(float(whole[name][0]), parts[name]) for name in whole})  # type: ignore[arg-type]


def _shares(counts: Floats) -> dict[str, Floats]:
    """The four rates of rows of counts; nan where there is nothing to take them of."""
    _, labelled, found, right, empty, false = counts.T
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "precision": right / found,
            "recall": right / labelled,
            "f1": np.where(labelled > 0, 2 * right / (found + labelled), np.nan),
            "false_per_100": 100 * false / empty,
        }


def _rate(value: float, drawn: Floats) -> Rate:
    if np.isnan(value):
        return Rate(None)
    q05, q95 = np.nanquantile(drawn, [0.05, 0.95]) if len(drawn) else (value, value)
    return Rate(round(value, 4), round(float(q05), 4), round(float(q95), 4))
