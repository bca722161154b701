"""Reads the tables: plain text, one row a line, columns between bars, `#` a comment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from importlib.resources import files


def lines(path: str) -> Iterator[str]:
    """
    The lines of a table of this room that are no comments; none when there is no such table.

    >>> next(lines("states/en.txt"))[:17]
    'AFG | Afghanistan'
    """
    file = files("tiltmeter.actors") / "tables" / path
    if not file.is_file():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def columns(line: str, count: int) -> list[str]:
    """
    The columns of a row, stripped; missing ones are empty.

    >>> columns("KAZ | Kazakhstan |", 4)
    ['KAZ', 'Kazakhstan', '', '']
    """
    cells = [cell.strip() for cell in line.split("|")]
    return (cells + [""] * count)[:count]


def items(cell: str) -> list[str]:
    """
    The names in a cell.

    >>> items("Kyiv, Kiev")
    ['Kyiv', 'Kiev']
    """
    return [item.strip() for item in cell.split(",") if item.strip()]


def day(cell: str, *, last: bool) -> dt.date | None:
    """
    A date as exact as the table gives it, its first or last day; None when empty.

    >>> day("2022-02", last=True)
    datetime.date(2022, 2, 28)
    """
    if not cell:
        return None
    year, month, date = ([int(part) for part in cell.split("-")] + [0, 0])[:3]
    if date:
        return dt.date(year, month, date)
    if not last:
        return dt.date(year, month or 1, 1)
    following = dt.date(year + 1, 1, 1) if month in (0, 12) else dt.date(year, month + 1, 1)
    return following - dt.timedelta(days=1)
