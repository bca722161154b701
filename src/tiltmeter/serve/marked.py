"""A text cut where its marks begin and end, so that it can be shown with all of them, however they overlap."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from tiltmeter.show.evidence import shown

KINDS: Final = ("actor", "event", "tie", "quote", "claim", "source")


def marked(brief: Mapping[str, Any]) -> list[dict[str, Any]]:
    """
    A brief's text in pieces: each with its text, the kinds of mark on it, and what begins or ends there.

    A piece has `text`, `kinds` (of KINDS), `begins` (ids of marks that start with it) and
    `ends` (verdicts on claims that end with it).

    >>> brief = {"text": "Kazakhstan sent aid.", "actors": [{"spans": [[0, 10]]}], "events": [{"span": [11, 15]}],
    ...          "ties": [], "quotes": [], "claims": [], "source_line": None}
    >>> [(part["text"], part["kinds"]) for part in marked(brief)]
    [('Kazakhstan', ['actor']), (' ', []), ('sent', ['event']), (' aid.', [])]
    """
    text: str = brief["text"]
    marks = [(*span, "actor", f"actor-{at}") for at, one in enumerate(brief["actors"]) for span in one["spans"]]
    for kind, plural in (("event", "events"), ("tie", "ties"), ("quote", "quotes"), ("claim", "claims")):
        marks += [(*one["span"], kind, f"{kind}-{at}") for at, one in enumerate(brief[plural])]
    if brief["source_line"]:
        marks.append((*brief["source_line"]["span"], "source", "source-0"))
    edges = sorted(
        {0, len(text), *(edge for start, end, *_ in marks for edge in (start, end) if 0 <= edge <= len(text))}
    )
    first: set[str] = set()
    parts = []
    for low, high in pairwise(edges):
        over = [mark for mark in marks if mark[0] <= low and high <= mark[1] and mark[0] < mark[1]]
        begins = [mark[3] for mark in over if mark[0] == low and mark[3] not in first]
        first.update(begins)
        ends = [int(mark[3].partition("-")[2]) for mark in over if mark[2] == "claim" and mark[1] == high]
        kinds = [kind for kind in KINDS if any(mark[2] == kind for mark in over)]
        piece = shown(text[low:high].replace("\r", ""))
        parts.append({"text": piece, "kinds": kinds, "begins": begins, "ends": ends})
    return parts
