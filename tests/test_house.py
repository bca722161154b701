"""The house's own rules, where a machine can check them: floors, docstrings, errors, prints, sizes."""

from __future__ import annotations

import ast
import functools
import pickle
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tiltmeter import errors
from tiltmeter.errors import TiltmeterError

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "tiltmeter"
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = [str(file.relative_to(PACKAGE)) for file in FILES]

LIMIT = 400
LONG: dict[str, str] = {
    "cli.py": "one short function per verb, and the reader looks for a verb in one place",
    "coder/coder.py": "the coder's steps in the order a text passes them",
    "model/bands.py": "one compiled smoother, its blocks in the order they are eliminated",
    "settings.py": "all that people write by hand, and one way to refuse it",
    "workspace.py": "one short method per verb, over one store",
}
"""Files over the limit, each with its reason."""

MANY: dict[str, str] = {
    "model/gather.py: panel": "one table per noun, and what is made of them",
    "model/votes.py: prepare": "inside the model: the parts of a fit of votes",
}
"""Functions with more than six options, each with its reason."""

DATA = {"facts", "sample", "theatres"}
"""Folders of data: packages only so that they are found, with nothing that imports them."""


@functools.cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"), str(file))


def trees() -> Iterator[tuple[str, ast.Module]]:
    return ((name, tree(file)) for name, file in zip(NAMES, FILES, strict=True))


def subclasses(kind: type[TiltmeterError]) -> list[type[TiltmeterError]]:
    return [kind, *(deeper for below in kind.__subclasses__() for deeper in subclasses(below))]


def test_there_is_a_package_to_check() -> None:
    assert len(FILES) > 100


def test_every_room_stands_on_a_floor() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = settings["contracts"][0]["layers"]
    placed = {name.strip().removeprefix("tiltmeter.") for layer in layers for name in layer.split("|")}
    rooms = {file.stem for file in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    rooms |= {folder.parent.name for folder in PACKAGE.glob("*/__init__.py")} - DATA
    assert rooms == placed


def test_imports_point_down_only() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_what_is_public_has_a_docstring(name: str) -> None:
    module = tree(PACKAGE / name)
    bare = [] if ast.get_docstring(module) else ["the module"]
    bare += [where for where, node in public(module) if not ast.get_docstring(node)]
    assert not bare, f"{name}: no docstring on {', '.join(bare)}"


Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public(module: ast.Module) -> Iterator[tuple[str, Documented]]:
    """Functions, classes and methods that others may call; an overload's or an override's words stand elsewhere."""
    for node in module.body:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, Documented) and not inner.name.startswith("_"):
                        yield f"{node.name}.{inner.name}", inner


def test_every_error_is_in_the_one_tree() -> None:
    own = {kind.__name__ for kind in subclasses(TiltmeterError)}
    stray = [
        f"{name}: {node.name}"
        for name, module in trees()
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error") and node.name not in own
    ]
    assert not stray


def test_every_error_is_raised_with_a_mend() -> None:
    own = {kind.__name__ for kind in subclasses(TiltmeterError)}
    bare, seen = [], 0
    for name, module in trees():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in own:
                seen += 1
                if "mend" not in {keyword.arg for keyword in node.keywords}:
                    bare.append(f"{name}:{node.lineno}")
    assert seen > 100
    assert not bare


@pytest.mark.parametrize("kind", subclasses(TiltmeterError))
def test_an_error_cannot_be_made_without_a_mend(kind: type[TiltmeterError]) -> None:
    with pytest.raises(TypeError):
        kind("what")  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", subclasses(TiltmeterError))
def test_an_error_survives_pickling(kind: type[TiltmeterError]) -> None:
    error = kind("57 columns, the format has 61", mend="convert them", where="a.CSV:12")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (again.what, again.mend, again.where) == (error.what, error.mend, error.where)
    assert str(again) == "a.CSV:12: 57 columns, the format has 61\n  Mend: convert them"


@pytest.mark.parametrize("kind", [kind for kind in subclasses(TiltmeterError) if kind is not TiltmeterError])
def test_an_error_is_also_a_builtin_one(kind: type[TiltmeterError]) -> None:
    builtin = [base for base in kind.__mro__ if base.__module__ == "builtins"]
    assert set(builtin) - {Exception, BaseException, object}
    assert kind.__module__ == errors.__name__


def test_only_the_command_line_prints() -> None:
    printing = {
        name
        for name, module in trees()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printing == {"cli.py"}


COMPUTING = {"actors", "coder", "model", "questions", "store"}
NETWORK = {
    "aiohttp",
    "ftplib",
    "http",
    "httpx",
    "httpx2",
    "requests",
    "smtplib",
    "socket",
    "ssl",
    "telnetlib",
    "urllib3",
    "websockets",
}


def imports(module: ast.Module) -> Iterator[str]:
    """Dotted names of what a file imports, at its head or later."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (node.module, *(f"{node.module}.{name.name}" for name in node.names))


def test_the_rooms_that_compute_have_no_network() -> None:
    used = {
        (name, found)
        for name, module in trees()
        for found in imports(module)
        if name.split("/")[0] in COMPUTING and (found.split(".")[0] in NETWORK or found.startswith("urllib.request"))
    }
    assert used == set()


def test_nothing_is_unpickled_or_evaluated() -> None:
    stray = []
    for name, module in trees():
        stray += [
            f"{name}: {found}" for found in imports(module) if found.split(".")[0] in {"marshal", "pickle", "shelve"}
        ]
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
                stray.append(f"{name}:{node.lineno}")
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant)
                assert node.value.value is False, name
    assert not stray


def test_a_file_has_at_most_400_lines_or_a_reason() -> None:
    sizes = {name: len(file.read_text("utf-8").splitlines()) for name, file in zip(NAMES, FILES, strict=True)}
    long = {name: size for name, size in sizes.items() if size > LIMIT}
    assert not set(long) - set(LONG), f"over {LIMIT} lines without a reason: {long}"


def test_the_list_of_long_files_is_short_and_current() -> None:
    assert len(LONG) <= 8
    assert set(LONG) <= set(NAMES)


def test_no_function_takes_more_than_six_options() -> None:
    many = [
        f"{name}: {node.name}"
        for name, module in trees()
        if name != "cli.py"  # a verb's options are its interface
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and len(node.args.kwonlyargs) > 6
    ]
    assert set(many) <= set(MANY)
