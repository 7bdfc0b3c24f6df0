"""Working days, and when a day in Denmark is over."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.catalogue.calendar import add_working_days, end_of_day, is_working_day, today


@pytest.mark.parametrize("day", [date(2026, 12, 25), date(2026, 4, 2), date(2026, 5, 14), date(2027, 1, 1)])
def test_a_holiday_is_not_a_working_day(day: date) -> None:
    assert day.weekday() < 5
    assert not is_working_day(day)


def test_store_bededag_was_a_holiday_until_2023() -> None:
    assert not is_working_day(date(2023, 5, 5))
    assert is_working_day(date(2024, 4, 26))


@pytest.mark.parametrize("day", [date(2026, 6, 5), date(2026, 12, 24), date(2026, 12, 31)])
def test_a_day_on_which_kommuner_are_closed_is_not_a_working_day(day: date) -> None:
    assert day.weekday() < 5
    assert not is_working_day(day)


def test_the_first_of_may_is_a_working_day() -> None:
    assert is_working_day(date(2026, 5, 1))


def test_a_weekend_is_stepped_over() -> None:
    assert add_working_days(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert add_working_days(date(2026, 11, 21), 1) == date(2026, 11, 23)


def test_christmas_is_stepped_over() -> None:
    assert add_working_days(date(2026, 12, 23), 2) == date(2026, 12, 29)


def test_no_days_is_the_day_itself_and_nobody_counts_backwards() -> None:
    assert add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 21)
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(date(2026, 11, 21), -1)


def test_a_day_is_over_at_midnight_in_denmark() -> None:
    assert end_of_day(date(2026, 7, 1)) == datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert end_of_day(date(2026, 12, 1)) == datetime(2026, 12, 1, 23, tzinfo=UTC)
    assert end_of_day(date(2026, 12, 1)).tzinfo is UTC


def test_the_day_of_a_clock_change_has_23_or_25_hours() -> None:
    def length(day: date) -> timedelta:
        return end_of_day(day) - end_of_day(day - timedelta(days=1))

    assert length(date(2026, 3, 29)) == timedelta(hours=23)
    assert length(date(2026, 10, 25)) == timedelta(hours=25)


def test_it_is_tomorrow_in_denmark_before_it_is_in_utc() -> None:
    assert today(datetime(2026, 11, 23, 22, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert today(datetime(2026, 11, 23, 23, 0, tzinfo=UTC)) == date(2026, 11, 24)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        today(datetime(2026, 11, 23))  # noqa: DTZ001
