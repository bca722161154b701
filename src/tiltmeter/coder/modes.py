"""
The mode table: how a deed word's own root and the words before it give the event's root and mode.

It is read as a rule by the classifiers (one feature among many); the mode that is printed follows from
the root they give.
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


PRINTED: Final = {"AGREE": "planned", "THREATEN": "threatened", "REJECT": "refused", "REQUEST": "asked"}
"""The mode that a root carries in itself: what is agreed to is still to come, what is requested not yet given."""


def printed_mode(root: str, own: tuple[str, ...]) -> str:
    """
    Mode of an event, from the root it was given and the roots its words can name.

    >>> printed_mode("AGREE", ("AID",)), printed_mode("AID", ("AID",)), printed_mode("ACCUSE", ("ASSAULT",))
    ('planned', 'done', 'alleged')
    """
    if root == "ACCUSE" and root not in own and any(QUAD.get(name) == 4 for name in own):
        return "alleged"
    return PRINTED.get(root, "done")
