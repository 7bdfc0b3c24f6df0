"""The contract with the kommuner: what we tell (`k.<code>.referrals.v1`) and what they reply (`k.<code>.replies.v1`).

Outgoing events are the gateway's own copies: own ids, own versions per subject. Replies are strict: the unknown is
refused. Who speaks is known from the topic, never from the payload.
"""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from shared.catalogue import codes
from shared.catalogue.refusal import refusal
from shared.catalogue.tasks import TaskId
from shared.events.base import Code, Data, Event, Id, Kommune, Minutes, Postnr, Stage, Task, Terms, date
from shared.events.topics import REFERRALS, REPLIES
from shared.identifiers import CandidateId, Day, Instant


class ToKommune(Event, topic=REFERRALS):
    """Base of what a kommune is told. The message key is the referral."""

    referral_id: Id


class OwnWord(Data):
    """How this kommune says it: our concept, its own term."""

    concept: Code
    term: str


class ReferralSent(ToKommune, name="referral.sent", subject="referral_id", key="referral_id"):
    """A place for a young person of yours. All that is needed to answer; contact data follow at `place_url`.

    Hours are a week's, `minutes` is travel from the place, `answer_by` a date in Denmark.
    """

    place_id: Id
    round: int
    kommune: Kommune
    place_kommune: Kommune
    postnr: Postnr
    why: Code
    minutes: Minutes
    answer_by: date
    seats: int
    sector: Code | None = None
    size_band: Code | None = None
    tasks: tuple[Task, ...]
    hours_from: float
    hours_to: float
    times_of_day: tuple[Code, ...]
    forms: tuple[Code, ...]
    purpose: Code
    support: tuple[Code, ...] = ()
    frame: tuple[Code, ...] = ()
    own_words: tuple[OwnWord, ...] = ()
    contact_id: Id
    contact_role: Code
    place_url: str


class ReferralLeaderGuided(ToKommune, name="referral.leader-guided", subject="referral_id", key="referral_id"):
    """The leader knows that you will call. Once you have accepted, `place_url` answers."""

    channel: Literal["page", "call"]


class ReferralReminded(ToKommune, name="referral.reminded", subject="referral_id", key="referral_id"):
    """You have not answered yet."""

    contact_id: Id
    due_by: date


class ReferralEscalated(ToKommune, name="referral.escalated", subject="referral_id", key="referral_id"):
    """Another person of yours is asked."""

    contact_id: Id
    contact_role: Code
    due_by: date


class ReferralResumed(ToKommune, name="referral.resumed", subject="referral_id", key="referral_id"):
    """The hold is over."""


class ReferralExpired(ToKommune, name="referral.expired", subject="referral_id", key="referral_id"):
    """No answer in time; another kommune is asked."""

    reason: Code


class ReferralCancelled(ToKommune, name="referral.cancelled", subject="referral_id", key="referral_id"):
    """Taken back."""

    reason: Code


class ReferralCompleted(ToKommune, name="referral.completed", subject="referral_id", key="referral_id"):
    """Its seats are matched."""


class MatchToKommune(ToKommune):
    """Base of what is said of a match of your young person."""

    match_id: Id
    candidate_id: Id


class MatchProposed(MatchToKommune, name="match.proposed", subject="match_id", key="referral_id"):
    """Your proposal is possible. Whose yes is missing, and until when it waits."""

    reply_id: Code
    terms: Terms
    warnings: tuple[Code, ...] = ()
    approvals_needed: tuple[Code, ...]
    answer_by: date


class MatchRefused(MatchToKommune, name="match.refused", subject="match_id", key="referral_id"):
    """Your proposal is not possible; `rule` says why."""

    reply_id: Code
    rule: Code


class MatchApproved(MatchToKommune, name="match.approved", subject="match_id", key="referral_id"):
    """A party said yes."""

    party: Code


class MatchDeclined(MatchToKommune, name="match.declined", subject="match_id", key="referral_id"):
    """A party said no."""

    party: Code
    reason: Code


class MatchAgreed(MatchToKommune, name="match.agreed", subject="match_id", key="referral_id"):
    """All have said yes."""

    terms: Terms


class MatchCancelled(MatchToKommune, name="match.cancelled", subject="match_id", key="referral_id"):
    """It ended for another reason than a no."""

    reason: Code


class PlacementToKommune(ToKommune):
    """Base of what is said of a placement of your young person."""

    placement_id: Id
    match_id: Id
    candidate_id: Id
    next_checkin: date | None = None


class PlacementPlanned(PlacementToKommune, name="placement.planned", subject="placement_id", key="referral_id"):
    """Agreed, not begun."""

    stage: Stage


class PlacementStarted(PlacementToKommune, name="placement.started", subject="placement_id", key="referral_id"):
    """The first day."""

    on: date
    stage: Stage


