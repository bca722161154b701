"""A person can use the report from a disk: slider, gauges, evidence, downloads, keys alone, narrow or in the dark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Open

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def drawn(page: Page, chart: str) -> Any:
    """The first chart of a kind, once it is drawn."""
    figure = page.locator(f'figure[data-chart="{chart}"]:visible').first
    figure.scroll_into_view_if_needed()
    figure.locator("svg.marks").wait_for()
    return figure


def panel(page: Page) -> Any:
    return page.locator("#panel")


def test_the_slider_moves_map_curves_and_address(visit: Open, file: str) -> None:
    page = visit(file)
    drawn(page, "map")
    slider = page.locator("#map input[name=at]")
    before = page.locator("#map output.when").inner_text()
    slider.focus()
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    after = page.locator("#map output.when").inner_text()
    assert after != before
    period = after.split()[0]
    assert page.locator("#tilt output.when").inner_text() == after
    assert page.locator(".stands .value").first.inner_text().count("(") == 1
    assert page.locator("figure.curve .value").first.inner_text().startswith(period)
    assert f"at={period}" in page.url
    other = visit(page.url)
    assert other.locator("#map output.when").inner_text() == after


def test_a_gauge_changes_the_curves_and_a_reload_keeps_it(visit: Open, file: str) -> None:
    page = visit(file)
    drawn(page, "curve")
    page.locator("#tilt input[name=at]").press("End")
    value = page.locator("figure.curve .value").first.inner_text()
    page.locator("input[name=gauge][value=deeds]").check()
    assert page.locator("figure.curve .value").first.inner_text() != value
    assert "gauge=deeds" in page.url
    page.reload()
    assert page.locator("input[name=gauge][value=deeds]").is_checked()


def test_every_kind_of_mark_answers_why(visit: Open, file: str) -> None:
    page = visit(file)
    for chart, mark in (
        ("map", ".mark-shape path[aria-roledescription='geoshape']"), ("answer", ".mark-symbol path"),
        ("moves", ".mark-symbol path"),
        ("curve", None), ("influence", None), ("rests", ".mark-symbol path"), ("fan", ".mark-line path"),
    ):  # fmt: skip
        figure = drawn(page, chart)
        if mark is None:
            figure.locator("svg.marks").click(position={"x": 300, "y": 60})
        else:
            figure.locator(mark).last.click(force=True)
        panel(page).wait_for()
        assert page.locator("#panel-h").inner_text().startswith("Evidence"), chart
        page.keyboard.press("Escape")
        assert panel(page).is_hidden()


def test_evidence_keeps_hostile_text_as_text_and_its_links_harmless(visit: Open, file: str) -> None:
    page = visit(file + "#basis=all&why=EST/2021-W31")
    assert "<script>alert(1)</script>" in panel(page).inner_text()
    assert panel(page).locator("mark").inner_text() == "condemned"
    assert panel(page).locator("a[href^=javascript]").count() == 0
    assert panel(page).locator("script, img").count() == 0
    assert "⟦U+202E⟧" in panel(page).inner_text()
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def test_charts_are_saved_as_csv_svg_and_png(visit: Open, file: str, tmp_path: Path) -> None:
    page = visit(file)
    for chart in ("map", "curve", "fan"):
        figure = drawn(page, chart)
        for form, begins in (("CSV", b'"'), ("SVG", b"<svg"), ("PNG", b"\x89PNG")):
            with page.expect_download() as caught:
                figure.get_by_role("button", name=f"Download {form}").click()
            path = tmp_path / caught.value.suggested_filename
            caught.value.save_as(path)
            assert path.name.startswith(f"tiltmeter-toy-{chart}")
            raw = path.read_bytes()
            assert raw.startswith(begins) or (form == "CSV" and re.match(rb"[a-z]\w*,", raw)), (chart, form)
            assert len(raw) > 200


def test_a_link_leads_to_the_same_view(visit: Open, file: str) -> None:
    page = visit(file)
    page.locator("select[name=subject]").select_option("LVA")
    drawn(page, "influence").get_by_role("button", name="Link", exact=True).click()
    assert "subject=LVA" in page.url
    assert "see=fig-" in page.url
    other = visit(page.url)
    assert other.locator("select[name=subject]").input_value() == "LVA"
    other.wait_for_function("scrollY > 200")


def test_a_chart_is_also_a_table_whose_rows_answer_why(visit: Open, file: str) -> None:
    page = visit(file)
    figure = drawn(page, "answer")
    figure.get_by_role("button", name="Table", exact=True).click()
    rows = figure.locator(".data tbody tr")
    assert rows.count() == 6
    assert "Estonia" in rows.first.inner_text()
    assert "(" in rows.first.inner_text()
    rows.first.get_by_role("button").click()
    assert "Estonia" in page.locator("#panel-h").inner_text()


def test_keys_alone_reach_the_evidence_and_come_back(visit: Open, file: str) -> None:
    page = visit(file)
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "[document.activeElement.tagName, document.activeElement.className, document.activeElement.name]"
        )
        seen.append(tuple(here))
        if here[1] == "why":
            break
    assert seen[0][1] == "skip"
    assert seen[-1][1] == "why"
    page.keyboard.press("Enter")
    panel(page).wait_for()
    assert page.evaluate("document.activeElement.id") == "panel-h"
    page.keyboard.press("Escape")
    assert panel(page).is_hidden()
    assert page.evaluate("document.activeElement.className") == "why"


@pytest.mark.parametrize("width", [360, 768, 3840])
def test_no_window_is_too_narrow_or_too_wide(visit: Open, file: str, width: int) -> None:
    page = visit(file, width=width)
    for chart in ("map", "answer", "curve", "fan"):
        drawn(page, chart)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("button.why").first.click()
    box = panel(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_the_dark_has_colours_of_its_own(visit: Open, file: str) -> None:
    grounds = []
    inks = []
    for scheme in ("light", "dark"):
        page = visit(file, scheme=scheme)
        figure = drawn(page, "answer")
        grounds.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
        inks.append(figure.locator("svg.marks text").first.get_attribute("fill"))
    assert len(set(grounds)) == len(set(inks)) == 2


def test_moves_within_a_fifth_of_a_second(visit: Open, file: str) -> None:
    page = visit(file)
    drawn(page, "map")
    drawn(page, "curve")
    times = page.evaluate("""async () => {
      const slider = document.querySelector("input[name=at]"), times = [];
      for (let n = 0; n < 60; n++) {
        const began = performance.now();
        slider.value = n * 2;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        times.push(performance.now() - began);
      }
      return times.sort((a, b) => a - b);
    }""")
    assert times[int(0.95 * len(times))] < 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_no_serious_fault(visit: Open, file: str, scheme: str, width: int) -> None:
    page = visit(file, scheme=scheme, width=width)
    for chart in ("map", "curve", "fan"):
        drawn(page, chart)
    drawn(page, "answer").get_by_role("button", name="Table", exact=True).click()
    page.locator("button.why").first.click()
    assert serious(page) == []


def serious(page: Page) -> list[str]:
    """What axe calls serious or worse: the rule and where."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['target']} {node['failureSummary'][:200]}"
            for one in found if one["impact"] in ("serious", "critical") for node in one["nodes"][:3]]  # fmt: skip
