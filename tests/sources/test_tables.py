"""Tables of every kind come as the same rows of text with true line numbers."""

import datetime as dt
import gzip
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiltmeter.errors import SourceError
from tiltmeter.sources._input import Input, inputs
from tiltmeter.sources._rows import LINE, Rows
from tiltmeter.sources._table import table


def _rows(path: Path, **more: Any) -> list[dict[str, Any]]:
    return [row for some in table(inputs(path)[0], **more) for row in some.batch.to_pylist()]


def _broken(path: Path) -> list[tuple[int, str, str]]:
    return [each for some in table(inputs(path)[0]) for each in some.broken]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8", newline="")
    return path


def test_all_forms_of_a_table_give_the_same_rows(tmp_path: Path) -> None:
    wanted = [{"a": "1", "b": "x"}, {"a": None, "b": "Grüße"}]
    _write(tmp_path / "a.csv", "a,b\n1,x\n,Grüße\n")
    _write(tmp_path / "a.tsv", "a\tb\r\n1\tx\r\n\tGrüße\r\n")
    _write(tmp_path / "s.csv", "\ufeffA;B\n1;x\n;Grüße")
    _write(tmp_path / "a.jsonl", '{"a": 1, "b": "x"}\n{"b": "Grüße", "a": null}\n')
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.write(tmp_path / "a.csv", "deep/a.csv")
    pq.write_table(pa.table({"a": pa.array([1, None], pa.int32()), "b": ["x", "Grüße"]}), tmp_path / "a.parquet")
    for file in sorted(tmp_path.iterdir()):
        got = [{name: value for name, value in row.items() if name != LINE} for row in _rows(file)]
        assert got == wanted, file.name


def test_lines_are_those_of_the_file_past_quotes_blank_and_broken_rows(tmp_path: Path) -> None:
    file = _write(tmp_path / "a.csv", '# a remark\na,b\n1,"x\ny"\n\n2,z\n3\n4,"p\n\nq"\n5,6,7\n6,w\n')
    assert {row["a"]: row[LINE] for row in _rows(file)} == {"1": 3, "2": 6, "4": 8, "6": 12}
    assert [(line, reason) for line, reason, _ in _broken(file)] == [
        (7, "1 columns, the file has 2"),
        (11, "3 columns, the file has 2"),
    ]


def test_quotes_mean_nothing_in_a_tab_separated_table(tmp_path: Path) -> None:
    assert _rows(_write(tmp_path / "a.tsv", 'a\tb\n"x\ty\n'))[0]["a"] == '"x'


def test_a_row_that_is_no_utf8_is_broken_and_the_others_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"a,b\n1,x\n2,\xe4\n3,z\n")
    assert [row["a"] for row in _rows(file)] == ["1", "3"]
    assert [(line, reason) for line, reason, _ in _broken(file)] == [(3, "not UTF-8")]


def test_json_lines_that_are_no_object_are_broken(tmp_path: Path) -> None:
    file = _write(tmp_path / "a.jsonl", '{"a": 1}\n[2]\n{"a": \n\n{"a": {"deep": [3]}}\n')
    assert [(row["a"], row[LINE]) for row in _rows(file)] == [("1", 1), ('{"deep": [3]}', 5)]
    assert [line for line, _, _ in _broken(file)] == [2, 3]


def test_numbers_dates_and_times_of_parquet_become_their_plain_text(tmp_path: Path) -> None:
    day = dt.date(2022, 3, 2)
    cells = {
        "n": [7], "f": [0.5], "d": [day], "t": [dt.datetime(2022, 3, 2, 8, 15)], "b": [True],
        "c": pa.array(["KAZ"]).dictionary_encode(), "nan": [float("nan")], "list": [[1, 2]],
    }  # fmt: skip
    pq.write_table(pa.table(cells), tmp_path / "a.parquet")
    row = _rows(tmp_path / "a.parquet")[0]
    assert row["d"] == "2022-03-02"
    assert row["t"].startswith("2022-03-02 08:15:00")
    assert (row["n"], row["f"], row["b"], row["c"], row["nan"]) == ("7", "0.5", "true", "KAZ", None)


def test_a_head_without_rows_still_tells_its_columns(tmp_path: Path) -> None:
    some = list(table(Input(_write(tmp_path / "a.csv", "a,b\n"))))
    assert some[0].batch.schema.names == ["a", "b", LINE]
    assert some[0].batch.num_rows == 0


def test_columns_that_repeat_or_have_no_name_can_be_told_apart(tmp_path: Path) -> None:
    assert list(_rows(_write(tmp_path / "a.csv", "a,,A\n1,2,3\n"))[0]) == ["a", "unnamed", "a_2", LINE]


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip", "a.parquet"])
def test_a_file_that_is_cut_off_says_so(tmp_path: Path, name: str) -> None:
    text = "a,b\n" + "".join(f"{n},{n * n}\n" for n in range(50_000))
    whole = tmp_path / name
    if name == "a.zip":
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("a.csv", text)
    elif name == "a.parquet":
        pq.write_table(pa.table({"a": list(range(50_000))}), whole)
    else:
        whole.write_bytes(gzip.compress(text.encode()))
    whole.write_bytes(whole.read_bytes()[:-2_000])
    with pytest.raises(SourceError, match=r"damaged|cut off"):
        _rows(whole)


def test_a_zip_damaged_in_the_middle_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", "a,b\n" + "".join(f"{n},{n * n}\n" for n in range(50_000)))
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 50] = b"\0" * 50
    file.write_bytes(raw)
    with pytest.raises(SourceError, match=r"damaged|cut off|not a table"):
        _rows(file)


def test_a_zip_that_would_unpack_without_end_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", b"0" * 30_000_000)
    with pytest.raises(SourceError, match="would unpack"):
        inputs(tmp_path / "bomb.zip")


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='\0\r"'), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12))
def test_whatever_is_written_is_read_back_with_its_line(rows: list[tuple[str, str, str]]) -> None:
    import tempfile

    def quoted(cell: str) -> str:
        return f'"{cell}"'

    lines, text = [], "a,b,c,n\n"
    for number, row in enumerate(rows):
        lines.append(text.count("\n") + 1)
        text += ",".join(map(quoted, row)) + f",{number}\n"
    with tempfile.TemporaryDirectory() as folder:
        found: list[Rows] = list(table(Input(_write(Path(folder) / "a.csv", text))))
    got = [row for some in found for row in some.batch.to_pylist()]
    assert [(row["a"] or "", row["b"] or "", row["c"] or "") for row in got] == rows
    assert [row[LINE] for row in got] == lines
