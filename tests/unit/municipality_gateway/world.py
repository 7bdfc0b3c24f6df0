"""A place in Esbjerg, replies of kommuner as they come, and the gateway in memory, without a database."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from municipality_gateway.handlers import handlers
from municipality_gateway.handlers.base import on_refused
from municipality_gateway.replies import parse_reply
from municipality_gateway.rules.kommuner import default_entrance
from municipality_gateway.state.kommuner import Contact, Kommune
from municipality_gateway.state.places import Offer
from municipality_gateway.state.referrals import Referral
from shared.events import followup, intake, matching
from shared.events.base import Stage, Task, Terms
from shared.events.topics import REPLIES
from shared.spine.decision import Refused
from shared.spine.envelope import Bad, Headers, Record
from shared.spine.work import Message
from tests import harness

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
LEADER, COMPANY, WORKPLACE, CONTACT = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
PLACE, MATCH, PLACEMENT, STAGE = (f"10000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
CANDIDATE, OTHER_CANDIDATE = (f"20000000-0000-4000-8000-00000000000{n}" for n in range(1, 3))
ESBJERG, FANOE, TEST = "0561", "0563", "9999"  # they share an entrance


def opened(**other: Any) -> intake.PlaceOpened:
    facts: dict[str, Any] = {
        "place_id": PLACE,
        "kommune": ESBJERG,
        "forms": ("SMAAJOB", "ORDINAER"),
        "seats": 1,
        "guidance": "page",
        "max_kommuner": 2,
        "at_once": "one-by-one",
    }
    return intake.PlaceOpened(
        leader_id=LEADER,
        company_id=COMPANY,
        state="open",
        workplace_id=WORKPLACE,
        postnr="6700",
        sector="service",
        size_band="10-49",
        contact_id=CONTACT,
        tasks=(Task(task_id="viden_data-07"),),
        hours_from=10,
        hours_to=30,
        times_of_day=("night",),
        purpose="trial-for-hiring",
        agreed_at=date(2026, 11, 23),
        **facts | other,
    )


def offer(**other: Any) -> Offer:
    return Offer.model_validate(opened(**other).model_dump(by_alias=True))


def about_place(state: str, **other: Any) -> dict[str, Any]:
    return {"place_id": PLACE, "leader_id": LEADER, "company_id": COMPANY, "kommune": ESBJERG, "state": state, **other}


PROFILE = {
    "age_band": "18-24",
    "hours": 12,
    "times_of_day": ["night"],
    "strengths": ["screens"],
    "reach": 45,
    "forms": ["SMAAJOB"],
    "from": "2026-12-01",
}
PROPOSAL = {"candidate_id": CANDIDATE, "profile": PROFILE, "form": "SMAAJOB", "hours": 12, "start": "2026-12-14"}
TERMS = Terms(form="SMAAJOB", hours=12, times_of_day=("night",), tasks=("viden_data-07",), start=date(2026, 12, 14))


def reply_record(
    kommune: str,
    what: str,
    data: dict[str, Any],
    *,
    offset: int = 7,
    at: datetime | None = None,
    headers: Headers | None = None,
    value: bytes | None = None,
    **attributes: Any,
) -> Record:
    """As a kommune's own system would have sent it: binary, with `ce_` headers."""
    said = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": f"/kommune/{kommune}",
        "type": f"dk.lederalliancen.reply.{what}.v1",
        "time": "2026-11-24T09:00:00+01:00",
        **attributes,
    }
    own = [(f"ce_{name}", text.encode()) for name, text in said.items() if text is not None]
    body = json.dumps(data).encode() if value is None else value
    return Record(REPLIES.of(kommune), 0, offset, b"k", body, headers if headers is not None else own, at=at)


