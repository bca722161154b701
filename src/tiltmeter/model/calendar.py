"""The calendar of a panel: periods of a week, a month or a session of the General Assembly."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.arrays import Dates, Ints

FIRST_YEAR = 1945
"""Regular session n of the General Assembly opens in September of 1945 + n; the first met in January 1946."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Periods with their labels; `starts` has one date more than there are labels."""

    grid: str
    labels: tuple[str, ...]
    starts: Dates

    @property
    def years(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Length of the step into each period, in years, shape (T,)."""
        days = np.diff(self.starts).astype(np.float64)
        return np.asarray(np.concatenate([days[:1], days[:-1]]) / 365.25)

    def index(self, days: Dates) -> Ints:
        """The period of each date; -1 where it is outside or missing (NaT)."""
        at = np.searchsorted(self.starts, days, side="right") - 1
        inside = (days >= self.starts[0]) & (days < self.starts[-1])
        return np.where(inside, at, -1)


def calendar(grid: str, start: dt.date, end: dt.date) -> Calendar:
    """
    The periods that a closed interval of dates touches.

    Raises:
        ModelError: The interval is the wrong way round, or the grid is unknown.

    >>> calendar("week", dt.date(2021, 12, 31), dt.date(2022, 1, 10)).labels
    ('2021-W52', '2022-W01', '2022-W02')
    >>> calendar("session", dt.date(2019, 12, 1), dt.date(2020, 12, 1)).labels
    ('74', '75')
    """
    if start > end:
        raise ModelError(f"the span {start} to {end} ends before it begins", mend="write the earlier first")
    if grid == "week":
        first = start - dt.timedelta(days=start.weekday())
        count = (end - first).days // 7 + 1
        dates = [first + dt.timedelta(weeks=n) for n in range(count + 1)]
        labels = [f"{day.isocalendar().year}-W{day.isocalendar().week:02d}" for day in dates[:-1]]
    elif grid == "month":
        months = range(start.year * 12 + start.month - 1, end.year * 12 + end.month + 1)
        dates = [dt.date(month // 12, month % 12 + 1, 1) for month in months]
        labels = [f"{day:%Y-%m}" for day in dates[:-1]]
    elif grid == "session":
        sessions = range(session(start), session(end) + 2)
        dates = [dt.date(FIRST_YEAR + n, 9, 1) if n > 1 else dt.date(1946, 1, 1) for n in sessions]
        labels = [str(n) for n in sessions[:-1]]
    else:
        raise ModelError(f"no such grid: {grid}", mend="use week, month or session")
    return Calendar(grid, tuple(labels), np.array(dates, dtype="datetime64[D]"))


def session(day: dt.date) -> int:
    """
    The regular session of the General Assembly that a date falls in.

    >>> session(dt.date(2022, 3, 2)), session(dt.date(1946, 2, 1))
    (76, 1)
    """
    return max(1, day.year - FIRST_YEAR - (day.month < 9))


def nearest_session(number: int, day: dt.date) -> int:
    """
    A roll call's session as numbered, unless the number cannot belong to the date.

    Emergency special sessions have numbers of their own; their votes belong to the regular session of
    the date.

    >>> nearest_session(11, dt.date(2022, 3, 2)), nearest_session(74, dt.date(2020, 9, 3))
    (76, 74)
    """
    by_date = session(day)
    return number if abs(number - by_date) <= 1 else by_date
