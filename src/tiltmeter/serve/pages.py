"""Pages for people: the theatre, the reading of an article, jobs, and what to do when something is missing."""

from __future__ import annotations

import functools
import gzip
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import File, Form, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from tiltmeter.errors import StoreError, TiltmeterError
from tiltmeter.serve.marked import KINDS, marked
from tiltmeter.serve.work import SUFFIXES
from tiltmeter.show.evidence import shown
from tiltmeter.show.names import language_name, languages, name, words
from tiltmeter.show.numbers import percent
from tiltmeter.show.report import live_files, style

if TYPE_CHECKING:
    from fastapi import FastAPI
    from jinja2 import Environment

    from tiltmeter.serve.app import Live

FOREVER: Final = "public, max-age=31536000, immutable"
"""Files of ours carry their digest in the address."""


def add(app: FastAPI, live: Live) -> None:
    """The pages, and what errors look like there."""
    _files(app)
    _theatre(app, live)
    _reading(app, live)
    _errors(app)


def _files(app: FastAPI) -> None:
    @app.get("/static/{file}", include_in_schema=False)
    async def static(file: str) -> Response:
        if file not in live_files():
            raise HTTPException(404, "no such file")
        body, kind = _packed(file)
        head = {"content-encoding": "gzip", "cache-control": FOREVER, "vary": "accept-encoding"}
        return Response(body, media_type=kind, headers=head)


@functools.cache
def _packed(file: str) -> tuple[bytes, str]:
    text, kind = live_files()[file]
    return gzip.compress(text.encode(), 9, mtime=0), kind


def _theatre(app: FastAPI, live: Live) -> None:
    @app.get("/", include_in_schema=False)
    async def theatre(request: Request, language: str = "") -> Response:
        spoken = _language(language, request)
        try:
            made = live.page(spoken)
        except TiltmeterError as error:
            return await _missing(live, error, spoken)
        if made is None:
            return await _waiting(live, spoken)
        head = {
            "etag": made.tag,
            "cache-control": "no-cache",
            "vary": "accept-encoding, accept-language",
            "link": _link(live),
        }
        if request.headers.get("if-none-match") == made.tag:
            return Response(status_code=304, headers=head)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(made.packed, media_type="text/html", headers=head | {"content-encoding": "gzip"})
        return HTMLResponse(gzip.decompress(made.packed), headers=head)

    @app.post("/jobs", include_in_schema=False)
    async def begin(
        verb: Annotated[str, Form(pattern="^(fit|code)$")], language: Annotated[str, Form()] = "en"
    ) -> Response:
        live.job(verb)
        return RedirectResponse(f"/jobs?language={_known(language)}", 303)

    @app.get("/jobs", include_in_schema=False)
    async def jobs(request: Request, language: str = "") -> Response:
        return _page(
            "jobs.html.j2", _language(language, request), jobs=[one.told() for one in live.jobs.values()][::-1]
        )

    @app.get("/ready", include_in_schema=False)
    async def ready(request: Request, language: str = "") -> Response:
        try:
            waits = live.page(_language(language, request)) is None
        except TiltmeterError:
            waits = False
        return JSONResponse({"state": "running" if waits else "done", "progress": 0})

    @app.get("/api", include_in_schema=False)
    async def interface(request: Request, language: str = "") -> Response:
        return _page("api.html.j2", _language(language, request), paths=app.openapi()["paths"], base=_base(request))


