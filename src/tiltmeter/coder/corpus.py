"""The corpus: labelled sentences as plain text, read, checked and split into training and held-back parts."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from tiltmeter import _shelf
from tiltmeter.errors import CoderError
from tiltmeter.nouns import MODES, ORGANISATIONS, ROOTS

HELD_BACK: Final = 5
"""One item in this many is never trained on."""

UNPLACED: Final = frozenset({"ZZZ", "ZZZ-CIV", "ZZZ-REB"})
"""Codes for a side whose state the sentence does not tell; they teach roots, but are no gold events."""

_HEADER = re.compile(r"@ ([a-z]+-[0-9]+)(?: (\d{4}-\d\d-\d\d))?((?: #[\w-]+)*)$")
_CODE = re.compile(r"([A-Z]{3}(?:-(?:CIV|REB|TAL))?|" + "|".join(ORGANISATIONS) + r")(?: (.+))?$")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:/(\d{4}-\d\d-\d\d))?$")
_REPEAT = re.compile(r"(.+)~(\d)$")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Label:
    """
    One event of an item; spans are code points of the item's text, None for a side that is only implied.

    `start` and `end` are the closed interval the sentence gives, both None when it gives none.
    """

    giver: str
    giver_span: Span | None
    taker: str
    taker_span: Span | None
    root: str
    deed: Span
    mode: str = "done"
    start: dt.date | None = None
    end: dt.date | None = None
    by: str | None = None
    background: bool = False

    @property
    def placed(self) -> bool:
        """Whether both sides have a code that an event can carry."""
        return self.giver not in UNPLACED and self.taker not in UNPLACED


@dataclass(frozen=True, slots=True)
class Item:
    """A labelled sentence; items of the same id in two languages are translations of each other."""

    id: str
    language: str
    text: str
    labels: tuple[Label, ...]
    date: dt.date | None = None
    tags: tuple[str, ...] = ()
    where: str = ""

    @property
    def held_back(self) -> bool:
        """Whether training never sees it; decided by the id alone, so that parallel items stay together."""
        return int.from_bytes(hashlib.sha256(self.id.encode()).digest()[:4], "big") % HELD_BACK == 0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a corpus file that its author should mend."""

    where: str
    what: str


def items(language: str, *, folder: Path | None = None) -> tuple[Item, ...]:
    """
    All items of a language, in the order of files and lines.

    Args:
        language: ISO 639-1 code of a folder under `coder/languages/`.
        folder: Where the `*.txt` files are, or one such file; the package's own by default.

    Raises:
        CoderError: A file has a fault; `check` lists them all.

    >>> items("en")[0].language
    'en'
    """
    found, faults = read(language, folder=folder)
    if faults:
        first = faults[0]
        raise CoderError(first.what, where=first.where, mend=f"mend it ({len(faults)} faults in all)")
    return tuple(found)


def read(language: str, *, folder: Path | None = None) -> tuple[list[Item], list[Fault]]:
    """Items and faults of a language's corpus files; a faulty item is left out of the items."""
    found: list[Item] = []
    faults: list[Fault] = []
    for file in _files(language, folder):
        for line, block in _blocks(file.read_text(encoding="utf-8")):
            where = f"{language}/{file.name}:{line}"
            try:
                found.append(_item(block, language=language, where=where))
            except ValueError as error:
                faults.append(Fault(where, str(error)))
    counts = Counter(item.id for item in found)
    faults += [Fault(item.where, f"id {item.id} is used twice") for item in found if counts[item.id] > 1]
    return found, faults


