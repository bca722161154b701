"""The rule by which a probability becomes a verdict, the same for every claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tiltmeter.model.arrays import Floats

SUPPORTED: Final = 0.8
"""Posterior probability from which a claim is supported."""
CONTRADICTED: Final = 0.2
"""Posterior probability up to which it may be contradicted …"""
FACTOR: Final = 1.0 / 3.0
"""… if the data also speak against it: Bayes factor under this."""
SHARE: Final = 0.2
"""Least share of the data in the numbers a verdict rests on."""


@dataclass(frozen=True, slots=True)
class Judged:
    """
    What one definition says of a claim.

    `probability`, `prior` (the same model's without data) and `bayes_factor` are
    None where nothing can be said; `why` then says why. `data_share` is that of the
    window. `states` has the probability for each state alone where several are
    asked about, `whole` the answer over all the data where the claim's span is shorter.
    """

    verdict: str
    probability: float | None = None
    prior: float | None = None
    bayes_factor: float | None = None
    data_share: float | None = None
    why: str = ""
    span: tuple[str, str] | None = None
    states: dict[str, float] | None = None
    whole: dict[str, Any] | None = None


def judged(hits: Floats, blind: Floats, data_share: float) -> Judged:
    """
    The verdict on a claim from how far each draw of the posterior, and of the prior, fulfils it.

    Args:
        hits: 1 where a draw fulfils the claim, 0 where not, between where it does in part. Shape (N,).
        blind: The same for draws without data, shape (M,).
        data_share: Share of the data in the window's numbers, 0 to 1.

    Source:
        Kass and Raftery 1995, "Bayes Factors", JASA 90(430). We read a factor under 1/3
        as evidence against, their "positive" band, and count half a draw to each side so
        that finitely many draws give a finite factor.

    >>> judged(np.ones(400), np.array([1.0, 0.0] * 200), 0.7).verdict
    'supported'
    >>> judged(np.ones(400), np.array([1.0, 0.0] * 200), 0.1).verdict
    'untestable'
    """
    if not data_share >= SHARE:
        why = f"the data carry {max(0.0, data_share):.0%} of these numbers, under {SHARE:.0%}"
        return Judged("untestable", data_share=_round(max(0.0, data_share)), why=why)
    probability, prior = float(np.mean(hits)), float(np.mean(blind))
    factor = _odds(probability, len(hits)) / _odds(prior, len(blind))
    return Judged(verdict(probability, factor), _round(probability), _round(prior), _round(factor), _round(data_share))


def verdict(probability: float, factor: float) -> str:
    """
    Supported, contradicted or undecided.

    >>> verdict(0.81, 1.0), verdict(0.1, 0.5), verdict(0.1, 0.2), verdict(0.5, 9.0)
    ('supported', 'undecided', 'contradicted', 'undecided')
    """
    if probability >= SUPPORTED:
        return "supported"
    return "contradicted" if probability <= CONTRADICTED and factor < FACTOR else "undecided"


def _odds(share: float, count: int) -> float:
    return (share * count + 0.5) / ((1.0 - share) * count + 0.5)


def _round(value: float) -> float:
    return float(f"{value:.4g}")
