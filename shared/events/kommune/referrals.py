"""What a kommune is told on `k.<code>.referrals.v1`: the gateway's own copies, with own ids and own versions."""

from datetime import date
from typing import Annotated, Literal

from shared.events.base import (
    Code,
    Data,
    Event,
    Form,
    Id,
    Kommune,
    Minutes,
    Postnr,
    Reason,
    Stage,
    Task,
    Terms,
    TimeOfDay,
    listed,
)
from shared.events.topics import REFERRALS


class ToKommune(Event, topic=REFERRALS):
    """Base of what a kommune is told. The message key is the referral."""

    referral_id: Id


class OwnWord(Data):
    """How this kommune says it: our concept, its own term."""

    concept: Annotated[Code, listed("terms")]
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
    why: Annotated[Code, listed("referral-why")]
    minutes: Minutes
    answer_by: date
    seats: int
    sector: Annotated[Code, listed("sectors")] | None = None
    size_band: Annotated[Code, listed("size-band")] | None = None
    tasks: tuple[Task, ...]
    hours_from: float
    hours_to: float
    times_of_day: tuple[TimeOfDay, ...]
    forms: tuple[Form, ...]
    purpose: Annotated[Code, listed("purpose")]
    support: tuple[Annotated[Code, listed("support")], ...] = ()
    frame: tuple[Annotated[Code, listed("frame")], ...] = ()
    own_words: tuple[OwnWord, ...] = ()
    contact_id: Id
    contact_role: Annotated[Code, listed("contact-role")]
    place_url: str


class ReferralLeaderGuided(ToKommune, name="referral.leader-guided", subject="referral_id", key="referral_id"):
    """The leader knows that you will call. Once you have accepted, `place_url` answers."""

    channel: Literal["page", "call"]


class ReferralChanged(ToKommune, name="referral.changed", subject="referral_id", key="referral_id"):
    """The place is another one now, as it is after the change; `changes` names the fields.

    `due_by` among them: a match came to nothing, and until then you have time to find somebody else.
    `contact` among them: there is somebody else to call, or a name or number was wrong; read it at `place_url`.
    """

    changes: tuple[Code, ...]
    postnr: Postnr
    place_kommune: Kommune
    tasks: tuple[Task, ...]
    hours_from: float
    hours_to: float
    times_of_day: tuple[TimeOfDay, ...]
    forms: tuple[Form, ...]
    purpose: Annotated[Code, listed("purpose")]
    support: tuple[Annotated[Code, listed("support")], ...] = ()
    frame: tuple[Annotated[Code, listed("frame")], ...] = ()
    seats: int
    due_by: date | None = None


class ReferralAccepted(ToKommune, name="referral.accepted", subject="referral_id", key="referral_id"):
    """You said yes: you look for a young person."""


class ReferralRejected(ToKommune, name="referral.rejected", subject="referral_id", key="referral_id"):
    """You said no."""

    reason: Annotated[Code, listed("referral-rejected")]


class ReferralOnHold(ToKommune, name="referral.on-hold", subject="referral_id", key="referral_id"):
    """You asked for time; `until` is the last day of it."""

    reason: Annotated[Code, listed("referral-held")]
    until: date


class ReferralReminded(ToKommune, name="referral.reminded", subject="referral_id", key="referral_id"):
    """You have not answered yet."""

    contact_id: Id
    due_by: date


class ReferralEscalated(ToKommune, name="referral.escalated", subject="referral_id", key="referral_id"):
    """Another person of yours is asked."""

    contact_id: Id
    contact_role: Annotated[Code, listed("contact-role")]
    due_by: date


class ReferralResumed(ToKommune, name="referral.resumed", subject="referral_id", key="referral_id"):
    """The hold is over."""


class ReferralExpired(ToKommune, name="referral.expired", subject="referral_id", key="referral_id"):
    """No answer in time; another kommune is asked."""

    reason: Code


class ReferralCancellationRequested(
    ToKommune, name="referral.cancellation-requested", subject="referral_id", key="referral_id"
):
    """Asked back although you accepted: answer `cancellation-confirmed`; at `due_by` it is taken back."""

    reason: Annotated[Code, listed("referral-cancelled")]
    due_by: date


class ReferralCancelled(ToKommune, name="referral.cancelled", subject="referral_id", key="referral_id"):
    """Taken back."""

    reason: Annotated[Code, listed("referral-cancelled")]


class ReferralCompleted(ToKommune, name="referral.completed", subject="referral_id", key="referral_id"):
    """Its seats are matched; or nobody more is wanted after a match, for that `reason`."""

    reason: Annotated[Code, listed("referral-cancelled")] | None = None


