"""What workers of a Dask cluster do comes out as if one process had done it, whoever is lost on the way."""

from __future__ import annotations

import dataclasses
import random
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import now
from tests.dask import Scheduler, scheduler
from tests.test_coding import filled
from tiltmeter import cluster, engines
from tiltmeter.cluster import Cluster, connected
from tiltmeter.engines import Engine
from tiltmeter.errors import SettingsError, SourceError
from tiltmeter.jobs import Answer, Work
from tiltmeter.store import parts
from tiltmeter.workspace import Workspace

SIDES = ["KAZ", "KGZ", "UZB", "TKM", "TJK", "RUS", "UKR", "USA", "CHN", "FRA", "CSTO"]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """On this machine who does not answer at once is gone."""
    monkeypatch.setattr(cluster, "CONNECT", 1.0)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheduler]:
    with scheduler(tmp_path_factory.mktemp("dask"), workers=2) as made:
        yield made


@dataclasses.dataclass
class Killing:
    """A crew of which one worker is killed when some answers have come."""

    crew: Cluster
    dask: Scheduler
    after: int
    answers: int = 0

    def ordered(self, do: Callable[[Work], Answer], work: Iterable[Work]) -> Iterator[Answer]:
        for answer in self.crew.ordered(do, work):
            self.answers += 1
            if self.answers == self.after:
                self.dask.kill()
                self.dask.worker()
            yield answer


def files(folder: Path, *, many: int, rows: int = 60) -> Path:
    """Event files, two of them in a zip, one the copy of another, one broken."""
    drawn = random.Random(many)
    folder.mkdir()
    for number in range(many):
        lines = ["date,source,source_iso,cameo,target,target_iso"]
        for _ in range(rows):
            giver, taker = drawn.sample(SIDES, 2)
            day = f"2022-{drawn.randrange(1, 7):02}-{drawn.randrange(1, 29):02}"
            lines.append(f"{day},{giver},{giver},{drawn.choice(['042', '190', '111', '073'])},{taker},{taker}")
        (folder / f"{number:03}.csv").write_text("\n".join(lines) + "\n")
    with zipfile.ZipFile(folder / "two.zip", "w") as packed:
        for number in (1, 2):
            path = folder / f"{number:03}.csv"
            packed.write(path, f"{number}.csv")
            path.unlink()
    (folder / "copy.csv").write_bytes((folder / "000.csv").read_bytes())
    (folder / "bad.csv").write_text("date,source,source_iso,cameo,target,target_iso\n" + "never,,,,,\n" * 30)
    return folder


def taken(folder: Path, paths: list[Path], **how: Any) -> tuple[Workspace, list[Any]]:
    made = Workspace.create(folder, theatre="central_asia", now=now)
    return made, made.add("icews", paths, **how)


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces so small that there are many."""
    monkeypatch.setattr("tiltmeter.sources._shared.PIECE_FILES", 2)
    monkeypatch.setattr("tiltmeter.tellings.parts", partial(parts.parts, rows=50))


def same(one: Any, other: Any) -> None:
    """That two panels are equal, row by row."""
    for name in ("mix", "figures", "ballots", "steps"):
        for field in dataclasses.fields(getattr(one, name)):
            np.testing.assert_array_equal(
                getattr(getattr(one, name), field.name), getattr(getattr(other, name), field.name)
            )
    assert one.rows.equals(other.rows)
    assert one.counts().equals(other.counts())


@pytest.mark.slow
def test_files_that_workers_read_are_stored_as_by_one_process(
    dask: Scheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch)
    folder = files(tmp_path / "in", many=20)
    monkeypatch.chdir(tmp_path)
    alone, tallies = taken(tmp_path / "alone", [Path("in")])
    with connected(dask.address) as crew:
        shared, counted = taken(tmp_path / "shared", [Path("in")], crew=Killing(crew, dask, after=3))
        again = shared.add("icews", [Path("in")], crew=crew)
        with pytest.raises(SourceError, match="cannot be used"):
            shared.add("icews", [folder / "bad.csv"], crew=crew)
    assert counted == tallies
    assert sum(one.rejected for one in counted) == 1
    for name in ("events", "rejects"):
        assert shared.table(name).equals(alone.table(name))
    assert shared.table("events").num_rows > 500
    assert sum(one.stored for one in again) == 0


@pytest.mark.slow
def test_a_panel_that_workers_count_is_that_of_one_process(
    dask: Scheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = taken(tmp_path / "w", [files(tmp_path / "in", many=10)])
    alone = made.panel()
    assert alone.mix.total.sum() > 100
    assert alone.mix.world.sum() > alone.mix.total.sum()
    small(monkeypatch)
    lake = made.folder / "tiltmeter.lake"
    with connected(dask.address) as crew:
        same(made.panel(crew=Killing(crew, dask, after=2)), alone)
        # elsewhere: the workers read a copy through fsspec
        lake.rename(tmp_path / "bucket")
        same(made.panel(crew=crew, lake=f"local://{tmp_path / 'bucket'}"), alone)
        with pytest.raises(OSError, match="lake cannot be read"):
            made.panel(crew=crew)
    same(made.panel(lake=f"local://{tmp_path / 'bucket'}"), alone)
    with pytest.raises(OSError, match="nosuch:// cannot be read"):
        made.panel(lake="nosuch://bucket")


@pytest.mark.slow
def test_documents_that_workers_read_are_coded_as_by_one_process(dask: Scheduler, tmp_path: Path, bundle: Any) -> None:
    alone, shared = filled(tmp_path / "alone", 450), filled(tmp_path / "shared", 450)
    counts = alone.code(bundle=bundle)
    lines = [f'{{"id": {number}, "text": "Kazakhstan condemned Russia.", "language": "en"}}' for number in range(300)]
    with connected(dask.address) as crew:
        assert shared.code(crew=Killing(crew, dask, after=2)) == counts
        streamed = list(engines.events(lines, crew=crew, note=pytest.fail))
        with pytest.raises(SettingsError, match="from one machine"):
            filled(tmp_path / "third", 1).code(crew=crew, engine=Engine("openai:any"))
    for name in ("events", "documents"):
        assert shared.table(name).equals(alone.table(name))
    assert streamed == list(engines.events(lines, note=pytest.fail))
