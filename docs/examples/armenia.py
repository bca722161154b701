# %% [markdown]
# # When did Armenia move, and was it Armenia?
#
# The South Caucasus between Russia (−1) and the United States (+1), from the bundled record: UN votes on Ukraine,
# weekly event figures, and dated ties. A change of position may be the state's, the power's, or the agenda's: if the
# Assembly votes on other things, two states that stand still agree more or less than before. Here we ask for the
# dates of change, and whose it was.

# %%
import datetime as dt
import tempfile
from importlib.resources import files
from pathlib import Path

import altair as alt
import numpy as np
import pyarrow as pa

from tiltmeter import Workspace
from tiltmeter.model.movement import change_points, who_moved

SAMPLE = Path(str(files("tiltmeter.sample")))
workspace = Workspace.create(Path(tempfile.mkdtemp()) / "record", theatre="south_caucasus", now=dt.datetime.now)
workspace.add("unga", [SAMPLE / "votes.csv"])
workspace.add("gdelt-sums", [SAMPLE / "south_caucasus" / "figures.csv"])
tilt = workspace.fit(quick=True)["record"]

# %% [markdown]
# ## The course

# %%
rows = []
for state in tilt.states:
    at = tilt.state(state)
    for period in range(tilt.period("2018-01-01"), len(tilt.periods), 4):
        low, middle, high = np.quantile(tilt.paths()[:, at, period], [0.05, 0.5, 0.95])
        rows.append({"state": state, "week": str(tilt.starts[period]), "low": low, "middle": middle, "high": high})
course = alt.Chart(pa.Table.from_pylist(rows)).encode(x=alt.X("week:T", title=None))
alt.layer(
    course.mark_area(opacity=0.2).encode(y=alt.Y("low:Q", title="tilt"), y2="high:Q"),
    course.mark_line().encode(y="middle:Q"),
).properties(width=520, height=110).facet(row=alt.Row("state:N", title=None))

# %% [markdown]
# ## Sudden changes
#
# The model allows a few jumps at unknown dates. `change_points` lists stretches in which one is likely.

# %%
found = change_points(tilt).to_pylist()
for one in found:
    print(one)
print(f"{len(found)} stretches with a chance of a jump of 0.2 or more")

# %% [markdown]
# None: nothing in this record asks for a jump. What change there is, is slow, so let us ask for it over two windows.

# %%
before, since = ("2021-01-01", "2022-09-12"), ("2022-09-13", "2024-02-23")
for gauge in (None, *tilt.gauges):
    shift = tilt.window_mean(*since, gauge=gauge) - tilt.window_mean(*before, gauge=gauge)
    for state, moved in zip(tilt.states, shift.T, strict=True):
        low, high = np.quantile(moved, [0.05, 0.95])
        told = f"{moved.mean():+.2f} ({low:+.2f} to {high:+.2f}), away from Russia {(moved > 0).mean():.0%}"
        print(f"{gauge or 'tilt':8} {state} {told}")

# %% [markdown]
# The event figures tell it of Armenia: its dealings with Russia, against those with the United States, worsened by
# more than the interval. They say so of Azerbaijan too, more weakly. The votes point the same way for Armenia and are
# sure of nothing, so what both gauges share, the tilt, stays unsure. Whoever reports the figures alone has a finding;
# whoever asks whether two kinds of record agree on it has none yet.
#
# ## Whose move?
#
# Of the change in distance between Armenia and each pole: how much is Armenia's own move to that side, and how much
# the pole's to Armenia?

# %%
panel = workspace.panel(written=False)
for power in tilt.poles:
    told = who_moved(tilt, panel, state="ARM", power=power, first="2021-06-01", second="2023-12-01").summary()
    for who in ("state", "power"):
        print(
            f"{power}: {'Armenia' if who == 'state' else power} came nearer by {told[who]:+.2f} "
            f"({told[f'{who}_q05']:+.2f} to {told[f'{who}_q95']:+.2f})"
        )
    print(f"{power}: the agenda {told['agenda'] if told['agenda'] is not None else 'cannot be told from so few votes'}")

# %% [markdown]
# The means give the move to Armenia and hardly any to the powers; the intervals hold zero for each. That is the
# answer at this length of record: the direction is Armenia's own, if there is one.
