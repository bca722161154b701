"""Exact Polya-Gamma draws, compiled."""

# numba takes a second to import: this module is imported inside functions only
from __future__ import annotations

import math

import numpy as np
from numba import njit

from tiltmeter.model.arrays import Floats

_CUT = 0.64
_ROOT = math.sqrt(1.0 / _CUT)


def _share_beyond(z: float) -> float:
    """The chance that the proposal is beyond the cut."""
    rate = 0.125 * math.pi * math.pi + 0.5 * z * z
    near = 0.5 * math.erfc(-_ROOT * (_CUT * z - 1.0) / math.sqrt(2.0))
    far = 0.5 * math.erfc(_ROOT * (_CUT * z + 1.0) / math.sqrt(2.0))
    below = math.exp(-z) * near + (math.exp(z) * far if far > 0.0 else 0.0)
    share = 0.25 * math.pi / rate * math.exp(-rate * _CUT)
    return share / (share + below)


_FINE = 512.0
_TABLE = np.array([_share_beyond(k / _FINE) for k in range(4097)])
"""The shares up to z = 8: their four exponentials were a third of a draw's time; the line between is right to 1e-6."""
_share = njit(cache=True, nogil=True, error_model="numpy")(_share_beyond)


@njit(cache=True, nogil=True, error_model="numpy")
def _coefficient(n: int, x: float) -> float:
    k = (n + 0.5) * math.pi
    if x > _CUT:
        return k * math.exp(-0.5 * k * k * x)
    y = 0.5 * math.pi * x
    return k * math.exp(-2.0 * (n + 0.5) ** 2 / x) / (y * math.sqrt(y))


@njit(cache=True, nogil=True, error_model="numpy")
def _short_gauss(rng: np.random.Generator, z: float) -> float:
    """An inverse Gaussian with mean 1/z, below the cut."""
    if z * _CUT < 1.0:
        while True:
            e = rng.standard_exponential()
            while e * e > 2.0 * rng.standard_exponential() / _CUT:
                e = rng.standard_exponential()
            x = _CUT / (1.0 + _CUT * e) ** 2
            if rng.random() < math.exp(-0.5 * z * z * x):
                return x
    mean = 1.0 / z
    while True:
        y = rng.standard_normal() ** 2
        half = 0.5 * mean * y
        x = mean * (1.0 + half - math.sqrt(half * (2.0 + half)))
        if rng.random() > mean / (mean + x):
            x = mean * mean / x
        if x < _CUT:
            return x


@njit(cache=True, nogil=True, error_model="numpy")
def draw_one(rng: np.random.Generator, tilt: float) -> float:
    """
    A draw from PG(1, tilt).

    Source:
        Polson, Scott and Windle 2013, "Bayesian Inference for Logistic Models Using Polya-Gamma Latent
        Variables", Journal of the American Statistical Association 108(504), algorithm of the appendix,
        unchanged.
    """
    z = 0.5 * abs(tilt)
    rate = 0.125 * math.pi * math.pi + 0.5 * z * z
    spot = z * _FINE
    if spot < _TABLE.shape[0] - 1:
        at = int(spot)
        share = _TABLE[at] + (spot - at) * (_TABLE[at + 1] - _TABLE[at])
    else:
        share = _share(z)
    while True:
        above_cut = rng.random() < share
        x = _CUT + rng.standard_exponential() / rate if above_cut else _short_gauss(rng, z)
        total = _coefficient(0, x)
        y = rng.random() * total
        n = 0
        while True:
            n += 1
            if n % 2 == 1:
                total -= _coefficient(n, x)
                if y <= total:
                    return 0.25 * x
            else:
                total += _coefficient(n, x)
                if y > total:
                    break


@njit(cache=True, nogil=True, error_model="numpy")
def draw_many(rng: np.random.Generator, tilt: float, count: int) -> Floats:
    """Draws from PG(1, tilt), shape (count,)."""
    out = np.zeros(count)
    for k in range(count):
        out[k] = draw_one(rng, tilt)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def draw_sums(rng: np.random.Generator, tilt: Floats, count: Floats, out: Floats) -> None:
    """Draws from PG(count, tilt), elementwise, as sums; fills `out`, 0 where the count is 0."""
    for k in range(tilt.shape[0]):
        total = 0.0
        for _ in range(int(count[k])):
            total += draw_one(rng, tilt[k])
        out[k] = total


@njit(cache=True, nogil=True, error_model="numpy")
def draw_tables(rng: np.random.Generator, count: Floats, conc: Floats, out: Floats) -> None:
    """
    Numbers of tables that `count` customers take in a Chinese restaurant process; fills `out`.

    Given its tables, a beta-binomial is binomial: each side's count of events, with
    concentration share · total, becomes its number of tables.
    """
    for k in range(count.shape[0]):
        tables = 0.0
        for n in range(int(count[k])):
            if rng.random() * (conc[k] + n) < conc[k]:
                tables += 1.0
        out[k] = tables
