"""The influence of a power over states and their region, as curves with draws, by each of five definitions."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.model.arrays import Bools, Dates, Floats
from tiltmeter.model.calendar import Calendar, calendar
from tiltmeter.nouns import ROOTS
from tiltmeter.questions.aid import kinds
from tiltmeter.questions.average import mean
from tiltmeter.questions.tables import Dealings, Tables, dealings, leaders
from tiltmeter.questions.walk import Paths, shares

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.model.tilt import Tilt
    from tiltmeter.settings import Theatre

DRAWS: Final = 400
"""Paths drawn for a definition that has a walk of its own."""
ANSWER_DAYS: Final = 60
"""Within so many days an answer belongs to a request: two months, the span of a diplomatic round; not tuned."""
NOTHING: Final = 0.01
"""A share of the data under this means that a definition has no data at all on the power."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """
    One definition's influence of a power: shape (N, S + 1, T), the states and last the region's mean.

    `prior` has the same last two axes, `data_share` is (S + 1, T). Higher is more
    influence; the unit is the definition's own.
    """

    definition: str
    unit: str
    draws: Floats
    prior: Floats
    data_share: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """
    A power's influence by every definition that has data, and why the others are absent.

    `subjects` are the states and, last, the theatre's name for their mean.
    """

    power: str
    subjects: tuple[str, ...]
    periods: tuple[str, ...]
    starts: Dates
    curves: dict[str, Curve]
    absent: dict[str, str]

    def to_arrow(self) -> pa.Table:
        """The curves as a table: power, definition, state, period, mean, sd, q05, q95, data_share."""
        import pyarrow as pa

        parts: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
        for curve in self.curves.values():
            low, high = np.quantile(curve.draws, [0.05, 0.95], axis=0)
            middle, sd = curve.draws.mean(axis=0), curve.draws.std(axis=0)
            row, column = np.nonzero(np.isfinite(middle))
            parts["power"] += [self.power] * len(row)
            parts["definition"] += [curve.definition] * len(row)
            parts["state"] += np.array(self.subjects, dtype=object)[row].tolist()
            parts["period"] += np.array(self.periods, dtype=object)[column].tolist()
            for name, values in zip(_COLUMNS[4:], (middle, sd, low, high, curve.data_share), strict=True):
                parts[name] += np.asarray(values, dtype=np.float64)[row, column].tolist()
        types = [pa.string()] * 4 + [pa.float64()] * 5
        return pa.table({name: pa.array(parts[name], kind) for name, kind in zip(_COLUMNS, types, strict=True)})


_COLUMNS: Final = ("power", "definition", "state", "period", "mean", "sd", "q05", "q95", "data_share")


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """What a definition is computed from."""

    power: str
    theatre: Theatre
    tilt: Tilt | None
    tables: Tables
    when: Calendar
    leads: dict[str, str]
    confidence: float

    @property
    def powers(self) -> tuple[str, ...]:
        poles = self.theatre.poles
        return tuple(dict.fromkeys((poles.a, poles.b, *self.theatre.powers)))

    def rng(self, definition: str) -> np.random.Generator:
        # the same question gives the same draws, whatever was asked before
        return np.random.default_rng(zlib.crc32(f"{self.theatre.name} {self.power} {definition}".encode()))

    def dealings(self) -> Dealings:
        """The powers' dealings with the states that are sure enough."""
        found = dealings(self.tables.events, states=self.theatre.states, powers=self.powers, leaders=self.leads)
        return found[np.asarray(self.tables.events["confidence"].to_numpy())[found.row] >= self.confidence]

    def counts(self, found: Dealings) -> Floats:
        """Numbers of dealings, shape (P, S, T)."""
        time = self.when.index(found.day)
        count = np.zeros((len(self.powers), len(self.theatre.states), len(self.when.labels)))
        own = time >= 0
        np.add.at(count, (found.power[own], found.state[own], time[own]), 1.0)
        return count


def influence(
    power: str, *, tilt: Tilt | None, tables: Tables, theatre: Theatre, confidence: float = 0.5
) -> Influence:  # fmt: skip
    """
    How much influence a power has over each state of a theatre and their mean, by every definition.

    The definitions are those of DEFINITIONS; none is weighted against another. One
    that the data cannot tell is absent, with the reason.

    Args:
        power: Code of a state or organisation, best one of the theatre's powers.
        tilt: The fit the tables gave; None leaves out what needs one.
        tables: The rows to ask.
        theatre: Who and when.
        confidence: Least confidence at which an event counts.

    >>> from tiltmeter.settings import load_theatre
    >>> found = influence("CHN", tilt=None, tables=Tables.of(), theatre=load_theatre("south_caucasus"))
    >>> found.curves, found.absent["responsiveness"]
    ({}, 'no requests of CHN to these states in the events')
    """
    when = calendar(theatre.grid, *theatre.span)
    case = _Case(power, theatre, tilt, tables, when, leaders(tables.facts), confidence)
    curves, absent = {}, {}
    for name, define in DEFINITIONS.items():
        found = define(case)
        if isinstance(found, str):
            absent[name] = found
        else:
            curves[name] = found
    return Influence(power, (*theatre.states, theatre.name), when.labels, when.starts, curves, absent)


