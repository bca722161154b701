"""The compiled inner loops of the votes model; `votes.py` says what they compute."""

# numba takes a second to import: this module is imported inside functions only
from __future__ import annotations

import math

import numpy as np
from numba import njit

from tiltmeter.model.arrays import Floats, Ints


@njit(cache=True, inline="always", error_model="numpy")
def _weight(square: float) -> float:
    # tanh(x/2) / 2x, the mean of a Polya-Gamma variable, from x squared; without a branch, so that several are
    # computed at once. The ninth convergent of Lambert's continued fraction is right to 4e-8 up to x = 8;
    # above, the small exponential is that of x/32 by its series, five times squared
    y = 0.25 * square
    top = 34459425.0 + y * (4729725.0 + y * (135135.0 + y * (990.0 + y)))
    low = 34459425.0 + y * (16216200.0 + y * (945945.0 + y * (13860.0 + y * 45.0)))
    x = math.sqrt(square)
    u = min(x, 40.0) / 32.0
    e = 1.0 + u * (1.0 + u * (0.5 + u * (1 / 6 + u * (1 / 24 + u * (1 / 120 + u / 720)))))
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    near = square < 64.0
    return (0.25 * top if near else 0.5 * (e - 1.0)) / (low if near else (e + 1.0) * x)


@njit(cache=True, fastmath=True, nogil=True, error_model="numpy")
def ballots_to_actors(
    first: Ints, split: Ints, cell: Ints, item: Floats, place: Floats, weight: Floats, out: Floats
) -> None:
    """
    Adds up what the ballots say about each actor and period: precision and linear term.

    `first` (J+1,) are the bounds of each item's ballots and `split` (J, 2) where its abstentions and its
    noes begin; `item` (J, 9) is the mean (a1, a2, b) and covariance (11, 22, bb, 12, 1b, 2b),
    `place` (cells, 2) mean and variance; fills `weight` (2, N) with Polya-Gamma means and `out` (cells, 2).
    """
    out[:, :] = 0.0
    most = _most(first)
    mean, wide = np.empty(most), np.empty(most)
    one, two = np.empty(most), np.empty(most)
    for j in range(first.shape[0] - 1):
        a1, a2, b = item[j, 0], item[j, 1], item[j, 2]
        v11, v22, vbb, v1b, v2b = item[j, 3], item[j, 4], item[j, 5], item[j, 7], item[j, 8]
        bb = b * b + vbb
        c1, c2 = a1 * b + v1b, a2 * b + v2b
        low, count = first[j], first[j + 1] - first[j]
        yes, nay = split[j, 0] - low, split[j, 1] - low
        for i in range(count):
            c = cell[low + i]
            mean[i], wide[i] = place[c, 0], place[c, 1]
        for i in range(count):
            m = mean[i]
            eta = a1 + b * m
            one[i] = _weight(eta * eta + wide[i] * bb + m * m * vbb + v11 + 2.0 * m * v1b)
        for i in range(yes, count):
            m = mean[i]
            eta = a2 + b * m
            two[i] = _weight(eta * eta + wide[i] * bb + m * m * vbb + v22 + 2.0 * m * v2b)
        for i in range(count):
            weight[0, low + i] = one[i]
        for i in range(yes, count):
            weight[1, low + i] = two[i]
        for i in range(yes):
            c = cell[low + i]
            out[c, 0] += one[i] * bb
            out[c, 1] += 0.5 * b - one[i] * c1
        for i in range(yes, count):
            c = cell[low + i]
            out[c, 0] += (one[i] + two[i]) * bb
            out[c, 1] -= one[i] * c1 + two[i] * c2
        for i in range(nay, count):
            out[cell[low + i], 1] -= b


@njit(cache=True, inline="always", error_model="numpy")
def _most(first: Ints) -> int:
    most = 0
    for j in range(first.shape[0] - 1):
        most = max(most, first[j + 1] - first[j])
    return most


