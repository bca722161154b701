"""Draws of the tilt's whole paths: scales by Metropolis, jumps and paths from their exact conditionals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.model.arrays import Floats, Ints
from tiltmeter.model.chains import each_chain
from tiltmeter.model.observe import ROBUST, Design, Rows, Told, clumping_of, gaussian, predictor, statistics
from tiltmeter.model.scales import Proposal, Scales, proposal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiltmeter.model.options import FitSettings
    from tiltmeter.model.panels import Panel

MEMORY: Final = 2.0
"""Years over which a gauge's own deviation fades to a third."""
ROUNDS: Final = 8
"""Newton rounds to the mode of the observations; they converge in five or six."""
FACT_SD: Final = 0.1
"""How far a tie's step may differ from its mean, axis units."""
SWEEPS: Final = 20
"""Draws of the scales and jumps per chain, each with its share of the paths."""
MOVES: Final = (True, False, True, False, True, False)
"""Metropolis moves of the scales in a sweep: far ones, drawn about the mode, and near ones, which do not
depend on how good that approximation is."""
RETUNE: Final = 3
"""Every so many sweeps clumping and noise are drawn anew: they cost more than they vary."""
WARM: Final = 4
"""Sweeps before them that are thrown away; the chains start from the mode's neighbourhood."""


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What holds before any observation: steps, ties, first level, and the calendar."""

    years: Floats
    shift: Floats
    extra: Floats
    start: Floats
    keep: Floats
    jump: float
    odds: float
    jumps: int

    def step(self, size: float) -> Floats:
        """Variance of each state's step into each period for a step scale per root year, shape (S, T)."""
        return np.asarray(size**2 * self.years + self.extra)

    def variance(self, size: float) -> Floats:
        """Variance of each tilt in each period without data, shape (S, T)."""
        periods = len(self.years)
        chance = min(1.0, self.jumps * self.odds / (1.0 + self.odds * max(periods - 1, 1)))
        wide = self.step(size) + chance * self.jump
        wide[:, 0] = self.start[:, 1]
        return np.asarray(np.cumsum(wide, axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Draws: `tilt` (C, D, S, T), each gauge's, the scales, and the chance of a jump (S, T)."""

    tilt: Floats
    gauges: dict[str, Floats]
    scales: Floats
    names: tuple[str, ...]
    jumps: Floats
    accepted: float
    clumping: dict[str, float]


def prior(panel: Panel, years: Floats, settings: FitSettings) -> Prior:
    """The prior of a panel's tilts: random walks with jumps, ties as steps of known date."""
    states, periods = len(panel.states), len(panel.periods)
    shift, extra = np.zeros((states, periods)), np.zeros((states, periods))
    steps = panel.steps
    np.add.at(shift, (steps.state, steps.time), settings.tie_pull * steps.toward)
    np.add.at(extra, (steps.state, steps.time), FACT_SD**2)
    level = np.clip(settings.tie_pull * steps.standing, -0.5, 0.5)
    start = np.stack([level, np.full(states, settings.level_sd**2)], axis=1)
    total = settings.jump_rate * float(years[1:].sum()) if periods > 1 else 0.0
    on = min(total / max(settings.jumps, 1), 0.5)
    odds = on / (1.0 - on) / max(periods - 1, 1)
    return Prior(
        years=np.maximum(years, 1e-6),
        shift=shift,
        extra=extra,
        start=start,
        keep=np.exp(-np.maximum(years, 1e-6) / MEMORY),
        jump=settings.jump_sd**2,
        odds=odds,
        jumps=settings.jumps if odds > 0 else 0,
    )


class Walker:
    """One state's smoother: its statistics and the room its elimination needs."""

    def __init__(self, told: Told) -> None:
        periods, gauges = told.told.shape
        size, effects = gauges + 1, len(told.fixed_linear)
        self.told = told
        self.out = (
            np.zeros((periods, size, size)), np.zeros((periods, size, size)), np.zeros((periods, size)),
            np.zeros((periods, size)), np.zeros((periods, size, effects)), np.zeros((2 * effects + 1, effects)),
        )  # fmt: skip

    def forward(self, slope: Floats, spread: Floats, step: Floats, prior: Prior, state: int) -> float:
        """Log marginal likelihood under these scales; afterwards paths can be drawn."""
        from tiltmeter.model import bands

        t = self.told
        return float(
            bands.forward(
                t.told, t.linear, t.cross, t.fixed, t.fixed_linear, slope,
                step, prior.shift[state], prior.start[state], spread, prior.keep, *self.out,
            )
        )  # fmt: skip

    def sample(self, noise: Floats, fixed_noise: Floats) -> tuple[Floats, Floats]:
        """Paths (D, K, T) and fixed effects (D, M) for standard normals (D, T, K) and (D, M)."""
        from tiltmeter.model import bands

        draws, periods, size = noise.shape
        out, effects = np.zeros((draws, size, periods)), np.zeros_like(fixed_noise)
        bands.sample(*self.out, noise, fixed_noise, out, effects)
        return out, effects

    def mean(self) -> tuple[Floats, Floats]:
        """Mean path (K, T) and mean fixed effects (M,)."""
        periods, size = self.out[2].shape
        paths, effects = self.sample(np.zeros((1, periods, size)), np.zeros((1, len(self.told.fixed_linear))))
        return paths[0], effects[0]


@dataclass(frozen=True, slots=True, eq=False)
class Mode:
    """The observations as Gaussians at the mode, and what was learnt on the way."""

    walkers: list[Walker]
    eta: list[Floats]
    clumping: Floats
    noise: float
    change: float


def find_mode(design: Design, prior: Prior, scales: Scales, logs: Floats) -> Mode:
    """
    Makes every observation a Gaussian about the mode of the paths given the scales, by Newton rounds.

    The beta-binomial's concentration and the noise of signed sums are learnt on the way.
    """
    slope, spread, step = scales.slope(logs), scales.deviation(logs), prior.step(scales.step(logs))
    clumping, noise, change = np.full(len(design.gauges), 20.0), 1.0, np.inf
    eta = [predictor(rows, *_flat_start(design), slope) for rows in design.rows]
    walkers: list[Walker] = []
    for turn in range(ROUNDS):
        walkers, after = [], []
        for state, rows in enumerate(design.rows):
            told = statistics(design, state, *gaussian(rows, eta[state], clumping, noise))
            walker = Walker(told)
            walker.forward(slope, spread, step[state], prior, state)
            paths, effects = walker.mean()
            after.append(np.clip(predictor(rows, paths[:1] + paths[1:], effects, slope), -8.0, 8.0))
            walkers.append(walker)
        change = max((float(np.abs(a - b).max()) for a, b in zip(after, eta, strict=True) if len(a)), default=0.0)
        eta = after
        if turn >= 1 and any(len(rows.time) for rows in design.rows):
            clumping, noise = _learn(design, eta)
        if change < 1e-3:
            break
    return Mode(walkers, eta, clumping, noise, change)


def _flat_start(design: Design) -> tuple[Floats, Floats]:
    return np.zeros((len(design.gauges), design.periods)), design.prior_mean


def _joined(design: Design) -> Rows:
    return Rows(*(np.concatenate([getattr(own, name) for own in design.rows]) for name in Rows.__slots__))


def _learn(design: Design, eta: list[Floats]) -> tuple[Floats, float]:
    rows, every = _joined(design), np.concatenate(eta)
    clumping = np.array([clumping_of(rows, every, g) for g in range(len(design.gauges))])
    sums = rows.tries == 0
    noise = 1.0
    if sums.any():
        gap = rows.weight[sums] * (rows.value - every)[sums] ** 2
        for _ in range(10):
            noise = float(np.mean((ROBUST + 1.0) / (ROBUST + gap / noise) * gap))
    return clumping, max(noise, 1e-3)


def _retune(design: Design, mode: Mode, eta: list[Floats], noise: float, rng: np.random.Generator) -> float:
    """
    Draws the events' clumping and the sums' noise given drawn predictors, and tells the walkers.

    At the mode itself the residuals are too small and both would come out too sure.
    """
    rows, every = _joined(design), np.concatenate(eta)
    clumping = np.array([clumping_of(rows, every, g, rng) for g in range(len(design.gauges))])
    sums = rows.tries == 0
    if sums.any():
        gap = rows.weight[sums] * (rows.value - every)[sums] ** 2
        loose = rng.standard_gamma(0.5 * (ROBUST + 1.0), len(gap)) / (0.5 * (ROBUST + gap / noise))
        noise = float(max(0.5 * (loose * gap).sum() / rng.standard_gamma(0.5 * len(gap)), 1e-3))
    for state, walker in enumerate(mode.walkers):
        own = gaussian(design.rows[state], mode.eta[state], clumping, noise)
        walker.told = statistics(design, state, *own)
    return noise


def draw(
    design: Design, mode: Mode, near: Proposal, prior: Prior, scales: Scales, rng: np.random.Generator,
    *, chains: int, draws: int, progress: Callable[[float], None] | None = None,
) -> Paths:  # fmt: skip
    """
    Whole paths of every state, with scales and jumps integrated over by sampling.

    Each chain alternates Metropolis steps of the scales, paths integrated out, with
    redrawing every jump; then paths and fixed effects come from their exact Gaussian.
    """
    states, periods = len(mode.walkers), design.periods
    shape = (chains, draws, states, periods)
    tilt = np.zeros(shape, dtype=np.float32)
    gauges = {gauge: np.zeros(shape, dtype=np.float32) for gauge in design.gauges}
    rngs, done = rng.spawn(chains), np.zeros(chains)

    def run(chain: int) -> tuple[Floats, Floats, float]:
        out = (tilt[chain], [gauges[gauge][chain] for gauge in design.gauges])

        def told(share: float) -> None:
            done[chain] = share
            if progress:
                progress(float(done.mean()))

        return _chain(chain, design, _apart(mode), near, prior, scales, rngs[chain], out, told)

    parts = each_chain(run, chains)
    clumping = {g: float(c) for g, c in zip(design.gauges, mode.clumping, strict=True) if g in ("words", "deeds")}
    return Paths(
        tilt=tilt,
        gauges=gauges,
        scales=np.concatenate([part[0] for part in parts]),
        names=scales.names,
        jumps=np.mean([part[1] for part in parts], axis=0),
        accepted=float(np.mean([part[2] for part in parts])),
        clumping=clumping,
    )


def _apart(mode: Mode) -> Mode:
    """A copy for one chain, whose walkers it may change."""
    return replace(mode, walkers=[Walker(replace(w.told, told=w.told.told.copy(), linear=w.told.linear.copy()))
                                  for w in mode.walkers])  # fmt: skip


def _chain(
    chain: int, design: Design, mode: Mode, near: Proposal, prior: Prior, scales: Scales, rng: np.random.Generator,
    out: tuple[Floats, list[Floats]], progress: Callable[[float], None],
) -> tuple[Floats, Floats, float]:  # fmt: skip
    """One chain; fills `out` and gives the logs of its scales, the chances of jumps, and the share of moves taken."""
    tilt, gauges = out
    states, periods = len(mode.walkers), design.periods
    kept: list[Floats] = []
    chance = np.zeros((states, periods))
    taken = 0
    share = np.array_split(np.arange(len(tilt)), min(SWEEPS, len(tilt)))
    logs, noise_of_sums = near.draw(rng), mode.noise
    slots = np.full((states, prior.jumps), -1, dtype=np.int64)
    for sweep in range(-WARM, len(share)):
        _hear(design, mode, chain, sweep)
        score = _score(mode, prior, scales, logs, slots)
        for far in MOVES:
            new = near.draw(rng) if far else logs + 0.8 * near.factor @ rng.standard_normal(len(logs))
            fresh = _score(mode, prior, scales, new, slots)
            gain = fresh + scales.density(new) - score - scales.density(logs)
            gain += near.density(logs) - near.density(new) if far else 0.0
            if np.log(rng.random()) < gain:
                logs, score = new, fresh
                taken += 1
        told = _sweep(mode, prior, scales, logs, slots, rng)
        _score(mode, prior, scales, logs, slots)
        rows = share[sweep] if sweep >= 0 else np.arange(1)
        eta: list[Floats] = []
        for state, walker in enumerate(mode.walkers):
            noise = rng.standard_normal((len(rows), periods, len(design.gauges) + 1))
            paths, effects = walker.sample(noise, rng.standard_normal((len(rows), len(walker.told.fixed_linear))))
            eta.append(predictor(design.rows[state], paths[0, :1] + paths[0, 1:], effects[0], scales.slope(logs)))
            if sweep >= 0:
                tilt[rows, state] = paths[:, 0]
                for g, gauge in enumerate(gauges):
                    gauge[rows, state] = paths[:, 0] + paths[:, g + 1]
        if sweep % RETUNE == 0:
            noise_of_sums = _retune(design, mode, eta, noise_of_sums, rng)
        if sweep >= 0:
            kept.append(logs.copy())
            chance += told
            progress((sweep + 1) / len(share))
    return np.array(kept), chance / max(len(kept), 1), taken / (len(MOVES) * (len(share) + WARM))


def approach(
    design: Design, prior: Prior, scales: Scales, rng: np.random.Generator, *, logs: dict[str, float]
) -> tuple[Mode, Proposal]:
    """
    Where the paths and the scales are, found in turn: the mode depends on the scales and they on it.

    Jumps are where first sweeps put them. Scales known from a fit nearby (`logs`, by name) save the second turn.
    """
    slots = np.full((len(design.rows), prior.jumps), -1, dtype=np.int64)
    place = np.array([logs.get(name, float(usual)) for name, usual in zip(scales.names, scales.middle, strict=True)])
    for _ in range(1 if logs else 2):
        mode = find_mode(design, prior, scales, place)
        for _ in range(2):
            _sweep(mode, prior, scales, place, slots, rng)
        near = proposal(_posterior(mode, prior, scales, slots), scales, place)
        place = near.centre
    return mode, near


def _posterior(mode: Mode, prior: Prior, scales: Scales, slots: Ints) -> Callable[[Floats], float]:
    return lambda logs: _score(mode, prior, scales, logs, slots) + scales.density(logs)


def _hear(design: Design, mode: Mode, chain: int, sweep: int) -> None:
    """Gives every state another draw of what its votes say: roll calls and axis are not known exactly."""
    if design.votes is None:
        return
    g = design.gauges.index("votes")
    chains, count = design.votes[0].shape[:2]
    for state, walker in enumerate(mode.walkers):
        walker.told.told[:, g] = design.votes[0][chain % chains, sweep % count, state]
        walker.told.linear[:, g] = design.votes[1][chain % chains, sweep % count, state]


def _steps(prior: Prior, scales: Scales, logs: Floats, slots: Ints) -> Floats:
    step = prior.step(scales.step(logs))
    for state, own in enumerate(slots):
        for at in own[own > 0]:
            step[state, at] += prior.jump
    return step


def _score(mode: Mode, prior: Prior, scales: Scales, logs: Floats, slots: Ints) -> float:
    slope, spread = scales.slope(logs), scales.deviation(logs)
    step = _steps(prior, scales, logs, slots)
    return sum(w.forward(slope, spread, step[s], prior, s) for s, w in enumerate(mode.walkers))


def _sweep(mode: Mode, prior: Prior, scales: Scales, logs: Floats, slots: Ints, rng: np.random.Generator) -> Floats:
    from tiltmeter.model import bands

    slope, spread, step = scales.slope(logs), scales.deviation(logs), prior.step(scales.step(logs))
    chance = np.zeros(step.shape)
    if prior.jumps == 0 or step.shape[1] < 2:
        return chance
    for state, walker in enumerate(mode.walkers):
        t = walker.told
        bands.sweep_jumps(
            t.told, t.linear, t.cross, t.fixed, t.fixed_linear, slope,
            step[state], prior.shift[state], prior.start[state], spread, prior.keep,
            slots[state], prior.jump, prior.odds, rng.random(prior.jumps), chance[state],
        )  # fmt: skip
    return chance


def draw_prior(prior: Prior, scales: Scales, rng: np.random.Generator, *, chains: int, draws: int) -> Floats:
    """
    Tilts (C, D, S, T) from the same model without data.

    The scales come from their priors, jumps and ties as in the model.
    """
    states, periods = prior.shift.shape
    sizes = np.exp(scales.middle[0] + scales.wide[0] * rng.standard_normal((chains, draws, 1, 1)))
    noise = rng.standard_normal((chains, draws, states, periods))
    steps = noise * np.sqrt(sizes**2 * prior.years + prior.extra) + prior.shift
    chance = prior.odds / (1.0 + prior.odds * max(periods - 1, 1))
    leap = rng.random(steps.shape) < min(1.0, chance * prior.jumps)
    steps += leap * np.sqrt(prior.jump) * rng.standard_normal(steps.shape)
    steps[..., 0] = prior.start[:, 0] + np.sqrt(prior.start[:, 1]) * noise[..., 0]
    return np.cumsum(steps, axis=-1).astype(np.float32)
