"""Formats that come in: each file here is one, and becomes documents, events, figures, votes or facts."""

from tiltmeter.sources._columns import column, mapped
from tiltmeter.sources._documents import spooled
from tiltmeter.sources._events import Told, judged
from tiltmeter.sources._input import Input, inputs
from tiltmeter.sources._read import document, names, read, recognise, source
from tiltmeter.sources._rows import require
from tiltmeter.sources._sides import side
from tiltmeter.sources._source import Chunk, Head, Offer, Reading, Remote, Source, Tally, rejects
from tiltmeter.sources._table import table
from tiltmeter.sources._take import take

__all__ = [
    "Chunk", "Head", "Input", "Offer", "Reading", "Remote", "Source", "Tally", "Told",
    "column", "document", "inputs", "judged", "mapped", "names",
    "read", "recognise", "rejects", "require", "side", "source", "spooled", "table", "take",
]  # fmt: skip