@njit(cache=True, fastmath=True, nogil=True, error_model="numpy")
def ballots_to_items(
    first: Ints, split: Ints, cell: Ints, place: Floats, weight: Floats, prior: Floats, item: Floats
) -> None:
    """
    The Gaussian of each item's (a1, a2, b) given the positions and weights; fills `item` (J, 9).

    `prior` (2,) are the precisions of intercepts and slope; the rest as in `ballots_to_actors`.
    """
    most = _most(first)
    mean, square = np.empty(most), np.empty(most)
    for j in range(first.shape[0] - 1):
        low, high = first[j], first[j + 1]
        yes, nay = split[j, 0] - low, split[j, 1] - low
        count = high - low
        for i in range(count):
            c = cell[low + i]
            m = place[c, 0]
            mean[i], square[i] = m, m * m + place[c, 1]
        p11 = p22 = prior[0]
        pbb = prior[1]
        p1b = p2b = hb = 0.0
        for i in range(count):
            w = weight[0, low + i]
            p11 += w
            p1b += w * mean[i]
            pbb += w * square[i]
        for i in range(yes, count):
            w = weight[1, low + i]
            p22 += w
            p2b += w * mean[i]
            pbb += w * square[i]
        for i in range(yes):
            hb += 0.5 * mean[i]
        for i in range(nay, count):
            hb -= mean[i]
        h1, h2 = yes - 0.5 * count, nay - 0.5 * (yes + count)
        # the two intercepts do not meet: eliminate them, then the slope
        s = 1.0 / (pbb - p1b * p1b / p11 - p2b * p2b / p22)
        r1, r2 = p1b / p11, p2b / p22
        b = s * (hb - r1 * h1 - r2 * h2)
        item[j, 0] = h1 / p11 - r1 * b
        item[j, 1] = h2 / p22 - r2 * b
        item[j, 2] = b
        item[j, 3] = 1.0 / p11 + r1 * r1 * s
        item[j, 4] = 1.0 / p22 + r2 * r2 * s
        item[j, 5] = s
        item[j, 6] = r1 * r2 * s
        item[j, 7] = -r1 * s
        item[j, 8] = -r2 * s


@njit(cache=True, inline="always", error_model="numpy")
def _chance(eta: float) -> float:
    # a logistic by way of the weight, so that several are computed at once
    return 0.5 + eta * _weight(eta * eta)


@njit(cache=True, inline="always", error_model="numpy")
def _mean_curvature(eta: float, wide: float) -> float:
    # the mean of p(1-p) over a normal predictor with variance `wide`: the slope of the probit-matched
    # mean of a logistic (MacKay 1992)
    shrink = 1.0 / math.sqrt(1.0 + 0.39269908169872414 * wide)
    p = _chance(shrink * eta)
    return shrink * p * (1.0 - p)


@njit(cache=True, fastmath=True, nogil=True, error_model="numpy")
def curvature_to_actors(first: Ints, split: Ints, cell: Ints, item: Floats, place: Floats, out: Floats) -> None:
    """
    Information and score of the ballots on each actor and period; fills `out` (cells, 2).

    A ballot with curvature h, the mean of p(1-p) over what is not known of its predictor, tells h b²
    about a position whose item is known. Its item being estimated from all, a share h s² of
    that (the ballot's leverage, s² the variance of its predictor from the item) is used up.
    """
    out[:, :] = 0.0
    most = _most(first)
    mean, wide = np.empty(most), np.empty(most)
    told, score = np.empty(most), np.empty(most)
    for j in range(first.shape[0] - 1):
        a1, a2, b = item[j, 0], item[j, 1], item[j, 2]
        v11, v22, vbb, v1b, v2b = item[j, 3], item[j, 4], item[j, 5], item[j, 7], item[j, 8]
        low, count = first[j], first[j + 1] - first[j]
        yes, nay = split[j, 0] - low, split[j, 1] - low
        for i in range(count):
            c = cell[low + i]
            mean[i], wide[i] = place[c, 0], b * b * place[c, 1]
        for i in range(count):
            m = mean[i]
            eta = a1 + b * m
            s = v11 + 2.0 * m * v1b + m * m * vbb
            h = _mean_curvature(eta, s + wide[i])
            told[i] = h * max(0.0, 1.0 - h * s)
            score[i] = -_chance(eta)
        for i in range(yes, count):
            m = mean[i]
            eta = a2 + b * m
            s = v22 + 2.0 * m * v2b + m * m * vbb
            h = _mean_curvature(eta, s + wide[i])
            told[i] += h * max(0.0, 1.0 - h * s)
            score[i] -= _chance(eta)
        for i in range(count):
            c = cell[low + i]
            out[c, 0] += told[i] * b * b
            out[c, 1] += b * score[i]
        for i in range(nay):
            out[cell[low + i], 1] += b


