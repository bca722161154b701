"""A workspace: one store, one theatre, and the verbs over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiltmeter import __version__
from tiltmeter.errors import QuestionError, SettingsError, SourceError, StoreError
from tiltmeter.logs import tell
from tiltmeter.nouns import ORGANISATIONS, Coding, Document, Event
from tiltmeter.settings import Settings, Theatre, load_claims, load_settings, load_theatre, settings_toml
from tiltmeter.sources import Input, Tally, take
from tiltmeter.store import Store
from tiltmeter.tellings import TOLD_ONCE, for_panel, retell

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.coder.build import Bundle
    from tiltmeter.engines import Engine
    from tiltmeter.jobs import Crew
    from tiltmeter.model import FitSettings, Panel, Tilt
    from tiltmeter.model.sensitivity import Choices
    from tiltmeter.questions.basis import Basis
    from tiltmeter.questions.episode import Episode
    from tiltmeter.questions.finding import Finding
    from tiltmeter.questions.forecast import Future, Next
    from tiltmeter.questions.scenario import Play
    from tiltmeter.questions.verdict import Verdict
    from tiltmeter.questions.why import Walk
    from tiltmeter.scenarios import Scenario
    from tiltmeter.settings import Claim

STORE: Final = "tiltmeter.duckdb"
CHOICES: Final = "choices.npz"
"""What the record would say under other choices, beside the fits."""
SETTINGS: Final = "workspace.toml"
MANY: Final = 30
"""States up to which a fit is made under other choices as well unless told not to: a dozen fits more."""
BLOCK: Final = 200
"""Documents coded between two commits: an interruption loses little more."""
PIECE: Final = 25
"""Documents that one process codes at a time."""
PAGE: Final = 5_000
"""Documents read from the store at once."""

DRAWN: Final = ("positions", "tilt", "influence", "moved", "jumps", "agreement", "cooperation", "panel")
"""What can be exported beside the store's tables."""
CURVE: Final = ["state", "period", "mean", "sd", "q05", "q95"]

CHANGES: Final = """
WITH numbered AS (
    SELECT id, verb, regexp_extract(id, '[0-9]+$')::INTEGER AS n FROM runs
), came AS (
    SELECT id FROM numbered WHERE n >= (SELECT max(n) FROM numbered WHERE verb = 'watch')
), told AS (
    SELECT 'event' AS what, source, giver AS a, taker AS b, root AS kind, coalesce("start", reported) AS day
    FROM events WHERE run IN (FROM came)
    UNION ALL SELECT 'document', source, outlet, '', language, date FROM documents WHERE run IN (FROM came)
    UNION ALL SELECT 'reject', source, '', '', reason, NULL FROM rejects WHERE run IN (FROM came)
)
SELECT what, source, a, b, kind, count(*) AS rows, min(day) AS first, max(day) AS last
FROM told GROUP BY ALL ORDER BY ALL
"""
"""
What came in since the last look of `watch` began, counted by sides and kind; without a look nothing.

Runs count in the order of their numbers: a clock may be set back.
"""

TABLES: Final = {
    "events": TOLD_ONCE,
    "documents": "SELECT * FROM documents ORDER BY source, key",
    "rejects": "SELECT * FROM rejects ORDER BY source, path, line, key",
    "facts": "SELECT * FROM facts ORDER BY source, key",
    "votes": "SELECT * FROM votes ORDER BY source, key",
    "rollcalls": "SELECT * FROM rollcalls ORDER BY source, key",
    "figures": "SELECT * FROM figures ORDER BY source, key",
    "changes": CHANGES,
    "runs": "SELECT * FROM runs ORDER BY started, id",
}
"""What can be asked of the store as a table, and the question in SQL."""
ASKED: Final = ("documents", "events", "figures", "rollcalls", "votes", "facts")
"""The tables that questions read."""


