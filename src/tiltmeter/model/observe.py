"""What events, figures and votes say about a state's gauges, as Gaussians on the poles' axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tiltmeter.model.arrays import Floats, Ints
from tiltmeter.model.panels import GAUGES, Panel

OFFSET_MEAN: Final = {"words": 1.5, "deeds": 0.5}
"""Logit of the cooperative share with a power one is equally near to both of: most words are friendly."""
OFFSET_SD: Final = 1.0
DYAD_SD: Final = 0.4
"""Lasting difference of a dyad's mix from what its distance explains, logit."""
SOURCE_SD: Final = 0.5
"""How much friendlier or grimmer a source reports than others, logit."""
FIGURE_SD: Final = 10.0
"""Level of a dyad's signed sums, in their own weekly sd: so wide that only their changes tell anything."""
CLUMPING: Final = (20.0, 1.0)
"""Prior median and log sd of the beta-binomial's concentration: a week's events tell one story, not n."""
ROBUST: Final = 4.0
"""Degrees of freedom of a signed sum about its mean."""


Effect = Callable[[str, float, float], int]
"""Names a fixed effect with its prior mean and sd, and gives its number."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """
    Observations of one state: each is `sign` · slope · gauge + effects, on its own scale.

    `effect` (N, 3) and `load` (N, 3) name up to three fixed effects and their loads.
    For events `hits` of `tries`; for figures `value` with `weight`.
    """

    time: Ints
    gauge: Ints
    sign: Floats
    effect: Ints
    load: Floats
    hits: Floats
    tries: Floats
    value: Floats
    weight: Floats

    def select(self, keep: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Rows:
        """The rows for which `keep` is true."""
        return Rows(*(getattr(self, name)[keep] for name in self.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Sufficient statistics of one state's observations, as `bands.forward` takes them."""

    told: Floats
    linear: Floats
    cross: Floats
    fixed: Floats
    fixed_linear: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The observations of all states, the gauges that have any, and the fixed effects' prior."""

    gauges: tuple[str, ...]
    rows: tuple[Rows, ...]
    prior_mean: Floats
    prior_sd: Floats
    names: tuple[str, ...]
    periods: int
    votes: tuple[Floats, Floats] | None = field(default=None)
    """Draws of the precision and linear term of the votes gauge, each (C, K, S, T); None without votes."""


def design(panel: Panel, votes: tuple[Floats, Floats] | None) -> Design:
    """
    Lays out a panel's events and figures as observations of gauges.

    A figure for both poles in one period counts as half their difference: what
    attention adds to both drops out.

    Source:
        Ours; we know of no published treatment of signed sums with a shared attention term.
    """
    names: list[str] = []
    mean: list[float] = []
    sd: list[float] = []

    def effect(name: str, centre: float, scale: float) -> int:
        if name not in names:
            names.append(name)
            mean.append(centre)
            sd.append(scale)
        return names.index(name)

    used = {GAUGES[g] for g in np.unique(panel.mix.gauge[panel.mix.power < 2])}
    used |= {"figures"} if (panel.figures.power < 2).any() else set()
    used |= {"votes"} if votes is not None and votes[0].any() else set()
    gauges = tuple(name for name in (*GAUGES, "figures") if name in used)
    parts = [
        [*_mix_rows(panel, state, gauges, effect), *_figure_rows(panel, state, gauges, effect)]
        for state in range(len(panel.states))
    ]
    rows = tuple(
        Rows(*(np.concatenate([getattr(part, name) for part in own]) for name in Rows.__slots__)) if own else _no_rows()
        for own in parts
    )
    return Design(
        gauges=gauges,
        rows=rows,
        prior_mean=np.array(mean),
        prior_sd=np.array(sd),
        names=tuple(names),
        periods=len(panel.periods),
        votes=votes if "votes" in gauges else None,
    )


def _no_rows() -> Rows:
    none, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
    wide = np.zeros((0, 3))
    return Rows(whole, whole, none, wide.astype(np.int64), wide, none, none, none, none)


