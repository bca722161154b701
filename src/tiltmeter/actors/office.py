"""The code of a person: that of the office held on a date."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from tiltmeter.actors.lexicon import Sense

_DISSOLVED: Final = dt.date(1991, 12, 26)
"""The Supreme Soviet's declaration 142-N; Russia had continued the Union's seat two days before."""

_YEARS: Final = re.compile(r"\b19(?:2[2-9]|[3-8]\d|9[01])\b")


def office(people: list[Sense], on: dt.date | None) -> tuple[str | None, str, str]:
    """The code of the office held on a date (the latest, without a date), the name, and whose office it was last."""
    held = [
        sense
        for sense in people
        if on is None or ((sense.since is None or sense.since <= on) and (sense.until is None or on <= sense.until))
    ]
    if not held:
        return None, people[-1].name, people[-1].code
    if on is None:
        held = [max(held, key=lambda sense: (sense.until is None, sense.since or dt.date.min))]
    codes = {sense.code for sense in held}
    latest = max(held, key=lambda sense: sense.since or dt.date.min)
    if len(codes) > 1 and len({sense.name for sense in held}) > 1:
        return None, latest.name, ""
    return dated_code(latest.code, on), latest.name, latest.code


def soviet(near: str) -> bool:
    """Whether the words around name a year of the Soviet Union: a report of today that looks back."""
    return _YEARS.search(near) is not None


def dated_code(code: str, on: dt.date | None) -> str | None:
    """The code as it is on a date: the Soviet Union is Russia while it lasts; None without one state."""
    if code == "SUN":
        return "RUS" if on is not None and on < _DISSOLVED else None
    return None if code in ("-", "") or "/" in code else code
