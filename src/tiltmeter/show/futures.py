"""Scenarios and forecasts as the page shows them: from record only, with what could not be played and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tiltmeter.show.evidence import shown
from tiltmeter.show.names import name, pick
from tiltmeter.show.numbers import between, number, percent

if TYPE_CHECKING:
    from tiltmeter.questions.forecast import Future
    from tiltmeter.questions.scenario import Fan, Play
    from tiltmeter.questions.score import Score

Table = dict[str, Any]

PLACES = {"tilt": 2}
"""Decimal places of a fan's numbers; counts have one."""


def scenarios(plays: Sequence[Play], *, language: str) -> list[Table]:
    """A table per scenario: what happens where, the fans with their numbers in words, chances, and what is missing."""
    return [_play(one, language) for one in plays]


def _play(one: Play, language: str) -> Table:
    told = one.scenario
    chance = one.help
    return {
        "id": shown(told["id"]), "kind": told["kind"], "text": shown(pick(told["text"], language)),
        "state": told["state"], "name": name(told["state"], language), "power": name(told["power"], language),
        "start": told["start"], "weeks": list(one.weeks),
        "fans": {which: _fan(fan, PLACES.get(which, 1), language) for which, fan in one.fans.items()},
        "help": chance and {
            "text": between(100 * chance.q05, 100 * chance.mean, 100 * chance.q95, language, places=0),
            "cases": chance.cases, "helped": chance.helped,
        },
        "vote": one.vote and {
            choice: between(100 * low, 100 * mean, 100 * high, language, places=0)
            for choice, (mean, low, high) in one.vote.items()
        },
        "missing": {which: shown(why) for which, why in one.missing.items()},
        "learnt": {f"{which}.{key}": _number(value) for which, own in one.learnt.items() if isinstance(own, Mapping)
                   for key, value in own.items() if isinstance(value, int | float)},
        "seed": one.seed,
    }  # fmt: skip


def _number(value: float) -> float:
    return float(f"{value:.4g}")


def _fan(fan: Fan, places: int, language: str) -> Table:
    def last(low: Sequence[float], mean: Sequence[float], high: Sequence[float]) -> str:
        return between(low[-1], mean[-1], high[-1], language, places=places)

    return {
        "mean": fan.mean, "lo": fan.q05, "hi": fan.q95, "base": fan.base_mean, "blo": fan.base_q05, "bhi": fan.base_q95,
        "places": places, "value": last(fan.q05, fan.mean, fan.q95),
        "base_value": last(fan.base_q05, fan.base_mean, fan.base_q95),
    }  # fmt: skip


def forecasts(futures: Mapping[tuple[str, str], Sequence[Future]], *, language: str) -> list[Table]:
    """A table per pair of sides and quad: the weeks to come, and how such forecasts did in the past."""
    return [_future(one, language) for own in futures.values() for one in own]


def _future(one: Future, language: str) -> Table:
    own, *simple = one.scores
    best = min(simple, key=lambda score: score.crps)
    return {
        "a": one.a, "b": one.b, "quad": one.quad, "rests_on": one.rests_on,
        "weeks": [
            {"week": str(week.start), "mean": week.mean, "lo": week.q05, "hi": week.q95,
             "value": between(week.q05, week.mean, week.q95, language, places=1), "any": percent(week.any, language)}
            for week in one.weeks
        ],
        "until": str(one.weeks[-1].start + dt.timedelta(days=6)),
        "scores": [_score(score, language) for score in one.scores],
        "best": best.name, "beats": own.crps < best.crps,
        "evidence": [{"source": shown(source), "key": shown(key)} for source, key in one.evidence],
    }  # fmt: skip


def _score(score: Score, language: str) -> Table:
    return {
        "name": score.name, "crps": number(score.crps, language), "log": number(score.log_score, language),
        "coverage": percent(score.coverage, language), "count": score.count,
    }  # fmt: skip
