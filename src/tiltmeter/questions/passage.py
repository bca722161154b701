"""What a printed text says beside its events: its source line, its dateline, its quotes with speaker, its ties."""

from __future__ import annotations

import datetime as dt
import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from tiltmeter.coder.dates import When, times
from tiltmeter.coder.sentence import Sentence, Who
from tiltmeter.nouns import ORGANISATIONS, Mention

_SOURCE: Final = re.compile(
    r"^[ \t]*(?:Quelle|Source|Sources|Источник|Fuente|Джерело|Kaynak)[ \t]*:[ \t]*(\S.*?)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_PAIRS: Final = {"„": "“”", "“": "”", "«": "»", "»": "«", '"': '"', "”": "”"}
_CAPITAL: Final = "[^\\W\\d_a-zß-öø-ÿа-яёіїєґçğışşęąłńóżźćś]"
_NAME: Final = re.compile(
    rf"{_CAPITAL}[\w’'\-]+(?:\s+(?:(?:de|von|van|al|el|bin|ibn|der|di|da)\s+)?{_CAPITAL}[\w’'\-]+){{1,3}}"
)
_TRADE: Final = frozenset({"EAEU", "EU"})
_ALLIANCES: Final = frozenset({"CSTO", "NATO"})
_REACH: Final = 90


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A printed source line; `likely` is the outlet it probably means, equal to the printed one when that is known."""

    text: str
    likely: str | None
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words in quotation marks with their speaker; `span` is the words without the marks, `cue` the verb of saying."""

    speaker: str
    affiliation: str | None
    cue: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tie:
    """A lasting tie a text states; kinds and sides as in nouns.TIE_KINDS."""

    kind: str
    a: str
    b: str
    since: str | None
    until: str | None
    span: tuple[int, int]


def source_line(text: str, *, language: str, nations: Iterable[str] = ()) -> SourceLine | None:
    r"""
    The line that names a text's source, and what it probably said before translation.

    Outlets named by a common word are translated with the text ("Befreiung" for
    Libération). Where a word may stand for several, that of a nation among
    `nations` (say of the experts quoted) is taken.

    >>> source_line("Ende.\nQuelle: Befreiung", language="de").likely
    'Libération'
    """
    hits = list(_SOURCE.finditer(text))
    if not hits:
        return None
    hit = hits[-1]
    printed = hit[1].rstrip(".")
    names = [(outlet, home) for outlet, home, made in _outlets() if (language, printed.casefold()) in made]
    known = any(outlet.casefold() == printed.casefold() for outlet, _, _ in _outlets())
    likely = None
    if known:
        likely = printed
    elif names:
        near = [outlet for outlet, home in names if home in set(nations)]
        likely = near[0] if near else " / ".join(outlet for outlet, _ in names)
    return SourceLine(hit[0].strip(), likely, (hit.start() + len(hit[0]) - len(hit[0].lstrip()), hit.end(1)))


@functools.cache
def _outlets() -> tuple[tuple[str, str, frozenset[tuple[str, str]]], ...]:
    table = (resources.files("tiltmeter.questions") / "tables" / "outlets.tsv").read_text(encoding="utf-8")
    rows = []
    for line in table.splitlines():
        if line and not line.startswith("#"):
            outlet, home, *made = line.split("\t")
            pairs = [tuple(name.split(":", 1)) for name in made]
            rows.append((outlet, home, frozenset((code, name.casefold()) for code, name in pairs)))
    return tuple(rows)


def dateline(sentences: Sequence[Sentence], text: str) -> dt.date | None:
    """A full date in the first line or the first 120 code points, or on a line of its own at the end; else None."""
    for sentence in [*sentences[:2], *sentences[-1:]]:
        for when in times(sentence, dateline=None):
            start, end = sentence.starts[when.first], sentence.ends[when.last]
            alone = (
                text[text.rfind("\n", 0, start) + 1 : start].strip(" ,.()-–—") == ""
                and len(text[end:].split("\n")[0].strip()) < 3
            )
            lead = end <= 120 and re.match(r"\s*(?:\([^)]{2,40}\)\s*)?[-–—:]", text[end:])
            if when.start == when.end and when.dated and (alone or lead):
                return when.start
    return None


def names(text: str, *, known: Sequence[Mention], common: Sequence[str] = ()) -> list[Mention]:
    """Persons' names that the actor tables do not hold: runs of capitalised words that are no words of the language."""
    taken = [(mention.start, mention.end) for mention in known]
    out = []
    for hit in _NAME.finditer(text):
        span = hit.span()
        if not any(start < span[1] and span[0] < end for start, end in taken) and hit[0] not in common:
            out.append(Mention(span[0], span[1], hit[0], None, "person", hit[0]))
    return out


def quotes(text: str, *, sentences: Sequence[Sentence], people: Sequence[Mention]) -> list[Quote]:
    """
    Quotations of four words or more that have a verb of saying and a speaker beside them.

    Args:
        text: The whole text.
        sentences: Its sentences, made ready.
        people: Actors and names that may speak.
    """
    out = []
    for start, end in _quoted(text):
        if len(text[start:end].split()) < 4:
            continue
        cue = _cue(sentences, start, end)
        speaker = _speaker(people, start, end, cue, text) if cue else None
        if cue and speaker:
            out.append(
                Quote(
                    speaker.text if speaker.kind != "person" else _bare(speaker),
                    _affiliation(text, speaker),
                    text[slice(*cue)],
                    (start, end),
                )
            )
    return out


def _bare(speaker: Mention) -> str:
    return speaker.name if speaker.name and speaker.name in speaker.text else speaker.text


def _quoted(text: str) -> Iterator[tuple[int, int]]:
    place = 0
    while place < len(text):
        closing = _PAIRS.get(text[place])
        if closing:
            ends = [at for mark in closing if (at := text.find(mark, place + 1, place + 3_000)) >= 0]
            if ends:
                inner = text[place + 1 : min(ends)].rstrip(" ,.;")
                yield place + 1, place + 1 + len(inner)
                place = min(ends)
        place += 1


def _cue(sentences: Sequence[Sentence], start: int, end: int) -> tuple[int, int] | None:
    """The nearest words of saying after the quote, else before it."""
    found = []
    for s in sentences:
        for at, kinds in enumerate(s.cues):
            if "report" in kinds and not start <= s.starts[at] < end:
                distance = s.starts[at] - end if s.starts[at] >= end else start - s.ends[at]
                if 0 <= distance <= _REACH:
                    found.append((distance + (30 if s.starts[at] < start else 0), s.starts[at], s.ends[at]))
    return min(found)[1:] if found else None


def _speaker(people: Sequence[Mention], start: int, end: int, cue: tuple[int, int], text: str) -> Mention | None:
    near = []
    for mention in people:
        if start <= mention.start < end or mention.kind == "place":
            continue
        gap = mention.start - cue[1] if mention.start >= cue[1] else cue[0] - mention.end
        between = text[min(mention.end, cue[1]) : max(mention.start, cue[0])]
        if 0 <= gap <= _REACH and "\n" not in between:
            near.append((gap + (0 if mention.kind == "person" else 25), mention.start, mention))
    return min(near, key=lambda one: one[:2])[2] if near else None


def _affiliation(text: str, speaker: Mention) -> str | None:
    """The apposition after a name: ", researcher at the institute"."""
    hit = re.match(r"\s*[,(]\s*([^,.;:!?„“”«»\"\n)]{6,160})", text[speaker.end :])
    return hit[1].strip() if hit and not hit[1].strip()[:1].isdigit() else None


@functools.cache
def _words(language: str) -> dict[str, re.Pattern[str]]:
    table = tomllib.loads((resources.files("tiltmeter.questions") / "tables" / "ties.toml").read_text(encoding="utf-8"))
    out = {}
    for kind, entries in table.get(language, {}).items():
        parts = [re.escape(entry).replace(r"\*", r"\w*").replace("\\ ", r"\s+") for entry in entries]
        out[kind] = re.compile(
            r"(?<!\w)(?:" + "|".join(sorted(parts, key=len, reverse=True)) + r")(?!\w)", re.IGNORECASE
        )
    return out


def ties(sentences: Sequence[Sentence], text: str, *, dateline: dt.date | None) -> list[Tie]:
    """Ties that the sentences of a text state: members and leaders of pacts, bases, borders, office-holders."""
    found: dict[tuple[str, str, str], Tie] = {}
    for s in sentences:
        words = _words(s.language.code)
        here = text[s.starts[0] : s.ends[-1]]
        whens = times(s, dateline=dateline)
        for tie in [
            *_pacts(s, words, here, whens),
            *_bases(s, words, here),
            *_borders(s, words, here),
            *_offices(s, words, here),
        ]:
            found.setdefault((tie.kind, tie.a, tie.b), tie)
    return list(found.values())


def _sides(s: Sentence) -> tuple[list[Who], list[Who]]:
    coded = [who for who in s.actors if who.code]
    states = [who for who in coded if len(who.code) == 3 and who.code not in ORGANISATIONS]
    return states, [who for who in coded if who.code in ORGANISATIONS]


def _place(s: Sentence, who: Who) -> int:
    return s.starts[who.first] - s.starts[0]


def _pacts(s: Sentence, words: dict[str, re.Pattern[str]], here: str, whens: Sequence[When]) -> Iterator[Tie]:
    states, pacts = _sides(s)
    base = s.starts[0]
    for pact in pacts:
        kind = "trade_bloc_member" if pact.code in _TRADE else "alliance_member" if pact.code in _ALLIANCES else ""
        if not kind:
            continue
        for hit in words["member"].finditer(here):
            # members stand on the other side of the verb from the pact, or in a list after both
            after = [who for who in states if _place(s, who) >= hit.end()]
            before = [who for who in states if _place(s, who) < hit.start()]
            # where the verb comes last (German, Turkish) the members stand between the pact and it
            between = [who for who in before if _place(s, who) > _place(s, pact)]
            chosen = (after or between) if _place(s, pact) < hit.start() else before
            since = next((w.start.isoformat() for w in whens if w.dated), None)
            for who in chosen:
                # from the first of the three to the last: where the verb comes last, it is the last
                start = min(base + hit.start(), s.starts[min(who.first, pact.first)])
                end = max(base + hit.end(), s.ends[max(who.last, pact.last)])
                yield Tie(kind, who.code, pact.code, since, None, (start, end))
        if kind == "alliance_member":
            for hit in words["leader"].finditer(here):
                nearest = min(states, key=lambda who: abs(_place(s, who) - hit.start()), default=None)
                if nearest and abs(_place(s, pact) - hit.end()) < 120:
                    yield Tie(
                        "alliance_leader", nearest.code, pact.code, None, None, (base + hit.start(), base + hit.end())
                    )


def _bases(s: Sentence, words: dict[str, re.Pattern[str]], here: str) -> Iterator[Tie]:
    states, _ = _sides(s)
    base = s.starts[0]
    for hit in words["base"].finditer(here):
        hosts = [who for who in states if _place(s, who) >= hit.end() and not who.mention.text[:1].islower()]
        owners = [who for who in states if _place(s, who) < hit.start()]
        if not owners and hosts:
            continue
        host = next((who for who in reversed(hosts) if not owners or who.code != owners[-1].code), None)
        owner = next((who for who in reversed(owners) if not host or who.code != host.code), None)
        if host and owner:
            yield Tie("military_base", owner.code, host.code, None, None, (base + hit.start(), base + hit.end()))


def _borders(s: Sentence, words: dict[str, re.Pattern[str]], here: str) -> Iterator[Tie]:
    states, _ = _sides(s)
    base = s.starts[0]
    for hit in words["border"].finditer(here):
        before = [who for who in states if _place(s, who) < hit.start()]
        after = [
            who for who in states if 0 <= _place(s, who) - hit.end() < 25 or (before and _place(s, who) > hit.end())
        ]
        if not before or not after:
            continue
        first, chain = before[-1], after[0].chain
        for who in after:
            if who.chain == chain and who.code != first.code:
                yield Tie("border", first.code, who.code, None, None, (base + hit.start(), s.ends[who.last]))


def _offices(s: Sentence, words: dict[str, re.Pattern[str]], here: str) -> Iterator[Tie]:
    for who in s.actors:
        if who.kind != "person" or len(who.code) != 3 or not who.mention.name:
            continue
        start = _place(s, who)
        around = here[max(0, start - 30) : s.ends[who.last] - s.starts[0] + 40]
        if words["office"].search(around):
            yield Tie("office_holder", who.mention.name, who.code, None, None, (who.mention.start, who.mention.end))
