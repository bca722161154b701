"""What questions are asked of: a fit, the rows behind it, and the theatre; with the influences already computed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tiltmeter.questions.influence import Influence, influence

if TYPE_CHECKING:
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
    _influences: dict[str, Influence] = field(default_factory=dict)

    def influence(self, power: str) -> Influence:
        """The power's influence, computed once."""
        if power not in self._influences:
            self._influences[power] = influence(
                power, tilt=self.tilt, tables=self.tables, theatre=self.theatre, confidence=self.confidence
            )
        return self._influences[power]

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
