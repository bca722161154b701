"""The tilt: what a fit gives, as draws of whole paths with their evidence and diagnostics."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tiltmeter.errors import ModelError
from tiltmeter.model.arrays import Bools, Dates, Floats, Ints
from tiltmeter.model.nearness import Near, arrays_of, near_of
from tiltmeter.model.options import FitSettings

if TYPE_CHECKING:
    import pyarrow as pa
    import xarray as xr

LOW, HIGH = 0.05, 0.95
"""Ends of the interval in q05 and q95."""

_ARRAYS: Final = ("starts", "draws", "prior_draws", "pole_draws", "data_share", "present")
_TABLES: Final = ("gauge_draws", "gauge_share", "evidence", "jumps")


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """
    Positions from votes alone: mean 0 and sd 1 over the voters present in each period.

    Shape (V, T); absent voters are nan. Pole A is on the negative side.
    """

    voters: tuple[str, ...]
    mean: Floats
    sd: Floats
    present: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Tilt:
    """
    Where each state stands between the poles, as draws of whole paths.

    Axes: C chains, D draws, S states, T periods, P powers. `draws` and
    `gauge_draws[gauge]` have shape (C, D, S, T) on the poles' axis: -1 is pole A's
    mean over the reference window, +1 pole B's. A gauge without data is not among
    `gauge_draws`. `pole_draws` (C, D, 2, T) are the poles' own paths, which may
    leave -1 and +1. `prior_draws` (C, K, S, T) come from the same model without data.

    `closeness[definition]` draws how near each power and state are, higher is nearer:
    `closeness["votes"].draws(0)` (N, S, T) is the nearness to the first of `powers`, `.prior(0)` the
    same without data. Definitions are `votes` (axis units), `words`, `deeds` (logits), `figures` (usual
    spreads) and `volume` (log of attention, above the power's usual); compare within one
    only. `data_share` (S, T) is 1 - posterior variance / prior variance. `jumps[state]`
    (T,) is the posterior chance of a jump in each period.
    """

    theatre: str
    states: tuple[str, ...]
    poles: tuple[str, str]
    powers: tuple[str, ...]
    periods: tuple[str, ...]
    starts: Dates
    gauges: tuple[str, ...]
    draws: Floats
    gauge_draws: dict[str, Floats]
    prior_draws: Floats
    pole_draws: Floats
    data_share: Floats
    gauge_share: dict[str, Floats]
    evidence: dict[str, Ints]
    closeness: dict[str, Near]
    jumps: dict[str, Floats]
    present: Bools
    """Whether the state is on the calendar in the period, shape (S, T)."""
    positions: Positions
    diagnostics: dict[str, Any] = field(default_factory=dict)
    settings: FitSettings = field(default_factory=FitSettings)
    run: str = ""

    @property
    def mean(self) -> Floats:
        """Posterior mean of the tilt, shape (S, T)."""
        return moments(self.draws)[0]

    @property
    def sd(self) -> Floats:
        """Posterior standard deviation of the tilt, shape (S, T)."""
        return np.asarray(np.sqrt(moments(self.draws)[1]))

    @property
    def q05(self) -> Floats:
        """5 % quantile of the tilt, shape (S, T)."""
        return self.quantile(LOW)

    @property
    def q95(self) -> Floats:
        """95 % quantile of the tilt, shape (S, T)."""
        return self.quantile(HIGH)

    def paths(self, gauge: str | None = None) -> Floats:
        """
        All draws of the tilt, or of one gauge, chains joined, shape (C·D, S, T).

        Raises:
            ModelError: The gauge has no data or does not exist.
        """
        return _flat(self.draws if gauge is None else self._gauge(gauge))

    def quantile(self, share: float, *, gauge: str | None = None) -> Floats:
        """A quantile of the tilt, or of one gauge, per state and period, shape (S, T)."""
        return np.asarray(np.quantile(self.paths(gauge), share, axis=0), dtype=np.float64)

    def state(self, code: str) -> int:
        """
        The index of a state.

        Raises:
            ModelError: The theatre has no such state.
        """
        if code not in self.states:
            raise ModelError(f"no such state in this fit: {code}", mend=f"it has {', '.join(self.states)}")
        return self.states.index(code)

    def period(self, date: object) -> int:
        """The index of the period that holds a date, or the nearest one at the calendar's ends."""
        day = np.datetime64(str(date), "D")
        return int(np.clip(np.searchsorted(self.starts, day, side="right") - 1, 0, len(self.periods) - 1))

    def window(self, start: object, end: object) -> slice:
        """
        The periods that touch the closed interval of two dates, as a slice.

        Raises:
            ModelError: The interval lies outside the calendar, or is the wrong way round.
        """
        first, last = np.datetime64(str(start), "D"), np.datetime64(str(end), "D")
        if first > last:
            raise ModelError(f"{start} is later than {end}", mend="write the earlier date first")
        if last < self.starts[0] or first >= self.starts[-1]:
            have = f"{self.starts[0]} to {self.starts[-1]}"
            raise ModelError(f"{start} to {end} is outside the calendar", mend=f"the fit has {have}")
        return slice(self.period(start), self.period(end) + 1)

    def at(self, code: str, date: object, *, gauge: str | None = None) -> Floats:
        """Draws of a state's tilt at a date, shape (C·D,)."""
        return self.paths(gauge)[:, self.state(code), self.period(date)]

    def window_mean(self, start: object, end: object, *, gauge: str | None = None) -> Floats:
        """Draws of each state's mean tilt over a closed interval of dates, shape (C·D, S)."""
        return np.asarray(self.paths(gauge)[:, :, self.window(start, end)].mean(axis=2))

    def to_arrow(self) -> pa.Table:
        """
        The tilt as a table: state, period, mean, sd, q05, q95, data_share, and the evidence by kind.

        Periods in which a state is not on the calendar have no row.
        """
        import pyarrow as pa

        table = _long(self.states, self.periods, self.present, self.mean, self.sd, self.q05, self.q95)
        row, column = np.nonzero(self.present)
        table["data_share"] = self.data_share[row, column]
        table |= {kind: count[row, column] for kind, count in self.evidence.items()}
        return pa.table(table)

    def positions_arrow(self) -> pa.Table:
        """The positions from votes alone as a table: state, period, mean, sd, q05, q95."""
        import pyarrow as pa

        place = self.positions
        half = 1.6448536269514722 * place.sd  # the positions' posterior is Gaussian: its 95 % point
        low, high = place.mean - half, place.mean + half
        return pa.table(_long(place.voters, self.periods, place.present, place.mean, place.sd, low, high))

    def to_xarray(self) -> xr.Dataset:
        """The fit as an xarray Dataset with named axes; see `model.named`."""
        from tiltmeter.model.named import to_xarray

        return to_xarray(self)

    def save(self, path: Path) -> None:
        """Writes the fit as `<path>.npz` (arrays) and `<path>.json` (all else); nothing is pickled."""
        arrays: dict[str, Any] = {name: getattr(self, name) for name in _ARRAYS}
        for table in _TABLES:
            arrays |= {f"{table}/{name}": value for name, value in getattr(self, table).items()}
        for definition, near in self.closeness.items():
            arrays |= {f"closeness/{definition}/{name}": value for name, value in arrays_of(near).items()}
        arrays |= {f"positions/{name}": getattr(self.positions, name) for name in ("mean", "sd", "present")}
        meta = {name: getattr(self, name) for name in _META} | {"voters": self.positions.voters}
        meta["settings"] = asdict(self.settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path.with_name(path.name + ".npz"), **arrays)
        path.with_name(path.name + ".json").write_text(json.dumps(meta, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Tilt:
        """
        A fit that `save` wrote.

        Raises:
            ModelError: There is none, or its files do not belong to this version.
        """
        try:
            meta = json.loads(path.with_name(path.name + ".json").read_text("utf-8"))
            with np.load(path.with_name(path.name + ".npz"), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            tables: dict[str, Any] = {table: {} for table in _TABLES}
            near: dict[str, dict[str, Any]] = {}
            for name, value in arrays.items():
                table, _, key = name.partition("/")
                if table in tables:
                    tables[table][key] = value
                elif table == "closeness":
                    near.setdefault(key.partition("/")[0], {})[key.partition("/")[2]] = value
            tables["closeness"] = {definition: near_of(parts) for definition, parts in near.items()}
            place = {name: arrays[f"positions/{name}"] for name in ("mean", "sd", "present")}
            positions = Positions(voters=tuple(meta.pop("voters")), **place)
            meta |= {name: tuple(meta[name]) for name in ("states", "poles", "powers", "periods", "gauges")}
            settings = FitSettings(**meta.pop("settings"))
            own = {name: arrays[name] for name in _ARRAYS}
            return cls(**meta, **own, **tables, positions=positions, settings=settings)
        except (OSError, KeyError, TypeError, ValueError, StopIteration) as error:
            raise ModelError("no fit that this version can read", mend="run fit", where=str(path)) from error

    def _gauge(self, gauge: str) -> Floats:
        if gauge not in self.gauge_draws:
            have = ", ".join(self.gauge_draws) or "none"
            raise ModelError(f"the gauge {gauge!r} has no data", mend=f"this fit has: {have}")
        return self.gauge_draws[gauge]


_META: Final = ("theatre", "states", "poles", "powers", "periods", "gauges", "diagnostics", "run")


def _flat(draws: Floats) -> Floats:
    return draws.reshape(-1, *draws.shape[2:])


def moments(draws: Floats) -> tuple[Floats, Floats]:
    """
    Mean and variance over chains and draws, the first two axes, without a second copy of the draws.

    >>> mean, variance = moments(np.arange(8.0).reshape(2, 4, 1))
    >>> float(mean[0]), float(variance[0])
    (3.5, 5.25)
    """
    table = draws.reshape(draws.shape[0] * draws.shape[1], -1)
    mean, variance = np.zeros(table.shape[1]), np.zeros(table.shape[1])
    # a block of columns at a time stays in the cache
    for low in range(0, table.shape[1], 512):
        block = table[:, low : low + 512].astype(np.float64)
        mean[low : low + 512] = block.mean(axis=0)
        variance[low : low + 512] = np.einsum("ij,ij->j", block, block) / len(block)
    variance = np.maximum(variance - mean**2, 0.0)
    return mean.reshape(draws.shape[2:]), variance.reshape(draws.shape[2:])


def _long(names: tuple[str, ...], periods: tuple[str, ...], present: Bools, *columns: Floats) -> dict[str, Any]:
    row, column = np.nonzero(present)
    table: dict[str, Any] = {
        "state": np.array(names, dtype=object)[row],
        "period": np.array(periods, dtype=object)[column],
    }
    values = (np.asarray(value[row, column], dtype=np.float64) for value in columns)
    return table | dict(zip(("mean", "sd", "q05", "q95"), values, strict=True))
