"""Shares that drift through time: a random walk on the logit scale behind counts of hits among tries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tiltmeter.model.arrays import Floats
from tiltmeter.model.nearness import walk_back

LEVEL_SD: Final = 1.0
"""Prior sd of the first level, logits: from a tenth to nine tenths is about two of them each way."""
STEP_YEAR: Final = 0.5
"""Prior size of the drift over a year, logits."""
CLUMPING: Final = 20.0
"""Concentration of the beta-binomial: events of one period come in clumps, so that a hundred tell what 17 would."""
ROUNDS: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Draws of shares (N, R, T), the same without data, and the share of the data in each (R, T)."""

    draws: Floats
    prior: Floats
    data_share: Floats


def shares(hits: Floats, tries: Floats, years: Floats, *, start: float, draws: int, rng: np.random.Generator) -> Paths:
    """
    The share of hits among tries in each row and period, as draws of whole paths.

    Hits are beta-binomial; the logit of the share is a Gaussian random walk whose step is
    learnt from all rows together. Approximated by a Gaussian at its mode (Fisher scoring
    and an exact Kalman smoother).

    Args:
        hits: Shape (R, T).
        tries: Shape (R, T), at least the hits.
        years: Length of the step into each period, shape (T,), years.
        start: Prior mean of the first share, between 0 and 1.
        draws: How many paths.
        rng: The source of randomness.

    >>> rng = np.random.default_rng(1)
    >>> found = shares(np.full((1, 50), 9.0), np.full((1, 50), 10.0), np.full(50, 0.1), start=0.5, draws=200, rng=rng)
    >>> bool(0.8 < found.draws.mean() < 0.95), found.draws.shape
    (True, (200, 1, 50))
    """
    level = float(np.log(start / (1.0 - start)))
    # time is the first axis inside, so that each step works on one stretch of memory
    hits, tries, years = hits.T, tries.T, np.maximum(years, 1e-6)[:, None]
    worth = tries / (1.0 + np.maximum(tries - 1.0, 0.0) / (CLUMPING + 1.0))
    rate = np.where(tries > 0, hits / np.maximum(tries, 1.0), 0.0)
    eta = np.full(hits.shape, level)
    step = STEP_YEAR**2
    for turn in range(ROUNDS):
        share = _expit(eta)
        precision = worth * share * (1.0 - share)
        score = worth * (rate - share)
        filtered = _filter(precision, precision * eta + score, level, step * years)
        mean, var, lag = _smooth(filtered, step * years)
        eta = np.clip(mean, -6.0, 6.0)
        if turn >= 2:
            step = _learn(mean, var, lag, years)
    shape = (len(years), draws, hits.shape[1])
    steps = np.broadcast_to(step * years, hits.shape)
    drawn = walk_back(*filtered, steps, rng.standard_normal(shape, dtype=np.float32))
    walk = rng.standard_normal(shape, dtype=np.float32) * np.sqrt(step * years[:, None]).astype(np.float32)
    walk[0] = level + LEVEL_SD * rng.standard_normal(shape[1:])
    prior = np.moveaxis(np.cumsum(walk, axis=0), 0, -1)
    wide = LEVEL_SD**2 + step * (np.cumsum(years, axis=0) - years[0])
    return Paths(_expit(drawn), _expit(prior), np.clip(1.0 - var / wide, 0.0, 1.0).T)


def _expit(path: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-path)))


def _filter(precision: Floats, linear: Floats, level: float, step: Floats) -> tuple[Floats, Floats]:
    """Filtered means and variances, shape (T, R) each."""
    mean, var = np.zeros(precision.shape), np.zeros(precision.shape)
    at, wide = np.full(precision.shape[1], level), np.full(precision.shape[1], LEVEL_SD**2)
    for t in range(len(precision)):
        if t:
            wide = wide + step[t]
        grow = 1.0 + wide * precision[t]
        at = (at + wide * linear[t]) / grow
        wide = wide / grow
        mean[t], var[t] = at, wide
    return mean, var


def _smooth(filtered: tuple[Floats, Floats], step: Floats) -> tuple[Floats, Floats, Floats]:
    """Smoothed means and variances, and covariances with the period before; shape (T, R)."""
    mean, var = filtered[0].copy(), filtered[1].copy()
    gain = np.zeros(mean.shape)
    gain[:-1] = var[:-1] / (var[:-1] + step[1:])
    mean *= 1.0 - gain
    square = gain**2
    var[:-1] -= square[:-1] * (var[:-1] + step[1:])
    for t in range(len(mean) - 2, -1, -1):
        mean[t] += gain[t] * mean[t + 1]
        var[t] += square[t] * var[t + 1]
    lag = np.zeros(mean.shape)
    lag[1:] = gain[:-1] * var[1:]
    return mean, var, lag


def _learn(mean: Floats, var: Floats, lag: Floats, years: Floats) -> float:
    """The step's variance per year, one for all rows; the prior weighs as much as two years of one row."""
    square = np.diff(mean, axis=0) ** 2 + var[1:] + var[:-1] - 2.0 * lag[1:]
    own = 2.0 / years.mean()
    return float((own * STEP_YEAR**2 + (np.maximum(square, 0.0) / years[1:]).sum()) / (own + square.size))
