"""Forecasts: the next weeks' counts between two sides, scored on the past, and what comes next between them."""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.errors import QuestionError
from tiltmeter.model.arrays import Ints
from tiltmeter.nouns import ROOTS
from tiltmeter.questions.hawkes import Excitation, fit, simulate
from tiltmeter.questions.score import Score, score, simple
from tiltmeter.questions.tables import event_days

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.questions.basis import Basis

QUADS: Final = {1: "verbal cooperation", 2: "material cooperation", 3: "verbal conflict", 4: "material conflict"}
DRAWS: Final = 1000
ORIGINS: Final = 26
"""Past weeks from which a forecast is made and scored."""
LEAST: Final = 20
"""Weeks of events a forecast needs: half for learning, half for the score."""
HALF_LIFE: Final = 180.0
"""Days after which an event weighs half for what comes next."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week ahead: its Monday, mean and 90 % interval of the count, and the chance of at least one."""

    start: dt.date
    mean: float
    q05: float
    q95: float
    any: float


@dataclass(frozen=True, slots=True)
class Future:
    """
    The next weeks' events of one quad between two sides, in either direction.

    `learnt` are the process' parameters; `scores` are its own and the simple forecasts' over the
    last weeks of the past, one to `weeks` ahead. `evidence` are the newest rows behind it.
    """

    a: str
    b: str
    quad: int
    weeks: tuple[Week, ...]
    learnt: Excitation
    scores: tuple[Score, ...]
    rests_on: int
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Next:
    """The chance that the next event between two sides is of this root, by giver."""

    giver: str
    taker: str
    root: str
    probability: float


def forecast(
    basis: Basis, *, a: str, b: str, weeks: int = 4, quads: tuple[int, ...] = (1, 2, 3, 4), seed: int = 0
) -> list[Future]:
    """
    Counts of the next weeks' events between two sides, per quad.

    Args:
        basis: The events.
        a: One side.
        b: The other; for what goes on inside a state, its civilians (`KAZ-CIV`).
        weeks: How many weeks ahead, at most 52.
        quads: Which quads.
        seed: Equal seeds give equal forecasts.

    Raises:
        QuestionError: There are too few weeks of events, or the sides are one.
    """
    if a == b:
        raise QuestionError(f"{a} is on both sides", mend=f"for what goes on inside a state ask about {a} and {a}-CIV")
    if not 1 <= weeks <= 52:
        raise QuestionError(f"cannot look {weeks} weeks ahead", mend="ask for 1 to 52 weeks")
    found = weekly(basis.tables.events, a, b)
    return [_future(found, a, b, quad, weeks, seed) for quad in quads]


@dataclass(frozen=True, slots=True, eq=False)
class Weekly:
    """Weekly counts (4, T) by quad from the Monday `start`, and the rows, newest last."""

    start: dt.date
    counts: Ints
    rows: pa.Table
    days: Any


def weekly(events: pa.Table, a: str, b: str) -> Weekly:
    """
    Weekly counts of events between two sides, over all weeks that the events' sources cover.

    Raises:
        QuestionError: They cover too few weeks.
    """
    import pyarrow.compute as pc

    everything = event_days(events)
    everything = everything[~np.isnat(everything)]
    if not len(everything):
        raise QuestionError("there are no dated events", mend="add event data, or code documents")
    first, last = everything.min().item(), everything.max().item()
    monday = first + dt.timedelta(days=(7 - first.weekday()) % 7)
    # the week that is not over is no count
    count = ((last - monday).days + 1) // 7
    if count < LEAST:
        raise QuestionError(f"the events cover {max(0, count)} whole weeks", mend=f"a forecast needs {LEAST}")

    def way(giver: str, taker: str) -> Any:
        return pc.and_(pc.equal(events["giver"], giver), pc.equal(events["taker"], taker))

    keep = pc.and_(pc.or_(way(a, b), way(b, a)), pc.invert(events["background"]))
    own = events.filter(keep)
    days = event_days(own)
    order = np.argsort(days, kind="stable")
    own, days = own.take(order), days[order]
    week = (days - np.datetime64(monday, "D")).astype(np.int64) // 7
    quad = np.asarray(own["quad"].to_numpy(), dtype=np.int64)
    inside = (week >= 0) & (week < count) & (quad >= 1) & (quad <= 4)
    counts = np.zeros((4, count), dtype=np.int64)
    np.add.at(counts, (quad[inside] - 1, week[inside]), 1)
    return Weekly(monday, counts, own, days)


