"""
One week ahead: counts of pairs and quads in ICEWS 2018, beside climatology and an INGARCH(1,1).

`python bench/model_counts.py [pairs]`, the 40 pairs with most events if not given. Everything is learnt on the first
half of the weeks and then fed what came.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from scipy.optimize import minimize
from scipy.stats import nbinom

from tiltmeter.questions.hawkes import excited, fit

DATA = Path(os.environ.get("TILTMETER_DATA", Path(__file__).parents[2] / "shared" / "data")) / "events"
QUAD = np.array([0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4])
"""Quad of each CAMEO root, 1 to 20 (Schrodt 2012, "CAMEO: Event and Actor Codebook")."""
WEEKS = 43


def series(pairs: int) -> list[Any]:
    """Weekly counts by quad of the pairs of countries with most events; without those silent in the first half."""
    rows = pq.read_table(DATA / "icews_2018.parquet")
    code = np.array([str(one)[:2] for one in rows["cameo"].to_pylist()])
    root = np.where(np.char.isdigit(code), code, "0").astype(np.int64)
    week = (rows["date"].to_numpy().astype("datetime64[D]") - np.datetime64("2018-01-01")).astype(np.int64) // 7
    giver, taker = (np.array(rows[name].to_pylist(), dtype=object) for name in ("source_iso", "target_iso"))
    found: dict[tuple[str, str], Any] = {}
    for one, other, kind, when in zip(giver, taker, QUAD[np.clip(root, 0, 20)], week, strict=True):
        if one and other and one != other and kind and 0 <= when < WEEKS:
            table = found.setdefault((min(one, other), max(one, other)), np.zeros((4, WEEKS), dtype=np.int64))
            table[kind - 1, when] += 1
    most = sorted(found.values(), key=lambda table: -table.sum())[:pairs]
    return [own for table in most for own in table if own[: WEEKS // 2].any()]


def climatology(past: Any) -> tuple[float, float]:
    """Mean and size of a negative binomial with the past's moments."""
    mean = max(float(past.mean()), 0.5 / len(past))
    over = max(float(past.var(ddof=1)) - mean, 1e-3 * mean)
    return mean, min(mean**2 / over, 1e3)


def ingarch(counts: Any) -> Any:
    """Parameters of an INGARCH(1,1) with negative binomial counts (Zhu 2011, J. Time Ser. Anal. 32), by likelihood."""

    def cost(x: Any) -> float:
        rate = rates(x, counts)[:-1]
        return -float(nbinom.logpmf(counts, np.exp(x[3]), np.exp(x[3]) / (np.exp(x[3]) + rate)).sum())

    mean = max(float(counts.mean()), 0.05)
    starts = [np.array([np.log(mean * left), a, b, 0.7]) for left, a, b in ((0.5, -1.0, -1.0), (0.9, -3.0, -3.0))]
    return min(
        (minimize(cost, one, method="Nelder-Mead", options={"maxiter": 600}) for one in starts), key=lambda r: r.fun
    ).x


def rates(x: Any, counts: Any) -> Any:
    """Means of every week and the one after the last; alpha + beta is kept under one."""
    omega, share, split = np.exp(np.clip(x[0], -8, 8)), 0.98 / (1 + np.exp(-x[1])), 1 / (1 + np.exp(-x[2]))
    alpha, beta = share * split, share * (1 - split)
    rate = np.zeros(len(counts) + 1)
    rate[0] = omega / (1 - share)
    for t, count in enumerate(counts):
        rate[t + 1] = omega + alpha * count + beta * rate[t]
    return rate


def main(pairs: int) -> None:
    """Prints CRPS, log score and coverage of each, and the ratios."""
    rng = np.random.default_rng(0)
    scores: dict[str, list[Any]] = {}
    for counts in series(pairs):
        half = len(counts) // 2
        one, other = fit(counts[:half]), ingarch(counts[:half])
        own = one.base + one.branching * excited(counts, one.memory)
        for t in range(half, len(counts)):
            told = {
                "self-exciting": (own[t], one.size),
                "INGARCH(1,1)": (rates(other, counts[:t])[-1], float(np.exp(other[3]))),
                "climatology": climatology(counts[:t]),
            }
            for name, (mean, size) in told.items():
                scores.setdefault(name, []).append(judged(mean, min(size, 1e6), int(counts[t]), rng))
    mean = {name: np.mean(rows, axis=0) for name, rows in scores.items()}
    first = mean["self-exciting"]
    sys.stdout.write(
        f"{len(scores['climatology'])} weeks ahead of {pairs} pairs; ratios to the self-exciting process\n"
    )
    for name, (crps, log, held, plain) in mean.items():
        sys.stdout.write(
            f"{name:14} CRPS {crps:.3f} ({crps / first[0]:.3f})  log score {log:.3f} ({log / first[1]:.3f})  "
            f"90 % holds {held:.1%} (whole numbers {plain:.1%})\n"
        )


def judged(mean: float, size: float, came: int, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """CRPS, log score, and whether the 90 % interval holds what came: by a randomised rank, and in whole numbers."""
    law = nbinom(size, size / (size + mean))
    grid = np.arange(0, int(law.ppf(0.9999)) + came + 2)
    below = law.cdf(grid)
    crps = float(((below - (grid >= came)) ** 2).sum())
    at = below[came]
    rank = at - rng.random() * law.pmf(came)
    return crps, -float(law.logpmf(came)), float(0.05 <= rank <= 0.95), float(law.ppf(0.05) <= came <= law.ppf(0.95))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