def closeness(case: _Case) -> Curve | str:
    """
    Closeness (votes): minus the distance between a state and the power on the votes' axis.

    Read from UN votes alone; 0 is the same place, -2 the distance between the poles in the
    reference window. What a power demands of others' votes is near to what it votes itself.

    Source:
        Bailey, Strezhnev and Voeten 2017, "Estimating Dynamic State Preferences from United
        Nations Voting Data", Journal of Conflict Resolution 61(2); distances of ideal points
        as there. Ours are paths with draws, on the poles' axis.
    """
    tilt = case.tilt
    if tilt is None or "votes" not in tilt.closeness:
        return "there are no votes"
    if case.power not in tilt.powers:
        return f"{case.power} is not among the theatre's powers"
    at = tilt.powers.index(case.power)
    near = tilt.closeness["votes"]
    draws = near.draws(at)
    if not np.isfinite(draws).any():
        return f"{case.power} does not vote"
    return _curve("closeness", "axis units", draws, near.prior(at), near.share[at])


def cooperation(case: _Case) -> Curve | str:
    """
    Cooperation: the power's share of all cooperative events that a state has with the theatre's powers.

    Words and deeds of quads 1 and 2 in either direction, organisations counted for the power that
    leads them. A share, so that the media's attention to a state drops out; attention to the power
    itself does not. Half means as much cooperation as with all other powers together.

    Source:
        Azar 1980, "The Conflict and Peace Data Bank (COPDAB) Project", Journal of Conflict
        Resolution 24(1), for dyadic event sums. We take the share, with a random walk behind it.
    """
    found = case.dealings()
    count = case.counts(found[found.quad <= 2])
    return _among(case, "cooperation", count, f"no cooperative events of {case.power} with these states")


def relations(case: _Case) -> Curve | str:
    """
    Relations (signed sums): cooperation less conflict with the power, in the pair's own usual spread.

    For sources that give only sums. 0 is the pair's usual, +1 one usual spread above; so it
    tells when relations were best, not with whom.

    Source:
        Goldstein 1992, "A Conflict-Cooperation Scale for WEIS Events Data", Journal of Conflict
        Resolution 36(2), for weighted sums. We take the sums as the source has them, scaled and smoothed.
    """
    tilt = case.tilt
    if tilt is None or "figures" not in tilt.closeness:
        return "there are no signed sums"
    if case.power not in tilt.powers:
        return f"{case.power} is not among the theatre's powers"
    at = tilt.powers.index(case.power)
    near = tilt.closeness["figures"]
    if not near.share[at].max(initial=0.0) > NOTHING:
        return f"no signed sums of {case.power} with these states"
    return _curve("relations", "usual spreads", near.draws(at), near.prior(at), near.share[at])


def security(case: _Case) -> Curve | str:
    """
    Security dependence: the plain mean of three parts, each from 0 to 1.

    Pact: the state is in an alliance that the power leads. Base: it hosts a base of the power.
    Help: the power's share of the military help and joint exercises the state has with the
    theatre's powers, as far as there are such events; without any, the mean is of the first two.
    Without data, a pact or base comes and goes as often as ties of the facts do, at any date.

    Source:
        Leeds, Ritter, Mitchell and Long 2002, "Alliance Treaty Obligations and Provisions",
        International Interactions 28(3), for pacts as dated obligations. The mean is ours.
    """
    parts = [_standing(case, "pact"), _standing(case, "base")]
    known = any(part.draws.any() for part in parts)
    found = case.dealings()
    found = found[np.isin(found.root, [ROOTS.index("AID"), ROOTS.index("COOPERATE")])]
    military = np.array([name == "troops" for name in kinds(case.tables.events, found.row.tolist())], dtype=bool)
    helped = _among(case, "security", case.counts(found[military]), "")
    if isinstance(helped, str) and not known:
        return f"no pact, base or military help of {case.power} with these states"
    if not isinstance(helped, str):
        states = len(case.theatre.states)
        parts.append(Paths(helped.draws[:, :states], helped.prior[:, :states], helped.data_share[:states]))
    draws, prior = (np.mean([getattr(part, side) for part in parts], axis=0) for side in ("draws", "prior"))
    return _curve("security", "0 to 1", draws, prior, np.mean([part.data_share for part in parts], axis=0))


