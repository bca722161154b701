"""Everything that names an actor in one language, compiled once into an automaton."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from tiltmeter.actors.fold import fold
from tiltmeter.actors.rows import columns, day, items, lines
from tiltmeter.nouns import ORGANISATIONS

LANGUAGES: Final = ("de", "en", "es", "fr", "ru", "tr", "uk")
"""Languages with tables of their own; for others the state names of CLDR are used."""

_UNSPACED: Final = frozenset({"zh", "ja", "th", "lo", "km", "my", "bo", "yu"})
"""Languages written without spaces between words."""

_CYRILLIC: Final = frozenset({"ru", "uk"})
_ADJECTIVE_CAPITAL: Final = frozenset({"en", "tr"})
_PEOPLE_CAPITAL: Final = frozenset({"en", "tr", "de", "fr"})


@dataclass(frozen=True, slots=True)
class Sense:
    """
    What a form may stand for.

    `sort` is name, adjective, people, capital, metonym, place, person, surname, organisation,
    seat, role or block. `weak` needs support from what is around it; `exact` needs capitals
    throughout; with `hyphen` it counts only before one. `seat` is the state an organisation's
    seat lies in, `given` how a person's first name begins. `section` and `bare` are for roles:
    what the word makes of a state, and whether it can stand alone. `only` are words of which
    one must be near.
    """

    sort: str
    code: str
    name: str
    kind: str = "state"
    exact: bool = False
    weak: bool = False
    capital: bool = True
    genitive: bool = False
    hyphen: bool = False
    given: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    seat: str = ""
    section: str = ""
    bare: bool = True
    only: tuple[str, ...] = ()


@dataclass(slots=True)
class Lexicon:
    """The compiled tables of a language: an automaton over folded forms, and its small words."""

    language: str
    automaton: Any
    senses: list[tuple[Sense, ...]]
    words: dict[str, frozenset[str]]
    against: dict[str, tuple[str, ...]]
    whole: bool = True
    spaced: bool = True
    forms: dict[str, tuple[Sense, ...]] = field(default_factory=dict)


class _Builder:
    def __init__(self, language: str) -> None:
        self.language = language
        self.grammar = importlib.import_module(f"tiltmeter.actors.forms.{language}")
        self.forms: dict[str, list[Sense]] = {}

    def put(self, forms: Iterable[str], sense: Sense) -> None:
        """Adds a sense to each form; the first form that is the name itself is no genitive."""
        for form in forms:
            key = fold(form).strip()
            if len(key) > 1:
                held = self.forms.setdefault(key, [])
                if sense in held:
                    continue
                spare = sense.sort == "role" and sense.bare and held and held[0].sort == "role" and not held[0].bare
                held.insert(0 if spare else len(held), sense)

    def names(self, cell: str, sense: Sense, grammar: str = "name") -> None:
        """Adds the names of a cell with their marks: `!` exact, `?` weak, `@XXX` a seat."""
        inflect = getattr(self.grammar, grammar)
        for item in items(cell):
            plain, _, seat = item.partition("@")
            exact, weak = plain.endswith(("!", "!?")), plain.endswith("?")
            plain = plain.rstrip("!?")
            if plain.endswith("-"):
                self.put({plain}, replace(sense, hyphen=True, capital=False))
                continue
            lower = plain[:1].islower() if sense.capital else True
            one = replace(sense, exact=exact, weak=weak, capital=sense.capital and not lower)
            if seat:
                one = replace(one, sort="seat", seat=seat)
            if exact or (grammar == "name" and self.language == "de"):
                self.put({plain.rstrip("~")}, one)
            if not exact:
                german = self.language == "de" and grammar == "name"
                self.put(inflect(plain), replace(one, genitive=True) if german else one)


def _states(build: _Builder) -> None:
    language = build.language
    english = {row[0]: items(row[1])[0].rstrip("!?") for row in (columns(line, 2) for line in lines("states/en.txt"))}
    for line in lines(f"states/{language}.txt"):
        code, names, adjectives, people, capital, metonyms = columns(line, 6)
        base = Sense("name", code, english.get(code, code))
        build.names(names, base)
        build.names(capital, replace(base, sort="capital"))
        build.names(metonyms, replace(base, sort="metonym"))
        if language == "de":  # Moskauer, Berliner: only beside a role
            capitals = [name for name in items(capital) if name.isalpha() and not name.endswith(("a", "e", "i", "o"))]
            build.put({name + "er" for name in capitals}, replace(base, sort="adjective", weak=True))
        build.names(adjectives, replace(base, sort="adjective", capital=language in _ADJECTIVE_CAPITAL), "adjective")
        of_people = replace(base, sort="people", kind="group", capital=language in _PEOPLE_CAPITAL)
        build.names(people, of_people, "people")
        if language in ("en", "fr", "es", "tr"):
            plain = ",".join(item.rstrip("?!") for item in items(adjectives) if not item.endswith(("-", "!")))
            if language == "en":
                plain = "" if people else plain
            elif language == "fr":
                plain = ",".join(word[:1].upper() + word[1:] for word in items(plain))
            build.names(plain, of_people, "people")
    _unlisted(build, english)
    for table in dict.fromkeys((language, language if language in _CYRILLIC else "en")):
        for line in lines(f"cities/{table}.txt"):
            code, names = columns(line, 2)
            build.names(names, Sense("place", code, english.get(code, code), kind="place"))


_GERMAN_PARTS: Final = ("nord", "süd", "ost", "west", "zentral", "nordost", "südost", "nordwest", "südwest", "mittel")
_GERMAN_TOPICS: Final = (
    "krieg",
    "krise",
    "konflikt",
    "politik",
    "einsatz",
    "mission",
    "gespräche",
    "gipfel",
    "abkommen",
)


def _german_regions(build: _Builder) -> None:
    """`Ostukraine`, `ostukrainisch` and `Ukrainekrieg`: what a state's name is part of, as a place."""
    for key, senses in list(build.forms.items()):
        sense = senses[0]
        if " " in key or len(key) < 4 or sense.exact or sense.hyphen or "-" in sense.code:
            continue
        if sense.sort == "name" or (sense.sort == "adjective" and not sense.weak):
            kind = "place" if sense.sort == "name" else sense.kind
            part = replace(sense, kind=kind, sort="place" if sense.sort == "name" else sense.sort, genitive=False)
            compounds = [before + key for before in _GERMAN_PARTS]
            if sense.sort == "name" and not sense.genitive:
                compounds += [key + topic + end for topic in _GERMAN_TOPICS for end in ("", "s", "es", "n")]
            build.put((compound for compound in compounds if fold(compound) not in build.forms), part)


