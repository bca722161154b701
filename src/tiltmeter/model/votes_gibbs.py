"""The compiled rounds of the exact votes sampler; `votes_sampler.py` says what they compute."""

# numba takes a second to import: this module is imported inside functions only
from __future__ import annotations

import math

import numpy as np
from numba import njit

from tiltmeter.model.arrays import Floats, Ints
from tiltmeter.model.polya import draw_one


@njit(cache=True, nogil=True, error_model="numpy")
def _draw_item(sums: Floats, rng: np.random.Generator, item: Floats) -> None:
    """One draw of (a1, a2, b) from its Gaussian: sums are (p11, p22, pbb, p1b, p2b, h1, h2, hb)."""
    p11, p22, pbb, p1b, p2b = sums[0], sums[1], sums[2], sums[3], sums[4]
    schur = pbb - p1b * p1b / p11 - p2b * p2b / p22
    mean = (sums[7] - p1b / p11 * sums[5] - p2b / p22 * sums[6]) / schur
    b = mean + rng.standard_normal() / math.sqrt(schur)
    item[2] = b
    item[0] = (sums[5] - p1b * b) / p11 + rng.standard_normal() / math.sqrt(p11)
    item[1] = (sums[6] - p2b * b) / p22 + rng.standard_normal() / math.sqrt(p22)


@njit(cache=True, nogil=True, error_model="numpy")
def _round_items(
    first: Ints,
    cell: Ints,
    choice: Ints,
    prior: Floats,
    place: Floats,
    item: Floats,
    weight: Floats,
    rng: np.random.Generator,
) -> None:
    sums = np.zeros(8)
    for j in range(first.shape[0] - 1):
        sums[:] = 0.0
        sums[0] = sums[1] = prior[0]
        sums[2] = prior[1]
        for k in range(first[j], first[j + 1]):
            x = place[cell[k]]
            w = draw_one(rng, item[j, 0] + item[j, 2] * x)
            weight[k, 0] = w
            sums[0] += w
            sums[2] += w * x * x
            sums[3] += w * x
            half = 0.5 if choice[k] == 0 else -0.5
            sums[5] += half
            sums[7] += half * x
            if choice[k] != 0:
                w = draw_one(rng, item[j, 1] + item[j, 2] * x)
                weight[k, 1] = w
                half = 0.5 if choice[k] == 1 else -0.5
                sums[1] += w
                sums[2] += w * x * x
                sums[4] += w * x
                sums[6] += half
                sums[7] += half * x
        _draw_item(sums, rng, item[j])


@njit(cache=True, nogil=True, error_model="numpy")
def _tell(first: Ints, cell: Ints, choice: Ints, item: Floats, weight: Floats, told: Floats) -> None:
    told[:, :] = 0.0
    for j in range(first.shape[0] - 1):
        a1, a2, b = item[j, 0], item[j, 1], item[j, 2]
        for k in range(first[j], first[j + 1]):
            c = cell[k]
            w = weight[k, 0]
            half = 0.5 if choice[k] == 0 else -0.5
            told[c, 0] += w * b * b
            told[c, 1] += b * (half - w * a1)
            if choice[k] != 0:
                w = weight[k, 1]
                half = 0.5 if choice[k] == 1 else -0.5
                told[c, 0] += w * b * b
                told[c, 1] += b * (half - w * a2)


@njit(cache=True, nogil=True, error_model="numpy")
def _curved(first: Ints, cell: Ints, choice: Ints, item: Floats, place: Floats, told: Floats) -> None:
    """
    What the votes say near a drawn place, by score and curvature: precision and linear term, (cells, 2).

    Not `_tell`, whose precision holds only given weights drawn at this very place: other evidence
    may move it, and would find the votes three times as stubborn as they are.
    """
    told[:, :] = 0.0
    for j in range(first.shape[0] - 1):
        b = item[j, 2]
        for k in range(first[j], first[j + 1]):
            c = cell[k]
            p = 1.0 / (1.0 + math.exp(-(item[j, 0] + b * place[c])))
            told[c, 0] += b * b * p * (1.0 - p)
            told[c, 1] += b * (1.0 - p) if choice[k] == 0 else -b * p
            if choice[k] != 0:
                p = 1.0 / (1.0 + math.exp(-(item[j, 1] + b * place[c])))
                told[c, 0] += b * b * p * (1.0 - p)
                told[c, 1] += b * (1.0 - p) if choice[k] == 1 else -b * p
    for c in range(place.shape[0]):
        told[c, 1] += told[c, 0] * place[c]


