"""Spanish."""

from tiltmeter.coder.language import Habits

LANGUAGE = Habits(
    name="Spanish",
    joins=frozenset(
        "y e o u , el la los las de del a al con así como también junto ni / -".split(),
    ),
)