def _unlisted(build: _Builder, english: dict[str, str]) -> None:
    """States of the English table that the language's own lacks, by their CLDR name, nominative only."""
    listed = {line.partition("|")[0].strip() for line in lines(f"states/{build.language}.txt")}
    missing = [code for code in english if code not in listed]
    if not missing:
        return
    from babel import Locale

    from tiltmeter.actors.codes import alpha2

    territories = Locale(build.language).territories
    for two, code in alpha2().items():
        if code in missing and two in territories:
            build.put({territories[two]}, Sense("name", code, english[code]))


def _organisations(build: _Builder) -> None:
    script = "cy" if build.language in _CYRILLIC else "la"
    for line in lines("organisations.txt"):
        cells = [cell.strip() for cell in line.split("|")]
        code, kind, called = cells[0], cells[1], ""
        for cell in cells[2:]:
            tag, _, names = cell.partition(":")
            called = called or items(names)[0].rstrip("!?~^@")
            if tag.strip() in (build.language, script):
                build.names(names, Sense("organisation" if kind != "place" else "place", code, called, kind=kind))


def _leaders(build: _Builder) -> None:
    at = {"ru": (5,), "uk": (6, 5)}.get(build.language, (4,))
    for line in lines("leaders.txt"):
        row = columns(line, 7)
        cell = next((row[i] for i in at if row[i]), "")
        called = items(row[4])[0].translate(str.maketrans("", "", "[]?~"))
        since, until = day(row[2], last=False), day(row[3], last=True)
        sense = Sense("person", row[0], called, kind="person", since=since, until=until)
        weak = "?" in items(row[4])[0]
        for item in items(cell):
            _person(build, item, sense, weak=weak)


def _person(build: _Builder, item: str, sense: Sense, *, weak: bool) -> None:
    before, bracket, after = item.partition("[")
    surname, _, rest = after.partition("]")
    weak = weak or item.endswith("?") or surname.endswith("?")
    surname = surname.rstrip("?")
    full = f"{before}{surname}{rest}".rstrip("?").strip() if bracket else item.rstrip("?")
    if not bracket:
        surname = full.split(" ")[-1]
    build.put(build.grammar.person(full), sense)
    if surname != full and len(surname) > 1 and not (surname.isupper() and set(surname) <= set("IVXJr.")):
        build.put(build.grammar.person(surname), replace(sense, sort="surname", weak=weak, given=fold(full[:2])))


