"""What the charts are put together from: axes, bands, colours, tooltips, and the look they share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.show.palette import DIVERGING

if TYPE_CHECKING:
    import altair as alt

Spec = dict[str, Any]

LIMIT: Final = 2.0
"""Ends of the tilt's axis unless told otherwise, axis units: as far beyond a pole as the pole is from 0."""
WEAK: Final = 20
"""Share of the data, percent, below which a mark is drawn grey."""
KINDS: Final = ("votes", "words", "deeds", "figures", "facts")
_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
_CLASSES: Final = [-0.8, -0.45, -0.15, 0.15, 0.45, 0.8]
"""Limits of the diverging classes, axis units."""
CONFIG: Final[Spec] = {
    "background": "transparent",
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)", "titleColor": "var(--muted)", "gridColor": "var(--hair)",
        "domainColor": "var(--line)", "tickColor": "var(--line)", "labelFontSize": 12, "titleFontSize": 12,
        "titleFontWeight": 500, "labelPadding": 5, "titlePadding": 8,
    },
    "legend": {"labelColor": "var(--ink)", "titleColor": "var(--muted)", "labelFontSize": 12, "titleFontSize": 12},
    "header": {"labelColor": "var(--ink)", "labelFontSize": 13, "titleColor": "var(--muted)"},
}  # fmt: skip


def bands(seen: alt.Chart, time: Any) -> list[alt.Chart]:
    """The bands of a series, 90 and 50 %: grey where the data say little."""
    ends = (("lo", "hi", 0.2), ("q1", "q3", 0.34))
    grey = [band(seen, time, f"w{low}", f"w{high}", 0.22, color="var(--weak)") for low, high, _ in ends]
    return [*grey, *(band(seen, time, f"s{low}", f"s{high}", opacity) for low, high, opacity in ends)]


def room(states: int, wanted: int) -> int:
    """Pixels for a state: as wanted for a few, less the more there are."""
    return wanted if states <= 8 else max(26, min(wanted, 640 // states))


def finished(chart: Any, *, height: int) -> Spec:
    """The specification, as wide as its place and in the look all charts share."""
    made: Spec = chart.properties(width="container", height=height).to_dict(validate=False)
    made["config"] = CONFIG
    made["autosize"] = {"type": "fit-x", "contains": "padding"}
    return made


def span_scale() -> Any:
    """The time axis from the parameter `from` to `to`, both ms."""
    import altair as alt

    return alt.Scale(type="utc", nice=False, domain={"expr": "[from, to]"}, clamp=True)


def span_params() -> list[Any]:
    """The parameters `from` and `to` of the time axis."""
    return params(**{"from": 0, "to": 1})


def params(**values: float) -> list[Any]:
    """Parameters with their first values."""
    import altair as alt

    return [alt.param(name=name, value=value) for name, value in values.items()]


def year_axis() -> Any:
    """A time axis with a tick per year, labels left out where they would touch."""
    import altair as alt

    return alt.Axis(format="%Y", tickCount="year", grid=False, labelOverlap="parity", labelSeparation=5)


def split(share: str) -> dict[str, str]:
    """Each quantile twice: `s…` where the data carry it, `w…` where they hardly do; `edge` rows join the two."""
    weak, edge = f"datum.{share} < {WEAK}", f"datum.{share} < {WEAK} || datum.edge"
    names = ("lo", "q1", "mid", "q3", "hi")
    strong = {f"s{name}": f"{weak} ? null : datum.{name}" for name in names}
    return strong | {f"w{name}": f"{edge} ? datum.{name} : null" for name in names}


def band(seen: alt.Chart, time: Any, low: str, high: str, opacity: float, *, color: str = "var(--band)") -> alt.Chart:
    """The area between two quantiles."""
    import altair as alt

    area: alt.Chart = seen.mark_area(color=color, opacity=opacity, interpolate="monotone").encode(
        x=time, y=alt.Y(f"{low}:Q"), y2=f"{high}:Q"
    )
    return area


def tilt_axis(channel: Any, field: str, words: Mapping[str, str], limit: float) -> Any:
    """The tilt's axis, with the poles' names at -1 and +1."""
    import altair as alt

    labels = {-1: words["pole_a"], 0: "0", 1: words["pole_b"]}
    text = " : ".join(f"datum.value === {value} ? {json.dumps(label)}" for value, label in labels.items())
    axis = alt.Axis(values=[-1, 0, 1], labelExpr=f"{text} : datum.value", grid=False, tickSize=4)
    scale = alt.Scale(domain=[-limit, limit], nice=False, clamp=True)
    return channel(field, title=None, scale=scale, axis=axis)


def shade() -> Any:
    """The diverging colour of a tilt, grey where the data say little."""
    import altair as alt

    return alt.condition(f"datum.share < {WEAK}", alt.value("var(--weak)"), shade_class("mid:Q"))


def shade_class(field: str) -> Any:
    """The class of the diverging scale that a field's value is in."""
    import altair as alt

    scale = alt.Scale(type="threshold", domain=_CLASSES, range=list(DIVERGING))
    return alt.Color(field, scale=scale, legend=None)


def ground(limit: float) -> Any:
    """The classes of the diverging scale as faint stripes behind a curve."""
    import altair as alt

    edges = [-limit, *_CLASSES, limit]
    sides = [at for at in range(len(DIVERGING)) if at != len(DIVERGING) // 2]
    stripes: list[dict[str, Any]] = [{"low": edges[at], "high": edges[at + 1], "c": str(at)} for at in sides]
    scale = alt.Scale(domain=[str(at) for at in sides], range=[DIVERGING[at] for at in sides])
    colour = alt.Color("c:N", legend=None, scale=scale)
    chart = alt.Chart(alt.InlineData(values=stripes)).mark_rect(opacity=0.13)
    return chart.encode(y="low:Q", y2="high:Q", color=colour)


def rules(values: Sequence[float], *, dash: Sequence[int] = (), horizontal: bool = False) -> Any:
    """Straight lines at some values, through the whole plot."""
    import altair as alt

    chart = alt.Chart(alt.InlineData(values=[{"v": value} for value in values]))
    mark = chart.mark_rule(color="var(--muted)", strokeWidth=1, opacity=0.55, strokeDash=list(dash) or [1, 0])
    return mark.encode(x="v:Q") if horizontal else mark.encode(y="v:Q")


def rug(time: Any, words: Mapping[str, str]) -> Any:
    """Small marks at the foot of a curve, one per period and kind of evidence."""
    import altair as alt

    kinds = ("votes", "words", "deeds", "facts")
    scale = alt.Scale(domain=list(kinds), range=[hue(kind) for kind in kinds])
    shape = alt.Scale(domain=list(kinds), range=["triangle-up", "circle", "square", "diamond"])
    return (
        alt.Chart(alt.NamedData(name="rug")).mark_point(filled=True, size=34, opacity=0.9)
        .encode(x=time, y=alt.Y("row:Q"), color=alt.Color("kind:N", scale=scale, legend=None),
                shape=alt.Shape("kind:N", scale=shape, legend=None),
                tooltip=tips(when=words["date"], label=words["evidence"]))
    )  # fmt: skip


def tips(**titles: str) -> list[Any]:
    """A tooltip of fields with their titles; what is not there is not shown."""
    import altair as alt

    return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]


def hue(kind: str) -> str:
    """The colour token of a kind of evidence."""
    return f"var(--{kind})" if kind in KINDS else "var(--ink)"
