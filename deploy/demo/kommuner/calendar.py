"""The simulated calendar: the file with the instant that everybody here reads."""

import asyncio
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

DENMARK = ZoneInfo("Europe/Copenhagen")
OFFICE_OPENS = time(9)


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
    """Public holidays are left out: nobody minds whether a simulated office opens on one."""
    while n:
        day += timedelta(days=1)
        n -= day.weekday() < 5
    return day
