"""
Verbs killed at random moments and run again end where an undisturbed run does: every row, every answer.

`TILTMETER_KILLS` is the number of kills, shared among the verbs (200 without it).
"""

from __future__ import annotations

import os
import random
import shutil
import time

import pytest

from tests.trust.verbs import VERBS, Stage

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("TILTMETER_KILLS", "200"))


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_killed_at_any_moment_is_made_whole_by_running_it_again(before: dict[str, Stage], verb: str) -> None:
    stage, drawn = before[verb], random.Random(verb)
    disturbed = 0
    for number in range(max(1, KILLS // len(VERBS))):
        folder = stage.copy(stage.start.parent / f"{verb}-{number}")
        child = stage.started(folder)
        time.sleep(drawn.uniform(0, stage.seconds))
        disturbed += child.is_alive()
        child.kill()
        child.join()
        stage.again(folder)
        shutil.rmtree(folder)
    # the figure is what one runs this for
    print(f"\n{verb}: {disturbed} of {number + 1} killed while at work; each came out whole")  # noqa: T201
    assert disturbed
