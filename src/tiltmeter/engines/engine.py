"""Which engine reads, and on what terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiltmeter.errors import SettingsError

KINDS: Final = ("builtin", "openai", "transformers")


@dataclass(frozen=True, slots=True)
class Engine:
    """
    What reads texts, and on what terms.

    Args:
        name: `builtin`, `openai:MODEL` (an endpoint that speaks that protocol) or `transformers:FOLDER`.
        jobs: Processes that read; for an endpoint, requests that wait for an answer at once.
        url: Base of the endpoint; `$OPENAI_BASE_URL` or the public one without it.
        requests: Requests at most; no limit without it. Kept answers cost none.
        tokens: Tokens at most, as the server counts them; no limit without it.

    Raises:
        SettingsError: There is no such engine.

    >>> Engine("openai:some-model").kind, Engine("openai:some-model", jobs=4).processes
    ('openai', 1)
    """

    name: str = "builtin"
    jobs: int = 1
    url: str = ""
    requests: int | None = None
    tokens: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS or (self.kind == "builtin") != (not self.what):
            mend = "give builtin, openai:MODEL or transformers:FOLDER"
            raise SettingsError(f"no engine called {self.name!r}", mend=mend)

    @property
    def kind(self) -> str:
        """The part of the name before the colon."""
        return self.name.partition(":")[0]

    @property
    def what(self) -> str:
        """The part of the name after the colon: a model, a folder."""
        return self.name.partition(":")[2]

    @property
    def processes(self) -> int:
        """Processes that read: an endpoint is asked by one."""
        return 1 if self.kind == "openai" else self.jobs


BUILTIN: Final = Engine()
