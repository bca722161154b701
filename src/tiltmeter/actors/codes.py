"""The codes of actors: states, organisations, and the civilians and armed groups of a state."""

from __future__ import annotations

import difflib
from functools import cache
from typing import Final

from tiltmeter.actors.fold import fold
from tiltmeter.actors.rows import columns, items, lines
from tiltmeter.errors import ActorError
from tiltmeter.nouns import ORGANISATIONS, Actor

_GROUPS: Final = {"CIV": "civilians", "REB": "armed groups", "TAL": "the Taliban"}


@cache
def alpha2() -> dict[str, str]:
    """
    ISO 3166 alpha-2 to alpha-3, with Kosovo's user-assigned XK.

    >>> alpha2()["KZ"]
    'KAZ'
    """
    import pycountry

    return {country.alpha_2: country.alpha_3 for country in pycountry.countries} | {"XK": "XKX"}


@cache
def states() -> tuple[str, ...]:
    """
    Codes of all states and territories: ISO 3166 alpha-3 and XKX (Kosovo), sorted.

    >>> "KAZ" in states() and "XKX" in states()
    True
    """
    return tuple(sorted(alpha2().values()))


@cache
def _names() -> dict[str, str]:
    import pycountry

    names = {country.alpha_3: country.name for country in pycountry.countries} | {"XKX": "Kosovo"}
    for line in lines("states/en.txt"):
        code, cell = columns(line, 2)
        names[code] = items(cell)[0].rstrip("!?")
    for line in lines("organisations.txt"):
        code, _, cell = columns(line, 3)
        if code in ORGANISATIONS:
            long = [name for name in items(line.partition("en:")[2].partition("|")[0]) if not name.endswith("!")]
            names[code] = long[0] if long else items(cell.partition(":")[2])[0].rstrip("!")
    names["CSTO"], names["SCO"] = "Collective Security Treaty Organization", "Shanghai Cooperation Organization"
    return names


@cache
def by_name() -> dict[str, str]:
    """
    Folded names to codes, the way back from an actor's name.

    >>> by_name()["kazakhstan"]
    'KAZ'
    """
    names = dict(_names())
    for state in states():
        names |= {f"{state}-{group}": f"{names[state]}: {_GROUPS[group]}" for group in ("CIV", "REB")}
    names["AFG-TAL"] = f"{names['AFG']}: {_GROUPS['TAL']}"
    return {" ".join(fold(name).split()): code for code, name in names.items()}


def suggest(code: str) -> str | None:
    """
    The code most like a misspelt one, or None.

    >>> suggest("KZA")
    'KAZ'
    """
    known = [*states(), *ORGANISATIONS]
    wanted = code.strip().upper()
    if wanted in known:
        return wanted
    if wanted in alpha2():
        return alpha2()[wanted]
    same = [one for one in known if sorted(one) == sorted(wanted)]
    return next(iter(same or difflib.get_close_matches(wanted, known, n=1, cutoff=0.6)), None)


def actor(code: str) -> Actor:
    """
    The actor a code stands for.

    Raises:
        ActorError: There is no such code; the mend suggests one.

    >>> actor("KAZ-CIV")
    Actor(code='KAZ-CIV', name='Kazakhstan: civilians', kind='group', state='KAZ')
    """
    names = _names()
    if code in ORGANISATIONS:
        return Actor(code, names[code], "organisation")
    state, dash, group = code.partition("-")
    if state in names and not dash and state in states():
        return Actor(code, names[state], "state", state)
    if state in states() and (group in ("CIV", "REB") or code == "AFG-TAL"):
        return Actor(code, f"{names[state]}: {_GROUPS[group]}", "group", state)
    near = suggest(state)
    mend = f"did you mean {near}{dash}{group}?" if near else "use an ISO 3166 alpha-3 code or CSTO, EU, NATO, UN ..."
    raise ActorError(f"no such actor: {code}", mend=mend)
