"""The shapes of a theatre's countries and of what lies around them, as small as a picture needs them."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from typing import Any, Final

import numpy as np

from tiltmeter.model.arrays import Bools, Floats

Line = list[tuple[float, float]]

FAR: Final = 1.1
"""Radians from the middle beyond which a theatre is drawn on a map of the whole world."""
WORLD: Final = (5.42, 2.64)
"""Width and height of the Equal Earth projection at scale 1."""
ROOM: Final = 1.18
"""How much larger the frame is than what it must hold."""
SEEN: Final = 0.012
"""Share of the frame from which a country around gets its name."""
GRID: Final = 36
"""Points each way on which room for a name is looked for."""
PIXELS: Final = 900
"""Pixels for which lines are thinned."""


@dataclass(frozen=True, slots=True)
class Ground:
    """
    A map without its numbers.

    `topology` is TopoJSON with the object `countries`, ids in ISO 3166 alpha-3. `centre` is the
    longitude and latitude in the middle, `size` width and height at scale 1, `world` whether the
    whole world is drawn. `places` has the longitude and latitude of each state's label, `around` those
    of the others that take up some of the frame.
    """

    topology: dict[str, Any]
    centre: tuple[float, float]
    size: tuple[float, float]
    world: bool
    places: dict[str, tuple[float, float]]
    around: dict[str, tuple[float, float]]


def ground(states: Sequence[str]) -> Ground | None:
    """
    The map of some states, with the countries around them; None if no state has a shape.

    Args:
        states: ISO 3166 alpha-3 codes; those without a shape are left out.

    Source:
        Natural Earth 4.1.0 (public domain) by the npm package world-atlas, borders mended as docs/make_shapes.py says.

    >>> made = ground(["EST", "LVA", "LTU"])
    >>> made.world, sorted(made.places), round(made.centre[1])
    (False, ['EST', 'LTU', 'LVA'], 57)
    """
    rings = _rings()
    own = [state for state in states if state in rings]
    if not own:
        return None
    main = {state: max(rings[state], key=lambda ring: abs(_area(_points(ring[0])))) for state in own}
    points = [point for polygon in main.values() for point in _points(polygon[0])]
    centre = _middle(points)
    flat = [_flat(point, centre) for point in points]
    if any(place is None for place in flat) or max(math.hypot(*place) for place in flat if place) > FAR:
        frame, world, centre = WORLD, True, (11.0, 0.0)
    else:
        (centre, frame), world = _framed(points, centre), False
    kept = {
        code: found for code, own in rings.items() if (found := [p for p in own if world or _near(p, centre, frame)])
    }
    places = {code: _label(kept[code]) for code in own}
    around = {} if world else _around({code: own for code, own in kept.items() if code not in places}, centre, frame)
    return Ground(_topology(kept, centre, frame, world=world), centre, frame, world, places, around)


def simplified(line: Line, tolerance: float) -> Line:
    """
    A line with as few of its points as keep it within a distance; its ends always stay.

    Source:
        Douglas and Peucker 1973, "Algorithms for the reduction of the number of points required to
        represent a digitized line", Cartographica 10(2).

    >>> simplified([(0.0, 0.0), (1.0, 0.01), (2.0, 0.0), (2.0, 1.0)], 0.1)
    [(0.0, 0.0), (2.0, 0.0), (2.0, 1.0)]
    """
    keep = {0, len(line) - 1}
    open_ = [(0, len(line) - 1)]
    while open_:
        low, high = open_.pop()
        (ax, ay), (bx, by) = line[low], line[high]
        length = math.hypot(bx - ax, by - ay)
        far, at = tolerance, -1
        for place in range(low + 1, high):
            px, py = line[place]
            if length:
                away = abs((by - ay) * (px - ax) - (bx - ax) * (py - ay)) / length
            else:
                away = math.hypot(px - ax, py - ay)
            if away > far:
                far, at = away, place
        if at > 0:
            keep.add(at)
            open_ += [(low, at), (at, high)]
    return [line[place] for place in sorted(keep)]


@functools.cache
def _world() -> dict[str, Any]:
    made: dict[str, Any] = json.loads((resources.files("tiltmeter.show") / "land" / "world.json").read_text("utf-8"))
    return made


@functools.cache
def _arcs() -> list[Line]:
    world = _world()
    grain = world["transform"]["scale"][0]
    lines = []
    for arc in world["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * grain, y * grain))
        lines.append(line)
    return lines


def _rings() -> dict[str, list[list[list[int]]]]:
    return {one["id"]: one["arcs"] for one in _world()["objects"]["countries"]["geometries"]}


def _points(ring: list[int]) -> Line:
    arcs = _arcs()
    return [point for arc in ring for point in (arcs[arc] if arc >= 0 else arcs[~arc][::-1])]


def _area(points: Line) -> float:
    """Twice the signed area of a ring, in square degrees shortened by latitude."""
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return sum((ax * by - bx * ay) * math.cos(math.radians((ay + by) / 2)) for (ax, ay), (bx, by) in pairs)


def _middle(points: Line) -> tuple[float, float]:
    """The middle of points on the sphere."""
    x = y = z = 0.0
    for lon, lat in points:
        a, b = math.radians(lon), math.radians(lat)
        x, y, z = x + math.cos(b) * math.cos(a), y + math.cos(b) * math.sin(a), z + math.sin(b)
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


def _flat(point: tuple[float, float], centre: tuple[float, float]) -> tuple[float, float] | None:
    """
    A point on the azimuthal equal-area map around a centre; None beyond its horizon.

    Source:
        Snyder 1987, "Map Projections: A Working Manual", USGS Professional Paper 1395, eq. 24-2 to 24-4.
    """
    lon, lat = math.radians(point[0] - centre[0]), math.radians(point[1])
    mid = math.radians(centre[1])
    cosine = math.sin(mid) * math.sin(lat) + math.cos(mid) * math.cos(lat) * math.cos(lon)
    if cosine < 0:
        return None
    k = math.sqrt(2 / (1 + cosine))
    x = k * math.cos(lat) * math.sin(lon)
    return x, k * (math.cos(mid) * math.sin(lat) - math.sin(mid) * math.cos(lat) * math.cos(lon))


def _framed(points: Line, centre: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    """The centre moved to the middle of what must be seen, and the size of the frame."""
    for _ in range(2):
        flat = [place for point in points if (place := _flat(point, centre))]
        left, right = min(x for x, _ in flat), max(x for x, _ in flat)
        low, high = min(y for _, y in flat), max(y for _, y in flat)
        east = math.degrees((left + right) / 2) / max(0.2, math.cos(math.radians(centre[1])))
        centre = (centre[0] + east, centre[1] + math.degrees((low + high) / 2))
    return centre, (ROOM * (right - left), ROOM * (high - low))


def _near(polygon: list[list[int]], centre: tuple[float, float], frame: tuple[float, float]) -> bool:
    """Whether a polygon may be in sight, on a picture up to two and a half times as wide as high."""
    flat = [place for point in _points(polygon[0]) if (place := _flat(point, centre))]
    if not flat:
        return False
    half = max(frame[0], 2.5 * frame[1]) / 2, max(frame[1], frame[0]) / 2
    left, right = min(x for x, _ in flat), max(x for x, _ in flat)
    low, high = min(y for _, y in flat), max(y for _, y in flat)
    return left < half[0] and right > -half[0] and low < half[1] and high > -half[1]


def _label(polygons: list[list[list[int]]]) -> tuple[float, float]:
    """The middle of a country's largest part."""
    points = max((_points(polygon[0]) for polygon in polygons), key=lambda ring: abs(_area(ring)))
    total = x = y = 0.0
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        cross = ax * by - bx * ay
        total, x, y = total + cross, x + (ax + bx) * cross, y + (ay + by) * cross
    return round(x / (3 * total), 2), round(y / (3 * total), 2)


