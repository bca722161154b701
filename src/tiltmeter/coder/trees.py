"""Boosted trees over a table of numbers: the judge of an event's evidence, trained alike every time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]

BINS: Final = 48
"""Steps a column of the table is cut into."""
DEPTH: Final = 5
"""Questions from a tree's root to its leaf."""
TREES: Final = 160
SHRINK: Final = 0.07
"""Number of trees, and the share of its step that each takes."""
LEAST: Final = 4.0
"""Weight (sum of p (1 - p)) of a leaf at least."""
RIDGE: Final = 4.0
"""Pull of a leaf toward zero, in the same weight."""
SHARE: Final = 0.3
"""Share of the columns that a tree may ask."""


@dataclass(frozen=True)
class Trees:
    """
    Trained trees, all complete and of one depth.

    `columns` and `cuts`, shape (trees, 2 ** depth - 1), hold the question of each inner node ("is the
    column's number above the cut?"), `leaves`, shape (trees, 2 ** depth), the log odds added at each leaf.
    """

    columns: Ints
    cuts: Floats
    leaves: Floats
    start: float

    def odds(self, table: Floats) -> Floats:
        """Log odds of each row of a table, shape (rows,)."""
        if not len(table):
            return np.zeros(0, dtype=np.float32)
        trees = np.arange(len(self.columns))
        inner = self.columns.shape[1]
        rows = np.arange(len(table))[:, None]
        node = np.zeros((len(table), len(trees)), dtype=np.int32)
        for _ in range(int(np.log2(inner + 1))):
            above = table[rows, self.columns[trees, node]] > self.cuts[trees, node]
            node = 2 * node + 1 + above
        out = np.full(len(table), self.start, dtype=np.float32)
        # one after the other, so that the sum does not depend on how the rows are cut
        for steps in self.leaves[trees, node - inner].T:
            out += steps
        return out

    def arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """The trees as arrays to save, their keys beginning with `name`."""
        return {
            f"{name}.columns": self.columns,
            f"{name}.cuts": self.cuts,
            f"{name}.leaves": self.leaves,
            f"{name}.start": np.array([self.start]),
        }

    @classmethod
    def restored(cls, name: str, arrays: Any) -> Trees:
        """The inverse of `arrays`."""
        return cls(
            arrays[f"{name}.columns"],
            arrays[f"{name}.cuts"],
            arrays[f"{name}.leaves"],
            float(arrays[f"{name}.start"][0]),
        )


def grow(table: Floats, hits: Floats, *, trees: int = TREES) -> Trees:
    """
    Trees that tell the rows that hit from the others, by boosting the log loss.

    Args:
        table: Numbers of each row, shape (rows, columns).
        hits: 1 for a row that hits, else 0.
        trees: Number of trees.

    Source:
        Friedman 2001, "Greedy Function Approximation: A Gradient Boosting Machine", Annals of Statistics
        29(5), with the second-order gains of Chen and Guestrin 2016 and binned columns.
    """
    from tiltmeter.coder.descent import boost

    rows, columns = table.shape
    edges = [np.unique(np.quantile(table[:, c], np.linspace(0, 1, BINS + 1)[1:-1])) for c in range(columns)]
    binned = np.stack([np.searchsorted(edges[c], table[:, c], side="left") for c in range(columns)]).astype(np.uint8)
    rate = float(np.clip(hits.mean(), 1e-3, 1 - 1e-3)) if rows else 0.5
    start = float(np.log(rate / (1 - rate)))
    rng = np.random.default_rng(0)
    share = max(1, round(SHARE * columns))
    asked = np.zeros((trees, columns), dtype=np.bool_)
    for tree in range(trees):
        asked[tree, rng.permutation(columns)[:share]] = True
    chosen, bins, leaves = boost(
        binned, hits.astype(np.float32), asked, np.float32(start), DEPTH, BINS, SHRINK, LEAST, RIDGE
    )
    cuts = np.full(chosen.shape, np.inf, dtype=np.float32)
    for (tree, node), column in np.ndenumerate(chosen):
        if bins[tree, node] < len(edges[column]):
            cuts[tree, node] = edges[column][bins[tree, node]]
    return Trees(chosen, cuts, leaves, start)


def nothing() -> Trees:
    """Trees that know nothing: even odds."""
    return Trees(
        np.zeros((0, 1), dtype=np.int32), np.zeros((0, 1), dtype=np.float32), np.zeros((0, 2), np.float32), 0.0
    )
