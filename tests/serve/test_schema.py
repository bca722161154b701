"""The API against its own description: whatever fits it, or just does not, is answered as it says."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import uvicorn

from tests.conftest import now
from tests.serve.conftest import Here
from tiltmeter.coder.build import Bundle
from tiltmeter.serve.app import application
from tiltmeter.serve.guard import Limits
from tiltmeter.serve.process import Job
from tiltmeter.workspace import Workspace

pytestmark = pytest.mark.slow

schemathesis = pytest.importorskip("schemathesis")

EXAMPLES = 40
"""Requests to each operation of those that fit its description, and as many of those that do not."""


@pytest.fixture(scope="module")
def address(demo: Workspace, bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API of a fitted workspace at a port of this machine, its work done in this process; jobs end at once."""
    assert bundle  # trained
    folder = tmp_path_factory.mktemp("api") / "w"
    shutil.copytree(demo.folder, folder)
    app = application(folder, worker=Here, now=now, limits=Limits(writes=1e6))
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="critical", lifespan="on", timeout_graceful_shutdown=2)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Job, "run", _done)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()


async def _done(self: Job, folder: Path) -> None:
    assert folder.is_dir()
    self.finish(True, {})


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_operation_answers_as_its_description_says(address: str, mode: str) -> None:
    schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json")
    sent: dict[str, int] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        _ask(operation, mode, sent)
    assert len(sent) > (15 if mode == "positive" else 8)
    print(f"\n{mode}: {sum(sent.values()):,} requests to {len(sent)} operations")  # noqa: T201 - the figure one runs it for


def _ask(operation: Any, mode: str, sent: dict[str, int]) -> None:
    checks = schemathesis.checks
    kind = schemathesis.GenerationMode(mode)
    wanted = [
        checks.not_a_server_error, schemathesis.specs.openapi.checks.status_code_conformance,
        schemathesis.specs.openapi.checks.content_type_conformance,
        schemathesis.specs.openapi.checks.response_schema_conformance,
    ]  # fmt: skip

    @hypothesis.settings(max_examples=EXAMPLES, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(case=operation.as_strategy(generation_mode=kind))
    def asked(case: Any) -> None:
        sent[operation.label] = sent.get(operation.label, 0) + 1
        case.call_and_validate(checks=wanted, timeout=120)

    try:
        asked()
    except hypothesis.errors.Unsatisfiable:
        return  # nothing can be wrong with what takes nothing
