"""The votes model: positions of voters on one line, moving in time, from how they vote at roll calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.arrays import Bools, Floats, Ints
from tiltmeter.model.chains import each_chain

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiltmeter.model.options import FitSettings

TOLERANCE: Final = 1e-4
"""Converged when positions change by less than this (root mean square, sd units)."""
ROUNDS: Final = 400
"""Most iterations."""
TAIL: Final = 8.0
"""Degrees of freedom of a step: fewer than a normal's, so that a real jump is not smeared over years."""
STEP_YEAR: Final = 0.1
"""Prior variance of a year's step, sd units: the published positions change by 0.15 to 0.45 sd a year."""
PARTS: Final = 2
"""Ranges of items that are worked on side by side; the same on every machine, since the order of sums shows."""
MANY: Final = 100_000
"""Votes from which threads pay."""
POOL: Final = 20.0
"""Steps' worth of weight with which a period's step size is drawn to that of all periods."""


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """
    Ballots prepared for fitting: cast votes on contested items, sorted by item.

    `first` (J+1,) are the bounds of each item's ballots; `cell` is period · A + actor;
    `choice` 0 yes, 1 abstain, 2 no, in this order within an item; `split` (J, 2) is where its
    abstentions and its noes begin. `span` (A, 2) is each actor's first and one past
    its last period. `poles` are two actors, the first of which is on the negative side.
    """

    first: Ints
    split: Ints
    cell: Ints
    choice: Ints
    span: Ints
    periods: int
    poles: tuple[int, int]
    years: Floats
    """Length of the step into each period, years; shape (T,)."""

    @property
    def actors(self) -> int:
        """How many actors there are, A."""
        return len(self.span)

    def present(self) -> Bools:
        """Whether an actor is on the calendar in a period, shape (A, T)."""
        at = np.arange(self.periods)
        return np.asarray((at >= self.span[:, :1]) & (at < self.span[:, 1:]))


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """
    Posterior of the votes model: positions (A, T), mean 0 and sd 1 over the actors present.

    `item` (J, 9) holds each item's mean (a1, a2, b) and covariance (11, 22, bb, 12, 1b,
    2b). `told` (A, T, 2), precision and linear term, gives `mean` when smoothed with `step`;
    `said` is what the votes of each period say by themselves, nothing where there are none.
    """

    mean: Floats
    sd: Floats
    item: Floats
    told: Floats
    said: Floats
    step: Floats
    start: Floats
    rounds: int
    change: float
    bound: tuple[float, ...]


def prepare(
    *, actor: Ints, item: Ints, time: Ints, choice: Ints, years: Floats, present: Bools, poles: tuple[int, int]
) -> Votes:  # fmt: skip
    """
    Ballots with unanimous items dropped, sorted and indexed for the compiled loops.

    Args:
        actor: Who voted, below `actors`. Shape (N,).
        item: What on; equal numbers share their parameters. Shape (N,).
        time: In which period, below `periods`. Shape (N,).
        choice: 0 yes, 1 abstain, 2 no; anything else is left out. Shape (N,).
        years: Length of the step into each period. Shape (T,).
        present: When each actor is on the calendar; a stretch without gaps. Shape (A, T).
        poles: Two actors, the first of whom is put on the negative side.

    >>> one = np.array([0, 1, 0, 1])
    >>> votes = prepare(actor=one, item=np.array([0, 0, 1, 1]), time=0 * one, choice=np.array([0, 2, 0, 0]),
    ...                 years=np.ones(1), present=np.ones((2, 1), dtype=bool), poles=(0, 1))
    >>> len(votes.cell)  # the second item is unanimous
    2
    """
    periods = len(years)
    cast = (choice >= 0) & (choice <= 2)
    actor, item, time, choice = actor[cast], item[cast], time[cast], choice[cast]
    items = int(item.max()) + 1 if len(item) else 0
    counts = np.bincount(item.astype(np.int64) * 3 + choice, minlength=3 * items).reshape(-1, 3)
    contested = (counts > 0).sum(axis=1) > 1
    keep = contested[item] if items else np.zeros(0, dtype=bool)
    renumber = np.cumsum(contested) - 1
    actor, item, time, choice = actor[keep], renumber[item[keep]] if items else item, time[keep], choice[keep]
    # by item, and within it by choice
    place = 3 * item.astype(np.int64) + choice
    order = np.argsort(place, kind="stable")
    actor, time, choice = actor[order], time[order], choice[order]
    bounds = np.searchsorted(place[order], np.arange(3 * int(contested.sum()) + 1))
    ever = np.asarray(present.any(axis=1))
    last = periods - np.argmax(present[:, ::-1], axis=1)
    span = np.where(ever[:, None], np.stack([np.argmax(present, axis=1), last], axis=1), 0)
    return Votes(
        first=bounds[::3].astype(np.int64),
        split=bounds[:-1].reshape(-1, 3)[:, 1:].astype(np.int64),
        cell=(time.astype(np.int64) * len(present) + actor).astype(np.int32),
        choice=choice.astype(np.int8),
        span=span.astype(np.int64),
        periods=periods,
        poles=poles,
        years=np.asarray(years, dtype=np.float64),
    )


