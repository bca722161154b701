"""Fits a panel: votes first, then all gauges together, and gives the tilt with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.arrays import Bools, Floats
from tiltmeter.model.axis import VoteFit, vote_fit
from tiltmeter.model.exact import check, check_votes
from tiltmeter.model.options import FitSettings
from tiltmeter.model.paths import Mode, Paths, Prior, approach, draw, draw_prior, prior
from tiltmeter.model.rollcalls import refuse_unless_opposed
from tiltmeter.model.scales import Scales
from tiltmeter.model.tilt import Positions, Tilt, moments
from tiltmeter.model.warmth import blind_walks, closeness

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiltmeter.model.nearness import Near
    from tiltmeter.model.observe import Design
    from tiltmeter.model.panels import Ballots, Panel


def fit(panel: Panel, *, settings: FitSettings | None = None, progress: Callable[[float], None] | None = None) -> Tilt:
    """
    Where each state of a panel stands between the poles, with draws of whole paths.

    Votes are placed on a line first, all voters together. Where there is other
    evidence on the theatre's states, votes, words, deeds and signed sums are then
    gauges of one tilt, each with a deviation of its own; where there is none, the
    tilt is the votes gauge.

    Args:
        panel: What to fit.
        settings: Seed, chains, draws and prior scales.
        progress: Called with the share done, from 0 to 1.

    Raises:
        ModelError: There is no evidence at all, or the poles never differ.

    >>> from tiltmeter.model.world import simulate_world
    >>> tilt = fit(simulate_world(seed=1, weeks=60).panel, settings=FitSettings(chains=2, draws=50))
    >>> tilt.draws.shape[:2], tilt.mean.shape == tilt.sd.shape
    ((2, 50), True)
    """
    return fit_from(panel, settings=settings or FitSettings(), progress=progress)[0]


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """What one fit can hand to the next of nearly the same panel: the votes' part, and where the scales were found."""

    ballots: Ballots
    settings: FitSettings
    votes: VoteFit | None
    note: str
    logs: dict[str, float]

    def heard(self, panel: Panel, settings: FitSettings) -> bool:
        """Whether the votes' part is that of this panel with these settings as well."""
        free = {name: getattr(settings, name) for name in _NOT_OF_VOTES}
        return self.ballots is panel.ballots and replace(self.settings, **free) == settings


_NOT_OF_VOTES: Final = ("jumps", "jump_sd", "jump_rate", "deviation_sd", "tie_pull", "level_sd", "step_year", "check")
"""Settings that the votes' part does not depend on."""


def fit_from(
    panel: Panel, *, settings: FitSettings, start: Start | None = None, progress: Callable[[float], None] | None = None
) -> tuple[Tilt, Start]:
    """
    A fit, and what the next may start from; one that starts from another leaves out the closeness of powers.

    >>> from tiltmeter.model.world import simulate_world
    >>> panel, few = simulate_world(seed=1, weeks=60).panel, FitSettings(chains=2, draws=50)
    >>> tilt, start = fit_from(panel, settings=few)
    >>> fit_from(panel, settings=replace(few, jumps=0), start=start)[1].votes is start.votes
    True
    """
    if settings.only == "votes":
        panel = panel.only_votes()
    rng = np.random.default_rng(settings.seed)
    days = np.diff(panel.starts).astype(np.float64) / 365.25
    years = np.concatenate([days[:1], days[:-1]])
    refuse_unless_opposed(panel)
    if start is not None and start.heard(panel, settings):
        votes, note = start.votes, start.note
    else:
        votes, note = _votes(panel, years, settings, rng, progress)
    others = (panel.mix.power < 2).any() or (panel.figures.power < 2).any()
    if votes is None and not others:
        raise ModelError(f"nothing to fit{note}", mend="add votes, events or figures on the theatre's states")
    own = _from_votes(panel, votes, settings, rng) if votes is not None and not others else None
    parts = own or _together(panel, years, votes, settings, rng, progress, start.logs if start else {})
    if settings.check and votes is not None and votes.report["method"] == "variational":
        parts["diagnostics"]["check_votes"] = check_votes(panel, years, settings, rng)
    near = closeness(panel, years, votes, settings, rng) if start is None else {}
    if progress:
        progress(1.0)
    tilt = _tilt(panel, settings, parts, near, votes, note)
    return tilt, Start(panel.ballots, settings, votes, note, parts["logs"])


def _votes(
    panel: Panel, years: Floats, settings: FitSettings, rng: np.random.Generator,
    progress: Callable[[float], None] | None,
) -> tuple[VoteFit | None, str]:  # fmt: skip
    if not len(panel.ballots.actor):
        return None, ": there are no votes"
    try:
        half = (lambda share: progress(0.5 * share)) if progress else None
        return vote_fit(panel, years, settings, rng, progress=half), ""
    except ModelError as error:
        # other evidence may still carry the tilt; if there is none, fit says why
        return None, f": {error.what}"


