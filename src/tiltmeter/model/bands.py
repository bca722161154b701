"""The compiled smoother of a state's tilt and its gauges, exact, by blocks of the precision matrix."""

# numba takes a second to import: this module is imported inside functions only. Sums may be
# reordered (fastmath): the results are the same on every run of one machine, and there are no nans
from __future__ import annotations

import math

import numpy as np
from numba import njit

from tiltmeter.model.arrays import Floats, Ints


@njit(cache=True, fastmath=True, nogil=True, error_model="numpy")
def _invert(matrix: Floats, size: int, low: Floats, factor: Floats, inverse: Floats) -> float:
    """
    Inverse of a positive definite matrix, of which the lower half is read; gives the root of its determinant.

    `low` is scratch, `factor` becomes the inverse of its Cholesky factor.
    """
    root = 1.0
    for i in range(size):
        for j in range(i):
            s = matrix[i, j]
            for k in range(j):
                s -= low[i, k] * low[j, k]
            low[i, j] = s * factor[j, j]
        s = matrix[i, i]
        for k in range(i):
            s -= low[i, k] * low[i, k]
        pivot = math.sqrt(max(s, 1e-300))
        root *= pivot
        factor[i, i] = 1.0 / pivot
    for j in range(size):
        for i in range(j + 1, size):
            s = 0.0
            for k in range(j, i):
                s -= low[i, k] * factor[k, j]
            factor[i, j] = s * factor[i, i]
            factor[j, i] = 0.0
    for i in range(size):
        for j in range(i + 1):
            s = 0.0
            for k in range(i, size):
                s += factor[k, i] * factor[k, j]
            inverse[i, j] = s
            inverse[j, i] = s
    return root


