"""What if: futures with an event put in, against the same futures without it."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic import ValidationError

from tiltmeter.errors import QuestionError
from tiltmeter.model.arrays import Bools, Floats, Ints
from tiltmeter.model.options import FitSettings
from tiltmeter.questions.episode import episodes
from tiltmeter.questions.forecast import LEAST, weekly
from tiltmeter.questions.hawkes import fit, simulate
from tiltmeter.questions.helping import JEFFREYS, Chance, help_chances
from tiltmeter.questions.onset import reported, weekly_crises
from tiltmeter.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiltmeter.questions.basis import Basis
    from tiltmeter.questions.episode import Episode

KINDS: Final = ("unrest", "attack", "helper_at_war", "base_closes", "vote")
DRAWS: Final = 1000
SHOCK: Final = 10.0
"""Reports a crisis brings in its first week where no past one tells: a stated assumption."""
SHIFT_SD: Final = 0.1
"""Prior sd of the shift of a tilt after a crisis, axis units; that of single crises around their mean as well."""
AROUND: Final = 8
"""Weeks before and after a past crisis whose tilts are compared."""
HELP_REPORTS: Final = 3.0
"""Mean number of cooperative events that a help adds between helper and state: a stated assumption."""


@dataclass(frozen=True, slots=True)
class Fan:
    """A quantity week by week: mean and 90 % interval with the event, and without it."""

    mean: tuple[float, ...]
    q05: tuple[float, ...]
    q95: tuple[float, ...]
    base_mean: tuple[float, ...]
    base_q05: tuple[float, ...]
    base_q95: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Play:
    """
    A scenario played: fans by name (`crisis`, `cooperation`, `conflict`, `tilt`), and chances.

    `help` is the chance that the power helps, from past crises; `vote` the chances of the
    state's choice where the poles are split, each with its interval. `learnt` are all parameters behind it.
    """

    scenario: dict[str, Any]
    weeks: tuple[str, ...]
    fans: dict[str, Fan]
    help: Chance | None
    vote: dict[str, tuple[float, float, float]] | None
    learnt: dict[str, Any]
    missing: dict[str, str]
    seed: int


def scenario(fields: Mapping[str, Any], *, where: str = "") -> Scenario:
    """
    A scenario from its fields.

    Raises:
        QuestionError: A field is unknown, missing or at fault.

    >>> scenario({"kind": "unrest", "state": "KGZ"}).weeks
    26
    """
    try:
        return Scenario.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][-1]) if first["loc"] else "scenario"
        mend = f"kinds are {', '.join(KINDS)}; fields are {', '.join(Scenario.model_fields)}"
        raise QuestionError(f"{name}: {first['msg'].lower()}", mend=mend, where=where) from error


def load_scenarios(path: Path) -> list[Scenario]:
    """
    The scenarios of a TOML file.

    Raises:
        QuestionError: It cannot be read, or one is at fault.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("scenarios")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise QuestionError(
            "cannot be read as TOML", mend="write [[scenarios]] tables in it", where=str(path)
        ) from error
    if not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        raise QuestionError(
            "no [[scenarios]] tables in it", mend='write [[scenarios]], kind = "unrest" …', where=str(path)
        )
    return [scenario(one, where=str(path)) for one in tables]


def told(text: str) -> Scenario:
    """
    A scenario in three words: kind, state, and a date or month.

    Raises:
        QuestionError: It is none.

    >>> told("unrest KGZ 2024-03").start
    datetime.date(2024, 3, 1)
    """
    match = re.fullmatch(r"\s*(\w+)\s+([A-Z]{3})(?:\s+(\d{4}-\d\d)(-\d\d)?)?\s*", text)
    if not match:
        raise QuestionError(f"no scenario: {text!r}", mend="write kind, state and date, as in `unrest KGZ 2024-03`")
    kind, state, month, day = match.groups()
    return scenario({"kind": kind, "state": state} | ({"start": f"{month}{day or '-01'}"} if month else {}))


