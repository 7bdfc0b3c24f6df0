"""When a day's work is told."""

from datetime import UTC, datetime, time

from shared.catalogue.calendar import DENMARK, add_working_days, is_working_day

SEVEN = time(7)


def next_morning(now: datetime) -> datetime:
    """The next seven o'clock in Denmark of a working day."""
    here = now.astimezone(DENMARK)
    today = here.date()
    day = today if is_working_day(today) and here.time() < SEVEN else add_working_days(today, 1)
    return datetime.combine(day, SEVEN, DENMARK).astimezone(UTC)
