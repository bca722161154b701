"""The command line: one command per verb; it parses, calls and prints, nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from tiltmeter import __version__, cli_serve, console, logs
from tiltmeter.errors import FetchError, SettingsError, SourceError, StoreError, TiltmeterError

app = typer.Typer(
    name="tiltmeter",
    help="Which way states lean between rival powers: since when, how surely, and on what evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

In = Annotated[Path, typer.Option("--in", help="Input file; - is standard input.")]
Out = Annotated[Path | None, typer.Option("--out", help="Output file; standard output without it.")]
EngineName = Annotated[str, typer.Option("--engine", help="builtin, openai:MODEL or transformers:FOLDER.")]
EngineUrl = Annotated[str, typer.Option("--engine-url", help="Base of an OpenAI-compatible endpoint.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"tiltmeter {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Which way states lean between rival powers: since when, how surely, and on what evidence."""


@app.command()
def classify(into: In, out: Out = None) -> None:
    """Name the root of a marked pair: JSON lines of id, text, source, target."""
    from tiltmeter.coder import lines

    with console.lines(into) as rows, console.writing(out) as put:
        put(json.dumps(row, ensure_ascii=False) + "\n" for row in lines.roots(rows, _trained()[1], note=console.note))


@app.command()
def train(
    out: Annotated[Path | None, typer.Option("--out", help="Output file; the user's cache without it.")] = None,
    jobs: Annotated[int, typer.Option(help="Processes, 1 or 2; the bytes are the same.", min=1)] = 2,
    json_: Json = False,
) -> None:
    """Train the coder from the corpus; the same corpus gives the same bytes."""
    from tiltmeter.coder import trained

    path = out or trained.place()
    with console.progress("training the coder") as step:
        coder, _ = trained.train(path, jobs=jobs, progress=step)
    if json_:
        console.print_json({"path": str(path), "languages": sorted(coder.languages), "threshold": coder.threshold})
    else:
        print(path)


@app.command("eval")
def evaluate(
    labelled: Annotated[
        Path | None,
        typer.Argument(metavar="[SET]", help="Labelled sentences, a file or folder; held-back ones without."),
    ] = None,
    language: Annotated[str | None, typer.Option(help="Of SET; its folders' names tell without it.")] = None,
    differences: Annotated[int, typer.Option(help="Sentences to show where coder and labels differ.", min=0)] = 0,
    engine: EngineName = "builtin",
    engine_url: EngineUrl = "",
    json_: Json = False,
) -> None:
    """Score the coder on labelled sentences: by language, root and phenomenon, with intervals."""
    from tiltmeter import engines, scores

    items = scores.labelled(labelled, language=language) if labelled else scores.held_back()
    chosen, (coder, namer) = engines.Engine(engine, url=engine_url), _trained()
    own = chosen == engines.BUILTIN
    with _noted(chosen), console.progress("scoring") as step:
        judged = scores.judge(coder if own else engines.reader(chosen), items, progress=step)
        found, named = scores.scored(judged), scores.named(namer, items) if own else {}
    differ, learnt = scores.differing(judged)[:differences], scores.learnt_from(items)
    if json_:
        head = {"set": str(labelled or "held back"), "engine": engine, "learnt_from": learnt, **found.to_json()}
        roots = {name: one.to_json() for name, one in named.items()}
        console.print_json({**head, "classify": roots, "differences": [scores.difference(one) for one in differ]})
    else:
        from rich.console import Console

        from tiltmeter.show.scores import scores as table

        title = str(labelled or "The held-back part of the corpus")
        title += f"\n{learnt:,} of these sentences were learnt from: their scores say little." if learnt else ""
        Console().print(table(found, title=title, named=named, differ=differ))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The workspace to make.")] = Path("tiltmeter-demo"),
    language: Annotated[str, typer.Option(help="Of the report: en or de.")] = "en",
    json_: Json = False,
) -> None:
    """The whole flow on the bundled sample, offline: findings here, and a workspace with report.html."""
    from tiltmeter import bundle, reading
    from tiltmeter.questions import brief, finding, verdict
    from tiltmeter.show.page import page

    trained = _trained()
    workspace = bundle.fresh(folder, theatre="central_asia", now=_now)
    stored = bundle.fill(workspace)
    with console.progress("coding the reports") as step:
        counts = workspace.code(bundle=trained, progress=step)
    with console.progress("fitting the model") as step:
        workspace.fit(progress=step)
    with console.progress("testing the claims"):
        found, opinions = workspace.ask(), workspace.verdicts()
    with bundle.article(workspace.theatre.name) as path:
        told = (
            reading.read(_document(path, None, None), coder=trained[0], workspace=workspace, now=_now) if path else None
        )
    report_file = folder / "report.html"
    with console.progress("drawing the report"):
        report_file.write_text(page(workspace, language=language, findings=found, verdicts=opinions), encoding="utf-8")
    if json_:
        console.print_json(
            {
                "workspace": str(folder), "report": str(report_file), "stored": stored, "coded": counts,
                "findings": [finding.to_json(one) for one in found],
                "verdicts": [verdict.to_json(one) for one in opinions],
                "brief": brief.to_json(told) if told else None,
            }
        )  # fmt: skip
        return
    print("{votes:,} votes, {figures:,} weekly figures and {reports} written reports in;".format(**stored), end=" ")
    print("{events} events coded from the reports.\n".format(**counts))
    if told:
        console.show("brief", told)
    console.show("verdicts", opinions)
    console.show("findings", found)
    print(f"\nThe report: {report_file}")
    print(f"Go on with: tiltmeter why KAZ 2022-01 --workspace {folder}")


