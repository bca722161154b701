"""A person can use the live page: ask why, read an article, run a job that a reload does not stop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Open
from tests.browser.test_report import drawn, panel, serious
from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def theatre(visit: Open, live: str) -> Page:
    page: Page = visit(live)
    page.locator("#answer").wait_for(timeout=120_000)
    return page


def test_the_theatre_answers_why(visit: Open, live: str) -> None:
    page = theatre(visit, live)
    drawn(page, "map").locator(".mark-shape path[aria-roledescription='geoshape']").last.click(force=True)
    panel(page).wait_for()
    assert page.locator("#panel .list li").count() > 0
    page.keyboard.press("Escape")
    assert serious(page) == []


@pytest.mark.parametrize("way", ["paste", "file"])
def test_an_article_is_read_beside_its_brief(visit: Open, live: str, article: Path, way: str) -> None:
    page = visit(f"{live}read")
    assert serious(page) == []
    if way == "paste":
        page.get_by_label("The article").fill(article.read_text("utf-8"))
    else:
        page.locator("input[type=file]").set_input_files(article)
    page.get_by_role("button", name="Read it").click()
    text = page.locator("article.text")
    text.wait_for(timeout=120_000)
    assert "<script>alert(1)</script>" in text.inner_text()
    assert text.locator(".m-event").count() >= 1
    assert text.locator("a.badge.in").count() >= 1
    assert page.locator(".told .claim").count() >= 1
    page.locator("#see-claim").uncheck()
    assert text.locator("a.badge.in").first.is_hidden()
    page.locator("#see-claim").check()
    text.locator("a.badge.in").first.click()
    assert "#told-claim-" in page.url
    assert serious(page) == []


def test_the_brief_fits_a_narrow_window_in_the_dark(visit: Open, live: str, article: Path) -> None:
    page = visit(f"{live}read?language=de", width=360, scheme="dark")
    page.locator("textarea").fill(article.read_text("utf-8"))
    page.locator("button.go").click()
    page.locator("article.text").wait_for(timeout=120_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert serious(page) == []


def test_a_job_survives_a_reload(visit: Open, live: str) -> None:
    page = theatre(visit, live)
    begun = page.evaluate("""async () => (await fetch("/api/jobs", {
      method: "POST", headers: { "content-type": "application/json" }, body: '{"verb": "fit"}' })).json()""")
    assert begun["state"] == "running"
    page.goto(f"{live}jobs")
    page.locator("progress").wait_for()
    page.reload()
    page.locator("progress").wait_for()
    page.goto(live)  # the former answers stay
    page.locator("#job:not([hidden])").wait_for()
    assert page.locator("#answer").count() == 1
    page.goto(f"{live}jobs")
    page.locator("progress").wait_for(state="detached", timeout=240_000)
    assert "The model is being fitted: done" in page.locator("main").inner_text()


def test_the_program_in_the_docs_runs(visit: Open, live: str) -> None:
    theatre(visit, live)
    page = (ROOT / "docs" / "serve.md").read_text("utf-8")
    program = page.split("```python\n")[1].split("```")[0].replace("http://127.0.0.1:8765/", live)
    space: dict[str, Any] = {}
    exec(compile(program, "docs/serve.md", "exec"), space)
    assert space["walk"]["state"] == "KAZ"
    assert space["brief"]["events"]
    assert space["job"]["verb"] == "fit"
