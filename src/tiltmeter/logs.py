"""
Logs: what was done, how much of it and how long it took, as lines of JSON; nothing unless they are asked for.

A field is a number or a word of the house. Texts, names of files, addresses, tokens and the words of an error cannot
get into a log, since no field takes them.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import sys
from typing import Final

LOGGER: Final = logging.getLogger("tiltmeter")
"""All records of the program, at the level INFO: a program that uses the package may handle them as it likes."""

WORDS: Final = frozenset({"verb", "run", "source", "kind", "state", "engine", "error", "method", "route", "version"})
"""Fields whose value is a word: a verb, a format, a kind of error, a route's pattern with its fields in braces."""
_WORD: Final = re.compile(r"[A-Za-z0-9_./{}:+-]{0,60}")

Value = int | float | str


def tell(event: str, **fields: Value) -> None:
    """
    Log an event with its fields.

    A word that is none, or that stands in a field not among WORDS, is left out as `…`.

    >>> LOGGER.isEnabledFor(logging.INFO), tell("add.file", source="reports", stored=3)
    (False, None)
    """
    if LOGGER.isEnabledFor(logging.INFO):
        LOGGER.info(event, extra={"fields": {name: _safe(name, value) for name, value in fields.items()}})


def begin() -> None:
    """Write what is told to standard error, a line of JSON each: `--verbose`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


class Lines(logging.Formatter):
    """
    A record as a line of JSON: `at` (UTC), `event`, then its fields.

    >>> record = logging.makeLogRecord({"msg": "fit.end", "created": 0.0, "fields": {"states": 5}})
    >>> Lines().format(record)
    '{"at": "1970-01-01T00:00:00.000+00:00", "event": "fit.end", "states": 5}'
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        return json.dumps({"at": at, "event": record.msg, **getattr(record, "fields", {})})


def _safe(name: str, value: Value) -> Value:
    if isinstance(value, bool | int | float):
        return round(value, 3) if isinstance(value, float) else value
    return value if name in WORDS and _WORD.fullmatch(value) else "…"
