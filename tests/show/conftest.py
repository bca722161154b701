"""A small theatre with hostile documents, and its page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from tests.questions import toy
from tiltmeter.nouns import Document, Figure, RollCall, Row, Vote
from tiltmeter.questions.basis import Basis
from tiltmeter.questions.claim import check_all
from tiltmeter.questions.tables import Tables
from tiltmeter.questions.verdict import verdicts
from tiltmeter.settings import claim
from tiltmeter.show.report import report
from tiltmeter.show.view import Extras, View, view

TODAY = dt.date(2024, 1, 2)
HOSTILE = "Tallinn <script>alert(1)</script> condemned \u202eyendys\u202c & Stockholm " + "x" * 10_000
CLAIMS = [
    {"id": "peak", "kind": "peak_in_window", "power": "SWE", "region": "toy", "measure": "influence",
     "window": ["2021-07-01", "2021-12-31"], "text": {"en": "Sweden's <b>height</b>", "de": "Schwedens Höhe"}},
    {"id": "away", "kind": "fall_since", "power": "SWE", "states": ["EST"], "since": "2021-07-01",
     "text": {"en": "Away"}},
    {"id": "pact", "kind": "member_of", "a": "EST", "b": "NATO", "at": "2021-01-01", "text": {"en": "A pact"}},
]  # fmt: skip

PLACEBO = {
    "shuffles": 20, "failed": 0, "states": 3, "block": 13, "before": ["2020-01-01", "2021-06-30"],
    "after": ["2021-07-01", "2022-12-31"],
    "alarms": [{"gauge": "tilt", "asked": 60, "called": 6, "apart": 0,
                "called_rate": [0.018, 0.1, 0.283], "apart_rate": [0.0, 0.0, 0.139]}],
}  # fmt: skip


def rows(*, written: bool = True) -> list[Row]:
    """Votes, sums, a tie, a real event, and hostile reports that are marked as written for a demonstration."""
    deed = HOSTILE.index("condemned")
    told = {"document": "d1", "sentence": HOSTILE, "span_start": deed, "span_end": deed + 9, "written": written}
    vote = dt.date(2021, 9, 1)
    return [
        Document("reports", "d1", "r", HOSTILE, "en", vote, "<img src=x onerror=alert(2)>", "\u202eoutlet", "",
                 "javascript:alert(3)", written),
        toy.event("e1", "2021-08-02", "EST", "ACCUSE", "SWE", **told),
        toy.event("e2", "2020-05-04", "SWE", "AID", "LVA", sentence="Sweden sent help to Latvia."),
        toy.event("e3", "2020-05-04", "EST", "CONSULT", "LVA", sentence="Estonia met Latvia."),
        toy.fact("f1", "alliance_member", "EST", "NATO", "2004-03-29"),
        RollCall("unga", "c1", "r", 76, vote, "A/RES/76/1", "A <script> of votes"),
        *(Vote("unga", f"c1/{code}", "r", "c1", code, choice)
          for code, choice in (("EST", "yes"), ("LVA", "abstain"), ("SWE", "no"), ("FIN", "yes"))),
        Figure("sums", "w1", "r", "EST", "SWE", dt.date(2021, 8, 2), dt.date(2021, 8, 8), "signed_sum", -12.5, 5),
    ]  # fmt: skip


def bases(**changes: Any) -> tuple[Basis, Basis]:
    """Record only, and with the written reports; both stand at -0.6 and moved to +0.4 in deeds since the war."""
    theatre = toy.theatre(claims=CLAIMS, **changes)
    moved = toy.moved(toy.steady(), "deeds", 1.0, since="2021-07-01")
    tables = Tables.from_rows(rows())
    return Basis(theatre, moved.tilt, tables.record()), Basis(theatre, moved.tilt, tables)


def made(*, language: str = "en", parts: Sequence[Basis] = ()) -> View:
    """The view of the small theatre."""
    record, written = parts or bases()
    asked = [claim(fields) for fields in CLAIMS]
    extras = Extras(
        findings=check_all(asked, record=record, written=written),
        verdicts=verdicts(record=record, written=written),
        manifest={"inputs": [{"name": "<votes>.csv", "sha256": "ab" * 32}], "placebo": PLACEBO},
        version="0.0.test",
    )
    return view(record=record, written=written, extras=extras, today=TODAY, language=language)


@pytest.fixture(scope="session")
def shown() -> View:
    return made()


@pytest.fixture(scope="session")
def page(shown: View) -> str:
    return report(shown)
