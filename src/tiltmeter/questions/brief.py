"""The brief of one text: language, source line, actors, events, ties, quotes, and its claims put to the test."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tiltmeter.coder.coder import Coded, Coder, Told
from tiltmeter.coder.lines import coded, event
from tiltmeter.coder.resumed import resumed
from tiltmeter.coder.sentence import Sentence, prepare
from tiltmeter.coder.tokens import sentences
from tiltmeter.nouns import Mention
from tiltmeter.questions.finding import Finding
from tiltmeter.questions.passage import Quote, SourceLine, Tie, dateline, names, quotes, source_line, ties
from tiltmeter.settings import Claim

KINDS = ("state", "organisation", "person", "group")


@dataclass(frozen=True, slots=True)
class Named:
    """An actor of a text with every place it is named at; `code` is None where none can be given safely."""

    code: str | None
    name: str
    kind: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Tested:
    """A claim found in a text, where it stands, and the finding on it."""

    span: tuple[int, int]
    claim: Claim
    finding: Finding


@dataclass(frozen=True, slots=True)
class Brief:
    """What a text says, and whether its claims hold; all spans are code points of `text`."""

    text: str
    language: str
    abstained: str | None
    source_line: SourceLine | None
    dateline: dt.date | None
    actors: tuple[Named, ...]
    events: tuple[Told, ...]
    ties: tuple[Tie, ...]
    quotes: tuple[Quote, ...]
    claims: tuple[Tested, ...]


Answer = tuple[Claim, Finding]
"""A claim and the finding on it."""
Test = Callable[[str, str, Sequence[Mention], bool], Sequence[Answer]]
"""Tests a sentence of a language with the actors in it; the last argument says whether it is a quote."""


def brief(
    text: str, *, coder: Coder, test: Test, check_tie: Callable[[Tie], Answer | None],
    language: str | None = None, date: dt.date | None = None,
) -> Brief:  # fmt: skip
    """
    Read one text.

    Args:
        text: The text; every span of the answer indexes it.
        coder: The coder.
        test: Parses and tests a sentence.
        check_tie: Tests a tie as a claim; None where the theatre knows nothing of its sides.
        language: Its language, found if not given.
        date: Its date, found in the text if not given.
    """
    first = coded(text, coder, language=language, date=date)
    if first.abstained:
        return Brief(text, first.language, first.abstained, None, date, (), (), (), (), ())
    ready = _ready(text, first, coder)
    found = date or dateline(ready, text)
    read = coded(text, coder, language=first.language, date=found) if found and not date else first
    people = _people(text, read.mentions, read.language)
    said = quotes(text, sentences=ready, people=sorted([*read.mentions, *people], key=lambda one: one.start))
    speakers = {quote.speaker for quote in said}
    known = [*read.mentions, *(one for one in people if one.text in speakers)]
    told = ties(ready, text, dateline=found)
    nations = {mention.code for mention in read.mentions if mention.code and len(mention.code) == 3}
    return Brief(
        text=text,
        language=read.language,
        abstained=None,
        source_line=source_line(text, language=read.language, nations=_quoted_nations(said, read, nations)),
        dateline=found,
        actors=_named(known),
        events=tuple(sorted(resumed(ready, read.events, date=found), key=lambda one: one.span)),
        ties=tuple(told),
        quotes=tuple(said),
        claims=(*_claims(said, ready, read, text, test), *_checked(told, check_tie)),
    )


def _ready(text: str, read: Coded, coder: Coder) -> list[Sentence]:
    language = coder.languages[read.language]
    return [
        prepare(
            text[start:end],
            language=language,
            offset=start,
            mentions=[mention for mention in read.mentions if start <= mention.start < end],
        )
        for start, end in sentences(text, abbreviations=language.abbreviations)
    ]


def _people(text: str, known: Sequence[Mention], language: str) -> list[Mention]:
    """Names of two words or more whose last word the language's dictionary does not know."""
    import simplemma

    return [
        one
        for one in names(text, known=known)
        if not any(simplemma.is_known(word, language) for word in (one.text.split()[-1], one.text.split()[-1].lower()))
    ]


