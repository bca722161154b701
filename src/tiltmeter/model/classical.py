"""The classical measures beside the model, so that a reader can see what it adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tiltmeter.model.arrays import Floats, Ints
from tiltmeter.model.panels import ABSENT, GAUGES

if TYPE_CHECKING:
    import pyarrow as pa

    from tiltmeter.model.panels import Panel

_RANK: Final = np.array([1.0, 0.5, 0.0])
"""Yes, abstain, no as steps of one scale, for distances."""


def agreement(one: Ints, other: Ints) -> dict[str, float]:
    """
    Similarity of two voters on the roll calls both took part in: S, Scott's pi and Cohen's kappa.

    Args:
        one: Choices 0 yes, 1 abstain, 2 no; anything else is left out. Shape (N,).
        other: The same of the other voter.

    Returns:
        `calls`, the number of shared roll calls, and `s`, `pi`, `kappa` from -1 to 1; nan where they
        are undefined: no shared roll call, or no variation to correct by.

    Source:
        Signorino and Ritter 1999, "Tau-b or Not Tau-b: Measuring the Similarity of Foreign Policy
        Positions", International Studies Quarterly 43(1), for S; Häge 2011, "Choice or Circumstance?
        Adjusting Measures of Foreign Policy Similarity for Chance Agreement", Political Analysis 19(3),
        for pi and kappa with absolute distances. As there.

    >>> found = agreement(np.array([0, 0, 2, 2]), np.array([0, 0, 2, 0]))
    >>> round(found["s"], 2), round(found["kappa"], 2), round(found["pi"], 2)
    (0.5, 0.5, 0.47)
    """
    both = (one >= 0) & (one < ABSENT) & (other >= 0) & (other < ABSENT)
    calls = int(both.sum())
    if calls == 0:
        return {"calls": 0, "s": np.nan, "pi": np.nan, "kappa": np.nan}
    a, b = _RANK[one[both]], _RANK[other[both]]
    seen = float(np.abs(a - b).mean())
    shares = [np.bincount(side[both], minlength=3) / calls for side in (one, other)]
    away = np.abs(_RANK[:, None] - _RANK[None, :])
    pooled = 0.5 * (shares[0] + shares[1])
    by_two, by_one = float(shares[0] @ away @ shares[1]), float(pooled @ away @ pooled)
    return {
        "calls": calls,
        "s": 1.0 - 2.0 * seen,
        "pi": 1.0 - seen / by_one if by_one > 0 else np.nan,
        "kappa": 1.0 - seen / by_two if by_two > 0 else np.nan,
    }


def agreements(panel: Panel) -> pa.Table:
    """
    S, pi and kappa of every state with every power, by year of the calendar: state, power, year, calls, …

    >>> from tiltmeter.model.world import simulate_world
    >>> agreements(simulate_world(seed=1, weeks=60).panel).column_names
    ['state', 'power', 'year', 'calls', 's', 'pi', 'kappa']
    """
    import pyarrow as pa

    ballots = panel.ballots
    choices = np.full((len(panel.voters), len(ballots.calls)), ABSENT)
    choices[ballots.actor, ballots.call] = ballots.choice
    year = panel.starts[ballots.time].astype("datetime64[Y]").astype(np.int64) + 1970
    rows = []
    for state in panel.states:
        for power in panel.powers:
            if state == power or state not in panel.voters or power not in panel.voters:
                continue
            one, other = (choices[panel.voters.index(code)] for code in (state, power))
            for when in np.unique(year):
                own = year == when
                found = agreement(one[own], other[own])
                if found["calls"]:
                    rows.append({"state": state, "power": power, "year": int(when)} | found)
    kinds = {"state": pa.string(), "power": pa.string(), "year": pa.int64(), "calls": pa.int64()}
    kinds |= {name: pa.float64() for name in ("s", "pi", "kappa")}
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def net_cooperation(panel: Panel) -> pa.Table:
    """
    Cooperative less conflictual events over all events, by state, power, gauge and period; no interval.

    Source:
        Azar 1980, "The Conflict and Peace Data Bank (COPDAB) Project", Journal of Conflict Resolution 24(1), for
        net cooperation of dyads. We count events without weights.

    >>> from tiltmeter.model.world import simulate_world
    >>> table = net_cooperation(simulate_world(seed=1, weeks=60).panel)
    >>> -1 <= min(table["net"].to_pylist()) <= max(table["net"].to_pylist()) <= 1
    True
    """
    import pyarrow as pa

    mix = panel.mix
    keys, index = np.unique(np.stack([mix.state, mix.power, mix.gauge, mix.time]), axis=1, return_inverse=True)
    index, size = index.ravel(), keys.shape[1]
    good = np.bincount(index, mix.cooperative, size)
    total = np.bincount(index, mix.total, size)
    net: Floats = (2.0 * good - total) / np.maximum(total, 1.0)
    names = (panel.states, panel.powers, GAUGES, panel.periods)
    columns = {
        name: np.array(labels, dtype=object)[row]
        for name, labels, row in zip(("state", "power", "gauge", "period"), names, keys, strict=True)
    }
    return pa.table(columns | {"events": total.astype(np.int64), "net": net})
