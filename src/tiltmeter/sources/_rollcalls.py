"""UN roll calls: their symbols, keys and sessions, and the table of resolutions that tells them."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from tiltmeter.nouns import RollCall, batches
from tiltmeter.sources import _days
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import LINE, require
from tiltmeter.sources._source import Chunk, Reading, nothing, rejects
from tiltmeter.sources._table import table

CHOICES: Final[Mapping[str, str]] = {
    "1": "yes", "y": "yes", "yes": "yes", "2": "abstain", "a": "abstain", "abstain": "abstain",
    "abstention": "abstain", "3": "no", "n": "no", "no": "no", "8": "absent", "x": "absent",
    "absent": "absent", "non-voting": "absent", "not voting": "absent", "9": "",
}  # fmt: skip
"""How files write what a state did; `9` (no member at the time) is nothing it did."""

SYMBOL: Final = ("symbol", "resolution", "unres", "res")
ID: Final = ("rcid", "undl_id", "rollcall")
STATE: Final = ("iso3", "ms_code", "state", "iso3c", "country_code", "iso", "country", "ms_name", "name")
CHOICE: Final = ("choice", "vote", "ms_vote", "code")
TITLE: Final = ("title", "short", "descr", "short_title")
_KINDS: Final = ("me", "nu", "di", "hr", "co", "ec")

_PART: Final = re.compile(r"(?:A/RES/|A/|RES/|R/)?(?:(\d{1,3})|(ES-\d{1,2}|S-\d{1,2}))/(\d{1,4}) ?([A-Z]{0,2})")


def symbol(told: str) -> str:
    """
    The UN symbol of a resolution, from the ways files write it; empty if it is none.

    Only sessions from the 31st (1976) number their resolutions anew: before, files
    give numbers that are none of a symbol.

    >>> [symbol(told) for told in ("ES-11/1", "R/68/262", "A/RES/74/246", "R/26/2758G", "A/C.3/74/L.26")]
    ['A/RES/ES-11/1', 'A/RES/68/262', 'A/RES/74/246', '', '']
    """
    found = _PART.fullmatch(told.strip().upper())
    if not found or (found[1] and int(found[1]) < 31):
        return ""
    return f"A/RES/{found[1] or found[2]}/{found[3]}{found[4]}"


def doubt(told: str) -> str | None:
    """
    Why a symbol cannot be relied on; None if it can.

    >>> doubt("ES-11/10?"), doubt("R/75/29 (id by tally)"), doubt("A/RES/3379(XXX)")
    ("the symbol 'ES-11/10?' is in doubt", "the symbol 'R/75/29 (id by tally)' is in doubt", None)
    """
    if "?" in told or re.search(r"\([^)]*[a-z][^)]*\)", told):
        return f"the symbol {told!r} is in doubt"
    return None


def session_of(day: dt.date) -> int:
    """
    The regular session in course on a day; each opens in mid-September.

    >>> session_of(dt.date(2022, 3, 2)), session_of(dt.date(2022, 10, 12)), session_of(dt.date(1946, 1, 1))
    (76, 77, 1)
    """
    opened = (day.month, day.day) >= (9, 12)
    return max(day.year - (1945 if opened else 1946), 1)


def first(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first of the named cells that is not empty."""
    return next((str(row[name]).strip() for name in names if row.get(name) not in (None, "", "NA")), "")


def kinds(row: Mapping[str, Any]) -> str:
    """Which of the data's issue codes are set: me nu di hr co ec (Middle East, nuclear … economic)."""
    return " ".join(name for name in _KINDS if str(row.get(name)).lower() in {"true", "1", "1.0"})


def rollcall(row: Mapping[str, Any], *, run: str, key: str, today: dt.date) -> RollCall | str:
    """A row's roll call, or why there is none."""
    told = first(row, ("date",))
    day = _days.day(told) if told else None
    if why := (_days.fault(day, told, today=today) if told else "no date"):
        return why
    assert day is not None  # noqa: S101 - fault() has seen to it
    number = first(row, ("session",)).removesuffix(".0")
    named = first(row, SYMBOL)
    return RollCall(
        "unga", key, run,
        int(number) if number.isdigit() and 0 < int(number) < 1_000 else session_of(day),
        day, symbol(named) or named, first(row, TITLE), kinds(row),
    )  # fmt: skip


def whole(row: Mapping[str, Any]) -> bool:
    """Whether the roll call was on a resolution as a whole, not on an amendment or a paragraph."""
    return not any(str(row.get(name)).lower() in {"1", "1.0", "true"} for name in ("amend", "para"))


def resolutions(file: Input, reading: Reading) -> tuple[list[Chunk], dict[str, str]]:
    """
    The roll calls of a table of resolutions, and for each id the key it is stored under.

    The key is the symbol where one roll call alone bears it, so that the same vote
    from two files is one; else the file's own id: upstream, symbols are repeated.
    """
    rows: list[Mapping[str, Any]] = []
    broken: list[tuple[int, str, str]] = []
    for at, some in enumerate(table(file)):
        if not at:
            require(some.batch.schema.names, ["rcid", "date"], source="unga --resolutions", file=file)
        rows += some.batch.to_pylist()
        broken += some.broken
    borne = Counter(symbol(first(row, SYMBOL)) for row in rows)
    good: list[RollCall] = []
    keys: dict[str, str] = {}
    for row in rows:
        number = first(row, ID).removesuffix(".0")
        told = first(row, SYMBOL)
        name = symbol(told)
        key = name if name and borne[name] == 1 and whole(row) else f"rcid-{number}"
        made = doubt(told) or rollcall(row, run=reading.run, key=key, today=reading.today) if number else "no rcid"
        if isinstance(made, RollCall):
            good.append(made)
            keys[number] = key
        else:
            broken.append((row[LINE], str(made), "\t".join(str(cell or "") for cell in row.values())))
    chunks = [Chunk(RollCall, batch, path=file.name) for batch in batches(good, RollCall)]
    chunks += rejects(broken, source="unga", file=file.name, reading=reading)
    return [Chunk(RollCall, nothing(RollCall), path=file.name), *chunks], keys
