"""
Reports: files of any form on the shelf of texts (one or several in a file), or a table of dated texts.

A table has a column `text`, and may have `id, date, title, language, outlet,
author, url`; `sources` (names, or a list of name and link) stands for the outlet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from tiltmeter.nouns import Document, batches
from tiltmeter.sources._columns import column, day_faults, days, filled, mapped, reason, split
from tiltmeter.sources._documents import as_document, digest, fault, found
from tiltmeter.sources._input import Input
from tiltmeter.sources._rows import Rows, require
from tiltmeter.sources._source import Chunk, Head, Reading, Source, nothing, rejects
from tiltmeter.sources._table import table
from tiltmeter.sources.texts import form_of

if TYPE_CHECKING:
    import pyarrow as pa

_TEXT: Final = ("text", "content", "body", "sentence", "story", "maintext")
_ID: Final = ("id", "doc_id", "document_id", "guid", "key")
_DATE: Final = ("date", "dateline", "published", "publication_date", "pub_date", "publishedat", "date_publish")
_OUTLET: Final = ("outlet", "publisher", "source", "sources", "source_domain", "newspaper")
_URL: Final = ("url", "link", "source_url")


def _read(file: Input, reading: Reading) -> Iterator[Chunk]:
    if _is_table(file):
        yield from _read_table(file, reading)
        return
    good: list[tuple[int, Document]] = []
    bad: list[tuple[int, str, str]] = []
    outside = size = 0
    for one in found(file):
        why = fault(one, today=reading.today)
        if one.outside:
            outside += 1
        elif why:
            bad.append((one.line, why, " | ".join(filter(None, (one.key, one.title, one.text[:200])))))
        else:
            outlet = str(reading.options.get("outlet", ""))
            good.append((one.line, as_document(one, run=reading.run, outlet=outlet, written=_written(reading))))
            size += len(one.text)
        if size > HELD:
            yield from _chunks(good)
            good, size = [], 0
    yield from _chunks(good)
    yield Chunk(Document, nothing(Document), outside=outside)
    yield from rejects(bad, source="reports", file=file.name, reading=reading)


HELD: Final = 8 << 20
"""Characters of texts that are handed on together."""


def _is_table(file: Input) -> bool:
    if file.suffix in {".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet"}:
        return True
    return file.peek().startswith(b"PAR1")


def _written(reading: Reading) -> bool:
    return bool(reading.options.get("written", False))


def _chunks(made: Iterable[tuple[int, Document]]) -> Iterator[Chunk]:
    import pyarrow as pa

    pairs = list(made)
    lines = pa.array([line for line, _ in pairs], pa.int64())
    for batch in batches([each for _, each in pairs], Document, size=len(pairs) or 1):
        yield Chunk(Document, batch, lines=lines)


def _read_table(file: Input, reading: Reading) -> Iterator[Chunk]:
    for at, rows in enumerate(table(file)):
        if not at:
            require(rows.batch.schema.names, [_TEXT], source="reports", file=file)
        yield from judged(rows, file, reading)


def judged(rows: Rows, file: Input, reading: Reading, *, source: str = "reports") -> Iterator[Chunk]:
    """The documents of a table's rows."""
    import pyarrow.compute as pc

    name = next(each for each in _TEXT if each in rows.batch.schema.names)
    texts, told = rows.batch.column(name), column(rows, *_DATE)
    fault = pc.coalesce(reason(_blank(texts), "no text"), day_faults(told, reading, needed=False))
    outlets, links = column(rows, *_OUTLET), column(rows, *_URL)
    given = {
        "key": _keys(column(rows, *_ID), told, texts), "text": texts, "date": days(told),
        "language": mapped(column(rows, "language", "lang"), _language),
        "title": column(rows, "title", "headline"), "author": column(rows, "author", "authors", "byline"),
        "outlet": mapped(outlets, _outlet), "url": pc.coalesce(links, mapped(outlets, _link)),
    }  # fmt: skip
    batch = filled(Document, len(texts), given, source=source, run=reading.run, written=_written(reading))
    yield from split(batch, fault, rows, noun=Document, source=source, file=file, reading=reading)


def _blank(texts: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    return pc.fill_null(pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(texts)), 0), True)


def _keys(ids: pa.Array, told: pa.Array, texts: pa.Array) -> pa.Array:
    """The ids; where there is none, a digest of date and text."""
    import pyarrow as pa

    if not ids.null_count:
        return ids
    made = (
        key or digest(f"{day or ''}\n{text or ''}")
        for key, day, text in zip(ids.to_pylist(), told.to_pylist(), texts.to_pylist(), strict=True)
    )
    return pa.array(made, pa.string())


def _language(told: str) -> str:
    return told[:2].lower() if len(told) == 2 or told[2:3] in {"-", "_"} else "und"


def _outlet(told: str) -> str:
    names = [name for name, _ in _listed(told)]
    return "; ".join(names) if names else told


def _link(told: str) -> str | None:
    return next((link for _, link in _listed(told) if link), None)


def _listed(told: str) -> list[tuple[str, str]]:
    """Names and links of a JSON list of outlets; empty if it is none."""
    if not told.startswith("["):
        return []
    try:
        items = json.loads(told)
    except ValueError:
        return []
    pairs = [item if isinstance(item, list) else [item] for item in items]
    return [(str(pair[0]), str(pair[1]) if len(pair) > 1 else "") for pair in pairs if pair]


def _sniff(head: Head) -> float:
    names = set(head.columns)
    if names & set(_TEXT) and (names & set(_DATE) or names & set(_ID)):
        return 0.8
    form = form_of(head.file)
    if form is not None and not (form.name == "txt" and len(names) > 8):
        return 0.5
    # standard input has no ending: what nothing else claims is taken for text
    return 0.1 if head.file.label and form is None else 0.0


SOURCE = Source(
    name="reports",
    yields=(Document,),
    url="https://en.wikipedia.org/wiki/News_agency",
    licence="that of each text; the store keeps texts, the exports only what is asked for",
    read=_read,
    sniff=_sniff,
)
