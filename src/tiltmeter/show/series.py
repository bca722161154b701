"""Draws of whole paths made into the few numbers per period that a chart draws."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tiltmeter.model.arrays import Dates, Floats

QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Ends of the 90 % band, ends of the 50 % band, and the median between them."""
NAMES: Final = ("lo", "q1", "mid", "q3", "hi")
MOST: Final = 700
"""Periods drawn at most; a longer calendar is thinned evenly."""

Series = dict[str, Any]


def kept(periods: int, *, most: int = MOST) -> list[int]:
    """
    Indexes of the periods that are drawn, evenly spaced, the last one always among them.

    >>> kept(5), kept(10, most=4)
    ([0, 1, 2, 3, 4], [0, 3, 6, 9])
    """
    stride = max(1, -(-periods // most))
    return list(range((periods - 1) % stride, periods, stride))


def series(paths: Floats, share: Floats, *, keep: list[int], scale: int) -> Series:
    """
    A path's quantiles and share of the data as whole numbers, which are short to write.

    Args:
        paths: Draws, shape (N, T); a period of nan is a gap.
        share: Share of the data, 0 to 1, shape (T,).
        keep: Periods to keep.
        scale: What the quantiles are multiplied by; the share is in percent.

    >>> series(np.array([[0.0, np.nan], [1.0, np.nan]]), np.array([0.5, 0.0]), keep=[0, 1], scale=100)["q"][2]
    [50, None]
    """
    table = np.quantile(paths[:, keep], QUANTILES, axis=0)
    rows = [[round(value * scale) if np.isfinite(value) else None for value in row] for row in table.tolist()]
    return {"q": rows, "s": [round(100 * value) for value in np.nan_to_num(share[keep]).tolist()], "k": scale}


def mean_over(values: Floats) -> Floats:
    """
    Means along the last axis over what is there; nan where nothing is.

    >>> mean_over(np.array([[1.0, np.nan], [np.nan, np.nan]])).tolist()
    [1.0, nan]
    """
    there = np.isfinite(values)
    count = there.sum(axis=-1)
    total = np.where(there, values, 0.0).sum(axis=-1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def spread(draws: Floats) -> dict[str, float | None]:
    """
    The quantiles of one number's draws, by the names the charts use; None for a state that was not there.

    >>> spread(np.linspace(0.0, 1.0, 101))["q1"]
    0.25
    """
    if not np.isfinite(draws).all():
        return dict.fromkeys(NAMES)
    found = np.quantile(draws, QUANTILES)
    return {name: round(float(value), 4) for name, value in zip(NAMES, found, strict=True)}


def peaks(paths: Floats, starts: Dates) -> list[tuple[str, float]]:
    """
    The chance that a path's highest point lies in each quarter of a year, for quarters with one.

    Periods on a par share a draw's chance evenly, so that a curve that never moves has its peak nowhere.

    Args:
        paths: Draws, shape (N, T).
        starts: First days of the periods and the day after the last, shape (T + 1,).

    >>> starts = np.array(["2021-01-04", "2021-04-05", "2021-04-12"], dtype="datetime64[D]")
    >>> peaks(np.array([[0.0, 2.0], [0.0, 1.0]]), starts)
    [('2021-Q2', 1.0)]
    """
    filled = np.where(np.isfinite(paths), paths, -np.inf)
    top = filled == filled.max(axis=1, keepdims=True)
    chance = (top / top.sum(axis=1, keepdims=True)).mean(axis=0)
    months = starts[:-1].astype("datetime64[M]").astype(int)
    quarter = months // 3
    total: dict[int, float] = {}
    for at, value in zip(quarter.tolist(), chance.tolist(), strict=True):
        total[at] = total.get(at, 0.0) + value
    return [(f"{1970 + at // 4}-Q{at % 4 + 1}", round(value, 4)) for at, value in total.items() if value >= 0.0005]
