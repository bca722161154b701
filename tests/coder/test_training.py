from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tiltmeter.coder import build, corpus
from tiltmeter.coder.trained import finder
from tiltmeter.errors import CoderError


def small() -> dict[str, list[corpus.Item]]:
    return {"en": [item for item in corpus.items("en") if item.id.startswith("core-") and not item.held_back][::2]}


@pytest.mark.slow
def test_the_same_corpus_gives_the_same_bytes_in_one_process_or_two(tmp_path: Path) -> None:
    for jobs, name in ((1, "a.npz"), (2, "b.npz")):
        build.save(build.build(small(), finder, jobs=jobs), tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.slow
def test_a_saved_coder_answers_as_the_one_in_memory(tmp_path: Path) -> None:
    made = build.build(small(), finder)
    build.save(made, tmp_path / "a.npz")
    again = build.restored(tmp_path / "a.npz", finder)
    texts = [(item.text, "en", item.date) for item in corpus.items("en")[:80]]
    assert made[0].code_all(texts) == again[0].code_all(texts)


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(CoderError, match="no labelled sentences"):
        build.build({"en": []}, finder)


def test_the_lexicon_has_one_order_in_every_process() -> None:
    # sets of strings are walked in another order in each process: none may decide what is learnt
    code = "from tiltmeter.coder.language import deed_lines, language; print(deed_lines(language('en').deeds))"
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