def _mix_rows(panel: Panel, state: int, gauges: tuple[str, ...], effect: Effect) -> list[Rows]:
    mix = panel.mix
    parts = []
    for g, gauge in enumerate(gauges):
        if gauge not in OFFSET_MEAN:
            continue
        own = (mix.state == state) & (mix.power < 2) & (mix.gauge == GAUGES.index(gauge))
        sources = np.unique(mix.source[(mix.gauge == GAUGES.index(gauge)) & (mix.power < 2)])
        common = effect(f"{gauge}", OFFSET_MEAN[gauge], OFFSET_SD)
        dyad = np.array([effect(f"{gauge}/{pole}", 0.0, DYAD_SD) for pole in "ab"])
        several = len(sources) > 1
        told = {int(k): effect(f"{gauge}/{mix.sources[k]}", 0.0, SOURCE_SD) for k in sources if several}
        count = int(own.sum())
        third = [told.get(int(k), common) for k in mix.source[own]]
        effects = np.stack([np.full(count, common), dyad[mix.power[own]], np.array(third, dtype=np.int64)], 1)
        load = np.ones((count, 3))
        load[:, 2] = 1.0 if several else 0.0
        zero = np.zeros(count)
        parts.append(
            Rows(
                mix.time[own],
                np.full(count, g),
                np.where(mix.power[own] == 0, -1.0, 1.0),
                effects.astype(np.int64),
                load,
                mix.cooperative[own].astype(np.float64),
                mix.total[own].astype(np.float64),
                zero,
                zero,
            )
        )
    return parts


def _figure_rows(panel: Panel, state: int, gauges: tuple[str, ...], effect: Effect) -> list[Rows]:
    figures = panel.figures
    if "figures" not in gauges:
        return []
    g = gauges.index("figures")
    parts = []
    for source in np.unique(figures.source):
        level = [effect(f"figures/{figures.sources[source]}/{pole}", 0.0, FIGURE_SD) for pole in "ab"]
        value = np.full((2, len(panel.periods)), np.nan)
        days = np.zeros((2, len(panel.periods)))
        for pole in range(2):
            own = (figures.state == state) & (figures.power == pole) & (figures.source == source)
            value[pole, figures.time[own]] = plain_scale(figures.value[own])
            days[pole, figures.time[own]] = figures.days[own]
        have = np.isfinite(value)
        both = np.nonzero(have.all(axis=0))[0]
        if len(both):
            half = 0.5 * (value[1, both] - value[0, both])
            pair = np.tile([level[0], level[1], level[1]], (len(both), 1))
            load = np.tile([-0.5, 0.5, 0.0], (len(both), 1))
            weight = 2.0 * days[:, both].min(axis=0)
            parts.append(_sums(both, g, 1.0, pair, load, half, weight))
        for pole, sign in ((0, -1.0), (1, 1.0)):
            alone = np.nonzero(have[pole] & ~have[1 - pole])[0]
            one = np.tile([level[pole]] * 3, (len(alone), 1))
            load = np.tile([1.0, 0.0, 0.0], (len(alone), 1))
            # without the other pole nothing takes the shared attention out: half the weight
            weight = 0.5 * days[pole, alone]
            parts.append(_sums(alone, g, sign, one, load, value[pole, alone], weight))
    return [part for part in parts if len(part.time)]


def _sums(time: Ints, gauge: int, sign: float, effect: Ints, load: Floats, value: Floats, days: Floats) -> Rows:
    count = len(time)
    zero = np.zeros(count)
    usual = np.median(days[days > 0]) if (days > 0).any() else 1.0
    weight = np.maximum(days, 0.25 * usual) / max(usual, 1e-9)
    whole = np.full(count, gauge)
    return Rows(time, whole, np.full(count, sign), effect.astype(np.int64), load, zero, zero, value, weight)


def plain_scale(value: Floats) -> Floats:
    """
    Signed sums on a scale where one dyad compares with another: heavy tails drawn in, median 0, usual change 1.

    >>> bool(plain_scale(np.array([-1.0, 0.0, 1.0, 2000.0])).max() < 25)
    True
    """
    if len(value) == 0:
        return value
    gap = value - np.median(value)
    # from week to week: a dyad that drifts far must not look calmer for it
    steps = np.diff(value)
    spread = 1.4826 * np.median(np.abs(steps)) / np.sqrt(2.0) if len(steps) > 1 else 0.0
    if spread <= 0:
        spread = gap.std() if gap.std() > 0 else 1.0
    # straight for usual weeks, logarithmic beyond three spreads: one loud week is not thirty quiet ones
    return np.asarray(3.0 * np.arcsinh(gap / spread / 3.0))