def place(votes: Votes, *, settings: FitSettings, progress: Callable[[float], None] | None = None) -> Places:
    """
    Positions of all voters by variational EM with an exact smoother, and a closing variance pass.

    Each roll call asks two questions, yes or not, and if not, abstain or no; both
    are logits in the voter's position with one slope. Positions are standardised in
    every iteration; items follow, so that their predictions stay.

    Args:
        votes: Prepared ballots.
        settings: Prior scales.
        progress: Called with the share done.

    Raises:
        ModelError: There is no contested roll call.

    Source:
        Bailey, Strezhnev and Voeten 2017, "Estimating Dynamic State Preferences from United Nations
        Voting Data", Journal of Conflict Resolution 61(2), and Imai, Lo and Olmsted 2016, "Fast
        Estimation of Ideal Points with Massive Data", American Political Science Review 110(4). We
        use continuation-ratio logits with Polya-Gamma weights in place of their probits, learn the
        step, give it heavy tails, and repair the variances afterwards.
    """
    from tiltmeter.model import votes_loops as loops

    if len(votes.cell) == 0:
        raise ModelError("no contested roll call", mend="add votes on which states differed")
    actors, periods = votes.actors, votes.periods
    present = votes.present()
    spot = np.zeros((actors, periods, 2))
    spot[:, :, 0] = guess(votes) * present
    spot[:, :, 1] = 0.1
    item = np.zeros((len(votes.first) - 1, 9))
    prior = np.array([settings.intercept_sd**-2, settings.slope_sd**-2])
    weight = np.full((2, len(votes.cell)), 0.2, dtype=np.float32)
    _to_items(votes, spot, weight, prior, item)
    step = np.tile(STEP_YEAR * settings.prior_scale**2 * votes.years, (actors, 1))
    start = np.tile([0.0, 1.0], (actors, 1))
    lag = np.zeros((actors, periods))
    when = period_of_items(votes)
    bounds: list[float] = []
    before, change, rounds = spot[:, :, 0].copy(), np.inf, 0
    for rounds in range(1, ROUNDS + 1):
        told = _to_actors(votes, spot, weight, item)
        bounds.append(loops.smooth(told, votes.span, step, start, spot, lag))
        if rounds % 4 == 1:
            step = _learn_steps(votes, spot, item, step, start, settings)
        _standardise(spot, present, item, when)
        _to_items(votes, spot, weight, prior, item)
        change = float(np.sqrt(np.mean((spot[:, :, 0] - before)[present] ** 2)))
        before = spot[:, :, 0].copy()
        if progress:
            progress(min(1.0, np.log(max(change, 1e-9)) / np.log(TOLERANCE)))
        if change < TOLERANCE:
            break
    _face(spot, item, votes)
    _sharpen(votes, spot, item, weight, prior)
    return _close(votes, spot, item, step, start, rounds=rounds, change=change, bounds=tuple(bounds))


def _by_time(spot: Floats) -> Floats:
    """Values (A, T, 2) as the ballots' cells want them: an item's voters are then neighbours in memory."""
    return np.ascontiguousarray(spot.swapaxes(0, 1)).reshape(-1, 2)


def _summed(votes: Votes, add: Callable[[slice, Floats], None]) -> Floats:
    """What ranges of items add up to for each actor and period, shape (A, T, 2)."""
    flat = np.zeros((PARTS, votes.periods * votes.actors, 2))
    each_chain(lambda part: add(_items_of(votes, part), flat[part]), PARTS, alone=len(votes.cell) < MANY)
    return np.ascontiguousarray(flat.sum(axis=0).reshape(votes.periods, votes.actors, 2).swapaxes(0, 1))


