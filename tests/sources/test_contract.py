"""Runs over every format of the shelf and every sample of it."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from tiltmeter import sources
from tiltmeter.nouns import Reject, schema
from tiltmeter.sources import Chunk, Tally
from tiltmeter.store import TABLES, Store

SAMPLES = Path(__file__).parent / "samples"
TODAY = dt.date(2024, 6, 1)
FILES = sorted(file for file in SAMPLES.glob("*/*") if not file.name.endswith(".csv.toml"))
OPTIONS = {"codes.csv": {"resolutions": SAMPLES / "unga" / "resolutions.csv"}}


def _chunks(file: Path) -> list[Chunk]:
    return list(sources.read(file.parent.name, file, today=TODAY, run="r", options=OPTIONS.get(file.name)))


def _take(store: Store, file: Path) -> list[Tally]:
    return sources.take(store, file.parent.name, file, run="r", today=TODAY, options=OPTIONS.get(file.name))


def _ids(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def test_every_format_has_a_sample() -> None:
    assert set(sources.names()) == {file.parent.name for file in FILES}


@pytest.mark.parametrize("name", sources.names())
def test_a_format_tells_its_name_nouns_origin_and_licence(name: str) -> None:
    source = sources.source(name)
    assert source.name == name
    assert source.yields
    assert set(source.yields) <= set(TABLES)
    assert source.url.startswith(("http://", "https://"))
    assert source.licence


@pytest.mark.parametrize("file", FILES, ids=_ids)
def test_a_sample_is_recognised(file: Path) -> None:
    assert sources.recognise(file) == file.parent.name


@pytest.mark.parametrize("file", FILES, ids=_ids)
def test_chunks_are_in_their_nouns_schema_and_whole(file: Path) -> None:
    for chunk in _chunks(file):
        assert chunk.batch.schema.equals(schema(chunk.noun))
        for field, column in zip(chunk.batch.schema, chunk.batch.columns, strict=True):
            assert field.nullable or not column.null_count, field.name
        assert chunk.noun in {*sources.source(file.parent.name).yields, Reject}


@pytest.mark.parametrize("file", FILES, ids=_ids)
def test_a_file_read_twice_gives_the_same(file: Path) -> None:
    first, second = _chunks(file), _chunks(file)
    assert [chunk.batch for chunk in first] == [chunk.batch for chunk in second]


@pytest.mark.parametrize("file", [file for file in FILES if file.parent.name != "mentions"], ids=_ids)
def test_keys_are_unique(file: Path) -> None:
    keys = Counter((chunk.noun, key) for chunk in _chunks(file) for key in chunk.batch.column("key").to_pylist())
    assert keys.most_common(1)[0][1] == 1


@pytest.mark.parametrize("file", FILES, ids=_ids)
def test_every_row_is_accounted_for_and_a_second_time_stores_nothing(file: Path) -> None:
    with Store.memory() as store:
        first = _take(store, file)
        counts = {table: store.query(f"SELECT count(*) AS n FROM {table}") for table in TABLES.values()}
        second = _take(store, file)
        assert {table: store.query(f"SELECT count(*) AS n FROM {table}") for table in TABLES.values()} == counts
    for tally in (*first, *second):
        assert tally.read == tally.stored + tally.duplicate + tally.outside + tally.rejected
    assert sum(tally.stored for tally in first) > 0
    assert sum(tally.stored for tally in second) == 0
    for before, after in zip(first, second, strict=True):
        assert (after.read, after.rejected, after.outside) == (before.read, before.rejected, before.outside)
        assert after.duplicate == before.stored + before.duplicate
