"""Small store tables for the model's tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa

from tiltmeter import nouns
from tiltmeter.settings import Poles, Theatre

SPAN = (dt.date(2020, 1, 6), dt.date(2021, 12, 31))


def theatre(*, grid: str = "week", states: tuple[str, ...] = ("KAZ", "KGZ"), **other: Any) -> Theatre:
    fields: dict[str, Any] = {
        "name": "tiny", "title": {"en": "tiny"}, "question": {"en": "who leans where?"},
        "states": states, "poles": Poles(a="RUS", b="UKR"), "powers": ("RUS", "UKR", "CHN"),
        "span": SPAN, "reference": (dt.date(2020, 1, 6), dt.date(2020, 12, 31)), "grid": grid,
    }  # fmt: skip
    return Theatre(**(fields | other))


def table(noun: type[nouns.Row], rows: list[Any]) -> pa.Table:
    return pa.Table.from_batches(list(nouns.batches(rows, noun)), schema=nouns.schema(noun))


def event(key: str, giver: str, taker: str, root: str, day: dt.date, **other: Any) -> nouns.Event:
    fields: dict[str, Any] = {"quad": nouns.QUAD[root], "start": day, "end": day, "reported": day} | other
    return nouns.Event(
        source=str(fields.pop("source", "reports")), key=key, run="r", giver=giver, taker=taker, root=root, **fields
    )


def votes_of(
    choices: dict[str, str], *, days: list[dt.date], source: str = "unga", session: int = 0
) -> tuple[Any, Any]:
    """Roll calls on some days and the votes in them: a letter per roll call, y a n x, or a dot for none."""
    words = {"y": "yes", "a": "abstain", "n": "no", "x": "absent"}
    calls = [nouns.RollCall(source, f"c{k}", "r", session or 75, day, f"A/RES/75/{k}") for k, day in enumerate(days)]
    rows = [
        nouns.Vote(source, f"c{k}/{state}", "r", f"c{k}", state, words[letter])
        for state, letters in choices.items()
        for k, letter in enumerate(letters)
        if letter != "."
    ]
    return calls, rows


def tables(
    *, events: list[Any] | None = None, figures: list[Any] | None = None, facts: list[Any] | None = None,
    calls: list[Any] | None = None, votes: list[Any] | None = None,
) -> dict[str, pa.Table]:  # fmt: skip
    return {
        "events": table(nouns.Event, events or []),
        "figures": table(nouns.Figure, figures or []),
        "facts": table(nouns.Fact, facts or []),
        "rollcalls": table(nouns.RollCall, calls or []),
        "votes": table(nouns.Vote, votes or []),
    }
