"""What follow-up says: how a placement goes, what was hard, what helped, what became of it."""

from typing import Annotated, Literal

from shared.events.base import Code, Event, Id, Kommune, Stage, date, datetime, listed
from shared.events.topics import FOLLOWUP


class FollowupEvent(Event, topic=FOLLOWUP):
    """Base of what follow-up says."""


class PlacementEvent(FollowupEvent):
    """Base of what is said of a placement. `next_checkin` is the next day on which somebody asks how it goes.

    `attention`: what has happened around it since somebody last asked; nothing of how the young person is.
    """

    placement_id: Id
    match_id: Id
    place_id: Id
    referral_id: Id
    leader_id: Id
    company_id: Id
    candidate_id: Id
    kommune: Kommune
    next_checkin: date | None = None
    attention: tuple[Annotated[Code, listed("attention")], ...] = ()


class PlacementPlanned(PlacementEvent, name="placement.planned", subject="placement_id"):
    """Agreed, not begun."""

    stage: Stage
    contact_id: Id
    buddy_id: Id | None = None
    warnings: tuple[Code, ...] = ()
    earlier: Id | None = None
    """The same young person was at this company before, in that placement."""


class PlacementStarted(PlacementEvent, name="placement.started", subject="placement_id"):
    """The first day."""

    on: date
    stage: Stage


class PlacementStagePlanned(PlacementEvent, name="placement.stage-planned", subject="placement_id"):
    """Another form, hours or times from a later day. `approval_needed`: the kommune must say yes before it begins."""

    stage: Stage
    warnings: tuple[Code, ...] = ()
    approval_needed: bool = False


class PlacementStageDeclined(PlacementEvent, name="placement.stage-declined", subject="placement_id"):
    """The kommune does not approve a planned stage: it does not begin."""

    stage_id: Id
    reason: Code | None = None


class PlacementStageChanged(PlacementEvent, name="placement.stage-changed", subject="placement_id"):
    """On the day it takes effect."""

    stage: Stage
    from_form: Code
    from_hours: float
    warnings: tuple[Code, ...] = ()


class PlacementMoved(PlacementEvent, name="placement.moved", subject="placement_id"):
    """Another department or leader in the same workplace; the placement is the same."""

    contact_id: Id
    buddy_id: Id | None = None
    stage: Stage


class PlacementCheckinDue(PlacementEvent, name="placement.checkin-due", subject="placement_id"):
    """Somebody is to ask how it goes."""

    kind: Code
    on: date


class PlacementCheckedIn(PlacementEvent, name="placement.checked-in", subject="placement_id"):
    """Asked. `answered`: somebody picked up; `answers` are codes."""

    kind: Code
    on: date
    answered: bool
    answers: tuple[Code, ...] = ()


class PlacementPaused(PlacementEvent, name="placement.paused", subject="placement_id"):
    """A time-out, or an approval that ran out."""

    reason: Code
    until: date | None = None


class PlacementResumed(PlacementEvent, name="placement.resumed", subject="placement_id"):
    """Back again."""

    stage: Stage


class PlacementCancelled(PlacementEvent, name="placement.cancelled", subject="placement_id"):
    """It never began."""

    reason: Code


class PlacementEnded(PlacementEvent, name="placement.ended", subject="placement_id"):
    """It is over. Leaving for education is a success; an early end is learned from."""

    how: Literal["as-planned", "early"]
    reason: Code
    on: date
    form: Code
    gains: tuple[Code, ...] = ()


class PlacementOutcomeRecorded(PlacementEvent, name="placement.outcome-recorded", subject="placement_id"):
    """What became of it, while it lives or 0, 3, 6 or 12 months after the end. Hours are a week's."""

    outcome: Code
    hours: float | None = None
    on: date
    when: Literal["living", "0", "3", "6", "12"]
    by: Literal["consultant", "kommune"]


class PlacementCorrected(PlacementEvent, name="placement.corrected", subject="placement_id"):
    """Entered wrongly, and put right. `what`: `start`, `end`, `outcome` or `stage`; the others say what is so now.

    `before` is what the outcome (its code, and `before_when`), the end (its `how`) or the stage (its form) was.
    An outcome that is not there now was taken back; a stage (`stage_id` without `stage`) is void, for it was taken back
    or another one came in its place. `present`: the stage is the one in effect.
    """

    what: Code
    on: date | None = None
    stage_id: Id | None = None
    stage: Stage | None = None
    present: bool = False
    how: Literal["as-planned", "early"] | None = None
    reason: Code | None = None
    gains: tuple[Code, ...] = ()
    outcome: Code | None = None
    hours: float | None = None
    when: Code | None = None
    before: Code | None = None
    before_when: Code | None = None


class PlacementCertificateIssued(PlacementEvent, name="placement.certificate-issued", subject="placement_id"):
    """What was learned, on paper: `competences` are codes; whose it is only the young person shows."""

    certificate_id: Id
    competences: tuple[Code, ...]


class PlacementAnswerRefused(PlacementEvent, name="placement.answer-refused", subject="placement_id"):
    """An answer of the kommune that does not fit; the gateway tells it. `stage`: what an approval must cover."""

    reply_id: Code
    field: Code
    rule: Code
    stage: Stage | None = None


class ChallengeEvent(FollowupEvent):
    """Base of what is said of a challenge: about a placement, a place or a company; never about a person."""

    challenge_id: Id
    about: Literal["placement", "place", "company"]
    about_id: Id
    code: Code
    placement_id: Id | None = None
    place_id: Id | None = None
    referral_id: Id | None = None
    kommune: Kommune | None = None


class ChallengeRaised(ChallengeEvent, name="challenge.raised", subject="challenge_id"):
    """Something is hard. `help`: `kommune` when its help is wanted."""

    help: Literal["kommune"] | None = None


class ChallengeClosed(ChallengeEvent, name="challenge.closed", subject="challenge_id"):
    """It is over. Seconds from raised to the first intervention, where there was one."""

    response_seconds: int | None = None


class InterventionEvent(FollowupEvent):
    """Base of what was tried, against which challenge (or none)."""

    intervention_id: Id
    challenge_id: Id | None = None
    placement_id: Id | None = None
    place_id: Id | None = None
    code: Code
    by: Literal["leader", "consultant", "kommune"]


class InterventionTried(InterventionEvent, name="intervention.tried", subject="intervention_id"):
    """Tried. `minutes`: what it cost. `at`: when it was, where that is another time than the event's.

    `first_of_challenge`: nothing was tried against that challenge before.
    """

    minutes: int
    at: datetime | None = None
    first_of_challenge: bool | None = None


class InterventionJudged(InterventionEvent, name="intervention.judged", subject="intervention_id"):
    """Did it help? `too-early` may be judged again; the others are final."""

    result: Code
