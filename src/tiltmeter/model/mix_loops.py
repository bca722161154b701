"""The compiled likelihood of how much events clump."""

# numba takes a second to import: this module is imported inside functions only
from __future__ import annotations

import math

from numba import njit

from tiltmeter.model.arrays import Floats

_FEW = 24
"""Counts up to which a ratio of gamma functions is quicker as a product."""


@njit(cache=True, nogil=True, error_model="numpy")
def _rise(conc: float, count: float) -> float:
    """Log of gamma(conc + count) / gamma(conc), for whole counts."""
    if count > _FEW:
        return math.lgamma(conc + count) - math.lgamma(conc)
    product = 1.0
    for k in range(int(count)):
        product *= conc + k
    return math.log(product)


@njit(cache=True, nogil=True, error_model="numpy")
def mix_fit(hits: Floats, tries: Floats, share: Floats, grid: Floats, out: Floats) -> None:
    """Log likelihood of beta-binomial counts at every concentration of a grid, up to a constant; fills `out`."""
    for g in range(grid.shape[0]):
        total = 0.0
        for k in range(hits.shape[0]):
            a = share[k] * grid[g]
            total += _rise(a, hits[k]) + _rise(grid[g] - a, tries[k] - hits[k]) - _rise(grid[g], tries[k])
        out[g] = total
