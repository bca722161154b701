"""Turkish."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(
    name="Turkish",
    joins=frozenset(
        ["ve", "ile", "veya", "ya", "da", "de", "ayrıca", "hem", ",", "/", "-", "–", "'", "’", "nın", "nin"]
    ),
    cases=3,
)
