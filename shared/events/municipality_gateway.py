"""What the municipality gateway says: which kommune was asked, what it answered, what it told of its young people."""

from typing import Literal

from pydantic import Field

from shared.events.base import Code, Event, Hours, Id, Kommune, Minutes, Profile, Version, date, datetime
from shared.events.topics import CANDIDATES, GATEWAY

TaskStatus = Literal[
    "requested",
    "accepted",
    "in-progress",
    "on-hold",
    "completed",
    "rejected",
    "failed",
    "cancelled",
    "entered-in-error",
]
"""FHIR Task status codes."""


class GatewayEvent(Event, topic=GATEWAY):
    """Base of what the gateway says."""


class ReferralEvent(GatewayEvent):
    """Base of what is said of a referral: one place x one kommune x one round."""

    referral_id: Id
    place_id: Id
    leader_id: Id
    company_id: Id
    kommune: Kommune
    state: TaskStatus
    business_status: Code


class ReferralSent(ReferralEvent, name="referral.sent", subject="referral_id"):
    """A kommune is asked. `why` this one, `minutes` of travel from the place; `answer_by` is a date in Denmark.

    `first_of_place`: nobody was asked about the place before.
    """

    round: int
    seats: int
    place_version: Version
    place_kommune: Kommune
    contact_id: Id
    contact_role: Code
    why: Code
    minutes: Minutes
    answer_by: date
    first_of_place: bool | None = None


class ReferralLeaderGuided(ReferralEvent, name="referral.leader-guided", subject="referral_id"):
    """The leader knows what comes next, by whom and when. Only now may the kommune see the contact data."""

    contact_id: Id
    card_version: int
    channel: Literal["page", "call"]


class ReferralSeen(ReferralEvent, name="referral.seen", subject="referral_id"):
    """The kommune has seen it."""


class ReferralAccepted(ReferralEvent, name="referral.accepted", subject="referral_id"):
    """The kommune looks for a young person. `company_known`: the company was in its portfolio before."""

    company_known: bool | None = None


class ReferralRejected(ReferralEvent, name="referral.rejected", subject="referral_id"):
    """The kommune says no, with a reason."""

    reason: Code


class ReferralOnHold(ReferralEvent, name="referral.on-hold", subject="referral_id"):
    """The kommune asks for time."""

    reason: Code
    until: date


class ReferralResumed(ReferralEvent, name="referral.resumed", subject="referral_id"):
    """The hold is over."""


class ReferralReminded(ReferralEvent, name="referral.reminded", subject="referral_id"):
    """Silence: the contact is reminded."""

    contact_id: Id
    due_by: date


class ReferralEscalated(ReferralEvent, name="referral.escalated", subject="referral_id"):
    """Silence goes on: another person is asked, first the deputy, then the default entrance."""

    contact_id: Id
    contact_role: Code
    due_by: date


class ReferralExpired(ReferralEvent, name="referral.expired", subject="referral_id"):
    """No answer, or nobody found in time."""

    reason: Code


class ReferralCancelled(ReferralEvent, name="referral.cancelled", subject="referral_id"):
    """Taken back."""

    reason: Code
    by: Code


class ReferralCancellationRequested(ReferralEvent, name="referral.cancellation-requested", subject="referral_id"):
    """Asked back after the kommune accepted: it confirms, or it is taken back without a word at `due_by`."""

    reason: Code
    due_by: date


class ReferralChanged(ReferralEvent, name="referral.changed", subject="referral_id"):
    """It changed for another reason: a candidate was found, a match failed and it searches again, or its place changed.

    `changes` names the fields of the place; what they are now is told to the kommune. `due_by` among them: it has time
    until then to find somebody.
    """

    changes: tuple[Code, ...] = ()
    due_by: date | None = None


class ReferralCompleted(ReferralEvent, name="referral.completed", subject="referral_id"):
    """Its seats are matched, or the kommune closed it after a match. `reason`: why no more is wanted after one."""

    reason: Code | None = None


class ReferralLeaderContacted(ReferralEvent, name="referral.leader-contacted", subject="referral_id"):
    """The kommune's contact has reached out to the leader."""

    at: datetime


class ReferralMeetingPlanned(ReferralEvent, name="referral.meeting-planned", subject="referral_id"):
    """Leader, young person and kommune have a date."""

    at: datetime


class ReferralMeetingMissed(ReferralEvent, name="referral.meeting-missed", subject="referral_id"):
    """Somebody did not come; that is a state, not an end."""

    at: datetime


