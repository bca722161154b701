"""A language of the coder: its deed words, cues, months and sentence ends, loaded from plain files."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tiltmeter import _shelf
from tiltmeter.coder.tokens import words
from tiltmeter.errors import CoderError

SHELF: Final = "tiltmeter.coder.languages"

CUES: Final = (
    "negation", "denial", "plan", "threat", "refuse", "ask", "hypothetical", "allege", "report",
    "opinion", "background", "domain_none", "passive", "agent",
)  # fmt: skip
"""Kinds of cue phrase a language lists."""

GAP: Final = 4
"""Words that may stand between two words of a phrase ("took twelve people hostage"), tuned on no corpus."""


APART: Final = 25
"""Words that may stand between a separable verb and its prefix at the clause's end."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry of the lexicon: the lemmas to find in order, and the roots they may name (or NONE)."""

    lemmas: tuple[str, ...]
    roots: tuple[str, ...]
    sure: bool
    gap: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A cue: lower-case words in a row, the last one perhaps open-ended, and its kind."""

    words: tuple[str, ...]
    open: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Habits:
    """
    What a language's folder says in code: facts about its grammar that no list can hold.

    Args:
        name: English name of the language.
        joins: Words and marks that join the members of a list, articles included.
        separable: Verb prefixes that stand apart at the clause's end (German), longest first.
        cases: Letters of a name's ending to look at, where case is marked there; 0 where it is not.
        noun_case: Whether nouns keep their capital when looked up (German).
        participles: Endings of participles that the dictionary takes for words of their own, with the infinitive's.
        after: Whether what links a name to its deed follows it: postpositions, endings behind an apostrophe (Turkish).
    """

    name: str
    joins: frozenset[str]
    separable: tuple[str, ...] = ()
    cases: int = 0
    noun_case: bool = False
    participles: tuple[tuple[str, str], ...] = ()
    after: bool = False


@dataclass(frozen=True)
class Language:
    """
    All that the coder knows about one language besides its labelled sentences.

    `links` and `endings` give small words and case endings a name that all languages share
    ("against" for "gegen", "by" for the Russian instrumental).
    """

    code: str
    habits: Habits
    lemma: Callable[[str], str]
    deeds: dict[str, tuple[Deed, ...]]
    cues: dict[str, tuple[Phrase, ...]]
    open_cues: tuple[Phrase, ...]
    months: dict[str, int]
    weekdays: dict[str, int]
    relative_days: dict[tuple[str, ...], int]
    relative_spans: dict[tuple[str, ...], tuple[str, int]]
    season: dict[str, str]
    abbreviations: frozenset[str]
    links: dict[str, str]
    endings: dict[str, str]
    _open: dict[str, tuple[str, ...]]

    def open_kinds(self, word: str) -> tuple[str, ...]:
        """Kinds of the one-word cues with any ending that a lower-case word begins with; remembered by word."""
        found = self._open.get(word)
        if found is None:
            found = tuple({cue.kind: None for cue in self.open_cues if word.startswith(cue.words[0])})
            if len(self._open) < 200_000:
                self._open[word] = found
        return found


@functools.cache
def languages() -> tuple[str, ...]:
    """ISO 639-1 codes of the languages the coder reads, sorted."""
    return tuple(_shelf.names(SHELF))


@functools.cache
def language(code: str) -> Language:
    """
    A language by its code; loaded once.

    Raises:
        CoderError: The coder does not read this language.

    >>> language("en").months["january"]
    1
    """
    return _language(code, None)


def stored(code: str, lines: Sequence[str]) -> Language:
    """A language whose lexicon is not read again, but given as the lines of `deed_lines`."""
    return _language(code, read_deeds(lines))


def deed_lines(deeds: Mapping[str, tuple[Deed, ...]]) -> list[str]:
    """Deed words as lines of text, in their order."""
    return [
        f"{deed.sure:d}\t{deed.gap}\t{' '.join(deed.roots)}\t{' '.join(deed.lemmas)}"
        for group in deeds.values()
        for deed in group
    ]


def read_deeds(lines: Iterable[str]) -> dict[str, tuple[Deed, ...]]:
    """The inverse of `deed_lines`."""
    deeds: dict[str, list[Deed]] = {}
    for line in filter(None, lines):
        sure, gap, roots, lemmas = line.split("\t")
        deed = Deed(tuple(lemmas.split(" ")), tuple(roots.split(" ")), sure == "1", int(gap))
        deeds.setdefault(deed.lemmas[0], []).append(deed)
    return {first: tuple(group) for first, group in deeds.items()}


def _language(code: str, deeds: dict[str, tuple[Deed, ...]] | None) -> Language:
    """A language with the deed words given, or those of its lexicon."""
    if code not in languages():
        raise CoderError(f"the coder does not read {code!r}", mend=f"it reads {', '.join(languages())}")
    habits: Habits = _shelf.load(SHELF, code, "LANGUAGE")
    folder = _shelf.folder(SHELF, code)
    cues = tomllib.loads((folder / "cues.toml").read_text(encoding="utf-8"))
    lemma = lemmatizer(code, noun_case=habits.noun_case)
    phrases = [_phrase(text, kind) for kind in CUES for text in cues.get(kind, [])]
    if deeds is None:
        deeds = _deeds((folder / "deeds.txt").read_text(encoding="utf-8"), lemma, habits)
    if habits.participles:
        lemma = _with_participles(lemma, deeds, habits)
    closed: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        if phrase.words and not (phrase.open and len(phrase.words) == 1):
            closed.setdefault(phrase.words[0], []).append(phrase)
    return Language(
        code=code,
        habits=habits,
        lemma=lemma,
        deeds=deeds,
        cues={first: tuple(found) for first, found in closed.items()},
        open_cues=tuple(phrase for phrase in phrases if phrase.open and len(phrase.words) == 1),
        months=_numbered(cues["months"]),
        weekdays=_numbered(cues["weekdays"]),
        relative_days={words(text): days for text, days in cues["relative_days"].items()},
        relative_spans={
            words(text): (span.split(":")[0], int(span.split(":")[1])) for text, span in cues["relative_spans"].items()
        },
        season=dict(cues["season"]),
        abbreviations=frozenset(text.rstrip(".") for text in cues["abbreviations"]),
        links={word: link for link, listed in cues.get("links", {}).items() for word in listed},
        endings={ending: link for link, listed in cues.get("endings", {}).items() for ending in listed},
        _open={},
    )


def lemmatizer(code: str, *, noun_case: bool = False) -> Callable[[str], str]:
    """
    The function from a word as printed to its lower-case lemma, with a memory.

    Words the dictionary does not know come back in lower case.

    >>> lemmatizer("en")("accused")
    'accuse'
    """
    # the dictionary stays packed: half the time to start, and 250 MB less for Russian
    lemmatize = functools.partial(_packed().lemmatize, lang=code)
    known: dict[str, str] = {}

    def lemma(word: str) -> str:
        found = known.get(word)
        if found is None:
            lower = word.lower()
            found = lemmatize(word if noun_case else lower).lower()
            if noun_case and found == lower and word != lower:
                found = lemmatize(lower).lower()
            if len(known) < 200_000:
                known[word] = found
        return found

    return lemma


@functools.cache
def _packed() -> Any:
    from simplemma import Lemmatizer
    from simplemma.strategies import DefaultStrategy

    return Lemmatizer(cache_max_size=0, lemmatization_strategy=DefaultStrategy(low_memory=True))


def _with_participles(
    lemma: Callable[[str], str], deeds: dict[str, tuple[Deed, ...]], habits: Habits
) -> Callable[[str], str]:
    """A lemmatizer that knows the participles of the lexicon's verbs too ("expulsés" from "expulser")."""
    known: dict[str, str] = {}

    def better(word: str) -> str:
        found = known.get(word)
        if found is None:
            found = lemma(word)
            if found not in deeds:
                verbs = (
                    found.removesuffix(ending) + infinitive
                    for ending, infinitive in habits.participles
                    if found.endswith(ending)
                )
                found = next((verb for verb in verbs if verb in deeds), found)
            if len(known) < 200_000:
                known[word] = found
        return found

    return better


