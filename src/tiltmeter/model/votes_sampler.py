"""The votes model by exact sampling: for few votes, and as the check of the fast answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.model.arrays import Floats, Ints
from tiltmeter.model.chains import each_chain
from tiltmeter.model.votes import STEP_YEAR, TAIL, Votes

if TYPE_CHECKING:
    from tiltmeter.model.options import FitSettings

WARM: Final = 150
"""Rounds of each chain that are thrown away."""
MOST: Final = 250
"""Rounds of each chain that are kept; where more draws are asked for, each round gives several."""
STEP_WEIGHT: Final = 4.0
"""Steps' worth of weight with which an actor's step size is drawn to that of all."""


@dataclass(frozen=True, slots=True, eq=False)
class VoteDraws:
    """
    Exact draws of the votes model: `paths` (C, D, R, T) of the actors asked for, not turned to either side.

    `mean` and `variance` (A, T) are those of all actors, every draw turned so that the poles' order is right.

    `told[c, d]` (A, T, 2) would be large: `messages` (C, K, A, U, 2) keeps it for K evenly
    spread draws, U being the periods that have votes, `dates` (U,). `step` (C, D, A) is the step
    variance per year.
    """

    paths: Floats
    mean: Floats
    variance: Floats
    messages: Floats
    message_draws: Ints
    dates: Ints
    step: Floats


def sample_votes(
    votes: Votes, *, settings: FitSettings, rng: np.random.Generator, messages: int = 1, step: Floats | None = None,
    rows: Ints | None = None,
) -> VoteDraws:  # fmt: skip
    """
    Draws positions from the exact posterior of the votes model by Polya-Gamma Gibbs sampling.

    Positions are sampled at the periods that have votes; those between are filled in by the random
    walk's bridge, which loses nothing. Steps have Student t tails, and what
    is kept is standardised, as in the fast fit.

    Args:
        votes: Prepared ballots.
        settings: Chains, draws, prior scales.
        rng: Source of randomness.
        messages: How many draws per chain to keep the votes' own message of.
        step: Variances of the steps into each period, shape (A, T), to take as given; learnt if None.
        rows: The actors whose paths are wanted, all if None.

    Source:
        Polson, Scott and Windle 2013, "Bayesian Inference for Logistic Models Using Polya-Gamma Latent
        Variables", Journal of the American Statistical Association 108(504); Carter and Kohn 1994, "On Gibbs
        Sampling for State Space Models", Biometrika 81(3). We apply both to continuation-ratio items.
    """
    from tiltmeter.model import votes_gibbs as loops
    from tiltmeter.model.votes import guess, period_of_items

    time, actor = votes.cell // votes.actors, votes.cell % votes.actors
    dates, at = np.unique(time, return_inverse=True)
    clock = np.cumsum(votes.years)
    gaps = np.concatenate([[1.0], np.diff(clock[dates])]) if len(dates) else np.ones(0)
    span = _shorten(votes.span, dates)
    spots = len(dates)
    cell = (actor * spots + at).astype(np.int32)
    prior = np.array([settings.intercept_sd**-2, settings.slope_sd**-2])
    scale = STEP_YEAR * settings.prior_scale**2
    rounds = min(settings.draws, MOST)
    of_round = np.arange(settings.draws) * rounds // settings.draws
    pick = np.unique(np.linspace(0, rounds - 1, min(messages, rounds)).astype(np.int64))
    asked = np.arange(votes.actors) if rows is None else rows
    paths = np.zeros((settings.chains, settings.draws, len(asked), votes.periods), dtype=np.float32)
    kept = np.zeros((settings.chains, len(pick), votes.actors, spots, 2))
    steps = np.zeros((settings.chains, settings.draws, votes.actors))
    given = np.zeros((votes.actors, spots))
    if step is not None:
        clocked = np.cumsum(step, axis=1)[:, dates]
        given = np.diff(clocked, axis=1, prepend=0.0)
    of_items = period_of_items(votes)
    when = np.where(of_items >= 0, np.searchsorted(dates, of_items), -1)
    begin = np.repeat(guess(votes), max(spots, 1), axis=1)
    rngs = rng.spawn(settings.chains)

    def run(chain: int) -> tuple[Floats, Floats]:
        own, dice = begin + 0.3 * rngs[chain].standard_normal(begin.shape), rngs[chain]
        drawn, sizes = np.zeros((rounds, votes.actors, spots)), np.zeros((rounds, votes.actors))
        loops.gibbs(
            votes.first, cell, votes.choice, when, span, gaps, prior, scale, STEP_WEIGHT, TAIL,
            WARM, given, own, drawn, sizes, pick, kept[chain], dice,
        )  # fmt: skip
        steps[chain] = sizes[of_round]
        wanted = drawn[of_round][:, asked]
        loops.fill_in(wanted, dates, clock, votes.span[asked], steps[chain][:, asked], dice, paths[chain])
        a, b = votes.poles
        turn = np.where((drawn[:, b] - drawn[:, a]).mean(axis=1) < 0, -1.0, 1.0)
        sums = np.zeros((2, votes.actors, votes.periods))
        loops.between(drawn, dates, clock, votes.span, sizes, turn, sums[0], sums[1])
        return sums[0], sums[1]

    parts = each_chain(run, settings.chains)
    mean, square = (np.sum([part[k] for part in parts], axis=0) / (settings.chains * rounds) for k in range(2))
    return VoteDraws(paths, mean, square - mean**2, kept, np.searchsorted(of_round, pick), dates, steps)


def _shorten(span: Ints, dates: Ints) -> Ints:
    """The spans counted in periods that have votes."""
    low = np.searchsorted(dates, span[:, 0])
    high = np.searchsorted(dates, span[:, 1])
    return np.stack([low, np.maximum(high, low)], axis=1).astype(np.int64)
