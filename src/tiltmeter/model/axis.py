"""From the votes model's line to the poles' axis: -1 and +1 are the poles' reference means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.arrays import Bools, Floats, Ints
from tiltmeter.model.tilt import Positions
from tiltmeter.model.votes import Places, place, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiltmeter.model.options import FitSettings
    from tiltmeter.model.panel import Panel


@dataclass(frozen=True, slots=True, eq=False)
class VoteFit:
    """
    The votes model on a panel: places of `names` on the line, and on the axis as draws.

    `paths` (C, D, N, T) are draws of all wanted names on the poles' axis, in the order of
    `wanted`; nan where one is not on the calendar. `told` (S, T) precision and linear
    term on the axis, for the votes gauge.
    """

    positions: Positions
    wanted: tuple[str, ...]
    paths: Floats
    told: tuple[Floats, Floats]
    prior_var: Floats
    rounds: int
    change: float
    step: float


def vote_fit(
    panel: Panel, years: Floats, settings: FitSettings, rng: np.random.Generator,
    *, progress: Callable[[float], None] | None = None,
) -> VoteFit:  # fmt: skip
    """
    Fits the votes model to a panel and puts it on the poles' axis.

    Raises:
        ModelError: There is no contested roll call, or a pole never voted.
    """
    names = (*panel.voters, *(code for code in panel.states if code not in panel.voters))
    missing = [pole for pole in panel.poles if pole not in names]
    if missing:
        raise ModelError(f"the pole {missing[0]} never voted", mend="add its votes, or choose another pole")
    present = np.zeros((len(names), len(panel.periods)), dtype=bool)
    present[: len(panel.voters)] = panel.present
    present[len(panel.voters) :] = panel.grid != "session"
    ballots = panel.ballots
    choice = ballots.choice
    if settings.absence == "choice":
        choice = np.where(choice == 3, 1, choice)
    votes = prepare(
        actor=ballots.actor,
        item=ballots.item[ballots.call],
        time=ballots.time[ballots.call],
        choice=choice,
        years=years,
        present=present,
        poles=(names.index(panel.poles[0]), names.index(panel.poles[1])),
    )
    found = place(votes, settings=settings, progress=progress)
    wanted = tuple(dict.fromkeys((*panel.states, *panel.powers)))
    wanted = tuple(code for code in wanted if code in names)
    rows = np.array([names.index(code) for code in wanted])
    paths = _draws(found, votes.span, rows, settings, rng)
    middle, half = _axis(paths, [wanted.index(pole) for pole in panel.poles], present[rows], panel)
    scale = np.asarray(half.mean(), dtype=np.float64)
    shift = np.asarray(middle.mean(), dtype=np.float64)
    paths = (paths - middle[:, :, None, None]) / half[:, :, None, None]
    paths[:, :, ~present[rows]] = np.nan
    state_rows = np.array([names.index(code) for code in panel.states])
    info, linear = found.said[state_rows, :, 0], found.said[state_rows, :, 1]
    step = found.step[state_rows]
    return VoteFit(
        positions=Positions(names[: len(panel.voters)], *_voters(found, len(panel.voters), present)),
        wanted=wanted,
        paths=paths,
        told=(info * scale**2, scale * (linear - info * shift)),
        prior_var=_prior_variance(step, present[state_rows]) / scale**2,
        rounds=found.rounds,
        change=found.change,
        step=float(np.sqrt(np.median(step[step > 0]) / np.median(years))) if (step > 0).any() else 0.0,
    )


def _voters(found: Places, count: int, present: Bools) -> tuple[Floats, Floats, Bools]:
    return found.mean[:count], found.sd[:count], present[:count]


def _draws(found: Places, span: Ints, rows: Ints, settings: FitSettings, rng: np.random.Generator) -> Floats:
    from tiltmeter.model import votes_loops as loops

    shape = (len(rows), found.mean.shape[1])
    out = np.zeros((settings.chains, settings.draws, *shape), dtype=np.float32)
    told, own, step, start = found.told[rows], span[rows], found.step[rows], found.start[rows]
    for chain in range(settings.chains):
        noise = rng.standard_normal((settings.draws, *shape), dtype=np.float32)
        loops.draw_walks(told, own, step, start, noise, out[chain])
    return out


def _axis(paths: Floats, poles: list[int], present: Bools, panel: Panel) -> tuple[Floats, Floats]:
    """Middle and half distance of the poles' reference means in each draw, shape (C, D)."""
    window = np.zeros(paths.shape[-1], dtype=bool)
    window[panel.reference[0] : panel.reference[1]] = True
    both = present[poles[0]] & present[poles[1]]
    use = window & both if (window & both).any() else both
    if not use.any():
        raise ModelError("the poles are never on the calendar together", mend="choose another reference")
    a, b = paths[:, :, poles[0]][..., use].mean(axis=-1), paths[:, :, poles[1]][..., use].mean(axis=-1)
    half = 0.5 * (b - a)
    # where few votes barely tell the poles apart a draw may swap them; the axis would explode
    return 0.5 * (a + b), np.maximum(half, 0.25 * max(float(half.mean()), 0.1))


def _prior_variance(step: Floats, present: Bools) -> Floats:
    """Variance of the walks without votes: that of the first place, and every step since."""
    total = np.cumsum(np.where(present, step, 0.0), axis=1)
    first = np.argmax(present, axis=1)
    begun = total[np.arange(len(total)), first]
    return np.asarray(np.where(present, 1.0 + total - begun[:, None], np.nan))
