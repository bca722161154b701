"""A workspace's report: its bases, findings and verdicts put on the page."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from tiltmeter import __version__
from tiltmeter.errors import QuestionError
from tiltmeter.manifest import read
from tiltmeter.questions.claim import check_all
from tiltmeter.questions.episode import Episode, episodes
from tiltmeter.questions.forecast import Future, forecast
from tiltmeter.questions.scenario import Play, play
from tiltmeter.questions.verdict import stretch_after
from tiltmeter.questions.verdict import verdicts as judge
from tiltmeter.show.basis import FEW
from tiltmeter.show.report import report
from tiltmeter.show.view import Extras, View, view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiltmeter.questions.basis import Basis
    from tiltmeter.questions.finding import Finding
    from tiltmeter.questions.tables import Tables
    from tiltmeter.questions.verdict import Verdict
    from tiltmeter.workspace import Workspace

AHEAD: Final = 8
"""Weeks that the page looks ahead."""


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
    return report(shown(workspace, language=language, findings=findings, verdicts=verdicts))


def shown(
    workspace: Workspace, *, language: str = "en",
    findings: Sequence[Finding] | None = None, verdicts: Sequence[Verdict] | None = None,
) -> View:  # fmt: skip
    """What the page of a workspace shows, as plain values; arguments and errors are those of `page`."""
    record, written = workspace.bases()
    told = {which: episodes(basis) for which, basis in (("record", record), ("all", written)) if basis is not None}
    curve = workspace.sensitivity()
    futures, no_forecast = _forecasts(record, workspace.settings.seed)
    extras = Extras(
        findings=check_all(record.theatre.claims, record=record, written=written) if findings is None else findings,
        verdicts=judge(record=record, written=written) if verdicts is None else verdicts,
        licences=_licences((written or record).tables),
        runs=workspace.table("runs").to_pylist(),
        manifest=read(workspace.folder / "fit" / "manifest.json"),
        episodes=told,
        plays=_plays(record, told["record"], workspace.settings.seed),
        futures=futures,
        no_forecast=no_forecast,
        sensitivity=() if curve is None else curve.to_pylist(),
        **_movement(workspace, record),
        version=__version__,
    )
    return view(record=record, written=written, extras=extras, today=workspace.now().date(), language=language)


def _plays(record: Basis, past: Sequence[Episode], seed: int) -> list[Play]:
    """The theatre's scenarios, those left out whose day is not in the year after the data."""
    found = []
    for one in record.theatre.scenarios:
        with suppress(QuestionError):
            found.append(play(one, basis=record, seed=seed, found=past))
    return found


def _forecasts(record: Basis, seed: int) -> tuple[dict[tuple[str, str], list[Future]], str]:
    """Forecasts of each state with either pole, for a few states; else why there are none."""
    theatre = record.theatre
    found: dict[tuple[str, str], list[Future]] = {}
    try:
        for state in theatre.states if len(theatre.states) <= FEW else ():
            for pole in (theatre.poles.a, theatre.poles.b):
                own = forecast(record, a=state, b=pole, weeks=AHEAD, seed=seed)
                found[state, pole] = [one for one in own if one.rests_on]
    except QuestionError as error:
        return {}, error.what
    return {pair: own for pair, own in found.items() if own}, ""


def _movement(workspace: Workspace, record: Basis) -> dict[str, Any]:
    """Who moved from the day before the turning point to now, and jumps; with many states the export has them."""
    turn, now = stretch_after(record)
    first = turn - dt.timedelta(days=1)
    if len(record.theatre.states) > FEW or not record.theatre.span[0] <= first < now:
        return {}
    return {
        "moved": workspace.moved(first, now).to_pylist(),
        "jumps": workspace.export("jumps").to_pylist(),
    }


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
