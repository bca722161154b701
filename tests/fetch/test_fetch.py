"""Downloads against a server on this machine that fails in every way a server can."""

import datetime as dt
import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tiltmeter.errors import FetchError
from tiltmeter.fetch import Asked, Guard, Line, Manners, bring, download, fetch, guard_of, text
from tiltmeter.sources import Offer, source

BODY = bytes(range(256)) * 400
LIMIT = 1 << 20


def _zip(member: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo("a.csv"), member, zipfile.ZIP_DEFLATED)
    return raw.getvalue()


BOMB = _zip(bytes(20 << 20))


class Host(BaseHTTPRequestHandler):
    """Each path fails in its own way, the first time or always."""

    asked: list[tuple[str, dict[str, str]]]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        first = all(path != self.path for path, _ in self.asked)
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        getattr(self, self.path.strip("/").partition("/")[0])(first)

    def _send(self, status: int, body: bytes = b"", *, cut: int | None = None, **heads: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", heads.pop("length", str(len(body))))
        for name, value in heads.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None:
            self.close_connection = True

    def good(self, _: bool) -> None:
        self._send(200, BODY)

    def wrong(self, _: bool) -> None:
        self._send(200, BODY[:-1] + b"x")

    def truncated(self, first: bool) -> None:
        begin = int(self.headers.get("Range", "bytes=0-")[6:-1])
        if first:
            self._send(200, BODY, cut=30_000, ETag='"one"')
        elif begin and self.headers.get("If-Range") == '"one"':
            self._send(206, BODY[begin:], ETag='"one"', Content_Range=f"bytes {begin}-{len(BODY) - 1}/{len(BODY)}")
        else:
            self._send(200, BODY, ETag='"one"')

    def changed(self, first: bool) -> None:
        self._send(200, BODY[::-1] if first else BODY, cut=30_000 if first else None, ETag='"a"' if first else '"b"')

    def astray(self, first: bool) -> None:
        if first:
            self._send(200, BODY, cut=30_000, ETag='"one"')
        elif "Range" in self.headers:
            self._send(206, BODY[:10], Content_Range=f"bytes 0-9/{len(BODY)}")

    def always_cut(self, _: bool) -> None:
        self._send(200, BODY, cut=1_000)

    def slow(self, first: bool) -> None:
        if first:
            threading.Event().wait(1.4)
        self._send(200, BODY)

    def busy(self, first: bool) -> None:
        self._send(429, b"", Retry_After="7") if first else self._send(200, BODY)

    def down(self, _: bool) -> None:
        self._send(503)

    def gone(self, _: bool) -> None:
        self._send(404)

    def inside(self, _: bool) -> None:
        self._send(302, Location="http://10.0.0.8/secret")

    def elsewhere(self, _: bool) -> None:
        self._send(302, Location="http://other.example/a")

    def round(self, _: bool) -> None:
        self._send(302, Location="/round")

    def moved(self, _: bool) -> None:
        self._send(301, Location="/good")

    def large(self, _: bool) -> None:
        self._send(200, b"", length=str(10 * LIMIT))

    def bomb(self, _: bool) -> None:
        self._send(200, BOMB)

    def sound(self, _: bool) -> None:
        self._send(200, _zip(b"a,b\n1,2\n"))

    def list(self, _: bool) -> None:
        base = f"http://{self.headers['Host']}"
        body = _zip(b"a,b\n1,2\n")
        at = ("20220302101500", "20220302103000", "20220302110000", "20220303000000")
        rows = [f"{len(body)} {hashlib.md5(body).hexdigest()} {base}/sound/{when}.export.CSV.zip" for when in at]
        self._send(200, "\n".join(rows).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def host() -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    asked: list[tuple[str, dict[str, str]]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Host,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def clock(self) -> float:
        return 1_000.0 + sum(self.slept)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def line(time: Time) -> Iterator[Line]:
    manners = Manners(
        sleep=time.sleep, clock=time.clock, now=lambda: dt.datetime(2024, 6, 1), pause=1.0, tries=3, backoff=2.0,
        patience=1.0, contact="desk@news.example",
    )  # fmt: skip
    guard = Guard(hosts=frozenset({"127.0.0.1", "10.0.0.8", "inside.example"}), loopback=True)
    with Line(guard, manners) as made:
        yield made


def _get(line: Line, url: str, folder: Path, *, name: str = "a.bin", **more: Any) -> tuple[str, str, bytes]:
    arrival = download(line, Offer(url, name, **more), folder, limit=LIMIT)
    whole = (folder / name).read_bytes() if (folder / name).exists() else b""
    return arrival.state, arrival.reason, whole


MD5 = hashlib.md5(BODY).hexdigest()


@pytest.mark.parametrize("path", ["good", "truncated", "changed", "slow", "busy", "moved"])
def test_a_file_arrives_whole_whatever_happens_on_the_way(
    line: Line, host: tuple[str, Any], tmp_path: Path, path: str
) -> None:
    state, reason, whole = _get(line, f"{host[0]}/{path}", tmp_path, bytes=len(BODY), md5=MD5)
    assert (state, reason, whole) == ("fetched", "", BODY)
    assert [file.name for file in tmp_path.iterdir()] == ["a.bin"]


def test_what_broke_off_goes_on_where_it_stopped(line: Line, host: tuple[str, Any], tmp_path: Path) -> None:
    _get(line, f"{host[0]}/truncated", tmp_path)
    assert host[1][1][1]["range"] == "bytes=30000-"


@pytest.mark.parametrize(
    ("path", "state", "reason"),
    [("astray", "failed", "another part than was asked for"), ("gone", "missing", "the host answers 404"),
     ("down", "failed", "did not arrive in 3 tries"),
     ("always_cut", "failed", "received 1000 bytes, expected 102400"), ("large", "failed", "the limit is"),
     ("round", "failed", "leads on more than"), ("wrong", "failed", "not the file that the list offers"),
     ("elsewhere", "failed", "other.example is not among the hosts"), ("inside", "failed", "private network")],
)  # fmt: skip
def test_what_cannot_be_had_is_told_and_leaves_no_file(
    line: Line, host: tuple[str, Any], tmp_path: Path, path: str, state: str, reason: str
) -> None:
    found, why, whole = _get(line, f"{host[0]}/{path}", tmp_path, md5=MD5)
    assert (found, whole) == (state, b"")
    assert reason in why


def test_a_zip_that_would_unpack_without_end_is_refused(line: Line, host: tuple[str, Any], tmp_path: Path) -> None:
    state, reason, _ = _get(line, f"{host[0]}/bomb", tmp_path, name="a.zip")
    assert state == "failed"
    assert "would unpack" in reason
    assert list(tmp_path.iterdir()) == []
    assert _get(line, f"{host[0]}/sound", tmp_path, name="a.zip")[0] == "fetched"


def test_a_host_that_asks_to_wait_is_waited_for(line: Line, host: tuple[str, Any], tmp_path: Path, time: Time) -> None:
    _get(line, f"{host[0]}/busy", tmp_path)
    assert 7.0 in time.slept


def test_questions_to_one_host_are_a_pause_apart_and_say_who_asks(
    line: Line, host: tuple[str, Any], tmp_path: Path, time: Time
) -> None:
    for name in ("a", "b", "c"):
        _get(line, f"{host[0]}/good", tmp_path, name=name)
    assert time.slept == [1.0, 1.0]
    agent = host[1][0][1]["user-agent"]
    assert agent.startswith("tiltmeter/")
    assert "desk@news.example" in agent


def test_a_file_that_is_there_is_not_asked_for_again(line: Line, host: tuple[str, Any], tmp_path: Path) -> None:
    _get(line, f"{host[0]}/good", tmp_path, md5=MD5)
    assert _get(line, f"{host[0]}/good", tmp_path, md5=MD5)[0] == "kept"
    assert len(host[1]) == 1
    (tmp_path / "a.bin").write_bytes(b"spoilt")
    assert _get(line, f"{host[0]}/good", tmp_path, md5=MD5)[0] == "fetched"


def test_one_failure_does_not_stop_the_others(line: Line, host: tuple[str, Any], tmp_path: Path) -> None:
    offers = [Offer(f"{host[0]}/{path}", path) for path in ("good", "gone", "moved")]
    assert [each.state for each in fetch(line, offers, tmp_path, limit=LIMIT)] == ["fetched", "missing", "fetched"]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1%eth0",
     "fd00::1", "::ffff:10.0.0.1", "2002:0a00:0001::", "224.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_an_address_inside_a_private_network_is_refused(address: str) -> None:
    guard = Guard(hosts=frozenset({"inside.example"}), resolve=lambda *_: ["93.184.215.14", address])
    with pytest.raises(FetchError, match="private network"):
        guard.address("inside.example", 80)


def test_a_host_is_connected_at_the_address_that_was_checked() -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    guard = Guard(hosts=frozenset({"x.example"}), resolve=lambda *_: next(answers))
    assert guard.address("x.example", 80) == "93.184.215.14"
    with pytest.raises(FetchError):
        guard.address("x.example", 80)


def test_https_may_not_lead_to_http() -> None:
    guard = Guard(hosts=frozenset({"x.example"}))
    with pytest.raises(FetchError, match="from https to http"):
        guard.refuse("http://x.example/", before="https://x.example/")


def test_a_list_larger_than_its_limit_is_refused(line: Line, host: tuple[str, Any]) -> None:
    with pytest.raises(FetchError, match="larger than"):
        text(line, f"{host[0]}/good", limit=1_000)
    assert text(line, f"{host[0]}/good") == BODY


def test_lists_of_gdelt_are_read_into_offers() -> None:
    md5 = "0" * 32
    remote = source("gdelt2").remote
    assert remote is not None
    raw = (
        f"9 {md5} http://data.gdeltproject.org/gdeltv2/20220302101500.export.CSV.zip\n"
        f"8 {md5} http://data.gdeltproject.org/gdeltv2/20220302101500.mentions.CSV.zip\nbroken line\n"
    ).encode()
    (offer,) = remote.parse(raw, remote.index)
    assert (offer.name, offer.when, offer.bytes) == (
        "20220302101500.export.CSV.zip", dt.datetime(2022, 3, 2, 10, 15), 9,
    )  # fmt: skip
    daily = source("gdelt1").remote
    assert daily is not None
    (offer,) = daily.parse(f"{md5}  20220302.export.CSV.zip\n".encode(), daily.index)
    assert offer.url == "http://data.gdeltproject.org/events/20220302.export.CSV.zip"


def test_what_a_list_offers_is_fetched_and_its_gaps_are_told(line: Line, host: tuple[str, Any], tmp_path: Path) -> None:
    asked = Asked(source="gdelt2", index=f"{host[0]}/list", until=dt.datetime(2022, 3, 2, 23))
    arrivals = bring(asked, tmp_path, guard=line.guard, manners=line.manners)
    assert [each.state for each in arrivals] == ["fetched", "fetched", "fetched", "gap"]
    assert arrivals[-1].reason == "the list has no file of 2022-03-02 10:45"
    assert len(list(tmp_path.glob("*.zip"))) == 3
    again = bring(asked, tmp_path, guard=line.guard, manners=line.manners)
    assert [each.state for each in again] == ["kept", "kept", "kept", "gap"]


def test_a_source_without_a_list_and_days_without_a_file_are_told(line: Line, host: tuple[str, Any]) -> None:
    with pytest.raises(FetchError, match="no list of files is known for icews"):
        Asked(source="icews").offers(line)
    with pytest.raises(FetchError, match="none of these days"):
        Asked(source="gdelt2", index=f"{host[0]}/list", since=dt.datetime(2030, 1, 1)).offers(line)


def test_only_a_sources_own_hosts_may_be_asked_and_those_the_user_names() -> None:
    guard = guard_of("gdelt2", allow=["mirror.example"])
    guard.refuse("http://data.gdeltproject.org/a")
    guard.refuse("https://mirror.example/a")
    with pytest.raises(FetchError, match="is not among the hosts"):
        guard.refuse("https://other.example/a")
