"""A real browser, the report of a small world in a file, and the live page of the demo."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import ROOT
from tests.show.conftest import TODAY, bases, made
from tiltmeter.questions.scenario import play
from tiltmeter.scenarios import Scenario
from tiltmeter.show.report import report
from tiltmeter.show.view import Extras, view
from tiltmeter.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
Open = Callable[..., Any]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with api.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Opens a page; nothing it does may fail or reach another host."""
    faults: list[str] = []
    contexts = []

    def opened(address: str, *, width: int = 1280, scheme: str = "light", **more: Any) -> Page:
        look: Any = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "accept_downloads": True}
        context = browser.new_context(**look | more)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("console", lambda told: faults.append(f"console: {told.text}") if told.type == "error" else None)
        home = address.split("#")[0].rsplit("/", 1)[0] if address.startswith("file:") else address.split("/", 3)[2]
        page.on("request", lambda asked: faults.append(f"asks {asked.url[:80]}") if _strange(asked.url, home) else None)
        page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


def _strange(url: str, home: str) -> bool:
    return not (url.startswith(("data:", "blob:")) or home in url)


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report with everything in it, hostile text among it."""
    record, written = bases()
    asked = Scenario(id="base", kind="base_closes", state="EST", text={"en": "A base closes."})
    plain = made()
    extras = Extras(plays=[play(asked, basis=record)], no_forecast="there are no dated events")
    more = view(record=record, written=written, extras=extras, today=TODAY)
    whole = type(plain)(**{name: getattr(plain, name) for name in plain.__slots__} | {
        "scenarios": more.scenarios, "no_forecast": more.no_forecast})  # fmt: skip
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report(whole, static=False), "utf-8")
    return path.as_uri()


@pytest.fixture(scope="session")
def live(demo: Workspace) -> Iterator[str]:
    """The address of a running server over the demo."""
    command = [sys.executable, "-m", "tiltmeter.cli", "serve", "--port", "0", "--workspace", str(demo.folder)]
    paths = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": paths}) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        yield address
        server.terminate()
        assert server.wait(20) in (0, -15)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """A file to upload, with a claim that can be tested and markup that must stay text."""
    path = tmp_path / "article.txt"
    path.write_text(
        "Kazakhstan sent medicine to Ukraine in March 2022. <script>alert(1)</script> "
        "“Between 15 August 2021 and 24 February 2022, Russia was at the height of its influence in Central Asia”, "
        "said Anna Berg of the Institute for Peace. Tajikistan is a member of the CSTO.",
        "utf-8",
    )
    return path
