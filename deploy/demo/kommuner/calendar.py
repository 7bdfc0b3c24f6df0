"""The simulated calendar: the file with the instant that everybody here reads."""

import asyncio
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

DENMARK = ZoneInfo("Europe/Copenhagen")
OFFICE_OPENS = time(8)
CLOSED = {(1, 1), (6, 5), (12, 24), (12, 25), (12, 26), (12, 31)}
OF_EASTER = (-3, -2, 1, 39, 50)  # days from Easter Sunday: Maundy Thursday, Good Friday, Monday, Ascension, Whit Monday


class Calendar:
    """`working` counts what is being done right now; `due` holds the instants that somebody waits for."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.working = 0
        self.due: list[datetime] = []

    def now(self) -> datetime:
        return datetime.fromisoformat(self._file.read_text().strip())

    def today(self) -> date:
        return self.now().astimezone(DENMARK).date()

    async def office_hours_in(self, working_days: int) -> None:
        """Wait until the office opens that many working days from now; 0 is now."""
        if working_days:
            await self._until(office_opens(add_working_days(self.today(), working_days)))

    async def _until(self, due: datetime) -> None:
        self.due.append(due)
        self.working -= 1
        try:
            while self.now() < due:  # noqa: ASYNC110 - another program moves it
                await asyncio.sleep(0.03)
        finally:
            self.working += 1
            self.due.remove(due)


def office_opens(day: date) -> datetime:
    return datetime.combine(day, OFFICE_OPENS, DENMARK)


def add_working_days(day: date, n: int) -> date:
    """As the contract counts them."""
    while n:
        day += timedelta(days=1)
        n -= is_working_day(day)
    return day


def is_working_day(day: date) -> bool:
    """Neither a weekend nor a Danish public holiday, nor one of the three days on which offices are closed."""
    moving = (_easter(day.year) + timedelta(days=days) for days in OF_EASTER)
    return day.weekday() < 5 and (day.month, day.day) not in CLOSED and day not in moving


def _easter(year: int) -> date:
    """Easter Sunday, by the Gregorian computus in its form for the years 1900 to 2099."""
    d = (19 * (year % 19) + 24) % 30
    e = (2 * (year % 4) + 4 * (year % 7) + 6 * d + 5) % 7
    late = e == 6 and (d == 29 or (d == 28 and year % 19 > 10))
    return date(year, 3, 22) + timedelta(days=d + e - 7 * late)
