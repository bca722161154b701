"""Files from the network: only from hosts that are named, whole or not at all, with an account of what is missing."""

from tiltmeter.fetch.asked import LARGEST, Asked, bring, guard_of
from tiltmeter.fetch.download import Arrival, download, fetch, gaps, text
from tiltmeter.fetch.guard import Guard
from tiltmeter.fetch.line import Line, Manners

__all__ = [
    "LARGEST", "Arrival", "Asked", "Guard", "Line", "Manners", "bring", "download", "fetch", "gaps", "guard_of", "text",
]  # fmt: skip