def _quoted_nations(said: Sequence[Quote], read: Coded, nations: set[str]) -> list[str]:
    """States named in the affiliations of those quoted: an outlet is likeliest from where its experts are."""
    affiliations = [(quote.span[1], quote.affiliation) for quote in said if quote.affiliation]
    return [
        mention.code
        for end, affiliation in affiliations
        for mention in read.mentions
        if mention.code in nations and abs(mention.start - end) < 200 and mention.text in affiliation
    ]


def _named(mentions: Sequence[Mention]) -> tuple[Named, ...]:
    groups: dict[tuple[str | None, str, str], list[tuple[int, int]]] = {}
    for mention in sorted(mentions, key=lambda one: one.start):
        if mention.name.startswith("role:"):
            continue
        kind = "state" if mention.kind == "place" and mention.code else mention.kind
        if kind not in KINDS:
            continue
        name = mention.text if kind == "group" else mention.name
        groups.setdefault((mention.code, name, kind), []).append((mention.start, mention.end))
    return tuple(Named(code, name, kind, tuple(spans)) for (code, name, kind), spans in groups.items())


def _claims(said: Sequence[Quote], ready: Sequence[Sentence], read: Coded, text: str, test: Test) -> list[Tested]:
    """Claims among the quotes and the sentences; what is in a quote is tested once, as the quote."""
    spans = [(*quote.span, True) for quote in said]
    for s in ready:
        span = (s.starts[0], s.ends[-1])
        if not any(span[0] < end and start < span[1] for start, end, _ in spans):
            spans.append((*span, False))
    out = []
    for start, end, quoted in sorted(spans):
        here = [
            dataclasses.replace(mention, start=mention.start - start, end=mention.end - start)
            for mention in read.mentions
            if start <= mention.start and mention.end <= end
        ]
        out += [Tested((start, end), *answer) for answer in test(text[start:end], read.language, here, quoted)]
    return out


def _checked(told: Sequence[Tie], check_tie: Callable[[Tie], Answer | None]) -> list[Tested]:
    return [Tested(tie.span, *answer) for tie in told if (answer := check_tie(tie))]


def to_json(read: Brief) -> dict[str, Any]:
    """A brief as `read --json` prints it."""
    line = read.source_line
    return {
        "text": read.text,
        "language": read.language,
        "abstained": read.abstained,
        "source_line": {"text": line.text, "likely": line.likely, "span": list(line.span)} if line else None,
        "dateline": read.dateline.isoformat() if read.dateline else None,
        "actors": [
            {"code": one.code, "name": one.name, "kind": one.kind, "spans": [list(span) for span in one.spans]}
            for one in read.actors
        ],
        "events": [event(one) for one in read.events],
        "ties": [dataclasses.asdict(one) | {"span": list(one.span)} for one in read.ties],
        "quotes": [dataclasses.asdict(one) | {"span": list(one.span)} for one in read.quotes],
        "claims": [_claim_json(one) for one in read.claims],
    }


def _claim_json(one: Tested) -> dict[str, Any]:
    claim, finding = one.claim, one.finding
    return {
        "span": list(one.span),
        "kind": claim.kind,
        "about": _about(claim),
        "window": [day.isoformat() for day in claim.window] if claim.window else None,
        "verdict": finding.verdict,
        "probability": finding.probability,
        "by_definition": {
            name: {"probability": judged.probability, "prior": judged.prior, "verdict": judged.verdict}
            for name, judged in finding.by_definition.items()
        },
        "evidence": [
            {"source": row.source, "key": row.key, "for": row.speaks_for, "text": row.text} for row in finding.evidence
        ],
        "why": finding.why,
    }


def _about(claim: Claim) -> dict[str, Any]:
    """Whom and what a claim is about: the power, the states, and the measure or the tie's other side."""
    region = list(claim.states) or ([claim.region] if claim.region else [])
    power = claim.power or (claim.a if claim.kind in ("base_in", "member_of") else claim.giver)
    other = [side for side in (claim.a, claim.b, claim.taker) if side and side != power]
    return {"power": power, "region": region or other, "measure": _measure(claim)}


def _measure(claim: Claim) -> str:
    """What a claim's answer is read from: a curve (tilt or influence), a tie, or an event."""
    if claim.kind in ("member_of", "base_in", "border_with", "office_held"):
        return "tie"
    return "event" if claim.kind in ("event_happened", "first_since") else claim.measure
