"""Dutch."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(name="Dutch", joins=frozenset(["en", "of", ",", "de", "het", "een"]))
