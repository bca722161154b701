"""How near powers and states are, kept as what it is drawn from: paths are drawn when a power is asked about."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from tiltmeter.model.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """
    Nearness as minus the distance of two places, from draws of all places.

    `own` (N, S, T) and `power` (N, P, T) are the states' and powers' paths, `own_blind` and
    `power_blind` the same without data, `share` (P, S, T) the share of the data. A power without a
    place is nan.
    """

    own: Floats
    power: Floats
    own_blind: Floats
    power_blind: Floats
    share: Floats

    def draws(self, power: int) -> Floats:
        """Paths of the nearness of every state to a power, shape (N, S, T)."""
        return np.asarray(-np.abs(self.own - self.power[:, power, None]))

    def prior(self, power: int) -> Floats:
        """The same without data."""
        return np.asarray(-np.abs(self.own_blind - self.power_blind[:, power, None]))


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """
    Nearness as a random walk of each pair, from what was observed of it.

    `told` (P, S, T, 2) is the precision and linear term of the observations, `step` (P, S, T) the
    variance of the step into a period, `start` the mean and variance of the first place,
    `count` how many paths to draw and from which seed, `share` (P, S, T) the share of the data.

    >>> told = np.zeros((1, 1, 50, 2))
    >>> told[..., 0], told[..., 1] = 100.0, 300.0
    >>> walks = Walks(told, np.full((1, 1, 50), 0.01), np.array([0.0, 1.0]), np.array([200, 3]), np.ones((1, 1, 50)))
    >>> walks.draws(0).shape, round(float(walks.draws(0).mean())), bool(walks.prior(0).std() > walks.draws(0).std())
    ((200, 1, 50), 3, True)
    """

    told: Floats
    step: Floats
    start: Floats
    count: Floats
    share: Floats

    def draws(self, power: int) -> Floats:
        """Paths of the nearness of every state to a power, shape (N, S, T); the same at every call."""
        told, step = self.told[power], self.step[power]
        states, periods = step.shape
        mean, var = np.zeros((periods, states)), np.zeros((periods, states))
        at, wide = np.full(states, self.start[0]), np.full(states, self.start[1])
        for t in range(periods):
            wide = wide + step[:, t] if t else wide
            grow = 1.0 + wide * told[:, t, 0]
            at, wide = (at + wide * told[:, t, 1]) / grow, wide / grow
            mean[t], var[t] = at, wide
        return walk_back(mean, var, step.T, self._noise(power, 0))

    def prior(self, power: int) -> Floats:
        """The same without data."""
        scale = np.sqrt(self.step[power].T)
        scale[0] = np.sqrt(self.start[1])
        path = self._noise(power, 1)
        path *= scale[:, None].astype(np.float32)
        path[0] += np.float32(self.start[0])
        np.cumsum(path, axis=0, out=path)
        return np.moveaxis(path, 0, -1)

    def _noise(self, power: int, which: int) -> Floats:
        """Standard normals (T, N, S)."""
        states, periods = self.step.shape[1:]
        rng = np.random.default_rng([int(self.count[1]), power, which])
        return rng.standard_normal((periods, int(self.count[0]), states), dtype=np.float32)


def walk_back(mean: Floats, var: Floats, step: Floats, noise: Floats) -> Floats:
    """
    Whole paths (N, R, T) of random walks from their filtered means and variances (T, R), drawn backwards.

    `step` (T, R) is the variance of the step into a period, `noise` (T, N, R) standard normals,
    which are used up.

    >>> one = np.ones((2, 1))
    >>> walk_back(one, 0.0 * one, one, np.ones((2, 3, 1))).shape
    (3, 1, 2)
    """
    kind = noise.dtype
    gain = np.zeros_like(mean)
    gain[:-1] = var[:-1] / np.maximum(var[:-1] + step[1:], 1e-300)
    rest = ((1.0 - gain) * mean).astype(kind)
    scale = np.sqrt(var * (1.0 - gain)).astype(kind)
    small = gain.astype(kind)
    # time is the first axis here, so that each step works on one stretch of memory
    for t in range(len(mean) - 1, -1, -1):
        noise[t] *= scale[t]
        noise[t] += rest[t]
        if t + 1 < len(mean):
            noise[t] += small[t] * noise[t + 1]
    return np.moveaxis(noise, 0, -1)


Near = Distances | Walks
_KINDS: Final[tuple[type[Distances] | type[Walks], ...]] = (Distances, Walks)


def arrays_of(near: Near) -> dict[str, Floats]:
    """Its arrays by name, as they are saved."""
    return {part.name: getattr(near, part.name) for part in fields(near)}


def near_of(arrays: dict[str, Any]) -> Near:
    """What `arrays_of` took apart."""
    kind = next(kind for kind in _KINDS if {part.name for part in fields(kind)} == set(arrays))
    return kind(**arrays)
