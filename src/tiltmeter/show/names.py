"""The page's words in a language, and the names of states and organisations in it."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from tiltmeter.actors import actor
from tiltmeter.actors.codes import alpha2
from tiltmeter.errors import ActorError, ShowError

FALLBACK: Final = "en"
_CODE: Final = re.compile(r"[A-Z]{2,4}(-(CIV|REB|TAL))?")


def languages() -> list[str]:
    """
    Languages the page can speak: a file each in `show/words`, sorted.

    >>> languages()
    ['de', 'en']
    """
    folder = resources.files("tiltmeter.show") / "words"
    return sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".toml"))


@functools.cache
def words(language: str) -> Mapping[str, str]:
    """
    The page's words in a language.

    Raises:
        ShowError: There is no file for the language.

    >>> words("de")["evidence"]
    'Belege'
    """
    if language not in languages():
        mend = f"choose one of {', '.join(languages())}, or add show/words/{language}.toml"
        raise ShowError(f"the page does not speak {language!r}", mend=mend)
    text = (resources.files("tiltmeter.show") / "words" / f"{language}.toml").read_text("utf-8")
    table: dict[str, str] = tomllib.loads(text)
    return table


def pick(labels: Mapping[str, str], language: str) -> str:
    """
    A label in a language, else in English, else in any.

    >>> pick({"en": "War", "fr": "Guerre"}, "de")
    'War'
    """
    return labels.get(language) or labels.get(FALLBACK) or next(iter(labels.values()), "")


@functools.cache
def name(code: str, language: str) -> str:
    """
    The name of a state, organisation or group in a language; the code itself if nobody knows it.

    Source:
        Unicode CLDR's territory names, by Babel. Organisations keep their short codes.

    >>> name("KAZ", "de"), name("CSTO", "en"), name("KAZ-CIV", "en"), name("Ann-Marie Bo", "en")
    ('Kasachstan', 'CSTO', 'Kazakhstan (civilians)', 'Ann-Marie Bo')
    """
    if not _CODE.fullmatch(code):
        return code
    stem, dash, group = code.partition("-")
    if code == "EU":
        return _territory("EU", language) or code
    short = {long: two for two, long in alpha2().items()}.get(stem)
    state = (_territory(short, language) if short else None) or _english(stem)
    if not dash:
        return state
    if group == "TAL":
        return "Taliban"
    return f"{state} ({words(language).get(f'group_{group}', group)})"


def language_name(code: str, language: str) -> str:
    """
    The name of a language in a language; the code itself if nobody knows it.

    >>> language_name("de", "en"), language_name("und", "en")
    ('German', 'und')
    """
    from babel import Locale

    found = Locale.parse(language).languages.get(code) if code != "und" else None
    return str(found or code)


def _english(code: str) -> str:
    try:
        return code if len(code) != 3 else actor(code).name
    except ActorError:
        return code


@functools.cache
def _territory(short: str, language: str) -> str | None:
    from babel import Locale

    table: Mapping[str, Any] = Locale.parse(language).territories
    found = table.get(short)
    return str(found) if found else None
