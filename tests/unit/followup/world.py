"""Follow-up without a database: example agreements, and a world in which time passes day by day."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest

from followup.commands.placements import End, Start
from followup.handlers import handlers
from followup.state.placements import Placement
from shared.catalogue.calendar import DENMARK
from shared.events.base import Approval, Terms
from shared.events.followup import PlacementEnded
from shared.events.matching import MatchAgreed
from shared.events.municipality_gateway import CandidateWithdrawn
from shared.spine.decision import Refused
from tests import harness

MONDAY = date(2026, 11, 2)
START = date(2026, 11, 9)


def an_id(n: int) -> str:
    return str(UUID(int=n))


MATCH, PLACE, LEADER, CANDIDATE, COMPANY = (an_id(n) for n in range(1, 6))


def terms(**changes: Any) -> Terms:
    given = {
        "form": "SMAAJOB",
        "hours": 10,
        "times_of_day": ("day",),
        "tasks": ("social_sundhed-02",),
        "start": START,
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


def withdrawn() -> CandidateWithdrawn:
    return CandidateWithdrawn(candidate_id=CANDIDATE, kommune="0410", reason="other-offer")


class World(harness.World):
    def __init__(self, today: date = MONDAY) -> None:
        super().__init__(handlers, at(today))

    @property
    def placement(self) -> Placement:
        return self.get(Placement, MATCH)

    def on(self, day: date) -> None:
        """Time passes to the noon of that day."""
        self.until(at(day))


def begun(**changes: Any) -> World:
    """A placement of the first kind, which began as agreed."""
    world = World()
    world.tell(agreed(**changes))
    world.on(START)
    world.tell(Start(placement_id=MATCH, on=START))
    return world


def end(world: World, reason: str, on: date = START) -> PlacementEnded:
    world.tell(End(placement_id=MATCH, reason=reason, on=on, gains=("outgoing", "decisions")))
    return world.last(PlacementEnded)


def refused(rule: str, field: str) -> Any:
    return pytest.raises(Refused, check=lambda no: (no.rule, no.field) == (rule, field))


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), DENMARK).astimezone(UTC)
