"""Weekly counts that excite themselves: a discrete Hawkes process with negative binomial counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tiltmeter.model.arrays import Floats, Ints

MOST_EXCITED: Final = 0.95
"""Upper bound on the mean number of events one event brings: at one the process explodes."""
CAP: Final = 50.0
"""A simulated week's mean is cut at so many times the highest week seen (or so many events, if that is more)."""


@dataclass(frozen=True, slots=True)
class Excitation:
    """
    What the counts taught: events per week that nothing excites, mean number of events each event brings,
    share of its effect left a week later, and the size of the negative binomial (small is clumped).
    """

    base: float
    branching: float
    memory: float
    size: float


def fit(counts: Ints) -> Excitation:
    """
    The parameters of a series of weekly counts at their posterior mode.

    The mean of a week is `base + branching * e`, where e is the geometrically weighted mean of
    the weeks before it, with weights (1 - memory) * memory^k. The priors are weak: branching and memory a
    beta(2, 2), log base and log size normal with sd 1.5 around the counts' mean and around 2.

    Args:
        counts: Events per week, shape (T,).

    Source:
        Mohler, Short, Brantingham, Schoenberg and Tita 2011, "Self-Exciting Point Process Modeling
        of Crime", JASA 106(493), for self-excitation of events; ours is in discrete weeks, with
        overdispersed counts.

    >>> found = fit(np.array([0, 1, 0, 0, 2, 0, 1, 0] * 10))
    >>> 0 < found.base < 1, 0 <= found.branching < 0.95
    (True, True)
    """
    from scipy.optimize import minimize

    mean = max(float(np.mean(counts)), 0.02)
    start = np.array([np.log(0.7 * mean), -0.5, 0.0, np.log(2.0)])
    found = minimize(_cost, start, args=(counts, mean), method="Nelder-Mead", options={"maxiter": 400, "xatol": 1e-3})
    return _excitation(found.x)


def _excitation(x: Floats) -> Excitation:
    squash = 1.0 / (1.0 + np.exp(-np.clip(x, -12.0, 12.0)))
    base, size = np.exp(np.clip(x[[0, 3]], -8.0, 8.0))
    return Excitation(float(base), float(MOST_EXCITED * squash[1]), float(squash[2]), float(size))


def _cost(x: Floats, counts: Ints, mean: float) -> float:
    from scipy.special import gammaln

    one = _excitation(x)
    rate = one.base + one.branching * excited(counts, one.memory)[:-1]
    size = one.size
    told = gammaln(counts + size) - gammaln(size) + size * np.log(size / (size + rate))
    told = told + counts * np.log(rate / (size + rate))
    prior = np.log(one.branching / MOST_EXCITED + 1e-9) + np.log(1.0 + 1e-9 - one.branching / MOST_EXCITED)
    prior += np.log(one.memory + 1e-9) + np.log(1.0 + 1e-9 - one.memory)
    prior -= 0.5 * ((x[0] - np.log(mean)) / 1.5) ** 2 + 0.5 * ((x[3] - np.log(2.0)) / 1.5) ** 2
    return float(-told.sum() - prior)


def excited(counts: Ints, memory: float) -> Floats:
    """The weighted mean of the weeks before each week, and before the one after the last; shape (T + 1,)."""
    from scipy.signal import lfilter

    weighted = lfilter([1.0 - memory], [1.0, -memory], np.asarray(counts, dtype=np.float64))
    return np.concatenate([[0.0], weighted])


def simulate(
    one: Excitation, counts: Ints, *, weeks: int, draws: int, rng: np.random.Generator, added: Floats | None = None
) -> Ints:
    """
    Futures of a series: counts per draw and week, shape (D, W).

    Args:
        one: The series' parameters.
        counts: Its past.
        weeks: How far to go.
        draws: How many futures.
        rng: The source of randomness.
        added: Events put in on top, per draw and week, shape (D, W); they excite like others.

    >>> one = Excitation(base=2.0, branching=0.0, memory=0.5, size=1e6)
    >>> rng = np.random.default_rng(1)
    >>> round(float(simulate(one, np.zeros(5, dtype=int), weeks=4, draws=5000, rng=rng).mean()), 1)
    2.0
    """
    level = np.full(draws, excited(counts, one.memory)[-1])
    top = CAP * max(1.0, float(np.max(counts, initial=0)))
    future = np.zeros((draws, weeks), dtype=np.int64)
    for week in range(weeks):
        mean = np.minimum(one.base + one.branching * level, top)
        made = rng.poisson(rng.gamma(one.size, mean / one.size))
        if added is not None:
            made = made + added[:, week].astype(np.int64)
        future[:, week] = made
        level = one.memory * level + (1.0 - one.memory) * made
    return future
