"""What checking a claim gives: verdict, probability, evidence, what would change it, and the same from record only."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from tiltmeter.questions.rule import Judged


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row behind a finding; `speaks_for` is false where it speaks against the claim. `text` is the row in words."""

    source: str
    key: str
    speaks_for: bool
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """
    One basis' answer to a claim.

    The top verdict is that of the claim's own definition; where it names none, the one on
    which all definitions that can tell agree, else undecided. `probability` is None when
    untestable or in disagreement, and the definitions' plain mean when several agree.
    """

    verdict: str
    probability: float | None
    by_definition: dict[str, Judged] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    what_would_change: str = ""
    rests_on: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    choices: dict[str, float] = field(default_factory=dict)
    """The probability under other choices of the model, by choice; for claims on the tilt, from record."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim's answer with the written reports; `record_only` is the same from votes, facts and event data alone."""

    id: str
    kind: str
    text: dict[str, str]
    verdict: str
    probability: float | None
    by_definition: dict[str, Judged]
    evidence: tuple[Evidence, ...]
    what_would_change: str
    rests_on: dict[str, Any]
    why: str
    record_only: Answer


def untestable(why: str) -> Answer:
    """
    The answer to a claim that cannot be tested: the reason, and never a number.

    >>> untestable("the window ends before it begins").probability is None
    True
    """
    return Answer("untestable", None, why=why, what_would_change=why)


def combined(own: dict[str, Judged], *, named: str | None) -> tuple[str, float | None]:
    """
    The top verdict and probability of judgements by definition.

    >>> yes, open_ = Judged("supported", 0.9), Judged("undecided", 0.5)
    >>> combined({"closeness": yes, "relations": open_}, named=None)
    ('undecided', None)
    >>> combined({"closeness": yes, "relations": open_}, named="closeness")
    ('supported', 0.9)
    """
    if named is not None:
        return (own[named].verdict, own[named].probability) if named in own else ("untestable", None)
    told = [one for one in own.values() if one.verdict != "untestable"]
    if not told:
        return "untestable", None
    if len({one.verdict for one in told}) > 1:
        return "undecided", None
    chances = [one.probability for one in told if one.probability is not None]
    return told[0].verdict, float(f"{sum(chances) / len(chances):.4g}") if chances else None


def to_json(finding: Finding) -> dict[str, Any]:
    """
    A finding as plain values for `ask --json`.

    >>> answer = untestable("no such power")
    >>> finding = Finding("x", "rise_since", {}, "untestable", None, {}, (), "", {}, answer.why, answer)
    >>> sorted(to_json(finding))[:5]
    ['by_definition', 'evidence', 'id', 'kind', 'probability']
    """
    head = {"id": finding.id, "kind": finding.kind, "text": dict(finding.text)}
    return head | _plain(finding) | {"record_only": _plain(finding.record_only)}


def _plain(answer: Answer | Finding) -> dict[str, Any]:
    return {
        "verdict": answer.verdict,
        "probability": answer.probability,
        "by_definition": {name: _judged(one) for name, one in answer.by_definition.items()},
        "evidence": [
            {"source": row.source, "key": row.key, "for": row.speaks_for, "text": row.text} for row in answer.evidence
        ],
        "what_would_change": answer.what_would_change,
        "rests_on": answer.rests_on,
        "why": answer.why,
    } | ({"sensitivity": answer.choices} if isinstance(answer, Answer) and answer.choices else {})


def _judged(one: Judged) -> dict[str, Any]:
    table = asdict(one)
    rest = {name: table[name] for name in ("span", "states", "whole") if table[name] is not None}
    kept = {name: table[name] for name in ("probability", "prior", "verdict", "bayes_factor", "data_share", "why")}
    return kept | rest
