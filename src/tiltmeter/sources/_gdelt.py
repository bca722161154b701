"""What the two versions of GDELT's event table share."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tiltmeter.errors import SourceError
from tiltmeter.nouns import Reject
from tiltmeter.sources._columns import column, mapped, reason
from tiltmeter.sources._events import Told, judged
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import Rows, delimiter
from tiltmeter.sources._sides import known_code, other_codes, side
from tiltmeter.sources._source import Chunk, Head, Reading, rejects
from tiltmeter.sources._table import lines, table

if TYPE_CHECKING:
    import pyarrow as pa

_ACTOR: Final = (
    "code", "name", "countrycode", "knowngroupcode", "ethniccode", "religion1code", "religion2code",
    "type1code", "type2code", "type3code",
)  # fmt: skip
_EVENT: Final = (
    "isrootevent", "eventcode", "eventbasecode", "eventrootcode", "quadclass", "goldsteinscale",
    "nummentions", "numsources", "numarticles", "avgtone",
)  # fmt: skip
_PLACE: Final = ("type", "fullname", "countrycode", "adm1code", "lat", "long", "featureid")

FIRST: Final = (
    "globaleventid", "sqldate", "monthyear", "year", "fractiondate",
    *(f"actor{n}{name}" for n in (1, 2) for name in _ACTOR), *_EVENT,
)  # fmt: skip
"""The first 35 columns, the same in both versions."""

PLACES_1: Final = tuple(f"{who}geo_{name}" for who in ("actor1", "actor2", "action") for name in _PLACE)
PLACES_2: Final = tuple(
    f"{who}geo_{name}" for who in ("actor1", "actor2", "action") for name in (*_PLACE[:4], "adm2code", *_PLACE[4:])
)
"""The places; version 2 has a second administrative level."""


STALE: Final = 90
"""
Days between an event and its report after which it is background: the coder gives
what an article says of "last year" the day one year before, and such rows come in bulk.
Files of 57 columns (1979 to 2013) were coded later as a whole and are left as they are.
"""


def cells(head: bytes) -> list[str]:
    """The cells of a file's first line."""
    line = head.decode("utf-8", "replace").removeprefix("\ufeff").split("\n", 1)[0].rstrip("\r")
    mark = delimiter(line)
    return line.split(mark) if mark else [line]


def looks(first: Sequence[str]) -> bool:
    """Whether the first line is a row of an event table without a head."""
    return len(first) > 30 and first[0].isdigit() and len(first[1]) == 8 and first[1].isdigit()


def read(file: Input, reading: Reading, *, source: str, names: Sequence[str], mend: str) -> Iterator[Chunk]:
    """The events of a table whose columns, if it has no head, are `names`."""
    late: list[tuple[int, str]] = []
    for rows in table(file, names=names or None, quoted=None if not names else False, only=_USED if names else None):
        if "globaleventid" not in rows.batch.schema.names or "eventcode" not in rows.batch.schema.names:
            raise SourceError("no column globaleventid or eventcode", mend=mend, where=file.name)
        told = replace(_told(rows), stale_after=STALE if "sourceurl" in rows.batch.schema.names else None)
        for chunk in judged(told, rows, source=source, file=file, reading=reading):
            if chunk.noun is Reject and names:
                late += [(row["line"], row["reason"]) for row in chunk.batch.to_pylist()]
            else:
                yield chunk
    # only the columns we use were kept: the rejected rows are fetched whole from the file
    whole = lines(file, [line for line, _ in late]) if late else {}
    bad = [(line, why, whole.get(line, "")) for line, why in late]
    yield from rejects(bad, source=source, file=file.name, reading=reading)


_USED: Final = frozenset({
    "globaleventid", "sqldate", "eventcode", "nummentions", "numsources", "numarticles", "dateadded", "sourceurl",
    *(f"actor{n}{name}" for n in (1, 2) for name in (
        "name", "countrycode", "knowngroupcode", "type1code", "type2code", "type3code",
    )),
})  # fmt: skip


def _told(rows: Rows) -> Told:
    return Told(
        key=column(rows, "globaleventid"),
        day=column(rows, "sqldate"),
        cameo=column(rows, "eventcode"),
        giver=_side(rows, "actor1"),
        taker=_side(rows, "actor2"),
        giver_name=column(rows, "actor1name"),
        taker_name=column(rows, "actor2name"),
        reported=column(rows, "dateadded"),
        document=column(rows, "sourceurl"),
        witnesses=column(rows, "numsources"),
        fault=_negative(rows),
    )


def _negative(rows: Rows) -> pa.Array:
    import pyarrow.compute as pc

    counts = (pc.starts_with(pc.fill_null(column(rows, f"num{what}"), ""), "-") for what in _COUNTED)
    return reason(functools.reduce(pc.or_, counts), "a count is negative")


_COUNTED: Final = ("mentions", "sources", "articles")


def _side(rows: Rows, which: str) -> pa.Array:
    import pyarrow.compute as pc

    names = ("countrycode", "knowngroupcode", "type1code", "type2code", "type3code")
    parts = [pc.fill_null(column(rows, f"{which}{name}"), "") for name in names]
    return mapped(pc.binary_join_element_wise(*parts, ","), _code)


def _code(packed: str) -> str | None:
    """The side by GDELT's country, known group and types; what it names without a country is nobody we know."""
    country, group, *types = packed.split(",")
    known = other_codes().get(group)
    if known:
        return known
    state = known_code(country)
    return side(None, country=state, sectors=frozenset(kind for kind in types if kind)) if state else None


def sniff(head: Head, *, counts: Sequence[int], adm2: bool) -> float:
    """How surely a file is of the version whose rows have one of `counts` columns."""
    names = set(head.columns)
    if {"globaleventid", "sqldate", "eventcode"} <= names:
        return 1.0 if adm2 == ("actiongeo_adm2code" in names) else 0.0
    first = cells(head.first)
    return 1.0 if looks(first) and len(first) in counts else 0.0


def width(file: Input, counts: Sequence[int], *, mend: str) -> int:
    """
    The number of columns of a table without a head; 0 if it has one.

    Raises:
        SourceError: It is neither of these numbers.
    """
    first = cells(file.peek())
    if not first[0].isdigit() and "globaleventid" in first[0].lower():
        return 0
    if len(first) not in counts or not looks(first):
        what = f"{len(first)} columns, the format has {' or '.join(map(str, counts))}"
        raise SourceError(what, mend=mend, where=file.name)
    return len(first)