def _reading(app: FastAPI, live: Live) -> None:
    @app.get("/read", include_in_schema=False)
    async def form(request: Request, language: str = "") -> Response:
        return _page("read.html.j2", _language(language, request), suffixes=sorted(SUFFIXES))

    @app.post("/read", include_in_schema=False)
    async def send(
        text: Annotated[str, Form(max_length=2_000_000)] = "", date: Annotated[str, Form(max_length=10)] = "",
        language: Annotated[str, Form()] = "en", file: Annotated[UploadFile | None, File()] = None,
    ) -> Response:  # fmt: skip
        raw = await file.read() if file is not None and file.filename else b""
        suffix = "." + (file.filename or "").rpartition(".")[2].lower() if raw and file is not None else ""
        # browsers send line ends of their own
        job = live.reading(text=text.replace("\r\n", "\n"), raw=raw, suffix=suffix, date=date)
        return RedirectResponse(f"/read/{job.id}?language={_known(language)}", 303)

    @app.get("/read/{job}", include_in_schema=False)
    async def read(job: str, request: Request, language: str = "") -> Response:
        spoken = _language(language, request)
        found = live.jobs.get(job)
        if found is None or found.verb != "read":
            raise HTTPException(404, "this reading is no longer kept")
        if found.state == "running":
            return _page("wait.html.j2", spoken, job=found.told(), title=words(spoken)["reading_now"])
        if found.state == "failed":
            return _page("message.html.j2", spoken, status=400, what=found.what, mend=found.mend, back="/read")
        return _page("brief.html.j2", spoken, b=found.result, parts=marked(found.result))


async def _waiting(live: Live, language: str) -> Response:
    """While the first page is being made: what the workspace lacks, if anything, else patience."""
    try:
        state = await live.ask("state")
    except TiltmeterError as error:
        return await _missing(live, error, language)
    if not state["fitted"]:
        return _begin(live, state, language)
    return _page("wait.html.j2", language, job=None, title=words(language)["page_is_made"])


async def _missing(live: Live, error: TiltmeterError, language: str) -> Response:
    """A page that says what is missing and what to do."""
    running = live.running()
    if running is not None:
        return _page("wait.html.j2", language, job=running.told(), title=words(language)[f"job_{running.verb}"])
    try:
        state = await live.ask("state")
    except TiltmeterError as fault:
        return _page("message.html.j2", language, status=503, what=fault.what, mend=fault.mend, back="")
    if not state["fitted"]:
        return _begin(live, state, language)
    return _page("message.html.j2", language, status=503, what=error.what, mend=error.mend, back="")


def _begin(live: Live, state: dict[str, Any], language: str) -> Response:
    """The page of a workspace without a fit: what is in it, and what comes next."""
    running = live.running()
    if running is not None:
        return _page("wait.html.j2", language, job=running.told(), title=words(language)[f"job_{running.verb}"])
    failed = next(
        (one.told() for one in reversed(live.jobs.values()) if one.state == "failed" and one.verb != "read"), None
    )
    return _page("begin.html.j2", language, state=state, failed=failed)


def _errors(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        answer = _fault(request, error.status_code, str(error.detail), "check the address")
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        return _fault(request, 422, f"{place}: {first['msg']}"[:300], "see /api for what is expected")

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        return _fault(
            request, 500, f"this should not happen: {type(error).__name__}", "report what you did; see the server's log"
        )

    @app.exception_handler(TiltmeterError)
    async def fault(request: Request, error: TiltmeterError) -> Response:
        return _fault(request, 503 if isinstance(error, StoreError) else 400, error.what, error.mend)


def _fault(request: Request, status: int, what: str, mend: str) -> Response:
    if request.url.path.startswith("/api"):
        return JSONResponse({"what": what, "mend": mend}, status_code=status)
    return _page("message.html.j2", _language("", request), status=status, what=what, mend=mend, back="/")


def _known(language: str) -> str:
    return language if language in languages() else "en"


def _language(asked: str, request: Request) -> str:
    """The language asked for, else the first of the browser's that the page speaks."""
    told = [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((one for one in (asked, *told) if one in languages()), "en")


def _link(live: Live) -> str:
    """Says in a header that a job runs, so that the page can tell."""
    running = live.running()
    return f'</jobs>; rel="status"; title="{running.verb}"' if running else '</read>; rel="alternate"'


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("tiltmeter.serve"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.globals.update(language_name=language_name, name=name, kinds=KINDS, style=style(), files=list(live_files()))
    made.filters.update(shown=lambda text: shown(str(text or "")), percent=percent)
    return made


def _page(template: str, language: str, *, status: int = 200, **values: Any) -> Response:
    text = (
        _environment()
        .get_template(template)
        .render(w=words(language), language=language, languages=languages(), **values)
    )
    return HTMLResponse(text, status_code=status)