@app.command()
def read(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Articles: txt, html, pdf, docx or eml; - is standard input.")
    ],
    language: Annotated[str | None, typer.Option(help="ISO 639-1 code; found without it.")] = None,
    date: Annotated[str | None, typer.Option(help="The article's date, YYYY-MM-DD; found without it.")] = None,
    json_: Json = False,
) -> None:
    """Read an article: who did what to whom, ties, quotes, and its claims put to the test."""
    from tiltmeter import reading
    from tiltmeter.questions.brief import to_json
    from tiltmeter.workspace import SETTINGS

    folder = os.environ.get("TILTMETER_WORKSPACE")
    workspace = _workspace() if folder or Path(SETTINGS).exists() else None
    documents = [(file, _document(file, language, date)) for file in files]
    coder, _ = _trained()
    briefs = []
    for file, document in documents:
        with console.progress(f"reading {file.name}") as step:
            briefs.append(reading.read(document, coder=coder, workspace=workspace, now=_now, progress=step))
    if json_:
        console.print_json([to_json(one) for one in briefs] if len(briefs) > 1 else to_json(briefs[0]))
    else:
        for one in briefs:
            console.show("brief", one)


def _document(file: Path, language: str | None, date: str | None) -> Any:
    from tiltmeter.sources import document

    with _named(file) as given:
        told = document(given)
    day = _day(date) if date else told.date
    return dataclasses.replace(told, language=language or told.language, date=day)


@contextmanager
def _named(path: Path) -> Iterator[Any]:
    """The path, or, for `-`, standard input as a file."""
    from tiltmeter.sources import spooled

    if str(path) != "-":
        yield path
        return
    with spooled(sys.stdin.buffer) as file:
        yield file


def _two_days(text: str) -> tuple[dt.date, dt.date]:
    first, _, second = text.partition("/")
    return _day(first), _day(second)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise SourceError(f"not a date: {text}", mend="write it as YYYY-MM-DD") from error


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
    theatre: Annotated[str, typer.Option(help="A bundled theatre's name or a TOML file.")] = "central_asia",
    json_: Json = False,
) -> None:
    """Make a workspace: a store and a settings file."""
    from tiltmeter.workspace import Workspace

    made = Workspace.create(folder, theatre=theatre, now=_now)
    facts = made.table("facts").num_rows
    if json_:
        console.print_json({"workspace": str(folder), "theatre": made.theatre.name, "facts": facts})
    else:
        print(f"{folder}: a workspace for {made.theatre.title['en']}, with {facts} ties")


