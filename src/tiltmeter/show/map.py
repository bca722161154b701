"""The map as a Vega-Lite specification: each state in the colour of its tilt, grey where the data say little."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tiltmeter.show.marks import Spec, finished, shade, tips
from tiltmeter.show.shapes import Ground


def map_(words: Mapping[str, str], ground: Ground, *, poles: tuple[str, str], height: int = 470) -> Spec:
    """
    The map of a theatre at a date.

    Data `place`: code, name, lon, lat, mid, share, value, share_text, when; those not there that day without mid.
    Data `around`: name, lon, lat, big. The shapes are in the specification, as TopoJSON.
    """
    import altair as alt

    shapes = alt.Chart(alt.NamedData(name="shapes", format=alt.TopoDataFormat(feature="countries", type="topojson")))
    fields = ["name", "mid", "share", "value", "share_text", "when"]
    found = alt.LookupData(data=alt.NamedData(name="place"), key="code", fields=fields)
    own = shapes.transform_lookup(lookup="id", from_=found).transform_filter("isValid(datum.name)")
    ends = alt.Scale(domain=list(poles), range=["var(--d0)", "var(--d6)"])
    line: dict[str, Any] = {"stroke": "var(--card)", "strokeWidth": 0.8}
    land = shapes.mark_geoshape(fill="var(--hair)", **line)
    rivals = (
        shapes.transform_filter(f"indexof({json.dumps(poles)}, datum.id) >= 0")
        .mark_geoshape(opacity=0.28, **line).encode(color=alt.Color("id:N", scale=ends, legend=None))
    )  # fmt: skip
    told = tips(name=words["state"], value=words["tilt"], share_text=words["data_share"], when=words["date"])
    states = own.mark_geoshape(stroke="var(--card)", strokeWidth=1.6, cursor="pointer").encode(
        color=shade(), tooltip=told
    )
    layers = [land, rivals, states]
    if not ground.world:
        layers += [_names("around", "name:N", color="var(--muted)", fontSize=11, dy=0)]
        # letters with a rim in the ground's colour are read on every colour of the scale
        rim: dict[str, Any] = {"stroke": "var(--card)", "strokeWidth": 3, "strokeJoin": "round", "strokeOpacity": 0.85}
        for dy, field, size, weight in ((-7, "label:N", 13, 600), (9, "number:N", 11.5, 500)):
            look: dict[str, Any] = {"dy": dy, "fontSize": size, "fontWeight": weight, "color": "var(--ink)"}
            layers += [_names("place", field, **look, **rim), _names("place", field, **look)]
    chart = alt.layer(*layers).resolve_scale(color="independent")
    made = finished(chart, height=height)
    made["projection"] = _projection(ground)
    made["config"] = made["config"] | {"mark": {"tooltip": False}}
    made["datasets"] = made.get("datasets", {}) | {"shapes": ground.topology}
    return made


def _names(data: str, field: str, **mark: Any) -> Any:
    import altair as alt

    tight = "width < 560"
    text = alt.Chart(alt.NamedData(name=data)).transform_calculate(
        label=f"{tight} ? datum.code : datum.name", number=f"{tight} ? '' : datum.value"
    )
    return text.mark_text(clip=True, **mark).encode(
        longitude="lon:Q", latitude="lat:Q", text=field if data == "place" else "label:N"
    )


def _projection(ground: Ground) -> dict[str, Any]:
    """The theatre in the middle, as large as the picture lets it be."""
    wide, high = ground.size
    lon, lat = ground.centre
    place = {"scale": {"expr": f"min(width / {wide:.5f}, height / {high:.5f})"},
             "translate": {"expr": "[width / 2, height / 2]"}}  # fmt: skip
    if ground.world:
        return {"type": "equalEarth", "rotate": [-lon, 0, 0], **place}
    return {"type": "azimuthalEqualArea", "rotate": [round(-lon, 3), round(-lat, 3), 0], "clipAngle": 80, **place}
