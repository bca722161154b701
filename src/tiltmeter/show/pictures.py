"""The page's charts as still pictures, for browsers without scripts: record only, and coarser than the live ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from tiltmeter.show.charts import filled, svg
from tiltmeter.show.marks import Spec
from tiltmeter.show.numbers import between
from tiltmeter.show.series import NAMES

if TYPE_CHECKING:
    from tiltmeter.show.view import View

POINTS: Final = 120
"""Points of a curve at most."""
STATES: Final = 12
"""States with a picture of their curve at most; a third of that where there are many states."""
CLOSE: Final = 100 * 86_400_000
"""Moments nearer than this, ms, share a label."""


def pictures(view: View, specs: Mapping[str, Spec], words: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """SVG texts of the drawings by chart and key; colours stay tokens of the page."""
    return {key: svg(spec, language=view.language) for key, spec in drawings(view, specs, words).items()}


def drawings(
    view: View, specs: Mapping[str, Spec], words: Mapping[str, str], *, day: str = ""
) -> dict[tuple[str, str], Spec]:
    """
    Filled specifications by chart and key (a state, definition or scenario, else empty).

    Args:
        view: What to draw; its first basis is taken.
        specs: The charts' specifications by name.
        words: The page's words.
        day: The day of the map and the cursor; the turning point without it.
    """
    day = day or view.head["after"][0]
    which = next(iter(view.bases))
    basis = view.bases[which]
    days = [ms(day) for day in view.time["starts"]]
    span = {"from": days[0], "to": days[-1], "at": ms(day)}
    out = {
        ("answer", ""): filled(specs["answer"], {"answer": answers(basis, words)}),
        ("moves", ""): filled(specs["moves"], {"moves": moves(basis, words)}),
        ("rests", ""): filled(specs["rests"], {"rests": rests(basis, words)}, params=span),
    }
    if "map" in specs:
        out["map", ""] = filled(specs["map"], {"place": places(view, basis, day), **_around(view)})
    for one in view.scenarios:
        for which, fan in one["fans"].items():
            out["fan", f"{one['id']}/{which}"] = filled(specs["fan"], fan_rows(one, fan))
    for state in view.states[: STATES if len(view.states) <= 2 * STATES else STATES // 3]:
        rows = bands(basis["curves"]["tilt"][state["code"]], view.time["kept"], days)
        span["bead"] = 15 if len(rows) > 100 else 40
        data = {"curve": rows, "moments": moments(view, state["code"]), "rug": []}
        out["curve", state["code"]] = filled(specs["curve"], data, params=span)
    for definition, found in basis["influence"].get(view.head["poles"]["a"]["code"], {}).items():
        own = found["subjects"].get(view.head["theatre"])
        if own is not None:
            out["influence", definition] = _influence(specs["influence"], own, found["kept"], days, span)
    return out


def _influence(spec: Spec, own: dict[str, Any], kept: Sequence[int], days: list[int], span: dict[str, int]) -> Spec:
    peak = [{"t": quarter(label)[0], "t2": quarter(label)[1], "p": chance} for label, chance in own["peak"]]
    top = max(0.1, 5 * max((row["p"] for row in peak), default=0.1))
    rows = bands(own["curve"], kept, days)
    low = min((row["lo"] for row in rows if row["lo"] is not None), default=0.0)
    high = max((row["hi"] for row in rows if row["hi"] is not None), default=1.0)
    room = max(0.05, 0.08 * (high - low))
    ends = {"low": low - room - (high - low + 2 * room) / 4, "high": high + room}
    return filled(spec, {"influence": rows, "peak": peak, "window": []}, params={**span, **ends, "peakTop": top})


def bands(series: dict[str, Any], kept: Sequence[int], days: Sequence[int]) -> list[dict[str, Any]]:
    """The rows of a curve from its short form, thinned to POINTS."""
    stride = -(-len(kept) // POINTS)
    rows = []
    for place in range(0, len(kept), stride):
        values = {
            name: None if line[place] is None else line[place] / series["k"]
            for name, line in zip(NAMES, series["q"], strict=True)
        }
        rows.append({"t": days[kept[place]], "share": series["s"][place], "edge": False, **values})
    return rows


def places(view: View, basis: dict[str, Any], day: str) -> list[dict[str, Any]]:
    """The rows of the map at a day."""
    days = view.time["starts"]
    kept = view.time["kept"]
    at = max(0, sum(start <= day for start in days[:-1]) - 1)
    near = min(range(len(kept)), key=lambda place: abs(kept[place] - at))
    rows = []
    for one in view.places["states"]:
        series = basis["curves"]["tilt"][one["code"]]
        numbers = {key: line[near] and line[near] / series["k"] for key, line in zip(NAMES, series["q"], strict=True)}
        if numbers["mid"] is not None:
            value = between(numbers["lo"], numbers["mid"], numbers["hi"], view.language)
            rows.append({**one, "mid": numbers["mid"], "share": series["s"][near], "value": value, "when": day})
    return rows


def _around(view: View) -> dict[str, list[dict[str, Any]]]:
    return {"around": view.places["around"]}


def fan_rows(one: dict[str, Any], fan: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a scenario's fan."""
    keys = ("mean", "lo", "hi", "base", "blo", "bhi")
    lines = zip(*(fan[key] for key in keys), strict=True)
    rows = [
        {"t": ms(week), **dict(zip(keys, line, strict=True))} for week, line in zip(one["weeks"], lines, strict=True)
    ]
    return {"fan": rows, "past": [], "start": [{"t": ms(one["start"]), "label": one["text"]}]}


