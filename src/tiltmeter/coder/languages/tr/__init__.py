"""Turkish. A comma is no join here: it stands after a subject ("Rusya, Ukrayna'yı ...") more often than in a list."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(
    name="Turkish",
    joins=frozenset(["ve", "ile", "veya", "ya", "da", "de", "ayrıca", "hem", "/", "-", "–"]),
    cases=3,
    after=True,
)
