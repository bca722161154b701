"""Answers that were paid for once, kept on this machine."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from tiltmeter.errors import CoderError


class Kept:
    """
    Answers by what was asked, in one SQLite file that several processes may share.

    >>> import tempfile
    >>> kept = Kept(Path(tempfile.mkdtemp()) / "answers.sqlite")
    >>> kept.put({"text": "a"}, {"events": []})
    >>> kept.get({"text": "a"}), kept.get({"text": "b"})
    ({'events': []}, None)
    >>> kept.close()
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # the file is used by whichever thread asks; the engine lets one at a time
            self._file = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            self._file.execute("CREATE TABLE IF NOT EXISTS answers (asked TEXT PRIMARY KEY, answer TEXT NOT NULL)")
        except (OSError, sqlite3.Error) as error:
            mend = "make it writable, or set TILTMETER_CACHE to a folder"
            raise CoderError(f"answers cannot be kept: {error}", mend=mend, where=str(path)) from error

    def get(self, asked: Any) -> Any | None:
        """The answer to what is asked, None if it was not asked before."""
        row = self._file.execute("SELECT answer FROM answers WHERE asked = ?", [_digest(asked)]).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, asked: Any, answer: Any) -> None:
        """Keep an answer."""
        told = json.dumps(answer, ensure_ascii=False)
        self._file.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", [_digest(asked), told])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _digest(asked: Any) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
