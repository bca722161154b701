"""The row types that rooms hand to each other, and the Arrow schema of each one's table."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

ROOTS: Final[tuple[str, ...]] = (
    "AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "YIELD",
    "REQUEST", "ACCUSE", "REJECT", "THREATEN",
    "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT",
)  # fmt: skip
"""The fifteen roots, in quad order (the codebook's condensation of PLOVER)."""

QUAD: Final[dict[str, int]] = {
    root: quad
    for quad, roots in enumerate((ROOTS[0:3], ROOTS[3:6], ROOTS[6:10], ROOTS[10:15]), start=1)
    for root in roots
}
"""Root to quad: 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict."""

SYMMETRIC: Final[frozenset[str]] = frozenset({"CONSULT", "COOPERATE"})
"""Roots whose events have no direction; the first-named side is stored as giver."""

MODES: Final[tuple[str, ...]] = ("done", "planned", "threatened", "refused", "asked", "alleged")
"""How an event stands to the deed its words name."""

ORGANISATIONS: Final[tuple[str, ...]] = ("CSTO", "SCO", "EU", "NATO", "UN", "OSCE", "OTS", "EAEU", "CIS")
"""Codes of the organisations that can be an actor."""

CHOICES: Final[tuple[str, ...]] = ("yes", "abstain", "no", "absent")
"""What a state can do at a roll call."""

TIE_KINDS: Final[tuple[str, ...]] = (
    "alliance_member", "alliance_leader", "trade_bloc_member", "military_base",
    "border", "office_holder", "party",
)  # fmt: skip
"""Kinds of lasting tie between two actors."""


@dataclass(frozen=True, slots=True)
class Document:
    """
    A text as it was taken in, with its origin.

    `written` is true when we wrote the text for a demonstration: it shows the
    flow and is no evidence about the world. `date` is the dateline.
    """

    source: str
    key: str
    run: str
    text: str
    language: str = "und"
    date: dt.date | None = None
    title: str = ""
    outlet: str = ""
    author: str = ""
    url: str = ""
    written: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """
    One deed or speech act of a giver toward a taker.

    `source`, `key` and `run` are the row's origin, as in every noun; the acting
    side is `giver`, the receiving side `taker` (called source and target where
    other programs read them). `start` and `end` are the closed interval of the
    deed as the text gives it, both None when it does not; `reported` is the date
    of the report. `document` is the key of the text, empty for bulk event data;
    `span_start`, `span_end` index its text in code points, -1 when there is none.
    `rank` orders events of one document. `witnesses` counts the outlets that tell it.
    """

    source: str
    key: str
    run: str
    giver: str
    taker: str
    root: str
    mode: str = "done"
    quad: int = 0
    start: dt.date | None = None
    end: dt.date | None = None
    reported: dt.date | None = None
    confidence: float = 1.0
    document: str = ""
    span_start: int = -1
    span_end: int = -1
    sentence: str = ""
    attributed_to: str | None = None
    background: bool = False
    written: bool = False
    witnesses: int = 1
    giver_name: str = ""
    taker_name: str = ""
    cameo: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """
    A number per dyad and stretch of time, where a source has no single events.

    `kind` is `signed_sum` (cooperation minus conflict, the source's own scale) or
    `count`; `a` and `b` are unordered when `directed` is false. A stretch that a
    source lacks has no row: missing is missing, never zero.
    """

    source: str
    key: str
    run: str
    a: str
    b: str
    start: dt.date
    end: dt.date
    kind: str
    value: float
    rows: int = 1
    directed: bool = False
    origin: str = ""


@dataclass(frozen=True, slots=True)
class RollCall:
    """A recorded vote of the UN General Assembly; `symbol` is its UN document symbol."""

    source: str
    key: str
    run: str
    session: int
    date: dt.date
    symbol: str = ""
    title: str = ""
    kinds: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one state did at one roll call; `rollcall` is the key of a RollCall of the same source."""

    source: str
    key: str
    run: str
    rollcall: str
    state: str
    choice: str


@dataclass(frozen=True, slots=True)
class Fact:
    """
    A dated tie between two actors with a source a reader can look up.

    `a` and `b` are as in TIE_KINDS' contract: member and organisation, owner and
    host of a base, person and state. `until` is None while the tie lasts;
    `since` is None only when the beginning is older than any date we can give.
    """

    source: str
    key: str
    run: str
    kind: str
    a: str
    b: str
    since: dt.date | None
    until: dt.date | None
    citation: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Coding:
    """
    That a document was coded: `source` and `key` are the document's own.

    `abstained` says why the coder would not read it, empty where it did;
    `events` how many it found; `likeness` is the text's signature, by which near-identical ones are found.
    """

    source: str
    key: str
    run: str
    language: str
    abstained: str = ""
    events: int = 0
    likeness: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """Which telling of its story a document repeats: `first` is the first one's key, its own if it is the first."""

    source: str
    key: str
    run: str
    first: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A row of the input that could not be used, with the reason."""

    source: str
    key: str
    run: str
    path: str
    line: int
    reason: str
    row: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who can act: `kind` is state, organisation, person or group; `state` the state it belongs to."""

    code: str
    name: str
    kind: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """
    A stretch of text that names an actor.

    `start` and `end` are code points of the text searched. `code` is None when
    the name is recognised but no code can be given safely. `kind` is as in Actor.
    """

    start: int
    end: int
    text: str
    code: str | None
    kind: str
    name: str


Row = Document | Event | Figure | RollCall | Vote | Fact | Coding | Story | Reject
"""Any noun that is stored as a row."""


def schema(noun: type[Row]) -> pa.Schema:
    """
    The Arrow schema of a noun's table, in the order of its fields.

    >>> schema(Vote).names
    ['source', 'key', 'run', 'rollcall', 'state', 'choice']
    """
    import pyarrow as pa

    arrow = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), dt.date: pa.date32()}
    hints = typing.get_type_hints(noun)
    fields = []
    for field in dataclasses.fields(noun):
        hint = hints[field.name]
        optional = isinstance(hint, types.UnionType)
        kind = next(arg for arg in typing.get_args(hint) if arg is not type(None)) if optional else hint
        fields.append(pa.field(field.name, arrow[kind], nullable=optional))
    return pa.schema(fields)


def batches(rows: Iterable[Row], noun: type[Row], *, size: int = 50_000) -> Iterator[pa.RecordBatch]:
    """
    Row nouns as Arrow batches of at most `size` rows.

    >>> vote = Vote("unga", "1/KAZ", "r1", "1", "KAZ", "yes")
    >>> next(batches([vote], Vote)).num_rows
    1
    """
    import pyarrow as pa

    shape = schema(noun)
    held: list[Row] = []

    def batch() -> pa.RecordBatch:
        columns = [[getattr(row, name) for row in held] for name in shape.names]
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, shape, strict=True)]
        return pa.record_batch(arrays, schema=shape)

    for row in rows:
        held.append(row)
        if len(held) >= size:
            yield batch()
            held.clear()
    if held:
        yield batch()
