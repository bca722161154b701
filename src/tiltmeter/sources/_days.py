"""Dates in every form that files write them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Final

from tiltmeter.sources._source import EARLIEST

_FORMS: Final = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d", "%Y%m%d%H%M%S", "%Y/%m/%d", "%d.%m.%Y",
    "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%d%b%Y",
)  # fmt: skip
# two-digit years first: %Y would take 18 for the year 18
_MONTH_FIRST: Final = ("%m/%d/%y", "%m/%d/%Y", "%m-%d-%Y")
_DAY_FIRST: Final = ("%d/%m/%y", "%d/%m/%Y", "%d-%m-%Y")


def day(text: str, *, month_first: bool = True) -> dt.date | None:
    """
    The day a cell tells, None if it cannot be read. A time of day is left off.

    >>> day("2018-06-01") == day("20180601") == day("6/1/18") == day("1/6/2018 0:00", month_first=False)
    True
    """
    text = re.sub(r"(?<=\d)[T ]\d{1,2}:\d\d(:\d\d)?(\.\d+)?( ?[AP]M)?(Z|[+-]\d\d:?\d\d)?$", "", text.strip())
    if re.fullmatch(r"\d{8}\d*\.0*", text):
        text = text.partition(".")[0]
    for form in (*_FORMS, *(_MONTH_FIRST if month_first else _DAY_FIRST)):
        try:
            return dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def month_first(texts: Iterable[str]) -> bool:
    """
    Whether days with slashes or dashes are written month first, as in America; so unless one shows otherwise.

    >>> month_first(["1/2/2018", "31/1/2018"]), month_first(["1/2/2018"])
    (False, True)
    """
    pairs = [match for text in texts if (match := re.match(r"(\d{1,2})[/-](\d{1,2})[/-]\d", text))]
    return not any(int(pair[1]) > 12 >= int(pair[2]) for pair in pairs)


def fault(found: dt.date | None, text: str, *, today: dt.date, earliest: dt.date = EARLIEST) -> str | None:
    """
    Why a row of this day cannot be used, None if it can.

    >>> fault(dt.date(1920, 1, 1), "1920", today=dt.date(2024, 1, 1))
    'the date 1920-01-01 is before 1945'
    """
    if found is None:
        return f"the date {text!r} cannot be read"
    if found > today:
        return f"the date {found} lies in the future"
    if found < earliest:
        return f"the date {found} is before {earliest.year}"
    return None
