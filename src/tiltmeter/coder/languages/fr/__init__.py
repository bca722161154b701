"""French."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(
    name="French",
    joins=frozenset(["et", "ou", ",", "la", "le", "les", "l", "'", "ainsi", "que", "/", "-", "de", "du", "des", "d"]),
)
