"""The charts as Vega-Lite specifications with named data, drawn the same in the page, a notebook or as SVG."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tiltmeter.show.marks import (
    KINDS,
    LIMIT,
    WEAK,
    Spec,
    bands,
    finished,
    ground,
    hue,
    params,
    room,
    rug,
    rules,
    shade,
    shade_class,
    span_params,
    span_scale,
    split,
    tilt_axis,
    tips,
    year_axis,
)
from tiltmeter.show.palette import solid

Rows = Sequence[Mapping[str, Any]]


def curve(words: Mapping[str, str], *, limit: float = LIMIT, height: int = 180) -> Spec:
    """
    A state's tilt through time: median, 50 and 90 % bands, what is mostly prior in grey.

    Data `curve`: t (ms), lo, q1, mid, q3, hi, share (percent), when, value. Data `moments`:
    t, label, number (of the first of some close together, else empty). Data `rug`: t, row,
    kind, when, label. The parameter `at` (ms) is where the cursor stands.
    """
    import altair as alt

    time = alt.X("t:T", title=None, scale=span_scale(), axis=year_axis())
    y = tilt_axis(alt.Y, "mid:Q", words, limit)
    at = alt.param(name="at", value=0)
    rows = alt.Chart(alt.NamedData(name="curve"))
    seen = rows.transform_calculate(**split("share"))
    stripes = ground(limit)
    poles = rules([-1.0, 1.0], dash=[2, 3])
    moments = (
        alt.Chart(alt.NamedData(name="moments")).mark_rule(color="var(--muted)", strokeWidth=1, opacity=0.45)
        .encode(x=time, tooltip=tips(label=words["moment"], when=words["date"]))
    )  # fmt: skip
    numbers = (
        alt.Chart(alt.NamedData(name="moments"))
        .mark_text(color="var(--muted)", fontSize=10.5, dy=-3, baseline="bottom")
        .encode(x=time, y=alt.value(0), text="number:N", tooltip=tips(label=words["moment"], when=words["date"]))
    )  # fmt: skip
    middle = seen.mark_line(color="var(--ink)", strokeWidth=1.8, interpolate="monotone").encode(
        x=time, y=alt.Y("smid:Q")
    )
    faint = seen.mark_line(color="var(--weak)", strokeWidth=1.5, strokeDash=[4, 3]).encode(x=time, y=alt.Y("wmid:Q"))
    # a line has one colour; beads on it show the class of every period
    beads = seen.mark_point(filled=True, size=alt.expr("bead"), opacity=1).encode(
        x=time, y=alt.Y("smid:Q"), color=shade_class("mid:Q")
    )
    feet = rug(time, words)
    cursor = (
        alt.Chart(alt.InlineData(values=[{}])).mark_rule(color="var(--accent)", strokeWidth=2)
        .encode(x=alt.datum(alt.expr(at.name), type="temporal"))
    )  # fmt: skip
    near = alt.selection_point(name="near", nearest=True, on="pointermove", clear="pointerout", encodings=["x"])
    dot = (
        rows.mark_point(filled=True, size=64, color="var(--ink)")
        .encode(x=time, y=y, opacity=alt.when(near, empty=False).then(alt.value(1)).otherwise(alt.value(0)),
                tooltip=tips(when=words["date"], value=words["tilt"], share_text=words["data_share"]))
        .add_params(near)
    )  # fmt: skip
    layers = [stripes, poles, moments, numbers, *bands(seen, time), faint, middle, beads, cursor, dot, feet]
    chart = alt.layer(*layers).resolve_scale(color="independent").add_params(at, *params(bead=15), *span_params())
    return finished(chart, height=height)


def answer(words: Mapping[str, str], *, states: int, limit: float = LIMIT) -> Spec:
    """
    Where each state stood before and stands now, with 50 and 90 % intervals; grey where the data say little.

    Data `answer`: state, time (`before` or `now` in the page's words), lo, q1, mid, q3, hi, share, value.
    """
    import altair as alt

    order = [words["before"], words["now"]]
    base = alt.Chart(alt.NamedData(name="answer")).encode(
        y=alt.Y("state:N", sort=None, title=None, scale=alt.Scale(paddingInner=0.35, paddingOuter=0.2),
                axis=alt.Axis(labelFontSize=14, labelColor="var(--ink)", ticks=False, domain=False, labelPadding=10)),
        yOffset=alt.YOffset("time:N", sort=order),
        tooltip=tips(state=words["state"], time=words["time"], value=words["tilt"], share_text=words["data_share"]),
    )  # fmt: skip
    colour = shade()
    fade = alt.condition(f"datum.time === {json.dumps(order[1])}", alt.value(1), alt.value(0.6))
    x = tilt_axis(alt.X, "lo:Q", words, limit)
    dash = alt.condition(f"datum.share < {WEAK}", alt.value([2, 5]), alt.value([1, 0]))
    wide = base.mark_rule(strokeWidth=2.5, strokeCap="round").encode(
        x=x, x2="hi:Q", color=colour, opacity=fade, strokeDash=dash
    )
    half = base.mark_rule(strokeWidth=7, strokeCap="round").encode(x="q1:Q", x2="q3:Q", color=colour, opacity=fade)
    dot = base.mark_point(size=120, strokeWidth=2.5, fill="var(--card)", opacity=1).encode(x="mid:Q", color=colour)
    name = base.mark_text(align="left", dx=8, fontSize=11, color="var(--muted)").encode(x="hi:Q", text="time:N")
    names = [name] if states <= 8 else []
    layers = [
        rules([0.0], horizontal=True),
        rules([-1.0, 1.0], dash=[2, 3], horizontal=True),
        wide,
        half,
        dot,
        *names,
    ]
    return finished(alt.layer(*layers), height=room(states, 104) * states + 20)


def moves(words: Mapping[str, str], *, kinds: Sequence[str], states: int) -> Spec:
    """
    How far each kind of evidence moved, before to after, per state: words against deeds.

    Data `moves`: state, kind (in the page's words), lo, q1, mid, q3, hi, value, toward, share. `kinds` are the
    kinds' words in their order, with their tokens as in KINDS.
    """
    import altair as alt

    names = [words[kind] for kind in kinds]
    weak = f"datum.share < {WEAK}"
    colour = alt.Color("kind:N", sort=names, title=None,
                       scale=alt.Scale(domain=names, range=[hue(kind) for kind in kinds]),
                       legend=None)  # fmt: skip
    shown = alt.condition(weak, alt.value("var(--weak)"), colour)
    base = alt.Chart(alt.NamedData(name="moves")).encode(
        y=alt.Y("state:N", sort=None, title=None, scale=alt.Scale(paddingInner=0.4, paddingOuter=0.2),
                axis=alt.Axis(labelFontSize=14, labelColor="var(--ink)", ticks=False, domain=False, labelPadding=10)),
        yOffset=alt.YOffset("kind:N", sort=names),
        tooltip=tips(state=words["state"], kind=words["evidence"], value=words["move"], toward=words["chance_toward"],
                      share_text=words["data_share"]),
    )  # fmt: skip
    x = alt.X("lo:Q", title=words["move_axis"], axis=alt.Axis(format="+.1f", tickCount=7), scale=alt.Scale(nice=True))
    wide = base.mark_rule(strokeWidth=2, strokeCap="round").encode(x=x, x2="hi:Q", color=shown)
    half = base.mark_rule(strokeWidth=6, strokeCap="round").encode(x="q1:Q", x2="q3:Q", color=shown)
    dot = base.mark_point(size=80, strokeWidth=2.2, fill="var(--card)", opacity=1).encode(x="mid:Q", color=shown)
    zero = rules([0.0], horizontal=True)
    return finished(alt.layer(zero, wide, half, dot), height=room(states, 24 * max(2, len(kinds)) + 16) * states + 20)


def influence(words: Mapping[str, str], *, height: int = 250) -> Spec:
    """
    A power's influence by one definition, with bands, and below it the chance that its peak lies in each quarter.

    The parameters `low` and `high` are the ends of the influence's axis, `peakTop` the end of the chance's.
    Data `influence`: as `curve`. Data `peak`: t, t2, p (0 to 1), label. Data `window`: t, t2, label.
    """
    import altair as alt

    time = alt.X("t:T", title=None, scale=span_scale(), axis=year_axis())
    rows = alt.Chart(alt.NamedData(name="influence"))
    seen = rows.transform_calculate(**split("share"))
    window = (
        alt.Chart(alt.NamedData(name="window")).mark_rect(color="var(--accent)", opacity=0.14)
        .encode(x=time, x2="t2:T", tooltip=tips(label=words["window"]))
    )  # fmt: skip
    line = seen.mark_line(color="var(--ink)", strokeWidth=1.8, interpolate="monotone").encode(x=time, y=alt.Y("smid:Q"))
    faint = seen.mark_line(color="var(--weak)", strokeWidth=1.5, strokeDash=[4, 3]).encode(x=time, y=alt.Y("wmid:Q"))
    near = alt.selection_point(name="near", nearest=True, on="pointermove", clear="pointerout", encodings=["x"])
    ends = alt.Scale(domain={"expr": "[low, high]"}, nice=True)
    dot = (
        rows.mark_point(filled=True, size=64, color="var(--ink)")
        .encode(x=time, y=alt.Y("mid:Q", title=None, scale=ends, axis=alt.Axis(tickCount=5)),
                opacity=alt.when(near, empty=False).then(alt.value(1)).otherwise(alt.value(0)),
                tooltip=tips(when=words["date"], value=words["influence"], share_text=words["data_share"]))
        .add_params(near)
    )  # fmt: skip
    curves = alt.layer(window, *bands(seen, time), faint, line, dot)
    peak = (
        alt.Chart(alt.NamedData(name="peak")).mark_bar(color="var(--accent)", opacity=0.55)
        .encode(x=time, x2="t2:T",
                y=alt.Y("p:Q", axis=None, scale=alt.Scale(domain={"expr": "[0, peakTop]"}, nice=False)),
                y2=alt.datum(0),
                tooltip=tips(label=words["quarter"], value=words["chance_of_peak"]))
    )  # fmt: skip
    # the bars take the lowest fifth of the plot: their scale ends at five times the highest
    chart = (
        alt.layer(curves, peak)
        .resolve_scale(y="independent")
        .add_params(*params(peakTop=1.0, low=0.0, high=1.0), *span_params())
    )
    return finished(chart, height=height)


def episode(words: Mapping[str, str], *, bars: int = 3) -> Spec:
    """
    One episode as a timeline: crisis, request and each help as a bar.

    Data `episode`: row (its label), t, t2, kind (`crisis`, `request` or `help`), when.
    """
    import altair as alt

    kinds = {"crisis": "var(--deeds)", "request": "var(--words)", "help": "var(--accent)"}
    colour = alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(kinds), range=list(kinds.values())))
    axis = alt.Axis(format="%-d %b", tickCount=6, grid=True, labelOverlap="greedy", labelSeparation=8)
    row = alt.Y(
        "row:N",
        sort=None,
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelColor="var(--ink)", labelLimit=150),
    )
    chart = (
        alt.Chart(alt.NamedData(name="episode")).mark_bar(height=12, cornerRadius=3, opacity=0.85)
        .encode(x=alt.X("t:T", title=None, scale=alt.Scale(type="utc", nice=False, padding=14), axis=axis), x2="t2:T",
                y=row, color=colour, tooltip=tips(row=words["what"], when=words["date"]))
    )  # fmt: skip
    return finished(alt.layer(chart), height=28 * bars)


def choices(words: Mapping[str, str], *, rows: int) -> Spec:
    """
    A state's mean tilt under other choices, one line each, the base's interval behind all.

    Data `choices`: option (its label), lo, mid, hi, share, value, base (whether it is the base).
    """
    import altair as alt

    data = alt.Chart(alt.NamedData(name="choices")).transform_calculate(label="datum.choice + ': ' + datum.option")
    y = alt.Y(
        "label:N",
        sort=None,
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelColor="var(--ink)", labelLimit=190),
    )
    x = alt.X("lo:Q", title=None, axis=alt.Axis(tickCount=5), scale=alt.Scale(nice=True, zero=False))
    base = data.transform_filter("datum.base").mark_rect(color="var(--band)", opacity=0.14).encode(x=x, x2="hi:Q")
    shown = data.encode(y=y, tooltip=tips(label=words["option"], value=words["tilt"], share_text=words["data_share"]))
    wide = shown.mark_rule(strokeWidth=2, strokeCap="round").encode(x=x, x2="hi:Q", color=shade())
    dot = shown.mark_point(size=60, strokeWidth=2, fill="var(--card)", opacity=1).encode(x="mid:Q", color=shade())
    return finished(alt.layer(base, wide, dot), height=20 * max(2, rows))


def rests(words: Mapping[str, str], *, kinds: Sequence[str] = KINDS) -> Spec:
    """
    How many rows of each kind of evidence there are through time.

    Data `rests`: t, t2, kind (in the page's words), n, label.
    """
    import altair as alt

    names = [words[kind] for kind in kinds]
    colour = alt.Color(
        "kind:N", sort=names, legend=None, scale=alt.Scale(domain=names, range=[hue(kind) for kind in kinds])
    )
    time = alt.X("t:T", title=None, scale=span_scale(), axis=year_axis())
    size = alt.Size("n:Q", legend=None, scale=alt.Scale(type="sqrt", range=[6, 420]))
    row = alt.Y(
        "kind:N",
        sort=names,
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelColor="var(--ink)", labelFontSize=13),
    )
    dots = (
        alt.Chart(alt.NamedData(name="rests")).mark_point(filled=True, opacity=0.75)
        .encode(x=time, y=row, size=size, color=colour,
                tooltip=tips(label=words["quarter"], kind=words["evidence"], n=words["rows"]))
    )  # fmt: skip
    return finished(alt.layer(dots).add_params(*span_params()), height=34 * len(names) + 10)


def filled(spec: Spec, data: Mapping[str, Rows], *, params: Mapping[str, float] | None = None) -> Spec:
    """A chart with rows for its named data and values for its parameters; the specification itself is left as it is."""
    whole: Spec = json.loads(json.dumps(spec))
    for param in whole.get("params", []):
        if params and param["name"] in params:
            param["value"] = params[param["name"]]
    own = whole.get("datasets", {})
    return whole | {"datasets": own | {name: list(rows) for name, rows in data.items()}}


def svg(spec: Spec, *, width: int = 720, theme: int | None = None, language: str = "en") -> str:
    """
    A chart as SVG text, made without a browser or the network.

    Args:
        spec: One of this module's, filled.
        width: Pixels.
        theme: 0 light, 1 dark; None keeps the colour tokens, for a page that defines them.
        language: Of dates and numbers.

    >>> bare = rests({k: k for k in ("votes", "quarter", "evidence", "rows")}, kinds=("votes",))
    >>> svg(filled(bare, {"rests": []}, params={"to": 9e9})).startswith("<svg")
    True
    """
    import vl_convert

    whole = spec | {"width": width}
    locale = LOCALES.get(language, LOCALES["en"])
    made: str = vl_convert.vegalite_to_svg(
        whole if theme is None else solid(whole, theme=theme), allowed_base_urls=[],
        format_locale=locale, time_format_locale=locale,
    )  # fmt: skip
    return made


LOCALES: Final[dict[str, Any]] = {"en": "en-US", "de": "de-DE"}
"""Language to the locale of numbers and month names on axes; dates in text are always YYYY-MM-DD."""
