"""
What is fuzzed: every reader, the coder, the claim parser, the theatre loader.

A target takes bytes and returns; it may meet a `TiltmeterError` of two lines and nothing else. What it checks beside is
the contract: offsets lie in the text, codes are those of the codebook, each row read is kept, rejected or outside.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tiltmeter import sources
from tiltmeter.errors import TiltmeterError
from tiltmeter.nouns import MODES, QUAD, ROOTS

ROOT: Final = Path(__file__).resolve().parents[1]
SAMPLES: Final = ROOT / "tests" / "sources" / "samples"
TODAY: Final = dt.date(2024, 6, 1)
SPOKEN: Final = ("en", "de", "fr", "ru", "es", "uk", "tr")

Target = Callable[[bytes], None]


@functools.cache
def _place() -> Path:
    """A folder in memory where there is one; files come and go there a thousand times a second."""
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="tiltmeter-fuzz-", dir=shared if os.access(shared, os.W_OK) else None))


@contextlib.contextmanager
def _two_lines() -> Any:
    """Lets a refusal pass if it has its two lines."""
    try:
        yield
    except TiltmeterError as error:
        assert len(str(error).splitlines()) == 2, error
        assert error.mend, error


def _reader(name: str, ending: str) -> Target:
    """A reader, given the bytes as a file of that ending."""
    options = {"mapping": SAMPLES / "table" / "strikes.csv.toml"} if name == "table" else {}

    def target(given: bytes) -> None:
        file = _place() / f"{os.getpid()}{ending}"
        file.write_bytes(given)
        with _two_lines():
            for chunk in sources.read(name, file, today=TODAY, options=options):
                assert chunk.outside >= 0
                chunk.batch.validate(full=True)

    return target


@functools.cache
def _coder() -> Any:
    from tiltmeter.coder import load

    return load()


def _check(answer: dict[str, Any], text: str) -> None:
    assert not (answer["abstained"] and answer["events"])
    for event in answer["events"]:
        start, end = event["span"]
        assert 0 <= start < end <= len(text)
        assert event["root"] in ROOTS
        assert event["quad"] == QUAD[event["root"]]
        assert event["mode"] in MODES
        assert 0 <= event["confidence"] <= 1


def coder(given: bytes) -> None:
    """Text in each language: the first byte says which, 255 leaves it to the coder."""
    from tiltmeter.coder import lines

    text = given[1:].decode("utf-8", "replace")
    line: dict[str, Any] = {"id": 1, "text": text, "date": "2022-03-02"}
    if given[:1] and given[0] < 255:
        line["language"] = SPOKEN[given[0] % len(SPOKEN)]
    (answer,) = lines.events([json.dumps(line)], _coder()[0], note=lambda _: None)
    assert answer["id"] == 1
    _check(answer, text)


def jsonl(given: bytes) -> None:
    """Whatever stands in the lines given to `code` and `classify`, each has its answer."""
    from tiltmeter.coder import lines

    told = [line for line in given.decode("utf-8", "replace").split("\n") if line.strip()]
    answers = list(lines.events(told, _coder()[0], note=lambda _: None))
    assert len(answers) == len(told)
    roots = list(lines.roots(told, _coder()[1], note=lambda _: None))
    assert all(one["root"] in ROOTS or one["root"] is None for one in roots)
    json.dumps(answers, allow_nan=False)


def claim(given: bytes) -> None:
    """A sentence that may be a claim; the first byte says the language and the theatre."""
    from tiltmeter.questions.parse import parse_all
    from tiltmeter.settings import load_theatre

    first = given[0] if given else 0
    theatre = load_theatre(("central_asia", "south_caucasus")[first // 128])
    found = parse_all(given[1:].decode("utf-8", "replace"), language=SPOKEN[first % 4], theatre=theatre)
    assert found


def theatre(given: bytes) -> None:
    """A theatre of one's own."""
    from tiltmeter.settings import load_theatre

    file = _place() / f"{os.getpid()}.toml"
    file.write_bytes(given)
    with _two_lines():
        load_theatre(str(file))


def claims(given: bytes) -> None:
    """A file of claims."""
    from tiltmeter.settings import load_claims

    file = _place() / f"{os.getpid()}.toml"
    file.write_bytes(given)
    with _two_lines():
        load_claims(file)


def _endings(name: str) -> list[str]:
    """The endings of a format's sample files, each a reader of its own to the fuzzer."""
    return sorted(
        {path.suffix for path in (SAMPLES / name).iterdir()} - {".toml"} | ({".toml"} if name == "facts" else set())
    )


TARGETS: Final[dict[str, Target]] = {
    **{f"{name}{ending}": _reader(name, ending) for name in sources.names() for ending in _endings(name)},
    "coder": coder,
    "jsonl": jsonl,
    "claim": claim,
    "theatre": theatre,
    "claims": claims,
}
"""Each target by its name; those of readers are called by format and ending."""


def seeds(name: str) -> list[bytes]:
    """Inputs a target starts from: the samples of its format, or sentences of the corpus."""
    if name in ("coder", "claim", "jsonl"):
        return list(_sentences(name))
    if name in ("theatre", "claims"):
        return [path.read_bytes() for path in (ROOT / "src" / "tiltmeter" / "theatres").glob("*.toml")]
    folder, _, ending = name.partition(".")
    return [path.read_bytes() for path in (SAMPLES / folder).glob(f"*.{ending}")]


def _sentences(name: str) -> Any:
    from tiltmeter.coder import corpus

    for number, code in enumerate(SPOKEN):
        for item in corpus.items(code)[:400:4]:
            if name == "jsonl":
                yield json.dumps({"id": item.id, "text": item.text, "language": code}).encode()
            else:
                yield bytes([number]) + item.text.encode()
