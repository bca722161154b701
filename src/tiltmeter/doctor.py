"""The health of an installation and of a workspace: what is well, what is not, and how to mend it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from tiltmeter import __version__
from tiltmeter.errors import TiltmeterError
from tiltmeter.manifest import read, rows

if TYPE_CHECKING:
    from tiltmeter.workspace import Workspace

State = Literal["well", "note", "fault"]

ROOM: Final = 500 * 1024**2
"""Bytes free below which a disk is called short: training and a fit of all UN votes fit well into these."""
READ: Final = ("votes", "rollcalls", "events", "figures", "facts")
"""Tables that a fit reads."""


@dataclass(frozen=True)
class Check:
    """
    One thing looked at.

    `state` is `well`, `note` (works, but should be known) or `fault`; `mend` says what to do unless all is well.
    """

    what: str
    state: State
    told: str
    mend: str = ""


def to_json(checks: list[Check]) -> list[dict[str, str]]:
    """
    Checks as the command prints them.

    >>> to_json([Check("Python", "well", "3.11.2")])
    [{'what': 'Python', 'state': 'well', 'told': '3.11.2', 'mend': ''}]
    """
    return [asdict(check) for check in checks]


def installation() -> list[Check]:
    """
    The program on this machine: Python, libraries, extras, cache, trained coder, disk.

    Never trains and never writes but for one empty file in the cache folder, taken away at once.
    """
    return [*_python(), *_libraries(), *_coder()]


def workspace(one: Workspace) -> list[Check]:
    """
    A workspace: its store, what waits to be coded, rejects, interrupted runs, and whether the fit is of these rows.

    A store that cannot be opened is a `fault`, with the mend of its error.
    """
    try:
        with one.reading() as store:
            found = store.query(_COUNTS).to_pylist()[0]
            broken = [run["id"] for run in store.query("SELECT id FROM runs WHERE ended IS NULL").to_pylist()]
            here = rows(store)
    except TiltmeterError as error:
        return [Check("store", "fault", error.what, error.mend)]
    return [*_store(found, broken), *_claims(one), _fit(one, here), _disk(one.folder)]


_COUNTS: Final = """
SELECT
    (SELECT count(*) FROM documents) AS documents, (SELECT count(*) FROM events) AS events,
    (SELECT count(*) FROM votes) AS votes, (SELECT count(*) FROM figures) AS figures,
    (SELECT count(*) FROM facts) AS facts, (SELECT count(*) FROM rejects) AS rejects,
    (SELECT count(*) FROM documents ANTI JOIN codings USING (source, key)) AS waiting,
    (SELECT count(*) FROM codings WHERE abstained <> '') AS abstained
"""


def _python() -> Iterator[Check]:
    yield Check("tiltmeter", "well", f"{__version__} on Python {'.'.join(map(str, sys.version_info[:3]))}")


def _libraries() -> Iterator[Check]:
    """Every library the program asks for; those of an extra that is not installed are a note."""
    there = 0
    missing: dict[str, list[str]] = {}
    for wanted in metadata.requires("tiltmeter") or ():
        name = re.split(r"[^\w.-]", wanted, maxsplit=1)[0]
        extra = re.search(r"extra == ['\"]([\w-]+)", wanted)
        try:
            metadata.version(name)
            there += 1
        except metadata.PackageNotFoundError:
            if extra:
                missing.setdefault(extra[1], []).append(name)
            else:
                yield Check(name, "fault", "not installed", f"pip install {name}")
    yield Check("libraries", "well", f"{there} there")
    for extra_name, names in sorted(missing.items()):
        told = f"without {', '.join(names)}; not needed for the rest"
        yield Check(f"[{extra_name}]", "note", told, f"pip install 'tiltmeter[{extra_name}]'")


def _coder() -> Iterator[Check]:
    from tiltmeter.coder import trained

    place = trained.place()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        probe = place.parent / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield Check(
            "cache",
            "fault",
            f"{place.parent}: {error.strerror}",
            "make it writable, or set TILTMETER_CACHE to a folder",
        )
        return
    yield Check("cache", "well", str(place.parent))
    if place.is_file():
        yield Check("coder", "well", f"trained, {place.stat().st_size / 1024**2:.0f} MB")
    else:
        yield Check("coder", "note", "not trained for this version", "run `tiltmeter train` (about a minute, once)")
    yield _disk(place.parent)


def _disk(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    told = f"{free / 1024**3:.1f} GB free at {folder}"
    return Check("disk", "well", told) if free > ROOM else Check("disk", "fault", told, "make room on this disk")


def _store(found: dict[str, Any], broken: list[str]) -> Iterator[Check]:
    kinds = ("documents", "events", "votes", "figures", "facts")
    told = ", ".join(f"{found[kind]:,} {kind}" for kind in kinds)
    empty = not (found["events"] or found["votes"] or found["figures"] or found["documents"])
    if empty:
        yield Check("rows", "note", told, "take something in: `tiltmeter add auto PATH`")
    else:
        yield Check("rows", "well", told)
    if found["waiting"]:
        yield Check("coding", "note", f"{found['waiting']:,} documents wait", "run `tiltmeter code`")
    elif found["documents"]:
        yield Check("coding", "well", f"all documents coded, {found['abstained']:,} abstained")
    if found["rejects"]:
        yield Check("rejects", "note", f"{found['rejects']:,} rows rejected", "read why: `tiltmeter export rejects`")
    if broken:
        yield Check("runs", "note", f"interrupted: {', '.join(broken[-5:])}", "run the same verb again; it goes on")


def _claims(one: Workspace) -> Iterator[Check]:
    claims = len(one.theatre.claims)
    yield Check("theatre", "well", f"{one.theatre.name}: {len(one.theatre.states)} states, {claims} claims")


def _fit(one: Workspace, here: dict[str, Any]) -> Check:
    try:
        one.tilts()
        told = read(one.folder / "fit" / "manifest.json")
    except TiltmeterError as error:
        return Check("fit", "note", error.what, "run `tiltmeter fit`")
    other = [table for table, then in told["rows"].items() if here[table] != then and table in READ]
    if other:
        return Check("fit", "note", f"of other rows than the store's now ({', '.join(other)})", "run `tiltmeter fit`")
    return Check("fit", "well", f"of the rows in the store, by tiltmeter {told['tiltmeter']}")