@njit(cache=True, fastmath=True, nogil=True, error_model="numpy")
def forward(
    told: Floats,
    linear: Floats,
    cross: Floats,
    fixed: Floats,
    fixed_linear: Floats,
    slope: Floats,
    step: Floats,
    shift: Floats,
    start: Floats,
    spread: Floats,
    keep: Floats,
    inverse: Floats,
    factor: Floats,
    reach: Floats,
    tie: Floats,
    across: Floats,
    fixed_out: Floats,
) -> float:
    """
    Eliminates one state's blocks in time order, then its fixed effects; gives the log marginal likelihood.

    Args:
        told: Precision of what is observed of each gauge, per unit slope. Shape (T, G).
        linear: Its linear term. Shape (T, G).
        cross: Its cross term with the fixed effects. Shape (T, G, M).
        fixed: Precision of the fixed effects, prior and observed. Shape (M, M).
        fixed_linear: Their linear term. Shape (M,).
        slope: Units of observation per axis unit, by gauge. Shape (G,).
        step: Variance of the tilt's step into a period. Shape (T,).
        shift: Mean of that step. Shape (T,).
        start: Mean and variance of the first tilt. Shape (2,).
        spread: Standard deviation of each gauge's own deviation. Shape (G,).
        keep: Share of a deviation kept from the period before. Shape (T,).
        inverse, factor, reach, tie, across: Filled, for `backward`. Shapes (T, K, K), (T, K, K), (T, K),
            (T, K), (T, K, M) with K = G + 1: the tilt, then the deviations.
        fixed_out: Filled with the fixed effects' mean, inverse factor and covariance. Shape (2M + 1, M).
    """
    periods, gauges = told.shape
    size, effects = gauges + 1, fixed.shape[0]
    block = np.zeros((size, size))
    low = np.zeros((size, size))
    solved, spare = np.zeros(size), np.zeros((size, effects))
    schur = fixed.copy()
    rest = fixed_linear.copy()
    wide = spread * spread
    # one over the variance of what is new of each deviation, in this period and in the next
    fresh, later = 1.0 / wide, 1.0 / wide
    score = -0.5 * start[0] * start[0] / start[1]
    for t in range(periods):
        # what the prior gives: the step into this period, and out of it; its density's scale goes with the pivots'
        first = start[1] if t == 0 else step[t]
        mean = start[0] if t == 0 else shift[t]
        density = first
        for g in range(gauges):
            density /= fresh[g]
        block[0, 0] = 1.0 / first
        reach[t, 0] = mean / first
        if t > 0:
            score -= 0.5 * mean * mean / first
        kept = keep[t + 1] if t + 1 < periods else 0.0
        for g in range(gauges):
            for k in range(g + 1):
                block[g + 1, k] = 0.0
            block[g + 1, g + 1] = fresh[g]
            reach[t, g + 1] = 0.0
            if t + 1 < periods:
                later[g] = 1.0 / (wide[g] * (1.0 - kept * kept))
                block[g + 1, g + 1] += kept * kept * later[g]
                tie[t, g + 1] = -kept * later[g]
        if t + 1 < periods:
            block[0, 0] += 1.0 / step[t + 1]
            reach[t, 0] -= shift[t + 1] / step[t + 1]
            tie[t, 0] = -1.0 / step[t + 1]
        # what the periods before hand on
        if t == 0:
            across[t] = 0.0
        else:
            for i in range(size):
                e = tie[t - 1, i]
                reach[t, i] -= e * solved[i]
                for j in range(i + 1):
                    block[i, j] -= e * inverse[t - 1, i, j] * tie[t - 1, j]
                for m in range(effects):
                    across[t, i, m] = -e * spare[i, m]
        # what is observed: a gauge reads the tilt plus its own deviation
        for g in range(gauges):
            w = told[t, g] * slope[g] * slope[g]
            h = linear[t, g] * slope[g]
            if w == 0.0 and h == 0.0:
                continue
            block[0, 0] += w
            block[g + 1, 0] += w
            block[g + 1, g + 1] += w
            reach[t, 0] += h
            reach[t, g + 1] += h
            for m in range(effects):
                c = cross[t, g, m] * slope[g]
                across[t, 0, m] += c
                across[t, g + 1, m] += c
        pivots = _invert(block, size, low, factor[t], inverse[t])
        score -= 0.5 * math.log(density * pivots * pivots)
        for i in range(size):
            s = 0.0
            spare[i, :] = 0.0
            for j in range(size):
                e = inverse[t, i, j]
                s += e * reach[t, j]
                for m in range(effects):
                    spare[i, m] += e * across[t, j, m]
            solved[i] = s
            score += 0.5 * reach[t, i] * s
        for i in range(size):
            for m in range(effects):
                f = across[t, i, m]
                if f != 0.0:
                    rest[m] -= f * solved[i]
                    for n in range(m + 1):
                        schur[m, n] -= f * spare[i, n]
        fresh, later = later, fresh
    for m in range(effects):
        for n in range(m):
            schur[n, m] = schur[m, n]
    if effects:
        low = np.zeros((effects, effects))
        score -= math.log(_invert(schur, effects, low, fixed_out[1 : effects + 1], fixed_out[effects + 1 :]))
        for m in range(effects):
            mean = 0.0
            for n in range(effects):
                mean += fixed_out[effects + 1 + m, n] * rest[n]
            fixed_out[0, m] = mean
            score += 0.5 * mean * rest[m]
    return float(score)


