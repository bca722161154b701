"""What a source offers, of the days asked for, and what its list lacks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tiltmeter.errors import FetchError
from tiltmeter.fetch.download import Arrival, fetch, gaps, named, text
from tiltmeter.fetch.guard import Guard
from tiltmeter.fetch.line import Line, Manners
from tiltmeter.logs import tell
from tiltmeter.sources import Offer, source

LARGEST: Final = 4 << 30
"""Bytes of a file that are fetched, unless the user asks for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What is asked of a source: files by their addresses, or those its list offers of some days.

    `index` is another list than the source's own, in the same form.
    """

    source: str
    urls: Sequence[str] = ()
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    index: str = ""

    def offers(self, line: Line) -> list[Offer]:
        """
        The files that are wanted, in the order of time.

        Raises:
            FetchError: The source has no list, or it does not arrive, or offers nothing.
        """
        if self.urls:
            return [Offer(url, named(url)) for url in self.urls]
        remote = source(self.source).remote
        if remote is None:
            mend = f"give addresses: tiltmeter fetch {self.source} URL… --allow HOST"
            raise FetchError(f"no list of files is known for {self.source}", mend=mend)
        address = self.index or remote.index
        found = remote.parse(text(line, address), address)
        wanted = [offer for offer in found if self._wanted(offer)]
        if not wanted:
            raise FetchError(
                f"the list has {len(found):,} files of {self.source}, none of these days",
                mend="check --since and --until", where=address,
            )  # fmt: skip
        return wanted

    def _wanted(self, offer: Offer) -> bool:
        if offer.when is None:
            return self.since is None and self.until is None
        return (self.since is None or offer.when >= self.since) and (self.until is None or offer.when <= self.until)


def guard_of(name: str, *, allow: Sequence[str] = (), loopback: bool = False) -> Guard:
    """The hosts that may be asked for a source: its own, and those the user allows."""
    found = source(name)
    own = found.remote.hosts if found.remote else frozenset()
    return Guard(hosts=own | {urlsplit(found.url).hostname or ""} | set(allow), loopback=loopback)


def bring(
    asked: Asked,
    folder: Path,
    *,
    guard: Guard,
    manners: Manners,
    limit: int = LARGEST,
    progress: Callable[[str, float], None] | None = None,
) -> list[Arrival]:
    """
    Fetch what is asked for; gives what became of each file, and, as `gap`, the times the list has no file for.

    Raises:
        FetchError: The list cannot be had, or the folder not be written.
    """
    with Line(guard, manners) as line:
        offers = asked.offers(line)
        arrivals = fetch(line, offers, folder, limit=limit, progress=progress)
    tell("fetch", source=asked.source, files=len(arrivals), **Counter(one.state for one in arrivals))
    remote = source(asked.source).remote
    lacking = gaps(offers, step=remote.step) if remote and not asked.urls else []
    return arrivals + [
        Arrival("", "", "gap", reason=f"the list has no file of {when:%Y-%m-%d %H:%M}") for when in lacking
    ]
