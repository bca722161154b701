"""A fit as arrays with named axes, for xarray and what builds on it (arviz takes the result as it is)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tiltmeter.errors import ModelError

if TYPE_CHECKING:
    import xarray as xr

    from tiltmeter.model.tilt import Tilt

PATH = ("chain", "draw", "state", "period")
"""Axes of a path; chain and draw are called what arviz looks for."""


def to_xarray(tilt: Tilt) -> xr.Dataset:
    """
    The draws, shares and evidence of a fit as an xarray Dataset.

    Variables are `tilt` and one per gauge (`votes`, `words`, …) with axes chain, draw, state, period; `pole`;
    `data_share` and `data_share_<gauge>`; `rows_<kind>`, the evidence. `start` is the first day of each period. States
    off the calendar are nan.

    Raises:
        ModelError: xarray is not installed.
    """
    try:
        import xarray as xr
    except ImportError as error:
        raise ModelError("xarray is not installed", mend="pip install 'tiltmeter[xarray]'") from error
    flat = ("state", "period")
    variables: dict[str, Any] = {"tilt": (PATH, tilt.draws), "data_share": (flat, tilt.data_share)}
    variables |= {gauge: (PATH, draws) for gauge, draws in tilt.gauge_draws.items()}
    variables |= {f"data_share_{gauge}": (flat, share) for gauge, share in tilt.gauge_share.items()}
    variables |= {f"rows_{kind}": (flat, count) for kind, count in tilt.evidence.items()}
    variables["pole"] = (("chain", "draw", "side", "period"), tilt.pole_draws)
    coordinates = {
        "chain": np.arange(tilt.draws.shape[0]),
        "draw": np.arange(tilt.draws.shape[1]),
        "state": list(tilt.states),
        "period": list(tilt.periods),
        "side": list(tilt.poles),
        "start": ("period", tilt.starts[:-1].astype("datetime64[s]")),
    }
    return xr.Dataset(
        variables, coordinates, {"theatre": tilt.theatre, "pole_a": tilt.poles[0], "pole_b": tilt.poles[1]}
    )
