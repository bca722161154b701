"""The package's face: what it hands out, and that it costs next to nothing to import."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import tiltmeter


def _python(source: str) -> str:
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.strip()


def test_the_public_names_are_these() -> None:
    assert tiltmeter.__all__ == [
        "FitSettings",
        "Tilt",
        "TiltmeterError",
        "Workspace",
        "classify",
        "code",
        "find_actors",
        "fit",
        "load_theatre",
        "panel",
        "read",
        "simulate_world",
    ]


@pytest.mark.parametrize("name", tiltmeter.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(tiltmeter, name)
    assert value.__doc__, f"{name} has no docstring"
    assert value is getattr(importlib.import_module(value.__module__), name)


def test_dir_lists_the_public_names() -> None:
    assert set(tiltmeter.__all__) <= set(dir(tiltmeter))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'tilt_everything'"):
        _ = tiltmeter.tilt_everything


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ["altair", "duckdb", "numba", "numpy", "pyarrow", "pydantic", "rich", "scipy", "typer"]
    assert _python(f"import sys, tiltmeter; print([name for name in {heavy!r} if name in sys.modules])") == "[]"


def test_help_loads_nothing_heavy() -> None:
    heavy = ["altair", "duckdb", "numba", "numpy", "pyarrow", "scipy"]
    assert _python(f"import sys, tiltmeter.cli; print([name for name in {heavy!r} if name in sys.modules])") == "[]"
