"""Text to events: languages as data, a corpus of our own, two linear classifiers and a mode table."""

from tiltmeter.coder.coder import Coded, Coder, Told
from tiltmeter.coder.trained import load

__all__ = ["Coded", "Coder", "Told", "load"]
