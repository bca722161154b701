"""What the working processes do: the verbs over one workspace, each from plain values to plain values."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.errors import QuestionError, ShowError, SourceError
from tiltmeter.workspace import SETTINGS, STORE, Workspace

if TYPE_CHECKING:
    from tiltmeter.show.view import View

SUFFIXES: Final = frozenset({".txt", ".md", ".html", ".htm", ".docx", ".eml", ".pdf"})
"""Endings of files that a browser may send; the rest of a sent name is never used."""
TABLES: Final = ("positions", "tilt", "influence", "panel", "events", "documents", "facts", "votes", "rollcalls",
                 "figures", "rejects", "runs")  # fmt: skip
"""What can be exported."""


class Desk:
    """
    One workspace with what was last computed from it, kept as long as its files stay the same.

    Raises:
        StoreError: There is no workspace, or its store cannot be read.
    """

    def __init__(self, folder: Path, now: Callable[[], dt.datetime] = dt.datetime.now) -> None:
        self.folder, self.now = folder, now
        self._seen: tuple[int, ...] = ()
        self._workspace: Workspace | None = None
        self._kept: dict[Any, Any] = {}

    def workspace(self) -> Workspace:
        """The workspace, which holds what it has loaded; opened anew when its files have changed."""
        if self._workspace is None or self._seen != stamp(self.folder):
            self._workspace, self._kept = Workspace.open(self.folder, now=self.now), {}
            self._seen = stamp(self.folder)
        return self._workspace

    def view(self, language: str) -> View:
        """What the page shows in a language."""
        from tiltmeter.show.page import shown

        workspace = self.workspace()
        if "findings" not in self._kept:
            self._kept |= {"findings": workspace.ask(), "verdicts": workspace.verdicts()}
        if ("view", language) not in self._kept:
            told = {name: self._kept[name] for name in ("findings", "verdicts")}
            self._kept["view", language] = shown(workspace, language=language, **told)
        view: View = self._kept["view", language]
        return view


def stamp(folder: Path) -> tuple[int, ...]:
    """When the files that answers rest on were last changed, in nanoseconds; 0 for one that is not there."""
    return tuple(
        file.stat().st_mtime_ns if file.exists() else 0
        for file in (folder / STORE, folder / SETTINGS, folder / "fit" / "manifest.json")
    )


def state(desk: Desk) -> dict[str, Any]:
    """What there is: the theatre's title, rows by table, and whether it is fitted."""
    workspace = desk.workspace()
    with workspace.reading() as store:
        nouns = ("documents", "events", "votes", "figures", "facts")
        rows = {noun: store.query(f"SELECT count(*) AS n FROM {noun}").to_pylist()[0]["n"] for noun in nouns}  # noqa: S608
        uncoded = "SELECT count(*) AS n FROM documents ANTI JOIN codings USING (source, key)"
        waiting = store.query(uncoded).to_pylist()[0]["n"]
    theatre = workspace.theatre
    return {
        "theatre": theatre.name, "title": theatre.title, "states": list(theatre.states),
        "poles": [theatre.poles.a, theatre.poles.b], "rows": rows, "uncoded": waiting,
        "fitted": (workspace.folder / "fit" / "record.json").exists(),
    }  # fmt: skip


def page(desk: Desk, *, language: str) -> str:
    """The live page."""
    from tiltmeter.show.names import languages, words
    from tiltmeter.show.report import report

    others = {code: f"/?language={code}" for code in languages() if code != language}
    words(language)
    return report(desk.view(language), others=others, static=False, live=True)


def view(desk: Desk, *, language: str) -> dict[str, Any]:
    """What the page shows, as plain values."""
    return desk.view(language).to_json()


def ask(desk: Desk, *, claim: str = "") -> list[dict[str, Any]]:
    """Findings on one claim, by its id or as a sentence, or on all of the theatre's."""
    from tiltmeter.questions.finding import to_json

    workspace = desk.workspace()
    if claim.endswith(".toml"):
        raise QuestionError("a claim is an id or a sentence", mend="files of claims are for the command line")
    return [to_json(one) for one in workspace.ask(workspace.claims(claim) if claim else None)]


def verdicts(desk: Desk) -> list[dict[str, Any]]:
    """Words and deeds of each state."""
    from tiltmeter.questions.verdict import to_json

    return [to_json(one) for one in desk.workspace().verdicts()]