def _phrase(text: str, kind: str) -> Phrase:
    return Phrase(words(text.rstrip("*")), text.endswith("*"), kind)


def _numbered(forms: list[str]) -> dict[str, int]:
    return {
        form.strip().rstrip("."): number for number, group in enumerate(forms, start=1) for form in group.split("|")
    }


def _deeds(text: str, lemma: Callable[[str], str], habits: Habits) -> dict[str, tuple[Deed, ...]]:
    """The lexicon by the first lemma of each entry."""
    roots: dict[tuple[str, ...], dict[str, bool]] = {}
    for line in text.splitlines():
        entry = line.split("#")[0].split()
        if len(entry) < 2:
            continue
        sure = entry[-1] != "~"
        parts = entry[1:] if sure else entry[1:-1]
        printed = words(" ".join(parts), keep_case=True)
        # as listed too: the dictionary leads some infinitives astray ("schicken" to "schick")
        for key in filter(None, dict.fromkeys((tuple(map(lemma, printed)), tuple(part.lower() for part in printed)))):
            known = roots.setdefault(key, {})
            known[entry[0]] = known.get(entry[0], False) or sure
    found: dict[str, list[Deed]] = {}
    for key, named in roots.items():
        sure = len(named) == 1 and all(named.values())
        deed = Deed(key, tuple(sorted(named)), sure, GAP)
        found.setdefault(key[0], []).append(deed)
        if len(key) == 1 and (apart := _apart(key[0], lemma, habits)):
            found.setdefault(apart[0], []).append(Deed(apart, deed.roots, sure, APART))
    return {first: tuple(sorted(group, key=lambda deed: -len(deed.lemmas))) for first, group in found.items()}


def _apart(verb: str, lemma: Callable[[str], str], habits: Habits) -> tuple[str, str] | None:
    """The two parts of a separable verb: 'vorwerfen' stands as 'warf ... vor'."""
    for prefix in habits.separable:
        rest = verb.removeprefix(prefix)
        if rest != verb and len(rest) > 3 and verb.endswith("n"):
            return lemma(rest), prefix
    return None
