"""Episodes of crisis, request, help and outcome as the page shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tiltmeter.show.evidence import shown
from tiltmeter.show.names import name

if TYPE_CHECKING:
    from tiltmeter.questions.basis import Basis
    from tiltmeter.questions.episode import Episode
    from tiltmeter.questions.tables import Tables

Table = dict[str, Any]


def episodes(basis: Basis, found: Sequence[Episode], *, language: str) -> list[Table]:
    """A table per episode, latest first: its bars for the timeline, its steps, and the rows behind them in words."""
    texts = _texts(basis.tables, {(row.source, row.key) for one in found for row in one.evidence})
    return [_episode(one, texts, language) for one in sorted(found, key=lambda one: one.crisis.start, reverse=True)]


def _episode(one: Episode, texts: dict[tuple[str, str], str], language: str) -> Table:
    return {
        "state": one.state,
        "name": name(one.state, language),
        "kind": one.crisis.kind,
        "start": str(one.crisis.start),
        "end": _day(one.crisis.end),
        "request": one.request and {"date": str(one.request.date), "to": name(one.request.to, language)},
        "help": [
            {
                "helper": name(each.helper, language),
                "kind": each.kind,
                "date": str(each.date),
                "until": _day(each.until),
            }
            for each in one.help
        ],
        "outcome": {
            "crisis_over": one.outcome.crisis_over,
            "help_withdrawn": one.outcome.help_withdrawn,
            "office_holder_stays": one.outcome.office_holder_stays,
        },
        "evidence": [
            {"step": row.step, "source": shown(row.source), "key": shown(row.key),
             "text": texts.get((row.source, row.key), "")}
            for row in one.evidence
        ],
    }  # fmt: skip


def _texts(tables: Tables, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What the rows say: an event's sentence, a report's title, a fact's citation."""
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = pa.array(sorted({key for _, key in wanted}), pa.string())
    found: dict[tuple[str, str], str] = {}
    for table, columns in (
        (tables.documents, ("title", "text")),
        (tables.events, ("sentence",)),
        (tables.facts, ("citation",)),
    ):
        own = table.filter(pc.is_in(table["key"], keys)).select(["source", "key", *columns])
        for row in own.to_pylist():
            text = next((row[column] for column in columns if row[column]), "")
            found.setdefault((row["source"], row["key"]), shown(text[:300]))
    return found


def _day(value: dt.date | None) -> str | None:
    return None if value is None else str(value)
