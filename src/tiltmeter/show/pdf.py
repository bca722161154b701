"""The report as a PDF, set by Typst: the same answers, charts and tables on paper."""

from __future__ import annotations

import json
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.errors import ShowError
from tiltmeter.show.charts import svg
from tiltmeter.show.names import words
from tiltmeter.show.pictures import drawings
from tiltmeter.show.report import filled_words, page_words, specs

if TYPE_CHECKING:
    from tiltmeter.show.view import View

WIDTH: Final = 660
"""Pixels of a chart that fills the page's width."""
CHARTS: Final = ("map", "answer", "curve", "moves", "influence", "fan", "rests")


def pdf(view: View) -> bytes:
    """
    The report on paper, from record only, with the verdicts of both bases.

    Raises:
        ShowError: Typst is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise ShowError("a PDF needs Typst", mend="pip install 'tiltmeter[pdf]'") from error
    made = drawings(view, specs(view, page_words(view.language)), page_words(view.language))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        drawn: dict[str, list[dict[str, str]]] = {chart: [] for chart in CHARTS}
        for at, ((chart, key), spec) in enumerate(made.items()):
            (folder / f"{at}.svg").write_text(svg(spec, width=WIDTH, theme=0, language=view.language), "utf-8")
            drawn[chart].append({"file": f"{at}.svg", "key": key})
        (folder / "view.json").write_text(json.dumps(_told(view, drawn), ensure_ascii=False, default=str), "utf-8")
        page = folder / "report.typ"
        page.write_text((resources.files("tiltmeter.show") / "templates" / "report.typ").read_text("utf-8"), "utf-8")
        written: bytes = typst.compile(str(page), root=str(folder))
    return written


def _told(view: View, drawn: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """What the page on paper reads: everything as data, so that no text is taken for markup."""
    told = view.to_json()
    keep = ("language", "head", "states", "moments", "claims", "scenarios", "method")
    record = told["bases"]["record"]
    return {key: told[key] for key in keep} | {
        "answers": record["answers"], "gauges": record["gauges"], "episodes": record["episodes"], "charts": drawn,
        "bases": list(view.bases), "words": dict(words(view.language)) | filled_words(view),
    }  # fmt: skip
