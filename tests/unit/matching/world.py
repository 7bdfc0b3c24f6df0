"""A control room with night work in Esbjerg, its referral, a candidate; and matching in memory, without a database."""

from datetime import UTC, date, datetime
from typing import Any

from pydantic import BaseModel

from matching.commands import Answer, AnswerGate, LeaderAnswers
from matching.handlers import handlers
from matching.rules.candidates import terms_of
from matching.state.matches import Match
from matching.state.places import Offer, Place
from shared.events import followup, intake
from shared.events import municipality_gateway as gateway
from shared.events.base import Event, Profile, Task, Terms
from shared.events.matching import MatchAgreed, MatchProposed
from shared.events.topics import MATCHING
from tests import harness

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
START = date(2026, 12, 14)
LEADER, COMPANY, WORKPLACE, CONTACT = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
PLACE, REFERRAL, OTHER_PLACE, OTHER_REFERRAL = (f"10000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
CANDIDATES = [f"20000000-0000-4000-8000-00000000000{n}" for n in range(1, 5)]
THIRD_REFERRAL = "10000000-0000-4000-8000-000000000005"
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


def changed(place: str = PLACE, **other: Any) -> intake.PlaceChanged:
    """The place as it is after the change."""
    return intake.PlaceChanged(**opened(place, **other).model_dump(), changes=tuple(other))


def about_place(state: str, **other: Any) -> dict[str, Any]:
    return {"place_id": PLACE, "leader_id": LEADER, "company_id": COMPANY, "kommune": ESBJERG, "state": state, **other}


def _referral(referral: str, place: str, state: str, kommune: str = ESBJERG) -> dict[str, Any]:
    ids = {"referral_id": referral, "place_id": place, "leader_id": LEADER, "company_id": COMPANY}
    return {**ids, "kommune": kommune, "state": state, "business_status": state}


def sent(
    referral: str = REFERRAL, place: str = PLACE, place_version: int = 1, kommune: str = ESBJERG
) -> gateway.ReferralSent:
    return gateway.ReferralSent(
        **_referral(referral, place, "requested", kommune),
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


def referral_asked_back() -> gateway.ReferralCancellationRequested:
    """The kommune had accepted, and has not confirmed yet."""
    about = {**_referral(REFERRAL, PLACE, "in-progress"), "business_status": "cancellation-requested"}
    return gateway.ReferralCancellationRequested(**about, reason="match-elsewhere", due_by=date(2026, 11, 26))


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


def registered(candidate: int = 0, **of_profile: Any) -> gateway.CandidateRegistered:
    return gateway.CandidateRegistered(
        candidate_id=CANDIDATES[candidate], kommune=ESBJERG, profile=profile(**of_profile), reply_id="r-1"
    )


def withdrawn(candidate: int = 0) -> gateway.CandidateWithdrawn:
    return gateway.CandidateWithdrawn(candidate_id=CANDIDATES[candidate], kommune=ESBJERG, reason="education")


def answer(match: str, party: str, answer: str, **other: Any) -> gateway.MatchAnswered:
    ids = {"match_id": match, "place_id": PLACE, "referral_id": REFERRAL, "kommune": ESBJERG}
    return gateway.MatchAnswered.model_validate({**ids, "party": party, "answer": answer, "reply_id": "a-1", **other})


def _placement(match: str) -> dict[str, Any]:
    ids = {"placement_id": PLACEMENT, "match_id": match, "place_id": PLACE, "referral_id": REFERRAL}
    return {**ids, "leader_id": LEADER, "company_id": COMPANY, "candidate_id": CANDIDATES[0], "kommune": ESBJERG}


def ended(
    match: str, how: str = "as-planned", form: str = "SMAAJOB", reason: str = "goal-reached"
) -> followup.PlacementEnded:
    data = {**_placement(match), "how": how, "reason": reason, "on": date(2027, 3, 1), "form": form}
    return followup.PlacementEnded.model_validate(data)


def corrected(match: str, **now: Any) -> followup.PlacementCorrected:
    """How it ended was another way."""
    return followup.PlacementCorrected(**_placement(match), **({"what": "end", "on": date(2027, 3, 1)} | now))


def never_began(match: str) -> followup.PlacementCancelled:
    return followup.PlacementCancelled(**_placement(match), reason="did-not-come")


paused = intake.PlacePaused(**about_place("paused"), reason="busy")


def young() -> Profile:
    return profile(age_band="15-17")


def place(**offer: Any) -> Place:
    return Place(id=PLACE, offer=Offer.of(opened(**offer)), state="open", version=1)


def terms(at: Place | None = None, **proposal: Any) -> Terms:
    return terms_of(proposed(**proposal), at or place())


class World(harness.World):
    """Matching in memory, with what it was told to begin with."""

    def __init__(self, *told: BaseModel) -> None:
        super().__init__(handlers, NOW)
        for data in told:
            self.tell(data)

    def hear(self, data: BaseModel, **of_message: Any) -> list[Event]:
        """Everything that is said about matches because of it."""
        before = len(self.said)
        self.tell(data, **of_message)
        return self.since(before)

    def wait(self, instant: datetime) -> list[Event]:
        """Everything that is said about matches until then."""
        before = len(self.said)
        self.until(instant)
        return self.since(before)

    def since(self, before: int) -> list[Event]:
        return [event for topic, event in self.said[before:] if topic == MATCHING.name]

    def propose(self, candidate: int = 0, **other: Any) -> str:
        """The id of the match."""
        event, *_ = self.hear(proposed(candidate, **other))
        assert isinstance(event, MatchProposed), event
        return event.match_id

    def agree_first(self, match: str) -> None:
        """Of several that everybody has said yes to, this one's agreement is decided first."""
        self.decide(self.message(self.timers.pop((("match", match), "agree")).command))

    def match(self, match: str) -> Match:
        return self.get(Match, match)

    def leader(self, match: str, answer: Answer, reason: str | None = None) -> list[Event]:
        place = self.match(match).place_id
        return self.hear(LeaderAnswers(match_id=match, place_id=place, answer=answer, reason=reason))

    def gate(self, match: str) -> list[Event]:
        return self.hear(AnswerGate(match_id=match, answers=dict.fromkeys(self.match(match).gate, True)))

    def agree(self, match: str) -> MatchAgreed:
        """Gate, young person and leader; the kommune, where the form needs its approval."""
        place, referral = self.match(match).place_id, self.match(match).referral_id
        self.gate(match)
        if "kommune" in self.match(match).needed:
            self.tell(answer(match, "kommune", "yes", place_id=place, referral_id=referral))
        self.tell(answer(match, "young-person", "yes", place_id=place, referral_id=referral))
        agreed = [event for event in self.leader(match, "yes") if isinstance(event, MatchAgreed)]
        assert len(agreed) == 1
        return agreed[0]


def agreed_on(world: World) -> str:
    match = world.propose()
    world.agree(match)
    return match


def told(events: list[Event]) -> list[tuple[str, str]]:
    """(what, why or by whom) of each event."""
    why = ("reason", "rule", "party")
    return [
        (event.TYPE.split(".")[3], next((getattr(event, name) for name in why if hasattr(event, name)), ""))
        for event in events
    ]
