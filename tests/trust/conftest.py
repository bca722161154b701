"""The stages that tests of disturbed verbs share."""

from __future__ import annotations

import pytest

from tests.trust.verbs import Stage, stages
from tiltmeter.coder.build import Bundle


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> dict[str, Stage]:
    """By verb: what it begins with and ends in."""
    return stages(tmp_path_factory.mktemp("stages"), bundle)
