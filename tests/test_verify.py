"""A manifest is recomputed part by part; whatever was changed since is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.conftest import few, now
from tiltmeter import bundle as sample
from tiltmeter.errors import StoreError
from tiltmeter.manifest import read
from tiltmeter.verify import Part, verify
from tiltmeter.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The record of the sample, fitted from votes alone, which takes a moment."""
    made = Workspace.create(tmp_path_factory.mktemp("record") / "w", theatre="central_asia", now=now)
    made = few(made, shuffles=0)
    sample.fill(made, written=False)
    made.fit(only="votes")
    return made


@pytest.fixture
def copy(record: Workspace, tmp_path: Path) -> Workspace:
    """The same, to be spoilt."""
    shutil.copytree(record.folder, tmp_path / "w")
    return Workspace.open(tmp_path / "w", now=now)


def parts(workspace: Workspace) -> dict[tuple[str, str], Part]:
    return {(one.part, one.name): one for one in verify(read(workspace.folder / "fit" / "manifest.json"), workspace)}


def changed(workspace: Workspace, sql: str) -> None:
    with duckdb.connect(str(workspace.folder / "tiltmeter.duckdb")) as store:
        store.execute(sql)


def test_an_untouched_workspace_comes_out_the_same(copy: Workspace) -> None:
    found = parts(copy)
    assert {one.result for one in found.values()} == {"same"}
    assert {"version", "theatre", "input", "rows", "answer"} == {part for part, _ in found}
    assert ("answer", "positions, record") in found


def test_a_vote_turned_round_shows_in_the_rows_and_in_the_answers(copy: Workspace) -> None:
    changed(copy, "UPDATE votes SET choice = 'no' WHERE state = 'KAZ'")
    found = parts(copy)
    assert found["rows", "votes"] == Part("rows", "votes", "other", "a row differs")
    assert found["rows", "facts"].result == "same"
    assert found["answer", "positions, record"].note.startswith("mean or sd differs by up to ")


def test_rows_taken_away_are_counted(copy: Workspace) -> None:
    (before,) = duckdb.connect(str(copy.folder / "tiltmeter.duckdb")).execute("SELECT count(*) FROM figures").fetchall()
    changed(copy, "DELETE FROM figures WHERE a = 'KAZ'")
    note = parts(copy)["rows", "figures"].note
    assert note.startswith(f"{before[0]:,} rows then, ")


def test_the_order_of_rows_and_who_stored_them_do_not_count(copy: Workspace) -> None:
    changed(copy, "CREATE TABLE other AS SELECT * FROM votes ORDER BY hash(key)")
    changed(copy, "DELETE FROM votes")
    changed(copy, "INSERT INTO votes SELECT * REPLACE ('another' AS run) FROM other")
    assert parts(copy)["rows", "votes"].result == "same"


def test_an_input_that_changed_and_one_that_is_gone_are_told_apart(copy: Workspace, tmp_path: Path) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("symbol,date,iso3,vote\nA/RES/60/1,2005-09-16,KAZ,yes\n", "utf-8")
    copy.add("unga", [votes])
    copy.fit(only="votes")
    told = read(copy.folder / "fit" / "manifest.json")
    (own,) = (one for one in told["inputs"] if one["path"] == str(votes))
    votes.write_text("symbol,date,iso3,vote\nA/RES/60/1,2005-09-16,KAZ,no\n", "utf-8")
    gone = own | {"path": str(tmp_path / "gone.csv")}
    found = verify(told | {"inputs": [own, gone]}, copy)
    assert [one.result for one in found if one.part == "input"] == ["other", "gone"]


@pytest.mark.slow
def test_false_alarms_are_counted_anew_and_an_older_manifest_without_them_is_taken(copy: Workspace) -> None:
    counting = few(copy, shuffles=2)
    counting.fit(only="votes")
    told = read(copy.folder / "fit" / "manifest.json")
    assert {one.result for one in verify(told, counting) if one.part == "placebo"} == {"same"}
    (first, *rest) = told["placebo"]["alarms"]
    other = told | {"placebo": told["placebo"] | {"alarms": [first | {"called": first["called"] + 1}, *rest]}}
    found = {one.name: one for one in verify(other, counting) if one.part == "placebo"}
    assert found[first["gauge"]].result == "other"
    assert f"now {first['called']} and" in found[first["gauge"]].note
    del other["placebo"]
    assert not [one for one in verify(other, counting) if one.part == "placebo"]


@pytest.mark.parametrize("content", ["", "[1]", '"fit"', "{}", '{"tiltmeter": "0.1.0"}', "\x00"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content, "utf-8")
    with pytest.raises(StoreError, match=r"Mend: name the fit/manifest\.json"):
        read(path)


def test_settings_of_another_version_are_refused(copy: Workspace) -> None:
    told = read(copy.folder / "fit" / "manifest.json")
    with pytest.raises(StoreError, match="settings of another version"):
        verify(told | {"settings": {"warp": 9}}, copy)


def test_a_manifest_holds_nothing_but_json(copy: Workspace) -> None:
    path = copy.folder / "fit" / "manifest.json"
    assert json.loads(json.dumps(read(path))) == read(path)
