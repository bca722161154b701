"""What the page shows, as plain values: the same for the report in a file and for the live page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.errors import ShowError
from tiltmeter.show.basis import Times, parts
from tiltmeter.show.claims import claims
from tiltmeter.show.episodes import episodes
from tiltmeter.show.evidence import evidence, link, shown
from tiltmeter.show.futures import forecasts, scenarios
from tiltmeter.show.moved import jumps, moved
from tiltmeter.show.names import name, pick, words
from tiltmeter.show.numbers import between, percent
from tiltmeter.show.placebo import placebo
from tiltmeter.show.series import kept
from tiltmeter.show.shapes import Ground, ground

if TYPE_CHECKING:
    from tiltmeter.model.tilt import Tilt
    from tiltmeter.questions.basis import Basis
    from tiltmeter.questions.episode import Episode
    from tiltmeter.questions.finding import Finding
    from tiltmeter.questions.forecast import Future
    from tiltmeter.questions.scenario import Play
    from tiltmeter.questions.verdict import Verdict
    from tiltmeter.settings import Theatre

Table = dict[str, Any]

NOUNS: Final = ("documents", "events", "votes", "rollcalls", "figures", "facts")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    A theatre's answers, curves and evidence in one language, as values that can be written as JSON.

    `bases` has `record` (votes, facts, event figures) and, where there are reports
    written for a demonstration, `all`; each with the same parts. `time` lists the
    periods that are drawn. `evidence` is that of the fuller basis, its written rows marked. `places` are the
    map's labels. Scenarios and forecasts are from record only.
    """

    language: str
    head: Table
    states: list[Table]
    time: Table
    moments: list[Table]
    bases: dict[str, Table]
    claims: list[Table]
    evidence: Table
    places: Table = field(default_factory=dict)
    scenarios: list[Table] = field(default_factory=list)
    forecasts: list[Table] = field(default_factory=list)
    no_forecast: str = ""
    sensitivity: list[Table] = field(default_factory=list)
    moved: list[Table] = field(default_factory=list)
    jumps: list[Table] = field(default_factory=list)
    method: Table = field(default_factory=dict)

    def to_json(self) -> Table:
        """The view as one table of plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """
    What a view can show beside the fits: each may be left empty.

    `verdicts` are those on words and deeds, whose two times the page takes over.
    `episodes` are those of each basis (`record`, `all`). `plays` are scenarios played from record,
    `futures` forecasts by pair of sides, `no_forecast` why there are none.
    `sensitivity` has the rows of a specification curve for one stretch of time. `moved` and `jumps`
    are who moved from before the turning point to now, and what was sudden.
    `runs` are rows of the store's table, `manifest` what a fit rests on, `licences`
    a line per source, `version` the program's.
    """

    findings: Sequence[Finding] = ()
    verdicts: Sequence[Verdict] = ()
    episodes: Mapping[str, Sequence[Episode]] = field(default_factory=dict)
    plays: Sequence[Play] = ()
    futures: Mapping[tuple[str, str], Sequence[Future]] = field(default_factory=dict)
    no_forecast: str = ""
    sensitivity: Sequence[Mapping[str, Any]] = ()
    moved: Sequence[Mapping[str, Any]] = ()
    jumps: Sequence[Mapping[str, Any]] = ()
    powers: Sequence[str] = ()
    runs: Sequence[Mapping[str, Any]] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    licences: Mapping[str, str] = field(default_factory=dict)
    version: str = ""


def view(
    *, record: Basis, written: Basis | None = None, extras: Extras | None = None, today: dt.date, language: str = "en"
) -> View:
    """
    What the page shows of a theatre.

    Args:
        record: The rows without written reports, and their fit.
        written: The same with them; None where there are none.
        extras: Findings, verdicts and the like.
        today: The date printed on the page.
        language: Of the page; see `names.languages`.

    Raises:
        ShowError: There is no fit, or the page does not speak the language.
    """
    extras = extras or Extras()
    words(language)
    bases = {"record": record} | ({"all": written} if written is not None else {})
    fitted = {which: basis for which, basis in bases.items() if basis.tilt is not None}
    fullest = written if written is not None and written.tilt is not None else record
    tilt = fullest.tilt
    if tilt is None:
        raise ShowError("nothing is fitted yet", mend="run `tiltmeter fit`")
    theatre = record.theatre
    times = Times.of(theatre, extras.verdicts)
    return View(
        language=language,
        head=_head(theatre, times, today, language),
        states=[{"code": code, "name": name(code, language)} for code in theatre.states],
        time=_time(tilt),
        moments=_moments(theatre, language),
        bases={
            which: parts(
                basis, which=which, times=times, verdicts=extras.verdicts, powers=extras.powers, language=language
            )
            | {"episodes": episodes(basis, extras.episodes.get(which, ()), language=language)}
            for which, basis in fitted.items()
        },
        claims=claims(theatre, extras.findings, language=language),
        evidence=evidence(fullest.tables, theatre=theatre, tilt=tilt, least=fullest.confidence),
        places=_places(ground(theatre.states), language),
        scenarios=scenarios(extras.plays, language=language),
        forecasts=forecasts(extras.futures, language=language),
        no_forecast=shown(extras.no_forecast),
        sensitivity=_sensitivity(theatre, extras.sensitivity, language),
        moved=moved(extras.moved, language),
        jumps=jumps(extras.jumps, language),
        method=_method(fullest, extras, language),
    )


def _head(theatre: Theatre, times: Times, today: dt.date, language: str) -> Table:
    sides = (("a", theatre.poles.a), ("b", theatre.poles.b))
    poles = {side: {"code": code, "name": name(code, language)} for side, code in sides}
    return {
        "theatre": theatre.name, "title": pick(theatre.title, language), "question": pick(theatre.question, language),
        "poles": poles, "span": _days(theatre.span), "reference": _days(theatre.reference),
        "before": _days(times.before), "after": _days(times.after), "made": str(today), "grid": theatre.grid,
        "powers": {code: name(code, language) for code in (theatre.poles.a, theatre.poles.b, *theatre.powers)},
    }  # fmt: skip


def _days(interval: Sequence[dt.date]) -> list[str]:
    return [str(day) for day in interval]


def _places(found: Ground | None, language: str) -> Table:
    """The map's labels: the states, and the countries around them; empty where no state has a shape."""
    if found is None:
        return {}
    return {
        which: [
            {"code": code, "name": name(code, language), "lon": lon, "lat": lat} for code, (lon, lat) in own.items()
        ]
        for which, own in (("states", found.places), ("around", found.around))
    }


