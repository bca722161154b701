"""The bundled sample: a theatre's workspace filled with what the package ships, and the texts of its demo."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from tiltmeter import __version__
from tiltmeter.coder.trained import place
from tiltmeter.errors import StoreError
from tiltmeter.settings import load_theatre, theatre_names
from tiltmeter.workspace import SETTINGS, Workspace

MARK: Final = ".demo"
OUTLET: Final = "tiltmeter sample (written for the demo)"


def theatres() -> list[str]:
    """Bundled theatres that come with a sample."""
    sample = resources.files("tiltmeter.sample")
    return [name for name in theatre_names() if (sample / name).is_dir()]


def fresh(folder: Path, *, theatre: str, now: Callable[[], dt.datetime]) -> Workspace:
    """
    A new workspace for the demo, in the place of an earlier one.

    Raises:
        StoreError: The folder holds something else.
    """
    if (folder / MARK).exists():
        shutil.rmtree(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise StoreError("the folder is not empty, and no earlier demo", mend="name another folder", where=str(folder))
    made = Workspace.create(folder, theatre=theatre, now=now)
    (folder / MARK).write_text("made by `tiltmeter demo`, which replaces it\n", encoding="utf-8")
    return made


def fill(workspace: Workspace, *, written: bool = True) -> dict[str, int]:
    """
    Put the bundled sample of a workspace's theatre into it.

    Args:
        workspace: An empty workspace of a theatre that has a sample.
        written: Whether the reports written for the demo are put in too.

    Returns:
        Rows stored, by kind.
    """
    stored = {}
    with _folder("votes.csv") as votes:
        stored["votes"] = sum(tally.stored for tally in workspace.add("unga", [votes]))
    with _folder(workspace.theatre.name) as folder:
        stored["figures"] = sum(t.stored for t in workspace.add("gdelt-sums", [folder / "figures.csv"]))
        if written:
            options = {"written": True, "outlet": OUTLET}
            paths = sorted(folder.glob("reports.*.txt"))
            stored["reports"] = sum(t.stored for t in workspace.add("reports", paths, options=options))
    return stored


@contextmanager
def article(theatre: str) -> Iterator[Path | None]:
    """The sample's article, if it has one."""
    with _folder(theatre) as folder:
        yield next(iter(sorted(folder.glob("article.*.txt"))), None)


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    with resources.as_file(resources.files("tiltmeter.sample") / name) as path:
        yield path


def record(
    theatre: str, *, now: Callable[[], dt.datetime], progress: Callable[[float], None] | None = None
) -> Workspace:
    """
    A fitted workspace of the bundled record (votes, figures, facts), kept in the cache and made when it is missing.

    It holds no written report: what is asked of it rests on record alone.
    """
    folder = place().parent / f"record-{theatre}-{_digest(theatre)}"
    if not (folder / SETTINGS).exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent))
        try:
            made = Workspace.create(scratch / "w", theatre=theatre, now=now)
            fill(made, written=False)
            made.fit(quick=True, progress=progress)
            (scratch / "w").rename(folder)
        except FileExistsError:
            pass  # another process was faster; its answer is the same
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return Workspace.open(folder, now=now)


def _digest(theatre: str) -> str:
    """SHA-256 of all that the fitted record follows from."""
    total = hashlib.sha256(__version__.encode())
    package = resources.files("tiltmeter")
    total.update(load_theatre(theatre).model_dump_json().encode())
    for folder, ending in (
        ("sample", ".csv"),
        (f"sample/{theatre}", ".csv"),
        ("facts", ".toml"),
        ("model", ".py"),
        ("sources", ".py"),
    ):
        for file in sorted(package.joinpath(folder).iterdir(), key=lambda one: one.name):
            if file.name.endswith(ending):
                total.update(file.read_bytes())
    return total.hexdigest()[:16]
