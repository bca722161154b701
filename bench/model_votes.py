"""
The votes model on all UN votes of the development data: time, memory, agreement, prediction, exactness.

`python bench/model_votes.py [part …]`, parts being speed, agree, scale, predict, exact; all if none given.
"""

from __future__ import annotations

import csv
import gzip
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from tiltmeter.model.arrays import Floats, Ints
from tiltmeter.model.exact import beside_exact
from tiltmeter.model.options import FitSettings
from tiltmeter.model.votes import Places, Votes, place, prepare
from tiltmeter.model.votes_sampler import sample_votes

DATA = Path(os.environ.get("TILTMETER_DATA", Path(__file__).parents[2] / "shared" / "data")) / "votes"
SETTINGS = FitSettings()


def say(line: str) -> None:
    """One line to standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def ballots() -> tuple[list[str], dict[str, Ints]]:
    """Names of the voters, and actor, item, time and choice of every vote cast."""
    rows = pq.read_table(DATA / "unga_votes_s1_74.parquet")
    with gzip.open(DATA / "unga_resolutions_s1_74.csv.gz", "rt", encoding="utf-8") as file:
        session = {int(row["rcid"]): int(row["session"]) - 1 for row in csv.DictReader(file)}
    iso = rows["iso3"].combine_chunks()
    calls, item = np.unique(rows["rcid"].to_numpy(), return_inverse=True)
    when = np.array([session[int(call)] for call in calls])[item]
    choice = rows["code"].to_numpy().astype(np.int64) - 1
    cast = choice < 3
    actor = iso.indices.to_numpy().astype(np.int64)
    columns = {"actor": actor, "item": item, "time": when, "choice": choice}
    return iso.dictionary.to_pylist(), {name: column[cast] for name, column in columns.items()}


def ready(names: list[str], cast: dict[str, Ints]) -> Votes:
    """The votes prepared for fitting, Russia and the United States at the ends."""
    periods = int(cast["time"].max()) + 1
    present = np.zeros((len(names), periods), dtype=bool)
    for index in np.unique(cast["actor"]):
        own = cast["time"][cast["actor"] == index]
        present[index, own.min() : own.max() + 1] = True
    poles = (names.index("RUS"), names.index("USA"))
    return prepare(**cast, years=np.ones(periods), present=present, poles=poles)


def speed(names: list[str], cast: dict[str, Ints]) -> None:
    """Seconds from ballots to positions with intervals, cold and warm, and the memory it took."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for state in ("first", "second", "third"):
        begin, clock = time.perf_counter(), time.process_time()
        votes = ready(names, cast)
        prepared = time.process_time() - clock
        found = place(votes, settings=SETTINGS)
        wall, cpu = time.perf_counter() - begin, time.process_time() - clock
        each = 1000 * (cpu - prepared) / found.rounds
        say(f"{state} fit: {cpu:.2f} s of processor on 2 threads ({wall:.2f} s by the clock), {found.rounds} rounds, "
            f"{each:.1f} ms of processor each")  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"{len(votes.cell)} votes on {len(votes.first) - 1} contested roll calls; peak memory +{after - before:.0f} MB")


