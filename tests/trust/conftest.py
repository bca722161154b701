"""The stages that tests of disturbed verbs share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.trust.verbs import SAID, Stage, stages
from tiltmeter.coder.build import Bundle


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Iterator[dict[str, Stage]]:
    """By verb: what it begins with and ends in."""
    yield stages(tmp_path_factory.mktemp("stages"), bundle)
    for left in SAID.parent.glob(f"{SAID.name}*"):
        left.unlink()