def _future(found: Weekly, a: str, b: str, quad: int, weeks: int, seed: int) -> Future:
    counts = found.counts[quad - 1]
    rng = np.random.default_rng([seed, zlib.crc32(f"{a} {b} {quad}".encode())])
    learnt = fit(counts)
    draws = simulate(learnt, counts, weeks=weeks, draws=DRAWS, rng=rng)
    start = found.start + dt.timedelta(weeks=len(counts))
    ahead = []
    for week in range(weeks):
        low, high = np.quantile(draws[:, week], [0.05, 0.95], method="inverted_cdf")
        numbers = (draws[:, week].mean(), low, high, (draws[:, week] > 0).mean())
        ahead.append(Week(start + dt.timedelta(weeks=week), *(_round(value) for value in numbers)))
    quads = np.asarray(found.rows["quad"].to_numpy())
    newest = found.rows.take(np.nonzero(quads == quad)[0][-5:]).select(["source", "key"]).to_pylist()
    evidence = tuple((row["source"], row["key"]) for row in newest)
    return Future(a, b, quad, tuple(ahead), learnt, rolling(counts, weeks=weeks, rng=rng), int(counts.sum()), evidence)


def rolling(counts: Ints, *, weeks: int, rng: np.random.Generator) -> tuple[Score, ...]:
    """
    Scores over a rolling origin: the process is learnt before the first origin only, then fed what came.

    >>> rng = np.random.default_rng(2)
    >>> [one.name for one in rolling(rng.poisson(2.0, 60), weeks=2, rng=rng)][0]
    'self-exciting'
    """
    begin = max(len(counts) // 2, len(counts) - ORIGINS - weeks)
    learnt = fit(counts[:begin])
    samples: dict[str, list[Any]] = {}
    came: list[int] = []
    for origin in range(begin, len(counts) - weeks + 1):
        past = counts[:origin]
        draws = simulate(learnt, past, weeks=weeks, draws=400, rng=rng)
        for week in range(weeks):
            came.append(int(counts[origin + week]))
            samples.setdefault("self-exciting", []).append(draws[:, week])
            for name, sample in simple(past).items():
                samples.setdefault(name, []).append(sample)
    return tuple(score(name, own, came) for name, own in samples.items())


def next_between(basis: Basis, *, a: str, b: str) -> list[Next]:
    """
    What comes next between two sides: the chance of each root and direction, likeliest first.

    Past events count by age with a half-life of 180 days; every root keeps a small chance.

    Raises:
        QuestionError: There are too few weeks of events, or none between the two.
    """
    found = weekly(basis.tables.events, a, b)
    if not found.rows.num_rows:
        raise QuestionError(f"no events between {a} and {b}", mend="ask about two sides that have dealings")
    last = found.start + dt.timedelta(weeks=found.counts.shape[1])
    age = (np.datetime64(last, "D") - found.days).astype(np.float64)
    weight = 0.5 ** (np.maximum(age, 0.0) / HALF_LIFE)
    total = {(giver, taker, root): 0.1 for giver, taker in ((a, b), (b, a)) for root in ROOTS}
    for row, own in zip(found.rows.select(["giver", "taker", "root"]).to_pylist(), weight, strict=True):
        total[row["giver"], row["taker"], row["root"]] += float(own)
    whole = sum(total.values())
    chances = [Next(giver, taker, root, _round(value / whole)) for (giver, taker, root), value in total.items()]
    return sorted(chances, key=lambda one: (-one.probability, one.giver, one.root))


def to_json(future: Future) -> dict[str, Any]:
    """A forecast as plain values; dates as text."""
    table = asdict(future)
    table["weeks"] = [week | {"start": str(week["start"])} for week in table["weeks"]]
    table["evidence"] = [{"source": source, "key": key} for source, key in future.evidence]
    return table


def _round(value: Any) -> float:
    return float(f"{float(value):.4g}")
