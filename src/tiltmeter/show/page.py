"""A workspace's report: its bases, findings and verdicts put on the page."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING

from tiltmeter import __version__
from tiltmeter.questions.claim import check_all
from tiltmeter.questions.episode import episodes
from tiltmeter.questions.verdict import verdicts as judge
from tiltmeter.show.report import report
from tiltmeter.show.view import Extras, view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiltmeter.questions.finding import Finding
    from tiltmeter.questions.tables import Tables
    from tiltmeter.questions.verdict import Verdict
    from tiltmeter.workspace import Workspace


def page(
    workspace: Workspace, *, language: str = "en",
    findings: Sequence[Finding] | None = None, verdicts: Sequence[Verdict] | None = None,
) -> str:  # fmt: skip
    """
    The report of a workspace as one HTML text.

    Args:
        workspace: A fitted one.
        language: Of the page.
        findings: On the theatre's claims, if they are known already.
        verdicts: On its states, likewise.

    Raises:
        StoreError: Nothing is fitted yet.
        ShowError: The page does not speak the language.
    """
    record, written = workspace.bases()
    extras = Extras(
        findings=check_all(record.theatre.claims, record=record, written=written) if findings is None else findings,
        verdicts=judge(record=record, written=written) if verdicts is None else verdicts,
        licences=_licences((written or record).tables),
        runs=workspace.table("runs").to_pylist(),
        manifest=json.loads((workspace.folder / "fit" / "manifest.json").read_text("utf-8")),
        episodes={
            which: episodes(basis) for which, basis in (("record", record), ("all", written)) if basis is not None
        },
        version=__version__,
    )
    shown = view(record=record, written=written, extras=extras, today=workspace.now().date(), language=language)
    return report(shown)


def _licences(tables: Tables) -> dict[str, str]:
    """Under what terms the rows came, by the name of their format; a format no longer installed is left out."""
    import pyarrow.compute as pc

    from tiltmeter.sources import names, source

    found: dict[str, str] = {}
    known = {one.name: one for one in map(source, names())}
    for field in fields(tables):
        for name in pc.unique(getattr(tables, field.name)["source"]).to_pylist():
            if name in known:
                found[name] = f"{known[name].licence} {known[name].url}".strip()
    return dict(sorted(found.items()))
