"""Runs the commands that pages show and writes what they print after them: `make transcripts [PAGES=…]` (minutes)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs"
STEP = re.compile(r"```sh\n(?P<commands>.*?)```|(?P<open><!-- ran(?P<part>[^>]*) -->\n).*?<!-- end -->", re.DOTALL)
"""Commands, and the place where what the last ones printed is put; see `kept` for the parts."""


def pages() -> list[Path]:
    """The pages with transcripts, in order."""
    return sorted(page for page in FOLDER.rglob("*.md") if "<!-- ran" in page.read_text("utf-8"))


def replaced(text: str, folder: Path) -> str:
    """A page with its commands run one after the other in a folder, and their output written anew."""
    printed = ""

    def step(hit: re.Match[str]) -> str:
        nonlocal printed
        if hit["commands"] is not None:
            printed = run(hit["commands"], folder)
            return hit[0]
        return f"{hit['open']}```text\n{kept(printed, hit['part'].strip())}\n```\n<!-- end -->"

    return STEP.sub(step, text)


def run(commands: str, folder: Path) -> str:
    """
    What a shell prints for some lines, 90 columns wide.

    Raises:
        RuntimeError: The last line failed; to be refused (exit status 2) is no failure, as pages show that too.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"COLUMNS": "90", "PATH": path, "TILTMETER_WORKSPACE": ""}
    done = subprocess.run(  # noqa: S603 - the commands are the pages' own
        ["/bin/sh", "-c", commands], cwd=folder, env=environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode not in (0, 2):
        raise RuntimeError(f"exit status {done.returncode}:\n{commands}\n{done.stdout}")
    return done.stdout


def kept(printed: str, part: str = "") -> str:
    r"""
    The lines to show: all, or `N`, or N from the first one that holds some words; `…` stands for what is left out.

    >>> kept("a\nb\nc\nd\n", "b: 2")
    '…\nb\nc\n…'
    """
    lines = [line.rstrip() for line in printed.splitlines()]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    words, _, count = part.rpartition(":")
    first = next((n for n, line in enumerate(lines) if words in line), None)
    if first is None:
        raise LookupError(f"nothing printed holds {words!r}:\n{printed}")
    last = first + int(count) if count else len(lines)
    return "\n".join([*["…"][: first > 0], *lines[first:last], *["…"][: last < len(lines)]])


def transcripts(chosen: list[Path]) -> Iterator[tuple[Path, str]]:
    """Each page with its new text; its commands are run in an empty folder that has the checkout's `src`."""
    for page in chosen:
        with tempfile.TemporaryDirectory() as scratch:
            (Path(scratch) / "src").symlink_to(ROOT / "src")
            yield page, replaced(page.read_text("utf-8"), Path(scratch))


def main() -> None:
    """Write the pages named, or all."""
    for page, text in transcripts([Path(name) for name in sys.argv[1:]] or pages()):
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
