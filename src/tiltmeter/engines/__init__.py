"""What reads texts: the built-in coder, or another engine in its place; and many texts read by several processes."""

from tiltmeter.engines.documents import coded
from tiltmeter.engines.engine import BUILTIN, Engine
from tiltmeter.engines.readers import make_ready, notes, reader, sharing
from tiltmeter.engines.stream import events

__all__ = ["BUILTIN", "Engine", "coded", "events", "make_ready", "notes", "reader", "sharing"]
