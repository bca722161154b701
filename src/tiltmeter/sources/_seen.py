"""Files that were taken before as they are: what became of their rows is known without reading them again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tiltmeter import __version__
from tiltmeter.sources._input import Input
from tiltmeter.sources._source import Reading, Tally

if TYPE_CHECKING:
    from tiltmeter.store import Store


class Seen:
    """
    Knows files by their SHA-256, the member of a zip, and how they were read.

    Only files without a reject are known: what was of the future then may be of the past now.
    """

    def __init__(self, store: Store, told: Reading) -> None:
        self._store, self._told = store, told
        self._digests: dict[Path, str] = {}
        self._noted: set[Path] = set()
        self._beside = [path for value in told.options.values() if (path := Path(str(value))).is_file()]
        self._known = store.taken(self._reading())

    def tallies(self, file: Input, name: str) -> list[Tally] | None:
        """What would become of a file's rows now; None if it must be read."""
        known = self._known.get(self._key(file, name))
        if known is None:
            return None
        return [
            Tally(
                row["path"].replace("\0", file.name, 1), row["source"], row["read"], stored=0,
                duplicate=row["stored"] + row["duplicate"], outside=row["outside"], rejected=0,
            )
            for row in json.loads(known)
        ]  # fmt: skip

    def note(self, tallies: Sequence[Sequence[Tally]], files: Sequence[Input], name: str) -> None:
        """Remember what became of files; to be called in the transaction that puts their rows in."""
        inputs = [each for each in (*files, *map(Input, self._beside)) if each.path not in self._noted]
        paths = {each.path: each.label or str(each.path.resolve()) for each in inputs}
        self._noted |= set(paths)
        self._store.note_inputs(self._told.run, [(told, self._digest(path)) for path, told in paths.items()])
        made = {}
        for file, rows in zip(files, tallies, strict=True):
            if not any(tally.rejected for tally in rows):
                told = [asdict(tally) | {"path": tally.path.replace(file.name, "\0", 1)} for tally in rows]
                made[self._key(file, name)] = json.dumps(told)
        self._store.note_taken(self._told.run, self._reading(), made)
        self._known |= made

    def _key(self, file: Input, name: str) -> tuple[str, str]:
        mapping = file.path.with_name(file.path.name + ".toml")
        beside = self._digest(mapping) if mapping.is_file() else ""
        return self._digest(file.path), f"{name}!{file.member or file.suffix}!{beside}"

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            self._digests[path] = Input(path).sha256()
        return self._digests[path]

    def _reading(self) -> str:
        """A digest of all that decides, beside the file, what becomes of its rows."""
        told = [
            __version__, sorted(self._told.sides) if self._told.sides is not None else None, self._told.all_votes,
            {name: str(value) for name, value in sorted(self._told.options.items())},
            [self._digest(path) for path in self._beside],
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()
