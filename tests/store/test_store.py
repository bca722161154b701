import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from tiltmeter.errors import StoreError
from tiltmeter.nouns import Event, Fact, Vote, batches, schema
from tiltmeter.store import TABLES, Migration, Store, migrations


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.memory() as made:
        yield made


def _vote(state: str, *, choice: str = "yes", run: str = "r1") -> Vote:
    return Vote("unga", f"1/{state}", run, "1", state, choice)


def _count(store: Store, table: str = "votes") -> int:
    return int(store.query(f"SELECT count(*) AS n FROM {table}")["n"][0].as_py())


def test_every_noun_has_a_table_in_its_schema(store: Store) -> None:
    for noun, table in TABLES.items():
        assert store.query(f"SELECT * FROM {table}").schema.equals(
            pa.schema([field.with_nullable(True) for field in schema(noun)])
        ), table


def test_missing_values_are_refused_only_where_the_noun_needs_one(store: Store) -> None:
    for noun, table in TABLES.items():
        told = store.query(
            "SELECT column_name, is_nullable FROM duckdb_columns() WHERE table_name = ?", [table]
        ).to_pylist()
        assert {row["column_name"]: row["is_nullable"] for row in told} == {
            field.name: field.nullable for field in schema(noun)
        }


def test_a_row_comes_back_as_it_went_in(store: Store) -> None:
    event = Event("x", "1", "r", "RUS", "KAZ", "AID", start=dt.date(2022, 1, 6), end=dt.date(2022, 1, 6), quad=2)
    store.add([event])
    assert Event(**store.query("SELECT * FROM events").to_pylist()[0]) == event


def test_the_same_rows_again_store_nothing(store: Store) -> None:
    rows = [_vote("KAZ"), _vote("UZB")]
    assert store.add(rows) == (2, 0)
    assert store.add(rows) == (0, 2)
    assert _count(store) == 2


def test_the_first_row_with_a_key_stays(store: Store) -> None:
    assert store.add([_vote("KAZ", choice="yes"), _vote("KAZ", choice="no")]) == (1, 1)
    store.add([_vote("KAZ", choice="abstain")])
    assert store.query("SELECT choice FROM votes").to_pylist() == [{"choice": "yes"}]


def test_keys_of_two_sources_do_not_meet(store: Store) -> None:
    other = Vote("mine", "1/KAZ", "r1", "1", "KAZ", "no")
    assert store.add([_vote("KAZ"), other]) == (2, 0)


def test_rows_keep_the_order_they_came_in(store: Store) -> None:
    states = [f"S{n:05d}" for n in range(5_000)]
    store.insert(Vote, batches([_vote(state) for state in states], Vote, size=700))
    assert store.query("SELECT state FROM votes")["state"].to_pylist() == states


