"""Inputs that once broke something are replayed; and each target of the fuzzer takes its own seeds."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.targets import TARGETS, seeds

FOUND = sorted(path for path in (Path(__file__).parent / "crashers").glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", FOUND, ids=[f"{path.parent.name}-{path.name[:16]}" for path in FOUND])
def test_what_once_broke_it_ends_in_an_answer_or_two_lines(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_first_seeds(name: str) -> None:
    given = seeds(name)
    assert given
    for one in (*given[:2], b"", b"\xff\xfe\x00"):
        TARGETS[name](one)