class MatchToKommune(ToKommune):
    """Base of what is said of a match of your young person."""

    match_id: Id
    candidate_id: Id


class MatchProposed(MatchToKommune, name="match.proposed", subject="match_id", key="referral_id"):
    """Your proposal is possible. Whose yes is missing, and until when it waits."""

    reply_id: Code
    terms: Terms
    warnings: tuple[Annotated[Code, listed("rules")], ...] = ()
    approvals_needed: tuple[Code, ...]
    answer_by: date


class MatchRefused(MatchToKommune, name="match.refused", subject="match_id", key="referral_id"):
    """Your proposal is not possible; `rule` says why."""

    reply_id: Code
    rule: Annotated[Code, listed("match-refused")]


class MatchApproved(MatchToKommune, name="match.approved", subject="match_id", key="referral_id"):
    """A party said yes."""

    party: Code


class MatchDeclined(MatchToKommune, name="match.declined", subject="match_id", key="referral_id"):
    """A party said no."""

    party: Code
    reason: Annotated[Code, listed("match-declined")]


class MatchAgreed(MatchToKommune, name="match.agreed", subject="match_id", key="referral_id"):
    """All have said yes."""

    terms: Terms


class MatchCancelled(MatchToKommune, name="match.cancelled", subject="match_id", key="referral_id"):
    """It ended for another reason than a no."""

    reason: Annotated[Code, listed("match-cancelled")]


class MatchSuggested(ToKommune, name="match.suggested", subject="suggestion", key="referral_id"):
    """This referral and a young person whom you registered fit; `rank` from 1, `score` from 0 to 100."""

    candidate_id: Id
    rank: int
    score: int
    reasons: tuple[Reason, ...]

    @property
    def suggestion(self) -> str:
        return f"{self.referral_id}.{self.candidate_id}"


class MatchExplained(MatchToKommune, name="match.explained", subject="match_id", key="referral_id"):
    """Why your proposal fits; `score` from 0 to 100."""

    score: int
    reasons: tuple[Reason, ...]


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


class PlacementStageDeclined(
    PlacementToKommune, name="placement.stage-declined", subject="placement_id", key="referral_id"
):
    """You did not approve that stage: it does not begin."""

    stage_id: Id
    reason: Annotated[Code, listed("match-declined")] | None = None


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

    kind: Annotated[Code, listed("check-in-kind")]
    on: date


class PlacementPaused(PlacementToKommune, name="placement.paused", subject="placement_id", key="referral_id"):
    """A time-out, or an approval of yours that ran out."""

    reason: Annotated[Code, listed("placement-paused")]
    until: date | None = None


class PlacementResumed(PlacementToKommune, name="placement.resumed", subject="placement_id", key="referral_id"):
    """Back again."""

    stage: Stage


class PlacementCancelled(PlacementToKommune, name="placement.cancelled", subject="placement_id", key="referral_id"):
    """It never began."""

    reason: Annotated[Code, listed("placement-cancelled")]


class PlacementEnded(PlacementToKommune, name="placement.ended", subject="placement_id", key="referral_id"):
    """It is over."""

    how: Literal["as-planned", "early"]
    reason: Annotated[Code, listed("placement-ended")]
    on: date


class PlacementOutcomeRecorded(
    PlacementToKommune, name="placement.outcome-recorded", subject="placement_id", key="referral_id"
):
    """What became of it. Hours are a week's."""

    outcome: Annotated[Code, listed("outcomes")]
    hours: float | None = None
    on: date
    when: Code


class PlacementCorrected(PlacementToKommune, name="placement.corrected", subject="placement_id", key="referral_id"):
    """Entered wrongly, and put right. `what`: `start`, `end`, `outcome` or `stage`; the others say what is so now.

    An outcome that is not there now was taken back. A stage that is not there now (`stage_id` says which) is void:
    taken back, or another one came in its place; it needs no approval any more.
    """

    what: Code
    on: date | None = None
    stage_id: Id | None = None
    stage: Stage | None = None
    how: Code | None = None
    reason: Code | None = None
    outcome: Annotated[Code, listed("outcomes")] | None = None
    hours: float | None = None
    when: Code | None = None


class ChallengeRaised(ToKommune, name="challenge.raised", subject="challenge_id", key="referral_id"):
    """Your help is wanted with something that is hard at the workplace."""

    challenge_id: Id
    placement_id: Id
    code: Annotated[Code, listed("challenges")]


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
    rule: Annotated[Code, listed("reply-refused")]
    da: str
    en: str
