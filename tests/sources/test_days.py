import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiltmeter.sources._days import day, fault, month_first

SECOND_OF_MARCH = dt.date(2022, 3, 2)


@pytest.mark.parametrize(
    "told",
    [
        "2022-03-02", "20220302", "20220302101500", "2022-03-02 00:00:00", "2022-03-02 00:00:00.000",
        "2022-03-02T08:15:00+05:00", "2022-03-02T08:15:00Z", "2022/03/02", "02.03.2022", "2.3.2022", "3/2/2022",
        "3/2/22", "03-02-2022", "02-Mar-2022", "02-Mar-22", "02 March 2022", "2 Mar 2022", "March 2, 2022",
        "02MAR2022", "20220302.0", " 2022-03-02 ",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form(told: str) -> None:
    assert day(told) == SECOND_OF_MARCH


def test_slashes_are_read_day_first_where_a_file_shows_it() -> None:
    assert not month_first(["2/3/2022", "28/3/2022"])
    assert day("2/3/2022", month_first=False) == SECOND_OF_MARCH


@pytest.mark.parametrize("told", ["", "soon", "2022-13-01", "2022-02-30", "20221301", "2022", "1/2/3/4"])
def test_what_is_no_day_is_none(told: str) -> None:
    assert day(told) is None


def test_days_outside_what_data_can_have_are_faults() -> None:
    today = dt.date(2024, 6, 1)
    assert fault(today, "", today=today) is None
    assert "future" in str(fault(today + dt.timedelta(days=1), "", today=today))
    assert "before 1945" in str(fault(dt.date(1920, 1, 1), "", today=today))
    assert "cannot be read" in str(fault(None, "soon", today=today))


@given(st.dates(min_value=dt.date(1945, 1, 1), max_value=dt.date(2068, 12, 31)))
def test_every_iso_day_comes_back(value: dt.date) -> None:
    assert day(str(value)) == day(value.strftime("%Y%m%d")) == value


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    assert day(text) is None or isinstance(day(text), dt.date)