@dataclass(frozen=True)
class Workspace:
    """
    A folder with a store and its settings.

    `today` is the last day a row may be of; `now` tells the time for the runs table.
    """

    folder: Path
    settings: Settings
    theatre: Theatre
    now: Callable[[], dt.datetime]
    _held: dict[str, tuple[Any, Any]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def create(cls, folder: Path, *, theatre: str, now: Callable[[], dt.datetime]) -> Workspace:
        """
        Make a workspace for a theatre, with the ties it names.

        Raises:
            SettingsError: The theatre does not exist or is at fault.
            StoreError: There is a workspace already.
        """
        chosen = load_theatre(theatre)
        if (folder / STORE).exists() or (folder / SETTINGS).exists():
            raise StoreError("there is a workspace already", mend="choose another folder", where=str(folder))
        settings = Settings(theatre=str(Path(theatre).resolve()) if theatre.endswith(".toml") else theatre)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / SETTINGS).write_text(settings_toml(settings), encoding="utf-8")
        except OSError as error:
            raise StoreError(
                f"cannot be written: {error.strerror}", mend="choose another folder", where=str(folder)
            ) from error
        made = cls(folder, settings, chosen, now)
        with made.writing("init"):
            pass
        for name in chosen.facts:
            with resources.as_file(resources.files("tiltmeter.facts") / f"{name}.toml") as path:
                made.add("facts", [path])
        return made

    @classmethod
    def open(cls, folder: Path, *, now: Callable[[], dt.datetime]) -> Workspace:
        """
        The workspace in a folder.

        Raises:
            StoreError: There is none.
            SettingsError: Its settings or theatre are at fault.
        """
        if not (folder / SETTINGS).is_file():
            raise StoreError(
                "no workspace here", mend="make one with `tiltmeter init`, or give --workspace DIR", where=str(folder)
            )
        settings = load_settings(folder / SETTINGS)
        return cls(folder, settings, load_theatre(settings.theatre), now)

    @contextmanager
    def writing(self, verb: str, **settings: Any) -> Iterator[tuple[Store, str]]:
        """The store open for a verb, and the verb's run."""
        with Store.open(self.folder / STORE, write=True) as store:
            began = self.now()
            run = store.begin_run(verb, version=__version__, started=began, settings=settings)
            tell("run.begin", verb=verb, run=run)
            yield store, run
            store.end_run(run, ended=self.now())
            tell("run.end", verb=verb, run=run, seconds=(self.now() - began).total_seconds())

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """The store open for reading."""
        with Store.open(self.folder / STORE, write=False) as store:
            yield store

    def add(
        self, source: str, paths: Sequence[Path | Input], *, options: Mapping[str, Any] | None = None,
        crew: Crew | None = None, progress: Callable[[str, float], None] | None = None,
    ) -> list[Tally]:  # fmt: skip
        """Take in files: counts of rows per file; see sources.take. A crew reads them, if there is one."""
        with self.writing("add", source=source, options={k: str(v) for k, v in (options or {}).items()}) as (
            store,
            run,
        ):
            found: list[Tally] = []
            try:
                for path in paths:
                    found += take(
                        store,
                        source,
                        path,
                        run=run,
                        today=self.now().date(),
                        theatre=self.theatre,
                        options=options,
                        crew=crew,
                        progress=progress,
                    )
            except SourceError:
                store.undo(run)
                raise
            # anything else that breaks in, an interruption or a full disk, leaves the files taken before it
            store.consolidate()
            for number, one in enumerate(found, start=1):
                counts = {name: value for name, value in asdict(one).items() if isinstance(value, int)}
                tell("add.file", run=run, number=number, source=one.source, **counts)
            return found

    def code(
        self, *, bundle: Bundle | None = None, engine: Engine | None = None, crew: Crew | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> dict[str, int]:  # fmt: skip
        """
        Events from the documents that were not coded yet; goes on where an earlier run was interrupted.

        Args:
            bundle: The trained coder, where it is at hand.
            engine: What reads the documents, and with how many processes; the coder and one without it.
            crew: Who reads them in the place of these processes.
            progress: Told the share of the documents that are read.
        """
        from tiltmeter.engines import BUILTIN, coded, sharing

        chosen = engine or BUILTIN
        with self.writing("code", engine=chosen.name) as (store, run):
            (total,) = store.query(f"SELECT count(*) AS n FROM ({_UNCODED})", ["", "", None])["n"].to_pylist()  # noqa: S608
            reader = bundle[0] if bundle and chosen == BUILTIN and not crew else chosen
            each = sharing(chosen, crew) if total else map
            do = partial(coded, engine=reader, run=run, sides=self.theatre.sides())
            counts = {"documents": 0, "events": 0, "abstained": 0}
            for rows, notes in _gathered(each(do, _waiting(store))):
                with store.transaction():
                    store.add(rows)
                    store.add(notes)
                counts["documents"] += len(notes)
                counts["events"] += len(rows)
                counts["abstained"] += sum(bool(note.abstained) for note in notes)
                tell("code.block", run=run, total=total, **counts)
                if progress:
                    progress(counts["documents"] / total)
            retell(store, run=run)
        return counts

    def table(self, what: str) -> pa.Table:
        """A table of the store by its name in TABLES; Arrow."""
        if what not in TABLES:
            raise SettingsError(f"no table called {what}", mend=f"choose one of {', '.join((*DRAWN, *TABLES))}")
        with self.reading() as store:
            return store.query(TABLES[what])

    def export(self, what: str, *, between: tuple[dt.date, dt.date] | None = None) -> pa.Table:
        """
        A table for other programs: of the fit (positions, tilt, influence, jumps), the panel, or the store.

        `agreement` and `cooperation` are the classical measures beside the model: S, pi and kappa of votes, net events.
        `moved` compares two dates, by default the reference's first day and the last with evidence.
        """
        if what in ("positions", "tilt"):
            tilt = self.tilts()["record"]
            return tilt.positions_arrow() if what == "positions" else tilt.to_arrow().select(CURVE)
        if what == "influence":
            return self.influence()
        if what == "moved":
            return self.moved(*(between or self._ends()))
        if what == "jumps":
            from tiltmeter.model.movement import change_points

            return change_points(self.tilts()["record"])
        if what in ("agreement", "cooperation"):
            from tiltmeter.model.classical import agreements, net_cooperation

            return (agreements if what == "agreement" else net_cooperation)(self.panel(written=False))
        if what == "panel":
            return self.panel().rows
        return self.table(what)

    def _ends(self) -> tuple[dt.date, dt.date]:
        record, _ = self.bases()
        return self.theatre.reference[0], (record.reach() or self.theatre.span)[1]

    def moved(self, first: dt.date, second: dt.date) -> pa.Table:
        """Who moved between two dates: every state, both poles, and what is voted on; from record."""
        from tiltmeter.model.movement import moves

        return moves(self.tilts()["record"], self.panel(written=False), first=first, second=second)

    def panel(self, *, written: bool = True, crew: Crew | None = None, lake: str = "") -> Panel:
        """
        The panel of the workspace's theatre.

        Args:
            written: Whether reports written for a demonstration count.
            crew: Who reads the lake, if not this process.
            lake: Where the lake is found, if not beside the store: a folder, or an address that fsspec knows.
        """
        from tiltmeter.model import panel
        from tiltmeter.model.gather import LONGEST

        least, theatre = self.settings.confidence, self.theatre
        powers = sorted({theatre.poles.a, theatre.poles.b, *theatre.powers, *ORGANISATIONS})
        asked = {"states": list(theatre.states), "powers": powers, "confidence": least, "written": written}
        with self.reading() as store:
            names = ("votes", "rollcalls", "figures", "facts")
            tables = {name: store.query(TABLES[name], lake=False) for name in names}
            # a lake may hold the world's events: only the theatre's are fetched, the others are counted where they lie
            events, others = for_panel(store, asked | {"longest": LONGEST}, crew=crew, lake=lake)
        return panel(**tables, events=events, theatre=theatre, written=written, confidence=least, others=others)

    def fit(
        self, *, only: str | None = None, quick: bool | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> dict[str, Tilt]:  # fmt: skip
        """
        Fit the theatre: `record` from record alone, and `all` with the written reports where there are any.

        The answers are kept in the folder `fit`, with a manifest of what they rest on and, unless it is to be `quick`,
        with what the record would say under other choices and how often shuffled dates give a false alarm. By default
        theatres of more than MANY states are quick.
        """
        from tiltmeter.manifest import manifest, write
        from tiltmeter.model import FitSettings

        settings = FitSettings(
            seed=self.settings.seed, chains=self.settings.chains, draws=self.settings.draws, only=only
        )
        with self.reading() as store:
            written = bool(store.query("SELECT count(*) AS n FROM events WHERE written").to_pylist()[0]["n"])
        kinds = ("record", "all") if written else ("record",)
        quick = len(self.theatre.states) > MANY if quick is None else quick
        shuffles = 0 if quick else self.settings.placebo
        steps = len(kinds) + (not quick) + bool(shuffles)
        tilts = self.fitted(kinds, settings=settings, progress=_part(progress, 0, steps, width=len(kinds)))
        with self.reading():
            pass  # a folder that went away meanwhile, as a lost share does, is not made anew
        for kind, tilt in tilts.items():
            tilt.save(self.folder / "fit" / kind)
        self._explore(settings, quick=quick, progress=_part(progress, len(kinds), steps))
        false = self.false_alarms(
            tilts["record"], settings=settings, shuffles=shuffles, progress=_part(progress, steps - 1, steps)
        )
        self._held.clear()
        if not written:
            for leftover in (self.folder / "fit").glob("all.*"):
                leftover.unlink()
        with self.reading() as store:
            told = manifest(store, theatre=self.theatre, settings=asdict(settings), tilts=tilts, placebo=false)
        write(told, self.folder / "fit" / "manifest.json")
        return tilts

    def _explore(self, settings: FitSettings, *, quick: bool, progress: Callable[[float], None] | None) -> None:
        from tiltmeter.model.sensitivity import choices

        path = self.folder / "fit" / CHOICES
        path.unlink(missing_ok=True)
        if not quick:
            choices(self.panel(written=False), settings=_few(settings), progress=progress).save(path)

    def false_alarms(
        self, tilt: Tilt, *, settings: FitSettings, shuffles: int, progress: Callable[[float], None] | None = None
    ) -> dict[str, Any]:
        """How often a move is called in the record with its dates shuffled, as the manifest has it; empty for none."""
        from tiltmeter.questions.basis import Basis
        from tiltmeter.questions.placebo import placebo, to_json
        from tiltmeter.questions.tables import Tables
        from tiltmeter.questions.verdict import stretch_after, stretch_before

        if not shuffles:
            return {}
        basis = Basis(self.theatre, tilt, Tables.of())
        found = placebo(
            self.panel(written=False), before=stretch_before(basis), after=stretch_after(basis),
            settings=_few(settings), shuffles=shuffles, progress=progress,
        )  # fmt: skip
        return to_json(found)

    def fitted(
        self, kinds: Sequence[str], *, settings: FitSettings, progress: Callable[[float], None] | None = None
    ) -> dict[str, Tilt]:
        """Fits of the store as it is, by kind (`record`, `all`); nothing is kept."""
        return {
            kind: self._fitted(kind, settings, _part(progress, place, len(kinds))) for place, kind in enumerate(kinds)
        }

    def _fitted(self, kind: str, settings: FitSettings, progress: Callable[[float], None] | None) -> Tilt:
        from tiltmeter.model import fit

        began, panel = self.now(), self.panel(written=kind == "all")
        told = {name: int(count.sum()) for name, count in panel.evidence.items()}
        tell("fit.begin", kind=kind, states=len(panel.states), periods=len(panel.periods), **told)
        tilt = fit(panel, settings=settings, progress=progress)
        tell("fit.end", kind=kind, seconds=(self.now() - began).total_seconds())
        return tilt

    def tilts(self) -> dict[str, Tilt]:
        """The fits kept in the workspace, by kind (`record`, `all`)."""
        from tiltmeter.model import Tilt

        kinds = [kind for kind in ("record", "all") if (self.folder / "fit" / f"{kind}.json").exists()]
        if not kinds:
            raise StoreError("nothing is fitted yet", mend="run `tiltmeter fit`", where=str(self.folder))
        return {kind: self._hold(f"tilt {kind}", partial(Tilt.load, self.folder / "fit" / kind)) for kind in kinds}

    def _hold(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made anew only when the store or the fits have changed: several verbs ask for it."""
        files = [self.folder / STORE, *sorted((self.folder / "fit").glob("*.json"))]
        stamp = [(path.name, (found := path.stat()).st_mtime_ns, found.st_size) for path in files if path.exists()]
        if name not in self._held or self._held[name][0] != stamp:
            self._held[name] = (stamp, make())
        return self._held[name][1]

    def bases(self, *, fitted: bool = True) -> tuple[Basis, Basis | None]:
        """
        What questions are asked of: the record alone, and, where there are written reports, with them.

        Args:
            fitted: Whether the questions need a fit; without one the bases hold rows alone.
        """
        found: tuple[Basis, Basis | None] = self._hold(f"bases {fitted}", partial(self._bases, fitted=fitted))
        return found

    def _bases(self, *, fitted: bool) -> tuple[Basis, Basis | None]:
        from tiltmeter.questions.basis import Basis
        from tiltmeter.questions.tables import Tables

        tables = Tables.of(**{name: self.table(name) for name in ASKED})
        least = self.settings.confidence
        if not fitted:
            written = any(tables.events["written"].to_pylist())
            record = Basis(self.theatre, None, tables.record(), least)
            return record, Basis(self.theatre, None, tables, least) if written else None
        tilts = self.tilts()
        record = Basis(self.theatre, tilts["record"], tables.record(), least, self._choices())
        return record, Basis(self.theatre, tilts["all"], tables, least) if "all" in tilts else None

    def _choices(self) -> Choices | None:
        from tiltmeter.model.sensitivity import Choices

        path = self.folder / "fit" / CHOICES
        return Choices.load(path) if path.exists() else None

    def sensitivity(self) -> pa.Table | None:
        """Each state's mean tilt since the turning point under every choice, from record; None after a quick fit."""
        from tiltmeter.questions.verdict import stretch_after

        record, _ = self.bases()
        if record.choices is None or record.tilt is None:
            return None
        return record.choices.table(record.tilt, windows=[stretch_after(record)])

    def ask(self, claims: Sequence[Claim] | None = None) -> list[Finding]:
        """Findings on claims, the theatre's own by default; from record alone and with written reports."""
        from tiltmeter.questions.claim import check_all

        record, written = self.bases()
        return check_all(claims or self.theatre.claims, record=record, written=written)

    def influence(self) -> pa.Table:
        """Influence of every pole and power by every definition that has data, from record alone."""
        import pyarrow as pa

        record, _ = self.bases()
        theatre = self.theatre
        powers = dict.fromkeys((theatre.poles.a, theatre.poles.b, *theatre.powers))
        return pa.concat_tables([record.influence(power).to_arrow() for power in powers]).select(
            ["power", "definition", *CURVE]
        )

    def claims(self, asked: str) -> list[Claim]:
        """The theatre's claims of that id, those of a TOML file, or the one a sentence makes."""
        own = [claim for claim in self.theatre.claims if claim.id == asked]
        if own:
            return own
        if asked.endswith(".toml"):
            return load_claims(Path(asked))
        if " " not in asked.strip():
            known = ", ".join(claim.id for claim in self.theatre.claims)
            raise QuestionError(
                f"no claim called {asked}", mend=f"known are {known}; or give a sentence or a TOML file"
            )
        return self._parsed(asked)

    def _parsed(self, sentence: str) -> list[Claim]:
        from tiltmeter.coder.detect import language_of
        from tiltmeter.questions.parse import parse_all
        from tiltmeter.questions.phrases import languages

        language = language_of(sentence, known=languages())
        found = parse_all(sentence, language=language, theatre=self.theatre)
        if isinstance(found, str):
            raise QuestionError(f"untestable: {found}", mend="say who, what and when in one plain sentence")
        return list(found)

    def why(self, state: str, when: str) -> Walk:
        """From the tilt of a state at a time to the sentences, rows and votes behind it."""
        from tiltmeter.questions.why import why

        record, written = self.bases()
        return why(state, when, basis=written or record)

    def episodes(self) -> dict[str, list[Episode]]:
        """Crises with request, help and outcome, from record alone (`record`) and with written reports (`all`)."""
        from tiltmeter.questions.episode import episodes

        record, written = self.bases(fitted=False)
        return {"record": episodes(record)} | ({"all": episodes(written)} if written else {})

    def scenarios(self, asked: str) -> list[Scenario]:
        """The theatre's scenario of that id, those of a TOML file, or the one that a few words make."""
        from tiltmeter.questions.scenario import load_scenarios, told

        own = [one for one in self.theatre.scenarios if one.id == asked]
        return own or (load_scenarios(Path(asked)) if asked.endswith(".toml") else [told(asked)])

    def simulate(self, scenarios: Sequence[Scenario]) -> list[Play]:
        """Futures with and without an event, drawn from the fit on record alone."""
        from tiltmeter.questions.scenario import play

        record, _ = self.bases()
        return [play(one, basis=record, seed=self.settings.seed) for one in scenarios]

    def forecast(self, a: str, b: str, *, weeks: int) -> tuple[list[Future], list[Next]]:
        """Counts of the next weeks' events between two sides, and what comes next between them."""
        from tiltmeter.questions.forecast import forecast, next_between

        record, _ = self.bases(fitted=False)
        futures = forecast(record, a=a, b=b, weeks=weeks, seed=self.settings.seed)
        return futures, next_between(record, a=a, b=b)

    def verdicts(self) -> list[Verdict]:
        """Words and deeds of each state before and after the theatre's turning point."""
        from tiltmeter.questions.verdict import verdicts

        record, written = self.bases()
        return verdicts(record=record, written=written)


_UNCODED: Final = """
SELECT documents.* FROM documents ANTI JOIN codings USING (source, key)
WHERE (documents.source, documents.key) > (?, ?) ORDER BY documents.source, documents.key LIMIT ?
"""


def _waiting(store: Store) -> Iterator[list[Document]]:
    """The documents not coded yet, in pieces, a page of them in memory at a time."""
    last = ("", "")
    while page := [Document(**row) for row in store.query(_UNCODED, [*last, PAGE]).to_pylist()]:
        last = (page[-1].source, page[-1].key)
        yield from (page[place : place + PIECE] for place in range(0, len(page), PIECE))


def _gathered(
    coded: Iterable[tuple[list[Event], list[Coding]]],
) -> Iterator[tuple[list[Event], list[Coding]]]:
    """What was made of pieces, put together until it is worth a commit."""
    rows: list[Event] = []
    notes: list[Coding] = []
    for more, further in coded:
        rows, notes = rows + more, notes + further
        if len(notes) >= BLOCK:
            yield rows, notes
            rows, notes = [], []
    if notes:
        yield rows, notes


def _few(settings: FitSettings) -> FitSettings:
    """The same with as few draws as will do for one of many fits."""
    from tiltmeter.model.sensitivity import FEW

    return replace(settings, chains=min(FEW[0], settings.chains), draws=min(FEW[1], settings.draws))


def _part(
    progress: Callable[[float], None] | None, place: int, parts: int, *, width: int = 1
) -> Callable[[float], None] | None:
    return None if progress is None else lambda share: progress((place + width * share) / parts)
