"""
The page of scores: `tiltmeter eval` on the held-back sentences, and `classify` on a yardstick beside the checkout.

`make scores` writes the table into docs/scores.md; `python bench/coder_scores.py --print` only prints it, and
`--before COMMIT` prints the rates on the sentences held back at that commit, so that two corpora can be compared.
The yardstick's sentences are coded and compared by machine; nobody reads them, and nothing is learnt from them.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tiltmeter import scores
from tiltmeter.coder import load
from tiltmeter.coder.build import Bundle
from tiltmeter.coder.classify import Asked, find
from tiltmeter.coder.trained import digest
from tiltmeter.nouns import ROOTS
from tiltmeter.scores.naming import naming
from tiltmeter.scores.rates import Rate, Rates
from tiltmeter.show.scores import FEW

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "scores.md"
DATA = Path(os.environ.get("TILTMETER_DATA") or ROOT.parent / "shared" / "data")
YARDSTICK = DATA / "gold" / "plv_train.tsv"
SCORES, LOG = ("<!-- made: scores -->\n", "<!-- end -->"), ("<!-- log -->\n", "<!-- end log -->")
BLOCK = 200


def yardstick(bundle: Bundle, path: Path) -> tuple[str, str]:
    """Macro-F1 of `classify` on a table of sentence, source, target, root: for the page, and short for its log."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    asked = [
        Asked(r["sentence"], "en", find(r["sentence"], r["source"]), find(r["sentence"], r["target"])) for r in rows
    ]
    asked = [Asked(a.text, a.language, a.source, a.target if a.target != a.source else None) for a in asked]
    table = np.concatenate([bundle[1].probabilities(asked[n : n + BLOCK]) for n in range(0, len(asked), BLOCK)])
    truth = [row["root"].upper() for row in rows]
    if strange := set(truth) - set(ROOTS):
        raise SystemExit(f"{path}: roots we do not have: {sorted(strange)}")
    said = [ROOTS[int(place)] for place in table.argmax(axis=1)]
    found = naming(list(zip(truth, said, map(float, table.max(axis=1)), strict=True)))
    points = [f"{100 * point:.1f}" for point in (found.root, found.quad, found.binary)]
    return f"| tiltmeter | {' | '.join(points)} | {100 * found.surest:.1f} |\n", " / ".join(points)


def page_block(bundle: Bundle) -> tuple[str, str]:
    """The page's block, and the run's line in its log."""
    began = time.process_time()
    items = scores.held_back()
    judged = scores.judge(bundle[0], items)
    found, named = scores.scored(judged), scores.named(bundle[1], items)
    today, command = dt.datetime.now().date(), "`make scores`"
    text = (
        f"{today}, {command}, coder `{digest()[:12]}`, threshold {bundle[0].threshold:.3f}; 90 % intervals in brackets."
    )
    text += "\n\n"
    text += _table(
        "language", {**found.languages, "all": found.whole}, {code: one.right for code, one in named.items()}
    )
    one = named["all"]
    text += f"\nThe most confident 70 % of `classify`: {100 * one.surest:.1f} % right; its macro-F1 "
    text += (
        f"{100 * one.root:.1f} (root), {100 * one.quad:.1f} (quad), {100 * one.binary:.1f} (cooperation or conflict).\n"
    )
    told = (f"{name} {100 * each.right:.0f} % of {each.events:,}" for name, each in found.details.items())
    text += f"Of right events, as labelled where either gives one: {', '.join(told)}.\n"
    text += f"\n{_table('root', found.roots)}\n{_table('phenomenon', found.phenomena)}\n"
    text += "| confidence | events | mean confidence | right |\n|---|---|---|---|\n"
    for tenth in found.calibration:
        text += f"| {tenth.low:.1f}–{tenth.low + 0.1:.1f} | {tenth.events:,} | {tenth.mean:.2f} | {tenth.right:.2f} |\n"
    log = f"- {today}, {command}, coder `{digest()[:12]}`: F1 {found.whole.f1.value:.3f}"
    if YARDSTICK.is_file():
        line, short = yardstick(bundle, YARDSTICK)
        text += "\n`classify` on the yardstick, macro-F1 in percent:\n\n"
        text += f"| | root | quad | binary | accuracy of the surest 70 % |\n|---|---|---|---|---|\n{line}"
        log += f", yardstick {short}"
    return text, f"{log} ({time.process_time() - began:.0f} s CPU)\n"


def _table(what: str, rows: Mapping[str, Rates], named: Mapping[str, float] | None = None) -> str:
    """Rates as a table of the page; `named` adds a column of `classify`."""
    empty = any(one.empty for one in rows.values())
    titles = [what, "sentences", "events", "precision", "recall", "F1"] + ["false per 100 without"] * empty
    titles += ["classify"] if named else []
    text = f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}\n"
    for name, one in rows.items():
        cells = [name, f"{one.sentences:,}", f"{one.labelled:,}", _cell(one.precision, 3), _cell(one.recall, 3)]
        cells += [_cell(one.f1, 3, ranged=True)]
        cells += [_cell(one.false_per_100, 1, ranged=True) if one.empty >= FEW else "–"] * empty
        cells += [f"{named[name]:.3f}" if name in named else "–"] if named else []
        text += f"| {' | '.join(cells)} |\n"
    return text


def _cell(rate: Rate, places: int, *, ranged: bool = False) -> str:
    if rate.value is None:
        return "–"
    return f"{rate.value:.{places}f}" + (f" ({rate.q05:.{places}f}–{rate.q95:.{places}f})" if ranged else "")


def there(commit: str) -> set[tuple[str, str]]:
    """Languages and ids of the sentences that the corpus had at a commit."""
    command = ["git", "grep", "-E", "^@ ", commit, "--", "src/tiltmeter/coder/languages"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    headers = [line.split(":", 2)[1:] for line in found.splitlines()]
    return {(path.split("/")[4], header.split()[1]) for path, header in headers}


def main() -> None:
    """Score, print, and write the page unless told to print only."""
    if "--before" in sys.argv:
        known = there(sys.argv[sys.argv.index("--before") + 1])
        items = [item for item in scores.held_back() if (item.language, item.id) in known]
        found = scores.scored(scores.judge(load()[0], items))
        sys.stdout.write(_table("language", {**found.languages, "all": found.whole}))
        return
    text, line = page_block(load())
    sys.stdout.write(f"{text}\n{line}")
    if "--print" in sys.argv[1:]:
        return
    page = PAGE.read_text("utf-8")
    head, rest = page.split(SCORES[0], 1)
    page = head + SCORES[0] + text + SCORES[1] + rest.split(SCORES[1], 1)[1]
    head, rest = page.split(LOG[1], 1)
    PAGE.write_text(head + line + LOG[1] + rest, encoding="utf-8")


if __name__ == "__main__":
    main()