def test_a_failing_block_leaves_the_store_as_it_was(store: Store) -> None:
    store.add([_vote("KAZ")])

    def fail() -> None:
        with store.transaction():
            store.add([_vote("UZB")])
            store.add([Fact("f", "1", "r", "border", "KAZ", "UZB", None, None, "a treaty")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (_count(store), _count(store, "facts")) == (1, 0)
    assert store.add([_vote("UZB")]) == (1, 0)


def test_batches_that_break_off_store_nothing(store: Store) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield from batches([_vote("KAZ")], Vote)
        raise ValueError("the file ends here")

    with pytest.raises(ValueError, match="ends here"):
        store.insert(Vote, broken())
    assert _count(store) == 0


def test_a_run_can_be_undone(store: Store) -> None:
    store.add([_vote("KAZ", run="old")])
    run = store.begin_run("add", version="0", started=dt.datetime(2022, 1, 1))
    store.add([_vote("UZB", run=run)])
    store.undo(run)
    assert store.query("SELECT run FROM votes").to_pylist() == [{"run": "old"}]
    assert _count(store, "runs") == 0


def test_a_run_keeps_what_it_used(store: Store) -> None:
    run = store.begin_run("add", version="0.1", started=dt.datetime(2022, 1, 1), settings={"source": "unga"})
    store.note_inputs(run, [("a.csv", "ab")])
    store.note_inputs(run, [("b.csv", "cd")])
    store.end_run(run, ended=dt.datetime(2022, 1, 2))
    row = store.query("SELECT settings::VARCHAR AS s, inputs::VARCHAR AS i, ended FROM runs").to_pylist()[0]
    assert row["s"] == '{"source": "unga"}'
    assert row["i"] == '[{"path":"a.csv","sha256":"ab"},{"path":"b.csv","sha256":"cd"}]'
    assert row["ended"] == dt.datetime(2022, 1, 2)


def test_a_new_run_never_takes_the_id_of_one_that_is_there(store: Store) -> None:
    first, second = (store.begin_run("add", version="0", started=dt.datetime(2022, 1, 1)) for _ in range(2))
    store.undo(first)
    assert store.begin_run("add", version="0", started=dt.datetime(2022, 1, 1)) != second


def test_what_is_written_is_there_after_reopening(tmp_path: Path) -> None:
    with Store.open(tmp_path / "t.duckdb", write=True) as store:
        store.add([_vote("KAZ")])
    with Store.open(tmp_path / "t.duckdb", write=False) as store:
        assert _count(store) == 1


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    Store.open(tmp_path / "t.duckdb", write=True).close()
    with (
        Store.open(tmp_path / "t.duckdb", write=False) as store,
        pytest.raises(StoreError, match="reading only"),
    ):
        store.add([_vote("KAZ")])


def test_reading_a_missing_store_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store here"):
        Store.open(tmp_path / "none.duckdb", write=False)


def test_a_file_that_is_no_store_is_refused_and_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "t.duckdb"
    file.write_bytes(b"hello" * 1000)
    with pytest.raises(StoreError, match="not a tiltmeter store"):
        Store.open(file, write=True)
    assert file.read_bytes() == b"hello" * 1000


def test_a_second_process_is_told_who_holds_the_store(tmp_path: Path) -> None:
    file = tmp_path / "t.duckdb"
    code = f"""
from tiltmeter.store import Store, opening
from tiltmeter.errors import StoreError
opening.PAUSES = (0.01,)
try:
    Store.open({str(file)!r}, write=True)
except StoreError as error:
    print(error)
"""
    with Store.open(file, write=True):
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "in use by process" in told
    assert "Mend: wait until" in told
    assert len(told.splitlines()) == 2


LATER = Migration(len(migrations()) + 1, "later", "ALTER TABLE votes ADD COLUMN weight DOUBLE DEFAULT 1.0")


def test_an_older_store_is_migrated_and_a_copy_kept(tmp_path: Path) -> None:
    file = tmp_path / "t.duckdb"
    with Store.open(file, write=True) as store:
        store.add([_vote("KAZ")])
    with Store.open(file, write=True, steps=[*migrations(), LATER]) as store:
        assert store.query("SELECT state, weight FROM votes").to_pylist() == [{"state": "KAZ", "weight": 1.0}]
    copy = tmp_path / f"t.duckdb.v{len(migrations())}.bak"
    with Store.open(copy, write=False) as store:
        assert _count(store) == 1


def test_an_older_store_is_not_read_as_if_it_were_current(tmp_path: Path) -> None:
    file = tmp_path / "t.duckdb"
    Store.open(file, write=True).close()
    with pytest.raises(StoreError, match="reads version"):
        Store.open(file, write=False, steps=[*migrations(), LATER])


@pytest.mark.parametrize("write", [True, False])
def test_a_newer_store_is_refused(tmp_path: Path, *, write: bool) -> None:
    file = tmp_path / "t.duckdb"
    Store.open(file, write=True, steps=[*migrations(), LATER]).close()
    with pytest.raises(StoreError, match="knows versions up to"):
        Store.open(file, write=write)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "t.duckdb"
    Store.open(file, write=True).close()
    broken = Migration(LATER.number, "broken", LATER.sql + "; SELECT * FROM nowhere")
    with pytest.raises(StoreError):
        Store.open(file, write=True, steps=[*migrations(), broken])
    with Store.open(file, write=True) as store:
        assert "weight" not in store.query("SELECT * FROM votes").column_names


def test_a_question_that_makes_no_sense_is_a_store_error(store: Store) -> None:
    with pytest.raises(StoreError, match="nowhere"):
        store.query("SELECT * FROM nowhere")