def _roles(build: _Builder) -> dict[str, frozenset[str]]:
    words: dict[str, frozenset[str]] = {}
    for line in lines(f"roles/{build.language}.txt"):
        section, _, cell = line.partition(":")
        if section not in ("title", "state", "civ", "reb", "people", "country"):
            words[section] = frozenset(fold(word).strip() for word in items(cell))
            continue
        for item in items(cell):
            plain = item.strip("-!?")
            sense = Sense(
                "role", "", section, kind="group", section=section, bare=not item.startswith("-"),
                capital=build.language == "de", exact=item.endswith("!"), weak=item.endswith("?"),
            )  # fmt: skip
            fixed = sense.exact or section == "country"
            forms = {plain.rstrip("~^")} if fixed else build.grammar.role(plain)
            if section == "title" and build.language in ("en", "fr", "es"):
                build.put(forms - {plain}, replace(sense, section="state", name="state"))
                forms = {plain}
            build.put(forms, sense)
    return words


def _near(build: _Builder) -> None:
    """Names that count only with certain words near them: the South, where Pyongyang is spoken of."""
    sorts = {"group": "organisation", "state": "name", "adjective": "adjective", "person": "metonym"}
    for line in lines(f"near/{build.language}.txt"):
        code, kind, names, cell = columns(line, 4)
        adjective = kind == "adjective"
        inflect = build.grammar.adjective if adjective else build.grammar.name
        sense = Sense(sorts[kind], code, code, kind="state" if adjective else kind)
        sense = replace(sense, only=tuple(f" {fold(word)}" for word in items(cell)))
        for item in items(names):
            plain = item.rstrip("?")
            forms = {plain.rstrip("~")} if plain.endswith("~") else inflect(plain)
            weak = item.endswith("?") or kind == "state"
            build.put(forms, replace(sense, capital=item[:1].isupper(), weak=weak))


def _blocks(build: _Builder) -> dict[str, tuple[str, ...]]:
    against: dict[str, tuple[str, ...]] = {}
    for line in lines(f"blocks/{build.language}.txt"):
        name, bar, cell = line.partition("|")
        if bar:
            against[fold(name).strip()] = tuple(f" {fold(word).strip()} " for word in items(cell))
        else:
            build.forms[fold(name).strip()] = [Sense("block", "", name.strip())]
    return against


@cache
def lexicon(language: str) -> Lexicon:
    """
    The compiled lexicon of a language; built at its first use.

    >>> lexicon("en").forms["kazakhstan"][0].code
    'KAZ'
    """
    if language not in LANGUAGES:
        return _cldr(language)
    build = _Builder(language)
    _organisations(build)
    _states(build)
    _leaders(build)
    _near(build)
    if language == "de":
        _german_regions(build)
    words = _roles(build)
    against = _blocks(build)
    return _compiled(language, build.forms, words, against)


def _compiled(
    language: str,
    forms: dict[str, list[Sense]],
    words: dict[str, frozenset[str]],
    against: dict[str, tuple[str, ...]],
    *,
    whole: bool = True,
    spaced: bool = True,
) -> Lexicon:
    import ahocorasick_rs

    keys = list(forms)
    senses = [tuple(sorted(forms[key], key=lambda sense: sense.genitive)) for key in keys]
    patterns = [f" {key} " if whole else f" {key}" if spaced else key for key in keys]
    automaton = ahocorasick_rs.AhoCorasick(
        patterns or ["\0"], implementation=ahocorasick_rs.Implementation.ContiguousNFA
    )
    return Lexicon(language, automaton, senses, words, against, whole, spaced, dict(zip(keys, senses, strict=True)))


def _cldr(language: str) -> Lexicon:
    """Names from CLDR and a short table of ours; endings may follow, as most of these languages add them."""
    from babel import Locale, UnknownLocaleError

    from tiltmeter.actors.codes import alpha2

    forms: dict[str, list[Sense]] = {}
    territories: dict[str, str] = {}
    spaced = language[:2] not in _UNSPACED
    with contextlib.suppress(UnknownLocaleError, ValueError):
        territories = dict(Locale.parse(language.replace("-", "_")).territories)
    for two, code in alpha2().items():
        name = fold(territories.get(two, "")).strip()
        if len(name) > (3 if spaced else 1):
            forms.setdefault(name, []).append(Sense("name", code, code))
    for line in lines(f"states/{language[:2]}.txt"):
        code, names, capital, people = columns(line, 4)
        kind = "organisation" if code in ORGANISATIONS else "group" if "-" in code else "state"
        for cell, sort in ((names, "name"), (capital, "capital"), (people, "person")):
            for name in items(cell):
                sense = Sense(sort, code, code, kind="person" if sort == "person" else kind, exact=name.endswith("!"))
                lower = name[:1].islower() or not name[:1].isupper()
                forms.setdefault(fold(name.rstrip("!")).strip(), []).append(replace(sense, capital=not lower))
    return _compiled(language, forms, {}, {}, whole=False, spaced=spaced)
