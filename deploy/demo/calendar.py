"""The one simulated calendar that all stories, services and kommuner share."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from shared.catalogue.calendar import DENMARK, add_working_days, today

OFFICE_OPENS = time(8)
ACTED: ContextVar[bool] = ContextVar("acted", default=True)
"""Whether a story has asked for something since all was quiet; each is a task, and has its own."""


class TooLate(Exception):  # noqa: N818 - what a story can be, not an error of ours
    """What a story waited for did not happen in time."""


@dataclass
class _Waiting:
    until: datetime
    unless: Callable[[], bool]
    woken: asyncio.Future[None]


class Calendar:
    """Writes the file that LA_CLOCK_FILE names. It is moved only when everybody waits and nothing is on its way."""

    def __init__(self, file: Path, start: datetime) -> None:
        self.file = file
        self._waiting: list[_Waiting] = []
        self.move(start)

    def move(self, instant: datetime) -> None:
        """Replaced atomically: whoever reads the file sees the old instant or the new one."""
        self.now = instant
        new = self.file.with_suffix(".new")
        new.write_text(instant.isoformat())
        new.replace(self.file)

    @property
    def today(self) -> date:
        return today(self.now)

    # -- for the stories -------------------------------------------------------------------------------------------

    async def until(self, instant: datetime, unless: Callable[[], bool] = bool) -> None:
        """Sleep until that instant, or until `unless` holds when all is quiet. At once where it is so already."""
        if not ACTED.get() and (instant <= self.now or unless()):
            return
        waiting = _Waiting(instant, unless, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        await waiting.woken
        ACTED.set(False)

    async def quiet(self) -> None:
        """Until nothing is on its way any more."""
        await self.until(self.now)

    async def until_day(self, day: date) -> None:
        """Until the office opens on that day; at once where it has."""
        await self.until(datetime.combine(day, OFFICE_OPENS, DENMARK))

    async def working_days(self, n: int) -> None:
        await self.until_day(add_working_days(self.today, n))

    async def until_it_holds(self, what: Callable[[], bool], within_days: int, said: str) -> None:
        """As long as it takes, but no longer than so many days of the calendar."""
        last = self.now + timedelta(days=within_days)
        await self.until(last, what)
        if not what():
            raise TooLate(f"{said}: not within {within_days} days")

    # -- for the driver --------------------------------------------------------------------------------------------

    @property
    def sleepers(self) -> int:
        return len(self._waiting)

    @property
    def next_due(self) -> datetime | None:
        return min((waiting.until for waiting in self._waiting), default=None)

    def wake(self) -> bool:
        """Wake whoever need not wait any longer; to be called when all is quiet."""
        awake = [waiting for waiting in self._waiting if waiting.until <= self.now or waiting.unless()]
        for waiting in awake:
            self._waiting.remove(waiting)
            waiting.woken.set_result(None)
        return bool(awake)
