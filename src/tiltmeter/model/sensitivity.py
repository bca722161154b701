"""How the answer depends on choices: the same panel fitted under other priors, sources, kinds and spans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.arrays import Floats
from tiltmeter.model.fitting import Start, fit_from
from tiltmeter.model.options import FitSettings
from tiltmeter.model.panels import ABSENT, Panel, without

if TYPE_CHECKING:
    import datetime as dt

    import pyarrow as pa

    from tiltmeter.model.tilt import Tilt


FEW: Final = (2, 100)
"""Chains and draws of each fit: enough for means and intervals."""
MOST: Final = 1_000_000
"""Numbers kept of each specification, at most."""


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
    if (panel.mix.power < 2).any() or (panel.figures.power < 2).any():
        # where votes are all there is, there are no jumps to leave out
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


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """
    The specification curve as paths: what the tilt would be under each choice.

    `names` are (choice, option), the base first; `paths` (K, N, S, T) are draws of the tilt, nan for a specification
    that could not be fitted, which `reasons` explain (else ""); `share` (K, S, T) is the data's.
    """

    names: tuple[tuple[str, str], ...]
    states: tuple[str, ...]
    paths: Floats
    share: Floats
    reasons: tuple[str, ...]

    def table(self, tilt: Tilt, *, windows: Sequence[tuple[dt.date, dt.date]]) -> pa.Table:
        """
        Every state's mean tilt in each window, under every choice: choice, option, state, start, end, mean, q05, …

        Args:
            tilt: The fit itself, which stands for the base.
            windows: Closed intervals of dates.
        """
        import pyarrow as pa

        rows: list[dict[str, Any]] = []
        for at, (choice, option) in enumerate(self.names):
            head = {"choice": choice, "option": option}
            if self.reasons[at]:
                rows.append(head | {"reason": self.reasons[at]})
                continue
            for start, end in windows:
                window = tilt.window(start, end)
                base = choice == "base"
                draws = (tilt.paths() if base else self.paths[at])[..., window].mean(axis=-1)
                share = (tilt.data_share if base else self.share[at])[:, window].mean(axis=1)
                own = head | {"start": start, "end": end}
                rows += [own | row for row in _answers(self.states, draws, share)]
        text, number_type, day = pa.string(), pa.float64(), pa.date32()
        kinds = {"choice": text, "option": text, "state": text, "start": day, "end": day, "mean": number_type}
        kinds |= {"q05": number_type, "q95": number_type, "data_share": number_type, "reason": text}
        return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))

    def save(self, path: Path) -> None:
        """Writes the curve as one file of arrays."""
        names, states, reasons = (np.array(part, dtype=str) for part in (self.names, self.states, self.reasons))
        np.savez(path, paths=self.paths, share=self.share, names=names, states=states, reasons=reasons)

    @classmethod
    def load(cls, path: Path) -> Choices:
        """
        A curve that `save` wrote.

        Raises:
            ModelError: There is none that this version can read.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                names = tuple((str(one), str(other)) for one, other in file["names"])
                states, reasons = (tuple(map(str, file[name])) for name in ("states", "reasons"))
                return cls(names, states, file["paths"], file["share"], reasons)
        except (OSError, KeyError, ValueError) as error:
            raise ModelError("no specification curve that can be read", mend="run fit", where=str(path)) from error


def choices(
    panel: Panel, *, settings: FitSettings | None = None, progress: Callable[[float], None] | None = None
) -> Choices:
    """
    Fits a panel under every specification, each from where the base was found.

    Args:
        panel: What to fit.
        settings: The base; FEW chains and draws by default.
        progress: Called with the share done.

    Source:
        Simonsohn, Simmons and Nelson 2020, "Specification Curve Analysis", Nature Human Behaviour 4. We vary one
        choice at a time, not all at once.

    >>> from tiltmeter.model.world import simulate_world
    >>> found = choices(simulate_world(seed=1, weeks=40, kinds=("words",)).panel, settings=FitSettings(draws=30))
    >>> found.names[0], len(found.names) == len(found.paths), found.reasons[0]
    (('base', 'as fitted'), True, '')
    """
    plans = list(specifications(panel, settings=settings or FitSettings(chains=FEW[0], draws=FEW[1])))
    size = len(panel.states) * len(panel.periods)
    shape = (max(20, min(200, MOST // max(size, 1))), len(panel.states), len(panel.periods))
    paths, shares = np.full((len(plans), *shape), np.nan, np.float32), np.zeros((len(plans), *shape[1:]), np.float32)
    reasons = [""] * len(plans)
    start: Start | None = None
    for number, plan in enumerate(plans):
        try:
            found, own = fit_from(plan.panel, settings=plan.settings, start=start)
            start = start or own
            flat = found.paths()
            paths[number] = flat[np.linspace(0, len(flat) - 1, shape[0]).astype(np.int64)]
            shares[number] = found.data_share
        except ModelError as error:
            reasons[number] = error.what
        if progress:
            progress((number + 1) / len(plans))
    return Choices(tuple((plan.choice, plan.option) for plan in plans), panel.states, paths, shares, tuple(reasons))


def _answers(states: tuple[str, ...], draws: Floats, share: Floats) -> Iterator[dict[str, Any]]:
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    for s, state in enumerate(states):
        if np.isfinite(draws[:, s]).all():
            yield {
                "state": state, "mean": float(draws[:, s].mean()),
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
