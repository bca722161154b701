"""English."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(name="English", joins=frozenset(["and", "or", ",", "the", "as", "well", "both", "/", "&"]))
