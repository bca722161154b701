"""Checks a claim: what somebody said, against votes, events, figures and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiltmeter.errors import QuestionError
from tiltmeter.questions.course import KINDS, by_paths
from tiltmeter.questions.finding import Answer, Finding
from tiltmeter.questions.happening import by_events, by_first
from tiltmeter.questions.ledger import KINDS as TIES
from tiltmeter.questions.ledger import by_facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiltmeter.questions.basis import Basis
    from tiltmeter.settings import Claim


def check(claim: Claim, *, record: Basis, written: Basis | None = None) -> Finding:
    """
    The finding on a claim, from record only and with the written reports.

    Args:
        claim: What was said.
        record: Votes, facts, figures and real events, with the fit of these.
        written: The same with reports written for a demonstration; None if there are none.

    Raises:
        QuestionError: No test is known for a claim of this kind.

    >>> from tiltmeter.nouns import Fact
    >>> from tiltmeter.questions.basis import Basis
    >>> from tiltmeter.questions.tables import Tables
    >>> from tiltmeter.settings import Claim, load_theatre
    >>> fact = Fact("facts", "f1", "r", "border", "GEO", "RUS", None, None, "a map")
    >>> basis = Basis(load_theatre("south_caucasus"), None, Tables.from_rows([fact]))
    >>> check(Claim(id="x", kind="border_with", a="RUS", b="GEO"), record=basis).verdict
    'supported'
    """
    only = answer(claim, record)
    top = only if written is None else answer(claim, written)
    return Finding(
        claim.id, claim.kind, dict(claim.text), top.verdict, top.probability, top.by_definition,
        top.evidence, top.what_would_change, top.rests_on, top.why, only,
    )  # fmt: skip


def check_all(claims: Iterable[Claim], *, record: Basis, written: Basis | None = None) -> list[Finding]:
    """Findings on several claims, in their order."""
    return [check(claim, record=record, written=written) for claim in claims]


def answer(claim: Claim, basis: Basis) -> Answer:
    """
    One basis' answer to a claim.

    Raises:
        QuestionError: No test is known for a claim of this kind.
    """
    if claim.kind in KINDS:
        return by_paths(claim, basis)
    if claim.kind in TIES:
        return by_facts(claim, basis)
    if claim.kind == "event_happened":
        return by_events(claim, basis)
    if claim.kind == "first_since":
        return by_first(claim, basis)
    known = ", ".join((*KINDS, *TIES, "event_happened", "first_since"))
    raise QuestionError(f"no test for a claim of kind {claim.kind}", mend=f"one of {known}")
