"""How near each power and state are, by each definition, as paths of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.model.arrays import Floats
from tiltmeter.model.nearness import Distances, Near, Walks
from tiltmeter.model.observe import CLUMPING, OFFSET_MEAN, ROBUST, plain_scale
from tiltmeter.model.panels import GAUGES
from tiltmeter.model.tilt import moments

if TYPE_CHECKING:
    from tiltmeter.model.axis import VoteFit
    from tiltmeter.model.options import FitSettings
    from tiltmeter.model.panels import Panel

LEVEL_SD: Final = 1.0
"""Prior sd of a dyad's first level, logits (mix), own sd (figures) or logs (volume)."""
STEP_YEAR: Final = 0.5
"""Typical step of a dyad over a year, same units."""
TAIL: Final = 8.0
"""Degrees of freedom of a step."""
ROUNDS: Final = 12
KEEP: Final = 5
"""One draw in so many is kept: a dyad per power and state would fill the memory."""
MOST: Final = 10_000_000
"""Numbers kept per definition, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """What is observed of each dyad (P · S rows) and period: hits of tries, a count with offset, or a value."""

    kind: str
    first: Floats
    second: Floats
    start: float


def closeness(
    panel: Panel, years: Floats, votes: VoteFit | None, settings: FitSettings, rng: np.random.Generator
) -> dict[str, Near]:
    """
    Nearness of every power to every state by each definition that has data.

    `votes`: minus the distance of their positions on the poles' axis. `words`, `deeds`:
    logit of the cooperative share of their events. `volume`: log of their cooperative
    events relative to all the source tells. `figures`: their signed sums, in the dyad's
    own usual spread. The last four are random walks with heavy-tailed steps.
    """
    near: dict[str, Near] = {}
    size = settings.chains * len(panel.powers) * len(panel.states) * len(years)
    keep = min(settings.draws, max(10, min(settings.draws // KEEP, MOST // max(size, 1))))
    if votes is not None:
        near["votes"] = _by_votes(panel, votes, keep, settings, rng)
    for name, counts in _observed(panel).items():
        near[name] = _walks(counts, years, settings, (settings.chains * keep, int(rng.integers(1 << 31))), panel)
    return near


def _by_votes(panel: Panel, votes: VoteFit, keep: int, settings: FitSettings, rng: np.random.Generator) -> Distances:
    blind = blind_walks(votes.prior_var, settings.chains, keep, rng)
    for pole, place in zip(panel.poles, (-1.0, 1.0), strict=True):
        # the axis holds a pole's mean over the reference, with votes or without
        path = blind[:, :, votes.wanted.index(pole)]
        known = np.isfinite(path[0, 0])
        known[: panel.reference[0]] = known[panel.reference[1] :] = False
        if known.any():
            path += place - path[:, :, known].mean(axis=-1, keepdims=True)
    states = votes.rows(panel.states)
    # evenly spread: neighbouring draws of a chain are alike
    paths = votes.paths[:, np.linspace(0, settings.draws - 1, keep).astype(np.int64)]
    wide = np.nan_to_num(votes.prior_var[states], nan=1.0)
    left = np.nan_to_num(moments(paths[:, :, states])[1], nan=1.0)
    share = np.tile(np.clip(1.0 - left / wide, 0.0, 1.0), (len(panel.powers), 1, 1))
    return Distances(*_sides(panel, votes, paths), *_sides(panel, votes, blind), share)


def _sides(panel: Panel, votes: VoteFit, paths: Floats) -> tuple[Floats, Floats]:
    """Paths of the states (N, S, T) and of the powers (N, P, T); nan where one has no place."""
    flat = paths.reshape(-1, *paths.shape[2:])
    power = np.full((len(flat), len(panel.powers), flat.shape[-1]), np.nan, dtype=np.float32)
    for p, code in enumerate(panel.powers):
        if code in votes.wanted:
            power[:, p] = flat[:, votes.wanted.index(code)]
    return flat[:, votes.rows(panel.states)], power


def _observed(panel: Panel) -> dict[str, _Counts]:
    powers, states, periods = len(panel.powers), len(panel.states), len(panel.periods)
    size = (powers * states, periods)
    found: dict[str, _Counts] = {}
    mix, figures = panel.mix, panel.figures
    for gauge in ("words", "deeds"):
        own = mix.gauge == GAUGES.index(gauge)
        if own.any():
            at = (mix.power[own] * states + mix.state[own], mix.time[own])
            hits, tries = np.zeros(size), np.zeros(size)
            np.add.at(hits, at, mix.cooperative[own])
            np.add.at(tries, at, mix.total[own])
            found[gauge] = _Counts("mix", hits, tries, OFFSET_MEAN[gauge])
    if len(mix.total):
        found["volume"] = _volume(panel, size)
    if len(figures.value):
        value, weight = np.zeros(size), np.zeros(size)
        for source in np.unique(figures.source):
            for dyad in np.unique(figures.power * states + figures.state):
                own = (figures.power * states + figures.state == dyad) & (figures.source == source)
                value[dyad, figures.time[own]] += plain_scale(figures.value[own])
                weight[dyad, figures.time[own]] += 1.0
        found["figures"] = _Counts("value", value / np.maximum(weight, 1.0), weight, 0.0)
    return found


def _volume(panel: Panel, size: tuple[int, int]) -> _Counts:
    """Cooperative events per dyad, and what to expect of them: the sources' totals times the dyad's usual share."""
    mix, states = panel.mix, len(panel.states)
    count = np.zeros(size)
    np.add.at(count, (mix.power * states + mix.state, mix.time), mix.cooperative)
    total = mix.world.sum(axis=0).astype(np.float64)
    usual = count.sum(axis=1, keepdims=True) / max(total.sum(), 1.0)
    return _Counts("count", count, np.maximum(usual, 1e-9) * total, 0.0)


def _walks(counts: _Counts, years: Floats, settings: FitSettings, count: tuple[int, int], panel: Panel) -> Walks:
    from tiltmeter.model import votes_loops as loops

    dyads, periods = counts.first.shape
    place, lag = np.zeros((dyads, periods, 2)), np.zeros((dyads, periods))
    place[:, :, 0] = counts.start
    span = np.tile(np.array([0, periods], dtype=np.int64), (dyads, 1))
    start = np.tile([counts.start, LEVEL_SD**2], (dyads, 1))
    years = np.maximum(years, 1e-6)
    step = np.tile(STEP_YEAR**2 * settings.prior_scale**2 * years, (dyads, 1))
    told: Floats = np.zeros((dyads, periods, 2))
    clump = CLUMPING[0]
    for turn in range(ROUNDS):
        told = _gaussian(counts, place[:, :, 0], clump)
        loops.smooth(told, span, step, start, place, lag)
        place[:, :, 0] = np.clip(place[:, :, 0], -8.0, 8.0)
        if turn >= 3:
            step, clump = _steps(place, lag, years, settings), _clump(counts, place[:, :, 0])
    wide = start[:, 1:] + np.cumsum(np.where(np.arange(periods) > 0, step, 0.0), axis=1)
    shape = (len(panel.powers), len(panel.states), periods)
    share = np.clip(1.0 - place[:, :, 1] / wide, 0.0, 1.0).reshape(shape)
    return Walks(told.reshape(*shape, 2), step.reshape(shape), start[0], np.array(count), share)


def _gaussian(counts: _Counts, eta: Floats, clump: float) -> Floats:
    """Precision and linear term of what is observed, near `eta`."""
    if counts.kind == "value":
        gap = counts.first - eta
        noise = 1.0
        score = counts.second * (ROBUST + 1.0) / (ROBUST + gap**2 / noise) * gap / noise
        precision = counts.second * (ROBUST + 1.0) / (ROBUST + 3.0) / noise
        return np.stack([precision, precision * eta + score], axis=-1)
    if counts.kind == "count":
        mean = counts.second * np.exp(np.clip(eta, -8.0, 8.0))
        # negative binomial: variance mean + mean² / clump
        precision = mean * clump / (mean + clump)
        score = (counts.first - mean) * clump / (mean + clump)
        return np.stack([precision, precision * eta + score], axis=-1)
    from scipy.special import digamma, expit

    share = expit(eta)
    a, b = share * clump, (1.0 - share) * clump
    miss = counts.second - counts.first
    score = digamma(counts.first + a) - digamma(a) - digamma(miss + b) + digamma(b)
    score *= clump * share * (1.0 - share)
    worth = counts.second / (1.0 + np.maximum(counts.second - 1.0, 0.0) / (clump + 1.0))
    precision = worth * share * (1.0 - share)
    return np.stack([precision, precision * eta + np.where(counts.second > 0, score, 0.0)], axis=-1)


def _clump(counts: _Counts, eta: Floats) -> float:
    """How much events clump, from a grid, with its prior; not used for values."""
    if counts.kind == "value":
        return CLUMPING[0]
    from scipy.special import gammaln

    from tiltmeter.model.mix_loops import mix_fit

    own = counts.second > (1 if counts.kind == "mix" else 1e-9)
    grid = CLUMPING[0] * np.exp(np.linspace(-4.0, 3.0, 15))
    one, two, eta = counts.first[own], counts.second[own], eta[own]
    if len(one) > 5000:
        pick = np.linspace(0, len(one) - 1, 5000).astype(np.int64)
        one, two, eta = one[pick], two[pick], eta[pick]
    fit = np.zeros(len(grid))
    if counts.kind == "mix":
        mix_fit(one, two, np.clip(1.0 / (1.0 + np.exp(-eta)), 1e-6, 1 - 1e-6), grid, fit)
    else:
        mean, some = two * np.exp(eta), one > 0
        fit += len(one) * grid * np.log(grid) - (grid * np.log(grid + mean[:, None])).sum(axis=0)
        # most periods have no event, and their share of gammas and logs is nothing
        tall, ahead = one[some, None], mean[some, None]
        fit += (gammaln(tall + grid) - gammaln(grid) + tall * np.log(ahead / (grid + ahead))).sum(axis=0)
    return float(grid[np.argmax(fit - 0.5 * (np.log(grid / CLUMPING[0]) / CLUMPING[1]) ** 2)])


def _steps(place: Floats, lag: Floats, years: Floats, settings: FitSettings) -> Floats:
    """Step variances: one size per dyad, pooled, times a weight that lets single steps be large."""
    square = np.diff(place[:, :, 0], axis=1) ** 2 + place[:, 1:, 1] + place[:, :-1, 1] - 2.0 * lag[:, 1:]
    square = np.maximum(square, 0.0) / years[1:]
    prior, count = (STEP_YEAR * settings.prior_scale) ** 2, square.shape[1]
    size = np.full((len(square), 1), prior)
    for _ in range(5):
        weight = (TAIL + 1.0) / (TAIL + square / size)
        # the prior weighs as much as a year of steps
        own = 1.0 / years.mean()
        size = (own * prior + (weight * square).sum(axis=1, keepdims=True)) / (own + count)
    full = size * (TAIL + square / size) / (TAIL + 1.0) * years[1:]
    return np.concatenate([full[:, :1], full], axis=1)


def blind_walks(var: Floats, chains: int, draws: int, rng: np.random.Generator) -> Floats:
    """Walks with these variances, the first period's being that of the first place; nan where there are none."""
    known = np.isfinite(var)
    steps = np.diff(np.where(known, var, 0.0), axis=1, prepend=0.0)
    scale = np.sqrt(np.maximum(np.where(known, steps, 0.0), 0.0)).astype(np.float32)
    walk = np.cumsum(rng.standard_normal((chains, draws, *var.shape), dtype=np.float32) * scale, axis=-1)
    walk[:, :, ~known] = np.nan
    return walk
