"""Futures as Vega-Lite specifications: a fan with an event against the same without it, and counts of coming weeks."""

from __future__ import annotations

from collections.abc import Mapping

from tiltmeter.show.marks import Spec, finished, tips


def fan(words: Mapping[str, str], *, height: int = 190) -> Spec:
    """
    A quantity week by week with an event and without it, mean and 90 % interval of each, after its past.

    Data `fan`: t (ms), mean, lo, hi, base, blo, bhi, when, value, base_value. Data `past`: t, lo, mid, hi.
    Data `start`: t, label.
    """
    import altair as alt

    time = alt.X("t:T", title=None, scale=alt.Scale(type="utc", nice=False), axis=alt.Axis(
        format="%b %Y", grid=False, tickCount=6, labelOverlap="greedy", labelSeparation=10))  # fmt: skip
    y = alt.Y("lo:Q", title=None, axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=False, nice=True))
    rows, past = (alt.Chart(alt.NamedData(name=name)) for name in ("fan", "past"))
    was = past.mark_area(color="var(--band)", opacity=0.16).encode(x=time, y=y, y2="hi:Q")
    was_mid = past.mark_line(color="var(--muted)", strokeWidth=1.4).encode(x=time, y="mid:Q")
    base = rows.mark_area(color="var(--band)", opacity=0.2).encode(x=time, y=alt.Y("blo:Q"), y2="bhi:Q")
    base_mid = rows.mark_line(color="var(--muted)", strokeWidth=1.6, strokeDash=[5, 3]).encode(x=time, y="base:Q")
    with_ = rows.mark_area(color="var(--accent)", opacity=0.26).encode(x=time, y=y, y2="hi:Q")
    edges = [rows.mark_line(color="var(--accent)", strokeWidth=0.8, opacity=0.7).encode(x=time, y=f"{end}:Q")
             for end in ("lo", "hi")]  # fmt: skip
    mid = rows.mark_line(color="var(--accent)", strokeWidth=2).encode(x=time, y="mean:Q")
    rule = (
        alt.Chart(alt.NamedData(name="start")).mark_rule(color="var(--muted)", strokeDash=[2, 3])
        .encode(x=time, tooltip=tips(label=words["what"], when=words["date"]))
    )  # fmt: skip
    near = alt.selection_point(name="near", nearest=True, on="pointermove", clear="pointerout", encodings=["x"])
    dot = (
        rows.mark_point(filled=True, size=60, color="var(--accent)")
        .encode(x=time, y="mean:Q", opacity=alt.when(near, empty=False).then(alt.value(1)).otherwise(alt.value(0)),
                tooltip=tips(when=words["date"], value=words["with_event"], base_value=words["without_event"]))
        .add_params(near)
    )  # fmt: skip
    return finished(alt.layer(was, was_mid, base, base_mid, with_, *edges, mid, rule, dot), height=height)


def weeks(words: Mapping[str, str], *, height: int = 150) -> Spec:
    """
    Counts of the coming weeks: mean, and 90 % interval as a bar.

    Data `weeks`: week (its Monday), mean, lo, hi, value, any.
    """
    import altair as alt

    x = alt.X("week:O", title=None, axis=alt.Axis(labelAngle=0, labelExpr="slice(datum.value, 5)",
                                                   labelOverlap="greedy", labelSeparation=6))  # fmt: skip
    y = alt.Y(
        "lo:Q", title=None, axis=alt.Axis(tickCount=4, tickMinStep=1, format="d"), scale=alt.Scale(zero=True, nice=True)
    )
    rows = alt.Chart(alt.NamedData(name="weeks")).encode(
        x=x, tooltip=tips(week=words["week"], value=words["count_90"], any=words["at_least_one"])
    )
    bar = rows.mark_bar(width={"band": 0.42}, color="var(--accent)", opacity=0.3, cornerRadius=2).encode(y=y, y2="hi:Q")
    dot = rows.mark_point(size=70, strokeWidth=2.2, color="var(--accent)", fill="var(--card)", opacity=1).encode(
        y="mean:Q"
    )
    return finished(alt.layer(bar, dot), height=height)
