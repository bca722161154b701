"""The documents of a store read: their events as rows, and a note that each was read."""

from __future__ import annotations

from collections.abc import Sequence

from tiltmeter.coder.lines import Reader, why_not
from tiltmeter.engines import readers
from tiltmeter.engines.engine import BUILTIN, Engine
from tiltmeter.likeness import signature
from tiltmeter.nouns import Coding, Document, Event


def coded(
    documents: Sequence[Document], *, engine: Engine | Reader = BUILTIN, run: str, sides: frozenset[str]
) -> tuple[list[Event], list[Coding]]:
    """
    Events of documents as rows, and a note for each document.

    Args:
        documents: What to read.
        engine: What reads them: an engine, or a reader at hand.
        run: The rows' run.
        sides: The actors a theatre is about: events with none of them are left out.
    """
    reader = readers.reader(engine) if isinstance(engine, Engine) else engine
    whys = [why_not(one.text, None if one.language == "und" else one.language, reader) for one in documents]
    work = [(one.text, code, one.date) for one, (why, code) in zip(documents, whys, strict=True) if why is None]
    answers = iter(reader.code_all(work))
    rows: list[Event] = []
    notes: list[Coding] = []
    for one, (why, code) in zip(documents, whys, strict=True):
        answer = None if why else next(answers)
        told = answer.events if answer else ()
        why = why or (answer.abstained if answer else None)
        kept = [
            event
            for event in told
            if event.giver[:3] in sides or event.taker[:3] in sides or {event.giver, event.taker} & sides
        ]
        for rank, event in enumerate(kept):
            rows.append(
                Event(
                    one.source, f"{one.key}#{rank}", run, event.giver, event.taker, event.root, event.mode, event.quad,
                    event.start, event.end, one.date, event.confidence, one.key, *event.span,
                    sentence=one.text[slice(*event.sentence)], attributed_to=event.attributed_to,
                    background=event.background, written=one.written,
                    giver_name=one.text[slice(*event.giver_span)], taker_name=one.text[slice(*event.taker_span)],
                )
            )  # fmt: skip
        notes.append(Coding(one.source, one.key, run, code, why or "", len(kept), signature(one.text)))
    return rows, notes
