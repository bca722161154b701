"""A disk that is full, a folder that cannot be written or goes away: two lines, and nothing lost."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.trust.verbs import VERBS, Stage, ended_in_order, state

pytestmark = pytest.mark.slow

Mount = Callable[..., None]


def size(folder: Path) -> int:
    """Bytes that the files of a folder take on a disk in memory, which has pages of 4 kB."""
    return sum(-(-path.stat().st_size // 4096) * 4096 for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Makes `tmp_path/disk` a disk of its own, in memory; skips where that is not allowed."""
    place = tmp_path / "disk"
    place.mkdir()

    def mounted(*options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(place)]
        if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this user may not mount a disk")

    yield mounted
    while subprocess.run(["umount", place], capture_output=True, check=False).returncode == 0:
        pass


@pytest.mark.parametrize("verb", VERBS)
def test_a_full_disk_ends_in_two_lines_and_with_room_the_verb_goes_on(
    before: dict[str, Stage], verb: str, tmp_path: Path, mount: Mount
) -> None:
    stage, refused = before[verb], 0
    need = size(stage.end) - size(stage.start)
    for share in (0.0, 0.2, 0.6):
        mount(f"size={size(stage.start) + int(share * need) + (4 << 10)}")
        folder = stage.copy(tmp_path / "disk" / "w")
        child = stage.started(folder)
        child.join()
        refused += not ended_in_order(child, folder)
        mount("remount", "size=1g")
        stage.again(folder)
        subprocess.run(["umount", tmp_path / "disk"], check=True)
    assert refused


@pytest.mark.parametrize("verb", VERBS)
def test_a_file_that_may_not_grow_ends_in_two_lines_and_later_the_verb_goes_on(
    before: dict[str, Stage], verb: str, tmp_path: Path
) -> None:
    stage, refused = before[verb], 0
    for number, largest in enumerate((8 << 10, 300 << 10, 2 << 20)):
        folder = stage.copy(tmp_path / f"w{number}")
        child = stage.started(folder, largest=largest)
        child.join()
        refused += not ended_in_order(child, folder)
        stage.again(folder)
    assert refused


@pytest.mark.parametrize("verb", VERBS)
def test_a_folder_that_goes_away_and_comes_back_is_made_whole(
    before: dict[str, Stage], verb: str, tmp_path: Path
) -> None:
    stage, drawn = before[verb], random.Random(verb)
    for number in range(3):
        folder = stage.copy(tmp_path / f"w{number}")
        child = stage.started(folder)
        time.sleep(drawn.uniform(0.1, 0.9) * stage.seconds)
        lost = folder.rename(tmp_path / f"lost{number}")
        child.join()
        ended_in_order(child, folder)
        assert not folder.exists() or [*folder.rglob("*")] == []  # no second workspace grows where the first one was
        if folder.exists():
            folder.rmdir()
        lost.rename(folder)
        stage.again(folder)


@pytest.mark.parametrize("verb", VERBS)
def test_a_read_only_folder_is_told_in_two_lines_and_stays_as_it_was(
    before: dict[str, Stage], verb: str, tmp_path: Path, mount: Mount
) -> None:
    stage, folder = before[verb], tmp_path / "disk" / "w"
    mount("size=1g")
    stage.copy(folder)
    mount("remount", "ro")
    child = stage.started(folder)
    child.join()
    assert not ended_in_order(child, folder)
    assert state(folder) == state(stage.start)