def _around(
    others: dict[str, list[list[list[int]]]], centre: tuple[float, float], frame: tuple[float, float]
) -> dict[str, tuple[float, float]]:
    """The roomiest spot of each country around that takes up some of the frame."""
    wide, high = max(frame[0], 1.7 * frame[1]) / 2, frame[1] / 2
    x, y = (flat.ravel() for flat in np.meshgrid(np.linspace(-wide, wide, GRID), np.linspace(-high, high, GRID)))
    edge = np.minimum(wide - np.abs(x), 2 * (high - np.abs(y)))
    found = {}
    for code, polygons in others.items():
        for polygon in polygons:
            flat = np.array([place for point in _points(polygon[0]) if (place := _flat(point, centre))])
            inside = _inside(x, y, flat)
            if inside.mean() > SEEN:
                away = np.hypot(x[inside, None] - flat[:, 0], y[inside, None] - flat[:, 1]).min(axis=1)
                at = np.nonzero(inside)[0][np.argmax(np.minimum(away, edge[inside]))]
                found[code] = _round((float(x[at]), float(y[at])), centre)
    return found


def _inside(x: Floats, y: Floats, line: Floats) -> Bools:
    """Which points lie in a polygon: an odd number of its sides is crossed on the way out."""
    odd = np.zeros(len(x), dtype=bool)
    for (ax, ay), (bx, by) in zip(line.tolist(), np.roll(line, -1, axis=0).tolist(), strict=True):
        if ay != by:
            odd ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return odd


