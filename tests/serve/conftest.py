"""The application over small workspaces, its work done in the test's own process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import now
from tiltmeter.errors import TiltmeterError
from tiltmeter.serve.app import application
from tiltmeter.serve.guard import Limits
from tiltmeter.serve.process import Worker, _answer
from tiltmeter.serve.work import VERBS, Desk
from tiltmeter.workspace import Workspace

Client = Callable[..., TestClient]


class Here(Worker):
    """Does the work at once, in this process."""

    async def ask(self, verb: str, *, seconds: float, queue: int = 64, **values: Any) -> Any:
        assert seconds > 0 < queue
        await asyncio.sleep(0)
        fine, answer = _answer(lambda: VERBS[verb](Desk(self.folder, now), **values))
        if isinstance(answer, TiltmeterError) and not fine:
            raise answer
        return answer


@pytest.fixture
def client() -> Iterator[Client]:
    """Makes a client of an application over a folder."""
    opened: list[TestClient] = []

    def made(folder: Path, **changes: Any) -> TestClient:
        app = application(folder, worker=Here, now=now, **{"limits": Limits(writes=1000.0)} | changes)
        one = TestClient(app, base_url="http://localhost:8765", raise_server_exceptions=False)
        one.__enter__()
        opened.append(one)
        return one

    yield made
    for one in opened:
        one.__exit__(None, None, None)


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A workspace with nothing in it but the theatre's ties."""
    return Workspace.create(tmp_path / "w", theatre="south_caucasus", now=now).folder
