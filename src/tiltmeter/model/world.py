"""Worlds whose true tilts are known: what the model would see, drawn from the model's own prior."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from tiltmeter.model.arrays import Floats, Ints
from tiltmeter.model.calendar import Calendar, calendar
from tiltmeter.model.observe import DYAD_SD, OFFSET_MEAN, ROBUST
from tiltmeter.model.options import FitSettings
from tiltmeter.model.panels import EVIDENCE, GAUGES, Ballots, Figures, Mix, Panel, Steps
from tiltmeter.model.paths import MEMORY
from tiltmeter.model.scales import SCALE_SD, SLOPE

START = dt.date(2018, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A panel with the truth behind it: `tilt` (S, T), each gauge (S, T), and `jumps` as (state, period, size)."""

    panel: Panel
    tilt: Floats
    gauges: dict[str, Floats]
    jumps: tuple[tuple[int, int, float], ...]


def simulate_world(
    *, seed: int, weeks: int = 200, states: int = 5, calls: int = 60, events: float = 3.0,
    kinds: tuple[str, ...] = ("votes", "words", "deeds", "figures"),
) -> World:  # fmt: skip
    """
    A world drawn from the prior, and the panel of it that a fit would be given.

    Args:
        seed: Equal seeds give equal worlds.
        weeks: How many periods of a week.
        states: How many states between the poles.
        calls: How many roll calls; all states, the poles and thirty others vote.
        events: Mean number of events per state, pole, gauge and week.
        kinds: Which kinds of evidence there are.

    >>> one, same = simulate_world(seed=3, weeks=30), simulate_world(seed=3, weeks=30)
    >>> bool((one.tilt == same.tilt).all()), one.tilt.shape
    (True, (5, 30))
    """
    rng = np.random.default_rng(seed)
    when = calendar("week", START, START + dt.timedelta(days=7 * weeks - 1))
    names = tuple(f"S{number:02d}" for number in range(states))
    tilt, jumps = _walk(rng, when, states)
    gauges: dict[str, Floats] = {gauge: tilt + _deviation(rng, when, states) for gauge in (*GAUGES, "figures")}
    voters, ballots = _votes(rng, gauges["votes"], names, when, calls if "votes" in kinds else 0)
    mix = _events(rng, gauges, events, tuple(kind for kind in kinds if kind in OFFSET_MEAN))
    figures = _figures(rng, gauges["figures"], present="figures" in kinds)
    none = np.zeros(0, dtype=np.int64)
    panel = Panel(
        theatre="world",
        states=names,
        poles=("AAA", "BBB"),
        powers=("AAA", "BBB"),
        periods=when.labels,
        starts=when.starts,
        grid="week",
        reference=(0, weeks),
        voters=voters,
        ballots=ballots,
        mix=mix,
        figures=figures,
        steps=Steps(none, none, np.zeros(0), (), np.zeros(states)),
        evidence=_evidence(ballots, mix, figures, states, weeks),
        rows=_no_rows(),
        present=np.ones((len(voters), weeks), dtype=bool),
    )
    return World(panel, tilt, {kind: gauges[kind] for kind in kinds}, jumps)


def _walk(rng: np.random.Generator, when: Calendar, states: int) -> tuple[Floats, tuple[tuple[int, int, float], ...]]:
    own = FitSettings()
    size = own.step_year * np.exp(SCALE_SD * rng.standard_normal())
    steps = size * np.sqrt(when.years) * rng.standard_normal((states, len(when.labels)))
    jumps: list[tuple[int, int, float]] = []
    on = min(own.jump_rate * float(when.years[1:].sum()) / own.jumps, 0.5)
    for state in range(states):
        for _ in range(own.jumps):
            if rng.random() < on:
                at, leap = int(rng.integers(1, len(when.labels))), own.jump_sd * rng.standard_normal()
                steps[state, at] += leap
                jumps.append((state, at, float(leap)))
    steps[:, 0] = own.level_sd * rng.standard_normal(states)
    return np.cumsum(steps, axis=1), tuple(jumps)


def _deviation(rng: np.random.Generator, when: Calendar, states: int) -> Floats:
    size = FitSettings().deviation_sd * np.exp(SCALE_SD * rng.standard_normal())
    keep = np.exp(-when.years / MEMORY)
    path = np.zeros((states, len(when.labels)))
    path[:, 0] = size * rng.standard_normal(states)
    for t in range(1, len(when.labels)):
        fresh = size * np.sqrt(1.0 - keep[t] ** 2) * rng.standard_normal(states)
        path[:, t] = keep[t] * path[:, t - 1] + fresh
    return path


def _slope(rng: np.random.Generator, gauge: str) -> float:
    middle, wide = SLOPE[gauge]
    return float(middle * np.exp(wide * rng.standard_normal()))


