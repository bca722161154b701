"""Who is who, and when: actors found in text and behind the names of event data."""

from tiltmeter.actors.codes import actor, states, suggest
from tiltmeter.actors.finder import find, resolve

__all__ = ["actor", "find", "resolve", "states", "suggest"]
