"""
The mode table: how a deed word's own root and the words before it give the event's root and mode.

It is read as a rule by the classifiers (one feature among many), and alone decides the mode that is
printed beside a root.
"""

from __future__ import annotations

from typing import Final

from tiltmeter.coder.sentence import Sentence, Trigger
from tiltmeter.nouns import QUAD

# quad of the deed the words name -> mode -> root of the event, None for no event
TABLE: Final[dict[int, dict[str, str | None]]] = {
    1: {"planned": "AGREE", "refused": "REJECT", "asked": "REQUEST", "denied": None, "supposed": None},
    2: {"planned": "AGREE", "refused": "REJECT", "asked": "REQUEST", "denied": None, "supposed": None},
    3: {"planned": "THREATEN", "threatened": "THREATEN", "denied": None, "supposed": None},
    4: {
        "planned": "THREATEN", "threatened": "THREATEN", "alleged": "ACCUSE", "asked": "REQUEST",
        "denied": None, "supposed": None,
    },
}  # fmt: skip
"""Offered deeds are AGREE, threatened ones THREATEN, refused ones REJECT; what is denied is no event."""

_CUE_MODES: Final = (
    ("denial", "denied"),
    ("hypothetical", "supposed"),
    ("refuse", "refused"),
    ("threat", "threatened"),
    ("ask", "asked"),
    ("allege", "alleged"),
    ("plan", "planned"),
)
_REACH: Final = 6


def mode_of(sentence: Sentence, trigger: Trigger) -> str:
    """
    Mode that the words before a deed word give it by rule; the nearest cue decides.

    `denied` and `supposed` are no modes of events: they say that there is none.
    """
    for at in range(trigger.first - 1, max(-1, trigger.first - 1 - _REACH), -1):
        kinds = sentence.cues[at]
        if sentence.low[at] in ".;:!?":
            break
        for cue, mode in _CUE_MODES:
            if cue in kinds:
                return mode
    return "done"


def printed_mode(root: str, own: tuple[str, ...], rule: str) -> str:
    """
    Mode of an event, from the root it was given, the roots its words can name, and the rule's mode.

    A root that is not among those its words name was made by a mode: AGREE of a
    word for AID is planned aid.

    >>> printed_mode("AGREE", ("AID",), "done")
    'planned'
    >>> printed_mode("AID", ("AID",), "done")
    'done'
    """
    if root in own or not own or own == ("NONE",):
        return rule if TABLE[QUAD[root]].get(rule) == root and root in ("AGREE", "THREATEN") else "done"
    return {"AGREE": "planned", "THREATEN": "threatened", "REJECT": "refused", "REQUEST": "asked"}.get(
        root, "alleged" if root == "ACCUSE" and any(QUAD.get(name) == 4 for name in own) else "done"
    )
