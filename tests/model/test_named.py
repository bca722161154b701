"""A fit as a table and as arrays with named axes: the page that shows it runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tiltmeter.errors import ModelError
from tiltmeter.model import FitSettings, Tilt, fit, simulate_world

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "arrays.md"


@pytest.fixture(scope="module")
def tilt() -> Tilt:
    return fit(simulate_world(seed=1, weeks=40).panel, settings=FitSettings(chains=2, draws=30))


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_what_the_page_shows_runs() -> None:
    plain = [block for block in blocks() if "to_xarray" not in block]
    assert len(plain) == 2
    names: dict[str, Any] = {}
    exec("".join(plain), names)
    assert names["tilt"].draws.shape == (2, 100, 5, 60)
    assert ", ".join(names["table"].column_names) in plain[1]


def test_a_dataset_has_named_axes_and_the_same_numbers(tilt: Tilt) -> None:
    pytest.importorskip("xarray")
    data = tilt.to_xarray()
    assert data["tilt"].dims == ("chain", "draw", "state", "period")
    assert {"votes", "words", "deeds", "figures", "pole", "data_share", "rows_votes", "data_share_words"} <= set(data)
    own = data["tilt"].sel(state="S01").mean(["chain", "draw"]).to_numpy()
    assert own == pytest.approx(tilt.mean[tilt.state("S01")], abs=1e-5)
    assert str(data["start"].to_numpy()[0])[:10] == str(tilt.starts[0])
    exec("".join(blocks()), {})


def test_without_xarray_it_says_how_to_get_it(tilt: Tilt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(ModelError, match="not installed") as caught:
        tilt.to_xarray()
    assert "tiltmeter[xarray]" in caught.value.mend