def _items_of(votes: Votes, part: int) -> slice:
    """One of PARTS ranges of items, with about as many ballots in each."""
    low, high = np.searchsorted(votes.first[:-1], np.array([part, part + 1]) * len(votes.cell) / PARTS)
    return slice(int(low), int(high))


def _to_actors(votes: Votes, spot: Floats, weight: Floats, item: Floats) -> Floats:
    """What the ballots say of the actors, shape (A, T, 2); fills the weights."""
    from tiltmeter.model import votes_loops as loops

    place = _by_time(spot)

    def add(own: slice, out: Floats) -> None:
        first = votes.first[own.start : own.stop + 1]
        loops.ballots_to_actors(first, votes.split[own], votes.cell, item[own], place, weight, out)

    return _summed(votes, add)


def _to_items(votes: Votes, spot: Floats, weight: Floats, prior: Floats, item: Floats) -> None:
    """The items anew, given positions and weights."""
    from tiltmeter.model import votes_loops as loops

    place = _by_time(spot)

    def fill(part: int) -> None:
        own = _items_of(votes, part)
        first = votes.first[own.start : own.stop + 1]
        loops.ballots_to_items(first, votes.split[own], votes.cell, place, weight, prior, item[own])

    each_chain(fill, PARTS, alone=len(votes.cell) < MANY)


def _close(
    votes: Votes, spot: Floats, item: Floats, step: Floats, start: Floats,
    *, rounds: int, change: float, bounds: tuple[float, ...],
) -> Places:  # fmt: skip
    told = _information(votes, spot, item)
    said = told.copy()
    # the means stay those of the iteration; only their spread is new
    mean = spot[:, :, 0].copy()
    repaired, _ = _spread(votes, told, step, start)
    told[:, :, 1] = _linear(told[:, :, 0], mean, step, start, votes.span)
    present = votes.present()
    mean[~present] = np.nan
    sd = np.where(present, np.sqrt(np.maximum(repaired, 0.0)), np.nan)
    return Places(mean, sd, item, told, said, step, start, rounds, change, bounds)


def _sharpen(votes: Votes, spot: Floats, item: Floats, weight: Floats, prior: Floats) -> None:
    """
    Items once more with the positions taken as known: the iteration's slopes are a few per cent too flat.

    Mean-field estimates of slopes are pulled to zero by the spread of the positions, as by errors in a
    regressor, though votes and positions are not independent given the data.
    """
    known = spot.copy()
    known[:, :, 1] = 0.0
    for _ in range(2):
        _to_actors(votes, known, weight, item)
        _to_items(votes, known, weight, prior, item)


def _linear(info: Floats, mean: Floats, step: Floats, start: Floats, span: Ints) -> Floats:
    """The linear terms with which the smoother gives exactly these means."""
    linear = info * mean
    at = np.arange(mean.shape[1])
    inside = (at > span[:, :1]) & (at < span[:, 1:])
    pull = np.where(inside, np.diff(mean, axis=1, prepend=0.0) / np.where(step > 0, step, 1.0), 0.0)
    linear += pull
    linear[:, :-1] -= pull[:, 1:]
    rows = np.nonzero(span[:, 1] > span[:, 0])[0]
    begin = span[rows, 0]
    linear[rows, begin] += (mean[rows, begin] - start[rows, 0]) / start[rows, 1]
    return linear


def guess(votes: Votes) -> Floats:
    """Rough positions from the leading direction of the votes, pole A negative; shape (A, 1)."""
    items = len(votes.first) - 1
    actor = votes.cell % votes.actors
    item = np.repeat(np.arange(items), np.diff(votes.first))
    # yes, abstain, no as 1, 0, -1 about the item's mean
    value = 1.0 - votes.choice.astype(np.float64)
    size = np.diff(votes.first)
    value -= (np.bincount(item, value, items) / size)[item]
    rough = np.zeros(votes.actors)
    rough[votes.poles[0]], rough[votes.poles[1]] = -1.0, 1.0
    count = np.maximum(np.bincount(actor, minlength=votes.actors), 1)
    for _ in range(8):
        slope = np.bincount(item, value * rough[actor], items) / size
        rough = np.bincount(actor, value * slope[item], votes.actors) / count
        rough -= rough.mean()
        rough /= max(rough.std(), 1e-9)
    if rough[votes.poles[0]] > rough[votes.poles[1]]:
        rough = -rough
    return rough[:, None]


