"""The verb `fetch`, from the command line."""

import hashlib
import json
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.command import run


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "host"
    folder.mkdir()
    with zipfile.ZipFile(folder / "20220302.export.CSV.zip", "w") as packed:
        packed.writestr("20220302.export.CSV", "a row\n")
    md5 = hashlib.md5((folder / "20220302.export.CSV.zip").read_bytes()).hexdigest()
    (folder / "md5sums").write_text(f"{md5}  20220302.export.CSV.zip\n{md5}  20220303.export.CSV.zip\n")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/md5sums"
    server.shutdown()
    server.server_close()
    thread.join()


def test_fetch_brings_what_there_is_and_tells_what_is_missing(host: str, tmp_path: Path) -> None:
    words = ("fetch", "gdelt1", "--index", host, "--to", tmp_path / "got", "--pause", "0", "--json")
    refused = run(*words, cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[1].strip() == "Mend: if you trust it: --allow 127.0.0.1"
    done = run(*words, "--allow", "127.0.0.1", "--allow-loopback", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert [(one["state"], one["reason"]) for one in told] == [("fetched", ""), ("missing", "the host answers 404")]
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "gdelt1: 1 of 2 files did not arrive")
    assert [file.name for file in (tmp_path / "got").iterdir()] == ["20220302.export.CSV.zip"]
