"""Looks at a server on this machine that gets new files and entries."""

import datetime as dt
import hashlib
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tiltmeter.errors import SourceError
from tiltmeter.fetch import Manners
from tiltmeter.watch import Look, Watched, look, looks
from tiltmeter.workspace import Workspace

SAMPLES = Path(__file__).parent / "sources" / "samples"
NOW = dt.datetime(2024, 6, 1, 12)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Host:
    """A folder that is served, with a list of its files."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.rows: list[str] = []

    def offer(self, when: str) -> None:
        """Put a file of this time into the list, its rows with ids of their own."""
        name = f"{when}.export.CSV.zip"
        with zipfile.ZipFile(self.folder / name, "w") as packed:
            text = (SAMPLES / "gdelt2" / "quarter61.tsv").read_text("utf-8")
            packed.writestr(name.removesuffix(".zip"), "".join(f"{when[6:]}{row}" for row in text.splitlines(True)))
        raw = (self.folder / name).read_bytes()
        self.rows.append(f"{len(raw)} {hashlib.md5(raw).hexdigest()} {self.url}/{name}")
        (self.folder / "list.txt").write_text("\n".join(self.rows))


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    folder = tmp_path / "host"
    folder.mkdir()
    (folder / "news.rss").write_bytes((SAMPLES / "reports" / "news.rss").read_bytes())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield Host(folder, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    times = iter(NOW + dt.timedelta(seconds=number) for number in range(1_000))
    return Workspace.create(tmp_path / "w", theatre="central_asia", now=lambda: next(times))


def _look(
    workspace: Workspace, host: Host, *, feeds: tuple[str, ...] = (), sources: tuple[str, ...] = ("gdelt2",)
) -> Look:
    watched = Watched(
        sources=sources, feeds=feeds, since=dt.datetime(2022, 1, 1), indexes={"gdelt2": f"{host.url}/list.txt"}
    )
    manners = Manners(sleep=lambda _: None, clock=lambda: 0.0, now=lambda: NOW, pause=0.0, tries=2)
    guard = watched.guard(allow=["127.0.0.1"], loopback=True)
    return look(workspace, watched, guard=guard, manners=manners, code=False)


def test_each_look_takes_what_is_new_and_catches_up_after_a_pause(workspace: Workspace, host: Host) -> None:
    host.offer("20240601100000")
    first = _look(workspace, host)
    assert (first.files, first.faults) == (1, ())
    assert first.stored > 0
    host.offer("20240601101500")
    host.offer("20240601103000")
    second = _look(workspace, host)
    assert (second.files, second.stored) == (2, 2 * first.stored)
    assert (_look(workspace, host).files, workspace.table("events").num_rows) == (0, 3 * first.stored)


def test_changes_are_those_of_the_last_look(workspace: Workspace, host: Host) -> None:
    assert workspace.export("changes").num_rows == 0
    host.offer("20240601100000")
    stored = _look(workspace, host).stored
    told = workspace.export("changes").to_pylist()
    assert sum(row["rows"] for row in told if row["what"] == "event") == stored
    _look(workspace, host)
    assert workspace.export("changes").num_rows == 0


@pytest.mark.slow
def test_a_file_that_failed_is_asked_for_again(workspace: Workspace, host: Host) -> None:
    host.offer("20240601100000")
    host.offer("20240601101500")
    whole = (host.folder / "20240601101500.export.CSV.zip").read_bytes()
    (host.folder / "20240601101500.export.CSV.zip").write_bytes(whole[:-9])
    found = _look(workspace, host)
    assert found.files == 1
    assert "not the file that the list offers" in found.faults[0]
    (host.folder / "20240601101500.export.CSV.zip").write_bytes(whole)
    assert (_look(workspace, host).files, _look(workspace, host).files) == (1, 0)


def test_files_that_could_not_be_stored_are_asked_for_again(
    workspace: Workspace, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise SourceError("no use", mend="none")

    host.offer("20240601100000")
    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "add", refuses)
        assert _look(workspace, host).faults == ("gdelt2: no use",)
    assert _look(workspace, host).stored > 0


def test_a_feed_is_read_and_its_known_entries_are_duplicates(workspace: Workspace, host: Host) -> None:
    feeds = (f"{host.url}/news.rss", f"{host.url}/gone.rss")
    found = _look(workspace, host, feeds=feeds, sources=())
    assert (found.stored, len(found.faults)) == (2, 1)
    assert "404" in found.faults[0]
    assert _look(workspace, host, feeds=feeds, sources=()).stored == 0


def test_looks_begin_as_far_apart_as_asked() -> None:
    slept: list[float] = []
    times = iter([0, 60, 1_000, 3_000])
    found = looks(
        lambda: Look(NOW, 0, 0, 0, ()), every=dt.timedelta(minutes=15), sleep=slept.append,
        now=lambda: NOW + dt.timedelta(seconds=next(times)),
    )  # fmt: skip
    next(found), next(found)
    assert slept == [840.0]