def period_of_items(votes: Votes) -> Ints:
    """The period of each item, -1 when its ballots are of several."""
    time = votes.cell // votes.actors
    low = np.minimum.reduceat(time, votes.first[:-1])
    high = np.maximum.reduceat(time, votes.first[:-1])
    return np.where(low == high, low, -1)


def _standardise(spot: Floats, present: Bools, item: Floats, when: Ints) -> None:
    """Mean 0 and sd 1 over the voters present in each period; items of the period follow."""
    mean = np.where(present, spot[:, :, 0], 0.0)
    count = np.maximum(present.sum(axis=0), 1)
    middle = mean.sum(axis=0) / count
    spread = np.sqrt((np.where(present, mean - middle, 0.0) ** 2).sum(axis=0) / count)
    # with one or two voters, or none apart, there is no spread to go by
    spread = np.where((count > 2) & (spread > 1e-6), spread, 1.0)
    spot[:, :, 0] = np.where(present, (spot[:, :, 0] - middle) / spread, 0.0)
    spot[:, :, 1] /= spread**2
    fixed = when >= 0
    m, s = middle[when[fixed]], spread[when[fixed]]
    item[fixed, 0] += item[fixed, 2] * m
    item[fixed, 1] += item[fixed, 2] * m
    item[fixed, 2] *= s


def _learn_steps(
    votes: Votes, spot: Floats, item: Floats, step: Floats, start: Floats, settings: FitSettings
) -> Floats:
    """
    Step variances: a size per period, pooled over periods, times a weight that lets single steps be large.

    The smoother's own variances are too small (its Polya-Gamma weights exceed the curvature) and would
    make the steps shrink by a third; with the repaired ones simulated steps are found again. The
    size is the mean of what is learnt and the prior, the prior weighing as many steps as were informed.
    """
    told = _information(votes, spot, item)
    repaired, lag = _spread(votes, told, step, start)
    at = np.arange(votes.periods)
    inside = (at > votes.span[:, :1]) & (at < votes.span[:, 1:])
    square = np.diff(spot[:, :, 0], axis=1, prepend=0.0) ** 2
    square += repaired + np.roll(repaired, 1, axis=1) - 2.0 * lag
    years = np.maximum(votes.years, 1e-6)
    square = np.where(inside, square / years, 0.0)
    count = inside.sum(axis=0)
    prior = STEP_YEAR * settings.prior_scale**2
    size = np.full(votes.periods, prior)
    for _ in range(10):
        weight = np.where(inside, (TAIL + 1.0) / (TAIL + square / size), 0.0)
        total = (weight * square).sum(axis=0)
        pooled = 0.5 * (total.sum() / max(count.sum(), 1) + prior)
        size = (POOL * pooled + total) / (POOL + count)
    return np.asarray(size * (TAIL + square / size) / (TAIL + 1.0) * years)


def _information(votes: Votes, spot: Floats, item: Floats) -> Floats:
    """What the votes say of each position near where it is: (precision, linear term), shape (A, T, 2)."""
    from tiltmeter.model import votes_loops as loops

    place = _by_time(spot)

    def add(own: slice, out: Floats) -> None:
        first = votes.first[own.start : own.stop + 1]
        loops.curvature_to_actors(first, votes.split[own], votes.cell, item[own], place, out)

    told = _summed(votes, add)
    told[:, :, 1] += told[:, :, 0] * spot[:, :, 0]
    return told


def _spread(votes: Votes, told: Floats, step: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Posterior variances (A, T) and covariances with the period before, given the information."""
    from tiltmeter.model import votes_loops as loops

    spot, lag = np.zeros((votes.actors, votes.periods, 2)), np.zeros((votes.actors, votes.periods))
    loops.smooth(told, votes.span, step, start, spot, lag)
    return spot[:, :, 1], lag


def _face(spot: Floats, item: Floats, votes: Votes) -> None:
    """Turns the line so that pole A is on the negative side."""
    a, b = votes.poles
    both = votes.present()[a] & votes.present()[b]
    gap = spot[b, both, 0] - spot[a, both, 0] if both.any() else spot[b, :, 0] - spot[a, :, 0]
    if gap.mean() < 0:
        spot[:, :, 0] *= -1.0
        item[:, [2, 7, 8]] *= -1.0