@njit(cache=True, fastmath=True, nogil=True, error_model="numpy")
def sample(
    inverse: Floats,
    factor: Floats,
    reach: Floats,
    tie: Floats,
    across: Floats,
    fixed_out: Floats,
    noise: Floats,
    fixed_noise: Floats,
    out: Floats,
    fixed_draws: Floats,
) -> None:
    """
    Whole paths, from the elimination of `forward`; fills `out` (D, K, T) and `fixed_draws` (D, M).

    `noise` (D, T, K) and `fixed_noise` (D, M) are standard normals; zero noise gives the mean.
    """
    draws, periods, size = noise.shape
    effects = fixed_noise.shape[1]
    v = np.zeros(size)
    x = np.zeros(size)
    for d in range(draws):
        for m in range(effects):
            b = fixed_out[0, m]
            for n in range(effects):
                b += fixed_out[1 + n, m] * fixed_noise[d, n]
            fixed_draws[d, m] = b
        for t in range(periods - 1, -1, -1):
            for i in range(size):
                v[i] = reach[t, i]
                if t + 1 < periods:
                    v[i] -= tie[t, i] * x[i]
                for m in range(effects):
                    v[i] -= across[t, i, m] * fixed_draws[d, m]
            for i in range(size):
                s = 0.0
                for j in range(size):
                    s += inverse[t, i, j] * v[j] + factor[t, j, i] * noise[d, t, j]
                out[d, i, t] = s
            for i in range(size):
                x[i] = out[d, i, t]


@njit(cache=True, fastmath=True, nogil=True, error_model="numpy")
def steps_told(
    inverse: Floats, reach: Floats, tie: Floats, across: Floats, fixed_out: Floats, mean: Floats, var: Floats
) -> None:
    """Posterior mean and variance of each step of the tilt; fills `mean` and `var` (T,), nothing at 0."""
    periods, size = reach.shape
    effects = across.shape[2]
    here = np.zeros((size, size))
    later = np.zeros((size, size))
    mix = np.zeros((size, size))
    pull, lean = np.zeros((size, effects)), np.zeros((size, effects))
    lean_later = np.zeros((size, effects))
    x = np.zeros(size)
    x_later = np.zeros(size)
    v, gap = np.zeros(size), np.zeros(effects)
    for t in range(periods - 1, -1, -1):
        last = t == periods - 1
        for i in range(size):
            v[i] = reach[t, i]
            if not last:
                v[i] -= tie[t, i] * x_later[i]
            for m in range(effects):
                pull[i, m] = across[t, i, m] - (0.0 if last else tie[t, i] * lean_later[i, m])
        for i in range(size):
            s = 0.0
            lean[i, :] = 0.0
            for j in range(size):
                e = inverse[t, i, j]
                s += e * v[j]
                for m in range(effects):
                    lean[i, m] += e * pull[j, m]
            x[i] = s
        if last:
            for i in range(size):
                for j in range(size):
                    here[i, j] = inverse[t, i, j]
        else:
            # covariance with the next period, then this one's own
            for i in range(size):
                for j in range(size):
                    s = 0.0
                    for k in range(size):
                        s -= inverse[t, i, k] * tie[t, k] * later[k, j]
                    mix[i, j] = s
            for i in range(size):
                for j in range(i + 1):
                    s = inverse[t, i, j]
                    for k in range(size):
                        s -= mix[i, k] * tie[t, k] * inverse[t, k, j]
                    here[i, j] = s
                    here[j, i] = s
            drift = x_later[0] - x[0]
            wide = later[0, 0] + here[0, 0] - 2.0 * mix[0, 0]
            for m in range(effects):
                gap[m] = lean_later[0, m] - lean[0, m]
                drift -= gap[m] * fixed_out[0, m]
            for m in range(effects):
                s = 0.0
                for n in range(effects):
                    s += fixed_out[effects + 1 + m, n] * gap[n]
                wide += gap[m] * s
            mean[t + 1] = drift
            var[t + 1] = max(wide, 0.0)
        # each is written anew in the next turn; and whole arrays assigned would take seconds to compile
        later, here = here, later
        lean_later, lean = lean, lean_later
        x_later, x = x, x_later