def _round(flat: tuple[float, float], centre: tuple[float, float]) -> tuple[float, float]:
    """A point of the flat map back on the sphere: Snyder's eq. 20-14, 20-15 and 24-16."""
    away = math.hypot(*flat)
    angle, mid = 2 * math.asin(min(1.0, away / 2)), math.radians(centre[1])
    lat = math.asin(math.cos(angle) * math.sin(mid) + flat[1] * math.sin(angle) * math.cos(mid) / (away or 1.0))
    lon = math.atan2(
        flat[0] * math.sin(angle),
        away * math.cos(mid) * math.cos(angle) - flat[1] * math.sin(mid) * math.sin(angle),
    )
    return round(centre[0] + math.degrees(lon), 2), round(math.degrees(lat), 2)


def _topology(
    kept: dict[str, list[list[list[int]]]], centre: tuple[float, float], frame: tuple[float, float], *, world: bool
) -> dict[str, Any]:
    """Only the arcs that are used, each as fine as it can be seen; those out of the frame coarse."""
    used = sorted({arc if arc >= 0 else ~arc for own in kept.values() for p in own for ring in p for arc in ring})
    place = {old: new for new, old in enumerate(used)}
    fine = math.degrees(frame[0]) / PIXELS * 0.6
    grain = _world()["transform"]["scale"][0]
    arcs = []
    for old in used:
        line = _arcs()[old]
        # an arc has always been seen if any of it is near the frame
        seen = world or any(
            (flat := _flat(point, centre)) and abs(flat[0]) < frame[1] * 1.4 + frame[0] / 2 and abs(flat[1]) < frame[0]
            for point in line[:: max(1, len(line) // 24)]
        )
        thin = simplified(line, fine if seen else 20 * fine)
        whole = [(round(x / grain), round(y / grain)) for x, y in thin]
        steps = [[b[0] - a[0], b[1] - a[1]] for a, b in pairwise(whole)]
        arcs.append([list(whole[0]), *steps])
    named = [
        {"type": "MultiPolygon", "id": code,
         "arcs": [[[place[arc] if arc >= 0 else ~place[~arc] for arc in ring] for ring in p] for p in own]}
        for code, own in kept.items()
    ]  # fmt: skip
    return {
        "type": "Topology", "transform": {"scale": [grain, grain], "translate": [0, 0]},
        "objects": {"countries": {"type": "GeometryCollection", "geometries": named}}, "arcs": arcs,
    }  # fmt: skip
