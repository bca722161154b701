"""Which codes of states, organisations and sides there are, and what a misspelt one was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from tiltmeter.nouns import ORGANISATIONS

_GONE = {
    "CSK": "Czechoslovakia", "DDR": "East Germany", "YAR": "North Yemen",
    "YMD": "South Yemen", "YUG": "Yugoslavia", "ZAN": "Zanzibar",
}  # fmt: skip


@cache
def countries() -> Mapping[str, str]:
    """
    Code to English name: ISO 3166 today, Kosovo, and states that are gone but have votes on record.

    >>> countries()["XKX"]
    'Kosovo'
    """
    import pycountry

    now = {item.alpha_3: getattr(item, "common_name", item.name) for item in pycountry.countries}
    return now | _GONE | {"XKX": "Kosovo"}


@cache
def members() -> tuple[str, ...]:
    """
    Every present and former member of the UN, as in `theatres/un_members.txt`.

    >>> len(members())
    200
    """
    table = files("tiltmeter.theatres").joinpath("un_members.txt").read_text("utf-8")
    return tuple(line.split()[0] for line in table.splitlines() if line.strip() and not line.startswith("#"))


def nearest(code: str) -> str:
    """
    The known code most like a misspelt code or a state's name; empty when none is near.

    >>> nearest("KAX"), nearest("Kasakhstan"), nearest("GER"), nearest("ZZ9")
    ('KAZ', 'KAZ', 'DEU', '')
    """
    word, upper = code.strip().casefold(), code.strip().upper()
    names = {name.casefold(): known for known, name in countries().items()}
    codes = {*countries(), *ORGANISATIONS}
    if upper in codes:
        return upper
    begun = [known for name, known in names.items() if len(word) > 2 and name.startswith(word)]
    if len(begun) == 1:
        return begun[0]
    if near := difflib.get_close_matches(word, names, n=1, cutoff=0.7):
        return names[near[0]]
    best = max(sorted(codes), key=lambda known: _likeness(upper, known))
    return best if _likeness(upper, best)[0] >= 0.6 else ""


def _likeness(word: str, known: str) -> tuple[float, int, bool]:
    """How like two codes are: swapped letters, then a shared beginning, then whether it is a UN member."""
    shared = difflib.SequenceMatcher(None, word, known).ratio()
    same = next((i for i, pair in enumerate(zip(word, known, strict=False)) if pair[0] != pair[1]), 3)
    return shared + 0.5 * (sorted(word) == sorted(known)), same, known in members()
