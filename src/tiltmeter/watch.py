"""The verb `watch`: looks for new files and feed entries, takes them in, and goes on where the last look stopped."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from tiltmeter.errors import FetchError, SourceError, TiltmeterError
from tiltmeter.fetch import LARGEST, Arrival, Guard, Line, Manners, fetch, guard_of, text
from tiltmeter.logs import tell
from tiltmeter.sources import Offer, Remote, source
from tiltmeter.workspace import Workspace

STATE: Final = "watch.json"
"""File in the workspace that keeps how far each source was followed."""

FEED: Final = 16 << 20
"""Bytes of a feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """
    What is watched: sources that have a list of files, and addresses of feeds.

    `since` is where a source is followed from at the first look; `indexes` are other lists than the sources' own.
    """

    sources: Sequence[str] = ()
    feeds: Sequence[str] = ()
    since: dt.datetime
    indexes: dict[str, str] = field(default_factory=dict)

    def guard(self, *, allow: Sequence[str] = (), loopback: bool = False) -> Guard:
        """The hosts that may be asked: the sources' own, those of the feeds, and those the user allows."""
        hosts = {urlsplit(feed).hostname or "" for feed in self.feeds} | set(allow)
        for name in self.sources:
            hosts |= guard_of(name).hosts
        return Guard(hosts=frozenset(hosts), loopback=loopback)


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found: files and entries asked for and stored, and what could not be had, with the reason."""

    at: dt.datetime
    files: int
    stored: int
    events: int
    faults: tuple[str, ...]


def look(workspace: Workspace, watched: Watched, *, guard: Guard, manners: Manners, code: bool = True) -> Look:
    """
    Take in what came since the last look; what cannot be had now is asked for again at the next one.

    What a look stored is the table `changes` until the next.

    Args:
        workspace: Where it goes.
        watched: What is watched.
        guard: Which hosts may be asked.
        manners: How they are asked.
        code: Whether new documents are coded.

    Raises:
        StoreError: The store cannot be written.
    """
    with workspace.writing("watch", sources=list(watched.sources), feeds=list(watched.feeds)):
        pass  # the run marks where this look begins
    faults: list[str] = []
    files = stored = 0
    folder = Path(tempfile.mkdtemp(prefix="tiltmeter-watch-"))
    try:
        with Line(guard, manners) as line:
            state = _state(workspace)
            for came in _came(line, watched, state, folder, faults):
                files += came.files
                try:
                    stored += sum(tally.stored for tally in workspace.add(came.kind, [came.path])) if came.files else 0
                except SourceError as error:
                    faults.append(f"{came.name}: {error.what}")
                    continue
                if came.followed:
                    state[came.name] = came.followed.isoformat()
                    scratch = workspace.folder / f"{STATE}.part"  # whole or not at all
                    scratch.write_text(json.dumps(state, indent=1), "utf-8")
                    scratch.replace(workspace.folder / STATE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    events = workspace.code()["events"] if code and watched.feeds else 0
    tell("watch.look", files=files, stored=stored, events=events, faults=len(faults))
    return Look(workspace.now(), files, stored, events, tuple(faults))


def looks(
    do: Callable[[], Look], *, every: dt.timedelta, sleep: Callable[[float], None], now: Callable[[], dt.datetime]
) -> Iterator[Look]:
    """
    One look after the other, from beginning to beginning `every` apart; one that took longer is followed at once.

    >>> found = looks(lambda: "seen", every=dt.timedelta(0), sleep=print, now=lambda: dt.datetime(2022, 1, 1))
    >>> next(found), next(found)
    ('seen', 'seen')
    """
    while True:
        begun = now()
        yield do()
        # a clock that is set back makes no pause longer
        rest = min(every, begun + every - now()).total_seconds()
        if rest > 0:
            sleep(rest)


class _Came(NamedTuple):
    """Files that came: of which format and from where, at which path, how many; how far the source is followed then."""

    kind: str
    name: str
    path: Path
    files: int
    followed: dt.datetime | None = None


def _came(line: Line, watched: Watched, state: dict[str, Any], folder: Path, faults: list[str]) -> Iterator[_Came]:
    for name in watched.sources:
        since = dt.datetime.fromisoformat(state[name]) if name in state else watched.since
        try:
            arrivals, offers = _files(line, watched, name, since, folder / name)
        except FetchError as error:
            faults.append(f"{name}: {error.what}")
            continue
        faults += [f"{each.url}: {each.reason}" for each in arrivals if not each.path]
        there = sum(bool(each.path) for each in arrivals)
        yield _Came(name, name, folder / name, there, _followed(since, offers, arrivals))
    for place, feed in enumerate(watched.feeds):
        path = folder / f"{place}.rss"
        try:
            path.write_bytes(text(line, feed, limit=FEED))
        except TiltmeterError as error:
            faults.append(f"{feed}: {error.what}")
            continue
        yield _Came("reports", feed, path, 1)


def _files(
    line: Line, watched: Watched, name: str, since: dt.datetime, folder: Path
) -> tuple[list[Arrival], list[Offer]]:
    remote = source(name).remote
    if remote is None:
        raise FetchError("has no list of files", mend="watch gdelt1, gdelt2, mentions or gkg, or a feed", where=name)
    offers = [each for each in _listed(line, remote, watched.indexes.get(name, ""), since) if each.when]
    new = [each for each in offers if each.when is not None and each.when > since]
    return fetch(line, new, folder, limit=LARGEST), new


def _listed(line: Line, remote: Remote, index: str, since: dt.datetime) -> list[Offer]:
    """The newest files if they reach back to `since`, else all: after a pause the short list is not enough."""
    if remote.latest and not index:
        offers = remote.parse(text(line, remote.latest), remote.latest)
        times = [offer.when for offer in offers if offer.when is not None]
        if times and min(times) <= since + remote.step:
            return offers
    address = index or remote.index
    return remote.parse(text(line, address), address)


def _followed(since: dt.datetime, offers: Sequence[Offer], arrivals: Sequence[Arrival]) -> dt.datetime:
    """The time up to which all files are there, or never will be: what failed is asked for again."""
    reached = since
    for offer, arrival in zip(offers, arrivals, strict=True):
        if arrival.state == "failed":
            break
        reached = offer.when or reached
    return reached


def _state(workspace: Workspace) -> dict[str, Any]:
    try:
        kept = json.loads((workspace.folder / STATE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
