"""Russian."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(name="Russian", joins=frozenset(["и", "или", ",", "а", "также", "/", "-", "–", "с"]), cases=3)
