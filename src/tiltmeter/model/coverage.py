"""Do the intervals keep what they promise? Worlds with known tilts, fitted, and counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.model.fitting import fit
from tiltmeter.model.options import FitSettings
from tiltmeter.model.world import simulate_world

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiltmeter.model.arrays import Floats
    from tiltmeter.model.tilt import Tilt
    from tiltmeter.model.world import World

NAMED: Final = (0.5, 0.8, 0.9)
"""Intervals whose coverage is counted."""
BINS: Final = 10
WINDOWS: Final = 12
"""Windows that a world's peaks are asked about; drawn, so that chances of all sizes come up."""


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """
    Counts over worlds.

    `tilt` and `change` give, for each interval of NAMED, the share of truths inside. `ranks`
    (10,) are how many truths fell into each tenth of their draws. `peaks` (10, 3) has a row per
    tenth of the stated chance that a peak lies in a window: mean stated chance, how often it did,
    how many. `prior` is the mean of what the model says without data, by the same tenths.
    """

    worlds: int
    tilt: dict[float, float]
    change: dict[float, float]
    gauges: dict[str, float]
    ranks: Floats
    peaks: Floats
    prior: Floats

    def worst_peak(self, *, least: int = 50) -> float:
        """Largest gap between stated and true frequency of a peak, over tenths with enough cases."""
        enough = self.peaks[:, 2] >= least
        return float(np.abs(self.peaks[enough, 0] - self.peaks[enough, 1]).max(initial=0.0))


def coverage(
    worlds: int, *, seed: int = 0, weeks: int = 200, settings: FitSettings | None = None,
    kinds: tuple[str, ...] = ("votes", "words", "deeds", "figures"),
    progress: Callable[[float], None] | None = None,
) -> Coverage:  # fmt: skip
    """
    Fits this many simulated worlds and counts how often the truth is where the draws say.

    Args:
        worlds: How many; say so beforehand.
        seed: World k has seed `seed` + k.
        weeks: Length of each world.
        settings: Of the fits; 4 chains of 200 draws by default.
        kinds: Kinds of evidence in the worlds.
        progress: Called with the share done.

    Source:
        Cook, Gelman and Rubin 2006, "Validation of Software for Bayesian Models Using Posterior Quantiles",
        Journal of Computational and Graphical Statistics 15(3). Scales, jumps and paths come from the
        prior, as there; the voters beside the states do not.

    >>> coverage(1, weeks=30, settings=FitSettings(chains=1, draws=40), kinds=("words",)).worlds
    1
    """
    own = settings or FitSettings(chains=4, draws=200)
    found = []
    for number in range(worlds):
        found.append(_one(seed + number, weeks, own, kinds))
        if progress:
            progress((number + 1) / worlds)
    inside = {name: np.concatenate([one[name] for one in found]) for name in found[0]}
    peaks, prior = _reliability(inside["stated"], inside["true"], inside["blind"])
    ranks = np.histogram(inside["rank"], bins=BINS, range=(0.0, 1.0))[0].astype(np.float64)
    return Coverage(
        worlds=worlds,
        tilt={name: float(inside[f"tilt {name}"].mean()) for name in NAMED},
        change={name: float(inside[f"change {name}"].mean()) for name in NAMED},
        gauges={kind: float(inside[kind].mean()) for kind in kinds},
        ranks=ranks,
        peaks=peaks,
        prior=prior,
    )


def _one(seed: int, weeks: int, settings: FitSettings, kinds: tuple[str, ...]) -> dict[str, Floats]:
    world = simulate_world(seed=seed, weeks=weeks, kinds=kinds)
    tilt = fit(world.panel, settings=FitSettings(chains=settings.chains, draws=settings.draws, seed=seed))
    paths = tilt.paths().astype(np.float64)
    at = [weeks // 10, weeks // 2, weeks - weeks // 10]
    found: dict[str, Floats] = {}
    change, true_change = paths[:, :, at[2]] - paths[:, :, at[0]], world.tilt[:, at[2]] - world.tilt[:, at[0]]
    for name in NAMED:
        found[f"tilt {name}"] = _inside(paths[:, :, at], world.tilt[:, at], name)
        found[f"change {name}"] = _inside(change, true_change, name)
    for kind in kinds:
        draws = tilt.paths(kind)[:, :, at]
        found[kind] = _inside(draws, world.gauges[kind][:, at], 0.9)
    found["rank"] = (paths[:, :, at] < world.tilt[:, at]).mean(axis=0).ravel()
    return found | _peaks(tilt, world, seed)


def _inside(draws: Floats, truth: Floats, name: float) -> Floats:
    low, high = np.quantile(draws, [0.5 - name / 2, 0.5 + name / 2], axis=0)
    return np.asarray(((truth >= low) & (truth <= high)).astype(np.float64).ravel())


def _peaks(tilt: Tilt, world: World, seed: int) -> dict[str, Floats]:
    """Whether each state's highest tilt lies in a window, stated, true, and stated without data."""
    rng = np.random.default_rng(seed)
    weeks = world.tilt.shape[1]
    peak, truth = tilt.paths().argmax(axis=2), world.tilt.argmax(axis=1)
    blind = tilt.prior_draws.reshape(-1, *tilt.prior_draws.shape[2:]).argmax(axis=2)
    stated: list[Floats] = []
    true: list[Floats] = []
    prior: list[Floats] = []
    for _ in range(WINDOWS):
        low, high = np.sort(rng.integers(0, weeks, 2))
        for place, into in ((peak, stated), (truth[None], true), (blind, prior)):
            into.append(((place >= low) & (place <= high)).mean(axis=0))
    names = ("stated", "true", "blind")
    return {name: np.concatenate(part) for name, part in zip(names, (stated, true, prior), strict=True)}


def _reliability(stated: Floats, true: Floats, blind: Floats) -> tuple[Floats, Floats]:
    tenth = np.minimum((stated * BINS).astype(np.int64), BINS - 1)
    count = np.bincount(tenth, minlength=BINS)
    size = np.maximum(count, 1)
    sums = [np.bincount(tenth, part, BINS) / size for part in (stated, true, blind)]
    return np.stack([sums[0], sums[1], count.astype(np.float64)], axis=1), sums[2]