def _standing(case: _Case, part: str) -> Paths:
    """Whether a tie of this part is in force, per state and period; a fact is known for sure, so all draws agree."""
    states, opens, ends = case.theatre.states, case.when.starts[:-1], case.when.starts[1:]
    force: Bools = np.zeros((len(states), len(opens)), dtype=bool)
    changes, pairs = 0, set()
    for fact in case.tables.facts.to_pylist():
        pact = part == "pact" and fact["kind"] == "alliance_member"
        if not pact and not (part == "base" and fact["kind"] == "military_base"):
            continue
        state, power = (fact["a"], case.leads.get(fact["b"], "")) if pact else (fact["b"], fact["a"])
        since = np.datetime64(fact["since"] or "0001-01-01", "D")
        until = np.datetime64(fact["until"] or "9999-12-31", "D")
        if state in states:
            pairs.add((state, fact["a"] if not pact else fact["b"]))
            changes += int(opens[0] < since < ends[-1]) + int(opens[0] < until < ends[-1])
            if power == case.power:
                force[states.index(state)] |= (since < ends) & (until >= opens)
    rng, years = case.rng(part), float((ends[-1] - opens[0]).astype(np.int64)) / 365.25
    # one change more than was seen, so that a table without changes does not rule them out
    rate = (changes + 1.0) / max(1, len(pairs))
    flips = rng.random((DRAWS, *force.shape)) < rate / max(years, 1.0) * case.when.years
    prior = np.bitwise_xor.accumulate(flips, axis=2) ^ (rng.random((DRAWS, len(states), 1)) < 0.5)
    draws = np.broadcast_to(force, (DRAWS, *force.shape)).astype(np.float32)
    return Paths(draws, prior.astype(np.float32), np.ones(force.shape))


def responsiveness(case: _Case) -> Curve | str:
    """
    Responsiveness: how often the power's requests to a state are followed by the state's agreeing or yielding.

    Every REQUEST of the power toward the state is one try; a hit if the state's AGREE or YIELD
    toward the power comes within 60 days, and no REJECT before it.

    Source:
        Dahl 1957, "The Concept of Power", Behavioral Science 2(3): A has power over B as far as
        A gets B to do what B would not do otherwise. We count what follows, which is less than
        what was caused; the prior says how much that is without data.
    """
    found = case.dealings()
    found = found[found.power == case.powers.index(case.power)] if case.power in case.powers else found[found.power < 0]
    asked = found[found.gave & (found.root == ROOTS.index("REQUEST"))]
    if not len(asked.day):
        return f"no requests of {case.power} to these states in the events"
    states, periods = len(case.theatre.states), len(case.when.labels)
    hits, tries = np.zeros((states, periods)), np.zeros((states, periods))
    time = case.when.index(asked.day)
    for s in range(states):
        answers = found[(found.state == s) & ~found.gave]
        yes = np.sort(answers.day[np.isin(answers.root, [ROOTS.index("AGREE"), ROOTS.index("YIELD")])])
        no = np.sort(answers.day[answers.root == ROOTS.index("REJECT")])
        own = np.nonzero((asked.state == s) & (time >= 0))[0]
        followed = _first_after(yes, asked.day[own])
        refused = _first_after(no, asked.day[own])
        np.add.at(tries[s], time[own], 1.0)
        np.add.at(hits[s], time[own], (followed <= ANSWER_DAYS) & (followed < refused))
    walk = shares(hits, tries, case.when.years, start=0.5, draws=DRAWS, rng=case.rng("responsiveness"))
    return _curve("responsiveness", "share of requests", walk.draws, walk.prior, walk.data_share)


def _first_after(days: Dates, since: Dates) -> Floats:
    """Days from each date to the first of `days` not before it; infinite if there is none."""
    at = np.searchsorted(days, since)
    wait = np.full(len(since), np.inf)
    some = at < len(days)
    wait[some] = (days[at[some]] - since[some]).astype(np.int64)
    return wait


def _among(case: _Case, name: str, count: Floats, reason: str) -> Curve | str:
    """The power's share among all powers of counts (P, S, T)."""
    if case.power not in case.powers:
        return f"{case.power} is not among the theatre's powers"
    hits = count[case.powers.index(case.power)]
    if not hits.any():
        return reason
    start = 1.0 / len(case.powers)
    walk = shares(hits, count.sum(axis=0), case.when.years, start=start, draws=DRAWS, rng=case.rng(name))
    return _curve(name, "share", walk.draws, walk.prior, walk.data_share)


def _curve(name: str, unit: str, draws: Floats, prior: Floats, share: Floats) -> Curve:
    """A curve with the region's mean as last subject; states not on the calendar are left out of it."""
    parts = [np.concatenate([side, mean(side, axis=1)[:, None]], axis=1) for side in (draws, prior)]
    whole = np.nan_to_num(np.concatenate([share, mean(share, axis=0)[None]]))
    return Curve(name, unit, parts[0].astype(np.float32), parts[1].astype(np.float32), whole)


DEFINITIONS: Final[dict[str, Callable[[_Case], Curve | str]]] = {
    "closeness": closeness,
    "cooperation": cooperation,
    "relations": relations,
    "security": security,
    "responsiveness": responsiveness,
}
"""The definitions of influence by name, in the order they are shown; each function's text says what it is."""
