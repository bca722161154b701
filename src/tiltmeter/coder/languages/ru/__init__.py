"""Russian."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(name="Russian", cases=3)