def episodes(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Crises with request, help and outcome, by basis."""
    from tiltmeter.questions.episode import to_json

    return {which: [to_json(one) for one in own] for which, own in desk.workspace().episodes().items()}


def simulate(desk: Desk, *, scenario: Mapping[str, Any] | str) -> dict[str, Any]:
    """One scenario played: a theatre's own by its id, or fields."""
    from tiltmeter.questions import scenario as scenarios

    workspace = desk.workspace()
    if isinstance(scenario, str):
        own = [one for one in workspace.theatre.scenarios if one.id == scenario]
        if not own:
            known = ", ".join(one.id for one in workspace.theatre.scenarios) or "none"
            raise QuestionError(f"no scenario called {scenario}", mend=f"known are {known}; or send its fields")
        asked = own[0]
    else:
        asked = scenarios.scenario(scenario)
    return scenarios.to_json(workspace.simulate([asked])[0])


def forecast(desk: Desk, *, a: str, b: str, weeks: int) -> dict[str, Any]:
    """The next weeks between two sides."""
    from tiltmeter.questions.forecast import to_json

    futures, coming = desk.workspace().forecast(a, b, weeks=weeks)
    return {"weeks": [to_json(one) for one in futures], "next": [dataclasses.asdict(one) for one in coming]}


def why(desk: Desk, *, state: str, when: str) -> dict[str, Any]:
    """From a number to its rows."""
    return dataclasses.asdict(desk.workspace().why(state, when))


def export(desk: Desk, *, what: str, kind: str) -> str:
    """A table as text."""
    from tiltmeter.tables import write

    if what not in TABLES:
        raise ShowError(f"no table called {what}", mend=f"choose one of {', '.join(TABLES)}")
    if kind not in ("csv", "jsonl"):
        raise ShowError(f"no such form of table: {kind}", mend="use csv or jsonl")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table"
        write(desk.workspace().export(what), file, kind=kind)
        return file.read_text("utf-8")


def read(
    desk: Desk, *, text: str = "", raw: bytes = b"", suffix: str = "", language: str = "", date: str = ""
) -> dict[str, Any]:
    """The brief of a text or of a file's bytes, as plain values."""
    from tiltmeter import reading
    from tiltmeter.coder import load
    from tiltmeter.nouns import Document
    from tiltmeter.questions.brief import to_json

    told = _taken(raw, suffix) if raw else Document("reports", "-", "", text)
    if not told.text.strip():
        raise SourceError("there is no text", mend="paste an article, or choose a file")
    day = _day(date) if date else told.date
    fitted = (desk.folder / "fit" / "record.json").exists()
    found = reading.read(
        dataclasses.replace(told, language=language or told.language, date=day), coder=load()[0],
        workspace=desk.workspace() if fitted else None, now=desk.now,
    )  # fmt: skip
    return to_json(found) | {"title": told.title}


def _taken(raw: bytes, suffix: str) -> Any:
    from tiltmeter.sources import document

    if suffix not in SUFFIXES:
        raise SourceError(
            f"files ending in {suffix or 'nothing'} are not read", mend=f"use {', '.join(sorted(SUFFIXES))}"
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"article{suffix}"
        file.write_bytes(raw)
        try:
            return document(file)
        except SourceError as error:
            raise SourceError(error.what, mend=error.mend) from error  # without our own path


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise SourceError(f"not a date: {text[:40]}", mend="write it as YYYY-MM-DD") from error


def code(_desk: Desk, *, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events of documents, as `tiltmeter code --in` gives them."""
    from tiltmeter.coder import lines, load

    rows = [json.dumps(one, ensure_ascii=False) for one in documents]
    return list(lines.events(rows, load()[0], note=lambda _: None))


def classify(_desk: Desk, *, pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The root of each marked pair, as `tiltmeter classify` gives it."""
    from tiltmeter.coder import lines, load

    rows = [json.dumps(one, ensure_ascii=False) for one in pairs]
    return list(lines.roots(rows, load()[1], note=lambda _: None))


VERBS: Final[dict[str, Callable[..., Any]]] = {
    one.__name__: one
    for one in (state, page, view, ask, verdicts, episodes, simulate, forecast, why, export, read, code, classify)
}


def long(folder: Path, verb: str, progress: Callable[[float], None]) -> dict[str, Any]:
    """
    A verb that takes long and changes the workspace: `fit` or `code`.

    Raises:
        QuestionError: There is no such verb.
    """
    workspace = Workspace.open(folder, now=dt.datetime.now)
    if verb == "fit":
        tilts = workspace.fit(progress=progress)
        return {"fits": sorted(tilts)}
    if verb == "code":
        return dict(workspace.code(progress=progress))
    raise QuestionError(f"no job called {verb}", mend="use fit or code")
