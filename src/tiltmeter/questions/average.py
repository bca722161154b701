"""Means that leave out what is not there: states off the calendar are nan in a tilt's paths."""

from __future__ import annotations

import numpy as np

from tiltmeter.model.arrays import Floats


def mean(values: Floats, *, axis: int) -> Floats:
    """
    The mean over an axis of the values that are there; nan where none is.

    >>> mean(np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]]), axis=1).tolist()
    [2.0, nan]
    """
    if values.shape[axis]:
        plain = values.mean(axis=axis)
        if np.isfinite(plain).all():
            return np.asarray(plain)
    there = np.isfinite(values)
    count = there.sum(axis=axis)
    total = np.where(there, values, 0.0).sum(axis=axis)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))
