"""The two streams other programs rely on: documents in and events out, pairs in and roots out, a JSON line each."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Protocol

from tiltmeter.coder.classify import Asked, Namer
from tiltmeter.coder.classify import find as find_name
from tiltmeter.coder.coder import Coded, Coder, Told
from tiltmeter.coder.detect import UNKNOWN, language_of, unreadable
from tiltmeter.nouns import ROOTS

BLOCK: Final = 128
"""Lines coded together: enough for speed, few enough for constant memory."""

MOST: Final = 12_000_000
"""Code points of a document at most."""


class Reader(Protocol):
    """What reads texts: the coder, or an engine in its place."""

    @property
    def languages(self) -> Mapping[str, Any]:
        """What it reads, by ISO 639-1 code."""

    @property
    def threshold(self) -> float:
        """The confidence from which it gives an event."""

    def code_all(
        self, texts: Sequence[tuple[str, str, dt.date | None]], *, all_events: bool = False
    ) -> Sequence[Coded]:
        """Events of texts, each with its language and dateline; with `all_events` the unsure ones too."""


def events(lines: Iterable[str], reader: Reader, *, note: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """
    One answer per line of documents, in their order.

    A malformed line gives an answer that abstains, and a note; nothing is raised.

    Args:
        lines: JSON lines `{"id", "text", "language"?, "date"?}`.
        reader: The coder, or an engine in its place.
        note: Told of each malformed line.
    """
    for block in blocks(lines):
        answers, notes = answered(block, reader)
        for wrong in notes:
            note(wrong)
        yield from answers


def answered(block: Sequence[tuple[int, str]], reader: Reader) -> tuple[list[dict[str, Any]], list[str]]:
    """The answers to numbered lines, and a note for each malformed one."""
    notes: list[str] = []
    return answer([_document(number, line, notes.append) for number, line in block], reader), notes


def answer(read: list[dict[str, Any]], reader: Reader) -> list[dict[str, Any]]:
    """Answers for documents already read; those with `abstained` set pass through."""
    work: list[int] = []
    for place, one in enumerate(read):
        if one.get("abstained") is None:
            why, language = why_not(one["text"], one["language"], reader)
            one["code"] = language
            one["abstained"] = why
            if why is None:
                work.append(place)
    coded = reader.code_all([(read[n]["text"], read[n]["code"], read[n]["date"]) for n in work])
    found = dict(zip(work, coded, strict=True))
    return [
        {
            "id": one["id"],
            "language": one.get("code", UNKNOWN),
            "abstained": found[place].abstained if place in found else one["abstained"],
            "events": [event(told) for told in found[place].events] if place in found else [],
        }
        for place, one in enumerate(read)
    ]


def why_not(text: str, language: str | None, reader: Reader) -> tuple[str | None, str]:
    """Why the coder would not read a text (None when it would), and the text's language."""
    why = unreadable(text) or ("too long" if len(text) > MOST else None)
    if why:
        return why, language or UNKNOWN
    known = reader.languages
    code = language if language is not None and language in known else language_of(text, known=tuple(known))
    if code == UNKNOWN:
        return "language not recognised", UNKNOWN
    if code not in known:
        return f"language not read: {code}", code
    return None, code


def event(told: Told) -> dict[str, Any]:
    """An event as the contract prints it."""
    return {
        "source": told.giver,
        "target": told.taker,
        "root": told.root,
        "mode": told.mode,
        "quad": told.quad,
        "date": interval(told.start, told.end),
        "confidence": round(told.confidence, 4),
        "span": list(told.span),
        "attributed_to": told.attributed_to,
        "background": told.background,
    }


def interval(start: dt.date | None, end: dt.date | None) -> str | None:
    """
    A day, a closed interval, or None.

    >>> interval(dt.date(2022, 1, 1), dt.date(2022, 3, 31))
    '2022-01-01/2022-03-31'
    """
    if start is None or end is None:
        return None
    return start.isoformat() if start == end else f"{start.isoformat()}/{end.isoformat()}"


def roots(lines: Iterable[str], namer: Namer, *, note: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """
    One root per line of pairs, in their order; always a root.

    A name that does not occur, or is empty, counts as unmarked.

    Args:
        lines: JSON lines `{"id", "text", "source", "target"}`.
        namer: The classifier.
        note: Told of each malformed line.
    """
    for block in blocks(lines):
        read = [_pair(number, line, note) for number, line in block]
        asked = [_asked(one, namer.coder) for one in read]
        for one, row in zip(read, namer.probabilities(asked), strict=True):
            best = int(row.argmax())
            yield {"id": one["id"], "root": ROOTS[best], "probability": round(float(row[best]), 4)}


def _asked(pair: dict[str, Any], coder: Coder) -> Asked:
    text = pair["text"]
    code = language_of(text, known=tuple(coder.languages))
    source = find_name(text, pair["source"])
    target = find_name(text, pair["target"], beside=source)
    return Asked(text, code if code in coder.languages else "en", source, target)


def blocks(lines: Iterable[str]) -> Iterator[list[tuple[int, str]]]:
    """Lines with their numbers, from 1, in runs that are coded together; blank ones are left out."""
    rest = iter(enumerate(lines, start=1))
    while block := list(islice(rest, BLOCK)):
        yield [(number, line) for number, line in block if line.strip()]


def _document(number: int, line: str, note: Callable[[str], None]) -> dict[str, Any]:
    record, wrong = _record(line)
    text = record.get("text")
    if wrong is None and not isinstance(text, str):
        wrong = "no text" if text is None else "text is no string"
    identity = record.get("id")
    if wrong is None and (isinstance(identity, bool) or not isinstance(identity, str | int | float)):
        wrong = "no id" if identity is None else "id is neither string nor number"
    if wrong:
        note(f"line {number}: {wrong}")
        return {"id": None, "abstained": f"invalid line: {wrong}"}
    language = record.get("language")
    return {
        "id": identity,
        "text": text,
        "language": language.lower()[:2] if isinstance(language, str) else None,
        "date": _day(record.get("date")),
        "abstained": None,
    }


def _pair(number: int, line: str, note: Callable[[str], None]) -> dict[str, Any]:
    record, wrong = _record(line)
    if wrong:
        note(f"line {number}: {wrong}")
    names = {name: record[name] if isinstance(record.get(name), str) else "" for name in ("text", "source", "target")}
    return {"id": record.get("id"), **names}


def _record(line: str) -> tuple[dict[str, Any], str | None]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {}, "not JSON"
    return (record, None) if isinstance(record, dict) else ({}, "not an object")


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def coded(text: str, coder: Coder, *, language: str | None = None, date: dt.date | None = None) -> Coded:
    """One text coded, its language found if none is given."""
    why, code = why_not(text, language, coder)
    return Coded(code, why) if why else coder.code(text, language=code, date=date)
