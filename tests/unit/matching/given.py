"""A control room with night work in Esbjerg, its referral, a candidate; and matching in memory, without a database."""

from datetime import UTC, date, datetime
from typing import Any

from pydantic import BaseModel

from matching.handlers import handlers
from matching.state import Answer, AnswerGate, LeaderAnswers, Match
from shared.events import followup, intake
from shared.events import matching as said
from shared.events import municipality_gateway as gateway
from shared.events.base import Event, Profile, Task
from shared.spine.work import Aggregate, Key, Message, Timer, Work

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
START = date(2026, 12, 14)
LEADER, COMPANY, WORKPLACE, CONTACT = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
PLACE, REFERRAL, OTHER_PLACE, OTHER_REFERRAL = (f"10000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
CANDIDATES = [f"20000000-0000-4000-8000-00000000000{n}" for n in range(1, 5)]
PLACEMENT = "30000000-0000-4000-8000-000000000001"
ESBJERG, VARDE, SONDERBORG = "0561", "0573", "0540"


def opened(place: str = PLACE, **other: Any) -> intake.PlaceOpened:
    facts: dict[str, Any] = {
        "tasks": (Task(task_id="viden_data-07"), Task(task_id="viden_data-01")),
        "hours_from": 10,
        "hours_to": 30,
        "times_of_day": ("night",),
        "forms": ("SMAAJOB", "VIRKSOMHEDSPRAKTIK"),
        "purpose": "trial-for-hiring",
        "seats": 1,
    }
    return intake.PlaceOpened(
        place_id=place,
        leader_id=LEADER,
        company_id=COMPANY,
        kommune=ESBJERG,
        state="open",
        workplace_id=WORKPLACE,
        postnr="6700",
        contact_id=CONTACT,
        guidance="page",
        max_kommuner=3,
        at_once="one-by-one",
        agreed_at=date(2026, 11, 23),
        **facts | other,
    )


def about_place(state: str, **other: Any) -> dict[str, Any]:
    return {"place_id": PLACE, "leader_id": LEADER, "company_id": COMPANY, "kommune": ESBJERG, "state": state, **other}


def _referral(referral: str, place: str, state: str) -> dict[str, Any]:
    ids = {"referral_id": referral, "place_id": place, "leader_id": LEADER, "company_id": COMPANY}
    return {**ids, "kommune": ESBJERG, "state": state, "business_status": state}


def sent(referral: str = REFERRAL, place: str = PLACE, place_version: int = 1) -> gateway.ReferralSent:
    return gateway.ReferralSent(
        **_referral(referral, place, "requested"),
        round=1,
        seats=1,
        place_version=place_version,
        place_kommune=ESBJERG,
        contact_id=CONTACT,
        contact_role="entrance",
        why="own",
        minutes=0,
        answer_by=date(2026, 11, 30),
    )


def referral_cancelled() -> gateway.ReferralCancelled:
    return gateway.ReferralCancelled(**_referral(REFERRAL, PLACE, "cancelled"), reason="seats-filled", by="system")


def profile(**other: Any) -> Profile:
    facts: dict[str, Any] = {
        "age_band": "18-24",
        "hours": 20,
        "times_of_day": ("evening", "night"),
        "strengths": ("gaming", "coordination"),
        "reach": 45,
        "forms": ("SMAAJOB", "VIRKSOMHEDSPRAKTIK"),
        "from": date(2026, 12, 1),
    }
    return Profile(**facts | other)


def proposed(candidate: int = 0, **other: Any) -> gateway.CandidateProposed:
    facts: dict[str, Any] = {
        "kommune": ESBJERG,
        "referral_id": REFERRAL,
        "place_id": PLACE,
        "profile": profile(),
        "start": START,
    }
    facts["reply_id"] = f"reply-{candidate}-{other.get('place_id', PLACE)}"
    return gateway.CandidateProposed(candidate_id=CANDIDATES[candidate], leader_id=LEADER, **facts | other)


def withdrawn(candidate: int = 0) -> gateway.CandidateWithdrawn:
    return gateway.CandidateWithdrawn(candidate_id=CANDIDATES[candidate], kommune=ESBJERG, reason="education")


def answer(match: str, party: str, answer: str, **other: Any) -> gateway.MatchAnswered:
    ids = {"match_id": match, "place_id": PLACE, "referral_id": REFERRAL, "kommune": ESBJERG}
    return gateway.MatchAnswered.model_validate({**ids, "party": party, "answer": answer, "reply_id": "a-1", **other})


def _placement(match: str) -> dict[str, Any]:
    ids = {"placement_id": PLACEMENT, "match_id": match, "place_id": PLACE, "referral_id": REFERRAL}
    return {**ids, "leader_id": LEADER, "company_id": COMPANY, "candidate_id": CANDIDATES[0], "kommune": ESBJERG}


def ended(match: str, how: str = "as-planned") -> followup.PlacementEnded:
    data = {**_placement(match), "how": how, "reason": "goal-reached", "on": date(2027, 3, 1), "form": "SMAAJOB"}
    return followup.PlacementEnded.model_validate(data)


def never_began(match: str) -> followup.PlacementCancelled:
    return followup.PlacementCancelled(**_placement(match), reason="did-not-come")


class Matching:
    """Handlers on states in memory. What they ask for soon follows at once, like timers that are due."""

    def __init__(self, *told: BaseModel) -> None:
        self.now = NOW
        self.states: dict[Key, Aggregate | None] = {}
        self.timers: dict[tuple[Key, str], Timer] = {}
        self.said: list[Event] = []
        for data in told:
            self.tell(data)

    def tell(self, data: BaseModel, version: int = 1) -> list[Event]:
        """Everything that is said because of it. Raises NotYet and Refused, and then nothing has changed."""
        before = len(self.said)
        self.decide(data, version)
        self._fire()
        return self.said[before:]

    def wait_until(self, now: datetime) -> list[Event]:
        before, self.now = len(self.said), now
        self._fire()
        return self.said[before:]

    def _fire(self) -> None:
        while due := sorted(at for at, timer in self.timers.items() if timer.due <= self.now):
            self.decide(self.timers.pop(due[0]).command)

    def decide(self, data: BaseModel, version: int = 1) -> None:
        """One message alone; what it asks for soon waits until the next `tell` or `wait_until`."""
        route = handlers.routes[type(data)]
        for key in route.keys_of(data):
            self.states.setdefault(key, None)
        work = Work(self.now, self.states)
        work.begin()
        route.handler(work, Message(data, "id", "test", "subject", self.now, version))
        changes = work.keep()
        self.states |= changes.states
        self.said += [out.event for out in changes.outgoing]
        for at, timer in changes.timers.items():
            self.timers.pop(at, None)
            if timer:
                self.timers[at] = timer

    def propose(self, candidate: int = 0, **other: Any) -> str:
        """The id of the match."""
        (event,) = self.tell(proposed(candidate, **other))
        assert isinstance(event, said.MatchProposed), event
        return event.match_id

    def match(self, match: str) -> Match:
        found = self.states["match", match]
        assert isinstance(found, Match)
        return found

    def leader(self, match: str, answer: Answer, reason: str | None = None) -> list[Event]:
        place = self.match(match).place_id
        return self.tell(LeaderAnswers(match_id=match, place_id=place, answer=answer, reason=reason))

    def gate(self, match: str) -> list[Event]:
        return self.tell(AnswerGate(match_id=match, answers=dict.fromkeys(self.match(match).gate, True)))

    def agree(self, match: str) -> said.MatchAgreed:
        """Gate, young person and leader, where the form needs no approval."""
        place, referral = self.match(match).place_id, self.match(match).referral_id
        self.gate(match)
        self.tell(answer(match, "young-person", "yes", place_id=place, referral_id=referral))
        agreed = [event for event in self.leader(match, "yes") if isinstance(event, said.MatchAgreed)]
        assert len(agreed) == 1
        return agreed[0]
