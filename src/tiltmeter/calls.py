"""The verbs on text as plain Python calls: one text in, one value out; the trained coder is loaded once."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiltmeter.coder import Coded
    from tiltmeter.coder.build import Bundle
    from tiltmeter.nouns import Mention
    from tiltmeter.questions.brief import Brief
    from tiltmeter.workspace import Workspace


def code(text: str, *, language: str | None = None, date: dt.date | None = None) -> Coded:
    """
    The events of a text: who did what to whom, when, in whose words.

    Args:
        text: Any length; spans of the answer are code points of it.
        language: ISO 639-1 code; found without it.
        date: The dateline, from which "on Monday" is counted; never a date of an event by itself.

    Returns:
        Events, or why the coder would not read the text (`abstained`).

    >>> told = code("Kazakhstan sent medicine to Ukraine on Monday.", date=dt.date(2022, 3, 16))
    >>> [(event.giver, event.root, event.taker, str(event.start)) for event in told.events]
    [('KAZ', 'AID', 'UKR', '2022-03-14')]
    """
    from tiltmeter.coder.lines import coded

    return coded(text, _trained()[0], language=language, date=date)


def classify(text: str, *, source: str, target: str) -> tuple[str, float]:
    """
    The root of what one named actor does to another in a text, and its probability.

    Always a root: a name that does not occur in the text counts as unmarked.

    >>> classify("Russia sent troops to Kazakhstan.", source="Russia", target="Kazakhstan")[0]
    'AID'
    """
    import json

    from tiltmeter.coder.lines import roots

    asked = json.dumps({"id": 0, "text": text, "source": source, "target": target})
    found = next(iter(roots([asked], _trained()[1], note=lambda _: None)))
    return found["root"], found["probability"]


def find_actors(text: str, *, language: str, on: dt.date | None = None) -> list[Mention]:
    """
    The states, organisations, leaders and groups a text names, in its order.

    Args:
        text: Any length.
        language: ISO 639-1 code of one of the coder's languages.
        on: The day by which office-holders are told; without it no date is assumed.

    >>> [(found.text, found.code) for found in find_actors("Moscow and the CSTO", language="en")]
    [('Moscow', 'RUS'), ('CSTO', 'CSTO')]
    """
    from tiltmeter.actors import find

    return find(text, language=language, on=on)


def read(
    article: str | Path, *, language: str | None = None, date: dt.date | None = None,
    workspace: Workspace | None = None, now: Callable[[], dt.datetime] = dt.datetime.now,
) -> Brief:  # fmt: skip
    """
    A brief of an article: actors, events, ties, quotes, and its claims put to the test.

    Args:
        article: A text, or the path of a file.
        language: ISO 639-1 code; found without it.
        date: The article's date; found without it.
        workspace: Where claims are tested; without it the bundled record of the theatre the text is about.
        now: The clock by which that record is made.

    Raises:
        SourceError: The file is missing, or no text.

    >>> read("The weather was fine.", language="en").events
    ()
    """
    import dataclasses

    from tiltmeter import reading
    from tiltmeter.nouns import Document
    from tiltmeter.sources import document

    told = document(article) if isinstance(article, Path) else Document("reports", "-", "", article)
    chosen = dataclasses.replace(told, language=language or told.language, date=date or told.date)
    return reading.read(chosen, coder=_trained()[0], workspace=workspace, now=now)


@functools.cache
def _trained() -> Bundle:
    from tiltmeter.coder import load

    return load()
