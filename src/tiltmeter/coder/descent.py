"""The compiled loop of the classifiers' training: follow the regularised leader, one example at a time."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt


@numba.njit(cache=True, fastmath=False)
def follow(
    columns: npt.NDArray[np.int32],
    pointer: npt.NDArray[np.int64],
    truth: npt.NDArray[np.int32],
    orders: npt.NDArray[np.int32],
    features: int,
    classes: int,
    rate: float,
    smooth: float,
    ridge: float,
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
        ridge: Pull toward zero.

    Source:
        McMahan et al. 2013, "Ad Click Prediction: a View from the Trenches", KDD,
        algorithm 1, without the L1 term and for several classes at once.
    """
    lead = np.zeros((features, classes), dtype=np.float32)
    squares = np.zeros((features, classes), dtype=np.float32)
    bias = np.zeros(classes, dtype=np.float32)
    bias_squares = np.zeros(classes, dtype=np.float32)
    scores = np.empty(classes, dtype=np.float32)
    for turn in range(orders.shape[0]):
        for place in range(orders.shape[1]):
            row = orders[turn, place]
            begin, end = pointer[row], pointer[row + 1]
            for k in range(classes):
                scores[k] = bias[k]
            for at in range(begin, end):
                column = columns[at]
                for k in range(classes):
                    scores[k] -= lead[column, k] / ((smooth + np.sqrt(squares[column, k])) / rate + ridge)
            top = scores.max()
            total = np.float32(0.0)
            for k in range(classes):
                scores[k] = np.exp(scores[k] - top)
                total += scores[k]
            for k in range(classes):
                scores[k] = scores[k] / total - (1.0 if k == truth[row] else 0.0)
                bias_squares[k] += scores[k] * scores[k]
                bias[k] -= 0.1 * scores[k] / (1.0 + np.sqrt(bias_squares[k]))
            for at in range(begin, end):
                column = columns[at]
                for k in range(classes):
                    gradient = scores[k]
                    old = squares[column, k]
                    new = old + gradient * gradient
                    weight = -lead[column, k] / ((smooth + np.sqrt(old)) / rate + ridge)
                    lead[column, k] += gradient - (np.sqrt(new) - np.sqrt(old)) / rate * weight
                    squares[column, k] = new
    weights = np.empty((features, classes), dtype=np.float32)
    for column in range(features):
        for k in range(classes):
            weights[column, k] = -lead[column, k] / ((smooth + np.sqrt(squares[column, k])) / rate + ridge)
    return weights, bias
