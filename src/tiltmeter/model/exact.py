"""The check of the fast answer: the theatre's model by exact Gibbs sampling, and how far the two are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.model.arrays import Floats
from tiltmeter.model.observe import ROBUST, Design, Rows, gaussian, predictor, statistics
from tiltmeter.model.paths import Mode, Paths, Prior, Walker
from tiltmeter.model.scales import Scales

if TYPE_CHECKING:
    from tiltmeter.model.panels import Panel
    from tiltmeter.model.votes import Places, Votes

ROUNDS: Final = 600
WARM: Final = 100


def check(
    design: Design, mode: Mode, before: Prior, scales: Scales, drawn: Paths, rng: np.random.Generator,
    *, rounds: int = ROUNDS,
) -> dict[str, Any]:  # fmt: skip
    """
    How far the fast draws are from exact ones, given the same scales and votes.

    Events are beta-binomial exactly: their tables are drawn (a Chinese restaurant
    process), which makes them binomial, and then Polya-Gamma weights, which make them Gaussian; signed
    sums get their Student t weights. Scales take the values the fast answer drew; jumps are off in both,
    since they are drawn exactly in either.

    Returns:
        `sd_ratio` (fast over exact: median, 5 % and 95 %), `mean_gap` (root mean square,
        in exact sds) and `cover_90`, the share of exact draws inside the fast 90 % intervals.

    Source:
        Polson, Scott and Windle 2013, "Bayesian Inference for Logistic Models Using Polya-Gamma Latent
        Variables", Journal of the American Statistical Association 108(504); Zhou and Carin 2015, "Negative
        Binomial Process Count and Mixture Modeling", IEEE Transactions on Pattern Analysis and Machine
        Intelligence 37(2), for tables of a count. We use both on the two sides of a beta-binomial.
    """
    kept, fast = [], []
    states = len(design.rows)
    walkers = [
        Walker(statistics(design, state, *gaussian(rows, mode.eta[state], mode.clumping, mode.noise)))
        for state, rows in enumerate(design.rows)
    ]
    eta: list[Floats] = [np.zeros(len(rows.time)) for rows in design.rows]
    for turn in range(rounds + WARM):
        logs = drawn.scales[turn % len(drawn.scales)]
        slope, spread = scales.slope(logs), scales.deviation(logs)
        step = before.step(scales.step(logs))
        place = np.zeros((2, states, design.periods), dtype=np.float32)
        for state, rows in enumerate(design.rows):
            told = statistics(design, state, *_augmented(rows, eta[state], mode, rng))
            for which, walker in enumerate((Walker(told), walkers[state])):
                walker.forward(slope, spread, step[state], before, state)
                noise = rng.standard_normal((1, design.periods, len(design.gauges) + 1))
                paths, effects = walker.sample(noise, rng.standard_normal((1, len(told.fixed_linear))))
                place[which, state] = paths[0, 0]
                if which == 0:
                    eta[state] = predictor(rows, paths[0, :1] + paths[0, 1:], effects[0], slope)
        if turn >= WARM:
            kept.append(place[0])
            fast.append(place[1])
    return compare(np.array(fast), np.array(kept))


def compare(fast: Floats, exact: Floats) -> dict[str, Any]:
    """
    Distance of two sets of draws, shape (N, …), by sd, mean and coverage.

    >>> same = np.random.default_rng(1).normal(size=(4000, 3))
    >>> 0.88 < compare(same, same)["cover_90"] < 0.92
    True
    """
    sd = np.maximum(exact.std(axis=0), 1e-9)
    ratio = fast.std(axis=0) / sd
    gap = (fast.mean(axis=0) - exact.mean(axis=0)) / sd
    low, high = np.quantile(fast, [0.05, 0.95], axis=0)
    return {
        "sd_ratio": [round(float(q), 3) for q in np.quantile(ratio, [0.5, 0.05, 0.95])],
        "mean_gap": round(float(np.sqrt(np.mean(gap**2))), 3),
        "cover_90": round(float(((exact >= low) & (exact <= high)).mean()), 3),
        "draws": len(exact),
    }


def _augmented(rows: Rows, eta: Floats, mode: Mode, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Rows as Gaussians given freshly drawn tables and weights; same form as `observe.gaussian`."""
    from tiltmeter.model import polya

    events = rows.tries > 0
    conc = mode.clumping[rows.gauge]
    share = 1.0 / (1.0 + np.exp(-np.clip(eta, -30.0, 30.0)))
    hits, miss = np.zeros(len(eta)), np.zeros(len(eta))
    polya.draw_tables(rng, rows.hits, share * conc, hits)
    polya.draw_tables(rng, rows.tries - rows.hits, (1.0 - share) * conc, miss)
    weight = np.zeros(len(eta))
    polya.draw_sums(rng, eta, hits + miss, weight)
    gap = rows.value - eta
    rate = 0.5 * (ROBUST + rows.weight * gap**2 / mode.noise)
    loose = rng.standard_gamma(0.5 * (ROBUST + 1.0), len(eta)) / rate
    precision = np.where(events, np.maximum(weight, 1e-9), rows.weight * loose / mode.noise)
    return np.where(events, 0.5 * (hits - miss) / precision, rows.value), precision


def check_votes(panel: Panel, years: Floats, settings: Any, rng: np.random.Generator) -> dict[str, Any]:
    """How far the fast votes fit is from exact sampling with the same step variances."""
    from tiltmeter.model.axis import names_and_presence, prepare_votes
    from tiltmeter.model.votes import place
    from tiltmeter.model.votes_sampler import sample_votes

    names, present = names_and_presence(panel)
    votes = prepare_votes(panel, names, present, years, settings)
    found = place(votes, settings=settings)
    drawn = sample_votes(votes, settings=settings, rng=rng, step=found.step).paths
    return beside_exact(found, votes, drawn, rng)


def beside_exact(found: Places, votes: Votes, drawn: Floats, rng: np.random.Generator) -> dict[str, Any]:
    """
    Distance of fast positions from exact draws (C, D, A, T).

    Both sides as they are given out: pole A negative, and the means with mean 0 and sd 1 in each period. (Draws that
    each have sd 1 have means that are closer together.)
    """
    flat = drawn.reshape(-1, *drawn.shape[2:]).astype(np.float64)
    a, b = votes.poles
    flat *= np.sign((flat[:, b] - flat[:, a]).mean(axis=1))[:, None, None]
    own = np.isfinite(found.mean)
    mean = np.where(own, flat.mean(axis=0), np.nan)
    flat = (flat - np.nanmean(mean, axis=0)) / np.maximum(np.nanstd(mean, axis=0), 1e-9)
    fast = found.mean[own] + found.sd[own] * rng.standard_normal((len(flat), int(own.sum())))
    return compare(fast, flat[:, own])