class PlacementStagePlanned(
    PlacementToKommune, name="placement.stage-planned", subject="placement_id", key="referral_id"
):
    """Another form or hours from a later day; with `approval_needed` it waits for your `kommune-approved`."""

    stage: Stage
    approval_needed: bool


class PlacementStageChanged(
    PlacementToKommune, name="placement.stage-changed", subject="placement_id", key="referral_id"
):
    """On the day it takes effect."""

    stage: Stage


class PlacementMoved(PlacementToKommune, name="placement.moved", subject="placement_id", key="referral_id"):
    """Another department; the placement is the same."""

    stage: Stage


class PlacementCheckinDue(PlacementToKommune, name="placement.checkin-due", subject="placement_id", key="referral_id"):
    """A day on which how it goes is asked; a good moment for `voice-passed-on`."""

    kind: Code
    on: date


class PlacementPaused(PlacementToKommune, name="placement.paused", subject="placement_id", key="referral_id"):
    """A time-out, or an approval of yours that ran out."""

    reason: Code
    until: date | None = None


class PlacementResumed(PlacementToKommune, name="placement.resumed", subject="placement_id", key="referral_id"):
    """Back again."""

    stage: Stage


class PlacementCancelled(PlacementToKommune, name="placement.cancelled", subject="placement_id", key="referral_id"):
    """It never began."""

    reason: Code


class PlacementEnded(PlacementToKommune, name="placement.ended", subject="placement_id", key="referral_id"):
    """It is over."""

    how: Literal["as-planned", "early"]
    reason: Code
    on: date


class PlacementOutcomeRecorded(
    PlacementToKommune, name="placement.outcome-recorded", subject="placement_id", key="referral_id"
):
    """What became of it. Hours are a week's."""

    outcome: Code
    hours: float | None = None
    on: date
    when: Code


class ChallengeRaised(ToKommune, name="challenge.raised", subject="challenge_id", key="referral_id"):
    """Your help is wanted with something that is hard at the workplace."""

    challenge_id: Id
    placement_id: Id
    code: Code


class AboutReply(ToKommune):
    """Base of what is said of a reply of yours. `referral_id` is the id that the reply was about, else its subject."""

    referral_id: str
    reply: str
    """The id of your reply, or `offset-<n>` where it could not be read."""
    source: str | None = None
    what: Code | None = None
    offset: int | None = None


class ReplyTaken(AboutReply, name="reply.taken", subject="reply", key="referral_id"):
    """Your reply is durable and passed on. Your source, id, what and offset come back."""


class ReplyRefused(AboutReply, name="reply.refused", subject="reply", key="referral_id"):
    """Your reply changed nothing: which field, which rule, and the way out in Danish and English."""

    field: str
    rule: Code
    da: str
    en: str


# -- what a kommune may reply ------------------------------------------------------------------------------------------


class StrictData(Data):
    """Strict outside: an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


WeekHours = Annotated[float, Field(gt=0, le=37, description="hours a week")]
# Not empty: what is to be the place's is left out.
Tasks = Annotated[tuple[TaskId, ...], Field(min_length=1)]
TimesOfDay = Annotated[tuple[codes.TimeOfDay, ...], Field(min_length=1)]


class ReplyProfile(StrictData):
    """Strengths and needs as codes; reach in minutes; hours a week."""

    age_band: codes.AgeBand
    hours: WeekHours
    times_of_day: TimesOfDay
    strengths: tuple[codes.Strength, ...] = ()
    interests: tuple[codes.Interest, ...] = ()
    support: tuple[codes.Support, ...] = ()
    reach: Annotated[int, Field(ge=0, le=600)]
    forms: tuple[codes.Form, ...]
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

    reason: codes.ReferralReason


class Held(ReferralReply, name="reply.held", subject="referral_id"):
    """We need time, until a date."""

    reason: codes.ReferralReason
    until: Day


class Closed(ReferralReply, name="reply.closed", subject="referral_id"):
    """We have found whom we could."""

    reason: codes.ReferralReason


class CandidateProposed(ReferralReply, name="reply.candidate-proposed", subject="referral_id"):
    """We propose someone. What is left out is the place's. `next_step` is required for praktik."""

    candidate_id: CandidateId
    profile: ReplyProfile
    form: codes.Form | None = None
    hours: WeekHours | None = None
    times_of_day: TimesOfDay | None = None
    tasks: Tasks | None = None
    seat: Annotated[int, Field(ge=1)] | None = None
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
    wellbeing: Annotated[int, Field(ge=1, le=5)]
    learning: tuple[codes.Learning, ...] = ()


class OutcomeReported(Reply, name="reply.outcome-reported", subject="placement_id"):
    """What became of it. Hours are a week's."""

    placement_id: Id
    outcome: codes.Outcome
    hours: Annotated[float, Field(ge=0, le=37)] | None = None
    on: Day
