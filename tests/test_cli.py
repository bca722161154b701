"""The installed command, run as users and other programs run it: arguments, streams, exit status, files."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.command import COMMAND, Done, run
from tests.conftest import now
from tiltmeter import __version__
from tiltmeter.coder.build import Bundle
from tiltmeter.nouns import MODES, QUAD, ROOTS
from tiltmeter.workspace import TABLES, Workspace

VOTES = "symbol,date,iso3,vote\nA/RES/ES-11/1,2022-03-02,KAZ,abstain\nA/RES/ES-11/1,2022-03-02,RUS,no\n"
EVENT = ["source", "target", "root", "mode", "quad", "date", "confidence", "span", "attributed_to", "background"]


def refused(done: Done) -> tuple[str, str]:
    """The two lines of a refusal: what, and mend."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 2, done.stderr
    assert lines[1].startswith("  Mend: ")
    assert len(lines[1]) > len("  Mend: ") + 5
    return lines[0], lines[1]


def rows(workspace: Path) -> dict[str, list[dict[str, Any]]]:
    """All that a store holds."""
    opened = Workspace.open(workspace, now=now)
    return {name: opened.table(name).to_pylist() for name in TABLES}


def jsonl(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new workspace with nothing but its ties."""
    folder = tmp_path_factory.mktemp("cli")
    done = run("init", "w", "--theatre", "central_asia", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "w"


@pytest.fixture
def workspace(empty: Path, tmp_path: Path) -> Path:
    """A copy of the new workspace, to write into."""
    shutil.copytree(empty, tmp_path / "w")
    return tmp_path / "w"


def test_the_version_is_printed(tmp_path: Path) -> None:
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"tiltmeter {__version__}\n", "")
    module = subprocess.run(
        [sys.executable, "-m", "tiltmeter", "--version"], capture_output=True, text=True, timeout=60
    )
    assert (module.returncode, module.stdout) == (0, done.stdout)


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_lists_the_verbs(tmp_path: Path, flag: str) -> None:
    done = run(flag, cwd=tmp_path)
    assert done.returncode == 0
    for verb in ("demo", "read", "init", "add", "code", "classify", "fit", "ask", "why", "report", "export"):
        assert f" {verb} " in done.stdout


@pytest.mark.parametrize("words", [["tilt"], ["why"], ["export", "runs", "--loud"]])
def test_an_unknown_verb_a_missing_word_or_a_strange_option_is_the_users_fault(
    tmp_path: Path, words: Sequence[str]
) -> None:
    done = run(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: tiltmeter" in done.stderr


BAD = {
    "missing": ("reports", "gone.txt", None),
    "empty": ("reports", "empty.txt", b""),
    "binary": ("reports", "picture.txt", bytes(range(256)) * 40),
    "utf-16": ("reports", "wide.txt", "Kasachstan und Russland sprechen über Gas.".encode("utf-16")),
    "other columns": ("icews", "other.csv", b"town,mayor\nOsh,nobody\nBalkh,somebody\n"),
    "no format": ("auto", "other.csv", b"town,mayor\nOsh,nobody\nBalkh,somebody\n"),
    "no votes": ("unga", "other.csv", b"town,mayor\nOsh,nobody\n"),
    "no such format": ("telex", "other.csv", b"town,mayor\nOsh,nobody\n"),
}


TEXTS = ("missing", "empty", "binary", "utf-16")

Refusal = tuple[Done, bool]


@pytest.fixture(scope="module")
def refusals(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Refusal]:
    """What `add` and `read` make of each bad file, and whether the store stayed as it was; run side by side."""
    folder = tmp_path_factory.mktemp("bad")
    before = rows(empty)

    def tried(verb: str, case: str) -> Refusal:
        place = folder / f"{verb}-{case}".replace(" ", "-")
        shutil.copytree(empty, place / "w")
        source, name, content = BAD[case]
        if content is not None:
            (place / name).write_bytes(content)
        words = ("add", source, name, "--workspace", "w") if verb == "add" else ("read", name)
        done = run(*words, cwd=place)
        return done, rows(place / "w") == before

    wanted = [("add", case) for case in BAD] + [("read", case) for case in TEXTS]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(wanted, pool.map(lambda one: tried(*one), wanted), strict=True))


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_taken_in_is_told_in_two_lines_and_leaves_the_store_as_it_was(
    refusals: dict[tuple[str, str], Refusal], case: str
) -> None:
    done, same = refusals["add", case]
    what, _ = refused(done)
    assert (BAD[case][1] if BAD[case][0] != "telex" else "telex") in what
    assert same


@pytest.mark.parametrize("case", TEXTS)
def test_what_cannot_be_read_is_told_in_two_lines(refusals: dict[tuple[str, str], Refusal], case: str) -> None:
    what, _ = refused(refusals["read", case][0])
    assert BAD[case][1] in what


def test_of_several_files_none_is_taken_when_one_is_at_fault(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text(VOTES, "utf-8")
    before = rows(workspace)
    refused(run("add", "unga", "votes.csv", "gone.csv", "--workspace", workspace, cwd=tmp_path))
    assert rows(workspace) == before


def test_a_misspelt_state_is_refused_with_the_one_probably_meant(tmp_path: Path) -> None:
    theatre = resources.files("tiltmeter.theatres").joinpath("central_asia.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(theatre.replace('"KAZ", "KGZ"', '"KZA", "KGZ"', 1), "utf-8")
    what, mend = refused(run("init", "w", "--theatre", "mine.toml", cwd=tmp_path))
    assert "mine.toml" in what
    assert "KZA" in what
    assert "KAZ" in mend
    assert not (tmp_path / "w").exists()


def test_a_workspace_is_not_made_twice(workspace: Path, tmp_path: Path) -> None:
    before = rows(workspace)
    refused(run("init", "w", cwd=tmp_path))
    assert rows(workspace) == before


@pytest.mark.parametrize("words", [["ask"], ["why", "KAZ", "2022-01"], ["report"], ["export", "tilt"]])
def test_what_needs_a_fit_says_so(empty: Path, words: Sequence[str]) -> None:
    _, mend = refused(run(*words, "--workspace", empty, cwd=empty))
    assert "tiltmeter fit" in mend


def test_the_workspace_is_named_before_or_after_the_verb_or_by_the_environment(empty: Path, tmp_path: Path) -> None:
    words = ("export", "facts")
    ways = [
        run("--workspace", empty, *words, cwd=tmp_path),
        run(*words, "--workspace", empty, cwd=tmp_path),
        run(*words, f"--workspace={empty}", cwd=tmp_path),
        run(*words, cwd=tmp_path, TILTMETER_WORKSPACE=str(empty)),
        run(*words, cwd=empty),
    ]
    assert [way.returncode for way in ways] == [0] * 5
    assert len({way.stdout for way in ways}) == 1
    assert "csto-kaz" in ways[0].stdout


def test_the_option_goes_before_the_environment(empty: Path, tmp_path: Path) -> None:
    done = run("export", "facts", "--workspace", empty, cwd=tmp_path, TILTMETER_WORKSPACE=str(tmp_path / "none"))
    assert done.returncode == 0


def test_a_folder_that_is_no_workspace_is_told(tmp_path: Path) -> None:
    what, mend = refused(run("export", "facts", cwd=tmp_path))
    assert "no workspace" in what
    assert "tiltmeter init" in mend


DOCUMENTS: list[dict[str, Any]] = [
    {"id": 7, "text": "Poland sent Ukraine medical supplies on Monday.", "date": "2022-03-16"},
    {"id": "é", "text": "Die Sonne schien über Bischkek.", "language": "de"},
    {"id": "last", "text": "Россия обвинила Японию.", "language": "ru"},
]


PAIRS: list[dict[str, Any]] = [
    {"id": 1, "text": "Turkey  recalled its envoy from Israel.", "source": "turkey", "target": "ISRAEL"},
    {"id": "2", "text": "Nobody is named here.", "source": "Peru", "target": ""},
]


@pytest.fixture(scope="module")
def streams(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Done]]:
    """`code` and `classify`, each by file and by stream; run side by side."""
    assert bundle  # trained, so that the command only loads it
    folder = tmp_path_factory.mktemp("streams")
    lines = [json.dumps(one, ensure_ascii=False) for one in DOCUMENTS]
    docs = "\n".join([*lines[:2], "{not json", lines[2]]) + "\n"
    pairs = "".join(json.dumps(pair) + "\n" for pair in PAIRS)
    (folder / "docs.jsonl").write_text(docs, "utf-8")
    (folder / "pairs.jsonl").write_text(pairs, "utf-8")
    calls = [
        (("code", "--in", "docs.jsonl", "--out", "events.jsonl"), None), (("code", "--in", "-"), docs),
        (("classify", "--in", "pairs.jsonl", "--out", "roots.jsonl"), None), (("classify", "--in", "-"), pairs),
    ]  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        return folder, list(pool.map(lambda call: run(*call[0], cwd=folder, given=call[1]), calls))


def test_code_answers_every_line_in_order_and_alike_by_file_and_stream(streams: tuple[Path, list[Done]]) -> None:
    folder, (by_file, by_stream, *_) = streams
    assert (by_file.returncode, by_file.stdout) == (0, "")
    assert by_file.stderr == "line 3: not JSON\n"
    written = (folder / "events.jsonl").read_text("utf-8")
    assert (by_stream.returncode, by_stream.stdout, by_stream.stderr) == (0, written, by_file.stderr)
    answers = jsonl(written)
    assert [answer["id"] for answer in answers] == [7, "é", None, "last"]
    assert all(list(answer) == ["id", "language", "abstained", "events"] for answer in answers)
    assert [answer["language"] for answer in answers] == ["en", "de", "und", "ru"]
    assert answers[2]["abstained"].startswith("invalid line: ")
    assert answers[2]["events"] == []
    told = {(e["source"], e["root"], e["target"]): e for e in answers[0]["events"]}
    assert told["POL", "AID", "UKR"]["date"] == "2022-03-14"
    for answer, one in zip(answers[:2], DOCUMENTS[:2], strict=True):
        for event in answer["events"]:
            assert list(event) == EVENT
            assert (event["root"] in ROOTS, event["mode"] in MODES) == (True, True)
            assert event["quad"] == QUAD[event["root"]]
            assert one["text"][slice(*event["span"])]


def test_classify_answers_every_line_by_file_and_stream(streams: tuple[Path, list[Done]]) -> None:
    folder, (_, _, by_file, by_stream) = streams
    assert (by_file.returncode, by_file.stdout, by_file.stderr) == (0, "", "")
    written = (folder / "roots.jsonl").read_text("utf-8")
    assert (by_stream.returncode, by_stream.stdout, by_stream.stderr) == (0, written, "")
    answers = jsonl(written)
    assert [list(answer) for answer in answers] == [["id", "root", "probability"]] * 2
    assert [answer["id"] for answer in answers] == [1, "2"]
    assert answers[0]["root"] == "SANCTION"
    assert all(answer["root"] in ROOTS and 0 < answer["probability"] <= 1 for answer in answers)


def test_a_stream_leaves_nothing_but_its_answer(streams: tuple[Path, list[Done]]) -> None:
    names = sorted(path.name for path in streams[0].iterdir())
    assert names == ["docs.jsonl", "events.jsonl", "pairs.jsonl", "roots.jsonl"]


def test_a_stream_from_or_into_nowhere_is_refused_before_the_coder_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "docs.jsonl").write_text(json.dumps(DOCUMENTS[0]), "utf-8")
    # an empty cache would take a minute of training; the refusal comes at once and trains nothing
    place = {"TILTMETER_CACHE": str(tmp_path / "cache")}
    refused(run("code", "--in", "docs.jsonl", "--out", "no/such/events.jsonl", cwd=tmp_path, **place))
    refused(run("classify", "--in", "gone.jsonl", cwd=tmp_path, **place))
    assert not (tmp_path / "cache").exists()


def test_every_row_of_add_is_counted_and_a_second_time_all_are_known(workspace: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("votes.csv", VOTES + "A/RES/ES-11/1,2022-03-02,KGZ,perhaps\n")
    tallies = []
    for _ in range(2):
        done = run("add", "unga", "a.zip", "--json", "--workspace", workspace, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        (tally,) = json.loads(done.stdout)
        assert list(tally) == ["path", "source", "read", "stored", "duplicate", "outside", "rejected"]
        assert tally["path"] == "a.zip!votes.csv"
        assert tally["read"] == sum(tally[kind] for kind in ("stored", "duplicate", "outside", "rejected")) == 3
        tallies.append(tally)
    assert (tallies[0]["stored"], tallies[0]["rejected"]) == (2, 1)
    assert (tallies[1]["stored"], tallies[1]["duplicate"]) == (0, 2)
    rejects = list(csv.DictReader(io.StringIO(run("export", "rejects", cwd=workspace).stdout)))
    assert rejects
    assert rejects[0]["reason"]
    assert "perhaps" in " ".join(rejects[0].values())


def test_export_writes_each_kind_by_ending_or_by_name(demo: Workspace, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    place = {"TILTMETER_WORKSPACE": str(demo.folder)}
    events = demo.table("events").num_rows
    for name in ("e.parquet", "e.jsonl", "e.tsv"):
        done = run("export", "events", "--out", name, cwd=tmp_path, **place)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert pq.read_table(tmp_path / "e.parquet").num_rows == events
    assert len(jsonl((tmp_path / "e.jsonl").read_text("utf-8"))) == events
    head, *lines = (tmp_path / "e.tsv").read_text("utf-8").splitlines()
    assert head.split("\t")[:2] == ["Event ID", "Event Date"]
    assert len(lines) == events
    printed = run("export", "events", "--json", cwd=tmp_path, **place).stdout
    assert printed == (tmp_path / "e.jsonl").read_text("utf-8")


@pytest.mark.parametrize(
    ("what", "columns"),
    [
        ("positions", "state,period,mean,sd,q05,q95"),
        ("tilt", "state,period,mean,sd,q05,q95"),
        ("influence", "power,definition,state,period,mean,sd,q05,q95"),
    ],
)
def test_curves_are_exported_with_the_promised_columns(
    demo: Workspace, tmp_path: Path, what: str, columns: str
) -> None:
    done = run("export", what, "--workspace", demo.folder, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    assert ",".join(found[0]) == columns
    assert all(float(row["q05"]) <= float(row["mean"]) + 1e-6 for row in found if what == "positions")
    if what == "influence":
        assert "central_asia" in {row["state"] for row in found}


@pytest.mark.parametrize("words", [["horoscope"], ["facts", "--format", "xls"], ["facts", "--format", "parquet"]])
def test_what_cannot_be_exported_is_told_in_two_lines(empty: Path, words: Sequence[str]) -> None:
    refused(run("export", *words, cwd=empty))


def test_ask_prints_the_promised_json(demo: Workspace, tmp_path: Path) -> None:
    done = run("ask", "peak-of-influence", "--json", "--workspace", demo.folder, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (finding,) = json.loads(done.stdout)
    assert {"id", "verdict", "probability", "by_definition", "evidence", "record_only"} <= set(finding)
    assert all({"source", "key", "for"} <= set(row) for row in finding["evidence"])
    assert all({"probability", "prior", "verdict"} <= set(one) for one in finding["by_definition"].values())


def test_a_claim_nobody_knows_is_refused(demo: Workspace, tmp_path: Path) -> None:
    what, mend = refused(run("ask", "end-of-history", "--workspace", demo.folder, cwd=tmp_path))
    assert "end-of-history" in what
    assert "peak-of-influence" in mend


def test_progress_is_drawn_on_a_terminal_and_never_among_the_output(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text(VOTES, "utf-8")
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [COMMAND, "add", "unga", "votes.csv", "--json", "--workspace", workspace], cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=theirs, timeout=120, env=os.environ | {"TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    drawn = os.read(ours, 100_000)
    os.close(ours)
    assert b"adding" in drawn
    assert json.loads(done.stdout)[0]["stored"] == 2


def test_a_reader_who_leaves_early_costs_no_traceback(empty: Path) -> None:
    done = subprocess.run(
        f"'{COMMAND}' export facts --json | head -1", shell=True, cwd=empty, capture_output=True, text=True, timeout=120
    )
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