def play(one: Scenario, *, basis: Basis, seed: int = 0, found: Sequence[Episode] | None = None) -> Play:
    """
    Futures drawn with the event and without it, by the same random numbers.

    Counts are self-exciting; the event adds what past crises brought. Help is drawn from past
    crises of the sort. The tilt drifts as fitted and shifts as it did after past crises, or by the model's own
    step when a base closes.

    Args:
        one: The event.
        basis: Rows and fit that the future starts from.
        seed: Equal seeds give equal futures.
        found: The past crises, found if not given.

    Raises:
        QuestionError: The theatre has no such state, or the date lies too far from the data.
    """
    theatre = basis.theatre
    if one.state not in theatre.states:
        raise QuestionError(f"{one.state} is no state of {theatre.name}", mend=f"it has {', '.join(theatre.states)}")
    power = one.power or theatre.poles.a
    past = list(episodes(basis) if found is None else found)
    case = _Case(one, power, basis, past, np.random.default_rng([seed, 1]), *_calendar(one, basis))
    fans: dict[str, Fan] = {}
    missing: dict[str, str] = {}
    learnt: dict[str, Any] = {}
    chance, helps = _help(case)
    _crisis(case, fans, missing, learnt)
    _dealings(case, helps, fans, missing, learnt)
    _tilt(case, fans, missing, learnt)
    vote = _vote(case) if one.kind == "vote" else None
    fields = one.model_dump(mode="json") | {"power": power, "start": str(case.start)}
    return Play(fields, case.labels, fans, chance, vote, learnt, missing, seed)


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    one: Scenario
    power: str
    basis: Basis
    past: list[Episode]
    rng: np.random.Generator
    start: dt.date
    labels: tuple[str, ...]
    onset: int

    @property
    def crisis(self) -> bool:
        return self.one.kind in ("unrest", "attack")

    @property
    def weeks(self) -> int:
        return len(self.labels)


def _calendar(one: Scenario, basis: Basis) -> tuple[dt.date, tuple[str, ...], int]:
    """The event's day, the weeks from the data's end to the horizon, and the week of the event among them."""
    reach = basis.reach()
    end = min(reach[1], basis.theatre.span[1]) if reach else basis.theatre.span[1]
    monday = end + dt.timedelta(days=7 - end.weekday())
    start = one.start or monday
    onset = (start - monday).days // 7
    if not 0 <= onset <= 52:
        mend = f"a future starts where the data end: give a date from {monday} to {monday + dt.timedelta(weeks=52)}"
        raise QuestionError(f"{start} is not in the year after the data", mend=mend)
    weeks = [monday + dt.timedelta(weeks=n) for n in range(onset + one.weeks)]
    return start, tuple(str(week) for week in weeks), onset


def _fan(draws: Floats | Ints, base: Floats | Ints) -> Fan:
    parts = []
    for side in (draws, base):
        low, high = np.quantile(side, [0.05, 0.95], axis=0)
        parts += [tuple(float(f"{value:.4g}") for value in line) for line in (side.mean(axis=0), low, high)]
    return Fan(*parts)


def _help(case: _Case) -> tuple[Chance | None, Bools]:
    """The chance of help in such a crisis, and per draw whether it comes."""
    none = np.zeros(DRAWS, dtype=bool)
    if not (case.crisis or case.one.kind == "helper_at_war"):
        return None, none
    chances = {one.sort: one for one in help_chances(case.past, case.basis, power=case.power)}
    wanted = f"{case.power} at war itself" if case.one.kind == "helper_at_war" else case.one.kind
    # a sort without cases says nothing that all crises do not say better
    best = chances[wanted] if chances[wanted].cases else chances["all crises"]
    share = case.rng.beta(best.helped + JEFFREYS, best.cases - best.helped + JEFFREYS, DRAWS)
    comes = case.rng.random(DRAWS) < share
    return best, comes if case.crisis else none


def _crisis(case: _Case, fans: dict[str, Fan], missing: dict[str, str], learnt: dict[str, Any]) -> None:
    counts = weekly_crises(case.basis, reported(case.basis), case.one.state)
    if len(counts) < LEAST:
        missing["crisis"] = f"the reports cover {len(counts)} weeks, under {LEAST}"
        return
    process = fit(counts)
    learnt["crisis"] = asdict(process)
    added = np.zeros((DRAWS, case.weeks))
    if case.crisis:
        past = [sum(row.step == "crisis" for row in one.evidence) for one in case.past]
        size = np.full(DRAWS, case.one.size) if case.one.size is not None else _shock(past, case.rng)
        added[:, case.onset] = case.rng.poisson(size)
        learnt["shock"] = {"mean": float(np.mean(size)), "past_crises": len(past)}
    fans["crisis"] = _twice(case, process, counts, added)


def _shock(past: list[int], rng: np.random.Generator) -> Floats:
    return np.asarray(rng.choice(past, DRAWS) if past else np.full(DRAWS, SHOCK), dtype=np.float64)


def _twice(case: _Case, process: Any, counts: Ints, added: Floats) -> Fan:
    """With and without, by the same random numbers."""
    seed = int(case.rng.integers(2**31))
    sides = [
        simulate(process, counts, weeks=case.weeks, draws=DRAWS, rng=np.random.default_rng(seed), added=extra)
        for extra in (added, None)
    ]
    return _fan(*sides)


