"""Runs what the README shows and writes it between the README's markers: `make readme` (some minutes)."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tiltmeter.show.view import Extras, View, view
from tiltmeter.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
TILTMETER = Path(sys.executable).with_name("tiltmeter")
BLOCK = re.compile(r"(<!-- made: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
RECORD = "tiltmeter init record"


def blocks(text: str) -> dict[str, str]:
    """What stands between the markers, by name."""
    return {name: body for _, name, body, _ in BLOCK.findall(text)}


def replaced(text: str, made: dict[str, str]) -> str:
    """The text with the blocks made anew; a block without a marker is an error."""
    missing = set(made) - set(blocks(text))
    if missing:
        raise LookupError(f"the README has no marker for {', '.join(sorted(missing))}")
    return BLOCK.sub(lambda hit: hit[1] + made.get(hit[2], hit[3]) + hit[4], text)


def commands(text: str, first: str) -> list[str]:
    """The lines of the `sh` block that begins with a command."""
    for body in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        if body.startswith(first):
            return [line for line in body.splitlines() if line.strip()]
    raise LookupError(f"no block that begins with {first}")


def program(text: str) -> str:
    """The README's ten lines of Python."""
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    if not found:
        raise LookupError("no Python in the README")
    return found[1]


def run(*words: str, folder: Path) -> str:
    """What the installed command prints, 100 columns wide."""
    environment = os.environ | {"COLUMNS": "100"}
    done = subprocess.run(  # noqa: S603 - the commands are the README's own
        [str(TILTMETER), *words], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def fenced(text: str, kind: str = "text") -> str:
    """A fenced block."""
    body = "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
    return f"```{kind}\n{body}\n```\n"


def made_by_demo(printed: str) -> str:
    """The counts and the head of the claims, of the demo's output."""
    lines = printed.splitlines()
    claims = next(n for n, line in enumerate(lines) if line.strip().startswith("Claim "))
    rest = next(n for n, line in enumerate(lines) if n > claims and line.startswith(" Before "))
    return fenced("\n".join([lines[0].split(";")[0] + ".", "", *lines[claims:rest], " …"]))


def made_by_why(printed: str, most: int = 2) -> str:
    """A walk with the first rows of each kind."""
    kept: list[str] = []
    shown = 0
    for line in printed.splitlines():
        if not re.match(r"\d{4}-|  ", line):
            shown = 0
        elif re.match(r"\d{4}-", line):
            shown += 1
            if shown == most + 1:
                kept.append("  …")
        if shown <= most:
            kept.append(line)
    return fenced("\n".join(kept))


def record_view(workspace: Workspace) -> tuple[View, dict[str, Any]]:
    """What the page shows of a workspace of record alone, and its findings by id."""
    basis, _ = workspace.bases()
    shown = view(record=basis, extras=Extras(verdicts=workspace.verdicts()), today=dt.datetime.now().date())
    return shown, {one.id: one for one in workspace.ask()}


def stands(shown: View) -> str:
    """The table of where each state stood and stands."""
    return "".join(_stands(shown))


def _stands(shown: View) -> Iterator[str]:
    yield "| state | before the invasion | since | moved by | from data | verdict on words and deeds |\n"
    yield "|---|---|---|---|---|---|\n"
    for one in shown.bases["record"]["answers"]:
        values, verdict = one["values"], one["verdict"]["verdict"]
        yield (
            f"| {one['name']} | {values['before']} | {values['now']} | {one['shift']} | "
            f"{one['share_text']} | {verdict} |\n"
        )


def peak(finding: Any) -> str:
    """The table of one claim by definition, and its verdict."""
    return "".join(_peak(finding.record_only))


def _peak(answer: Any) -> Iterator[str]:
    yield "| influence as | chance after the data | before any | Bayes factor | verdict |\n|---|---|---|---|---|\n"
    for name, one in answer.by_definition.items():
        if one.probability is None:
            yield f"| {name} | – | – | – | {one.verdict}: {one.why} |\n"
        else:
            yield (
                f"| {name} | {_percent(one.probability)} | {_percent(one.prior)} | "
                f"{_factor(one.bayes_factor)} | {one.verdict} |\n"
            )
    yield f"| **all** | | | | **{answer.verdict}** |\n"


def _percent(share: float) -> str:
    return "under 1 %" if 0 <= share < 0.01 else f"{100 * share:.0f} %"


def _factor(value: float) -> str:
    return f"{value:.2g}" if value < 10 else f"{value:,.0f}"


def moves(shown: View) -> str:
    """The table of how far each kind of record moved."""
    return "".join(_moves(shown))


def _moves(shown: View) -> Iterator[str]:
    rows = {(row["name"], row["gauge"]): row for row in shown.bases["record"]["moves"]}
    gauges = list(dict.fromkeys(gauge for _, gauge in rows))
    yield f"| state | {' | '.join(gauges)} |\n|---|{'---|' * len(gauges)}\n"
    for state in dict.fromkeys(name for name, _ in rows):
        cells = [_cell(rows[state, gauge]) for gauge in gauges]
        yield f"| {state} | {' | '.join(cells)} |\n"


def _cell(row: dict[str, Any]) -> str:
    return f"{row['value']}, from data {row['share']} %" + ("" if row["share"] >= 20 else ": too little to tell")


def main() -> None:
    """Run the README's commands in an empty folder and write what they print."""
    text = README.read_text("utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        printed = run("demo", "tiltmeter-demo", folder=folder)
        shutil.copytree(ROOT / "src" / "tiltmeter" / "sample", folder / "src" / "tiltmeter" / "sample")
        walk = [run(*line.split()[1:], folder=folder) for line in commands(text, RECORD)][-1]
        python = subprocess.run(  # noqa: S603 - the lines are the README's own
            [sys.executable, "-c", program(text)], cwd=folder, capture_output=True, text=True, check=True
        ).stdout
        shown, found = record_view(Workspace.open(folder / "record", now=dt.datetime.now))
    made = {
        "demo": made_by_demo(printed), "why": made_by_why(walk), "python": fenced(python), "stands": stands(shown),
        "peak": peak(found["peak-of-influence"]), "moves": moves(shown),
    }  # fmt: skip
    README.write_text(replaced(text, made), encoding="utf-8")


if __name__ == "__main__":
    main()
