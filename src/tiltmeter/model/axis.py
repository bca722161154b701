"""From the votes model's line to the poles' axis: -1 and +1 are the poles' reference means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.arrays import Bools, Floats, Ints
from tiltmeter.model.panels import ABSENT, ABSTAIN
from tiltmeter.model.tilt import Positions
from tiltmeter.model.votes import Places, Votes, place, prepare
from tiltmeter.model.votes_sampler import sample_votes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiltmeter.model.options import FitSettings
    from tiltmeter.model.panels import Panel


EXACT: Final = 4000
"""Votes cast up to which the exact sampler is used: it takes a second there; beyond, the fast fit is as good."""
MESSAGES: Final = 20
"""Draws per chain of what the votes say, for the other gauges to be fitted beside."""


@dataclass(frozen=True, slots=True, eq=False)
class VoteFit:
    """
    The votes model on a panel, on the poles' axis.

    `paths` (C, D, N, T) are draws of all `wanted` names; nan where one is not on the
    calendar. `told` are precision and linear term, each (C, K, S, T), of what the votes say of
    the states by themselves: drawn, since roll calls and axis are known only so well. `prior_var`
    (N, T) is the variance of each place without votes.
    """

    positions: Positions
    wanted: tuple[str, ...]
    paths: Floats
    told: tuple[Floats, Floats]
    prior_var: Floats
    report: dict[str, Any]

    def rows(self, codes: tuple[str, ...]) -> list[int]:
        """Where these are among `wanted`."""
        return [self.wanted.index(code) for code in codes]


def vote_fit(
    panel: Panel, years: Floats, settings: FitSettings, rng: np.random.Generator,
    *, progress: Callable[[float], None] | None = None,
) -> VoteFit:  # fmt: skip
    """
    Fits the votes model to a panel and puts it on the poles' axis.

    Few votes are sampled exactly; many are fitted fast.

    Raises:
        ModelError: There is no contested roll call, or a pole never voted.
    """
    names, present = names_and_presence(panel)
    missing = [pole for pole in panel.poles if pole not in names]
    if missing:
        raise ModelError(f"the pole {missing[0]} never voted", mend="add its votes, or choose another pole")
    votes = prepare_votes(panel, names, present, years, settings)
    wanted = tuple(dict.fromkeys((*panel.states, *panel.powers)))
    wanted = tuple(code for code in wanted if code in names)
    rows = np.array([names.index(code) for code in wanted])
    poles = [wanted.index(pole) for pole in panel.poles]
    fitted = _exact if len(votes.cell) <= EXACT else _fast
    line = fitted(votes, rows, len(panel.voters), settings, rng, progress)
    middle, half, turn = _axis(line.paths, poles, present[rows], panel)
    paths = line.paths
    paths -= middle[:, :, None, None]
    paths /= (half * turn)[:, :, None, None]
    paths[:, :, ~present[rows]] = np.nan
    own = np.array([wanted.index(code) for code in panel.states])
    scale = float(half.mean())
    return VoteFit(
        positions=Positions(panel.voters, line.mean, line.sd, present[: len(panel.voters)]),
        wanted=wanted,
        paths=paths,
        told=_messages(line, own, middle, half * turn),
        prior_var=_prior_variance(line.step, present[rows]) / scale**2,
        report=line.report | {"half_distance": [round(scale, 3), round(float(half.std()), 3)]},
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """The votes model on its own line: draws of wanted places, messages (C, K, N, U, 2) at `dates`."""

    mean: Floats
    sd: Floats
    paths: Floats
    messages: Floats
    draws: Ints
    dates: Ints
    step: Floats
    report: dict[str, Any]


def names_and_presence(panel: Panel) -> tuple[tuple[str, ...], Bools]:
    """All who have a place: the voters, and the states that never voted; and when each is on the calendar."""
    names = (*panel.voters, *(code for code in panel.states if code not in panel.voters))
    present = np.zeros((len(names), len(panel.periods)), dtype=bool)
    present[: len(panel.voters)] = panel.present
    present[len(panel.voters) :] = panel.grid != "session"
    return names, present


def prepare_votes(panel: Panel, names: tuple[str, ...], present: Bools, years: Floats, settings: FitSettings) -> Votes:
    """The panel's ballots as the votes model takes them; absence is left out unless the settings say otherwise."""
    ballots = panel.ballots
    choice = ballots.choice
    if settings.absence == "choice":
        choice = np.where(choice == ABSENT, ABSTAIN, choice)
    return prepare(
        actor=ballots.actor,
        item=ballots.item[ballots.call],
        time=ballots.time[ballots.call],
        choice=choice,
        years=years,
        present=present,
        poles=(names.index(panel.poles[0]), names.index(panel.poles[1])),
    )