def _time(tilt: Tilt) -> Table:
    keep = kept(len(tilt.periods))
    starts = tilt.starts.astype("datetime64[D]")
    return {
        "kept": keep,
        "periods": list(tilt.periods),
        "starts": [str(day) for day in starts.tolist()],
    }


def _moments(theatre: Theatre, language: str) -> list[Table]:
    own = sorted(theatre.moments, key=lambda moment: moment.date)
    inside = set(theatre.states)
    return [
        {
            "number": number, "date": str(moment.date), "until": None if moment.until is None else str(moment.until),
            "label": pick(moment.label, language), "kind": moment.kind,
            "states": [code for code in moment.states if code in inside],
        }
        for number, moment in enumerate(own, start=1)
    ]  # fmt: skip


def _sensitivity(theatre: Theatre, rows: Sequence[Mapping[str, Any]], language: str) -> list[Table]:
    """The specification curve, the fits that could be made; `base` marks the one that the page shows."""
    found = [row for row in rows if row.get("state") in theatre.states and row.get("mean") is not None]
    return [
        {
            "choice": shown(str(row["choice"])), "option": shown(str(row["option"])), "state": row["state"],
            "lo": round(row["q05"], 3), "mid": round(row["mean"], 3), "hi": round(row["q95"], 3),
            "share": round(100 * row["data_share"]), "base": row["choice"] == "base",
            "value": between(row["q05"], row["mean"], row["q95"], language),
            "share_text": percent(row["data_share"], language),
        }
        for row in found
    ]  # fmt: skip


def _method(basis: Basis, extras: Extras, language: str) -> Table:
    import pyarrow.compute as pc

    tables, tilt = basis.tables, basis.tilt
    return {
        "version": extras.version,
        "rows": {noun: getattr(tables, noun).num_rows for noun in NOUNS},
        "written": {
            noun: int(pc.sum(getattr(tables, noun)["written"]).as_py() or 0) for noun in ("documents", "events")
        },
        "inputs": [
            {"name": shown(str(row["name"])), "sha256": str(row["sha256"])} for row in extras.manifest.get("inputs", ())
        ],
        "placebo": placebo(extras.manifest.get("placebo") or {}, words(language), language),
        "settings": _simple(extras.manifest.get("settings", {})),
        "theatre_sha256": str(extras.manifest.get("theatre_sha256", "")),
        "licences": [{"name": what, "text": shown(text), "url": link(text)} for what, text in extras.licences.items()],
        "runs": [{key: str(row.get(key) or "") for key in ("id", "verb", "version", "started")} for row in extras.runs],
        "diagnostics": _simple(tilt.diagnostics if tilt is not None else {}),
    }  # fmt: skip


def _simple(table: Mapping[str, Any]) -> Table:
    """Only what is one line long."""
    return {str(key): value for key, value in table.items() if isinstance(value, str | int | float)}