@njit(cache=True, nogil=True, error_model="numpy")
def smooth(told: Floats, span: Ints, step: Floats, start: Floats, place: Floats, lag: Floats) -> float:
    """
    Exact Kalman filter and smoother of every actor's random walk.

    `told` (A, T, 2) precision and linear term per period, `span` (A, 2) first and one
    past the last period, `step` (A, T) variance of the step into a period, `start` (A, 2)
    mean and variance of the first. Fills `place` (A, T, 2) with mean and variance and `lag`
    (A, T) with the covariance with the period before. Gives the log marginal
    likelihood up to terms that do not depend on `step` and `start`.
    """
    bound = 0.0
    length = told.shape[1]
    ahead_mean = np.zeros(length)
    ahead_var = np.zeros(length)
    for a in range(told.shape[0]):
        low, high = span[a, 0], span[a, 1]
        mean, var = start[a, 0], start[a, 1]
        for t in range(low, high):
            if t > low:
                var += step[a, t]
            ahead_mean[t], ahead_var[t] = mean, var
            w, h = told[a, t, 0], told[a, t, 1]
            grow = 1.0 + var * w
            bound += -0.5 * math.log(grow) + 0.5 * (2.0 * mean * h + var * h * h - w * mean * mean) / grow
            mean = (mean + var * h) / grow
            var = var / grow
            place[a, t, 0], place[a, t, 1] = mean, var
        for t in range(high - 2, low - 1, -1):
            gain = place[a, t, 1] / ahead_var[t + 1]
            later = place[a, t + 1, 1]
            place[a, t, 0] += gain * (place[a, t + 1, 0] - ahead_mean[t + 1])
            place[a, t, 1] += gain * gain * (later - ahead_var[t + 1])
            lag[a, t + 1] = gain * later
    return bound


@njit(cache=True, nogil=True, error_model="numpy")
def draw_walks(told: Floats, span: Ints, step: Floats, start: Floats, noise: Floats, out: Floats) -> None:
    """
    Whole paths of every actor from the same Gaussian that `smooth` summarises; fills `out` (D, A, T).

    `noise` (D, A, T) are standard normals; periods off an actor's span are left as they are.
    """
    draws, actors, length = noise.shape
    mean_at = np.zeros(length)
    var_at = np.zeros(length)
    for a in range(actors):
        low, high = span[a, 0], span[a, 1]
        if high <= low:
            continue
        mean, var = start[a, 0], start[a, 1]
        for t in range(low, high):
            if t > low:
                var += step[a, t]
            grow = 1.0 + var * told[a, t, 0]
            mean = (mean + var * told[a, t, 1]) / grow
            var = var / grow
            mean_at[t], var_at[t] = mean, var
        for d in range(draws):
            x = mean_at[high - 1] + math.sqrt(var_at[high - 1]) * noise[d, a, high - 1]
            out[d, a, high - 1] = x
            for t in range(high - 2, low - 1, -1):
                gain = var_at[t] / (var_at[t] + step[a, t + 1])
                x = mean_at[t] + gain * (x - mean_at[t])
                x += math.sqrt(gain * step[a, t + 1]) * noise[d, a, t]
                out[d, a, t] = x