@app.command()
def add(
    source: Annotated[str, typer.Argument(help="auto, or a format: reports, icews, gdelt2, unga, facts …")],
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files, folders or zips; - is standard input.")],
    resolutions: Annotated[Path | None, typer.Option(help="For unga: the table of roll calls.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="For table: the mapping file.")] = None,
    written: Annotated[bool, typer.Option(help="For reports: texts written for a demonstration.")] = False,
    json_: Json = False,
) -> None:
    """Take in reports, event files, votes or facts; every row is counted."""
    options = {"resolutions": resolutions, "mapping": mapping, "written": written or None}
    with console.progress("adding") as step, ExitStack() as open_:
        given = [open_.enter_context(_named(path)) for path in paths]
        crew = open_.enter_context(_crew())
        tallies = _workspace().add(
            source, given, options={k: v for k, v in options.items() if v}, crew=crew,
            progress=lambda _, share: step(share),
        )  # fmt: skip
    rows = [dataclasses.asdict(tally) for tally in tallies]
    if json_:
        console.print_json(rows)
    else:
        console.show("tallies", tallies)


@app.command()
def fetch(
    source: Annotated[str, typer.Argument(help="A format: gdelt1, gdelt2, mentions, gkg; others by addresses.")],
    urls: Annotated[
        list[str] | None, typer.Argument(metavar="[URL]…", help="Files; the source's list without.")
    ] = None,
    to: Annotated[Path, typer.Option(help="The folder they go to.")] = Path("downloads"),
    since: Annotated[str | None, typer.Option(help="Files of this day and later, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Files of this day and earlier.")] = None,
    allow: Annotated[list[str] | None, typer.Option(help="A host that may be asked beside the source's own.")] = None,
    index: Annotated[str, typer.Option(help="Another list of files than the source's own.")] = "",
    limit: Annotated[int, typer.Option(help="The largest file, in megabytes.")] = 4096,
    pause: Annotated[float, typer.Option(help="Seconds between two questions to a host.")] = 1.0,
    contact: Annotated[str, typer.Option(help="How the host can reach you, told with each question.")] = "",
    loopback: Annotated[bool, typer.Option("--allow-loopback", help="Let this machine be asked too.")] = False,
    json_: Json = False,
) -> None:
    """Download files of a source; what broke off goes on, what is missing is told."""
    from tiltmeter import fetch as fetching

    asked = fetching.Asked(
        source=source, urls=urls or (), since=_moment(since), until=_moment(until, end=True), index=index
    )
    guard = fetching.guard_of(source, allow=allow or (), loopback=loopback)
    with console.progress("fetching") as step:
        arrivals = fetching.bring(
            asked, to, guard=guard, manners=_manners(pause, contact), limit=limit << 20,
            progress=lambda _, share: step(share),
        )  # fmt: skip
    if json_:
        console.print_json([dataclasses.asdict(one) for one in arrivals])
    else:
        told = [one for one in arrivals if one.state not in {"fetched", "kept"}]
        console.table(["state", "url", "reason"], [dataclasses.asdict(one) for one in told])
        print(f"{sum(one.state in {'fetched', 'kept'} for one in arrivals):,} of {len(arrivals):,} files are in {to}")
    lost = sum(one.state in {"failed", "missing"} for one in arrivals)
    if lost:
        what = f"{lost:,} of {len(arrivals):,} files did not arrive"
        raise FetchError(what, mend="run it again: it goes on where it stopped", where=source)


@app.command()
def watch(
    sources: Annotated[list[str] | None, typer.Option("--source", help="gdelt1, gdelt2, mentions or gkg.")] = None,
    feeds: Annotated[list[str] | None, typer.Option("--feed", help="The address of an RSS or Atom feed.")] = None,
    every: Annotated[int, typer.Option(help="Minutes from one look to the next.")] = 15,
    once: Annotated[bool, typer.Option("--once", help="Look once and stop.")] = False,
    since: Annotated[str | None, typer.Option(help="Where the first look begins; a day ago without it.")] = None,
    allow: Annotated[list[str] | None, typer.Option(help="A host that may be asked beside those watched.")] = None,
    index: Annotated[list[str] | None, typer.Option(help="SOURCE=URL, another list than the source's own.")] = None,
    code: Annotated[bool, typer.Option(help="Code new documents.")] = True,
    pause: Annotated[float, typer.Option(help="Seconds between two questions to a host.")] = 1.0,
    contact: Annotated[str, typer.Option(help="How the host can reach you, told with each question.")] = "",
    loopback: Annotated[bool, typer.Option("--allow-loopback", help="Let this machine be asked too.")] = False,
    json_: Json = False,
) -> None:
    """Keep a workspace fresh from feeds and updates; `export changes` tells what the last look brought."""
    from tiltmeter import watch as watching

    if not sources and not feeds:
        raise SourceError("nothing to watch", mend="name a --source or a --feed")
    indexes = dict(each.partition("=")[::2] for each in index or ())
    start = _moment(since) or _now() - dt.timedelta(days=1)
    watched = watching.Watched(sources=sources or (), feeds=feeds or (), since=start, indexes=indexes)
    workspace, guard = _workspace(), watched.guard(allow=allow or (), loopback=loopback)

    def do() -> Any:
        return watching.look(workspace, watched, guard=guard, manners=_manners(pause, contact), code=code)

    for one in watching.looks(do, every=dt.timedelta(minutes=every), sleep=time.sleep, now=_now):
        if json_:
            print(json.dumps(dataclasses.asdict(one), default=str), flush=True)
        else:
            print(f"{one.at:%Y-%m-%d %H:%M}: {one.files:,} files, {one.stored:,} rows stored, {one.events:,} coded")
            for fault in one.faults:
                console.note(fault)
        if once:
            return


def _manners(pause: float, contact: str) -> Any:
    from tiltmeter.fetch import Manners

    return Manners(sleep=time.sleep, clock=time.monotonic, now=_now, pause=pause, contact=contact)


def _moment(told: str | None, *, end: bool = False) -> dt.datetime | None:
    """A day, or a time of it, as a time: of a day its beginning or its end."""
    if told is None:
        return None
    try:
        found = dt.datetime.fromisoformat(told)
    except ValueError as error:
        raise SourceError(f"not a date: {told}", mend="write it as YYYY-MM-DD") from error
    return found.replace(hour=23, minute=59, second=59) if end and len(told) == 10 else found


@app.command()
def code(
    into: Annotated[
        Path | None, typer.Option("--in", help="JSON lines of id, text, language?, date?; - is stdin.")
    ] = None,
    out: Out = None,
    jobs: Annotated[int, typer.Option(help="Processes that read; the answers are the same.", min=1)] = 1,
    engine: EngineName = "builtin",
    engine_url: EngineUrl = "",
    max_requests: Annotated[int | None, typer.Option(help="Of an endpoint: requests at most.", min=1)] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Of an endpoint: tokens at most.", min=1)] = None,
    json_: Json = False,
) -> None:
    """Events from documents: of the workspace, or of --in without one."""
    from tiltmeter import engines

    chosen = engines.Engine(engine, jobs, engine_url, max_requests, max_tokens)
    if into is not None:
        with console.lines(into) as rows, console.writing(out) as put, _noted(chosen), _crew() as crew:
            put(engines.events(rows, engine=chosen, crew=crew, note=console.note))
        return
    workspace = _workspace()
    with _noted(chosen), _crew() as crew, console.progress("coding") as step:
        counts = workspace.code(engine=chosen, crew=crew, progress=step)
    if json_:
        console.print_json(counts)
    else:
        print("{documents} documents coded: {events} events, {abstained} not read".format(**counts))


@app.command()
def panel(
    lake: Annotated[
        str, typer.Option(help="Where the lake is, if not in the workspace: a folder, or an address fsspec knows.")
    ] = "",
    out: Out = None,
    format_: Annotated[str | None, typer.Option("--format", help="csv, parquet, jsonl; else by --out's name.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    """Count the theatre's events by state, power, gauge, source and period, as the model takes them."""
    from tiltmeter import tables

    workspace = _workspace()
    with _crew() as crew, console.progress("counting"):
        counts = workspace.panel(crew=crew, lake=lake).counts()
    tables.write(counts, out, kind="jsonl" if json_ else format_ or tables.kind_of(out))


@app.command()
def fit(
    only: Annotated[str | None, typer.Option(help="`votes`: leave out all other evidence.")] = None,
    quick: Annotated[
        bool | None,
        typer.Option(
            "--quick/--full", help="Without or with other choices and a placebo; by default with, up to 30 states."
        ),
    ] = None,
    json_: Json = False,
) -> None:
    """Fit the model: panel and posterior for the workspace's theatre, and the same under other choices."""
    from tiltmeter import manifest

    workspace = _workspace()
    with console.progress("fitting") as step:
        tilts = workspace.fit(only=only, quick=quick, progress=step)
    record = tilts["record"]
    rows = [
        {
            "state": state,
            "period": record.periods[-1],
            "mean": round(float(record.mean[place, -1]), 3),
            "q05": round(float(record.q05[place, -1]), 3),
            "q95": round(float(record.q95[place, -1]), 3),
            "data_share": round(float(record.data_share[place, -1]), 3),
        }
        for place, state in enumerate(record.states)
    ]
    placebo = manifest.read(workspace.folder / "fit" / "manifest.json")["placebo"]
    if json_:
        console.print_json({"fits": sorted(tilts), "periods": len(record.periods), "latest": rows, "placebo": placebo})
    else:
        console.table(["state", "period", "mean", "q05", "q95", "data_share"], rows)
        if placebo:
            false = ", ".join("{gauge} {called} of {asked}".format(**one) for one in placebo["alarms"])
            print(f"False alarms with shuffled dates ({placebo['shuffles']} times): {false} called a move")
        curve = workspace.sensitivity()
        if curve is not None:
            console.show("sensitivity", curve.to_pylist())


@app.command()
def ask(
    claim: Annotated[
        str | None, typer.Argument(help="A claim's id, a sentence, or a TOML file; all of the theatre's without it.")
    ] = None,
    json_: Json = False,
) -> None:
    """Test one claim, or all of the theatre's: verdict, probability, evidence."""
    from tiltmeter.questions.finding import to_json

    workspace = _workspace()
    asked = workspace.claims(claim) if claim else None
    found = workspace.ask(asked)
    if json_:
        console.print_json([to_json(one) for one in found])
        return
    for one in asked or ():
        print(f"Tested as: {one.form()}")
    console.show("findings", found)


@app.command()
def episodes(json_: Json = False) -> None:
    """Crises found in the events: request, help, outcome, each step with its rows."""
    from tiltmeter.questions.episode import to_json

    found = _workspace().episodes()
    if json_:
        console.print_json([to_json(one) for one in found.get("all", found["record"])])
        return
    for which, told in found.items():
        print({"record": "Record only", "all": "With the written reports"}[which])
        rows = [
            {
                "state": one.state,
                "crisis": f"{one.crisis.start} – {one.crisis.end or '…'}",
                "kind": one.crisis.kind,
                "asked": f"{one.request.date} {one.request.to}" if one.request else "",
                "help": ", ".join(f"{help_.helper} {help_.kind} {help_.date}" for help_ in one.help),
            }
            for one in told
        ]
        console.table(["state", "crisis", "kind", "asked", "help"], rows)


@app.command()
def simulate(
    scenario: Annotated[
        str,
        typer.Argument(
            help="An id of the theatre's, a kind (unrest, attack, helper_at_war, base_closes, vote), "
            '"unrest KGZ 2024-03", or a TOML file.'
        ),
    ],
    state: Annotated[str | None, typer.Option(help="Where it happens, such as KGZ.")] = None,
    weeks: Annotated[int, typer.Option(help="Weeks to look ahead.")] = 26,
    json_: Json = False,
) -> None:
    """What if: futures with an event and without it, drawn from the fit on record."""
    from tiltmeter.questions import scenario as scenarios

    workspace = _workspace()
    if scenario in scenarios.KINDS:
        asked = [scenarios.scenario({"kind": scenario, "state": state or "", "weeks": weeks})]
    else:
        asked = workspace.scenarios(scenario)
    plays = workspace.simulate(asked)
    if json_:
        console.print_json([scenarios.to_json(one) for one in plays])
        return
    for one in plays:
        rows = [
            {
                "quantity": name,
                "with it (90 %)": f"{fan.mean[-1]:.2f} ({fan.q05[-1]:.2f} … {fan.q95[-1]:.2f})",
                "without": f"{fan.base_mean[-1]:.2f} ({fan.base_q05[-1]:.2f} … {fan.base_q95[-1]:.2f})",
            }
            for name, fan in one.fans.items()
        ]
        print(f"{one.scenario['kind']} in {one.scenario['state']}, after {len(one.weeks)} weeks")
        console.table(["quantity", "with it (90 %)", "without"], rows)
        for name, reason in one.missing.items():
            print(f"{name}: {reason}")


@app.command()
def forecast(
    a: Annotated[str, typer.Argument(help="One side, such as KAZ.")],
    b: Annotated[str, typer.Argument(help="The other, such as RUS.")],
    weeks: Annotated[int, typer.Option(help="Weeks to look ahead.")] = 4,
    json_: Json = False,
) -> None:
    """The next weeks' events between two sides with intervals, and how such forecasts did in the past."""
    from tiltmeter.questions.forecast import to_json

    futures, coming = _workspace().forecast(a, b, weeks=weeks)
    if json_:
        following = [dataclasses.asdict(one) for one in coming]
        console.print_json({"weeks": [to_json(one) for one in futures], "next": following})
        return
    rows = [
        {
            "quad": one.quad,
            "week": str(week.start),
            "events (90 %)": f"{week.mean:.1f} ({week.q05:.0f} … {week.q95:.0f})",
        }
        for one in futures
        for week in one.weeks
    ]
    console.table(["quad", "week", "events (90 %)"], rows)
    print(
        "Next between them: "
        + ", ".join(f"{one.giver} {one.root} {one.taker} {one.probability:.0%}" for one in coming[:5])
    )


@app.command()
def why(
    state: Annotated[str, typer.Argument(help="A state of the theatre, such as KAZ.")],
    when: Annotated[str, typer.Argument(help="A day, month (2022-01), week (2022-W03), year or interval.")],
    json_: Json = False,
) -> None:
    """From a number back to the sentences, rows and votes behind it."""
    walk = _workspace().why(state, when)
    if json_:
        console.print_json(dataclasses.asdict(walk))
    else:
        console.show("walk", walk)


@app.command()
def report(
    out: Out = None,
    language: Annotated[str, typer.Option(help="Of the page: en or de.")] = "en",
    pdf: Annotated[bool, typer.Option("--pdf", help="A PDF in its place: report.pdf.")] = False,
    json_: Json = False,
) -> None:
    """One self-contained HTML file: report.html in the workspace, or --out; or a PDF."""
    from tiltmeter.show import page as pages
    from tiltmeter.show.pdf import pdf as paper
    from tiltmeter.show.report import report as html

    workspace = _workspace()
    path = out or workspace.folder / ("report.pdf" if pdf else "report.html")
    with console.progress("drawing the report"):
        shown = pages.shown(workspace, language=language)
        made = paper(shown) if pdf else html(shown).encode()
    _put(path, made, json_=json_)


@app.command()
def picture(
    chart: Annotated[
        list[str] | None, typer.Argument(help="Such as map, tilt KAZ, influence closeness; all names without it.")
    ] = None,
    out: Out = None,
    language: Annotated[str, typer.Option(help="Of the words in it: en or de.")] = "en",
    date: Annotated[str, typer.Option(help="Of the map, YYYY-MM-DD; the turning point without it.")] = "",
    width: Annotated[int, typer.Option(min=200, max=4000, help="Pixels.")] = 900,
    dark: Annotated[bool, typer.Option("--dark", help="Light on dark.")] = False,
    json_: Json = False,
) -> None:
    """One chart of the report as SVG, PNG or PDF, by the ending of --out."""
    from tiltmeter.show.page import shown
    from tiltmeter.show.picture import names
    from tiltmeter.show.picture import picture as drawn

    view = shown(_workspace(), language=language)
    if not chart:
        found = names(view)
        console.print_json(found) if json_ else print("\n".join(found))
        return
    path = out or Path("-".join(chart).replace("/", "-") + ".svg")
    kind = path.suffix.lstrip(".").lower()
    day = str(_day(date)) if date else ""
    _put(path, drawn(view, " ".join(chart), kind=kind, theme=int(dark), width=width, day=day), json_=json_)


def _put(path: Path, made: bytes, *, json_: bool) -> None:
    """Write a file and say where it is."""
    try:
        path.write_bytes(made)
    except OSError as error:
        raise SourceError(
            f"cannot be written: {error.strerror}", mend="make its folder first, or name another file", where=str(path)
        ) from error
    if json_:
        console.print_json({"path": str(path), "bytes": len(made)})
    else:
        print(path)


@app.command()
def export(
    what: Annotated[
        str,
        typer.Argument(
            help="positions, tilt, influence, moved, jumps, agreement, cooperation, panel, events, documents, rejects …"
        ),
    ],
    out: Out = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="csv, parquet, jsonl, icews; else by --out's name.")
    ] = None,
    between: Annotated[
        str | None, typer.Option(help="Of moved: the two dates it compares, 2021-06-01/2023-06-01.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    """Write a table: CSV, Parquet, JSON lines, or events in the layout of ICEWS."""
    from tiltmeter import tables

    dates = _two_days(between) if between else None
    table = _workspace().export(what, between=dates)
    kind = "jsonl" if json_ else format_ or tables.kind_of(out)
    tables.write(table, out, kind=kind)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="MANIFEST", help="fit/manifest.json of a workspace.")],
    json_: Json = False,
) -> None:
    """Recompute what a manifest tells of, and say part by part whether it came out the same."""
    from tiltmeter import manifest as kept
    from tiltmeter import verify as room
    from tiltmeter.workspace import Workspace

    told = kept.read(file)
    workspace = Workspace.open(file.absolute().parent.parent, now=_now)
    with console.progress("fitting once more") as step:
        parts = room.verify(told, workspace, progress=step)
    if json_:
        console.print_json(room.to_json(parts))
    else:
        console.table(["part", "name", "result", "note"], room.to_json(parts))
    if other := [part.name for part in parts if part.result == "other"]:
        raise StoreError(f"came out otherwise: {', '.join(other)}", mend="see the notes; `tiltmeter fit` makes it anew")


@app.command()
def doctor(json_: Json = False) -> None:
    """Whether the installation and the workspace are well, and what to mend."""
    from tiltmeter import doctor as room
    from tiltmeter.workspace import SETTINGS

    checks = room.installation()
    if (_folder() / SETTINGS).exists():
        checks += room.workspace(_workspace())
    if json_:
        console.print_json(room.to_json(checks))
    else:
        console.table(["what", "state", "told", "mend"], room.to_json(checks))
    if faults := [check.what for check in checks if check.state == "fault"]:
        raise StoreError(f"not well: {', '.join(faults)}", mend="the last column of the table says what to do")


app.command()(cli_serve.serve)


def _workspace() -> Any:
    from tiltmeter.workspace import Workspace

    return Workspace.open(_folder(), now=_now)


@contextmanager
def _crew() -> Iterator[Any]:
    """The workers of the cluster that is named, None where none is."""
    address = os.environ.get("TILTMETER_CLUSTER")
    if not address:
        yield None
        return
    from tiltmeter import cluster

    with cluster.connected(address) as crew:
        cluster.quiet()
        yield crew


def _folder() -> Path:
    return Path(os.environ.get("TILTMETER_WORKSPACE") or ".")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


@contextmanager
def _noted(engine: Any) -> Iterator[None]:
    """Work with an engine: the coder trained if it needs it, and in the end what it has to say."""
    from tiltmeter import engines

    if engine.kind != "openai":
        _make_ready()
    try:
        yield
    finally:
        for line in engines.notes(engine):
            console.note(line)


def _make_ready() -> None:
    """Trains the coder where it is not trained yet."""
    from tiltmeter.coder import trained

    if not trained.place().exists():
        with console.progress("first use: training the coder") as step:
            trained.train(trained.place(), jobs=2, progress=step)


def _trained() -> Any:
    from tiltmeter.coder import trained

    _make_ready()
    return trained.load()


ANYWHERE = {"--workspace": "TILTMETER_WORKSPACE", "--cluster": "TILTMETER_CLUSTER"}
"""Options that may stand before or after any verb, and where they are kept."""

SHARED = ("add", "code", "panel")
"""Verbs that a cluster can help with."""


def _hoisted(arguments: list[str]) -> list[str]:
    """The arguments without those that may stand anywhere: options kept in the environment, and `--verbose`."""
    kept: list[str] = []
    given: set[str] = set()
    rest = iter(arguments)
    for word in rest:
        name, apart, value = word.partition("=")
        if word == "--":
            kept += [word, *rest]
        elif name in ANYWHERE:
            os.environ[ANYWHERE[name]] = value if apart else next(rest, "")
            given.add(name)
        elif word == "--verbose":
            logs.begin()
        else:
            kept.append(word)
    verb = next((word for word in kept if not word.startswith("-")), "")
    if "--cluster" in given and verb and verb not in SHARED:
        raise SettingsError(f"a cluster does nothing for `{verb}`", mend=f"give --cluster to {', '.join(SHARED)} only")
    return kept


def _verbs() -> set[str]:
    return {str(one.name or getattr(one.callback, "__name__", "")) for one in app.registered_commands}


@contextmanager
def ending(verb: str) -> Iterator[None]:
    """Ends the process as the command line promises: 0 done, 2 the input is at fault, in two lines, 1 our fault."""
    logs.tell("begin", verb=verb, version=__version__)
    began = time.monotonic()
    try:
        yield
    except BrokenPipeError:
        # the reader of our output has gone; Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (TiltmeterError, OSError) as error:
        fault = error if isinstance(error, TiltmeterError) else console.disk_fault(error)
        if fault is None:
            raise
        print(fault, file=sys.stderr)
        logs.tell("fault", verb=verb, error=type(error).__name__)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        logs.tell("end", verb=verb, seconds=time.monotonic() - began)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = _hoisted(sys.argv[1:])
    with ending(next((word for word in arguments if word in _verbs()), "")):
        app(args=arguments, prog_name="tiltmeter")


if __name__ == "__main__":
    main()