class Gateway(harness.World):
    """The gateway in memory: events and commands as for every service, and replies by their own way in."""

    def __init__(self) -> None:
        super().__init__(handlers, MONDAY)
        self.asked_for: dict[str, int] = {}

    def reply(self, kommune: str, what: str, data: dict[str, Any], **other: Any) -> str:
        """`taken`, or the rule by which it was refused."""
        return self.consume(reply_record(kommune, what, data, **other))

    def consume(self, record: Record) -> str:
        message = parse_reply(record)
        refusal = message.refusal if isinstance(message, Bad) else None
        if isinstance(message, Message):
            try:
                self.decide(message)
            except Refused as refused:
                refusal = refused
        if refusal:
            work = self.work()
            work.begin(message.id)
            on_refused(work, record, message, refusal)
            self.keep(work)
        self.settle()
        return refusal.rule if refusal else "taken"

    def morning(self, day: date) -> None:
        """The days pass up to the morning of that one, and each deadline as its time comes."""
        self.until(datetime(day.year, day.month, day.day, 8, tzinfo=UTC))

    def news(self, topic: str = "municipality-gateway.v1") -> list[str]:
        """What was said on a topic since the last time this was asked."""
        said = self.types(topic)
        before = self.asked_for.get(topic, 0)
        self.asked_for[topic] = len(said)
        return said[before:]

    def referral(self, kommune: str = ESBJERG) -> Referral:
        found = [s for s in self.states.values() if isinstance(s, Referral) and s.kommune == kommune]
        return max(found, key=lambda referral: referral.round)


def staff(gateway: Gateway, *codes: str) -> None:
    """Somebody answers at the entrance of each of these kommuner."""
    for code in codes:
        facts = {"kommune": code, "role": "entrance", "valid_from": date(2026, 1, 1), "confirmed_on": MONDAY.date()}
        contact = Contact(id=default_entrance(code).contact_id, **facts)
        gateway.states |= {contact.key: contact, ("kommune", code): Kommune(id=code, contacts=(contact,))}


def asked(**other: Any) -> tuple[Gateway, str]:
    """A gateway that has asked Esbjerg, where somebody is there as in Varde, and the id of that referral."""
    gateway = Gateway()
    staff(gateway, ESBJERG, FANOE)
    gateway.tell(opened(**other))
    return gateway, gateway.referral().id


def match_event(event: type[Any], gateway: Gateway, **more: Any) -> Any:
    return event(
        **{
            "match_id": MATCH,
            "place_id": PLACE,
            "referral_id": gateway.referral().id,
            "leader_id": LEADER,
            "candidate_id": CANDIDATE,
            "kommune": ESBJERG,
            "place_kommune": ESBJERG,
            **more,
        }
    )


def proposed(gateway: Gateway, answer_by: date = date(2026, 12, 7), **other: Any) -> str:
    """The kommune proposes somebody and matching says that it is possible. Returns the reply's id."""
    reply = str(uuid4())
    proposal = {"referral_id": gateway.referral().id, **PROPOSAL, **other}
    assert gateway.reply(ESBJERG, "candidate-proposed", proposal, id=reply) == "taken"
    possible = match_event(
        matching.MatchProposed,
        gateway,
        reply_id=reply,
        kommune=proposal.get("kommune", ESBJERG),
        terms=TERMS,
        approvals_needed=("leader", "young-person"),
        gate=("met-each-other",),
        answer_by=answer_by,
    )
    gateway.tell(possible)
    return reply


def agreed(gateway: Gateway, *, seats_left: int = 0, **other: Any) -> matching.MatchAgreed:
    event: matching.MatchAgreed = match_event(
        matching.MatchAgreed, gateway, terms=TERMS, approvals=(), gate=(), seats_left=seats_left, contact_id=CONTACT,
        company_id=COMPANY, **other,
    )  # fmt: skip
    return event


def placement_event(event: type[Any], gateway: Gateway, **more: Any) -> Any:
    return event(
        **{
            "placement_id": PLACEMENT,
            "match_id": MATCH,
            "place_id": PLACE,
            "referral_id": gateway.referral().id,
            "leader_id": LEADER,
            "company_id": COMPANY,
            "candidate_id": CANDIDATE,
            "kommune": ESBJERG,
            **more,
        }
    )


def stage(stage_id: str = STAGE, **other: Any) -> Stage:
    facts = {"form": "SMAAJOB", "hours": 12, "times_of_day": ("night",), "tasks": ("viden_data-07",)}
    return Stage.model_validate({"stage_id": stage_id, "from": "2026-12-14", **facts, **other})


def planned(gateway: Gateway) -> followup.PlacementPlanned:
    event: followup.PlacementPlanned = placement_event(
        followup.PlacementPlanned, gateway, stage=stage(), contact_id=CONTACT
    )
    return event
