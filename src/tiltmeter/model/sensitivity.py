"""How the answer depends on choices: the same panel fitted under other priors, sources, kinds and spans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.fitting import fit
from tiltmeter.model.options import FitSettings
from tiltmeter.model.panels import ABSENT, Panel, without

if TYPE_CHECKING:
    import datetime as dt

    import pyarrow as pa

    from tiltmeter.model.tilt import Tilt


@dataclass(frozen=True, slots=True, eq=False)
class Specification:
    """One way to fit: which choice differs from the base (`choice`), and how (`option`)."""

    choice: str
    option: str
    panel: Panel
    settings: FitSettings


def specifications(panel: Panel, *, settings: FitSettings | None = None) -> Iterator[Specification]:
    """
    The base and every single departure from it that makes sense for the panel.

    >>> from tiltmeter.model.world import simulate_world
    >>> sorted({one.choice for one in specifications(simulate_world(seed=1, weeks=60).panel)})
    ['absence', 'base', 'calls', 'data', 'jumps', 'prior scale', 'span']
    """
    own = settings or FitSettings()
    yield Specification("base", "as fitted", panel, own)
    for scale in (0.5, 2.0):
        yield Specification("prior scale", f"{scale:g}×", panel, replace(own, prior_scale=scale))
    yield Specification("jumps", "none", panel, replace(own, jumps=0))
    kinds = [kind for kind in ("votes", "words", "deeds", "figures", "facts") if panel.evidence[kind].any()]
    for kind in kinds if len(kinds) > 1 else []:
        yield Specification("data", f"without {kind}", without(panel, kinds=(kind,)), own)
    sources = sorted({*panel.mix.sources, *panel.figures.sources})
    for source in sources if len(sources) > 2 else []:
        yield Specification("source", f"without {source}", without(panel, sources=(source,)), own)
    if (panel.ballots.choice == ABSENT).any():
        yield Specification("absence", "as abstention", panel, replace(own, absence="choice"))
    if len(panel.ballots.actor):
        for half, name in ((0, "even roll calls"), (1, "odd roll calls")):
            yield Specification("calls", name, _calls(panel, half), own)
        for kind in sorted({kind for names in panel.ballots.kinds for kind in names.split()}):
            yield Specification("vote kinds", f"without {kind}", _kinds(panel, kind), own)
    for part, name in ((0, "first half"), (1, "second half")):
        yield Specification("span", f"{name} of the data", _half(panel, part), own)


def sensitivity(
    panel: Panel, *, windows: Sequence[tuple[dt.date, dt.date]], settings: FitSettings | None = None,
    progress: Callable[[float], None] | None = None,
) -> pa.Table:  # fmt: skip
    """
    The specification curve: every state's mean tilt in each window, under every specification.

    A specification that cannot be fitted (no evidence is left, say) has a row with
    nulls and the reason.

    Args:
        panel: What to fit.
        windows: Closed intervals of dates.
        settings: The base; two chains of 100 draws by default, enough for means and intervals.
        progress: Called with the share done.

    Source:
        Simonsohn, Simmons and Nelson 2020, "Specification Curve Analysis", Nature Human Behaviour 4. We vary one
        choice at a time, not all at once.
    """
    import pyarrow as pa

    own = settings or FitSettings(chains=2, draws=100)
    plans = list(specifications(panel, settings=own))
    rows: list[dict[str, Any]] = []
    for number, plan in enumerate(plans):
        head = {"choice": plan.choice, "option": plan.option}
        try:
            found = fit(plan.panel, settings=plan.settings)
            rows += [head | row for row in _answers(found, windows)]
        except ModelError as error:
            rows.append(head | {"reason": error.what})
        if progress:
            progress((number + 1) / len(plans))
    text, number_type, day = pa.string(), pa.float64(), pa.date32()
    kinds = {"choice": text, "option": text, "state": text, "start": day, "end": day, "mean": number_type}
    kinds |= {"q05": number_type, "q95": number_type, "data_share": number_type, "reason": text}
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def _answers(tilt: Tilt, windows: Sequence[tuple[dt.date, dt.date]]) -> Iterator[dict[str, Any]]:
    for start, end in windows:
        draws = tilt.window_mean(start, end)
        share = tilt.data_share[:, tilt.window(start, end)].mean(axis=1)
        low, high = np.quantile(draws, [0.05, 0.95], axis=0)
        for s, state in enumerate(tilt.states):
            yield {
                "state": state, "start": start, "end": end, "mean": float(draws[:, s].mean()),
                "q05": float(low[s]), "q95": float(high[s]), "data_share": float(share[s]),
            }  # fmt: skip


def _calls(panel: Panel, half: int) -> Panel:
    ballots = panel.ballots
    keep = ballots.item[ballots.call] % 2 == half
    return replace(panel, ballots=_kept(panel, keep))


def _kinds(panel: Panel, kind: str) -> Panel:
    ballots = panel.ballots
    of_kind = np.array([kind in names.split() for names in ballots.kinds], dtype=bool)
    return replace(panel, ballots=_kept(panel, ~of_kind[ballots.call]))


def _kept(panel: Panel, keep: Any) -> Any:
    ballots = panel.ballots
    return replace(ballots, actor=ballots.actor[keep], call=ballots.call[keep], choice=ballots.choice[keep])


def _half(panel: Panel, part: int) -> Panel:
    """Only what happened in one half of the calendar; the calendar itself stays."""
    middle = len(panel.periods) // 2

    def inside(time: Any) -> Any:
        return (time >= middle) == bool(part)

    mix, figures, ballots = panel.mix, panel.figures, panel.ballots
    events, sums = inside(mix.time), inside(figures.time)
    return replace(
        panel,
        mix=replace(
            mix,
            **{name: getattr(mix, name)[events] for name in
               ("state", "power", "gauge", "source", "time", "cooperative", "total")},
        ),
        figures=replace(
            figures,
            **{name: getattr(figures, name)[sums] for name in ("state", "power", "source", "time", "value", "days")},
        ),
        ballots=_kept(panel, inside(ballots.time[ballots.call])),
    )  # fmt: skip
