"""Names and codes of other programs to our codes of the sides of an event."""

from __future__ import annotations

import datetime as dt
import functools
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tiltmeter.nouns import ORGANISATIONS

if TYPE_CHECKING:
    from tiltmeter.nouns import Actor

REBELS: Final = frozenset({
    "Rebel", "Insurgents", "Separatists", "Radicals / Extremists / Fundamentalists", "Organized Violent",
    "REB", "INS", "SEP", "UAF", "RAD",
})  # fmt: skip
_STATE: Final = frozenset({
    "Government", "Executive", "Legislative / Parliamentary", "Judicial", "Military", "Police", "National",
    "GOV", "MIL", "JUD", "COP", "LEG", "SPY", "IGO",
})  # fmt: skip
_NOBODY: Final = frozenset({"", "None", "UNK", "NON", "ELI"})
"""Sectors that tell nothing of who acts."""


def state_code(country: str | None, *, on: dt.date | None = None) -> str | None:
    """
    The code of a country or organisation given by name or code; None if it is none.

    >>> state_code("KAZ"), state_code("KZ"), state_code("NATO"), state_code("Atlantis")
    ('KAZ', 'KAZ', 'NATO', None)
    """
    return _state_code(country.strip(), on) if country else None


@functools.lru_cache(maxsize=50_000)
def _state_code(country: str, on: dt.date | None) -> str | None:
    if code := known_code(country):
        return code
    if len(country) == 2 and country.isupper():
        return _alpha3(country)
    found = _resolve(country, on)
    return found.partition("-")[0] if found else None


def known_code(code: str) -> str | None:
    """
    A code of ours or another program's, as ours; None if it is neither.

    >>> known_code("KAZ"), known_code("ROM"), known_code("AFR")
    ('KAZ', 'ROU', None)
    """
    return code if code in _codes() else other_codes().get(code)


def _alpha3(code: str) -> str | None:
    import pycountry

    found = pycountry.countries.get(alpha_2=code)
    return str(found.alpha_3) if found else None


def side(
    name: str | None, *, country: str | None = None, sectors: frozenset[str] = frozenset(), on: dt.date | None = None
) -> str | None:
    """
    The code of one side of an event, from what a file tells of it; None if nobody we know.

    The file's country decides the state, the name or the sectors whether it is the
    state itself, its civilians (`-CIV`) or its armed groups (`-REB`).

    >>> side("a villager", country="KAZ", sectors=frozenset({"Social"}))
    'KAZ-CIV'
    """
    state = state_code(country, on=on)
    named = _resolve(name, on) if name else None
    if named and (state is None or named.partition("-")[0] == state) and ("-" in named or not sectors):
        return named
    if state is None:
        return named
    return _group(state, _role(sectors))


def _group(code: str, group: str) -> str:
    """The code of a state's group; organisations have none."""
    return code + group if code not in ORGANISATIONS and "-" not in code else code


def _role(sectors: frozenset[str]) -> str:
    if sectors <= _NOBODY or sectors & _STATE:
        return ""
    return "-REB" if sectors & REBELS else "-CIV"


@functools.lru_cache(maxsize=200_000)
def _resolve(name: str, on: dt.date | None) -> str | None:
    stem, dash, group = name.partition("-")
    if stem in _codes() and (not dash or group in {"CIV", "REB", "TAL"}):
        return name  # a code already
    lasting, code = _lasting(name)
    if lasting or on is None:
        return code
    found = _find(name, on)
    return found.code if found is not None else None


@functools.lru_cache(maxsize=200_000)
def _lasting(name: str) -> tuple[bool, str | None]:
    """Whether a name means the same on every day; and its code, the latest if it may not."""
    if by_role := _by_role(name):
        return True, by_role
    found = _find(name, None)
    # a role with its state in brackets, or a state's own name, is no person with dates of office
    same = found is None or name.endswith(")") or name == found.name
    return same, found.code if found is not None else None


def _by_role(name: str) -> str | None:
    """The side of a role with its state in brackets, if the role is in our table."""
    role, _, state = name.removesuffix(")").rpartition(" (")
    if role not in _roles() or not (code := state_code(state)):
        return None
    return _group(code.partition("-")[0], _roles()[role])


@functools.cache
def _roles() -> dict[str, str]:
    lines = files("tiltmeter.sources").joinpath("roles.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")][1:]
    return {role: {"civ": "-CIV", "reb": "-REB", "state": ""}[side] for role, side in rows}


def _find(name: str, on: dt.date | None) -> Actor | None:
    from tiltmeter import actors

    # names in event data are English, whatever the reports were
    found = actors.resolve(name, language="en", on=on)
    if found is None and (short := without_middle_names(name)):
        found = actors.resolve(short, language="en", on=on)
    return found if found is not None and found.code else None


def without_middle_names(name: str) -> str:
    """
    A person's first and last name, of the full ones that event data write; empty if there are none between.

    >>> without_middle_names("Sergey Viktorovich Lavrov"), without_middle_names("Ministry of Defence")
    ('Sergey Lavrov', '')
    """
    words = name.split()
    named = all(word[0].isupper() or word in _PARTICLES for word in words)
    if len(words) < 3 or not named or "of" in words or words[0] in _TITLES or {*words} & _BODIES or name.endswith("."):
        return ""
    return f"{words[0]} {words[-1]}"


_PARTICLES: Final = frozenset({"de", "da", "dos", "do", "van", "von", "bin", "ibn", "al", "el"})
_TITLES: Final = frozenset({
    "Sheikh", "Sheik", "Shaikh", "King", "Queen", "Prince", "Princess", "Minister", "President", "Pope", "Sultan",
})  # fmt: skip
_BODIES: Final = frozenset({
    "Agency", "Bank", "Union", "Party", "Authority", "Army", "Member", "Front", "Movement", "Council", "Committee",
})  # fmt: skip


@functools.cache
def other_codes() -> dict[str, str]:
    """Codes of other programs that are none of ours, with ours: `other_codes.tsv`."""
    lines = files("tiltmeter.sources").joinpath("other_codes.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")][1:]
    return {code: ours for code, ours, _ in rows}


@functools.cache
def _codes() -> frozenset[str]:
    from tiltmeter._codes import countries

    return frozenset({*countries(), *ORGANISATIONS})