class MatchAnswered(GatewayEvent, name="match.answered", subject="match_id"):
    """A party answers a proposed match through the kommune. `none`: the deadline passed without a word."""

    match_id: Id
    place_id: Id
    referral_id: Id
    kommune: Kommune
    party: Literal["kommune", "young-person"]
    answer: Literal["yes", "no", "none"]
    reason: Code | None = None
    form: Code | None = None
    hours: Hours | None = None
    from_: date | None = Field(None, alias="from")
    to: date | None = None
    reply_id: Code | None = None


class PlacementAnswered(GatewayEvent, name="placement.answered", subject="placement_id"):
    """The kommune approves or declines a stage that needs it, `said_on` that day, by which it is judged."""

    placement_id: Id
    place_id: Id
    stage_id: Id
    kommune: Kommune
    party: Literal["kommune"]
    answer: Literal["yes", "no"]
    reason: Code | None = None
    form: Code | None = None
    hours: Hours | None = None
    from_: date | None = Field(None, alias="from")
    to: date | None = None
    reply_id: Code | None = None
    said_on: date | None = None


class PlacementReported(GatewayEvent, name="placement.reported", subject="placement_id"):
    """The kommune tells what became of it. Hours are a week's."""

    placement_id: Id
    place_id: Id
    kommune: Kommune
    outcome: Code
    hours: float | None = None
    on: date
    reply_id: Code | None = None


class PlacementSupportAnswered(GatewayEvent, name="placement.support-answered", subject="placement_id"):
    """The kommune answers where its help was wanted. Minutes are a week's."""

    placement_id: Id
    place_id: Id
    challenge_id: Id
    kommune: Kommune
    answer: Literal["granted", "refused", "later"]
    support: Code | None = None
    minutes: Minutes | None = None
    from_: date | None = Field(None, alias="from")
    to: date | None = None
    reply_id: Code | None = None


class ContactRegistered(GatewayEvent, name="contact.registered", subject="contact_id"):
    """Who answers for a kommune, in which role; name and phone stay in the gateway."""

    contact_id: Id
    kommune: Kommune
    role: Code
    unit: Code | None = None
    valid_from: date
    valid_to: date | None = None


class ContactChanged(ContactRegistered, name="contact.changed", subject="contact_id"):
    """Another role, unit or validity."""


class ContactRetired(GatewayEvent, name="contact.retired", subject="contact_id"):
    """Answers for the kommune no longer; what was open has gone to another."""

    contact_id: Id
    kommune: Kommune


class ContactErased(GatewayEvent, name="contact.erased", subject="contact_id"):
    """The contact's data are gone: the key that sealed them is destroyed."""

    contact_id: Id


class CandidateEvent(Event, topic=CANDIDATES):
    """Base of what describes a young person: kept for 30 days, and a candidate is (kommune, candidate_id)."""

    candidate_id: Id
    kommune: Kommune


class CandidateRegistered(CandidateEvent, name="candidate.registered", subject="kommune.candidate_id"):
    """Somebody for whom places are suggested, until 30 days have passed without a word."""

    profile: Profile
    reply_id: Code


class CandidateChanged(CandidateRegistered, name="candidate.changed", subject="kommune.candidate_id"):
    """The same one with another profile, which replaces the one before."""


class CandidateProposed(CandidateEvent, name="candidate.proposed", subject="kommune.candidate_id"):
    """The kommune proposes someone for a place. What it leaves out is the place's.

    `said_on`: the day on which its reply lay on the topic, by which its days are judged.
    """

    referral_id: Id
    place_id: Id
    leader_id: Id
    reply_id: Code
    said_on: date | None = None
    profile: Profile
    form: Code | None = None
    hours: Hours | None = None
    times_of_day: tuple[Code, ...] | None = None
    tasks: tuple[Code, ...] | None = None
    seat: int | None = None
    start: date
    until: date | None = None
    next_step: Code | None = None


class CandidateWithdrawn(CandidateEvent, name="candidate.withdrawn", subject="kommune.candidate_id"):
    """The young person is no longer there for a place."""

    reason: Code


class CandidateHeard(CandidateEvent, name="candidate.heard", subject="kommune.candidate_id"):
    """The young person's voice, passed on: wellbeing from 1 to 5, and what was learned, as codes."""

    placement_id: Id
    wellbeing: int
    learning: tuple[Code, ...] = ()
