"""A workspace's report: its bases, findings and verdicts put on the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tiltmeter import __version__
from tiltmeter.show.report import report
from tiltmeter.show.view import Extras, view

if TYPE_CHECKING:
    from tiltmeter.workspace import Workspace


def page(workspace: Workspace, *, language: str = "en") -> str:
    """
    The report of a workspace as one HTML text.

    Raises:
        StoreError: Nothing is fitted yet.
        ShowError: The page does not speak the language.
    """
    record, written = workspace.bases()
    extras = Extras(
        findings=workspace.ask(),
        verdicts=workspace.verdicts(),
        runs=workspace.table("runs").to_pylist(),
        manifest=json.loads((workspace.folder / "fit" / "manifest.json").read_text("utf-8")),
        version=__version__,
    )
    shown = view(record=record, written=written, extras=extras, today=workspace.now().date(), language=language)
    return report(shown)