def answers(basis: dict[str, Any], words: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of the answer's chart."""
    return [
        {**one[time], "state": one["name"], "time": words[f"time_{time}"], "value": one["values"][time]}
        for one in basis["answers"]
        for time in ("before", "now")
        if one[time]["mid"] is not None
    ]


def moves(basis: dict[str, Any], words: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of the chart of moves."""
    return [
        {**row, "state": row["name"], "kind": words[row["gauge"]], "toward": row["chance"]}
        for row in basis["moves"]
        if row["mid"] is not None
    ]


def rests(basis: dict[str, Any], words: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of the chart of evidence through time."""
    return [
        {"t": quarter(row["quarter"])[0], "t2": quarter(row["quarter"])[1], "n": row["n"], "kind": words[row["kind"]]}
        for row in basis["rests"]
    ]


def moments(view: View, state: str) -> list[dict[str, Any]]:
    """A state's moments, and those of nobody in particular."""
    own = [one for one in view.moments if not one["states"] or state in one["states"]]
    rows = [{"t": ms(one["date"]), "number": "", "label": one["label"]} for one in own]
    first = 0
    for at in range(1, len(own) + 1):
        if at == len(own) or rows[at]["t"] - rows[first]["t"] > CLOSE:
            numbers = [one["number"] for one in own[first:at]]
            rows[first]["number"] = str(numbers[0]) if at == first + 1 else f"{numbers[0]}–{numbers[-1]}"
            first = at
    return rows


def ms(day: str) -> int:
    """
    A date as milliseconds since 1970, as charts count time.

    >>> ms("1970-01-02")
    86400000
    """
    return (dt.date.fromisoformat(day) - dt.date(1970, 1, 1)).days * 86_400_000


def quarter(label: str) -> tuple[int, int]:
    """
    First and following moment of a quarter of a year.

    >>> quarter("1970-Q1")
    (0, 7776000000)
    """
    year, _, part = label.partition("-Q")
    at = int(year) * 4 + int(part)
    first, after = ((step // 4, step % 4 * 3 + 1) for step in (at - 1, at))
    return ms(f"{first[0]}-{first[1]:02d}-01"), ms(f"{after[0]}-{after[1]:02d}-01")
