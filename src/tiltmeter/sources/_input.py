"""Finds the files behind a path (a file, a folder, the members of a zip) and opens each as plain bytes."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, cast

from tiltmeter.errors import SourceError
from tiltmeter.sources._zip import member

PEEK: Final = 65_536
"""Bytes of a file that are looked at to recognise its format."""

MAX_RATIO: Final = 1_000
"""Plain bytes per packed byte beyond which a zip member is refused; event files reach about 10."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read: `path` on disk, or `member` of the zip at `path`; `label` is what it is called instead."""

    path: Path
    member: str = ""
    label: str = ""
    _first: list[bytes] = field(default_factory=list, compare=False, repr=False)

    @property
    def name(self) -> str:
        """
        How the file is called in tallies and errors.

        >>> Input(Path("a.zip"), "b.csv").name
        'a.zip!b.csv'
        """
        whole = self.label or str(self.path)
        return f"{whole}!{self.member}" if self.member else whole

    @property
    def suffix(self) -> str:
        """
        The ending that tells the format, lower case, without that of the packing.

        >>> Input(Path("a.TSV.gz")).suffix
        '.tsv'
        """
        name = Path(self.member or self.path.name)
        return Path(name.stem).suffix.lower() if name.suffix.lower() == ".gz" else name.suffix.lower()

    def open(self) -> IO[bytes]:
        """
        The file's plain bytes, unpacked if it is gzip.

        Raises:
            SourceError: It cannot be opened.
        """
        try:
            raw: IO[bytes]
            raw = member(self.path, self.member) if self.member else self.path.open("rb")
        except (OSError, zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError) as error:
            raise refusal(error, self.name) from error
        packed = (self.member or self.path.name).lower().endswith(".gz")
        return cast(IO[bytes], _Unpacked(raw)) if packed else raw

    def peek(self) -> bytes:
        """
        The first bytes.

        Raises:
            SourceError: The file is empty or cannot be read.
        """
        if not self._first:
            try:
                with self.open() as file:
                    self._first.append(file.read(PEEK))
            except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
                raise refusal(error, self.name) from error
        if not self._first[0]:
            raise SourceError("the file is empty", mend="check the download or the path", where=self.name)
        return self._first[0]

    def sha256(self) -> str:
        """SHA-256 of the file on disk (of the whole zip, for a member)."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def inputs(path: str | Path | Input) -> list[Input]:
    """
    The files behind a path, in the order of their names; hidden ones and mappings are left out.

    A file is a zip by its ending; one without a name of its own (standard input), by how it begins.

    Raises:
        SourceError: There is nothing at the path, or a zip is damaged.
    """
    if isinstance(path, Input):
        packed = path.peek().startswith(b"PK\x03\x04") and b"word/" not in path.peek()
        return list(_members(path.path, path.label)) if packed else [path]
    found = Path(path)
    if found.is_dir():
        files = sorted(file for file in found.rglob("*") if file.is_file() and not _beside(file, found))
        listed = [each for file in files for each in _one(file)]
    elif found.exists():
        listed = list(_one(found))
    else:
        raise SourceError("no such file", mend="check the path", where=str(path))
    if not listed:
        raise SourceError("there is no file in it", mend="check the path", where=str(path))
    return listed


def refusal(error: BaseException, where: str) -> SourceError:
    """The error of a file that cannot be opened or unpacked, in our form."""
    if isinstance(error, SourceError):
        return error
    if isinstance(error, zipfile.BadZipFile | zlib.error | EOFError | gzip.BadGzipFile):
        return SourceError(f"damaged or cut off: {error}".rstrip(": "), mend="download the file again", where=where)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return SourceError(f"cannot be read: {reason}", mend="check the file and its permissions", where=where)


def _beside(file: Path, folder: Path) -> bool:
    """Whether a file of a folder is no input: it is hidden, or the mapping of the table beside it."""
    if file.suffix == ".toml" and file.with_suffix("").is_file():
        return True
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _one(file: Path) -> Iterator[Input]:
    if file.suffix.lower() == ".zip":
        yield from _members(file)
    else:
        yield Input(file)


def _members(file: Path, label: str = "") -> Iterator[Input]:
    where = label or str(file)
    try:
        with zipfile.ZipFile(file) as packed:
            infos = [info for info in packed.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError) as error:
        raise refusal(error, where) from error
    for info in infos:
        if info.file_size > MAX_RATIO * max(info.compress_size, 1_000):
            what = f"{info.filename} would unpack to {info.file_size:,} bytes from {info.compress_size:,}"
            raise SourceError(what, mend="unpack it by hand if you trust it", where=where)
        if not info.filename.startswith(("__MACOSX/", ".")):
            yield Input(file, info.filename, label)


class _Unpacked(gzip.GzipFile):
    """Plain bytes of a gzip file that close the file with them."""

    def __init__(self, raw: IO[bytes]) -> None:
        # mode is given, or the file's own decides: one that is open for reading and writing would be written
        super().__init__(fileobj=raw, mode="rb")
        self._raw = raw

    def close(self) -> None:
        super().close()
        self._raw.close()
