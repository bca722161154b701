"""Formats that come in: each file here is one, and becomes documents, events, figures, votes or facts."""

from tiltmeter.sources._documents import spooled
from tiltmeter.sources._input import Input, inputs
from tiltmeter.sources._read import document, names, read, recognise, source
from tiltmeter.sources._source import Chunk, Head, Reading, Source, Tally
from tiltmeter.sources._take import take

__all__ = [
    "Chunk", "Head", "Input", "Reading", "Source", "Tally",
    "document", "inputs", "names", "read", "recognise", "source", "spooled", "take",
]  # fmt: skip
