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


_PART: Final = r"[^,.;:()\"“”„?!]"
_DAY: Final = (
    r"(?:(?:on |am |le |el |este |ce |late |early )?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|lunes|martes|miércoles|jueves|viernes|sábado|domingo)|(?:в |во |у )?(?:понедельник|вторник|среду|четверг|пятницу"
    r"|субботу|воскресенье|понеділок|вівторок|середу|четвер|п['’]ятницю|суботу|неділю)"
    r"|yesterday|today|gestern|heute|hier|ayer|hoy|вчера|сегодня|вчора|сьогодні)"
)
_SAID: Final = r"(?:said|says|reported|reports|announced|announces|confirmed|confirms|claimed)"
_SAID_FIRST: Final = (
    r"(?:sagten?|berichteten?|berichtet|meldeten?|meldet|bestätigten?|erklärten?"
    r"|rapportent?|annoncent?|indiquent?|affirment?|précisent?"
    r"|(?:a|ont) (?:annoncé|indiqué|déclaré|rapporté|affirmé|précisé|confirmé|compté|fait savoir|laissé entendre)"
    r"|informó|informaron|informa|anunció|anunciaron|dijo|dijeron|denunció|denunciaron|reveló|precisó|confirmó|contaron"
    r"|indicó|señaló|aseguró"
    r"|(?:сообщи|заяви|уточни|рассказа|отмети|подтверди)(?:л|ла|ло|ли)|сообща[ею]т|переда[её]т|передают|пишет|пишут"
    r"|утвержда[ею]т|констатирует|(?:повідоми|заяви|уточни)(?:в|ла|ло|ли)|повідомля[єю]ть?|передає|пише)"
)
_DEFINITE: Final = r"(?=(?-i:[A-ZÀ-ÞА-ЯЁІЇЄҐ«])|(?:die|der|das|el|la|los|las|le|les|un|une|una|sus?) |l['’]|[а-яёіїєґ])"
_CLAUSES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # ..., the army said; ..., the Pentagon said, ...
        rf", (?P<name>{_PART}{{2,70}}?) {_SAID}(?=[,.]| (?:in|{_DAY})\b|$)",
        # ..., сообщает Акорда; ..., a annoncé mardi la police
        rf"(?:^|, )(?:как |як )?{_SAID_FIRST} (?:{_DAY} )?{_DEFINITE}(?P<name>{_PART}{{2,70}}?)(?= {_DAY}|[,.]|$)",
        # ..., teilte die Polizei am Montag mit
        rf", teilten? (?P<name>{_PART}{{2,70}}?)(?: {_DAY}| in {_PART}{{2,20}})? mit\b",
        # ..., wie die Polizei am Montag mitteilte
        rf"(?:^|, )wie (?P<name>{_PART}{{2,60}}?)(?: {_DAY}| i[nm] {_PART}{{2,20}})* \w+(?:te|ten|et|gab)(?=[,.]|$)",
        # ..., according to a spokesman; ..., según el servicio de prensa
        rf"\b(?:according to|laut|nach angaben|selon|según|по словам|за словами) (?P<name>{_PART}{{2,60}}?)(?=[,.]|$)",
    )
)
"""A clause of saying at the edge of what it reports, the name in it."""

_OPENING: Final = re.compile(
    r"(?:the|an?|der|die|das|des|dem|ein|eine|einer|le|la|les|une?|el|los|las|una|"
    r"агентство|агентства|телеканал|газета|радио|агенція|"
    r"(?:state |official )?(?:news )?agency|(?:staatliche )?(?:nachrichten)?agentur|agence|agencia)\s+|l['’]|[«»]",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(
    r"^.*\b(?:president|minister|chancellor|premier|präsident|kanzler|präsidentin|président|presidente|президент|премьер"
    r"|министр|прем['’]єр|міністр) (?=(?-i:[A-ZÀ-ÞА-ЯЁІЇЄ]))",
    re.IGNORECASE,
)
_NO_NAME: Final = re.compile(
    r"^(?:в|во|у|из|о|об|на|про|in|at|by|de|he|she|it|they|we|i|er|sie|es|wir|ils?|elles?|on|он|она|они|мы|він|вона"
    r"|вони) "
    r"|\b(?:which|who|that|but|where|when|while|after|because|qui|que|dass|что|що|wenn|als)\b",
    re.IGNORECASE,
)
LONGEST: Final = 7
"""Words of a speaker's name at most: a longer stretch is no name."""


def speaker(sentence: Sentence, text: str, *, giver: Sequence[str], taker: str) -> str | None:
    """
    The printed name a sentence gives as its source, or None; a giver's own word is no attribution.

    Args:
        sentence: The sentence.
        text: The whole text it was cut from.
        giver: All names in the sentence that are the giver's, as printed.
        taker: The taker's name as printed.
    """
    start, end = sentence.starts[0], sentence.ends[-1]
    here, own = text[start:end], (*giver, taker)
    agency = _AGENCY.search(here)
    told = _ACCORDING.search(here)
    if told:
        name = _NAME.match(here, told.end())
        if name and len(name.group()) > 1 and not _own(name.group(), own):
            return name.group()
    if agency and any("report" in kinds for kinds in sentence.cues) and not _own(agency.group(), own):
        return agency.group()
    return next((found for clause in _CLAUSES if (found := _in_clause(clause, here, giver, taker))), None)


def _in_clause(clause: re.Pattern[str], here: str, giver: Sequence[str], taker: str) -> str | None:
    for hit in clause.finditer(here):
        name = hit["name"].strip()
        while opening := _OPENING.match(name):
            name = name[opening.end() :]
        name = _TITLE.sub("", name).strip(" «»")
        # the Tajik border service may tell what was done to Tajik troops
        if name and len(name.split()) <= LONGEST and not _NO_NAME.search(f"{name} ") and not _own(hit["name"], giver):
            return None if name in taker else name
    return None


def _own(name: str, own: Sequence[str]) -> bool:
    return any(name in side or side in name for side in own if side)
