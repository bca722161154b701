"""Finds bursts in a series of daily counts, at a stated rate of false alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tiltmeter.model.arrays import Bools, Floats, Ints

WINDOW: Final = 7
"""Days that are counted together."""
FALSE_ALARMS: Final = 0.1
"""Bursts per series and year that calm data give by chance, at most."""
OVERLAP: Final = 2.5
"""Independent looks that the overlapping windows of seven days amount to, for each seven; from simulation."""
TURNS: Final = 4
WEAK: Final = 0.25
"""Share of the strongest day's count up to which a lone day at an end is no part of a burst."""
AFTERTHOUGHT: Final = 0.4
"""Share of a run's strongest stretch that another needs to count."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A run of days, both ends included, as places in the series; `chance` is the rarest window's in calm times."""

    first: int
    last: int
    chance: float


def bursts(
    counts: Ints, *, false_alarms: float = FALSE_ALARMS, least: int = 3, least_days: int = 2
) -> list[Burst]:  # fmt: skip
    """
    Runs of days with more than chance brings.

    Every window of seven days is compared with a negative binomial whose mean and spread
    are those of the other windows, bursts found so far left out. A window counts if chance brings
    it so rarely that a calm series of a year has `false_alarms` of them, and if it has at
    least so many counts on so many days.

    Args:
        counts: Counts per day.
        false_alarms: Expected number of false bursts per year.
        least: Least counts in a window.
        least_days: Least days with a count in a window.

    Source:
        Kulldorff 2001, "Prospective time periodic geographical disease surveillance using a scan
        statistic", Journal of the Royal Statistical Society A 164(1), for scanning windows. We take
        one width, a negative binomial and clipping instead of simulation for each series.

    >>> quiet = np.zeros(200, dtype=int)
    >>> quiet[::25] = 1
    >>> quiet[100:104] = 3
    >>> [(burst.first, burst.last) for burst in bursts(quiet)]
    [(100, 103)]
    """
    if len(counts) < 2 * WINDOW:
        return []
    sums = np.convolve(counts, np.ones(WINDOW, dtype=np.int64), "valid")
    days = np.convolve(counts > 0, np.ones(WINDOW, dtype=np.int64), "valid")
    level = false_alarms / (365.25 / WINDOW * OVERLAP)
    # the first look leaves out the top quarter, so that a burst does not hide itself
    calm: Bools = sums <= np.quantile(sums, 0.75)
    chance: Floats = np.ones(len(sums))
    hot: Bools = np.zeros(len(sums), dtype=bool)
    for _ in range(TURNS):
        chance = _tail(sums, sums[calm])
        hot = (chance < level) & (sums >= least) & (days >= least_days)
        near = np.convolve(hot, np.ones(2 * WINDOW - 1), "same") > 0
        calm = ~near
        if calm.sum() < 4 * WINDOW:
            break
    return _runs(counts, hot, chance)


def _tail(sums: Ints, calm: Ints) -> Floats:
    """Chance of so many or more in calm times."""
    # the tails of scipy.stats, whose import alone takes a second
    from scipy.special import betainc, pdtrc

    # half a count is added, so that a series that was silent so far allows one
    mean = (calm.sum() + 0.5 * WINDOW) / max(len(calm), 1) if len(calm) else 0.5
    spread = float(calm.var()) if len(calm) else mean
    if spread <= mean * 1.05:
        return np.where(sums > 0, pdtrc(sums - 1.0, mean), 1.0)
    size = mean**2 / (spread - mean)
    return np.where(sums > 0, betainc(np.maximum(sums, 1.0), size, mean / (size + mean)), 1.0)


def _runs(counts: Ints, hot: Bools, chance: Floats) -> list[Burst]:
    """Hot windows that touch, cut to the days with a count in them."""
    found: list[Burst] = []
    place = 0
    while place < len(hot):
        if not hot[place]:
            place += 1
            continue
        stop = place
        while stop + 1 < len(hot) and hot[stop + 1 : stop + 1 + WINDOW].any():
            stop += 1
        own = np.nonzero(counts[place : stop + WINDOW])[0] + place
        rarest = float(chance[place : stop + 1].min())
        found += [Burst(first, last, rarest) for first, last in _parts(counts, own)]
        place = stop + WINDOW
    return found


def _parts(counts: Ints, days: Ints) -> list[tuple[int, int]]:
    """A run's stretches without a silent week in them; those weak beside the strongest are afterthoughts, left out."""
    cuts = np.nonzero(np.diff(days) > WINDOW)[0] + 1
    trimmed = [_trim(counts, part) for part in np.split(days, cuts)]
    parts = [(int(part[0]), int(part[-1]), int(counts[part].sum())) for part in trimmed]
    most = max(total for _, _, total in parts)
    return [(first, last) for first, last, total in parts if total >= AFTERTHOUGHT * most]


def _trim(counts: Ints, days: Ints) -> Ints:
    """A stretch without the lone, weak days at its ends that calm times bring as well."""
    weak = WEAK * counts[days].max()
    while len(days) > 2 and counts[days[0]] <= weak and days[1] - days[0] > 1:
        days = days[1:]
    while len(days) > 2 and counts[days[-1]] <= weak and days[-1] - days[-2] > 1:
        days = days[:-1]
    return days
