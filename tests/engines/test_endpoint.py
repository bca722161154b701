"""A language model behind an endpoint: asked by the protocol, checked, retried, kept, and stopped at the budget."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.command import run
from tests.conftest import ROOT
from tiltmeter.engines import Engine
from tiltmeter.engines import endpoint as room
from tiltmeter.engines.answers import SCHEMA
from tiltmeter.engines.endpoint import KEY, Endpoint
from tiltmeter.engines.kept import Kept
from tiltmeter.errors import CoderError, SettingsError

TEXT = "It rained. Riga thanked  Kyiv on Monday, Interfax reported."


def event(**changes: Any) -> dict[str, Any]:
    return {
        "source": "LVA", "source_words": "Riga", "target": "UKR", "target_words": "Kyiv", "root": "SUPPORT",
        "mode": "done", "words": "thanked", "date": "2022-03-14", "speaker": "Interfax", "background": False,
        "confidence": 0.9, **changes,
    }  # fmt: skip


def answer(*events: object, tokens: int = 10) -> tuple[int, dict[str, Any]]:
    content = json.dumps({"events": list(events)})
    return 200, {"choices": [{"message": {"content": content}}], "usage": {"total_tokens": tokens}}


@dataclass
class Model:
    """A stand-in for a model's endpoint: gives the answers it is told to, and remembers what it was asked."""

    url: str = ""
    answers: list[tuple[int, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, head: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        with self.lock:
            self.heads.append(head)
            self.asked.append(body)
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def model() -> Iterator[Model]:
    stand_in = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, told = stand_in.take(dict(self.headers), body)
            raw = told.encode() if isinstance(told, str) else json.dumps(told).encode()
            self.send_response(status if self.path == "/v1/chat/completions" else 404)
            if status == 429:
                self.send_header("Retry-After", "7")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield stand_in
    server.shutdown()
    server.server_close()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    one = Kept(tmp_path / "answers.sqlite")
    yield one
    one.close()


def reader(model: Model, kept: Kept, waits: list[float] | None = None, **terms: Any) -> Endpoint:
    sleep = waits.append if waits is not None else lambda _: None
    return Endpoint(Engine("openai:m", url=model.url, **terms), kept, sleep=sleep)


def test_an_answer_becomes_an_event_with_its_places(model: Model, kept: Kept) -> None:
    model.answers = [answer(event())]
    (coded,) = reader(model, kept).code_all([(TEXT, "en", dt.date(2022, 3, 16))])
    (told,) = coded.events
    assert (told.giver, told.root, told.taker, told.confidence) == ("LVA", "SUPPORT", "UKR", 0.9)
    assert (told.start, told.end, told.attributed_to) == (dt.date(2022, 3, 14), dt.date(2022, 3, 14), "Interfax")
    assert [TEXT[slice(*span)] for span in (told.span, told.giver_span, told.taker_span)] == ["thanked", "Riga", "Kyiv"]
    assert TEXT[slice(*told.sentence)] == "Riga thanked  Kyiv on Monday, Interfax reported."


def test_the_question_is_as_the_protocol_wants_it(model: Model, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "sk-secret")
    model.answers = [answer()]
    reader(model, kept).code_all([(TEXT, "en", dt.date(2022, 3, 16))])
    (asked,) = model.asked
    assert (asked["model"], asked["temperature"]) == ("m", 0)
    assert asked["response_format"]["json_schema"] == {"name": "events", "strict": True, "schema": SCHEMA}
    assert asked["messages"][1]["content"].endswith(TEXT)
    assert "2022-03-16" in asked["messages"][1]["content"]
    assert model.heads[0]["Authorization"] == "Bearer sk-secret"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"words": "praised"}, "words not in the text"),
        ({"words": " "}, "no deed words"),
        ({"source_words": "Vilnius"}, "a side's words not in the text"),
        ({"source": "LAT"}, "unknown code"),
        ({"source": "IMF"}, "unknown code"),
        ({"source": None}, "unknown code"),
        ({"target": "LVA"}, "an event with itself"),
        ({"root": "PRAISE"}, "unknown root"),
        ({"mode": "perhaps"}, "unknown mode"),
        ({"date": "Monday"}, "date is none"),
        ({"date": "2022-02-30"}, "date is none"),
        ({"date": "2022-03-05/2022-03-01"}, "date is none"),
        ({"confidence": 7}, "confidence is no probability"),
        ({"confidence": True}, "confidence is no probability"),
    ],
)
def test_what_the_text_does_not_bear_out_is_refused_and_counted(
    model: Model, kept: Kept, changes: dict[str, Any], why: str
) -> None:
    model.answers = [answer(event(**changes), event(words="thanked"))]
    one = reader(model, kept)
    (coded,) = one.code_all([(TEXT, "en", None)])
    assert len(coded.events) == 1
    assert dict(one.refused) == {why: 1}
    assert f"1 events refused: {why}" in one.notes()


