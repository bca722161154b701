"""Articles that a file names by their address: documents without a text, which events' `document` points to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiltmeter.nouns import Document
from tiltmeter.sources._columns import filled

if TYPE_CHECKING:
    import pyarrow as pa


def documents(given: dict[str, pa.Array], *, source: str, run: str) -> pa.RecordBatch:
    """A batch of documents whose key is their address (`url`)."""
    return filled(Document, len(given["url"]), {**given, "key": given["url"]}, source=source, run=run, text="")


def language(told: str) -> str:
    """
    The language an article was translated from, by GDELT's note; English if it was not.

    >>> language("srclc:ara;eng:GT-ARA 1.0"), language("")
    ('ar', 'en')
    """
    import pycountry

    code = told.partition("srclc:")[2][:3]
    found = pycountry.languages.get(alpha_3=code) if code else None
    return getattr(found, "alpha_2", "und") if code else "en"
