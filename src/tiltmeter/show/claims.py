"""Findings on claims as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.show.evidence import shown
from tiltmeter.show.names import pick
from tiltmeter.show.numbers import percent

if TYPE_CHECKING:
    from tiltmeter.questions.finding import Answer, Finding
    from tiltmeter.settings import Claim, Theatre

Table = dict[str, Any]

SHOWN: Final = 12
"""Rows of evidence listed under a claim at most."""


def claims(theatre: Theatre, findings: Sequence[Finding], *, language: str) -> list[Table]:
    """A row per finding, in their order, with the verdicts from record only and with the written reports."""
    asked = {claim.id: claim for claim in theatre.claims}
    return [
        {
            "id": shown(one.id),
            "kind": one.kind,
            "text": shown(pick(one.text, language)) or shown(one.id),
            "said_by": shown(asked[one.id].said_by) if one.id in asked else "",
            "source": shown(asked[one.id].source) if one.id in asked else "",
            "about": _about(asked.get(one.id), theatre),
            "record": _verdict(one.record_only, language),
            "all": _verdict(one, language),
        }
        for one in findings
    ]


def _about(claim: Claim | None, theatre: Theatre) -> Table:
    if claim is None:
        return {}
    window = claim.window or ((claim.since, theatre.span[1]) if claim.since else None)
    states = theatre.about(claim)
    return {
        "power": claim.power or "",
        "measure": claim.measure,
        "subject": theatre.name if claim.region else (states[0] if len(states) == 1 else ""),
        "window": [str(day) for day in window] if window else None,
    }


def _verdict(answer: Answer | Finding, language: str) -> Table:
    return {
        "verdict": answer.verdict,
        "probability": answer.probability,
        "text": percent(answer.probability, language),
        "definitions": [
            {
                "name": which, "verdict": one.verdict, "probability": one.probability, "prior": one.prior,
                "text": percent(one.probability, language), "prior_text": percent(one.prior, language),
                "factor": one.bayes_factor, "share": percent(one.data_share, language), "why": shown(one.why),
            }
            for which, one in answer.by_definition.items()
        ],
        "evidence": [
            {"source": shown(row.source), "key": shown(row.key), "for": row.speaks_for, "text": shown(row.text)[:400]}
            for row in answer.evidence[:SHOWN]
        ],
        "change": shown(answer.what_would_change),
        "why": shown(answer.why),
        "rests": {str(key): value for key, value in answer.rests_on.items() if isinstance(value, int | float)},
    }  # fmt: skip
