"""How likely a power helps in a crisis, given pact, request, warmth, its own wars and the kind of crisis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.questions.tables import leaders

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiltmeter.questions.basis import Basis
    from tiltmeter.questions.episode import Episode

JEFFREYS: Final = 0.5
"""Added to the cases with and without help: the prior that says least about a share."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Of `cases` crises of a sort, `helped` brought help; mean and interval of the chance that the next one does."""

    sort: str
    cases: int
    helped: int
    mean: float
    q05: float
    q95: float


def help_chances(episodes: Iterable[Episode], basis: Basis, *, power: str) -> list[Chance]:
    """
    Chances that a power, or a pact it leads, helps, over all crises and over those of each sort.

    Each sort stands for itself: with so few cases a joint model would say more than it knows.
    Intervals are those of a beta distribution and are wide.

    Args:
        episodes: The crises found.
        basis: For pacts, wars and warmth.
        power: The possible helper.

    >>> from tiltmeter.questions.basis import Basis
    >>> from tiltmeter.questions.tables import Tables
    >>> from tiltmeter.settings import load_theatre
    >>> found = help_chances([], Basis(load_theatre("central_asia"), None, Tables.of()), power="RUS")
    >>> found[0].sort, found[0].cases, found[0].mean
    ('all crises', 0, 0.5)
    """
    cases = [episode for episode in episodes if episode.state != power]
    led = {body for body, lead in leaders(basis.tables.facts).items() if lead == power}
    helped = [bool({power, *led} & set(episode.helpers)) for episode in cases]
    return [
        _chance(sort, [came for episode, came in zip(cases, helped, strict=True) if belongs(episode)])
        for sort, belongs in _sorts(basis, power, led, cases).items()
    ]


def unanswered(episodes: Iterable[Episode]) -> list[Episode]:
    """Crises in which help was asked and none is reported."""
    return [episode for episode in episodes if episode.request is not None and not episode.help]


def _sorts(basis: Basis, power: str, led: set[str], cases: list[Episode]) -> dict[str, Callable[[Episode], bool]]:
    pact = {id(one): _pact(basis, one.state, one.crisis.start, led) for one in cases}
    asked = {id(one): one.request is not None and one.request.to in {power, *led} for one in cases}
    war = {id(one): _at_war(basis, power, one.crisis.start) for one in cases}
    warm = _warm(basis, power, cases)
    sorts: dict[str, Callable[[Episode], bool]] = {
        "all crises": lambda _: True,
        "asked": lambda one: asked[id(one)],
        "not asked": lambda one: not asked[id(one)],
        "in its pact": lambda one: pact[id(one)],
        "not in its pact": lambda one: not pact[id(one)],
        f"{power} at war itself": lambda one: war[id(one)],
        f"{power} not at war": lambda one: not war[id(one)],
    }
    if warm:
        sorts["closer than usual"] = lambda one: warm.get(id(one), False)
        sorts["farther than usual"] = lambda one: not warm.get(id(one), True)
    for kind in ("unrest", "attack", "border_fighting", "coup"):
        sorts[kind] = lambda one, kind=kind: one.crisis.kind == kind  # type: ignore[misc]  # bound now, not later
    return sorts


def _pact(basis: Basis, state: str, on: dt.date, led: set[str]) -> bool:
    return any(
        fact["kind"] == "alliance_member" and fact["a"] == state and fact["b"] in led
        and (fact["since"] or dt.date.min) <= on <= (fact["until"] or dt.date.max)
        for fact in basis.tables.facts.to_pylist()
    )  # fmt: skip


def _at_war(basis: Basis, power: str, on: dt.date) -> bool:
    """By the theatre's moments of kind war; one without an end goes on."""
    return any(
        moment.kind == "war" and power in moment.states and moment.date <= on <= (moment.until or dt.date.max)
        for moment in basis.theatre.moments
    )


def _warm(basis: Basis, power: str, cases: list[Episode]) -> dict[int, bool]:
    """Whether state and power were closer by their votes than is usual for the two; empty without votes."""
    curve = basis.influence(power).curves.get("closeness")
    if curve is None or basis.tilt is None:
        return {}
    mean = curve.draws.mean(axis=0)
    places: dict[int, Any] = {}
    for one in cases:
        own = mean[basis.theatre.states.index(one.state)]
        if np.datetime64(one.crisis.start, "D") >= basis.tilt.starts[0] and np.isfinite(own).any():
            places[id(one)] = bool(own[basis.tilt.period(one.crisis.start)] > np.nanmedian(own))
    return places


def _chance(sort: str, came: list[bool]) -> Chance:
    # the quantiles of scipy.stats, whose import alone takes a second
    from scipy.special import betaincinv

    helped, cases = sum(came), len(came)
    one, other = helped + JEFFREYS, cases - helped + JEFFREYS
    low, high = betaincinv(one, other, [0.05, 0.95])
    return Chance(sort, cases, helped, *(float(f"{value:.3g}") for value in (one / (one + other), low, high)))