def test_an_unsure_event_is_given_only_when_all_are_asked_for(model: Model, kept: Kept) -> None:
    model.answers = [answer(event(confidence=0.2))]
    assert reader(model, kept).code_all([(TEXT, "en", None)])[0].events == ()
    assert len(reader(model, kept).code_all([(TEXT, "en", None)], all_events=True)[0].events) == 1


@pytest.mark.parametrize("content", ["no json", "[]", '{"events": 1}'])
def test_an_answer_of_another_form_abstains(model: Model, kept: Kept, content: str) -> None:
    model.answers = [(200, {"choices": [{"message": {"content": content}}]})]
    (coded,) = reader(model, kept).code_all([(TEXT, "en", None)])
    assert coded.events == ()
    assert coded.abstained == "the engine's answer has not the form asked for"


def test_a_busy_server_is_asked_again_when_it_says(model: Model, kept: Kept) -> None:
    model.answers = [(429, "slow down"), (503, "down"), (500, "down"), answer(event())]
    waits: list[float] = []
    (coded,) = reader(model, kept, waits).code_all([(TEXT, "en", None)])
    assert len(coded.events) == 1
    assert waits == [7.0, 2.0, 4.0]


def test_a_server_that_stays_down_is_given_up(model: Model, kept: Kept) -> None:
    model.answers = [(500, "down")]
    with pytest.raises(CoderError, match=r"no answer after 5 tries \(status 500"):
        reader(model, kept).code_all([(TEXT, "en", None)])
    assert len(model.asked) == 5


def test_tries_count_as_requests(model: Model, kept: Kept) -> None:
    model.answers = [(500, "down")]
    with pytest.raises(CoderError, match="the budget of 3 requests is spent"):
        reader(model, kept, requests=3).code_all([(TEXT, "en", None)])
    assert len(model.asked) == 3


@pytest.mark.parametrize("url", ["example.org/v1", "ftp://example.org"])
def test_what_is_no_address_is_refused(url: str, kept: Kept) -> None:
    with pytest.raises(CoderError, match="no address of an endpoint"):
        Endpoint(Engine("openai:m", url=url), kept, sleep=lambda _: None).code_all([(TEXT, "en", None)])


def test_no_server_at_all_is_given_up(kept: Kept) -> None:
    with pytest.raises(CoderError, match=r"no answer after 5 tries \(ConnectError"):
        Endpoint(Engine("openai:m", url="http://127.0.0.1:9"), kept, sleep=lambda _: None).code_all(
            [(TEXT, "en", None)]
        )


def test_a_refusal_is_told_without_the_key(model: Model, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "sk-secret")
    model.answers = [(401, {"error": {"message": "no such key: sk-secret"}})]
    with pytest.raises(CoderError) as caught:
        reader(model, kept).code_all([(TEXT, "en", None)])
    assert "status 401: no such key: …" in str(caught.value)
    assert KEY in caught.value.mend
    assert len(model.asked) == 1


