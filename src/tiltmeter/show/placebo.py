"""False alarms with shuffled dates, in the page's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tiltmeter.show.numbers import percent

Table = dict[str, Any]


def placebo(found: Mapping[str, Any], words: Mapping[str, str], language: str) -> Table:
    """
    A manifest's placebo as a sentence on how it was done and a row for each gauge; empty where nothing was counted.

    >>> found = {"shuffles": 20, "block": 13, "states": 5, "before": ["a", "b"], "after": ["c", "d"], "alarms": []}
    >>> told = placebo(found, {"placebo_text": "{n} times, {block} periods, from {before} to {after}"}, "en")
    >>> told["text"], placebo({}, {}, "en")
    ('20 times, 13 periods, from a/b to c/d', {})
    """
    if not found.get("shuffles"):
        return {}
    values = {
        "n": found["shuffles"], "block": found["block"], "states": found["states"],
        "before": "/".join(found["before"]), "after": "/".join(found["after"]),
    }  # fmt: skip
    rows = [
        {
            "gauge": words.get(f"gauge_{one['gauge']}", one["gauge"]), "asked": one["asked"],
            "called": _rate(one["called"], one["called_rate"], language),
            "apart": _rate(one["apart"], one["apart_rate"], language),
        }
        for one in found["alarms"]
    ]  # fmt: skip
    return {"text": words["placebo_text"].format(**values), "rows": rows}


def _rate(hits: int, rate: Sequence[float], language: str) -> str:
    """Hits, their share, and the ends of its interval."""
    low, share, high = (percent(value, language) for value in rate)
    return f"{hits}: {share} ({low} – {high})"