def _dealings(case: _Case, helps: Bools, fans: dict[str, Fan], missing: dict[str, str], learnt: dict[str, Any]) -> None:
    try:
        found = weekly(case.basis.tables.events, case.one.state, case.power)
    except QuestionError as error:
        missing["cooperation"] = missing["conflict"] = error.what
        return
    for name, quads in (("cooperation", (0, 1)), ("conflict", (2, 3))):
        counts = found.counts[list(quads)].sum(axis=0)
        process = fit(counts)
        learnt[name] = asdict(process)
        added = np.zeros((DRAWS, case.weeks))
        if name == "cooperation":
            at = min(case.onset + 1, case.weeks - 1)
            added[:, at] = np.where(helps, case.rng.poisson(HELP_REPORTS, DRAWS), 0)
        fans[name] = _twice(case, process, counts, added)


def _tilt(case: _Case, fans: dict[str, Fan], missing: dict[str, str], learnt: dict[str, Any]) -> None:
    tilt = case.basis.tilt
    if tilt is None:
        missing["tilt"] = "there is no fit"
        return
    state = tilt.state(case.one.state)
    paths = tilt.paths()[:, state]
    begin = paths[case.rng.integers(0, len(paths), DRAWS), tilt.period(case.labels[0])]
    step = float(tilt.diagnostics.get("scales", {}).get("step", tilt.settings.step_year))
    drift = step / np.sqrt(52.18) * case.rng.standard_normal((DRAWS, case.weeks))
    base = begin[:, None] + np.cumsum(drift, axis=1)
    mean, sd, cases = _shift(case)
    shift = (mean + sd * case.rng.standard_normal(DRAWS))[:, None] * (np.arange(case.weeks) >= case.onset)
    learnt["tilt"] = {"step_year": step, "shift": mean, "shift_sd": sd, "past_crises": cases}
    fans["tilt"] = _fan(base + shift, base)


def _shift(case: _Case) -> tuple[float, float, int]:
    """Mean and sd of the shift the event brings, and the past crises behind it."""
    tilt, poles = case.basis.tilt, (case.basis.theatre.poles.a, case.basis.theatre.poles.b)
    assert tilt is not None  # noqa: S101 - the caller has seen to it
    if case.one.kind == "base_closes" and case.power in poles:
        # the model's own step: toward the owner when a base opens, away when it closes
        return FitSettings().tie_pull * (1.0 if case.power == poles[0] else -1.0), SHIFT_SD / 2, 0
    if not case.crisis:
        return 0.0, 0.0, 0
    precision, linear, cases = 1.0 / SHIFT_SD**2, 0.0, 0
    for one in case.past:
        at = tilt.period(one.crisis.start)
        if not AROUND <= at < len(tilt.periods) - AROUND:
            continue
        path = tilt.paths()[:, tilt.state(one.state)]
        moved = path[:, at : at + AROUND].mean(axis=1) - path[:, at - AROUND : at].mean(axis=1)
        weight = 1.0 / (float(moved.var()) + SHIFT_SD**2)
        precision, linear, cases = precision + weight, linear + weight * float(moved.mean()), cases + 1
    # a single future crisis varies around the mean of all
    return linear / precision, float(np.sqrt(1.0 / precision + SHIFT_SD**2)), cases


def _vote(case: _Case) -> dict[str, tuple[float, float, float]]:
    """Chances of the state's choice where the poles are split, from its past ones: mean and 90 % interval each."""
    import pyarrow as pa
    import pyarrow.compute as pc

    poles = case.basis.theatre.poles
    votes = case.basis.tables.votes
    votes = votes.filter(pc.is_in(votes["state"], pa.array([case.one.state, poles.a, poles.b], pa.string())))
    cast: dict[tuple[str, str], dict[str, str]] = {}
    for vote in votes.to_pylist():
        cast.setdefault((vote["source"], vote["rollcall"]), {})[vote["state"]] = vote["choice"]
    names = (f"with {poles.a}", f"with {poles.b}", "abstain", "absent")
    count = np.full(len(names), 0.5)
    for choice in cast.values():
        own, one, other = (choice.get(code) for code in (case.one.state, poles.a, poles.b))
        if own is None or one is None or other is None or one == other:
            continue
        count[0 if own == one else 1 if own == other else 3 if own == "absent" else 2] += 1.0
    draws = case.rng.dirichlet(count, DRAWS)
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    numbers = zip(names, count / count.sum(), low, high, strict=True)
    return {name: (round(float(mean), 4), round(float(a), 4), round(float(b), 4)) for name, mean, a, b in numbers}


def to_json(one: Play) -> dict[str, Any]:
    """A play as plain values."""
    return asdict(one)
