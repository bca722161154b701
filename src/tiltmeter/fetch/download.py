"""Downloads files of a list: what is there already stays, what broke off goes on, what is wrong goes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from tiltmeter.errors import FetchError, SourceError
from tiltmeter.fetch.line import AGAIN, Answer, Broken, Line
from tiltmeter.sources import Offer, inputs

LIST: Final = 512 << 20
"""Bytes of a list of files; GDELT's of all quarter hours has about 120 million."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of a file: `fetched`, `kept` (it was there), `missing` (at the host) or `failed`, with the reason."""

    url: str
    path: str
    state: str
    bytes: int = 0
    reason: str = ""


def fetch(
    line: Line,
    offers: Iterable[Offer],
    folder: Path,
    *,
    limit: int,
    progress: Callable[[str, float], None] | None = None,
) -> list[Arrival]:
    """
    Download files into a folder; one that fails does not stop the others.

    Args:
        line: The line to the network.
        offers: The files wanted.
        folder: Where they go; made if it is missing.
        limit: Bytes beyond which a file is refused.
        progress: Told the name and the share of the files that are done.

    Raises:
        FetchError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FetchError(
            f"cannot be written: {error.strerror}", mend="choose another folder", where=str(folder)
        ) from error
    wanted, arrivals = list(offers), []
    for place, offer in enumerate(wanted):
        if progress is not None:
            progress(offer.name, place / len(wanted))
        arrivals.append(download(line, offer, folder, limit=limit))
    return arrivals


def download(line: Line, offer: Offer, folder: Path, *, limit: int) -> Arrival:
    """Download one file; see `fetch`."""
    target = folder / offer.name
    if target.is_file() and _fits(target, offer):
        return Arrival(offer.url, str(target), "kept", target.stat().st_size)
    part = target.with_name(target.name + ".part")
    try:
        missing = _load(line, offer, part, limit)
        if missing:
            return Arrival(offer.url, "", "missing", reason=missing)
        _check(part, offer, target.name)
    except FetchError as error:
        return Arrival(offer.url, "", "failed", reason=error.what)
    except OSError as error:
        return Arrival(offer.url, "", "failed", reason=f"cannot be written: {error.strerror}")
    part.replace(target)
    _about(part).unlink(missing_ok=True)
    return Arrival(offer.url, str(target), "fetched", target.stat().st_size)


def text(line: Line, url: str, *, limit: int = LIST) -> bytes:
    """
    The body of an answer, held in memory: a list of files or a feed.

    Raises:
        FetchError: It does not arrive, is refused, or is larger than `limit`.
    """
    kept = b""

    def once(_: int) -> float | None:
        nonlocal kept
        with line.ask(url) as answer:
            if answer.status in AGAIN:
                return line.wish(answer)
            if answer.status != 200:
                raise FetchError(f"the host answers {answer.status}", mend="check the address", where=url)
            parts, size = [], 0
            for block in answer.body:
                size += len(block)
                if size > limit:
                    raise FetchError(f"larger than {limit:,} bytes", mend="check the address", where=url)
                parts.append(block)
            kept = b"".join(parts)
        return None

    line.patiently(url, once)
    return kept


def gaps(offers: Sequence[Offer], *, step: dt.timedelta) -> list[dt.datetime]:
    """
    The times between the first and the last file of a list for which it has none.

    >>> at = [dt.datetime(2022, 1, 1), dt.datetime(2022, 1, 3)]
    >>> gaps([Offer("", "", when) for when in at], step=dt.timedelta(days=1))
    [datetime.datetime(2022, 1, 2, 0, 0)]
    """
    times = {offer.when for offer in offers if offer.when is not None}
    found, at = [], min(times, default=None)
    while at is not None and at <= max(times):
        if at not in times:
            found.append(at)
        at += step
    return found


def named(url: str) -> str:
    """
    A safe name for the file at an address.

    >>> named("https://data.example/a/20220101.export.CSV.zip?x=1")
    '20220101.export.CSV.zip'
    """
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    return re.sub(r"[^\w.-]", "_", last).lstrip(".")[:200] or "file"


def _load(line: Line, offer: Offer, part: Path, limit: int) -> str:
    """Bring a file's part up to the whole; gives why the host has no such file."""
    missing = ""

    def once(_: int) -> float | None:
        nonlocal missing
        have, mark = _held(part)
        heads = {"Range": f"bytes={have}-", "If-Range": mark} if have and mark else {}
        with line.ask(offer.url, heads) as answer:
            if answer.status in AGAIN:
                return line.wish(answer)
            if answer.status in {404, 410}:
                missing = f"the host answers {answer.status}"
                return None
            if answer.status == 416:
                part.unlink(missing_ok=True)
                raise Broken("the file has changed")
            if answer.status not in {200, 206}:
                raise FetchError(f"the host answers {answer.status}", mend="check the address", where=offer.url)
            _append(answer, part, have if _goes_on(answer, have) else 0, limit)
        return None

    line.patiently(offer.url, once)
    return missing


