"""One event told by several reports: near-identical texts are one story, each event stands once, with its witnesses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.nouns import Story
from tiltmeter.store.parts import Question, answer, asked, parts

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.jobs import Crew
    from tiltmeter.store import Store

_ONCE: Final = """
WITH sided AS (
    SELECT events.*,
        events.root IN ('CONSULT', 'COOPERATE') AS mutual,
        CASE WHEN mutual THEN least(giver, taker) ELSE giver END AS one,
        CASE WHEN mutual THEN greatest(giver, taker) ELSE taker END AS two,
        coalesce(stories.first, events.document) AS story,
        coalesce(nullif(documents.outlet, ''), story) AS teller,
        concat(coalesce("start", reported), coalesce("end", reported)) AS occasion
    FROM events
    LEFT JOIN documents ON documents.source = events.source AND documents.key = events.document
    LEFT JOIN stories ON stories.source = events.source AND stories.key = events.document
    WHERE events.span_start >= 0
), retold AS (
    SELECT *, row_number() OVER tellings AS nth, first_value(occasion) OVER tellings AS happened
    FROM sided
    WINDOW tellings AS (
        PARTITION BY source, story, one, two, root, background, written
        ORDER BY reported NULLS LAST, confidence DESC, key
    )
), ranked AS (
    SELECT *,
        row_number() OVER (
            PARTITION BY source, one, two, root, happened, background, written ORDER BY nth > 1, confidence DESC, key
        ) AS place,
        count(DISTINCT teller) OVER (PARTITION BY source, one, two, root, happened, background, written) AS told
    FROM retold
)
SELECT * EXCLUDE (mutual, one, two, story, teller, occasion, nth, happened, place, told) REPLACE (told AS witnesses)
FROM ranked WHERE place = 1
"""
"""
Events of texts, each once: within a story its first telling counts, with that one's date; of the stories of one day
the surest.

Witnesses are outlets; a report that names none is one for its story.
"""

TOLD_ONCE: Final = _ONCE + "UNION ALL BY NAME SELECT * FROM events WHERE span_start < 0 ORDER BY source, key"  # noqa: S608
"""The same, and bulk events, which have no place in a text, as they stand."""

_NEEDED: Final = 'source, key, giver, taker, quad, "start", "end", reported, confidence, background, written'
_COUNTS: Final = "NOT background AND quad BETWEEN 1 AND 4 AND confidence >= $confidence AND ($written OR NOT written)"

TOLD: Final = f"SELECT {_NEEDED} FROM ({_ONCE})"  # noqa: S608 - conditions of our own
"""What a panel asks of the events of texts."""

OWN: Final = f"""
WITH ours AS (
    SELECT unnest($states) AS giver, taker FROM (SELECT unnest($powers) AS taker)
), pairs AS (
    FROM ours UNION ALL SELECT taker AS giver, giver AS taker FROM ours
)
SELECT {_NEEDED} FROM events SEMI JOIN pairs USING (giver, taker) WHERE span_start < 0
"""  # noqa: S608
"""
What a panel asks of bulk events, in the whole lake or a part: those between `$states` and `$powers`.

A join costs DuckDB a third of what the same condition on each row does.
"""

WORLD: Final = f"""
SELECT source, "start", "end", reported, count(*) AS n
FROM events WHERE span_start < 0 AND {_COUNTS} GROUP BY ALL
"""  # noqa: S608
"""How many countable bulk events there are at all, by source and dates: quicker than to count those beside OWN."""

OTHERS: Final = f"""
WITH beside AS (
    SELECT source, "start", "end", reported, n FROM world
    UNION ALL SELECT source, "start", "end", reported, -count(*) AS n FROM own WHERE {_COUNTS} GROUP BY ALL
)
SELECT source, CASE
        WHEN coalesce("start", "end") IS NULL THEN reported
        WHEN coalesce("end", "start") - coalesce("start", "end") <= $longest
        THEN coalesce("start", "end") + ((coalesce("end", "start") - coalesce("start", "end")) // 2)::INTEGER
    END AS day, sum(n)::BIGINT AS n
FROM beside GROUP BY ALL HAVING sum(n) > 0 ORDER BY ALL
"""  # noqa: S608
"""How many there are beside those, by source and day; from the answers to OWN and WORLD as `own` and `world`."""


def for_panel(
    store: Store, params: Mapping[str, Any], *, crew: Crew | None = None, lake: str = ""
) -> tuple[pa.Table, pa.Table]:
    """
    The events a panel needs, and how many bulk events there are beside them.

    A crew answers part by part of the lake; without one all of it is one part.

    Args:
        store: Open while its lake is read.
        params: Those of OWN, WORLD and OTHERS.
        crew: Who reads the lake.
        lake: Where the lake is found, if not beside the store.
    """
    import pyarrow as pa

    questions = [Question.of(sql, params) for sql in (OWN, WORLD)]
    told = store.query(TOLD, lake=False)
    answers = [[store.query(one.sql, one.params, lake=False) for one in questions]]
    if store.lake is not None:
        folder = lake or str(store.lake.files.folder.resolve())
        if crew is None:
            work = parts(store.lake.segments(), folder=folder, rows=None)
            answers += map(partial(asked, questions=questions, threads=None), work)
        else:
            work = parts(store.lake.segments(), folder=folder)
            answers += crew.ordered(partial(asked, questions=questions), work)
    own, world = (pa.concat_tables(each) for each in zip(*answers, strict=True))
    others = answer(Question.of(OTHERS, params), own=own, world=world)
    return pa.concat_tables([told, own]).sort_by([("source", "ascending"), ("key", "ascending")]), others


_UNTOLD: Final = "SELECT count(*) AS n FROM codings ANTI JOIN stories USING (source, key)"

_PRINTS: Final = """
SELECT documents.source, documents.key, documents.date, documents.written, codings.likeness,
    CASE WHEN codings.likeness = '' AND codings.abstained = '' THEN documents.text ELSE '' END AS text
FROM documents JOIN codings USING (source, key)
ORDER BY documents.source, documents.written, documents.date NULLS LAST, documents.key
"""


def retell(store: Store, *, run: str) -> None:
    """Find anew which documents tell one story, if any has come; what is found follows from the documents alone."""
    if store.query(_UNTOLD)["n"][0].as_py():
        store.renew(Story, _stories(store, run))


def _stories(store: Store, run: str) -> Iterator[Story]:
    from tiltmeter.likeness import Print, signature, stories

    rows = (row for batch in store.query(_PRINTS).to_batches(max_chunksize=5_000) for row in batch.to_pylist())

    def shelf(row: dict[str, Any]) -> tuple[str, bool]:
        return row["source"], row["written"]  # what we wrote for a demonstration must not touch the record

    for _, group in groupby(rows, shelf):
        prints = (
            Print(row["source"], row["key"], row["date"], row["likeness"] or signature(row["text"])) for row in group
        )
        yield from (Story(one.source, one.key, run, first.key) for one, first in stories(prints))