def agree(names: list[str], cast: dict[str, Ints]) -> None:
    """Correlation with the published positions."""
    found = place(ready(names, cast), settings=SETTINGS).mean
    public = np.full(found.shape, np.nan)
    with gzip.open(next(DATA.glob("ideal_points_bsv*")), "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["iso3c"] in names:
                public[names.index(row["iso3c"]), int(row["session"]) - 1] = float(row["IdealPoint"])
    both = np.isfinite(found) & np.isfinite(public)
    level, spread = np.zeros(found.shape[1]), np.ones(found.shape[1])
    for t, own in enumerate(both.T):
        if own.any():
            level[t], spread[t] = public[own, t].mean(), public[own, t].std()
    standard = (public - level) / spread
    by_session = [np.corrcoef(found[own, t], public[own, t])[0, 1] for t, own in enumerate(both.T) if own.sum() > 5]
    pair = both[:, 1:] & both[:, :-1]
    changes = np.corrcoef(np.diff(found, axis=1)[pair], np.diff(public, axis=1)[pair])[0, 1]
    ceiling = np.corrcoef(standard[both], public[both])[0, 1]
    overall = np.corrcoef(found[both], standard[both])[0, 1]
    say(f"r overall {overall:.4f} (theirs standardised by session; unstandardised {_r(found, public, both):.4f}, "
        f"where theirs standardised reach {ceiling:.4f} with themselves)")  # fmt: skip
    say(f"r by session: median {np.median(by_session):.4f}, least {min(by_session):.4f}; of changes {changes:.4f}")


def _r(one: Floats, other: Floats, both: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    return float(np.corrcoef(one[both], other[both])[0, 1])


def scale(names: list[str], cast: dict[str, Ints]) -> None:
    """Time of a round on twelve times as many roll calls."""
    many = {name: np.tile(column, 12) for name, column in cast.items()}
    many["item"] = many["item"] + np.repeat(np.arange(12), len(cast["item"])) * (int(cast["item"].max()) + 1)
    each = []
    for part in (cast, many):
        votes = ready(names, part)
        begin = time.process_time()
        found = place(votes, settings=SETTINGS)
        each.append((time.process_time() - begin) / found.rounds)
    say(f"12 times the votes: {each[1] / each[0]:.1f} times the time of a round")


def predict(names: list[str], cast: dict[str, Ints]) -> None:
    """Log loss on 5 % of the votes, masked at random, beside a binary fit with each roll call's own shares."""
    rng = np.random.default_rng(0)
    hidden = rng.random(len(cast["item"])) < 0.05
    train = {name: column[~hidden] for name, column in cast.items()}
    counts = np.bincount(train["item"] * 3 + train["choice"], minlength=3 * (int(cast["item"].max()) + 1)).reshape(
        -1, 3
    )
    contested = (counts > 0).sum(axis=1) > 1
    number = np.cumsum(contested) - 1
    test = hidden & contested[cast["item"]]
    item, choice = number[cast["item"][test]], cast["choice"][test]
    ordinal = place(ready(names, train), settings=SETTINGS)
    one = _chances(ordinal, cast, test, item)
    binary_votes = train | {"choice": np.where(train["choice"] == 0, 0, 2)}
    binary_counts = np.stack([counts[:, 0], counts[:, 1] + counts[:, 2]], axis=1)
    two_number = np.cumsum((binary_counts > 0).all(axis=1)) - 1
    two_sided = np.asarray((binary_counts > 0).all(axis=1))
    both = two_sided[cast["item"][test]]
    binary = place(ready(names, binary_votes), settings=SETTINGS)
    two = _chances(binary, cast, test, two_number[cast["item"][test]])
    # the binary fit says nothing of abstentions: each roll call's own share of them stands in
    split = (counts[:, 1] + 0.5) / (counts[:, 1] + counts[:, 2] + 1.0)
    abstain = split[cast["item"][test]]
    two[:, 1] = (1.0 - two[:, 0]) * abstain
    two[:, 2] = (1.0 - two[:, 0]) * (1.0 - abstain)
    rows = np.arange(len(choice))
    known = both & np.isfinite(one[rows, choice]) & np.isfinite(two[rows, choice])
    ours, theirs = (float(-np.log(part[rows, choice][known]).mean()) for part in (one, two))
    say(f"log loss on {known.sum()} masked votes: {ours:.4f}; binary, shares {theirs:.4f}; ratio {ours / theirs:.3f}")


def _chances(found: Places, cast: dict[str, Ints], test: Ints, item: Ints) -> Floats:
    at = found.mean[cast["actor"][test], cast["time"][test]]
    own = found.item[item]
    yes = 1.0 / (1.0 + np.exp(-(own[:, 0] + own[:, 2] * at)))
    abstain = 1.0 / (1.0 + np.exp(-(own[:, 1] + own[:, 2] * at)))
    return np.stack([yes, (1 - yes) * abstain, (1 - yes) * (1 - abstain)], axis=1)


def exact(names: list[str], cast: dict[str, Ints]) -> None:
    """The fast fit beside exact sampling with the same steps, on the last four sessions."""
    late = cast["time"] >= cast["time"].max() - 3
    part = {name: column[late] for name, column in cast.items()}
    part["time"] = part["time"] - part["time"].min()
    part["item"] = np.unique(part["item"], return_inverse=True)[1]
    votes = ready(names, part)
    found = place(votes, settings=SETTINGS)
    rng = np.random.default_rng(1)
    begin = time.perf_counter()
    drawn = sample_votes(votes, settings=FitSettings(chains=8, draws=250), rng=rng, step=found.step).paths
    say(f"against exact draws ({time.perf_counter() - begin:.0f} s): {beside_exact(found, votes, drawn, rng)}")


PARTS = {"speed": speed, "agree": agree, "scale": scale, "predict": predict, "exact": exact}


if __name__ == "__main__":
    given = ballots()
    for name in sys.argv[1:] or PARTS:
        PARTS[name](*given)