def _from_votes(panel: Panel, votes: VoteFit, settings: FitSettings, rng: np.random.Generator) -> dict[str, Any]:
    """The tilt where votes are all there is: the votes gauge itself."""
    rows = votes.rows(panel.states)
    wide = votes.prior_var[rows]
    whole = rows == list(range(len(votes.wanted)))
    draws = votes.paths if whole else votes.paths[:, :, rows]
    present = np.isfinite(draws[0, 0])
    share = _share(draws, wide)
    count = max(10, settings.draws // 5)
    return {
        "draws": draws,
        "gauge_draws": {"votes": draws},
        "gauge_share": {"votes": share},
        "prior_draws": blind_walks(wide, settings.chains, count, rng),
        "data_share": share,
        "jumps": {},
        "logs": {},
        "present": present,
        "diagnostics": {"tilt": "votes alone"},
    }


def _together(
    panel: Panel, years: Floats, votes: VoteFit | None, settings: FitSettings, rng: np.random.Generator,
    progress: Callable[[float], None] | None, logs: dict[str, float],
) -> dict[str, Any]:  # fmt: skip
    """The tilt as what votes, words, deeds and signed sums share."""
    from tiltmeter.model.observe import design

    plan = design(panel, votes.told if votes is not None else None)
    before, scales = prior(panel, years, settings), Scales(plan, settings)
    mode, near = approach(plan, before, scales, rng, logs=logs)
    later = (lambda share: progress(0.5 + 0.5 * share)) if progress else None
    drawn = draw(plan, mode, near, before, scales, rng, chains=settings.chains, draws=settings.draws, progress=later)
    report = check(plan, mode, before, scales, drawn, rng) if settings.check else None
    fewer = max(10, settings.draws // 5)
    blind = draw_prior(before, scales, rng, chains=settings.chains, draws=fewer)
    parts = _parts(panel, plan, mode, before, scales, drawn, blind)
    if report:
        parts["diagnostics"]["check"] = report
    return parts


def _parts(
    panel: Panel, plan: Design, mode: Mode, before: Prior, scales: Scales, drawn: Paths, blind: Floats
) -> dict[str, Any]:  # fmt: skip
    middle = drawn.scales.mean(axis=0)
    wide = before.variance(scales.step(middle))
    spread = scales.deviation(middle)
    return {
        "draws": drawn.tilt,
        "gauge_draws": drawn.gauges,
        "gauge_share": {
            gauge: _share(path, wide + spread[g] ** 2) for g, (gauge, path) in enumerate(drawn.gauges.items())
        },
        "prior_draws": blind,
        "data_share": _share(drawn.tilt, wide),
        "logs": dict(zip(drawn.names, middle.tolist(), strict=True)),
        "jumps": {code: drawn.jumps[s] for s, code in enumerate(panel.states)},
        "present": np.ones((len(panel.states), len(panel.periods)), dtype=bool),
        "diagnostics": {
            "tilt": "all gauges",
            "scales": dict(zip(drawn.names, np.exp(middle).round(4).tolist(), strict=True)),
            "scale_sd": dict(zip(drawn.names, drawn.scales.std(axis=0).round(4).tolist(), strict=True)),
            "accepted": round(drawn.accepted, 3),
            "clumping": {name: round(value, 1) for name, value in drawn.clumping.items()},
            "figure_noise": round(mode.noise, 3),
            "mode_change": mode.change,
            "effects": len(plan.names),
        },
    }


def _share(draws: Floats, wide: Floats) -> Floats:
    """Share of the prior variance that the data took away, 0 to 1, shape (S, T)."""
    left = moments(draws)[1]
    return np.asarray(np.clip(1.0 - left / wide, 0.0, 1.0))


def _tilt(
    panel: Panel, settings: FitSettings, parts: dict[str, Any], near: dict[str, Near], votes: VoteFit | None, note: str
) -> Tilt:  # fmt: skip
    heard = votes.report if votes is not None else {"unused": note.removeprefix(": ") or "no votes"}
    diagnostics = {"votes": heard}
    return Tilt(
        theatre=panel.theatre,
        states=panel.states,
        poles=panel.poles,
        powers=panel.powers,
        periods=panel.periods,
        starts=panel.starts,
        gauges=tuple(parts["gauge_draws"]),
        draws=parts["draws"],
        gauge_draws=parts["gauge_draws"],
        prior_draws=parts["prior_draws"],
        pole_draws=_poles(panel, settings, votes),
        data_share=parts["data_share"],
        gauge_share=parts["gauge_share"],
        evidence=panel.evidence,
        closeness=near,
        jumps=parts["jumps"],
        present=parts["present"],
        positions=votes.positions if votes is not None else _no_positions(panel),
        diagnostics=diagnostics | parts["diagnostics"],
        settings=settings,
    )


def _poles(panel: Panel, settings: FitSettings, votes: VoteFit | None) -> Floats:
    """The poles' own paths on the axis; without their votes they stand at -1 and +1."""
    if votes is not None:
        return votes.paths[:, :, votes.rows(panel.poles)]
    fixed = np.tile(np.array([-1.0, 1.0], dtype=np.float32)[:, None], (1, len(panel.periods)))
    return np.broadcast_to(fixed, (settings.chains, settings.draws, *fixed.shape)).copy()


def _no_positions(panel: Panel) -> Positions:
    none: Bools = np.zeros((0, len(panel.periods)), dtype=bool)
    return Positions((), np.zeros(none.shape), np.zeros(none.shape), none)
