"""Boosted trees over a table of numbers: the judge of an event's evidence, trained alike every time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numba
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
SHARE: Final = 0.5
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
        return _answer(table, self.columns, self.cuts, self.leaves, np.float32(self.start))

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
    chosen, bins, leaves = _boost(binned, hits.astype(np.float32), asked, np.float32(start), DEPTH)
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


@numba.njit(cache=True)
def _answer(table: Floats, columns: Ints, cuts: Floats, leaves: Floats, start: np.float32) -> Floats:
    out = np.full(table.shape[0], start, dtype=np.float32)
    inner = columns.shape[1]
    for row in range(table.shape[0]):
        for tree in range(columns.shape[0]):
            node = 0
            while node < inner:
                node = 2 * node + (2 if table[row, columns[tree, node]] > cuts[tree, node] else 1)
            out[row] += leaves[tree, node - inner]
    return out


@numba.njit(cache=True)
def _boost(
    binned: Bytes, hits: Floats, asked: npt.NDArray[np.bool_], start: np.float32, depth: int
) -> tuple[Ints, Ints, Floats]:
    trees, columns = asked.shape
    rows = binned.shape[1]
    inner = 2**depth - 1
    chosen = np.zeros((trees, inner), dtype=np.int32)
    bins = np.full((trees, inner), 255, dtype=np.int32)
    leaves = np.zeros((trees, inner + 1), dtype=np.float32)
    odds = np.full(rows, start, dtype=np.float32)
    pull = np.empty(rows, dtype=np.float32)
    weight = np.empty(rows, dtype=np.float32)
    node = np.empty(rows, dtype=np.int32)
    for tree in range(trees):
        for row in range(rows):
            chance = 1 / (1 + np.exp(-odds[row]))
            pull[row] = hits[row] - chance
            weight[row] = chance * (1 - chance)
            node[row] = 0
        for level in range(depth):
            base, wide = 2**level - 1, 2**level
            best = np.zeros(wide, dtype=np.float64)
            for column in range(columns):
                if not asked[tree, column]:
                    continue
                sums = np.zeros((wide, BINS, 2), dtype=np.float64)
                for row in range(rows):
                    at = node[row] - base
                    sums[at, binned[column, row], 0] += pull[row]
                    sums[at, binned[column, row], 1] += weight[row]
                for at in range(wide):
                    all_pull, all_weight = sums[at, :, 0].sum(), sums[at, :, 1].sum()
                    whole = all_pull * all_pull / (all_weight + RIDGE)
                    left_pull, left_weight = 0.0, 0.0
                    for cut in range(BINS):
                        left_pull += sums[at, cut, 0]
                        left_weight += sums[at, cut, 1]
                        right_pull, right_weight = all_pull - left_pull, all_weight - left_weight
                        if left_weight < LEAST or right_weight < LEAST:
                            continue
                        gain = (
                            left_pull * left_pull / (left_weight + RIDGE)
                            + right_pull * right_pull / (right_weight + RIDGE)
                            - whole
                        )
                        if gain > best[at] + 1e-9:
                            best[at] = gain
                            chosen[tree, base + at] = column
                            bins[tree, base + at] = cut
            for row in range(rows):
                at = node[row]
                node[row] = 2 * at + (2 if binned[chosen[tree, at], row] > bins[tree, at] else 1)
        pulls = np.zeros(inner + 1, dtype=np.float64)
        weights = np.zeros(inner + 1, dtype=np.float64)
        for row in range(rows):
            pulls[node[row] - inner] += pull[row]
            weights[node[row] - inner] += weight[row]
        for leaf in range(inner + 1):
            leaves[tree, leaf] = SHRINK * pulls[leaf] / (weights[leaf] + RIDGE)
        for row in range(rows):
            odds[row] += leaves[tree, node[row] - inner]
    return chosen, bins, leaves
