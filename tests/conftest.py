"""What all tests share: the trained coder, the development data, a demo workspace made once."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import shutil
from pathlib import Path

import hypothesis
import pytest

from tiltmeter import bundle as sample
from tiltmeter.coder import load
from tiltmeter.coder.build import Bundle
from tiltmeter.settings import settings_toml
from tiltmeter.workspace import Workspace

# the same examples each time, and no clock: a loaded machine is no fault of the code
hypothesis.settings.register_profile("house", deadline=None, derandomize=True, max_examples=25)
hypothesis.settings.load_profile("house")

ROOT = Path(__file__).resolve().parents[1]


LONG = ("test_cli.py", "test_demo.py", "test_docs.py", "test_bad_input.py", "test_report.py", "test_verify.py")
"""Files that take longest: begun first, so that no worker sits idle at the end (with --no-loadscope-reorder)."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONG)


def now() -> dt.datetime:
    """The time by which tests go."""
    return dt.datetime(2026, 11, 1, 12)


def few(workspace: Workspace, *, shuffles: int = 1) -> Workspace:
    """The same with few shuffles in its placebo, which takes most of the time of a small fit."""
    own = workspace.settings.model_copy(update={"placebo": shuffles})
    (workspace.folder / "workspace.toml").write_text(settings_toml(own), "utf-8")
    return Workspace.open(workspace.folder, now=workspace.now)


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    """The trained coder and its namer; trained now on a machine that has none yet."""
    return load()


@pytest.fixture(scope="session")
def data() -> Path:
    """The development data beside the checkout."""
    folder = Path(os.environ.get("TILTMETER_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the development data are not on this machine")
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Workspace:
    """The bundled sample of Central Asia, coded and fitted: made by one worker, copied by the others."""
    own = tmp_path_factory.mktemp("demo") / "w"
    workers = hasattr(request.config, "workerinput")
    shared = tmp_path_factory.getbasetemp().parent / "demo-of-all" if workers else own
    with open(shared.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "made").exists():
            made = few(sample.fresh(shared, theatre="central_asia", now=now))
            sample.fill(made)
            made.code(bundle=request.getfixturevalue("bundle"))
            made.fit()
            (shared / "made").touch()
    if workers:
        shutil.copytree(shared, own)
    return Workspace.open(own, now=now)
