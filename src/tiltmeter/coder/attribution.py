"""Whose word a report rests on: the printed name beside a word of saying."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tiltmeter.coder.sentence import Sentence

AGENCIES: Final = (
    "Reuters", "AFP", "AP", "Associated Press", "dpa", "DPA", "TASS", "Tass", "ТАСС", "Interfax", "Интерфакс", "Xinhua",
    "Синьхуа", "RIA Novosti", "РИА Новости", "RIA", "Anadolu", "Agence France-Presse", "IRNA", "ANSA", "EFE", "Yonhap",
    "KCNA", "Kyodo", "Bloomberg", "BBC", "CNN", "Al Jazeera", "Kazinform", "Казинформ", "Ukrinform", "Укринформ",
    "Укрінформ", "Spiegel", "Le Monde", "New York Times", "Financial Times", "Guardian", "Kommersant", "Коммерсантъ",
    "SANA", "Sputnik", "Radio Free Europe", "Deutsche Welle", "Human Rights Watch", "Amnesty International",
)  # fmt: skip
"""News agencies and outlets that reports name as their source."""

_ACCORDING: Final = re.compile(
    r"(?:according to|laut|zufolge|nach angaben (?:von|der|des)|wie|selon|d['’]après|по данным|по словам|по сообщению"
    r"|согласно|según|за даними|за словами|cited by|citing|zitiert|cité par|со ссылкой на|ссылаясь на)\s+"
    r"(?:the |der |die |das |l['’]|la |le |les |agentstva |агентства |agencia |la agencia |agence "
    r"|l['’]agence |news agency |"
    r"die nachrichtenagentur |"
    r"der nachrichtenagentur )*",
    re.IGNORECASE,
)
_NAME: Final = re.compile(
    r"[^\W\d_a-zа-яёіїєґçğış][\w'’\-]*(?:\s+(?:(?:de|of|von|van|al|el|bin|der|für|du|la|and)\s+)?[^\W\d_a-zа-яёіїєґ][\w'’\-]*){0,5}"
)
_AGENCY: Final = re.compile(
    r"(?<!\w)(?:" + "|".join(map(re.escape, sorted(AGENCIES, key=len, reverse=True))) + r")(?!\w)"
)


def speaker(sentence: Sentence, text: str, own: Sequence[str]) -> str | None:
    """
    The printed name a sentence gives as its source, or None.

    Args:
        sentence: The sentence.
        text: The whole text it was cut from.
        own: Names of the event's own sides as printed; a side's own word is no attribution.
    """
    start, end = sentence.starts[0], sentence.ends[-1]
    here = text[start:end]
    agency = _AGENCY.search(here)
    told = _ACCORDING.search(here)
    if told:
        name = _NAME.match(here, told.end())
        if name and len(name.group()) > 1 and not _own(name.group(), own):
            return name.group()
    if agency and any("report" in kinds for kinds in sentence.cues) and not _own(agency.group(), own):
        return agency.group()
    return None


def _own(name: str, own: Sequence[str]) -> bool:
    return any(name in side or side in name for side in own if side)
