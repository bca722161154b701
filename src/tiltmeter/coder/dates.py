"""Expressions of time in a sentence, as closed intervals of days, and which one belongs to a deed."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tiltmeter.coder.sentence import Sentence, Trigger

_PARTS: Final = {"start": (1, 3), "middle": (5, 8), "end": (10, 12)}
"""Months of the early, middle and late part of a year (the codebook: early 2022 is January to March 2022)."""
_THIRDS: Final = {"start": (1, 10), "middle": (11, 20), "end": (21, 31)}
"""Days of the early, middle and late part of a month."""
_FILL: Final = frozenset(
    {
        "of",
        ",",
        ".",
        "de",
        "du",
        "d",
        "'",
        "le",
        "der",
        "des",
        "года",
        "the",
        "st",
        "nd",
        "rd",
        "th",
        "del",
        "року",
    }
)
_DAY: Final = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th|го|º)?$")
_DASHES: Final = frozenset({"-", "–", "—"})
_NEXT: Final = frozenset(
    [
        "next",
        "coming",
        "kommenden",
        "nächsten",
        "prochain",
        "prochaine",
        "следующий",
        "следующую",
        "следующее",
        "будущий",
        "ближайший",
        "próximo",
        "наступний",
        "наступну",
        "gelecek",
        "önümüzdeki",
    ]
)


@dataclass(frozen=True, slots=True)
class When:
    """A time in a sentence: words `first` to `last`, days `start` to `end`; `dated` when it names a full date."""

    first: int
    last: int
    start: dt.date
    end: dt.date
    dated: bool


def times(sentence: Sentence, *, dateline: dt.date | None) -> list[When]:
    """
    All expressions of time in a sentence, in its order.

    Args:
        sentence: The sentence.
        dateline: Date of the report; without one, relative expressions are left out.
    """
    found: list[When] = []
    place = 0
    while place < len(sentence.low):
        when = next((hit for hit in _at(sentence, place, dateline) if hit), None)
        if when:
            found.append(when)
            place = when.last
        place += 1
    return found


def time_of(sentence: Sentence, trigger: Trigger, found: list[When]) -> When | None:
    """The time that belongs to a deed: the nearest; behind other deeds, marks or words of saying it is farther."""
    best: tuple[int, When] | None = None
    for when in found:
        inside = (
            range(when.last + 1, trigger.first) if when.last < trigger.first else range(trigger.last + 1, when.first)
        )
        cost = len(inside)
        cost += 6 * sum(other.first in inside for other in sentence.triggers if "NONE" not in other.roots)
        cost += 3 * sum(sentence.low[at] in ",;:–—" for at in inside)
        before = sentence.cues[when.first - 1] + (sentence.cues[when.first - 2] if when.first > 1 else ())
        if "report" in before and not trigger.first <= when.first - 2 <= trigger.last + 1:
            cost += 8
        if any(sentence.low[at] in '"“”„«»' for at in inside):
            cost += 6
        if best is None or cost < best[0]:
            best = cost, when
    return best[1] if best else None


def _at(s: Sentence, place: int, dateline: dt.date | None) -> Iterator[When | None]:
    yield _numeric(s, place)
    yield _part(s, place, dateline)
    yield _day_month(s, place, dateline)
    yield _month(s, place, dateline)
    yield _year(s, place)
    if dateline:
        yield _relative(s, place, dateline)
        yield _weekday(s, place, dateline)


def _numeric(s: Sentence, place: int) -> When | None:
    """2022-01-06, 06.01.2022, 6/1/2022 read day first (month first where the day cannot be)."""
    five = s.low[place : place + 5]
    if len(five) < 5 or not (five[0].isdigit() and five[2].isdigit() and five[4].isdigit()):
        return None
    if five[1] != five[3] or five[1] not in "-./" or s.ends[place] != s.starts[place + 1]:
        return None
    one, two, three = int(five[0]), int(five[2]), int(five[4])
    year, month, day = (one, two, three) if len(five[0]) == 4 else (three, two, one)
    if month > 12 >= day:
        month, day = day, month
    made = _date(year, month, day) if 1900 < year < 2100 else None
    return When(place, place + 4, made, made, True) if made else None


def _skip(s: Sentence, place: int) -> int:
    """The next word that is no filler between the parts of a date."""
    for _ in range(2):
        if place < len(s.low) and s.low[place] in _FILL:
            place += 1
    return place


def _month_at(s: Sentence, place: int) -> int | None:
    if place >= len(s.low):
        return None
    word = s.low[place]
    months = s.language.months
    found = months.get(word) or months.get(s.lemmas[place])
    # "may", "march" and "mars" are months only with a capital or beside a number
    if found and word in ("may", "march", "mars") and not s.words[place][0].isupper():
        beside = s.low[max(0, place - 1) : place] + s.low[place + 1 : place + 2]
        return found if any(_DAY.match(near) or _year_of(near) for near in beside) else None
    return found


def _year_of(word: str) -> int | None:
    return int(word) if len(word) == 4 and word.isdigit() and 1900 < int(word) < 2100 else None


def _year_after(s: Sentence, place: int) -> tuple[int | None, int]:
    """A year at or just after a place, and the place of its word (or the place before it)."""
    at = _skip(s, place)
    year = _year_of(s.low[at]) if at < len(s.low) else None
    if year is None:
        return None, place - 1
    return year, at + 1 if at + 1 < len(s.low) and s.low[at + 1] in ("года", "году", "год", "року") else at


def _assumed(month: int, day: int, dateline: dt.date | None) -> int | None:
    """Year of a date without one: the latest that is not more than two months after the dateline."""
    if dateline is None:
        return None
    for year in (dateline.year + 1, dateline.year, dateline.year - 1):
        made = _date(year, month, day)
        if made and made <= dateline + dt.timedelta(days=61):
            return year
    return None


def _day_month(s: Sentence, place: int, dateline: dt.date | None) -> When | None:
    first = _DAY.match(s.low[place])
    month = _month_at(s, place)
    if month:
        return _month_day(s, place, month, dateline)
    if not first:
        return None
    one = two = int(first[1])
    at = place + 1
    if at + 1 < len(s.low) and (
        s.low[at] in _DASHES or s.low[at] in ("to", "and", "bis", "und", "au", "et", "по", "и", "al", "y")
    ):
        second = _DAY.match(s.low[at + 1])
        if second:
            two, at = int(second[1]), at + 2
    at = _skip(s, at)
    month = _month_at(s, at)
    if not month:
        return None
    year, last = _year_after(s, at + 1)
    dated = year is not None
    year = year or _assumed(month, one, dateline)
    start, end = (_date(year, month, one), _date(year, month, two)) if year else (None, None)
    return When(place, last, start, end, dated) if start and end and start <= end else None


def _month_day(s: Sentence, place: int, month: int, dateline: dt.date | None) -> When | None:
    """January 6, 2022, or January 6-8."""
    day = _DAY.match(s.low[place + 1]) if place + 1 < len(s.low) else None
    if not day or s.language.code != "en":
        return None
    one = two = int(day[1])
    at = place + 2
    if at + 1 < len(s.low) and s.low[at] in _DASHES and (second := _DAY.match(s.low[at + 1])):
        two, at = int(second[1]), at + 2
    year, last = _year_after(s, at)
    dated = year is not None
    year = year or _assumed(month, one, dateline)
    start, end = (_date(year, month, one), _date(year, month, two)) if year else (None, None)
    return When(place, last, start, end, dated) if start and end and start <= end else None


def _month(s: Sentence, place: int, dateline: dt.date | None) -> When | None:
    month = _month_at(s, place)
    if not month:
        return None
    year, last = _year_after(s, place + 1)
    dated = year is not None
    year = year or _assumed(month, 1, dateline)
    if not year:
        return None
    return When(place, last, dt.date(year, month, 1), _month_end(year, month), dated)


def _year(s: Sentence, place: int) -> When | None:
    year = _year_of(s.low[place])
    if year is None or (place and s.low[place - 1] in ("$", "€", "£")):
        return None
    before = s.low[place - 1] if place else ""
    after = s.low[place + 1] if place + 1 < len(s.low) else ""
    told = (
        "in",
        "im",
        "jahr",
        "jahre",
        "en",
        "de",
        "since",
        "seit",
        "depuis",
        "of",
        "from",
        "until",
        "desde",
        "hasta",
        "by",
        "during",
        "(",
        "в",
        "с",
        "к",
        "у",
    )
    return (
        When(place, place, dt.date(year, 1, 1), dt.date(year, 12, 31), True)
        if (
            before in told
            or after in ("года", "году", "год", "году", "року", "'", "yılında")
            or s.lemmas[place - 1] in s.language.season
        )
        else None
    )


def _part(s: Sentence, place: int, dateline: dt.date | None) -> When | None:
    """Early 2022, Anfang Januar, au printemps 2021."""
    for length in (4, 3, 2, 1):
        words = " ".join(s.low[place : place + length])
        part = s.language.season.get(words) or s.language.season.get(words.replace(" - ", "-"))
        if not part:
            continue
        at = _skip(s, place + length)
        if at < len(s.low) and s.low[at] in _DASHES:
            at += 1
        if part in _PARTS:
            return _third(s, place, at, part, dateline) or _quarter(s, place, at, part)
        year, last = _year_after(s, at)
        if year is None:
            return None
        begin, finish = part.split("/")
        start = dt.date(year, int(begin[:2]), int(begin[3:]))
        end = _month_end(year, int(finish[:2]))
        # winter goes over the end of its year
        return When(place, last, start, end if end >= start else _month_end(year + 1, int(finish[:2])), True)
    return None


def _third(s: Sentence, place: int, at: int, part: str, dateline: dt.date | None) -> When | None:
    month = _month_at(s, at)
    if not month:
        return None
    year, last = _year_after(s, at + 1)
    dated = year is not None
    year = year or _assumed(month, 1, dateline)
    if not year:
        return None
    begin, finish = _THIRDS[part]
    end = min(finish, calendar.monthrange(year, month)[1])
    return When(place, max(last, at), dt.date(year, month, begin), dt.date(year, month, end), dated)


def _quarter(s: Sentence, place: int, at: int, part: str) -> When | None:
    if at < len(s.low) and s.lemmas[at] in ("jahr", "année", "an", "год", "year", "año", "рік"):
        at = _skip(s, at + 1)
    year, last = _year_after(s, at)
    if year is None:
        return None
    begin, finish = _PARTS[part]
    return When(place, last, dt.date(year, begin, 1), _month_end(year, finish), True)


def _relative(s: Sentence, place: int, dateline: dt.date) -> When | None:
    for length in (5, 4, 3, 2, 1):
        words = tuple(s.low[place : place + length])
        if len(words) < length:
            continue
        days = s.language.relative_days.get(words)
        if days is not None:
            day = dateline + dt.timedelta(days=days)
            return When(place, place + length - 1, day, day, False)
        span = s.language.relative_spans.get(words)
        if span:
            start, end = _stretch(*span, dateline)
            return When(place, place + length - 1, start, end, False)
    return None


def _stretch(unit: str, count: int, dateline: dt.date) -> tuple[dt.date, dt.date]:
    """
    The week (Monday to Sunday), month or year so many before or after that of the dateline.

    >>> _stretch("week", -1, dt.date(2022, 1, 12))
    (datetime.date(2022, 1, 3), datetime.date(2022, 1, 9))
    """
    if unit == "week":
        monday = dateline - dt.timedelta(days=dateline.weekday()) + dt.timedelta(weeks=count)
        return monday, monday + dt.timedelta(days=6)
    if unit == "month":
        months = dateline.year * 12 + dateline.month - 1 + count
        year, month = divmod(months, 12)
        return dt.date(year, month + 1, 1), _month_end(year, month + 1)
    return dt.date(dateline.year + count, 1, 1), dt.date(dateline.year + count, 12, 31)


def _weekday(s: Sentence, place: int, dateline: dt.date) -> When | None:
    """The latest such day not after the dateline; after "next" the first one after it."""
    number = s.language.weekdays.get(s.low[place]) or s.language.weekdays.get(s.lemmas[place])
    if number is None:
        return None
    back = (dateline.isoweekday() - number) % 7
    day = dateline - dt.timedelta(days=back)
    if place and s.low[place - 1] in _NEXT:
        day += dt.timedelta(days=7)
    return When(place, place, day, day, False)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])