def _files(language: str, folder: Path | None) -> list[Traversable | Path]:
    root: Traversable | Path = folder or _shelf.folder("tiltmeter.coder.languages", language) / "corpus"
    if root.is_file():
        return [root]
    if not root.is_dir():
        return []
    return sorted((file for file in root.iterdir() if file.name.endswith(".txt")), key=lambda file: file.name)


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of non-blank lines that are no comments, each with the number of its first line."""
    block: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#"):
            continue
        starts = line.startswith("@ ")
        if (starts or not line.strip()) and block:
            yield first, block
            block = []
        if line.strip():
            first = first if block else number
            block.append(line.strip())
    if block:
        yield first, block


def _item(block: list[str], *, language: str, where: str) -> Item:
    header = _HEADER.match(block[0])
    if not header:
        raise ValueError(f"not a header: {block[0]!r}; it reads '@ topic-1 2022-01-31 #tag'")
    if len(block) < 3:
        raise ValueError(f"{header[1]}: needs a sentence and a line per event, or a line with '-'")
    text, lines = block[1], block[2:]
    if lines == ["-"] or all(line.startswith("- ") or line == "-" for line in lines):
        labels: tuple[Label, ...] = ()
    else:
        labels = tuple(_label(line, text) for line in lines)
    day = dt.date.fromisoformat(header[2]) if header[2] else None
    return Item(header[1], language, text, labels, day, tuple(header[3].replace("#", "").split()), where)


def _label(line: str, text: str) -> Label:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) < 3 or " > " not in parts[0]:
        raise ValueError(f"not an event: {line!r}; it reads 'KAZ anchor > RUS anchor | ROOT | deed words'")
    giver, taker = parts[0].split(" > ", 1)
    if parts[1] not in ROOTS:
        raise ValueError(f"unknown root {parts[1]!r}")
    giver_code, giver_span = _side(giver.strip(), text)
    taker_code, taker_span = _side(taker.strip(), text)
    deed = _find(parts[2], text)
    mode, start, end, by, background = "done", None, None, None, False
    for part in filter(None, parts[3:]):
        if part in MODES:
            mode = part
        elif day := _DAY.match(part):
            start, end = dt.date.fromisoformat(day[1]), dt.date.fromisoformat(day[2] or day[1])
            if start > end:
                raise ValueError(f"interval ends before it starts: {part}")
        elif part.startswith("by "):
            by = part[3:]
            _find(by, text)
        elif part == "background":
            background = True
        else:
            raise ValueError(f"unknown field {part!r}")
    return Label(giver_code, giver_span, taker_code, taker_span, parts[1], deed, mode, start, end, by, background)


def _side(side: str, text: str) -> tuple[str, Span | None]:
    found = _CODE.match(side)
    if not found:
        raise ValueError(f"not 'CODE anchor': {side!r}")
    code, anchor = found[1], found[2]
    if code[:3] not in _states() and code not in ORGANISATIONS and code not in UNPLACED:
        raise ValueError(f"unknown code {code!r}")
    return code, None if anchor in (None, "-") else _find(anchor, text)


@functools.cache
def _states() -> frozenset[str]:
    import pycountry

    return frozenset(country.alpha_3 for country in pycountry.countries) | {"XKX"}


def _find(words: str, text: str) -> Span:
    nth = 1
    repeat = _REPEAT.match(words)
    if repeat and words not in text:
        words, nth = repeat[1], int(repeat[2])
    # a whole word before a part of one: the anchor "Iran" is not the head of "Iranian"
    whole = [hit.start() for hit in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text)]
    starts = whole or [hit.start() for hit in re.finditer(re.escape(words), text)]
    if len(starts) < nth:
        raise ValueError(f"not in the sentence: {words!r}" + (f" a {nth}th time" if nth > 1 else ""))
    return starts[nth - 1], starts[nth - 1] + len(words)


def summary(found: list[Item]) -> str:
    """Counts of a corpus: sentences, sentences without event, events by root."""
    roots = Counter(label.root for item in found for label in item.labels)
    empty = sum(not item.labels for item in found)
    counts = "  ".join(f"{root} {roots[root]}" for root in ROOTS)
    held = sum(item.held_back for item in found)
    return f"{len(found)} sentences, {empty} without event, {held} held back, {sum(roots.values())} events\n{counts}"


def check(languages: list[str]) -> int:
    """Write every fault and the counts of each language to standard output; the number of faults."""
    total = 0
    for language in languages:
        found, faults = read(language)
        total += len(faults)
        for fault in faults:
            sys.stdout.write(f"{fault.where}: {fault.what}\n")
        sys.stdout.write(f"{language}: {summary(found)}\n")
    return total


if __name__ == "__main__":
    sys.exit(bool(check(sys.argv[1:])))
