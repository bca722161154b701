"""A reader during a write sees a whole state or is told to wait, and the writer is not disturbed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.conftest import now
from tests.trust.verbs import VERBS, Stage, ended_in_order, state
from tiltmeter.errors import StoreError
from tiltmeter.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("verb", VERBS)
def test_who_reads_while_a_verb_writes_sees_whole_files_or_is_told_to_wait(
    before: dict[str, Stage], verb: str, tmp_path: Path
) -> None:
    stage = before[verb]
    folder = stage.copy(tmp_path / "w")
    allowed = {len(Workspace.open(place, now=now).table("events")) for place in (stage.start, stage.end)}
    child, told = stage.started(folder), list[StoreError]()
    seen: set[int] = set()
    while child.is_alive():
        try:
            seen.add(len(Workspace.open(folder, now=now).table("events")))
        except StoreError as error:
            told.append(error)
        time.sleep(0.1)  # as a page does, not in a frenzy
    child.join()
    assert {(error.what.split(" by process")[0], error.mend[:4]) for error in told} <= {("the store is in use", "wait")}
    assert ended_in_order(child, folder)
    assert state(folder) == state(stage.end)
    assert seen | {0} <= allowed | {0} or verb == "code"  # a block of documents is whole by itself
    assert told or verb == "fit"  # a fit holds the store for moments only