def test_the_public_endpoint_is_not_asked_without_a_key(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY, raising=False)
    monkeypatch.delenv(room.URL, raising=False)
    with pytest.raises(CoderError, match="is not set"):
        Endpoint(Engine("openai:m"), kept).code_all([(TEXT, "en", None)])


def test_what_was_answered_costs_nothing_when_asked_again(model: Model, kept: Kept) -> None:
    model.answers = [answer(event())]
    first = reader(model, kept).code_all([(TEXT, "en", None)])
    again = reader(model, kept, requests=1)
    assert again.code_all([(TEXT, "en", None)]) == first
    assert (again.requests, len(model.asked)) == (0, 1)
    again.code_all([(TEXT, "en", dt.date(2022, 1, 1))])  # another dateline is another question
    assert (again.requests, len(model.asked)) == (1, 2)


@pytest.mark.parametrize(("terms", "asked"), [({"requests": 2}, 2), ({"tokens": 25}, 3)])
def test_a_run_stops_at_its_budget(model: Model, kept: Kept, terms: dict[str, Any], asked: int) -> None:
    model.answers = [answer(event(), tokens=10)]
    with pytest.raises(CoderError, match=r"the budget of .* is spent"):
        reader(model, kept, **terms).code_all([(f"{TEXT} {n}", "en", None) for n in range(9)])
    assert len(model.asked) == asked
    # what was answered before is there for the next run
    assert reader(model, kept, **terms).code_all([(f"{TEXT} 0", "en", None)])[0].events


def test_a_long_text_is_asked_about_in_pieces(model: Model, kept: Kept) -> None:
    model.answers = [answer(event())]
    text = "The weather was mild in the north. " * 200 + TEXT
    (coded,) = reader(model, kept).code_all([(text, "en", None)])
    assert len(model.asked) == 2
    assert [text[slice(*one.span)] for one in coded.events] == ["thanked"]
    assert text[slice(*coded.events[0].giver_span)] == "Riga"


def test_many_at_once_keep_their_order(model: Model, kept: Kept) -> None:
    model.answers = [answer(event())]
    texts = [("x " * n + TEXT, "en", None) for n in range(20)]
    found = reader(model, kept, jobs=4).code_all(texts)
    assert [one.events[0].span[0] for one in found] == [2 * n + TEXT.index("thanked") for n in range(20)]


def test_the_command_reads_by_an_endpoint(model: Model, tmp_path: Path) -> None:
    model.answers = [answer(event(), event(words="praised"))]
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": 1, "text": TEXT}) + "\nno json\n", encoding="utf-8")
    done = run(
        "code", "--in", "in.jsonl", "--engine", "openai:m", "--engine-url", model.url, cwd=tmp_path,
        TILTMETER_CACHE=str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0
    assert [len(json.loads(line)["events"]) for line in done.stdout.splitlines()] == [1, 0]
    assert done.stderr.splitlines() == [
        "line 2: not JSON", "1 requests, 10 tokens", "1 events refused: words not in the text",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["gpt", "openai:", "builtin:x", ""])
def test_an_engine_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="no engine called"):
        Engine(name)


def test_the_prompt_has_the_codebooks_roots() -> None:
    book = (ROOT / "docs" / "codebook.md").read_text("utf-8")
    rows = [line.strip("|\n ").split(" | ") for line in book.splitlines() if line.startswith("| ")]
    lines = [f"- {row[-2].strip('| ')}: {row[-1]}" for row in rows if row[-2].strip("| ").isupper()]
    assert len(lines) == 15
    assert set(lines) <= set(room._prompt().splitlines())


def test_no_engine_is_imported_before_it_is_asked_for() -> None:
    rare = "{'httpx2', 'sqlite3', 'torch', 'transformers'}"
    code = f"import sys, tiltmeter.cli, tiltmeter.engines; print({rare} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
