"""The trained coder on this machine: built from the corpus on first use, kept, built anew when the corpus changes."""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
from collections.abc import Callable
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from tiltmeter import _shelf
from tiltmeter.coder import build, corpus
from tiltmeter.coder.language import SHELF, languages
from tiltmeter.nouns import ORGANISATIONS, QUAD, ROOTS, SYMMETRIC, Mention


def finder(text: str, language: str, on: object) -> list[Mention]:
    """The actors room's finder, as the coder calls it."""
    from tiltmeter.actors import find

    return find(text, language=language, on=on)  # type: ignore[arg-type]  # a date or None


BESIDE: Final = frozenset({"coder/detect.py", "coder/lines.py", "coder/resumed.py"})
"""Files of the two rooms that training never imports; whatever is not listed here counts (a test looks)."""

TOOLS: Final = ("ahocorasick-rs", "babel", "numba", "numpy", "pycountry", "scipy", "simplemma")
"""Packages whose version may change what is learnt."""


@functools.cache
def digest() -> str:
    """SHA-256 of all that the trained coder follows from: what training imports, its tables, corpus and tools."""
    total = hashlib.sha256()
    for room in ("coder", "actors"):
        for name, file in sorted(_walk(resources.files("tiltmeter") / room, f"{room}/")):
            if name not in BESIDE:
                total.update(name.encode() + b"\0" + file.read_bytes())
    for code in _shelf.outside(SHELF):
        for name, file in sorted(_walk(_shelf.folder(SHELF, code), f"outside/{code}/")):
            total.update(name.encode() + b"\0" + file.read_bytes())
    for name in ("_codes.py", "_shelf.py"):
        total.update((resources.files("tiltmeter") / name).read_bytes())
    # of the nouns only the codebook is learnt from: a new table must not train anew
    total.update(repr((ROOTS, QUAD, sorted(SYMMETRIC), ORGANISATIONS, inspect.signature(Mention))).encode())
    total.update(repr([(name, metadata.version(name)) for name in TOOLS]).encode())
    return total.hexdigest()


def _walk(folder: Traversable, prefix: str = "") -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".py", ".txt", ".toml", ".tsv")):
            found.append((f"{prefix}{entry.name}", entry))
    return found


def place() -> Path:
    """File of this version's trained coder, under `$TILTMETER_CACHE` or the user's cache folder."""
    home = os.environ.get("TILTMETER_CACHE") or os.environ.get("XDG_CACHE_HOME")
    folder = Path(home) if home else Path.home() / ".cache"
    return folder / "tiltmeter" / f"coder-{digest()[:16]}.npz"


def train(path: Path, *, jobs: int = 1, progress: Callable[[float], None] | None = None) -> build.Bundle:
    """Train from all of the corpus but its held-back part, in so many processes, and write the result."""
    corpora = {code: [item for item in corpus.items(code) if not item.held_back] for code in languages()}
    corpora = {code: items for code, items in corpora.items() if items}
    bundle = build.build(corpora, finder, jobs=jobs, progress=progress)
    # two processes may train at once: each writes a file of its own, and the last one's stays
    own = path.with_name(f"{path.stem}-{os.getpid()}.npz")
    build.save(bundle, own)
    own.replace(path)
    return bundle


def load(*, progress: Callable[[float], None] | None = None) -> build.Bundle:
    """
    The trained coder and the namer of roots; trained now if they are not there yet.

    Args:
        progress: Told the share of the training that is done; not called when there is none to do.
    """
    path = place()
    if not path.exists():
        train(path, progress=progress)
    return build.restored(path, finder)