def predictor(rows: Rows, paths: Floats, effects: Floats, slope: Floats) -> Floats:
    """What a state's gauges (G, T) and fixed effects (M,) predict for its rows, shape (N,)."""
    if len(rows.time) == 0:
        return np.zeros(0)
    level = (rows.load * effects[rows.effect]).sum(axis=1) if len(effects) else 0.0
    return np.asarray(rows.sign * slope[rows.gauge] * paths[rows.gauge, rows.time] + level)


def gaussian(rows: Rows, eta: Floats, clumping: Floats, noise: float) -> tuple[Floats, Floats]:
    """
    Each row as a Gaussian on its predictor: what it was observed to be, and how precisely.

    Events are beta-binomial: the mean has their exact score at `eta`, the precision is the
    curvature p(1-p) of their cooperative share times the number of events they are worth,
    n / (1 + (n - 1) / (concentration + 1)). Figures have Student t errors, with their score and
    expected information.

    Source:
        Williams 1982, "Extra-binomial Variation in Logistic Linear Models", Applied Statistics 31(2),
        whose variance we use for the precision while keeping the beta-binomial's own score.
    """
    from scipy.special import digamma, expit

    events = rows.tries > 0
    share = expit(eta)
    conc = clumping[rows.gauge]
    a, b = share * conc, (1.0 - share) * conc
    miss = rows.tries - rows.hits
    score = digamma(rows.hits + a) - digamma(a) - digamma(miss + b) + digamma(b)
    score = conc * share * (1.0 - share) * score
    worth = rows.tries / (1.0 + (rows.tries - 1.0) / (conc + 1.0))
    precision = np.maximum(worth * share * (1.0 - share), 1e-6)
    gap = rows.value - eta
    robust = (ROBUST + 1.0) / (ROBUST + rows.weight * gap**2 / noise)
    # the weights of robust regression overstate what a Student t tells: its expected information does not
    expected = (ROBUST + 1.0) / (ROBUST + 3.0) * rows.weight / noise
    score = np.where(events, score, robust * rows.weight * gap / noise)
    precision = np.where(events, precision, expected)
    return eta + score / precision, precision


def statistics(design: Design, state: int, observed: Floats, precision: Floats) -> Told:
    """Adds up a state's Gaussian rows, its votes and the fixed effects' prior."""
    from tiltmeter.model import bands

    rows, gauges, effects = design.rows[state], len(design.gauges), len(design.prior_mean)
    told, linear = np.zeros((design.periods, gauges)), np.zeros((design.periods, gauges))
    cross = np.zeros((design.periods, gauges, effects))
    fixed = np.diag(design.prior_sd**-2.0) if effects else np.zeros((0, 0))
    fixed_linear = design.prior_mean * design.prior_sd**-2.0 if effects else np.zeros(0)
    bands.add_rows(
        rows.time, rows.gauge, rows.sign, rows.effect, rows.load, observed, precision,
        told, linear, cross, fixed, fixed_linear,
    )  # fmt: skip
    if design.votes is not None:
        g = design.gauges.index("votes")
        told[:, g], linear[:, g] = (part[:, :, state].mean(axis=(0, 1)) for part in design.votes)
    return Told(told, linear, cross, fixed, fixed_linear)


def clumping_of(rows: Rows, eta: Floats, gauge: int, rng: np.random.Generator | None = None) -> float:
    """The concentration of a gauge's events from a grid: the one that fits best with its prior, or a draw."""
    from tiltmeter.model.mix_loops import mix_fit

    own = (rows.tries > 1) & (rows.gauge == gauge)
    middle, wide = CLUMPING
    grid = middle * np.exp(np.linspace(-3.0, 3.0, 19))
    share = np.clip(1.0 / (1.0 + np.exp(-eta[own])), 1e-6, 1 - 1e-6)
    fit = np.zeros(len(grid))
    mix_fit(rows.hits[own], rows.tries[own], share, grid, fit)
    fit -= 0.5 * (np.log(grid / middle) / wide) ** 2
    if rng is None:
        return float(grid[np.argmax(fit)])
    # Gumbel noise turns the best into a draw
    return float(grid[np.argmax(fit + rng.gumbel(size=len(grid)))])
