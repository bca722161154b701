"""Shares that drift through time: a random walk on the logit scale behind counts of hits among tries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tiltmeter.model.arrays import Floats

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
    years = np.maximum(years, 1e-6)
    worth = tries / (1.0 + np.maximum(tries - 1.0, 0.0) / (CLUMPING + 1.0))
    rate = np.where(tries > 0, hits / np.maximum(tries, 1.0), 0.0)
    eta = np.full(hits.shape, level)
    step = STEP_YEAR**2
    for turn in range(ROUNDS):
        share = 1.0 / (1.0 + np.exp(-eta))
        precision = worth * share * (1.0 - share)
        score = worth * (rate - share)
        filtered = _filter(precision, precision * eta + score, level, step * years)
        mean, var, lag = _smooth(filtered, step * years)
        eta = np.clip(mean, -6.0, 6.0)
        if turn >= 2:
            step = _learn(mean, var, lag, years)
    drawn = _draw(filtered, step * years, draws, rng)
    blind = level + LEVEL_SD * rng.standard_normal((draws, len(hits), 1))
    walk = np.sqrt(step * years) * rng.standard_normal((draws, *hits.shape))
    walk[:, :, 0] = 0.0
    prior = blind + np.cumsum(walk, axis=2)
    wide = LEVEL_SD**2 + step * (np.cumsum(years) - years[0])
    return Paths(_expit(drawn), _expit(prior), np.clip(1.0 - var / wide, 0.0, 1.0))


def _expit(path: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-path)), dtype=np.float32)


def _filter(precision: Floats, linear: Floats, level: float, step: Floats) -> tuple[Floats, Floats]:
    """Filtered means and variances, shape (R, T) each."""
    mean, var = np.zeros(precision.shape), np.zeros(precision.shape)
    at, wide = np.full(len(precision), level), np.full(len(precision), LEVEL_SD**2)
    for t in range(precision.shape[1]):
        if t:
            wide = wide + step[t]
        tight = 1.0 / wide + precision[:, t]
        at = (at / wide + linear[:, t]) / tight
        wide = 1.0 / tight
        mean[:, t], var[:, t] = at, wide
    return mean, var


def _smooth(filtered: tuple[Floats, Floats], step: Floats) -> tuple[Floats, Floats, Floats]:
    """Smoothed means and variances, and covariances with the period before."""
    mean, var = filtered[0].copy(), filtered[1].copy()
    lag = np.zeros(mean.shape)
    for t in range(mean.shape[1] - 2, -1, -1):
        gain = filtered[1][:, t] / (filtered[1][:, t] + step[t + 1])
        mean[:, t] += gain * (mean[:, t + 1] - filtered[0][:, t])
        lag[:, t + 1] = gain * var[:, t + 1]
        var[:, t] += gain**2 * (var[:, t + 1] - filtered[1][:, t] - step[t + 1])
    return mean, var, lag


def _learn(mean: Floats, var: Floats, lag: Floats, years: Floats) -> float:
    """The step's variance per year, one for all rows; the prior weighs as much as two years of one row."""
    square = np.diff(mean, axis=1) ** 2 + var[:, 1:] + var[:, :-1] - 2.0 * lag[:, 1:]
    own = 2.0 / years.mean()
    return float((own * STEP_YEAR**2 + (np.maximum(square, 0.0) / years[1:]).sum()) / (own + square.size))


def _draw(filtered: tuple[Floats, Floats], step: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Whole paths, drawn backwards."""
    mean, var = filtered
    path = np.zeros((draws, *mean.shape))
    noise = np.asarray(rng.standard_normal(path.shape))
    last = mean.shape[1] - 1
    path[:, :, last] = mean[:, last] + np.sqrt(var[:, last]) * noise[:, :, last]
    for t in range(last - 1, -1, -1):
        gain = var[:, t] / (var[:, t] + step[t + 1])
        at = mean[:, t] + gain * (path[:, :, t + 1] - mean[:, t])
        path[:, :, t] = at + np.sqrt(var[:, t] * (1.0 - gain)) * noise[:, :, t]
    return path
