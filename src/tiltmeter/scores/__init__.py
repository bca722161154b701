"""How well a reader does on labelled sentences: what it finds, misses and makes up, and how surely one can say so."""

from tiltmeter.scores.board import Board, difference, differing, scored
from tiltmeter.scores.judged import Judged, judge
from tiltmeter.scores.naming import Naming, named
from tiltmeter.scores.sets import held_back, labelled, learnt_from

__all__ = [
    "Board", "Judged", "Naming", "difference", "differing", "held_back", "judge", "labelled",
    "learnt_from", "named", "scored",
]  # fmt: skip