def _votes(
    rng: np.random.Generator, votes: Floats, names: tuple[str, ...], when: Calendar, calls: int
) -> tuple[tuple[str, ...], Ballots]:
    periods = len(when.labels)
    others = tuple(f"O{number:02d}" for number in range(30))
    voters = (*names, "AAA", "BBB", *others)
    place = np.zeros((len(voters), periods))
    place[: len(names)] = votes
    own = 0.25 * np.exp(SCALE_SD * rng.standard_normal((len(voters) - len(names), 1)))
    drift = own * np.sqrt(when.years) * rng.standard_normal((len(voters) - len(names), periods))
    drift[:, 0] = 0.0
    rest = np.cumsum(drift, axis=1)
    rest[2:] += 0.8 * rng.standard_normal((len(others), 1))
    # the axis is where the poles stand on the mean over the reference, which is all periods
    rest[0] += -1.0 - rest[0].mean()
    rest[1] += 1.0 - rest[1].mean()
    place[len(names) :] = rest
    _level(place, len(names) + 2)
    time = np.sort(rng.integers(0, periods, calls))
    slope, first, second = rng.normal(0.0, 1.5, calls), rng.normal(0.0, 1.5, calls), rng.normal(0.0, 1.5, calls)
    actor, call = np.meshgrid(np.arange(len(voters)), np.arange(calls), indexing="ij")
    at = place[actor, time[call]]
    yes = rng.random(at.shape) < _chance(first[call] + slope[call] * at)
    abstain = rng.random(at.shape) < _chance(second[call] + slope[call] * at)
    choice = np.where(yes, 0, np.where(abstain, 1, 2))
    choice = np.where(rng.random(at.shape) < 0.1, 3, choice)
    keys = tuple(f"call/{number}" for number in range(calls))
    whole = np.arange(calls, dtype=np.int64)
    return voters, Ballots(
        actor.ravel(), call.ravel(), choice.ravel(), keys, whole, time.astype(np.int64), ("",) * calls
    )


def _level(place: Floats, own: int) -> None:
    """
    Moves and stretches all voters but the first `own` so that each period has one mean and one sd over all.

    The line is standardised in every period: what all voters do together cannot be seen on it, and a
    world in which the spread grew would have another axis at its end than at its beginning.
    """
    others, count = place[own:], len(place)
    fixed, square = place[:own].sum(axis=0), (place[:own] ** 2).sum(axis=0)
    middle = -fixed / (count - own)
    wide = np.maximum((count * 1.0 - square) / (count - own) - middle**2, 0.05)
    others -= others.mean(axis=0)
    others *= np.sqrt(wide) / others.std(axis=0)
    others += middle


def _chance(eta: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-eta)))


def _events(rng: np.random.Generator, gauges: dict[str, Floats], events: float, kinds: tuple[str, ...]) -> Mix:
    states, periods = gauges["words"].shape
    parts = []
    for gauge in kinds:
        slope = _slope(rng, gauge)
        level = OFFSET_MEAN[gauge] + rng.standard_normal((states, 1))
        clumping = 20.0 * np.exp(rng.standard_normal())
        for pole, sign in ((0, -1.0), (1, 1.0)):
            dyad = DYAD_SD * rng.standard_normal((states, 1))
            share = _chance(level + dyad + sign * slope * gauges[gauge])
            total = rng.poisson(events, (states, periods))
            clumped = rng.beta(np.maximum(share * clumping, 1e-6), np.maximum((1 - share) * clumping, 1e-6))
            hits = rng.binomial(total, clumped)
            state, time = np.nonzero(total)
            same = np.ones_like(state)
            parts.append(
                np.stack([state, pole * same, GAUGES.index(gauge) * same, 0 * same, time,
                          hits[state, time], total[state, time]])
            )  # fmt: skip
    table = np.concatenate(parts, axis=1) if parts else np.zeros((7, 0), dtype=np.int64)
    world = np.full((1, periods), int(1000 * events))
    return Mix(table[0], table[1], table[2], table[3], table[4], table[5], table[6], ("simulated",), world)


def _figures(rng: np.random.Generator, figures: Floats, *, present: bool) -> Figures:
    states, periods = figures.shape
    if not present:
        none = np.zeros(0, dtype=np.int64)
        return Figures(none, none, none, none, np.zeros(0), np.zeros(0), ())
    slope = _slope(rng, "figures")
    attention = 0.5 * rng.standard_normal((states, periods))
    parts = []
    for pole, sign in ((0, -1.0), (1, 1.0)):
        level = 2.0 * rng.standard_normal((states, 1))
        noise = 0.7 * rng.standard_t(ROBUST, (states, periods))
        value = level + sign * slope * figures + attention + noise
        state, time = np.nonzero(np.ones((states, periods)))
        parts.append((state, np.full(len(state), pole), time, value[state, time]))
    state, power, time = (np.concatenate([part[k] for part in parts]) for k in range(3))
    value = np.concatenate([part[3] for part in parts])
    return Figures(state, power, np.zeros(len(state), dtype=np.int64), time, value, np.full(len(state), 7.0), ("sums",))


def _evidence(ballots: Ballots, mix: Mix, figures: Figures, states: int, periods: int) -> dict[str, Ints]:
    counts: dict[str, Ints] = {kind: np.zeros((states, periods), dtype=np.int64) for kind in EVIDENCE}
    own = (ballots.actor < states) & (ballots.choice < 3)
    np.add.at(counts["votes"], (ballots.actor[own], ballots.time[ballots.call[own]]), 1)
    for gauge in ("words", "deeds"):
        row = mix.gauge == GAUGES.index(gauge)
        np.add.at(counts[gauge], (mix.state[row], mix.time[row]), mix.total[row])
    np.add.at(counts["figures"], (figures.state, figures.time), 1)
    return counts


def _no_rows() -> Any:
    import pyarrow as pa

    return pa.table({name: pa.array([], pa.string()) for name in ("kind", "source", "key", "state", "period")})