def _fast(
    votes: Votes, rows: Ints, voters: int, settings: FitSettings, rng: np.random.Generator,
    progress: Callable[[float], None] | None,
) -> _Line:  # fmt: skip
    found = place(votes, settings=settings, progress=progress)
    count = min(MESSAGES, settings.draws)
    messages = np.broadcast_to(found.said[rows], (settings.chains, count, *found.said[rows].shape))
    report = {"method": "variational", "rounds": found.rounds, "change": found.change}
    return _Line(
        mean=found.mean[:voters],
        sd=found.sd[:voters],
        paths=_draws(found, votes.span, rows, settings, rng),
        messages=messages,
        draws=np.linspace(0, settings.draws - 1, count).astype(np.int64),
        dates=np.arange(votes.periods),
        step=found.step[rows],
        report=report,
    )


def _exact(
    votes: Votes, rows: Ints, voters: int, settings: FitSettings, rng: np.random.Generator,
    progress: Callable[[float], None] | None,
) -> _Line:  # fmt: skip
    if len(votes.cell) == 0:
        raise ModelError("no contested roll call", mend="add votes on which states differed")
    drawn = sample_votes(votes, settings=settings, rng=rng, messages=MESSAGES, rows=rows)
    if progress:
        progress(1.0)
    mean, sd = _standard(drawn.mean[:voters], drawn.variance[:voters], votes.present()[:voters])
    step = drawn.step.mean(axis=(0, 1))[rows, None] * votes.years
    return _Line(
        mean=mean,
        sd=sd,
        paths=drawn.paths,
        messages=drawn.messages[:, :, rows],
        draws=drawn.message_draws,
        dates=drawn.dates,
        step=step,
        report={"method": "exact", "draws": settings.chains * settings.draws},
    )


def _standard(mean: Floats, variance: Floats, present: Bools) -> tuple[Floats, Floats]:
    """Mean and sd of places, the means with mean 0 and sd 1 over the voters of each period; nan when absent."""
    mean, sd = np.where(present, mean, np.nan), np.where(present, np.sqrt(np.maximum(variance, 0.0)), np.nan)
    count = np.maximum(present.sum(axis=0), 1)
    middle = np.where(present, mean, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(present, (mean - middle) ** 2, 0.0).sum(axis=0) / count)
    spread = np.where((count > 2) & (spread > 1e-6), spread, 1.0)
    return (mean - middle) / spread, sd / spread


def _draws(found: Places, span: Ints, rows: Ints, settings: FitSettings, rng: np.random.Generator) -> Floats:
    from tiltmeter.model import votes_loops as loops

    shape = (len(rows), found.mean.shape[1])
    out = np.zeros((settings.chains, settings.draws, *shape), dtype=np.float32)
    told, own, step, start = found.told[rows], span[rows], found.step[rows], found.start[rows]
    for chain in range(settings.chains):
        noise = rng.standard_normal((settings.draws, *shape), dtype=np.float32)
        loops.draw_walks(told, own, step, start, noise, out[chain])
    return out


def _axis(paths: Floats, poles: list[int], present: Bools, panel: Panel) -> tuple[Floats, Floats, Floats]:
    """Middle, half distance and direction of the poles' reference means in each draw, shape (C, D)."""
    window = np.zeros(paths.shape[-1], dtype=bool)
    window[panel.reference[0] : panel.reference[1]] = True
    both = present[poles[0]] & present[poles[1]]
    use = window & both if (window & both).any() else both
    if not use.any():
        raise ModelError("the poles are never on the calendar together", mend="choose another reference")
    a, b = paths[:, :, poles[0]][..., use].mean(axis=-1), paths[:, :, poles[1]][..., use].mean(axis=-1)
    half = 0.5 * np.abs(b - a)
    # where few votes barely tell the poles apart, a draw may put them on one spot; the axis would explode
    half = np.maximum(half, 0.25 * max(float(half.mean()), 0.1))
    return 0.5 * (a + b), half, np.where(b < a, -1.0, 1.0)


def _messages(line: _Line, rows: Ints, middle: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """What the votes say of the states, on the axis: precision and linear term, each (C, K, S, T)."""
    own = line.messages[:, :, rows]
    shift, size = middle[:, line.draws, None, None], scale[:, line.draws, None, None]
    full = np.zeros((2, *own.shape[:3], line.paths.shape[-1]))
    full[0][..., line.dates] = own[..., 0] * size**2
    full[1][..., line.dates] = size * (own[..., 1] - own[..., 0] * shift)
    return full[0], full[1]


def _prior_variance(step: Floats, present: Bools) -> Floats:
    """Variance of the walks without votes: that of the first place, and every step since."""
    total = np.cumsum(np.where(present, step, 0.0), axis=1)
    first = np.argmax(present, axis=1)
    begun = total[np.arange(len(total)), first]
    return np.asarray(np.where(present, 1.0 + total - begun[:, None], np.nan))
