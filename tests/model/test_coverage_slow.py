"""Coverage on simulated worlds: slow, and so run by `make slow`."""

from __future__ import annotations

import pytest

from tiltmeter.model.coverage import coverage

WORLDS = 300


@pytest.mark.slow
def test_intervals_and_peaks_of_300_worlds_keep_their_promise() -> None:
    found = coverage(WORLDS)
    for part in (found.tilt, found.change):
        for name, share in part.items():
            assert abs(share - name) < 0.04, (name, share)
    expected = found.ranks.sum() / len(found.ranks)
    assert (abs(found.ranks - expected) < 0.25 * expected).all()
    assert found.worst_peak() < 0.05
    stated, happened, cases = found.peaks.T
    assert (abs(stated - happened) * cases).sum() / cases.sum() < 0.02
