"""Danish working days. A deadline is a date in Denmark; an instant is UTC.

Not working days: Saturdays, Sundays, public holidays (Store Bededag until 2023), and 5 June, 24 and 31 December. Those
three are no public holidays by law, but kommuner are normally closed, and laws that set deadlines normally move past
them (general knowledge, not looked up). A kommune shall not lose a day on which nobody can answer.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DENMARK = ZoneInfo("Europe/Copenhagen")
CLOSED = frozenset({(6, 5), (12, 24), (12, 31)})  # month, day

# fmt: off
_MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november",
    "december",
)
# fmt: on


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in CLOSED and day not in _public_holidays(day.year)


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after `day`, which itself is not counted; the day itself for n = 0."""
    if n < 0:
        raise ValueError("working days are counted forwards")
    while n:
        day += timedelta(days=1)
        n -= is_working_day(day)
    return day


def add_months(day: date, n: int) -> date:
    """The same day n months later, or the last of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_working_months(day: date, n: int) -> date:
    """The first working day from then on: one on which somebody can be rung."""
    return add_working_days(add_months(day, n) - timedelta(days=1), 1)


def in_words(day: date) -> str:
    """23. november 2026"""
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}"


def end_of_day(day: date) -> datetime:
    """The instant (UTC) at which a day in Denmark is over, also when the clocks change."""
    return datetime.combine(day + timedelta(days=1), time(), DENMARK).astimezone(UTC)


def today(now: datetime) -> date:
    """The date in Denmark at an instant."""
    if now.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return now.astimezone(DENMARK).date()


@cache
def _public_holidays(year: int) -> frozenset[date]:
    from holidays import country_holidays  # slow to import: only for those who count days

    return frozenset(country_holidays("DK", years=year))
