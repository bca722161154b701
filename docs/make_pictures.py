"""Draws the README's chart from the bundled record: `make pictures`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tiltmeter import bundle
from tiltmeter.show import charts, pictures
from tiltmeter.show.names import words
from tiltmeter.show.view import Extras, View, view

THEATRE = "central_asia"
FOLDER = Path(__file__).with_name("pictures")
THEMES = ("light", "dark")


def record() -> View:
    """What the page shows of the bundled record, no written report in it."""
    workspace = bundle.record(THEATRE, now=dt.datetime.now)
    basis, _ = workspace.bases()
    return view(record=basis, extras=Extras(verdicts=workspace.verdicts()), today=dt.datetime.now().date())


def answer(shown: View, theme: int) -> str:
    """Where each state stood before and stands since the turning point, as SVG."""
    told = dict(words("en"))
    poles = {f"pole_{side}": shown.head["poles"][side]["name"] for side in "ab"}
    own = told | poles | {"before": told["time_before"], "now": told["time_now"]}
    rows = pictures.answers(shown.bases["record"], told)
    spec = charts.filled(charts.answer(own, states=len(shown.states)), {"answer": rows})
    return charts.svg(spec | {"background": "var(--card)", "padding": 12}, theme=theme)


def main() -> None:
    """Write `answer-light.svg` and `answer-dark.svg`."""
    shown = record()
    FOLDER.mkdir(exist_ok=True)
    for theme, name in enumerate(THEMES):
        (FOLDER / f"answer-{name}.svg").write_text(answer(shown, theme) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
