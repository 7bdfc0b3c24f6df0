"""Who follows whom while somebody is away."""

from collections.abc import Iterable
from datetime import date

from pydantic import Field

from shared.events.base import Data
from shared.spine.work import Aggregate


class Absence(Data):
    """Both days included. `substitute`: another consultant, who has the work meanwhile."""

    from_: date = Field(alias="from")
    to: date
    substitute: str


class Consultant(Aggregate):
    """A consultant, by the subject of the access token; nothing else is known here."""

    absences: tuple[Absence, ...] = ()

    def away(self, on: date) -> Absence | None:
        return next((absence for absence in self.absences if absence.from_ <= on <= absence.to), None)


def stands_in(absent: Iterable[Consultant], consultant: str | None, on: date) -> str | None:
    """Who has the work of a consultant on that day, where that is another; whose substitute is away, too, goes on."""
    away = {one.id: absence.substitute for one in absent if (absence := one.away(on))}
    passed: list[str] = []
    found = consultant
    while found in away and found not in passed:
        passed.append(found)
        found = away[found]
    return found if passed and found not in passed else None
