"""The reader that a name asks for, loaded once in each process."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from tiltmeter.errors import SettingsError

if TYPE_CHECKING:
    from tiltmeter.coder.lines import Reader

BUILTIN: Final = "builtin"


@functools.cache
def reader(engine: str = BUILTIN) -> Reader:
    """
    The reader of a name.

    Args:
        engine: `builtin`.

    Raises:
        SettingsError: There is no such engine.
    """
    if engine != BUILTIN:
        raise SettingsError(f"no engine called {engine!r}", mend=f"known is {BUILTIN}")
    from tiltmeter.coder import load

    return load()[0]
