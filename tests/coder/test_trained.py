"""What the name of the kept coder follows from: all that training reads, and nothing that it does not."""

from __future__ import annotations

import ast
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tiltmeter.coder import trained

PACKAGE = Path(trained.__file__).parents[1]

ROOTS_OF_TRAINING = ("coder/build.py", "coder/corpus.py", "coder/trained.py", "actors/__init__.py")

SHELF = re.compile(r"'(tiltmeter\.\w+\.\w+)")

GROUND = {"errors.py", "nouns.py", "__init__.py"}
"""Below the rooms: errors teach nothing, and of the nouns the digest takes the codebook by value."""


def imports(name: str) -> Iterator[str]:
    """Dotted names that a file imports, wherever in it; of the shelves it loads from, every entry."""
    for node in ast.walk(ast.parse((PACKAGE / name).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and (shelf := SHELF.match(repr(node.value))):
            folder = PACKAGE.joinpath(*shelf[1].split(".")[1:])
            yield from (f"{shelf[1]}.{file.stem}" for file in (*folder.glob("*.py"), *folder.glob("*/")))


def file_of(dotted: str) -> str | None:
    place = PACKAGE.joinpath(*dotted.split(".")[1:])
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if file.is_file():
            return str(file.relative_to(PACKAGE))
    return None


@pytest.fixture(scope="module")
def imported() -> tuple[set[str], set[str]]:
    """Files of ours that training may import, from one to the next, and the other packages they name."""
    files, others = set(), set()
    waiting = list(ROOTS_OF_TRAINING)
    while waiting:
        name = waiting.pop()
        if name in files:
            continue
        files.add(name)
        for dotted in () if name in GROUND else imports(name):
            if not dotted.startswith("tiltmeter"):
                others.add(dotted.split(".")[0])
            elif dotted != "tiltmeter" and (found := file_of(dotted)):
                waiting.append(found)
    return files, others


def test_all_that_training_imports_is_in_the_digest(imported: tuple[set[str], set[str]]) -> None:
    files, _ = imported
    assert {"coder/features.py", "coder/languages/en/__init__.py", "actors/merge.py", "actors/forms/de.py"} <= files
    above = {name for name in files if name.split("/")[0] not in ("coder", "actors")}
    assert above - GROUND <= {"_codes.py", "_shelf.py"}
    assert not files & trained.BESIDE


def test_what_is_left_out_of_the_digest_exists() -> None:
    assert all((PACKAGE / name).is_file() for name in trained.BESIDE)


def test_the_tools_of_training_are_in_the_digest(imported: tuple[set[str], set[str]]) -> None:
    _, others = imported
    project = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    ours = {re.split("[^a-z0-9-]", line)[0] for line in project["dependencies"]}
    used = {name for name in ours if name.replace("-", "_") in others}
    assert {"numpy", "simplemma"} <= used <= set(trained.TOOLS)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two rooms and what they stand on, to write into."""
    folder = tmp_path_factory.mktemp("rooms")
    for room in ("coder", "actors"):
        shutil.copytree(PACKAGE / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_codes.py", "_shelf.py"):
        shutil.copy(PACKAGE / name, folder / name)
    return folder


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("coder/features.py", True),
        ("coder/a_new_file.py", True),
        ("coder/languages/en/corpus/core-1.txt", True),
        ("actors/tables/leaders.txt", True),
        ("_codes.py", True),
        ("coder/lines.py", False),
    ],
)
def test_a_change_trains_anew_only_where_it_is_learnt_from(
    name: str, counts: bool, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.resources.files", lambda _: copied)
    before = trained.digest.__wrapped__()
    with (copied / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert (trained.digest.__wrapped__() != before) is counts
