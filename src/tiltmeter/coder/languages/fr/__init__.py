"""French."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(
    name="French",
    joins=frozenset(["et", "ou", ",", "la", "le", "les", "l", "'", "ainsi", "que", "/", "-", "de", "du", "des", "d"]),
    participles=(("ées", "er"), ("és", "er"), ("ée", "er"), ("é", "er"), ("is", "ir"), ("i", "ir")),
)
