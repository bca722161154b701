"""The compiled loop of the classifiers' training: gradient steps that shrink with use, one example at a time."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

FAINT = np.float32(2e-3)
"""A class whose probability is this near to the truth is not moved: most of the work, and none of the gain."""


@numba.njit(cache=True, fastmath=False, error_model="numpy")
def follow(
    columns: npt.NDArray[np.int32],
    pointer: npt.NDArray[np.int64],
    truth: npt.NDArray[np.int32],
    orders: npt.NDArray[np.int32],
    features: int,
    classes: int,
    rate: np.float32,
    smooth: np.float32,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """
    Weights and bias of a multinomial logistic regression over binary features: the mean of those after each pass.

    Args:
        columns: Features of all examples in a row, shape (nonzeros,).
        pointer: Where each example's begin, shape (examples + 1,).
        truth: Class of each example.
        orders: Order of the examples in each pass, shape (passes, examples).
        features: Number of features.
        classes: Number of classes.
        rate: Step of a feature seen for the first time.
        smooth: Added to the root of the summed squared gradients.

    Source:
        Duchi, Hazan and Singer 2011, "Adaptive Subgradient Methods for Online Learning
        and Stochastic Optimization", JMLR 12, the diagonal form without a proximal term; Polyak and
        Juditsky 1992 for the mean, "Acceleration of Stochastic Approximation by Averaging", SIAM 30(4).
    """
    # weight and squares of a feature lie side by side: one walk through memory for both
    state = np.zeros((features, 2, classes), dtype=np.float32)
    mean = np.zeros((features, classes), dtype=np.float32)
    bias = np.zeros(classes, dtype=np.float32)
    mean_bias = np.zeros(classes, dtype=np.float32)
    bias_squares = np.zeros(classes, dtype=np.float32)
    scores = np.empty(classes, dtype=np.float32)
    moved = np.empty(classes, dtype=np.int32)
    one = np.float32(1.0)
    for turn in range(orders.shape[0]):
        for place in range(orders.shape[1]):
            row = orders[turn, place]
            begin, end = pointer[row], pointer[row + 1]
            for k in range(classes):
                scores[k] = bias[k]
            for at in range(begin, end):
                column = columns[at]
                for k in range(classes):
                    scores[k] += state[column, 0, k]
            top = scores.max()
            total = np.float32(0.0)
            for k in range(classes):
                scores[k] = np.exp(scores[k] - top)
                total += scores[k]
            count = 0
            for k in range(classes):
                scores[k] = scores[k] / total
                if k == truth[row]:
                    scores[k] -= one
                if abs(scores[k]) > FAINT:
                    moved[count] = k
                    count += 1
                    bias_squares[k] += scores[k] * scores[k]
                    bias[k] -= np.float32(0.1) * scores[k] / (one + np.sqrt(bias_squares[k]))
            for at in range(begin, end):
                column = columns[at]
                for m in range(count):
                    k = moved[m]
                    gradient = scores[k]
                    new = state[column, 1, k] + gradient * gradient
                    state[column, 1, k] = new
                    state[column, 0, k] -= rate * gradient / (smooth + np.sqrt(new))
        mean += state[:, 0]
        mean_bias += bias
    turns = np.float32(orders.shape[0])
    return mean / turns, mean_bias / turns


@numba.njit(cache=True)
def boost(
    binned: npt.NDArray[np.uint8],
    hits: npt.NDArray[np.float32],
    asked: npt.NDArray[np.bool_],
    start: np.float32,
    depth: int,
    steps: int,
    shrink: float,
    least: float,
    ridge: float,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Columns, steps and leaves of boosted trees over a table cut into steps; `trees.grow` says what the rest is."""
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
                sums = np.zeros((wide, steps, 2), dtype=np.float64)
                for row in range(rows):
                    at = node[row] - base
                    sums[at, binned[column, row], 0] += pull[row]
                    sums[at, binned[column, row], 1] += weight[row]
                for at in range(wide):
                    all_pull, all_weight = sums[at, :, 0].sum(), sums[at, :, 1].sum()
                    whole = all_pull * all_pull / (all_weight + ridge)
                    left_pull, left_weight = 0.0, 0.0
                    for cut in range(steps):
                        left_pull += sums[at, cut, 0]
                        left_weight += sums[at, cut, 1]
                        right_pull, right_weight = all_pull - left_pull, all_weight - left_weight
                        if left_weight < least or right_weight < least:
                            continue
                        gain = (
                            left_pull * left_pull / (left_weight + ridge)
                            + right_pull * right_pull / (right_weight + ridge)
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
            leaves[tree, leaf] = shrink * pulls[leaf] / (weights[leaf] + ridge)
        for row in range(rows):
            odds[row] += leaves[tree, node[row] - inner]
    return chosen, bins, leaves
