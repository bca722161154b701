"""Of what kind a help is: troops, money, goods or mediation, from its code or its sentence."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

KINDS: Final = ("troops", "mediation", "money", "goods")

_CAMEO: Final = {
    "062": "troops", "072": "troops", "074": "troops", "045": "mediation",
    "061": "money", "071": "money", "073": "goods",
}  # fmt: skip
"""CAMEO codes that say the kind: 062 cooperate militarily, 072 military aid, 074 protection or peacekeeping …"""


@functools.cache
def _marks() -> Mapping[str, tuple[str, ...]]:
    text = (resources.files("tiltmeter.questions") / "tables" / "help.toml").read_text(encoding="utf-8")
    return {
        kind: tuple(mark for marks in words.values() for mark in marks) for kind, words in tomllib.loads(text).items()
    }


@functools.lru_cache(maxsize=65536)
def kind(sentence: str, cameo: str = "") -> str:
    """
    The kind of a help or joint deed; goods where neither code nor sentence says another.

    >>> kind("Russia sent paratroopers to Almaty."), kind("", "071"), kind("Tents arrived on Monday.")
    ('troops', 'money', 'goods')
    """
    if cameo[:3] in _CAMEO:
        return _CAMEO[cameo[:3]]
    return next((name for name in KINDS if marked(sentence, name)), "goods")


def marked(sentence: str, what: str) -> bool:
    """
    Whether a sentence has a word of the table's section, in any language.

    >>> marked("Die letzten Soldaten verließen das Land.", "withdrawn"), marked("All is quiet.", "coup")
    (True, False)
    """
    low = f" {sentence.lower()} "
    return any(f" {mark}" in low for mark in _marks().get(what, ()))


def kinds(events: pa.Table, rows: Sequence[int]) -> list[str]:
    """The kind of each of some rows of the events table."""
    own = events.select(["sentence", "cameo"]).take(rows).to_pylist() if len(rows) else []
    return [kind(row["sentence"], row["cameo"]) for row in own]
