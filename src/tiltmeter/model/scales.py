"""The scales of the model that are learnt: steps, deviations, slopes; and how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.model.arrays import Floats
from tiltmeter.model.observe import Design

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiltmeter.model.options import FitSettings

SLOPE: Final = {"votes": (1.0, 0.0), "words": (1.0, 0.4), "deeds": (1.0, 0.4), "figures": (0.7, 0.5)}
"""Prior median and log sd of units of observation per axis unit; votes define the axis."""
SCALE_SD: Final = 0.5
"""Log sd of the priors of step and deviation scales."""
TAIL: Final = 5.0
"""Degrees of freedom of the proposal, so that it is wider than what it approximates."""


class Scales:
    """The scales that are learnt, on the log scale, with their independent normal priors."""

    def __init__(self, design: Design, settings: FitSettings) -> None:
        self.gauges = design.gauges
        free = [gauge for gauge in design.gauges if SLOPE[gauge][1] > 0]
        self.names = ("step", *(f"{gauge} deviation" for gauge in design.gauges), *(f"{g} slope" for g in free))
        steps = [settings.step_year, *([settings.deviation_sd] * len(design.gauges))]
        middle = [*(np.array(steps) * settings.prior_scale), *(SLOPE[gauge][0] for gauge in free)]
        self.middle = np.log(np.array(middle, dtype=np.float64))
        self.wide = np.array([SCALE_SD] * len(steps) + [SLOPE[gauge][1] for gauge in free])
        self.free = np.array([design.gauges.index(gauge) for gauge in free], dtype=np.int64)

    def step(self, logs: Floats) -> float:
        """Step of a tilt, axis units per root year."""
        return float(np.exp(logs[0]))

    def deviation(self, logs: Floats) -> Floats:
        """Standard deviation of each gauge's own deviation, shape (G,)."""
        return np.exp(logs[1 : 1 + len(self.gauges)])

    def slope(self, logs: Floats) -> Floats:
        """Units of observation per axis unit, shape (G,)."""
        slope = np.array([SLOPE[gauge][0] for gauge in self.gauges])
        slope[self.free] = np.exp(logs[1 + len(self.gauges) :])
        return slope

    def density(self, logs: Floats) -> float:
        """Log prior density, up to a constant."""
        return float(-0.5 * (((logs - self.middle) / self.wide) ** 2).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A Student t about the scales' mode: `centre` (K,) and `factor` (K, K), a root of its covariance."""

    centre: Floats
    factor: Floats

    def draw(self, rng: np.random.Generator) -> Floats:
        """One draw of the logs of the scales."""
        loose = np.sqrt(TAIL / rng.chisquare(TAIL))
        return np.asarray(self.centre + loose * (self.factor @ rng.standard_normal(len(self.centre))))

    def density(self, logs: Floats) -> float:
        """Its log density, up to a constant."""
        away = np.linalg.solve(self.factor, logs - self.centre)
        return float(-0.5 * (TAIL + len(logs)) * np.log1p(away @ away / TAIL))


def proposal(score: Callable[[Floats], float], scales: Scales, start: Floats) -> Proposal:
    """
    The t that has the posterior's mode and curvature, found by Newton steps on finite differences.

    `score` is the log posterior of the logs of the scales.
    """
    size = 0.35 * scales.wide
    logs = start.copy()
    best = score(logs)
    cov = np.diag(scales.wide**2)
    for _ in range(3):
        slope, matrix = _curvature(score, logs, size, best)
        values, vectors = np.linalg.eigh(matrix * np.outer(scales.wide, scales.wide))
        # where the data say less than nothing the prior's own curvature, 1 on this scale, stands in
        values = np.maximum(values, 0.7)
        cov = scales.wide[:, None] * (vectors / values) @ vectors.T * scales.wide
        move = np.clip(cov @ slope, -1.5 * scales.wide, 1.5 * scales.wide)
        after = score(logs + move)
        while after < best and np.abs(move / scales.wide).max() > 0.05:
            move = 0.4 * move
            after = score(logs + move)
        if after <= best:
            break
        gain, logs, best = after - best, logs + move, after
        if gain < 0.1:
            break
    return Proposal(logs, np.linalg.cholesky(cov + 1e-9 * np.eye(len(logs))))


def _curvature(score: Callable[[Floats], float], logs: Floats, size: Floats, here: float) -> tuple[Floats, Floats]:
    """Slope and minus the second derivatives, by differences of this size."""
    count = len(logs)
    up, down = np.zeros(count), np.zeros(count)
    step = np.diag(size)
    for i in range(count):
        up[i], down[i] = score(logs + step[i]), score(logs - step[i])
    matrix = np.diag((2.0 * here - up - down) / size**2)
    for i in range(count):
        for j in range(i):
            both = score(logs + step[i] + step[j])
            matrix[i, j] = matrix[j, i] = -(both - up[i] - up[j] + here) / (size[i] * size[j])
    return (up - down) / (2.0 * size), matrix
