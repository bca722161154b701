"""Ukrainian."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(
    name="Ukrainian",
    joins=frozenset(["і", "й", "та", "або", "чи", ",", "а", "також", "/", "-", "–", "з", "із", "зі", "разом"]),
    cases=3,
)
