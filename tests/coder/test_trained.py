"""What the name of the kept coder follows from: all that training reads, and nothing that it does not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tiltmeter.coder import trained

PACKAGE = Path(trained.__file__).parents[1]

TRAINS = """
import sys
from tiltmeter.coder import build, corpus, trained
items = [item for item in corpus.items("tr") if not item.held_back][:60]
coder, namer = build.build({"tr": items}, trained.finder)
build.save((coder, namer), __import__("pathlib").Path(sys.argv[1]))
build.restored(__import__("pathlib").Path(sys.argv[1]), trained.finder)
print(*sorted(name for name in sys.modules if name.split(".")[0] == "tiltmeter"))
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""

GROUND = {"errors.py", "nouns.py", "__init__.py"}
"""Below the rooms: errors teach nothing, and of the nouns the digest takes the codebook by value."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """Files of ours, and other packages, that a process has imported when it has trained."""
    path = tmp_path_factory.mktemp("train") / "a.npz"
    done = subprocess.run([sys.executable, "-c", TRAINS, str(path)], capture_output=True, text=True, check=True)
    ours, others = (line.split() for line in done.stdout.splitlines())
    files = set()
    for name in ours:
        place = PACKAGE.joinpath(*name.split(".")[1:])
        files.add(str((place / "__init__.py" if place.is_dir() else place.with_suffix(".py")).relative_to(PACKAGE)))
    return files, set(others)


def test_all_that_training_imports_is_in_the_digest(imported: tuple[set[str], set[str]]) -> None:
    files, _ = imported
    assert "coder/features.py" in files
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
    assert used
    assert used <= set(trained.TOOLS)


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
