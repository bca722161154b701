"""Recompute what a manifest tells of, and say for each part whether it came out the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from tiltmeter.errors import StoreError
from tiltmeter.manifest import manifest

if TYPE_CHECKING:
    from tiltmeter.model import FitSettings, Tilt
    from tiltmeter.workspace import Workspace

Result = Literal["same", "other", "gone"]
ROUNDING: Final = 1e-6
"""Differences of a mean or sd below this are the machine's; axis units."""


@dataclass(frozen=True)
class Part:
    """One part of a manifest: what it is, how it came out, and what is to be said of it (empty when the same)."""

    part: str
    name: str
    result: Result
    note: str = ""


def verify(
    told: dict[str, Any], workspace: Workspace, *, progress: Callable[[float], None] | None = None
) -> list[Part]:
    """
    Fit the workspace again with a manifest's settings, and compare.

    Args:
        told: What `manifest.read` gave.
        workspace: The one whose store is asked; nothing in it is changed.
        progress: Called with the share done.

    Returns:
        A part for each version, input file, table and answer. An input that is not on this machine is `gone`, which
        is no fault: its rows are compared all the same. An answer that differs by less than ROUNDING is `same`.
    """
    kept, settings = workspace.tilts(), _settings(told)
    tilts = workspace.fitted(tuple(told["answers"]), settings=settings, progress=progress)
    shuffles = _shuffles(told)
    false = workspace.false_alarms(tilts["record"], settings=settings, shuffles=shuffles) if shuffles else {}
    with workspace.reading() as store:
        now = manifest(store, theatre=workspace.theatre, settings=told["settings"], tilts=tilts, placebo=false)
    return [
        *_versions(told, now),
        *_inputs(told),
        *_rows(told, now),
        *_answers(told, now, tilts, kept),
        *_false_alarms(told, now),
    ]


def _shuffles(told: dict[str, Any]) -> int:
    """Shuffles of a manifest's placebo; 0 for one without it, as earlier versions wrote."""
    placebo = told.get("placebo") or {"shuffles": 0, "failed": 0}
    return int(placebo["shuffles"]) + int(placebo["failed"])


def _false_alarms(told: dict[str, Any], now: dict[str, Any]) -> Iterator[Part]:
    for then, here in zip(told.get("placebo", {}).get("alarms", ()), now["placebo"].get("alarms", ()), strict=False):
        note = f"{then['called']} and {then['apart']} of {then['asked']}, now "
        note += f"{here['called']} and {here['apart']} of {here['asked']}"
        yield _part("placebo", then["gauge"], then, here, note=note)


def _settings(told: dict[str, Any]) -> FitSettings:
    from tiltmeter.model import FitSettings

    try:
        return FitSettings(**told["settings"])
    except TypeError as error:
        raise StoreError(
            f"settings of another version: {error}", mend=f"verify with tiltmeter {told['tiltmeter']}, which wrote it"
        ) from error


def to_json(parts: list[Part]) -> list[dict[str, str]]:
    """
    Parts as the command prints them.

    >>> to_json([Part("rows", "votes", "same")])
    [{'part': 'rows', 'name': 'votes', 'result': 'same', 'note': ''}]
    """
    return [asdict(part) for part in parts]


def _part(part: str, name: str, then: Any, now: Any, *, note: str = "{then}, now {now}") -> Part:
    return Part(part, name, "same") if then == now else Part(part, name, "other", note.format(then=then, now=now))


def _versions(told: dict[str, Any], now: dict[str, Any]) -> Iterator[Part]:
    yield _part("version", "tiltmeter", told["tiltmeter"], now["tiltmeter"])
    for name, version in told["libraries"].items():
        yield _part("version", name, version, now["libraries"].get(name))
    yield _part("theatre", told["theatre"], told["theatre_sha256"], now["theatre_sha256"], note="its file has changed")


def _inputs(told: dict[str, Any]) -> Iterator[Part]:
    for one in told["inputs"]:
        path = Path(one["path"])
        if not path.is_file():
            yield Part("input", one["name"], "gone", "not on this machine; its rows are in the store")
            continue
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        yield _part("input", one["name"], one["sha256"], digest, note="the file has changed since it was taken in")


def _rows(told: dict[str, Any], now: dict[str, Any]) -> Iterator[Part]:
    for table, then in told["rows"].items():
        here = now["rows"].get(table, {"rows": 0})
        note = f"{then['rows']:,} rows then, {here['rows']:,} now" if then["rows"] != here["rows"] else "a row differs"
        yield _part("rows", table, then, here, note=note)


def _answers(
    told: dict[str, Any], now: dict[str, Any], tilts: dict[str, Tilt], kept: dict[str, Tilt]
) -> Iterator[Part]:
    for kind, digests in told["answers"].items():
        for table, digest in digests.items():
            name = f"{table}, {kind}"
            if now["answers"][kind][table] == digest:
                yield Part("answer", name, "same")
            else:
                yield _differing(name, tilts[kind], kept.get(kind), table)


def _differing(name: str, again: Tilt, kept: Tilt | None, table: str) -> Part:
    """How far an answer whose digest differs is from the one kept with the workspace."""
    if kept is None or (kept.states, kept.periods) != (again.states, again.periods):
        return Part("answer", name, "other", "other states or periods")
    pair = (kept, again) if table == "tilt" else (kept.positions, again.positions)
    far = max(float(abs(getattr(pair[0], what) - getattr(pair[1], what)).max()) for what in ("mean", "sd"))
    if far < ROUNDING:
        return Part("answer", name, "same", f"to {far:.0e}, the machine's rounding")
    return Part("answer", name, "other", f"mean or sd differs by up to {far:.3g}")
