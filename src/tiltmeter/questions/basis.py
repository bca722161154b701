"""What questions are asked of: a fit, the rows behind it, and the theatre; with the influences already computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from tiltmeter.model.arrays import Floats
from tiltmeter.questions.influence import Influence, influence

if TYPE_CHECKING:
    from tiltmeter.model.sensitivity import Choices
    from tiltmeter.model.tilt import Tilt
    from tiltmeter.questions.tables import Tables
    from tiltmeter.settings import Theatre


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """
    One basis of findings: the theatre, the rows, and the fit of exactly these rows (None where there is none).

    Findings need two: one of record only (`tables.record()` and a panel made with
    `written=False`), one with the written reports.
    """

    theatre: Theatre
    tilt: Tilt | None
    tables: Tables
    confidence: float = 0.5
    """Least confidence at which an event counts in an influence, as in the panel."""
    choices: Choices | None = None
    """The same rows under other choices; None where that was not computed."""
    _influences: dict[str, Influence] = field(default_factory=dict)

    def influence(self, power: str) -> Influence:
        """The power's influence, computed once."""
        if power not in self._influences:
            self._influences[power] = influence(
                power, tilt=self.tilt, tables=self.tables, theatre=self.theatre, confidence=self.confidence
            )
        return self._influences[power]

    def under(self) -> Iterator[tuple[str, Basis]]:
        """The same basis under every other choice that could be fitted, by its name; the tilt alone, no gauges."""
        if self.choices is None or self.tilt is None:
            return
        for at, (choice, option) in enumerate(self.choices.names):
            if choice != "base" and not self.choices.reasons[at]:
                share: Floats = np.asarray(self.choices.share[at], dtype=np.float64)
                other = replace(
                    self.tilt, draws=self.choices.paths[at][None], data_share=share, gauge_draws={}, gauge_share={}
                )
                yield f"{choice} {option}", Basis(self.theatre, other, self.tables, self.confidence)

    def reach(self) -> tuple[dt.date, dt.date] | None:
        """First and last day of the periods in which the fit has evidence on any state; None without a fit."""
        if self.tilt is None:
            return None
        told = np.zeros(len(self.tilt.periods), dtype=bool)
        for kind, count in self.tilt.evidence.items():
            # a tie that begins or ends does not mean that the period was observed
            told |= (count.sum(axis=0) > 0) & (kind != "facts")
        if not told.any():
            return None
        first, last = int(np.argmax(told)), len(told) - 1 - int(np.argmax(told[::-1]))
        starts = self.tilt.starts
        return starts[first].item(), (starts[last + 1] - np.timedelta64(1, "D")).item()