@njit(cache=True, nogil=True, error_model="numpy")
def _round_places(told: Floats, span: Ints, step: Floats, rng: np.random.Generator, place: Floats) -> None:
    actors, spots = step.shape
    mean_at, var_at = np.zeros(spots), np.zeros(spots)
    for a in range(actors):
        low, high = span[a, 0], span[a, 1]
        if high <= low:
            continue
        mean, var = 0.0, 1.0
        for t in range(low, high):
            if t > low:
                var += step[a, t]
            grow = 1.0 + var * told[a * spots + t, 0]
            mean = (mean + var * told[a * spots + t, 1]) / grow
            var /= grow
            mean_at[t], var_at[t] = mean, var
        x = mean_at[high - 1] + math.sqrt(var_at[high - 1]) * rng.standard_normal()
        place[a * spots + high - 1] = x
        for t in range(high - 2, low - 1, -1):
            gain = var_at[t] / (var_at[t] + step[a, t + 1])
            x = mean_at[t] + gain * (x - mean_at[t])
            x += math.sqrt(gain * step[a, t + 1]) * rng.standard_normal()
            place[a * spots + t] = x


@njit(cache=True, nogil=True, error_model="numpy")
def _standardised(span: Ints, place: Floats, told: Floats, out: Floats, said: Floats) -> float:
    """
    Places (A, U) with mean 0 and sd 1 over the voters of each date, and what the votes say likewise.

    Done to what is kept, not to the chain's own state: there it would feed back on the step sizes.
    Gives the mean square of the spreads.
    """
    actors, spots = out.shape
    mean_square, dates = 0.0, 0
    for t in range(spots):
        count, total, square = 0, 0.0, 0.0
        for a in range(actors):
            if span[a, 0] <= t < span[a, 1]:
                x = place[a * spots + t]
                count += 1
                total += x
                square += x * x
        middle, spread = 0.0, 1.0
        if count >= 3:
            middle = total / count
            spread = math.sqrt(max(square / count - middle * middle, 1e-8))
        mean_square += spread * spread
        dates += 1
        for a in range(actors):
            c = a * spots + t
            out[a, t] = (place[c] - middle) / spread
            said[a, t, 0] = told[c, 0] * spread * spread
            said[a, t, 1] = spread * (told[c, 1] - told[c, 0] * middle)
    return mean_square / max(dates, 1)


@njit(cache=True, nogil=True, error_model="numpy")
def _hold(span: Ints, when: Ints, place: Floats, item: Floats, told: Floats, spots: int) -> None:
    """Puts the chain's own places back to mean 0 and sd 1 at each date; items and messages follow."""
    actors = span.shape[0]
    middle, spread = np.zeros(spots), np.ones(spots)
    for t in range(spots):
        count, total, square = 0, 0.0, 0.0
        for a in range(actors):
            if span[a, 0] <= t < span[a, 1]:
                x = place[a * spots + t]
                count += 1
                total += x
                square += x * x
        if count < 3:
            continue
        middle[t] = total / count
        spread[t] = math.sqrt(max(square / count - middle[t] * middle[t], 1e-8))
        for a in range(actors):
            c = a * spots + t
            place[c] = (place[c] - middle[t]) / spread[t]
            told[c, 1] = spread[t] * (told[c, 1] - told[c, 0] * middle[t])
            told[c, 0] *= spread[t] * spread[t]
    for j in range(item.shape[0]):
        if when[j] >= 0:
            item[j, 0] += item[j, 2] * middle[when[j]]
            item[j, 1] += item[j, 2] * middle[when[j]]
            item[j, 2] *= spread[when[j]]


@njit(cache=True, nogil=True, error_model="numpy")
def _round_steps(
    span: Ints,
    gaps: Floats,
    scale: float,
    strength: float,
    tail: float,
    rng: np.random.Generator,
    place: Floats,
    size: Floats,
    step: Floats,
) -> None:
    """New step sizes per actor about their common size, and a variance for every single step."""
    actors, spots = step.shape
    inverse = 0.0
    for a in range(actors):
        inverse += 1.0 / size[a]
    # the common size has a gamma prior about `scale`, as strong as one actor
    rate = 0.5 * strength * (1.0 / scale + inverse)
    common = rng.standard_gamma(0.5 * strength * (1.0 + actors)) / rate
    for a in range(actors):
        total, count = 0.0, 0
        for t in range(span[a, 0] + 1, span[a, 1]):
            gap = (place[a * spots + t] - place[a * spots + t - 1]) ** 2 / gaps[t]
            loose = rng.standard_gamma(0.5 * (tail + 1.0)) / (0.5 * (tail + gap / size[a]))
            step[a, t] = gaps[t] / loose
            total += loose * gap
            count += 1
        size[a] = 0.5 * (strength * common + total) / rng.standard_gamma(0.5 * (strength + count))
        for t in range(span[a, 0] + 1, span[a, 1]):
            step[a, t] *= size[a]


