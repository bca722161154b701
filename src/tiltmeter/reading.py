"""The verb `read`: one article into a brief, its claims put to a workspace or to the bundled record."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tiltmeter import bundle
from tiltmeter.coder.coder import Coder
from tiltmeter.coder.lines import coded
from tiltmeter.nouns import Document, Mention
from tiltmeter.questions.basis import Basis
from tiltmeter.questions.brief import Answer, Brief, brief
from tiltmeter.questions.claim import check
from tiltmeter.questions.parse import parse_all
from tiltmeter.questions.passage import Tie
from tiltmeter.settings import Claim, claim, load_theatre
from tiltmeter.workspace import Workspace

SURE: Final = 0.4
"""Confidence from which a brief shows an event: a reader has no use for guesses."""
PATHS: Final = frozenset(
    {"peak_in_window", "rise_since", "fall_since", "leans_in_window", "balances_in_window", "higher_in_than",
     "moved_apart", "moved_together", "ranking"}
)  # fmt: skip
"""Kinds of claim that are looked for outside quotes; ties and events of the running text are shown as such."""


def read(
    document: Document, *, coder: Coder, workspace: Workspace | None, now: Callable[[], dt.datetime],
    progress: Callable[[float], None] | None = None,
) -> Brief:  # fmt: skip
    """
    Read one text, and test what it claims.

    Args:
        document: The text.
        coder: The coder.
        workspace: Where claims are tested; None takes the record bundled with the theatre the text is about.
        now: The time, for the bundled record's runs.
        progress: Told the share of that record's fit that is done, if it must be made.
    """
    language = None if document.language == "und" else document.language
    chosen = workspace or _record(document, coder, language, now, progress)
    tester = _Tester(*chosen.bases()) if chosen else _Nothing()
    found = brief(
        document.text, coder=coder, test=tester.sentence, check_tie=tester.tie, language=language, date=document.date
    )
    return replace(found, events=tuple(event for event in found.events if event.confidence >= SURE))


def _record(
    document: Document, coder: Coder, language: str | None, now: Callable[[], dt.datetime],
    progress: Callable[[float], None] | None,
) -> Workspace | None:  # fmt: skip
    """The bundled record of the theatre whose states the text names most; None when it names none."""
    named = Counter(mention.code for mention in coded(document.text, coder, language=language).mentions)
    shares = {name: sum(named[state] for state in load_theatre(name).states) for name in bundle.theatres()}
    best = max(shares, key=lambda name: shares[name], default=None)
    return bundle.record(best, now=now, progress=progress) if best and shares[best] else None


class _Nothing:
    """Stands in where no theatre fits the text: nothing can be tested."""

    def sentence(self, _text: str, _language: str, _mentions: Sequence[Mention], _said: bool) -> list[Answer]:
        return []

    def tie(self, _tie: Tie) -> None:
        return None


@dataclass(frozen=True)
class _Tester:
    """Tests what a text says against a workspace's two bases."""

    record: Basis
    written: Basis | None

    def sentence(self, text: str, language: str, mentions: Sequence[Mention], said: bool) -> list[Answer]:
        """Claims of a sentence with their findings; of one outside quotes (`said` false) only those on paths."""
        found = parse_all(text, language=language, theatre=self.record.theatre, mentions=mentions)
        if isinstance(found, str):
            return []
        return [
            (one, check(one, record=self.record, written=self.written)) for one in found if said or one.kind in PATHS
        ]

    def tie(self, tie: Tie) -> Answer | None:
        """The finding on a tie, where it is of a kind that facts can tell."""
        made = _claim_of(tie)
        return (made, check(made, record=self.record, written=self.written)) if made else None


def _claim_of(tie: Tie) -> Claim | None:
    kinds = {
        "alliance_member": "member_of", "trade_bloc_member": "member_of", "military_base": "base_in",
        "border": "border_with", "office_holder": "office_held",
    }  # fmt: skip
    kind = kinds.get(tie.kind)
    return claim({"id": f"{kind}:{tie.a}:{tie.b}", "kind": kind, "a": tie.a, "b": tie.b}) if kind else None
