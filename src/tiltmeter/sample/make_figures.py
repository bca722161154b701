"""
Computes a theatre's weekly figures from daily signed sums per pair of countries.

Run it as `python -m tiltmeter.sample.make_figures SUMS.parquet THEATRE OUT.csv`
(or `make sample`), where SUMS has the columns date, iso_a, iso_b, w.
"""

from __future__ import annotations

import datetime as dt
import sys
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from tiltmeter.settings import Theatre, load_theatre

_SQL = """
with sums as (
    select date, cast(iso_a as varchar) as a, cast(iso_b as varchar) as b, cast(w as double) as w
    from read_parquet($path) where cast(iso_a as varchar) <> cast(iso_b as varchar)
), sides as (
    select date, a as state, b as other, w from sums union all select date, b, a, w from sums
), named as (
    select date, state, other as power, w from sides where list_contains($powers, other)
    union all
    select date, state, organisation, w from sides
    join members on other = member and date between since and until
)
select cast(date_trunc('week', date) as date) as week_start,
    least(state, power) as a, greatest(state, power) as b, count(distinct date) as days, sum(w) as sum
from named where list_contains($states, state) and state <> power
group by all order by all
"""

_HEADER = """\
# Weekly signed sums of cooperation minus conflict per pair of states or powers.
# Origin: events of the GDELT Project (www.gdeltproject.org), 2.0, summed by day and pair of countries;
# weeks, organisations and rounding are computed by tiltmeter (tiltmeter.sample.make_figures).
# week_start: the Monday. days: days of that week on which the source has a sum for the pair; a week
# without any has no row, and no missing day is counted as zero. sum: over those days, in the source's
# scale, rounded to 0.1. a, b: alphabetical, undirected. An organisation ({organisations}) is its
# members of the day, summed.
week_start,a,b,days,sum
"""


def members(organisations: tuple[str, ...]) -> list[tuple[str, str, dt.date, dt.date]]:
    """
    Who belonged to each organisation and when, of the bundled ties: organisation, member, first and last day.

    >>> [spell for spell in members(("EU",)) if spell[1] == "GBR"][0][3]
    datetime.date(2020, 1, 31)
    """
    table = tomllib.loads(files("tiltmeter.facts").joinpath("organisations.toml").read_text("utf-8"))
    return [
        (tie["b"], tie["a"], tie["since"], tie.get("until", dt.date.max))
        for tie in table["facts"]
        if tie["b"] in organisations and tie["kind"].endswith("_member")
    ]


def figures(path: Path, theatre: Theatre) -> list[tuple[dt.date, str, str, int, float]]:
    """
    Weekly signed sums of each of a theatre's states with its poles and powers, in order of time and pair.

    `path` is a Parquet file of daily sums (date, iso_a, iso_b, w), in either order of
    the pair; pairs of a state with itself are left out. A row: Monday, the pair in
    alphabetical order, days with a sum, their sum. Weeks without a sum have no row.
    """
    import duckdb

    powers = list(dict.fromkeys([theatre.poles.a, theatre.poles.b, *theatre.powers]))
    with duckdb.connect() as base:
        base.execute("create table members (organisation text, member text, since date, until date)")
        if spells := members(tuple(powers)):
            base.executemany("insert into members values (?, ?, ?, ?)", spells)
        given = {"path": str(path), "states": list(theatre.states), "powers": powers}
        return base.execute(_SQL, given).fetchall()


def lines(rows: list[tuple[dt.date, str, str, int, float]], theatre: Theatre) -> Iterator[str]:
    """The rows of `figures` as the text of a CSV file, with a header that names the origin."""
    organisations = sorted({spell[0] for spell in members(theatre.powers)})
    yield _HEADER.format(organisations=", ".join(organisations) or "none here")
    for week, a, b, days, total in rows:
        yield f"{week},{a},{b},{days},{total:.1f}\n"


def main(path: str, name: str, out: str) -> None:
    """Write the figures of the theatre `name` from the sums at `path` to the file `out`."""
    theatre = load_theatre(name)
    Path(out).write_text("".join(lines(figures(Path(path), theatre), theatre)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
