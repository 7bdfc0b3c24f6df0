"""Intake without a database: a leader, a place, a referral, what is said about them, and a world that knows some."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from intake.commands.leaders import SignUp
from intake.commands.people import Contact
from intake.handlers import handlers
from intake.state.leaders import Company, Leader
from intake.state.places import Frame, Place, TaskWanted
from intake.state.referrals import Referral
from shared.events.followup import PlacementCancelled, PlacementEnded
from shared.events.matching import MatchAgreed
from shared.spine.work import Aggregate
from tests import harness

NOW = datetime(2026, 11, 30, 7, tzinfo=UTC)
LEADER, PLACE, REFERRAL, COMPANY, COLLEAGUE = (str(uuid4()) for _ in range(5))
FOUND = Frame(
    tasks=(TaskWanted(task_id="viden_data-07"), TaskWanted(task_id="viden_data-00", words="Følge med på skærmene")),
    hours_from=15,
    hours_to=32,
    times_of_day=("evening", "night"),
    forms=("VIRKSOMHEDSPRAKTIK", "SMAAJOB"),
    purpose="trial-for-hiring",
)
REFERRED = Referral(id=REFERRAL, place_id=PLACE, kommune="0561", accepted=True, guided=True)


class World(harness.World):
    def __init__(self, *states: Aggregate) -> None:
        super().__init__(handlers, NOW)
        self.states = {state.key: state for state in states}

    @property
    def place(self) -> Place:
        return self.get(Place, PLACE)

    @property
    def referral(self) -> Referral:
        return self.get(Referral, REFERRAL)


def leader(**changes: Any) -> Leader:
    facts = {"company_id": COMPANY, "workplace_id": str(uuid4()), "company_name": "Vagtcentralen"}
    facts |= {"postnr": "6700", "kommune": "0561"}
    days = {"signed_up_on": NOW.date(), "next_call_on": NOW.date()}
    return Leader(id=LEADER, **facts | days | changes)


def company(*people: str) -> Company:
    return Company(id=COMPANY, cvr="13585628", name="Vagtcentralen", people=frozenset(people))


def place(**changes: Any) -> Place:
    facts = {"company_id": COMPANY, "workplace_id": str(uuid4()), "kommune": "0561", "postnr": "6700"}
    return Place(id=PLACE, leader_id=LEADER, **{"found": FOUND} | facts | changes)


def sign_up(**changes: Any) -> SignUp:
    facts = {"sector": None, "size_band": None, "kickoff": None, "kommune": "0561", "postnr": "6700", "cvr": "13585628"}
    return SignUp(
        **{"leader_id": LEADER, "person_id": LEADER, "company_id": COMPANY} | facts | changes,
        workplace_id=str(uuid4()),
        workplace="1003388394",
        company_name="Vagtcentralen",
        contact=Contact(name="En leder", phone="+4512345678"),
        email_hashes=(b"x",),
    )


def agreed(match_id: str) -> MatchAgreed:
    terms = {"form": "SMAAJOB", "hours": 10, "times_of_day": (), "tasks": (), "start": NOW.date()}
    ids = {name: str(uuid4()) for name in ("candidate_id", "contact_id", "company_id")}
    return MatchAgreed(
        match_id=match_id, place_id=PLACE, referral_id=REFERRAL, leader_id=LEADER, kommune="0561",
        place_kommune="0561", terms=terms, approvals=(), gate=(), seats_left=0, **ids,
    )  # fmt: skip


def ended(match_id: str) -> PlacementEnded:
    return PlacementEnded(**_over(match_id), how="as-planned", on=NOW.date(), form="SMAAJOB")


def cancelled(match_id: str) -> PlacementCancelled:
    return PlacementCancelled(**_over(match_id))


def _over(match_id: str) -> dict[str, str]:
    ids = {name: str(uuid4()) for name in ("placement_id", "company_id", "candidate_id")}
    about = {"match_id": match_id, "place_id": PLACE, "referral_id": REFERRAL, "leader_id": LEADER, "kommune": "0561"}
    return {**ids, **about, "reason": "goal-reached"}
