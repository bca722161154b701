# %% [markdown]
# # Do votes and event figures tell the same story?
#
# Central Asia between Russia (−1) and Ukraine (+1), from the bundled record: 16 roll calls on Ukraine in the UN
# General Assembly, and weekly sums of cooperation less conflict. No written report is in it. The question is what
# each kind of record says of how far the five states moved with the invasion of 24 February 2022, and how much of
# that comes from data at all.

# %%
import datetime as dt
import tempfile
from collections import Counter
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import altair as alt
import numpy as np
import pyarrow as pa

from tiltmeter import Workspace

SAMPLE = Path(str(files("tiltmeter.sample")))
INVASION = dt.date(2022, 2, 24)
BEFORE, SINCE = ("2018-01-01", "2022-02-23"), ("2022-02-24", "2024-02-23")

workspace = Workspace.create(Path(tempfile.mkdtemp()) / "record", theatre="central_asia", now=dt.datetime.now)
for source, file in (("unga", "votes.csv"), ("gdelt-sums", "central_asia/figures.csv")):
    for tally in workspace.add(source, [SAMPLE / file]):
        print(f"{source}: {tally.read:,} rows read, {tally.stored:,} stored, {tally.rejected} rejected")
tilt = workspace.fit(quick=True)["record"]

# %% [markdown]
# ## What the votes look like

# %%
day = {row["key"]: row["date"] for row in workspace.table("rollcalls").to_pylist()}
cast: dict[tuple[str, str], Counter[str]] = {}
for row in workspace.table("votes").to_pylist():
    if row["state"] in (*tilt.states, "RUS"):
        when = "before" if day[row["rollcall"]] < INVASION else "since"
        cast.setdefault((row["state"], when), Counter())[row["choice"]] += 1
for (state, when), counts in sorted(cast.items()):
    print(state, when, ", ".join(f"{count} {choice}" for choice, count in counts.most_common()))

# %% [markdown]
# Before the invasion four of the five mostly voted *no* with Russia or stayed away; since, they mostly abstain. A
# tally would call that a turn. The model does not take it for one by itself: these are other resolutions on other
# deeds, each has a difficulty and a slope of its own, and everybody else's votes changed with them.
#
# ## How far did each state move?
#
# `window_mean` gives draws: each is one whole path that the data allow. The shift is taken within each draw, so what
# is unsure about the level of the axis drops out.

# %%
rows = []
for gauge in ("tilt", "votes", "figures"):
    name = None if gauge == "tilt" else gauge
    shift = tilt.window_mean(*SINCE, gauge=name) - tilt.window_mean(*BEFORE, gauge=name)
    share = tilt.data_share if name is None else tilt.gauge_share[gauge]
    for state, moved, known in zip(tilt.states, shift.T, share[:, tilt.window(*SINCE)].mean(axis=1), strict=True):
        low, high = np.quantile(moved, [0.05, 0.95])
        rows.append({"state": state, "gauge": gauge, "mean": moved.mean(), "low": low, "high": high, "share": known,
                     "away": (moved > 0).mean()})  # fmt: skip
for row in rows:
    told = "{state} {gauge:8} {mean:+.2f} ({low:+.2f} to {high:+.2f})".format(**row)
    print(f"{told}, away from Russia {row['away']:4.0%}, from data {row['share']:4.0%}")

# %%
lines = alt.Chart(pa.Table.from_pylist(rows)).encode(
    y=alt.Y("gauge:N", title=None, sort=["tilt", "votes", "figures"]),
    opacity=alt.condition("datum.share < 0.2", alt.value(0.25), alt.value(1)),
)
alt.layer(
    lines.mark_rule().encode(x=alt.X("low:Q", title="shift since the invasion, plus is away from Russia"), x2="high:Q"),
    lines.mark_point(filled=True, size=50).encode(x="mean:Q"),
).properties(width=420, height=60).facet(row=alt.Row("state:N", title=None))

# %% [markdown]
# Votes do not tell of a shift: every interval lies around zero. The figures are surer of themselves, and for
# Uzbekistan they point *toward* Russia, where votes point nowhere. The tilt is what both share, so it moves little.
# Faint lines are those of which less than a fifth comes from data: there is nothing to see in them.
#
# ## Does the order of the states hold?

# %%
since = dict(zip(tilt.states, tilt.window_mean(*SINCE).T, strict=True))
names = sorted(since, key=lambda state: since[state].mean())
for first, second in pairwise(names):
    print(f"{first} is nearer to Russia than {second}: {(since[first] < since[second]).mean():.0%}")

# %% [markdown]
# Hardly one neighbour in the ranking is told from the next. A list "from most to least pro-Russian" made of these
# means would be made of noise.