@njit(cache=True, nogil=True, error_model="numpy")
def gibbs(
    first: Ints,
    cell: Ints,
    choice: Ints,
    when: Ints,
    span: Ints,
    gaps: Floats,
    prior: Floats,
    scale: float,
    strength: float,
    tail: float,
    warm: int,
    given: Floats,
    begin: Floats,
    drawn: Floats,
    sizes: Floats,
    pick: Ints,
    messages: Floats,
    rng: np.random.Generator,
) -> None:
    """
    Runs one chain; fills `drawn` (D, A, U), `sizes` (D, A) and, for draws in `pick`, `messages` (K, A, U, 2).

    Step variances are learnt, or taken from `given` (A, U) unless it is all zero.
    """
    actors, spots = begin.shape
    draws = drawn.shape[0]
    place = np.zeros(actors * spots)
    item = np.zeros((first.shape[0] - 1, 3))
    weight = np.zeros((cell.shape[0], 2))
    told = np.zeros((actors * spots, 2))
    size = np.full(actors, scale)
    step = given.copy()
    # loops, not whole arrays: those take seconds to compile
    learn = True
    for a in range(actors):
        for t in range(spots):
            place[a * spots + t] = begin[a, t]
            learn = learn and given[a, t] == 0.0
    if learn:
        for a in range(actors):
            for t in range(spots):
                step[a, t] = scale * gaps[t]
    said = np.zeros((actors, spots, 2))
    curve = np.zeros_like(told)
    keep = 0
    for turn in range(warm + draws):
        _round_items(first, cell, choice, prior, place, item, weight, rng)
        _tell(first, cell, choice, item, weight, told)
        _round_places(told, span, step, rng, place)
        if not learn:
            _hold(span, when, place, item, told, spots)
        if learn:
            _round_steps(span, gaps, scale, strength, tail, rng, place, size, step)
        if turn >= warm:
            d = turn - warm
            if keep < pick.shape[0] and pick[keep] == d:
                _curved(first, cell, choice, item, place, curve)
            square = _standardised(span, place, curve, drawn[d], said)
            for a in range(actors):
                sizes[d, a] = size[a] / square
            if keep < pick.shape[0] and pick[keep] == d:
                for a in range(actors):
                    for t in range(spots):
                        messages[keep, a, t, 0] = said[a, t, 0]
                        messages[keep, a, t, 1] = said[a, t, 1]
                keep += 1


@njit(cache=True, nogil=True, error_model="numpy")
def fill_in(
    drawn: Floats, dates: Ints, clock: Floats, span: Ints, sizes: Floats, rng: np.random.Generator, out: Floats
) -> None:
    """Walks and bridges between the dates that were sampled; fills `out` (D, A, T)."""
    draws, actors, spots = drawn.shape
    for d in range(draws):
        for a in range(actors):
            low, high = span[a, 0], span[a, 1]
            if high <= low:
                continue
            k = 0
            while k < spots and dates[k] < low:
                k += 1
            if k == spots or dates[k] >= high:
                # no votes in its time: a walk from the prior
                x = rng.standard_normal()
                for t in range(low, high):
                    if t > low:
                        x += math.sqrt(sizes[d, a] * (clock[t] - clock[t - 1])) * rng.standard_normal()
                    out[d, a, t] = x
                continue
            x = drawn[d, a, k]
            for t in range(dates[k], low - 1, -1):
                if t < dates[k]:
                    # before the first vote the walk runs back, held by the first place's prior
                    step = sizes[d, a] * (clock[t + 1] - clock[t])
                    x += math.sqrt(step) * rng.standard_normal()
                out[d, a, t] = x
            x = drawn[d, a, k]
            for t in range(dates[k] + 1, high):
                if k + 1 < spots and dates[k + 1] < high:
                    left = clock[dates[k + 1]] - clock[t]
                    step = clock[t] - clock[t - 1]
                    share = step / (step + left)
                    x += share * (drawn[d, a, k + 1] - x)
                    x += math.sqrt(sizes[d, a] * step * (1.0 - share)) * rng.standard_normal()
                    if t == dates[k + 1]:
                        k += 1
                        x = drawn[d, a, k]
                else:
                    x += math.sqrt(sizes[d, a] * (clock[t] - clock[t - 1])) * rng.standard_normal()
                out[d, a, t] = x


@njit(cache=True, nogil=True, error_model="numpy")
def between(
    drawn: Floats, dates: Ints, clock: Floats, span: Ints, sizes: Floats, turn: Floats, mean: Floats, square: Floats
) -> None:
    """
    Adds to `mean` and `square` (A, T) the first two moments of what `fill_in` would draw, without drawing it.

    `turn` (D,) multiplies each draw.
    """
    draws, actors, spots = drawn.shape
    for a in range(actors):
        low, high = span[a, 0], span[a, 1]
        first = 0
        while first < spots and dates[first] < low:
            first += 1
        for t in range(low, high):
            while first + 1 < spots and dates[first + 1] <= t and dates[first + 1] < high:
                first += 1
            none = first == spots or dates[first] >= high
            inside = not none and dates[first] <= t and first + 1 < spots and dates[first + 1] < high
            gap, share = 0.0, 0.0
            if inside:
                gap = clock[dates[first + 1]] - clock[dates[first]]
                share = (clock[t] - clock[dates[first]]) / gap
                gap *= share * (1.0 - share)
            elif none:
                gap = clock[t] - clock[low]
            else:
                gap = abs(clock[t] - clock[dates[first]])
            for d in range(draws):
                x = 0.0 if none else drawn[d, a, first]
                if inside:
                    x += share * (drawn[d, a, first + 1] - x)
                mean[a, t] += turn[d] * x
                square[a, t] += x * x + sizes[d, a] * gap + (1.0 if none else 0.0)
