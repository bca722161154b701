"""The documentation says what the program does: commands, links, settings and words are checked against the code."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
from functools import cache
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
import typer

from tiltmeter import nouns, settings
from tiltmeter.cli import app
from tiltmeter.coder.language import languages
from tiltmeter.model.panels import GAUGES
from tiltmeter.questions.verdict import OUTCOMES
from tiltmeter.sources import names as source_names
from tiltmeter.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")


def verbs() -> list[str]:
    group: Any = typer.main.get_command(app)
    return [name for name, verb in group.commands.items() if not verb.hidden]


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@cache
def script(name: str) -> ModuleType:
    """A script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(page: str) -> list[str]:
    """Lines of code blocks, and code spans."""
    blocks = re.findall(r"```\w*\n(.*?)```", page, re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", page, flags=re.DOTALL))
    return [*(line for block in blocks for line in block.splitlines()), *spans]


def without_code(page: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", page, flags=re.DOTALL)


def anchors(page: str) -> set[str]:
    """The addresses of a page's headings, as the usual viewers make them."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower().strip()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", NAMES)
def test_links_inside_the_project_lead_somewhere(name: str) -> None:
    page = ROOT / name
    broken = []
    for target in ("".join(hit) for hit in LINK.findall(without_code(text(name)))):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = unescape(target).partition("#")
        file = (page.parent / path).resolve() if path else page
        there = file.exists() and (not anchor or anchor in anchors(file.read_text("utf-8")))
        if not there:
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("name", NAMES)
def test_verbs_that_pages_name_exist(name: str) -> None:
    hits = (re.match(r"(?:\.venv/bin/)?tiltmeter ([a-z]+)\b", line) for line in commands(text(name)))
    assert {hit[1] for hit in hits if hit} <= set(verbs())


@pytest.mark.parametrize("name", NAMES)
def test_make_targets_that_pages_name_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    hits = (re.match(r"make ([a-z]+)", line) for line in commands(text(name)))
    assert {hit[1] for hit in hits if hit} <= targets


def test_every_make_target_is_phony() -> None:
    makefile = text("Makefile")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    assert targets == set(phony[1].split())


def test_the_readme_names_the_two_commands() -> None:
    assert re.search(r"```\nmake demo\nmake test\n```", text("README.md"))


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_is_documented(verb: str) -> None:
    assert f"\n## {verb}\n" in text("docs/cli.md")


def test_the_page_of_the_command_line_is_current() -> None:
    assert text("docs/cli.md") == script("make_cli").page(), "run `make docs`"


@pytest.mark.parametrize("model", [settings.Settings, settings.Theatre, settings.Moment, settings.Claim])
def test_every_setting_is_documented(model: type[Any]) -> None:
    page = text("docs/settings.md")
    missing = [name for name in model.model_fields if f"`{name}`" not in page]
    assert not missing


@pytest.mark.parametrize("source", source_names())
def test_every_source_is_documented(source: str) -> None:
    assert re.search(rf"^\| `{source}`", text("docs/sources.md"), re.MULTILINE)


@pytest.mark.parametrize("language", languages())
def test_every_language_has_its_scores(language: str) -> None:
    block = script("make_readme").BLOCK.search(text("docs/scores.md"))
    assert block is not None
    assert re.search(rf"^\| {language} \|", block[3], re.MULTILINE), "run `make scores`"


@pytest.mark.parametrize(
    "word",
    [
        *("state", "pole", "power", "tilt", "gauge", "period", "theatre", "warmth", "influence", "data_share"),
        *("giver", "taker", "root", "quad", "mode", "words", "deeds", "tie", "figure", "roll call", "reject", "run"),
        *("claim", "finding", "verdict", "episode", "brief", "walk", "record", "written"),
    ],
)
def test_a_word_of_the_house_is_explained(word: str) -> None:
    assert re.search(rf"^\| \*\*{word}\*\*|^\| [^|]*\*\*{word}\*\*[^|]*\|", text("docs/words.md"), re.MULTILINE)


def test_words_lists_what_the_code_lists() -> None:
    page = text("docs/words.md")
    assert [name for name in (*GAUGES, *nouns.MODES, *OUTCOMES, *nouns.CHOICES) if name not in page] == []


def test_a_promise_names_a_test_that_is_there() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text("docs/trust.md")))
    assert len(named) > 20
    assert {(file, name) for file, name in named if f"def {name}(" not in text(file)} == set()


def test_the_rates_of_error_are_those_measured() -> None:
    rows = re.findall(
        r"^\| (\w+) \| [\d,]+ \| [\d,]+ \| ([\d.]+) \| ([\d.]+) \| ([\d.]+).*?\| ([\d.]+)", text("docs/scores.md"), re.M
    )
    rates = {name: [float(value) for value in values] for name, *values in rows}
    precision, recall, _, false = rates.pop("all")
    page = text("docs/limits.md")
    assert f"**{precision:.0%}** are right".replace("%", " %") in page
    assert f"it finds **{recall:.0%}**".replace("%", " %") in page
    assert f"it sees **{false:.0f}** that" in page
    both = [rate[2] for name, rate in rates.items() if len(name) == 2]
    assert f"({min(both):.2f} to {max(both):.2f})" in re.sub("harmonic mean of both rates ", "", page)


@pytest.mark.parametrize("page", script("make_transcripts").pages(), ids=lambda page: page.name)
def test_what_a_page_says_was_printed_was_made(page: Path) -> None:
    steps = [hit for hit in script("make_transcripts").STEP.finditer(page.read_text("utf-8")) if hit["open"]]
    assert steps
    assert all(len(hit[0].splitlines()) > 4 for hit in steps), "run `make transcripts`"


def test_a_transcript_keeps_the_lines_asked_for() -> None:
    kept = script("make_transcripts").kept
    assert kept("\na\nb\nc\nd\n") == "a\nb\nc\nd"
    assert kept("a\nb\nc\nd\n", "2") == "a\nb\n…"
    assert kept("a\nb\nc\nd\n", "b: 2") == "…\nb\nc\n…"
    with pytest.raises(LookupError, match="nothing printed holds 'x'"):
        kept("a\n", "x:1")


@pytest.mark.slow
@pytest.mark.parametrize("page", script("make_transcripts").pages(), ids=lambda page: page.name)
def test_the_commands_of_a_page_run(page: Path) -> None:
    ((_, made),) = script("make_transcripts").transcripts([page])
    assert made.count("<!-- ran") == page.read_text("utf-8").count("<!-- ran")


@pytest.mark.parametrize("notebook", script("make_examples").notebooks(), ids=lambda file: file.stem)
def test_the_page_of_an_analysis_has_its_cells(notebook: Path) -> None:
    page = notebook.with_suffix(".md").read_text("utf-8")
    found = script("make_examples").cells(notebook.read_text("utf-8"))
    assert len(found) > 5
    assert [body for _, body in found if body not in page] == [], "run `make examples`"


@pytest.mark.slow
@pytest.mark.parametrize("notebook", script("make_examples").notebooks(), ids=lambda file: file.stem)
def test_an_analysis_runs_and_draws(notebook: Path) -> None:
    page, drawings = script("make_examples").page(notebook)
    assert page.count("```text") >= 3
    assert drawings
    for drawn in drawings.values():
        assert ElementTree.fromstring(drawn).tag.endswith("svg")  # our own file


def test_axes_are_explained() -> None:
    page = text("docs/words.md")
    assert all(f"**{axis}**" in page for axis in "STPRCD")


def test_every_decision_is_listed_and_says_what_would_change_it() -> None:
    pages = [page for page in (ROOT / "docs" / "decisions").glob("*.md") if page.name != "README.md"]
    index = text("docs/decisions/README.md")
    assert len(pages) >= 8
    for page in pages:
        body = page.read_text("utf-8")
        assert f"({page.name})" in index
        for part in ("**Question.**", "**Choice.**", "**What would change it.**"):
            assert part in body, f"{page.name}: {part}"


def test_the_readmes_blocks_were_made() -> None:
    blocks = script("make_readme").blocks(text("README.md"))
    assert set(blocks) == {"demo", "stands", "peak", "moves", "why", "python"}
    assert all(len(body.strip()) > 80 for body in blocks.values()), "run `make readme`"


def test_the_readmes_chart_is_whole_and_loads_nothing() -> None:
    for theme in ("light", "dark"):
        drawn = text(f"docs/pictures/answer-{theme}.svg")
        root = ElementTree.fromstring(drawn)  # our own file
        assert root.tag.endswith("svg")
        assert "href" not in drawn
        words = {node.text for node in root.iter() if node.tag.endswith("text")}
        assert {"Kazakhstan", "Uzbekistan", "Russia", "Ukraine"} <= words


def test_the_readmes_verdicts_are_those_of_the_record(demo: Workspace) -> None:
    make = script("make_readme")
    blocks = make.blocks(text("README.md"))
    found = {one.id: one.record_only for one in demo.ask()}["peak-of-influence"]
    printed = dict(re.findall(r"^\| \**(\w+)\** \|.*\| \**(\w+)[^|]*\|$", blocks["peak"], re.MULTILINE))
    own = {name: one.verdict for name, one in found.by_definition.items()}
    assert {name: verdict for name, verdict in printed.items() if name in own} == own
    assert printed["all"] == found.verdict
    rows = re.findall(r"^\| ([A-Z]\w+) \|.*\| ([\w ]+) \|$", blocks["stands"], re.MULTILINE)
    assert [verdict for _, verdict in rows] == [one.record_only.outcome for one in demo.verdicts()]


def test_the_readmes_python_runs(demo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = script("make_readme").program(text("README.md"))
    assert len([line for line in program.splitlines() if line.strip()]) <= 11
    (tmp_path / "tiltmeter-demo").symlink_to(demo.folder)
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, "README.md", "exec"), {"__name__": "readme"})
    lines = printed.getvalue().splitlines()
    assert lines[0].startswith("KAZ AID UKR 2022-03-14")
    assert lines[-1].startswith(("undecided {", "supported {", "contradicted {"))
