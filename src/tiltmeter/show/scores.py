"""Scores in the terminal: tables by language, root and phenomenon, the calibration, sentences that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from tiltmeter.scores.board import difference
from tiltmeter.show.terminal import _hanging, _heading, _table, _text

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.table import Table
    from rich.text import Text

    from tiltmeter.scores import Board, Judged
    from tiltmeter.scores.board import Tenth
    from tiltmeter.scores.naming import Naming
    from tiltmeter.scores.rates import Rate, Rates

BAR: Final = 20
"""Cells of a full bar."""

FEW: Final = 10
"""Sentences without an event under which a rate of false ones is not shown."""


def scores(
    found: Board, *, title: str, named: Mapping[str, Naming] | None = None, differ: Sequence[Judged] = ()
) -> Group:
    """
    A board for 80 columns.

    Args:
        found: The scores.
        title: What was scored, and by what.
        named: How the roots of labelled pairs were named; left out without it.
        differ: Sentences in which reader and labels differ, to be shown.
    """
    from rich.console import Group

    together = {"all": found.whole} if len(found.languages) > 1 else {}
    parts: list[RenderableType] = [_text(title, "bold"), _rates("language", found.languages | together)]
    if named and "all" in named:
        one = named["all"]
        line = (
            f"Of {one.asked:,} labelled pairs {one.right:.1%} get their root, the surest 70 % of them {one.surest:.1%}."
        )
        parts.append(_text(line))
        parts.append(
            _text(f"Macro-F1: root {one.root:.2f}, quad {one.quad:.2f}, cooperation or conflict {one.binary:.2f}.")
        )
    if found.details:
        told = (f"{name} {one.right:.0%} of {one.events:,}" for name, one in found.details.items())
        parts.append(_text(f"Of right events, as labelled: {', '.join(told)}."))
    parts += [_heading("By root"), _rates("root", found.roots, empty=False)]
    if found.phenomena:
        parts += [_heading("By phenomenon"), _rates("phenomenon", found.phenomena)]
    if found.calibration:
        parts += [_heading("Of the events given a confidence, so many are right"), _calibration(found.calibration)]
    if differ:
        parts += [_heading("Where the reader and the labels differ"), *(_differing(one) for one in differ)]
    parts.append(_text("F1 and false events with 90 % intervals from resampled sentences.", "dim"))
    return Group(*parts)


def _rates(what: str, rows: Mapping[str, Rates], *, empty: bool = True) -> Table:
    table = _table(
        what, "sent.", "events", "prec.", "recall", "F1", *(["false/100"] if empty else []), right=range(1, 7)
    )
    for column in table.columns:
        column.no_wrap = True
    for name, one in rows.items():
        cells = [name, f"{one.sentences:,}", f"{one.labelled:,}", _share(one.precision), _share(one.recall)]
        cells += [_ranged(one.f1, 2)]
        cells += [_ranged(one.false_per_100, 1) if one.empty >= FEW else "–"] if empty else []
        table.add_row(*(_text(cell, "bold" if name == "all" else "") for cell in cells))
    return table


def _share(rate: Rate) -> str:
    return "–" if rate.value is None else f"{rate.value:.2f}"


def _ranged(rate: Rate, places: int) -> str:
    if rate.value is None or rate.q05 is None or rate.q95 is None:
        return "–"
    return f"{rate.value:.{places}f} ({rate.q05:.{places}f}–{rate.q95:.{places}f})"


def _calibration(tenths: Sequence[Tenth]) -> Table:
    table = _table("given", "events", "mean", "right", "", right=(1, 2, 3))
    for one in tenths:
        table.add_row(
            _text(f"{one.low:.1f}–{one.low + 0.1:.1f}"), _text(f"{one.events:,}"), _text(f"{one.mean:.2f}"),
            _text(f"{one.right:.2f}"), _bar(one.right, one.mean),
        )  # fmt: skip
    return table


def _bar(right: float, mean: float) -> Text:
    """The share that is right as a bar, with a mark where the confidence says it should end."""
    cells = ["█" if place < round(BAR * right) else "·" for place in range(BAR + 1)]
    cells[round(BAR * mean)] = "┃"
    return _text("".join(cells), "cyan")


def _differing(one: Judged) -> Table:
    told = difference(one)
    lines = [f"missed  {_act(event)}" for event in told["missed"]]
    lines += [f"wrong   {_act(event)}  {event['confidence']:.2f}" for event in told["wrong"]]
    return _hanging(
        _text(told["language"], "bold"), told["text"], "\n".join([*lines, f"{told['id']}, {told['where']}", ""])
    )


def _act(event: Mapping[str, str]) -> str:
    return f"{event['source']} {event['root']} {event['target']} “{event['words']}”"
