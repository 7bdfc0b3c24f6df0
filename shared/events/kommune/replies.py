"""What a kommune may reply on `k.<code>.replies.v1`. Strict: the unknown is refused.

Who speaks is known from the topic, never from the payload.
"""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, WithJsonSchema, model_validator

from shared import identifiers
from shared.catalogue import codes
from shared.catalogue.refusal import refusal
from shared.catalogue.tasks import TaskId
from shared.events.base import Data, Event, Id
from shared.events.topics import REPLIES
from shared.identifiers import ONCE, CandidateId, Day, Each, InRange, Instant, Seats, quarters


class StrictData(Data):
    """Strict outside: an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


# The schemas of v1 say what they said when they were published, so that they are only added to. What has been narrowed
# since is checked all the same, as codes are, and stands on the contract page: steps of hours, the last seat, and which
# of their reasons `rejected`, `held` and `closed` take.
_HOURS = {"description": "hours a week, in steps of 0.25", "type": "number", "maximum": 37}
WeekHours = Annotated[identifiers.WeekHours, WithJsonSchema(_HOURS | {"exclusiveMinimum": 0})]
OutcomeHours = Annotated[float, quarters(0), WithJsonSchema(_HOURS | {"minimum": 0})]
Seat = Annotated[Seats, WithJsonSchema({"description": "1 to 50", "type": "integer", "minimum": 1})]
# Not empty: what is to be the place's is left out.
Tasks = Annotated[tuple[TaskId, ...], Field(min_length=1), ONCE]
TimesOfDay = Annotated[tuple[codes.TimeOfDay, ...], Field(min_length=1), ONCE]


class ReplyProfile(StrictData):
    """Strengths and needs as codes; reach in minutes; hours a week."""

    age_band: codes.AgeBand
    hours: WeekHours
    times_of_day: TimesOfDay
    strengths: Each[codes.Strength] = ()
    interests: Each[codes.Interest] = ()
    support: Each[codes.Support] = ()
    reach: Annotated[int, InRange(0, 600)]
    forms: Each[codes.Form]
    from_: Day = Field(alias="from")


class Reply(Event, topic=REPLIES):
    """Base of what a kommune may say."""

    model_config = ConfigDict(extra="forbid")

    @property
    def about(self) -> str:
        """The id that the reply is about."""
        return self.subject


class ReferralReply(Reply):
    """Base of a reply about a referral."""

    referral_id: Id


class Seen(ReferralReply, name="reply.seen", subject="referral_id"):
    """We have seen it."""


class Accepted(ReferralReply, name="reply.accepted", subject="referral_id"):
    """We look for a young person. `company_known`: the company was in our portfolio before."""

    company_known: bool | None = None


class Rejected(ReferralReply, name="reply.rejected", subject="referral_id"):
    """No, with a reason."""

    reason: codes.Rejected


class Held(ReferralReply, name="reply.held", subject="referral_id"):
    """We need time, until a date."""

    reason: codes.Held
    until: Day


class Closed(ReferralReply, name="reply.closed", subject="referral_id"):
    """We have found whom we could."""

    reason: codes.Closed


class CancellationConfirmed(ReferralReply, name="reply.cancellation-confirmed", subject="referral_id"):
    """We have stopped looking, as you asked."""


class CandidateRegistered(Reply, name="reply.candidate-registered", subject="candidate_id"):
    """Somebody for whom places are to be suggested; said again it replaces the profile. It is kept for 30 days."""

    candidate_id: CandidateId
    profile: ReplyProfile


class CandidateProposed(ReferralReply, name="reply.candidate-proposed", subject="referral_id"):
    """We propose someone. What is left out is the place's. `next_step` is required for praktik.

    `kommune`: the young person's, where a shared entrance proposes for one of the kommuner that share it.
    """

    candidate_id: CandidateId
    kommune: Annotated[str, Field(pattern="^[0-9]{4}$")] | None = None
    profile: ReplyProfile
    form: codes.Form | None = None
    hours: WeekHours | None = None
    times_of_day: TimesOfDay | None = None
    tasks: Tasks | None = None
    seat: Seat | None = None
    start: Day
    until: Day | None = None
    next_step: codes.Form | None = None


class CandidateWithdrawn(Reply, name="reply.candidate-withdrawn", subject="candidate_id"):
    """The young person is no longer there for a place."""

    candidate_id: CandidateId
    reason: codes.CandidateWithdrawn


class LeaderContacted(ReferralReply, name="reply.leader-contacted", subject="referral_id"):
    """We have reached out to the leader."""

    at: Instant


class MeetingPlanned(ReferralReply, name="reply.meeting-planned", subject="referral_id"):
    """Leader, young person and we meet."""

    at: Instant


class MeetingMissed(ReferralReply, name="reply.meeting-missed", subject="referral_id"):
    """Somebody did not come."""

    at: Instant


class YoungPersonAnswered(Reply, name="reply.young-person-answered", subject="match_id"):
    """The young person's own yes or no, passed on."""

    match_id: Id
    answer: Literal["yes", "no"]
    reason: codes.MatchDeclined | None = None


class KommuneAnswer(Reply):
    """Base of the kommune's word on a match or on a stage: exactly one of the two ids."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": [name], "properties": {name: {"type": "string"}}} for name in ("match_id", "stage_id")
            ]
        }
    )

    match_id: Id | None = None
    stage_id: Id | None = None

    @model_validator(mode="after")
    def _about_one_thing(self) -> Self:
        if (self.match_id is None) == (self.stage_id is None):
            raise refusal("missing-field", "Name either match_id or stage_id.", "Skriv enten match_id eller stage_id.")
        return self

    @property
    def about(self) -> str:
        return self.match_id or self.stage_id or ""


class KommuneApproved(KommuneAnswer, name="reply.kommune-approved", subject="about"):
    """We approve a match or a stage: form, hours, from and to."""

    form: codes.Form
    hours: WeekHours
    from_: Day = Field(alias="from")
    to: Day | None = None


class KommuneDeclined(KommuneAnswer, name="reply.kommune-declined", subject="about"):
    """We don't approve."""

    reason: codes.MatchDeclined


class VoicePassedOn(Reply, name="reply.voice-passed-on", subject="placement_id"):
    """How the young person finds it: wellbeing 1-5, and what was learned."""

    placement_id: Id
    wellbeing: Annotated[int, InRange(1, 5)]
    learning: Each[codes.Learning] = ()


class OutcomeReported(Reply, name="reply.outcome-reported", subject="placement_id"):
    """What became of it. Hours are a week's."""

    placement_id: Id
    outcome: codes.Outcome
    hours: OutcomeHours | None = None
    on: Day


class SupportAnswered(Reply, name="reply.support-answered", subject="challenge_id"):
    """Our answer where you wanted our help. `granted` names the support; minutes are a week's."""

    challenge_id: Id
    answer: Literal["granted", "refused", "later"]
    support: codes.SupportGranted | None = None
    minutes: Annotated[int, InRange(1, 2_400)] | None = None
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
