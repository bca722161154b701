"""Sets of labelled sentences: the corpus's held-back part, or any files in its format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tiltmeter.coder.corpus import Item, items
from tiltmeter.coder.language import languages
from tiltmeter.errors import CoderError


def held_back() -> list[Item]:
    """The sentences of the corpus that training never sees, of all languages."""
    return [item for code in languages() for item in items(code) if item.held_back]


def labelled(path: Path, *, language: str | None = None) -> list[Item]:
    """
    The labelled sentences of a file, a folder, or a folder of folders named for their languages.

    Args:
        path: In the corpus's format (docs/corpus.md).
        language: ISO 639-1 code; without it a file's or its folder's name tells (`de.txt`, `de/`, `de/corpus/`).

    Raises:
        CoderError: There are none, a line is at fault, or the language is not told.
    """
    if not path.exists():
        raise CoderError("no such file or folder", mend="check the path", where=str(path))
    found = [item for code, place in _parts(path, language) for item in items(code, folder=place)]
    if not found:
        raise CoderError("no labelled sentences", mend="give .txt files as docs/corpus.md describes", where=str(path))
    return found


def learnt_from(found: Sequence[Item]) -> int:
    """How many labelled sentences the coder was trained on: of those its scores say little."""
    own = {code: {item.text for item in items(code) if not item.held_back} for code in {one.language for one in found}}
    return sum(one.text in own[one.language] for one in found)


def _parts(path: Path, language: str | None) -> Iterator[tuple[str, Path]]:
    known = languages()
    below = [folder for folder in sorted(path.iterdir()) if folder.name in known] if path.is_dir() else []
    if language is None and below:
        for folder in below:
            yield folder.name, folder / "corpus" if (folder / "corpus").is_dir() else folder
        return
    names = (path.stem, *reversed(path.resolve().parts[-3:-1]))
    code = language or next((name for name in names if name in known), "")
    if code not in known:
        what = f"the coder does not read {code!r}" if code else "the language is not told"
        raise CoderError(what, mend=f"give --language, one of {', '.join(known)}", where=str(path))
    yield code, path / "corpus" if (path / "corpus").is_dir() else path
