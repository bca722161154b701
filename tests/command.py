"""The installed command, run in a process of its own as users and other programs run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).with_name("tiltmeter")

Done = subprocess.CompletedProcess[str]


def run(*words: str | Path, cwd: Path, given: str | None = None, **environment: str) -> Done:
    """The command as it ends; nothing of the caller's workspace reaches it."""
    inherited = {name: value for name, value in os.environ.items() if name != "TILTMETER_WORKSPACE"}
    return subprocess.run(
        [COMMAND, *map(str, words)], cwd=cwd, env=inherited | {"COLUMNS": "100"} | environment,
        input=given, capture_output=True, text=True, encoding="utf-8", timeout=300,
    )  # fmt: skip
