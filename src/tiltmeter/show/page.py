"""A workspace's report: its bases, findings and verdicts put on the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tiltmeter import __version__
from tiltmeter.questions.episode import episodes
from tiltmeter.show.report import report
from tiltmeter.show.view import Extras, view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiltmeter.questions.finding import Finding
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
        findings=workspace.ask() if findings is None else findings,
        verdicts=workspace.verdicts() if verdicts is None else verdicts,
        runs=workspace.table("runs").to_pylist(),
        manifest=json.loads((workspace.folder / "fit" / "manifest.json").read_text("utf-8")),
        episodes={
            which: episodes(basis) for which, basis in (("record", record), ("all", written)) if basis is not None
        },
        version=__version__,
    )
    shown = view(record=record, written=written, extras=extras, today=workspace.now().date(), language=language)
    return report(shown)
