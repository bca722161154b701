"""JSON for programs: the verbs of the command line, each under its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from tiltmeter.serve.app import QUICK, READING
from tiltmeter.serve.work import TABLES

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tiltmeter.serve.app import Live

Side = Annotated[
    str, Query(pattern=r"^[A-Z]{2,4}(-(CIV|REB|TAL))?$", description="ISO 3166 alpha-3 or an organisation")
]
Table = dict[str, Any]


class Fault(BaseModel):
    """What is wrong, and how to mend it."""

    what: str
    mend: str


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Article(_Body):
    """A text to read."""

    text: str = Field(min_length=1, max_length=2_000_000)
    language: str = Field(default="", pattern=r"^([a-z]{2})?$", description="ISO 639-1; found without it")
    date: str = Field(default="", pattern=r"^(\d{4}-\d\d-\d\d)?$", description="YYYY-MM-DD; found without it")


class Documents(_Body):
    """Documents to code."""

    documents: list[Table] = Field(max_length=500, description="as lines of `tiltmeter code --in`: id, text, …")


class Pairs(_Body):
    """Marked pairs to name the root of."""

    pairs: list[Table] = Field(max_length=500, description="id, text, source, target")


class Asked(_Body):
    """A claim as a sentence, or its id."""

    claim: str = Field(min_length=1, max_length=2_000)


class Future(_Body):
    """A scenario: the id of one of the theatre's, or its fields."""

    scenario: str | Table


class Verb(_Body):
    """A verb that takes long."""

    verb: Literal["fit", "code"]


FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": Fault, "description": "The input is at fault"},
    404: {"model": Fault, "description": "There is no such thing"},
    422: {"model": Fault, "description": "A field is missing or of the wrong form"},
    503: {"model": Fault, "description": "The store cannot be read now"},
    429: {"description": "Too many requests"},
}

TABLE_FORMS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The table", "content": {"text/csv": {}, "application/x-ndjson": {}}}
}


def add(app: FastAPI, live: Live) -> None:
    """The routes under /api."""
    router = APIRouter(prefix="/api", responses=FAULTS)
    _questions(router, live)
    _texts(router, live)
    _jobs(router, live)
    app.include_router(router)


def _questions(router: APIRouter, live: Live) -> None:
    @router.get("/state")
    async def state() -> Table:
        """What the workspace holds, whether it is fitted, and the job that runs now."""
        running = live.running()
        told: Table = await live.ask("state")
        return told | {"job": running.told() if running else None}

    @router.get("/report")
    async def report(language: Annotated[str, Query(pattern="^[a-z]{2}$")] = "en") -> Response:
        """All that the page shows, as JSON."""
        return _json(await live.told("view", language=language))

    @router.get("/ask")
    async def ask_all() -> Response:
        """Findings on all of the theatre's claims."""
        return _json(await live.told("ask"))

    @router.post("/ask")
    async def ask(asked: Asked) -> Response:
        """Findings on one claim: an id, or a sentence."""
        return _json(await live.told("ask", claim=asked.claim))

    @router.get("/verdicts")
    async def verdicts() -> Response:
        """Words and deeds of each state, before and after the turning point."""
        return _json(await live.told("verdicts"))

    @router.get("/episodes")
    async def episodes() -> Response:
        """Crises with request, help and outcome."""
        return _json(await live.told("episodes"))

    @router.post("/simulate")
    async def simulate(asked: Future) -> Response:
        """A future with an event, and without it."""
        return _json(await live.told("simulate", scenario=asked.scenario))

    @router.get("/forecast")
    async def forecast(a: Side, b: Side, weeks: Annotated[int, Query(ge=1, le=52)] = 4) -> Response:
        """The next weeks' events between two sides."""
        return _json(await live.told("forecast", a=a, b=b, weeks=weeks))

    @router.get("/why")
    async def why(state: Side, when: Annotated[str, Query(min_length=4, max_length=21)]) -> Response:
        """From a number to its sentences, rows and votes; `when` is a day, month, week, year or interval."""
        return _json(await live.told("why", state=state, when=when))

    @router.get("/export/{what}", response_class=Response, responses=TABLE_FORMS)
    async def export(what: str, form: Annotated[str, Query(pattern="^(csv|jsonl)$")] = "csv") -> Response:
        """A table as CSV or JSON lines."""
        if what not in TABLES:
            raise HTTPException(404, f"no table called {what[:40]}; choose one of {', '.join(TABLES)}")
        kind = "text/csv" if form == "csv" else "application/x-ndjson"
        head = {"content-disposition": f'attachment; filename="{what}.{form}"'}
        return Response(
            await live.ask("export", what=what, kind=form), media_type=f"{kind}; charset=utf-8", headers=head
        )


def _json(written: bytes) -> Response:
    return Response(written, media_type="application/json")


def _texts(router: APIRouter, live: Live) -> None:
    @router.post("/read")
    async def read(article: Article) -> Table:
        """The brief of an article, its claims put to the test."""
        found: Table = await live.reader.ask("read", seconds=READING, queue=8, **article.model_dump())
        return found

    @router.post("/code")
    async def code(asked: Documents) -> list[Table]:
        """Events of documents, one answer each in the same order; nothing is stored."""
        found: list[Table] = await live.reader.ask("code", seconds=READING, queue=8, documents=asked.documents)
        return found

    @router.post("/classify")
    async def classify(asked: Pairs) -> list[Table]:
        """The root of each marked pair."""
        found: list[Table] = await live.reader.ask("classify", seconds=QUICK, queue=8, pairs=asked.pairs)
        return found


def _jobs(router: APIRouter, live: Live) -> None:
    @router.post("/jobs", status_code=202)
    async def begin(asked: Verb) -> Table:
        """Begin to fit, or to code the documents not coded yet; the answer names the job to ask about."""
        return live.job(asked.verb).told()

    @router.get("/jobs")
    async def jobs() -> list[Table]:
        """All jobs, newest last."""
        return [one.told() for one in live.jobs.values()]

    @router.get("/jobs/{job}")
    async def job(job: str) -> Table:
        """How far a job is."""
        if job not in live.jobs:
            raise HTTPException(404, "no such job")
        return live.jobs[job].told()
