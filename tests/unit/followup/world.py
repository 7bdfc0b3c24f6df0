"""Follow-up without a database: messages go in, time passes day by day, and what was said is kept."""

from datetime import UTC, date, datetime, time
from typing import Any, TypeVar
from uuid import UUID

from followup.handlers import handlers
from followup.state import Placement
from shared.catalogue.calendar import DENMARK
from shared.events.base import Approval, Event, Terms
from shared.events.matching import MatchAgreed
from shared.spine.work import Key, Message, Timer, Work

MONDAY = date(2026, 11, 2)
E = TypeVar("E", bound=Event)


def an_id(n: int) -> str:
    return str(UUID(int=n))


MATCH, PLACE, LEADER, CANDIDATE, COMPANY = (an_id(n) for n in range(1, 6))


def terms(**changes: Any) -> Terms:
    given = {
        "form": "SMAAJOB",
        "hours": 10,
        "times_of_day": ("day",),
        "tasks": ("social_sundhed-02",),
        "start": date(2026, 11, 9),
    }
    return Terms.model_validate(given | changes)


def praktik(until: date = date(2026, 12, 6), **changes: Any) -> dict[str, Any]:
    """Terms and the approval of a praktik of four weeks."""
    agreed = terms(form="VIRKSOMHEDSPRAKTIK", hours=20, until=until, next_step="SMAAJOB", **changes)
    approval = Approval(party="kommune", form="VIRKSOMHEDSPRAKTIK", hours=20, from_=agreed.start, to=until)
    return {"terms": agreed, "approvals": (approval,)}


def agreed(**changes: Any) -> MatchAgreed:
    given = {
        "match_id": MATCH,
        "place_id": PLACE,
        "referral_id": an_id(6),
        "leader_id": LEADER,
        "candidate_id": CANDIDATE,
        "kommune": "0410",
        "place_kommune": "0607",
        "terms": terms(),
        "approvals": (),
        "gate": (),
        "seats_left": 0,
        "contact_id": LEADER,
        "company_id": COMPANY,
        "candidate_version": 1,
    }
    return MatchAgreed(**(given | changes))


class World:
    def __init__(self, today: date = MONDAY) -> None:
        self.now = at(today)
        self.states: dict[Key, Any] = {}
        self.timers: dict[tuple[Key, str], Timer] = {}
        self.said: list[Event] = []

    @property
    def placement(self) -> Placement:
        found = self.states["placement", MATCH]
        assert isinstance(found, Placement)
        return found

    def take(self, data: Any, version: int = 1) -> Any:
        """One message in a transaction of its own; a refusal leaves nothing. Then what is due."""
        route = handlers.routes[type(data)]
        work = Work(self.now, {key: self.states.get(key) for key in route.keys_of(data)})
        work.begin()
        result = route.handler(work, Message(data, work.new_id(), "test", "", self.now, version))
        changes = work.keep()
        self.states |= changes.states
        self.said += [out.event for out in changes.outgoing]
        for name, timer in changes.timers.items():
            self.timers.pop(name, None)
            if timer:
                self.timers[name] = timer
        self._fire()
        return result

    def until(self, day: date) -> None:
        """Time passes to the noon of that day; each timer fires at its own instant."""
        end = at(day)
        while (due := min((t.due for t in self.timers.values()), default=end)) < end:
            self.now = max(self.now, due)
            self._fire()
        self.now = end
        self._fire()

    def heard(self, kind: type[E]) -> list[E]:
        return [event for event in self.said if isinstance(event, kind)]

    def _fire(self) -> None:
        while due := [name for name, timer in self.timers.items() if timer.due <= self.now]:
            self.take(self.timers.pop(due[0]).command)


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), DENMARK).astimezone(UTC)
