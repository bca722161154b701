"""How good a forecast of counts was: scores of samples against what came, and the simple forecasts to beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tiltmeter.model.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Score:
    """Mean scores of a forecast over `count` weeks: CRPS and log score (lower is better), coverage of its 90 %."""

    name: str
    crps: float
    log_score: float
    coverage: float
    count: int


def crps(draws: Ints, came: float) -> float:
    """
    Continuous ranked probability score of a sample; in the counts' unit, 0 is perfect.

    Source:
        Gneiting and Raftery 2007, "Strictly Proper Scoring Rules, Prediction, and Estimation", JASA
        102(477), eq. 21, with the fair weights of the sorted sample.

    >>> crps(np.array([3, 3, 3]), 3), crps(np.array([0]), 2)
    (0.0, 2.0)
    """
    ordered = np.sort(np.asarray(draws, dtype=np.float64))
    size = len(ordered)
    spread = 2.0 * float((ordered * (2.0 * np.arange(1, size + 1) - size - 1)).sum()) / size**2
    return float(np.abs(ordered - came).mean() - 0.5 * spread)


def log_score(draws: Ints, came: int) -> float:
    """
    Minus the log of the sampled chance of what came; one draw in a hundred is spread over all counts.

    >>> round(log_score(np.array([0, 0, 0, 1]), 0), 2)
    0.29
    """
    share = float((np.asarray(draws) == came).mean())
    spread = 0.5 ** (min(came, 60) + 1)
    return float(-np.log(0.99 * share + 0.01 * spread))


def score(name: str, samples: list[Ints], came: list[int]) -> Score:
    """Mean scores of one forecaster over many weeks."""
    inside = []
    for draws, seen in zip(samples, came, strict=True):
        low, high = np.quantile(draws, [0.05, 0.95], method="inverted_cdf")
        inside.append(low <= seen <= high)
    pairs = list(zip(samples, came, strict=True))
    return Score(
        name,
        crps=_mean([crps(draws, seen) for draws, seen in pairs]),
        log_score=_mean([log_score(draws, seen) for draws, seen in pairs]),
        coverage=_mean([float(hit) for hit in inside]),
        count=len(came),
    )


def _mean(values: list[float]) -> float:
    return float(f"{float(np.mean(values)):.4g}")


def simple(past: Ints) -> dict[str, Floats | Ints]:
    """
    The forecasts to beat, as samples: zero, last value, climatology (all the past), recurrency (the last eight weeks).

    >>> sorted(simple(np.array([1, 2, 3])))
    ['climatology', 'last value', 'recurrency', 'zero']
    """
    return {
        "zero": np.zeros(1, dtype=np.int64),
        "last value": past[-1:],
        "climatology": past,
        "recurrency": past[-8:],
    }
