"""Who moved between two dates, and when it was sudden, as the page's tables show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tiltmeter.show.names import name
from tiltmeter.show.numbers import between, number, percent

Table = dict[str, Any]


def moved(rows: Sequence[Mapping[str, Any]], language: str) -> list[Table]:
    """
    Rows of `model.movement.moves` in words: the state's part, the pole's, and the agenda's.

    >>> row = {"state": "KAZ", "power": "RUS", "by_state": -0.1, "by_state_q05": -0.3, "by_state_q95": 0.1}
    >>> row |= {"by_power": 0.0, "by_power_q05": -0.1, "by_power_q95": 0.1, "agenda": None, "data_share": 0.5}
    >>> moved([row], "en")[0]["by_state"], moved([row], "en")[0]["agenda"]
    ('−0.10 (−0.30 to +0.10)', '–')
    """
    return [
        {
            "name": name(row["state"], language), "power": name(row["power"], language),
            **{part: between(row[f"{part}_q05"], row[part], row[f"{part}_q95"], language, sign=True)
               for part in ("by_state", "by_power")},
            "agenda": "–" if row["agenda"] is None else number(row["agenda"], language, sign=True),
            "share": percent(row["data_share"], language),
        }
        for row in rows
    ]  # fmt: skip


def jumps(rows: Sequence[Mapping[str, Any]], language: str) -> list[Table]:
    """
    Rows of `model.movement.change_points` in words, the likeliest first.

    >>> row = {"state": "KAZ", "period": "2022-W09", "start": "a", "end": "b", "probability": 0.42, "size": 0.3}
    >>> jumps([row], "en")[0]["chance"], jumps([row], "en")[0]["size"]
    ('42 %', '+0.30')
    """
    ordered = sorted(rows, key=lambda row: -row["probability"])
    return [
        {
            "name": name(row["state"], language), "period": row["period"],
            "chance": percent(row["probability"], language), "size": number(row["size"], language, sign=True),
        }
        for row in ordered
    ]  # fmt: skip
