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
    Weights and bias of a multinomial logistic regression over binary features.

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
        and Stochastic Optimization", JMLR 12, the diagonal form without a proximal term.
    """
    # weight and squares of a feature lie side by side: one walk through memory for both
    state = np.zeros((features, 2, classes), dtype=np.float32)
    bias = np.zeros(classes, dtype=np.float32)
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
    return state[:, 0].copy(), bias
