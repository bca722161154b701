"""Archives of web pages (WARC): each page that was answered in full is a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tiltmeter.errors import SourceError
from tiltmeter.sources._input import Input
from tiltmeter.sources._text import decode
from tiltmeter.sources.texts import html
from tiltmeter.sources.texts._form import MAX_BYTES, Form, Found


def _read(file: Input) -> Iterator[Found]:
    from warcio.archiveiterator import ArchiveIterator

    place = 0
    with file.open() as opened:
        records = iter(ArchiveIterator(opened))
        while True:
            place += 1
            try:
                record = next(records, None)
                if record is None:
                    return
                yield replace(_record(record, file.name), line=place)
            except SourceError as error:
                yield Found(fault=error.what, line=place)
            except Exception as error:  # a broken head ends in any error of Python's
                # what comes behind a broken record cannot be found
                if place == 1:
                    raise SourceError(f"no WARC: {error}", mend="download the file again", where=file.name) from error
                yield Found(fault=f"the archive breaks off or is broken: {error}", line=place)
                return


def _record(record: Any, where: str) -> Found:
    answer = record.http_headers
    kind = (answer.get_header("Content-Type") or "").lower() if answer else ""
    page = "html" in kind
    if record.rec_type != "response" or not answer or answer.get_statuscode() != "200":
        return Found(outside=True)
    if not page and not kind.startswith("text/plain"):
        return Found(outside=True)
    raw = record.content_stream().read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise SourceError(f"larger than {MAX_BYTES >> 20} MB", mend="save its text", where=where)
    text = decode(html.declared(raw, kind.partition("charset=")[2].strip("\"' ")), where=where)
    found = html.page(text) if page else Found(text=text)
    address = record.rec_headers.get_header("WARC-Target-URI") or ""
    return replace(
        found, key=address, url=found.url or address, fault="" if found.text.strip() else "a page without text"
    )


FORM = Form(
    name="warc", endings=frozenset({".warc"}), looks=lambda first: first.startswith(b"WARC/"), read=_read, single=False
)
