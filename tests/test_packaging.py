"""What goes out with the program: the wheel, the container files, the list of licences."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.test_docs import script
from tiltmeter.cli import app

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def verbs() -> set[str]:
    group: Any = typer.main.get_command(app)
    return set(group.commands)


def test_what_the_image_copies_is_there_and_not_kept_from_it() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    names = " ".join(copied).split()
    let_in = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    assert len(names) > 3
    assert all((ROOT / name).exists() for name in names)
    assert set(names) == let_in


def test_the_image_has_the_versions_of_the_lock() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = {line.split("==")[0] for line in lock.splitlines() if re.match(r"[a-z0-9]", line)}
    assert {script("make_licences").plain(re.split(r"[><=\[;]", need)[0]) for need in PROJECT["dependencies"]} <= pinned


def test_verbs_of_the_container_files_exist() -> None:
    compose = (ROOT / "compose.yaml").read_text("utf-8")
    named = set(re.findall(r"command: \[(\w+)", compose)) | set(re.findall(r"\btiltmeter ([a-z]+)\b", compose))
    assert len(named) > 3
    assert named <= verbs()


def test_every_package_the_program_needs_is_listed_with_its_licence() -> None:
    listed = dict(
        re.findall(r"^\| ([\w-]+) \| ([^|]+) \| direct \|$", (ROOT / "docs" / "licences.md").read_text("utf-8"), re.M)
    )
    assert set(listed) == set(script("make_licences").direct()), "run `make licences`"
    assert "see the package" not in listed.values()


def test_the_python_versions_promised_begin_with_the_least_one_required() -> None:
    told = [line.split("::")[-1].strip() for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)]
    assert PROJECT["requires-python"] == f">={told[0]}"


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package_and_no_other(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    package = ROOT / "src" / "tiltmeter"
    files = {str(file.relative_to(package.parent)) for file in package.rglob("*") if file.is_file()}
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert inside == {name for name in files if "__pycache__" not in name}