@njit(cache=True, fastmath=True, nogil=True, error_model="numpy")
def place_jump(
    mean: Floats, var: Floats, step: Floats, shift: Floats, jump: float, odds: float, chance: Floats, u: float
) -> int:
    """
    Draws where one more jump is, or -1 for nowhere, from its exact conditional; fills `chance` (T,).

    The mean and variance of each step with its prior (mean `shift`, variance `step`)
    give the score r and information n of a shift there; a jump of variance `jump`
    then multiplies the likelihood by exp(r² v / 2(1 + n v)) / sqrt(1 + n v). `odds` are the prior
    odds of a jump at any one step.

    Source:
        de Jong and Penzer 1998, "Diagnosing Shocks in Time Series", Journal of the American
        Statistical Association 93(442). They test for shocks; we draw their places.
    """
    periods = mean.shape[0]
    top = 0.0
    for t in range(1, periods):
        r = (mean[t] - shift[t]) / step[t]
        n = max((step[t] - var[t]) / (step[t] * step[t]), 0.0)
        grow = 1.0 + n * jump
        chance[t] = math.log(odds) + 0.5 * r * r * jump / grow - 0.5 * math.log(grow)
        top = max(top, chance[t])
    total = math.exp(-top)
    for t in range(1, periods):
        chance[t] = math.exp(chance[t] - top)
        total += chance[t]
    chance[0] = 0.0
    run = 0.0
    found = -1
    for t in range(1, periods):
        chance[t] /= total
        run += chance[t]
        if found < 0 and u < run:
            found = t
    return found


@njit(cache=True, fastmath=True, nogil=True, error_model="numpy")
def sweep_jumps(
    told: Floats,
    linear: Floats,
    cross: Floats,
    fixed: Floats,
    fixed_linear: Floats,
    slope: Floats,
    step: Floats,
    shift: Floats,
    start: Floats,
    spread: Floats,
    keep: Floats,
    slots: Ints,
    jump: float,
    odds: float,
    uniforms: Floats,
    chance: Floats,
) -> None:
    """
    Redraws each of a state's possible jumps in turn, paths and fixed effects integrated out.

    `slots` (N,) hold the period of each jump, -1 for none, and are changed; `step` is
    without jumps; `chance` (T,) becomes the chance of a jump in each period.
    """
    periods, gauges = told.shape
    size, effects = gauges + 1, fixed.shape[0]
    inverse = np.zeros((periods, size, size))
    factor = np.zeros((periods, size, size))
    reach = np.zeros((periods, size))
    tie = np.zeros((periods, size))
    across = np.zeros((periods, size, effects))
    fixed_out = np.zeros((2 * effects + 1, effects))
    mean = np.zeros(periods)
    var = np.zeros(periods)
    one = np.zeros(periods)
    none = np.ones(periods)
    for k in range(slots.shape[0]):
        full = step.copy()
        for other in range(slots.shape[0]):
            if other != k and slots[other] > 0:
                full[slots[other]] += jump
        forward(
            told, linear, cross, fixed, fixed_linear, slope, full, shift, start, spread, keep,
            inverse, factor, reach, tie, across, fixed_out,
        )  # fmt: skip
        steps_told(inverse, reach, tie, across, fixed_out, mean, var)
        slots[k] = place_jump(mean, var, full, shift, jump, odds, one, uniforms[k])
        for t in range(periods):
            none[t] *= 1.0 - one[t]
    for t in range(periods):
        chance[t] = 1.0 - none[t]


@njit(cache=True, fastmath=True, nogil=True, error_model="numpy")
def add_rows(
    time: Ints,
    gauge: Ints,
    sign: Floats,
    effect: Ints,
    load: Floats,
    observed: Floats,
    precision: Floats,
    told: Floats,
    linear: Floats,
    cross: Floats,
    fixed: Floats,
    fixed_linear: Floats,
) -> None:
    """Adds Gaussian rows to a state's statistics, in the shapes that `forward` takes."""
    loads = effect.shape[1]
    for k in range(time.shape[0]):
        t, g, w = time[k], gauge[k], precision[k]
        told[t, g] += w
        linear[t, g] += w * sign[k] * observed[k]
        for i in range(loads):
            a = w * load[k, i]
            if a == 0.0:
                continue
            m = effect[k, i]
            cross[t, g, m] += a * sign[k]
            fixed_linear[m] += a * observed[k]
            for j in range(loads):
                fixed[m, effect[k, j]] += a * load[k, j]
