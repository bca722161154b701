"""What cannot be used is refused in two lines, or rejected with its reason and line; the store stays whole."""

import gzip
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tiltmeter import sources
from tiltmeter.errors import SourceError
from tiltmeter.nouns import Document
from tiltmeter.sources import Tally
from tiltmeter.store import TABLES, Store

from .conftest import SAMPLES, TODAY, Rows, Take

ICEWS_HEAD = "date,source,source_iso,cameo,target,target_iso\n"
GOOD = "2022-03-02,Kazakhstan,KAZ,042,Russia,RUS\n"


def _state(store: Store) -> dict[str, Any]:
    tables = [*TABLES.values(), "runs"]
    return {table: store.query(f"SELECT * FROM {table}").to_pylist() for table in tables}


def _refused(store: Store, name: str, path: Path, **options: Any) -> SourceError:
    """The error of a file that must be refused; sees that it is two lines and the store as before."""
    store.add([Document("reports", "before", "old", "A text from before.")])
    before = _state(store)
    with pytest.raises(SourceError) as caught:
        sources.take(store, name, path, run="r", today=TODAY, options=options)
    assert _state(store) == before
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("  Mend: ")
    assert path.name in lines[0]
    return caught.value


def _file(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", ["auto", "reports", "icews", "unga", "gdelt1", "facts"])
def test_a_missing_file_is_refused(store: Store, tmp_path: Path, name: str) -> None:
    assert "no such file" in _refused(store, name, tmp_path / "none.csv").what


@pytest.mark.parametrize("name", [*sources.names(), "auto"])
def test_an_empty_file_is_refused(store: Store, tmp_path: Path, name: str) -> None:
    options = {"mapping": SAMPLES / "table" / "strikes.csv.toml"}
    assert "empty" in _refused(store, name, _file(tmp_path, "a.csv", b""), **options).what


@pytest.mark.parametrize("name", [*sources.names(), "auto"])
@pytest.mark.parametrize("content", [bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + b"\0\1\2" * 400])
def test_a_binary_file_is_refused(store: Store, tmp_path: Path, name: str, content: bytes) -> None:
    options = {"mapping": SAMPLES / "table" / "strikes.csv.toml"}
    for ending in (".csv", ".txt", ".tab"):
        _refused(store, name, _file(tmp_path, f"a{ending}", content), **options)


@pytest.mark.parametrize(
    ("begins", "kind", "mend"),
    [(b"%PDF-1.7\n", "a damaged PDF", "as txt"), (b"PK\x03\x04", "Office", "CSV"), (b"\x1f\x8b\x08", "gzip", ".gz")],
)
def test_a_file_of_another_kind_is_named_with_what_to_do(
    store: Store, tmp_path: Path, begins: bytes, kind: str, mend: str
) -> None:
    error = _refused(store, "reports", _file(tmp_path, "a.txt", begins + b"something " * 50))
    assert kind in error.what
    assert mend in error.mend


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(
    ("name", "ending"), [("reports", ".txt"), ("icews", ".csv"), ("unga", ".csv"), ("auto", ".txt")]
)
def test_a_wide_encoding_is_named_with_the_way_to_convert_it(
    store: Store, tmp_path: Path, encoding: str, name: str, ending: str
) -> None:
    error = _refused(store, name, _file(tmp_path, f"a{ending}", (ICEWS_HEAD + GOOD).encode(encoding)))
    assert "UTF-16" in error.what or "UTF-32" in error.what or "binary" in error.what
    if "UTF" in error.what:
        assert "iconv" in error.mend


def test_a_text_in_an_old_encoding_is_refused_with_line_and_byte(store: Store, tmp_path: Path) -> None:
    path = _file(tmp_path, "a.txt", "Первая строка\nПутин в Астане\n".encode("cp1251"))
    assert "not UTF-8: byte 0xCF in line 1" in _refused(store, "reports", path).what


@pytest.mark.parametrize(
    "name", ["icews", "unga", "gdelt-sums", "facts", "polecat", "acled", "ucdp", "mentions", "gkg"]
)
def test_a_table_with_other_columns_is_refused_and_says_which_it_needs(store: Store, tmp_path: Path, name: str) -> None:
    error = _refused(store, name, _file(tmp_path, "a.csv", "colour,size\nred,3\nblue,4\n"))
    assert "colour" in error.what or "column" in error.what


@pytest.mark.parametrize("name", ["gdelt1", "gdelt2", "phoenix"])
def test_a_table_with_another_number_of_columns_says_how_many(store: Store, tmp_path: Path, name: str) -> None:
    error = _refused(store, name, _file(tmp_path, "a.tsv", "1\t20220302\t202203\n"))
    assert "3 columns" in error.what


def test_a_table_of_unknown_columns_is_no_known_format(store: Store, tmp_path: Path) -> None:
    assert "no known format" in _refused(store, "auto", _file(tmp_path, "a.csv", "colour,size\nred,3\n")).what


def test_a_misspelt_source_is_refused_with_the_right_one(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such source: icew") as caught:
        sources.take(store, "icew", tmp_path, run="r", today=TODAY)
    assert caught.value.mend == "did you mean icews?"


@pytest.mark.parametrize("cut", [10, 400, 2_000])
def test_a_zip_that_is_cut_off_is_refused(store: Store, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", ICEWS_HEAD + GOOD * 20_000)
    raw = path.read_bytes()
    _refused(store, "icews", _file(tmp_path, "a.zip", raw[: min(cut, len(raw) - 30)]))


def test_a_gzip_that_is_cut_off_stores_none_of_its_rows(store: Store, tmp_path: Path) -> None:
    import random

    rows = "".join(f"2022-03-02,x{random.Random(n).random()},KAZ,042,Russia,RUS\n" for n in range(150_000))
    whole = gzip.compress((ICEWS_HEAD + rows).encode())
    _refused(store, "icews", _file(tmp_path, "a.csv.gz", whole[: len(whole) * 3 // 4]))


def test_a_password_protected_member_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.csv", ICEWS_HEAD + GOOD)
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1  # the flag that says a member is encrypted
    assert "cannot be read" in _refused(store, "icews", _file(tmp_path, "a.zip", bytes(raw))).what


def test_rows_of_the_future_and_of_1920_are_rejected_with_line_and_reason(
    take: Take, rows: Rows, tmp_path: Path
) -> None:
    bad = GOOD.replace("2022", "2092") + GOOD.replace("2022", "1920") + GOOD.replace("2022-03-02", "soon")
    (tally,) = take("icews", _file(tmp_path, "a.csv", ICEWS_HEAD + GOOD + bad))
    assert (tally.read, tally.stored, tally.rejected) == (4, 1, 3)
    told = rows("rejects", order="line")
    assert [(row["line"], row["reason"]) for row in told] == [
        (3, "the date 2092-03-02 lies in the future"),
        (4, "the date 1920-03-02 is before 1945"),
        (5, "the date 'soon' cannot be read"),
    ]
    assert told[0]["row"] == "2092-03-02\tKazakhstan\tKAZ\t042\tRussia\tRUS"
    assert {row["path"] for row in told} == {str(tmp_path / "a.csv")}


def test_rows_with_too_many_or_too_few_cells_are_rejected(take: Take, rows: Rows, tmp_path: Path) -> None:
    (tally,) = take("icews", _file(tmp_path, "a.csv", ICEWS_HEAD + GOOD + "2022-03-02,x\n" + GOOD))
    assert (tally.read, tally.stored, tally.rejected) == (3, 2, 1)
    assert rows("rejects")[0]["reason"] == "2 columns, the file has 6"
    assert rows("rejects")[0]["line"] == 3


def test_more_than_half_rejected_of_many_rows_refuses_the_file(store: Store, tmp_path: Path) -> None:
    text = ICEWS_HEAD + GOOD * 10 + "soon,Kazakhstan,KAZ,042,Russia,RUS\n" * 11
    error = _refused(store, "icews", _file(tmp_path, "a.csv", text))
    assert error.what.startswith("11 of 21 rows cannot be used; the first: line 12")


def test_few_rows_may_all_be_rejected(take: Take, tmp_path: Path) -> None:
    (tally,) = take("icews", _file(tmp_path, "a.csv", ICEWS_HEAD + GOOD.replace("042", "999") * 20))
    assert (tally.read, tally.rejected) == (20, 20)


def test_an_id_that_two_texts_share_is_rejected_within_a_file_and_across(
    take: Take, rows: Rows, tmp_path: Path
) -> None:
    first = _file(tmp_path, "a.csv", "id,date,text\n1,2022-03-02,One\n1,2022-03-02,Two\n1,2022-03-02,One\n")
    (tally,) = take("reports", first)
    assert (tally.read, tally.stored, tally.duplicate, tally.rejected) == (3, 1, 1, 1)
    (other,) = take("reports", _file(tmp_path, "b.csv", "id,date,text\n2,2022-03-02,Three\n1,2022-03-02,Four\n"))
    assert (other.read, other.stored, other.rejected) == (2, 1, 1)
    told = rows("rejects", order="path, line")
    assert [(Path(row["path"]).name, row["line"], row["reason"]) for row in told] == [
        ("a.csv", 3, "the id '1' is taken by another text"),
        ("b.csv", 3, "the id '1' is taken by another text"),
    ]


def test_an_id_that_two_events_share_keeps_the_first_and_counts_the_other(
    take: Take, rows: Rows, tmp_path: Path
) -> None:
    release = (SAMPLES / "icews" / "release.tab").read_text()
    head, first, second, *_ = release.splitlines()
    second = first.split("\t")[0] + "\t" + second.split("\t", 1)[1]
    (tally,) = take("icews", _file(tmp_path, "a.tab", "\n".join([head, first, second]) + "\n"))
    assert (tally.stored, tally.duplicate) == (1, 1)
    assert len(rows("events")) == 1


def test_a_folder_with_other_files_takes_what_it_can_and_names_the_rest(take: Take, rows: Rows, tmp_path: Path) -> None:
    _file(tmp_path, "a.csv", ICEWS_HEAD + GOOD)
    _file(tmp_path, "b.bin", bytes(range(256)) * 20)
    _file(tmp_path, "c.csv", "colour,size\nred,3\n")
    _file(tmp_path, ".hidden", "x")
    tallies = take("auto", tmp_path)
    assert [(Path(tally.path).name, tally.stored, tally.rejected) for tally in tallies] == [
        ("a.csv", 1, 0), ("b.bin", 0, 1), ("c.csv", 0, 1),
    ]  # fmt: skip
    assert all(tally.read == 1 for tally in tallies)
    assert {Path(row["path"]).name: row["line"] for row in rows("rejects")} == {"b.bin": 0, "c.csv": 0}


def test_a_folder_where_no_file_can_be_used_is_refused(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    _file(folder, "a.bin", bytes(range(256)) * 20)
    _file(folder, "b.bin", b"\0" * 500)
    before = _state(store)
    with pytest.raises(SourceError):
        sources.take(store, "auto", folder, run="r", today=TODAY)
    assert _state(store) == before


def test_members_of_a_zip_are_called_by_the_zip_and_their_name(take: Take, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("one.csv", ICEWS_HEAD + GOOD)
        packed.writestr("deep/two.csv", ICEWS_HEAD + GOOD + GOOD)
    tallies = take("icews", tmp_path / "a.zip")
    assert [(tally.path, tally.stored, tally.duplicate) for tally in tallies] == [
        (f"{tmp_path}/a.zip!one.csv", 1, 0),
        (f"{tmp_path}/a.zip!deep/two.csv", 1, 1),
    ]


def test_votes_without_dates_ask_for_the_resolutions(store: Store) -> None:
    assert "--resolutions" in _refused(store, "unga", SAMPLES / "unga" / "codes.csv").mend


def test_negative_counts_are_rejected(take: Take, rows: Rows, tmp_path: Path) -> None:
    lines = (SAMPLES / "gdelt1" / "daily58.tsv").read_text().splitlines()
    cells = lines[0].split("\t")
    cells[31] = "-4"  # NumMentions
    (tally,) = take("gdelt1", _file(tmp_path, "a.tsv", "\n".join(["\t".join(cells), *lines[1:]])))
    assert (tally.read, tally.rejected) == (20, 1)
    told = rows("rejects")[0]
    assert (told["reason"], told["line"], told["row"]) == ("a count is negative", 1, "\t".join(cells))
    text = "week_start,a,b,days,sum\n2022-01-03,KAZ,RUS,9,1.0\n2022-01-03,KAZ,RUS,-1,1.0\n2022-01-03,KAZ,RUS,7,1.0\n"
    (tally,) = take("gdelt-sums", _file(tmp_path, "a.csv", text))
    assert (tally.stored, tally.rejected) == (1, 2)


def test_a_file_that_is_taken_back_leaves_the_earlier_ones_of_its_run(store: Store, tmp_path: Path) -> None:
    sources.take(store, "icews", _file(tmp_path, "a.csv", ICEWS_HEAD + GOOD), run="r1", today=TODAY)
    _refused(store, "icews", _file(tmp_path, "b.csv", ICEWS_HEAD + "x,y\n" * 40))


@pytest.mark.parametrize("name", sources.names())
def test_garbage_of_every_kind_ends_in_rows_rejects_or_two_lines(store: Store, name: str, tmp_path: Path) -> None:
    import random

    random_ = random.Random(name)
    samples = sorted((SAMPLES / name).glob("*[!l]"))
    for number in range(25):
        raw = bytearray(random_.choice(samples).read_bytes())
        for _ in range(random_.randrange(1, 30)):
            at = random_.randrange(len(raw))
            raw[at : at + random_.randrange(3)] = bytes(
                random_.choices(b'\0\n\r\t",;|\xff\xc3 x0', k=random_.randrange(4))
            )
        path = _file(tmp_path, f"{number}{samples[0].suffix}", bytes(raw[: random_.randrange(1, len(raw))]))
        options = {
            "resolutions": SAMPLES / "unga" / "resolutions.csv",
            "mapping": SAMPLES / "table" / "strikes.csv.toml",
        }
        _ends_well(store, name, path, options, run=f"r{number}")


def _ends_well(store: Store, name: str, path: Path, options: dict[str, Any], *, run: str) -> None:
    tallies: list[Tally] = []
    told = "two\nlines"
    try:
        tallies = sources.take(store, name, path, run=run, today=TODAY, options=options)
    except SourceError as error:
        told = str(error)
    assert len(told.splitlines()) == 2, told
    for tally in tallies:
        assert tally.read == tally.stored + tally.duplicate + tally.outside + tally.rejected
