"""What reads texts: the built-in coder, or another engine in its place; and many texts read by several processes."""

from tiltmeter.engines.documents import coded
from tiltmeter.engines.readers import BUILTIN, reader
from tiltmeter.engines.stream import events

__all__ = ["BUILTIN", "coded", "events", "reader"]
