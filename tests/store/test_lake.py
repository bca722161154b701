"""Bulk events lie in Parquet files beside the store, and come and go with its transactions."""

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from tiltmeter.errors import StoreError
from tiltmeter.nouns import Event, batches, schema
from tiltmeter.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "s.duckdb", write=True) as made:
        yield made


def _events(*keys: str, source: str = "gdelt1", run: str = "r", day: int = 2) -> pa.Table:
    told = dt.date(2022, 3, day)
    rows = [Event(source, key, run, "KAZ", "RUS", "CONSULT", quad=1, start=told, reported=told) for key in keys]
    return pa.Table.from_batches(batches(rows, Event), schema=schema(Event))


def _files(store: Store) -> list[Path]:
    return sorted(Path(store.path).with_suffix(".lake").rglob("*.parquet"))


def _keys(store: Store) -> list[str]:
    return [str(row["key"]) for row in store.query("SELECT key FROM events ORDER BY key").to_pylist()]


def test_events_in_the_lake_and_in_the_store_are_one_table(store: Store) -> None:
    coded = Event("reports", "x#0", "r", "KAZ", "UKR", "AID", quad=2, span_start=0, span_end=3)
    store.add([coded])
    store.settle([_events("1", "2")])
    assert _keys(store) == ["1", "2", "x#0"]
    assert store.query("SELECT * FROM events").schema.names == schema(Event).names


def test_a_key_that_is_known_is_a_duplicate_wherever_it_lies(store: Store) -> None:
    store.insert(Event, _events("1").to_batches())
    kept = store.settle([_events("1", "2", "2"), _events("2", "3")])
    assert [tuple(each) for each in kept] == [(1, 2), (1, 1)]
    (again,) = store.settle([_events("3", "4", "07")])
    assert tuple(again) == (2, 1)
    (other,) = store.settle([_events("3", source="gdelt2")])
    assert other.stored == 1
    assert _keys(store) == ["07", "1", "2", "3", "3", "4"]


def test_keys_that_are_no_numbers_are_compared_too(store: Store) -> None:
    store.settle([_events("a", "b")])
    assert tuple(store.settle([_events("b", "c", "1")])[0]) == (2, 1)
    assert tuple(store.settle([_events("1", "c")])[0]) == (0, 2)


def test_a_reader_sees_the_lake(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.duckdb", write=True) as store:
        store.settle([_events("1")])
    with Store.open(tmp_path / "s.duckdb", write=False) as store:
        assert _keys(store) == ["1"]


def test_what_is_rolled_back_leaves_no_file(store: Store) -> None:
    store.settle([_events("1")])

    def fails() -> None:
        with store.transaction():
            store.settle([_events("2")])
            assert _keys(store) == ["1", "2"]
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        fails()
    assert _keys(store) == ["1"]
    assert len(_files(store)) == 1


def test_a_file_that_the_store_does_not_name_does_not_count_and_is_swept(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.duckdb", write=True) as store:
        store.settle([_events("1")])
        (file,) = _files(store)
    (file.parent / "left.parquet").write_bytes(file.read_bytes())
    with Store.open(tmp_path / "s.duckdb", write=False) as store:
        assert _keys(store) == ["1"]
    with Store.open(tmp_path / "s.duckdb", write=True) as store:
        assert _files(store) == [file]


def test_files_of_a_week_become_one_without_a_row_lost_or_out_of_order(store: Store) -> None:
    drawn = random.Random(1)
    keys = [str(number) for number in range(60)]
    drawn.shuffle(keys)
    for place in range(0, 60, 5):
        store.settle([_events(*keys[place : place + 5], run=f"r{place}", day=drawn.choice([2, 3, 10]))])
    before = store.query("SELECT * FROM events ORDER BY key")
    assert store.consolidate(many=1) == 2
    assert len(_files(store)) == 2
    assert store.query("SELECT * FROM events ORDER BY key") == before
    assert tuple(store.settle([_events(*keys)])[0]) == (0, 60)


def test_a_run_can_be_undone_even_after_its_files_became_part_of_others(store: Store) -> None:
    store.settle([_events("1", run="a")])
    store.settle([_events("2", run="b")])
    store.consolidate(many=1)
    store.settle([_events("3", run="b")])
    store.undo("b")
    assert _keys(store) == ["1"]
    assert len(_files(store)) == 1
    store.undo("a")
    assert _keys(store) == []
    assert _files(store) == []


def test_a_lake_that_cannot_be_written_leaves_the_store_as_it_was(store: Store) -> None:
    folder = Path(store.path).with_suffix(".lake")
    folder.write_text("in the way")
    with pytest.raises(StoreError, match="lake cannot be written"):
        store.settle([_events("1")])
    folder.unlink()
    assert _keys(store) == []
    assert store.settle([_events("1")])[0].stored == 1