def _append(answer: Answer, part: Path, at: int, limit: int) -> None:
    """Write the body of an answer behind the first `at` bytes."""
    whole = None if answer.length is None else at + answer.length
    if whole is not None and whole > limit:
        raise _too_large(answer, whole, limit)
    mark = answer.heads.get("etag", "") or answer.heads.get("last-modified", "")
    if not at:
        _about(part).write_text(json.dumps({"mark": "" if mark.startswith("W/") else mark}), "utf-8")
    size = at
    with part.open("ab" if at else "wb") as file:
        for block in answer.body:
            size += len(block)
            if size > limit:
                raise _too_large(answer, size, limit)
            try:
                file.write(block)
            except OSError as error:  # not the network's: no use to ask again
                reason = f"cannot be written: {error.strerror}"
                raise FetchError(reason, mend="make room, or choose another folder", where=str(part)) from error
    if whole is not None and size != whole:
        raise Broken(f"{size:,} of {whole:,} bytes came")


def _too_large(answer: Answer, size: int, limit: int) -> FetchError:
    return FetchError(f"{size:,} bytes, the limit is {limit:,}", mend="raise it with --limit", where=answer.url)


def _goes_on(answer: Answer, have: int) -> bool:
    """Whether an answer goes on where the part ends; any other is the whole file."""
    begins = re.match(r"bytes (\d+)-", answer.heads.get("content-range", ""))
    if answer.status == 206 and (begins is None or int(begins[1]) != have):
        raise Broken("the host sent another part than was asked for")
    return answer.status == 206


def _held(part: Path) -> tuple[int, str]:
    """How many bytes a part has, and the mark by which the host knows the file."""
    try:
        return part.stat().st_size, str(json.loads(_about(part).read_text("utf-8"))["mark"])
    except (OSError, ValueError, KeyError):
        return 0, ""


def _about(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _check(part: Path, offer: Offer, name: str) -> None:
    """Raise FetchError, and remove the file, unless it is what was offered and unpacks to something sane."""
    try:
        if not _fits(part, offer):
            raise FetchError("not the file that the list offers (size or MD5)", mend="run it again", where=offer.url)
        if name.lower().endswith(".zip"):
            checked = part.with_name(part.name + ".zip")
            part.rename(checked)
            try:
                inputs(checked)
            finally:
                checked.rename(part)
    except (FetchError, SourceError) as error:
        part.unlink(missing_ok=True)
        _about(part).unlink(missing_ok=True)
        raise FetchError(error.what, mend=error.mend, where=offer.url) from error


def _fits(path: Path, offer: Offer) -> bool:
    if offer.bytes is not None and path.stat().st_size != offer.bytes:
        return False
    if offer.md5:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == offer.md5
    return True
