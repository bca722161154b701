"""
Makes src/tiltmeter/show/land/world.json, the country shapes of the map, from the npm package world-atlas.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python docs/make_shapes.py package/countries-50m.json

The package (ISC licence) redistributes Natural Earth 4.1.0, which is in the public domain. Natural Earth draws who
holds a place; here borders follow the United Nations where they have spoken: Crimea is Ukraine's (General Assembly
resolution 68/262), Western Sahara's north-western border is the parallel of 27°40′, Northern Cyprus is Cyprus and
Somaliland Somalia. Kosovo keeps a shape of its own, without a code. Lines on the map take no side beyond that.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pycountry

from tiltmeter.show.shapes import simplified

OUT = Path(__file__).parents[1] / "src" / "tiltmeter" / "show" / "land" / "world.json"
GRAIN = 0.01
"""Degrees that a step of the written coordinates stands for: about a kilometre."""
COARSE = 0.02
"""Degrees by which a line may stray from the package's."""
BORDER = 27.0 + 40.0 / 60.0
"""Latitude of Western Sahara's north-western border (Franco-Spanish convention of 1912)."""
PARTS = {"N. Cyprus": "CYP", "Somaliland": "SOM"}
LOOSE = {"Kosovo": "", "Siachen Glacier": "", "Indian Ocean Ter.": ""}

Line = list[tuple[float, float]]


class World:
    """The package's arcs as lines, and the rings of every country as places among the arcs."""

    def __init__(self, atlas: dict[str, Any]) -> None:
        (sx, sy), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]
        self.arcs: list[Line] = []
        for arc in atlas["arcs"]:
            x = y = 0
            line = []
            for dx, dy in arc:
                x, y = x + dx, y + dy
                line.append((x * sx + tx, y * sy + ty))
            self.arcs.append(line)
        self.rings: dict[str, list[list[list[int]]]] = {}
        for one in atlas["objects"]["countries"]["geometries"]:
            name = one["properties"]["name"]
            found = pycountry.countries.get(numeric=one.get("id") or "")
            code = found.alpha_3 if found else LOOSE.get(name, PARTS.get(name, ""))
            own = one["arcs"] if one["type"] == "MultiPolygon" else [one["arcs"]]
            self.rings.setdefault(code, []).extend(own)

    def line(self, arc: int) -> Line:
        """An arc's points; a negative place is one read backward."""
        return self.arcs[arc] if arc >= 0 else self.arcs[~arc][::-1]

    def merge(self, code: str) -> None:
        """Dissolve the borders between a country's own parts."""
        outer = [polygon[0] for polygon in self.rings[code]]
        there = {arc for ring in outer for arc in ring}
        touched = [ring for ring in outer if any(~arc in there for arc in ring)]
        kept = [polygon for polygon in self.rings[code] if polygon[0] not in touched]
        left = [arc for ring in touched for arc in ring if ~arc not in there]
        while left:
            ring = [left.pop(0)]
            while self.line(ring[-1])[-1] != self.line(ring[0])[0]:
                onward = next(arc for arc in left if self.line(arc)[0] == self.line(ring[-1])[-1])
                left.remove(onward)
                ring.append(onward)
            kept.append([ring])
        self.rings[code] = kept

    def crimea(self) -> None:
        """Give the peninsula to Ukraine."""
        for polygon in list(self.rings["RUS"]):
            points = [point for arc in polygon[0] for point in self.line(arc)]
            if all(32 < x < 37 and 44 < y < 46.5 for x, y in points):
                self.rings["RUS"].remove(polygon)
                self.rings["UKR"].append(polygon)
        self.merge("UKR")

    def sahara(self) -> None:
        """Give what lies between the parallel and the line of control to Western Sahara."""
        (north,), (south,) = self.rings["MAR"], self.rings["ESH"]
        shared = next(arc for arc in north[0] if ~arc in south[0])
        coast = next(arc for arc in north[0] if arc != shared and min(y for _, y in self.line(arc)) < BORDER - 1)
        corner = self.line(shared)[0] if self.line(shared)[0][1] > BORDER - 1 else self.line(shared)[-1]
        line = self.line(coast)
        at = next(n for n, (_, y) in enumerate(line) if (y < BORDER) != (line[0][1] < BORDER))
        mark = (line[at][0], BORDER)
        first, second = len(self.arcs), len(self.arcs) + 1
        self.arcs += [[*line[:at], mark], [mark, *line[at:]], [corner, mark]]
        across = second + 1
        upper, lower = (first, second) if line[0][1] > BORDER else (second, first)
        rest = [arc for arc in north[0] if arc not in (shared, coast)]
        forward = self.line(upper)[0] == mark  # the ring comes from the corner or goes to it
        self.rings["MAR"] = [[[*rest, across, upper] if forward else [*rest, upper, ~across]]]
        ring = [shared, lower, ~across] if self.line(shared)[-1] == self.line(lower)[0] else [lower, shared, across]
        self.rings["ESH"].append([ring])
        self.merge("ESH")

    def written(self) -> dict[str, Any]:
        """The world as TopoJSON, its lines thinned."""
        used = sorted({arc if arc >= 0 else ~arc for own in self.rings.values() for p in own for r in p for arc in r})
        place = {old: new for new, old in enumerate(used)}
        named = {
            code: [[[place[arc] if arc >= 0 else ~place[~arc] for arc in ring] for ring in polygon] for polygon in own]
            for code, own in sorted(self.rings.items())
        }
        return {
            "type": "Topology",
            "transform": {"scale": [GRAIN, GRAIN], "translate": [0, 0]},
            "objects": {"countries": {"type": "GeometryCollection", "geometries": [
                {"type": "MultiPolygon", "id": code, "arcs": own} for code, own in named.items()]}},
            "arcs": [_steps(simplified(self.arcs[old], COARSE)) for old in used],
        }  # fmt: skip


def _steps(line: Line) -> list[list[int]]:
    """A line as whole steps from point to point."""
    whole = [(round(x / GRAIN), round(y / GRAIN)) for x, y in line]
    kept = [whole[0], *(b for a, b in pairwise(whole) if a != b)]
    if len(kept) == 1:
        kept.append(kept[0])
    return [list(kept[0]), *([bx - ax, by - ay] for (ax, ay), (bx, by) in pairwise(kept))]


def main() -> None:
    """Read the package's file and write ours."""
    world = World(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    world.crimea()
    world.sahara()
    for code in ("CYP", "SOM"):
        world.merge(code)
    OUT.write_text(json.dumps(world.written(), separators=(",", ":")) + "\n", "utf-8")
    sys.stdout.write(f"{OUT}: {OUT.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
