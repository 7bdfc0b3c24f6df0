"""What the others say, noted for a consultant's day: the referrals, matches, placements and challenges of a place."""

from datetime import date

from intake.handlers.base import handlers
from intake.rules.day import with_outcome
from intake.state.day import Asked, Challenge, Match, Placement
from intake.state.referrals import Referral
from shared.catalogue import calendar
from shared.events import followup
from shared.events import municipality_gateway as gateway
from shared.events.matching import (
    MatchAgreed,
    MatchApproved,
    MatchCancelled,
    MatchDeclined,
    MatchProposed,
    MatchSeatFree,
    MatchSeatHeld,
)
from shared.spine.work import Message, Work

# -- referrals ---------------------------------------------------------------------------------------------------------


@handlers.also(
    gateway.ReferralSent, gateway.ReferralSeen, gateway.ReferralAccepted, gateway.ReferralRejected,
    gateway.ReferralOnHold, gateway.ReferralResumed, gateway.ReferralReminded, gateway.ReferralEscalated,
    gateway.ReferralExpired, gateway.ReferralCancelled, gateway.ReferralCancellationRequested,
    gateway.ReferralChanged, gateway.ReferralCompleted, gateway.ReferralLeaderGuided,
    gateway.ReferralLeaderContacted, gateway.ReferralMeetingPlanned, gateway.ReferralMeetingMissed,
    (Referral, "referral_id"),
)  # fmt: skip
def referral(work: Work, message: Message[gateway.ReferralEvent]) -> None:
    """Each of them says the state it leads to."""
    data, on = message.data, calendar.today(message.time)
    known = work.get(Referral, data.referral_id)
    known = known or Referral(id=data.referral_id, place_id=data.place_id, kommune=data.kommune)
    before = known.asked
    asked = Asked(
        state=data.state,
        leader_id=data.leader_id,
        company_id=data.company_id,
        since=on if before is None or _begins(data, before) else before.since,
        by=_by(data, before),
        contact_id=getattr(data, "contact_id", None) or (before and before.contact_id),
        guided_to=data.contact_id if isinstance(data, gateway.ReferralLeaderGuided) else before and before.guided_to,
        asked_back=isinstance(data, gateway.ReferralCancellationRequested) or bool(before and before.asked_back),
        turned_at=before.turned_at if before and before.state == data.state else message.time,
    )
    work.put(known.changed(asked=asked))


def _begins(data: gateway.ReferralEvent, before: Asked) -> bool:
    """A new waiting: the kommune's first yes, a hold, the end of one, being asked back."""
    anew = (gateway.ReferralOnHold, gateway.ReferralResumed, gateway.ReferralCancellationRequested)
    return isinstance(data, anew) or (before.state == "requested" and data.state in ("accepted", "in-progress"))


def _by(data: gateway.ReferralEvent, before: Asked | None) -> date | None:
    match data:
        case gateway.ReferralSent():
            return data.answer_by
        case gateway.ReferralReminded() | gateway.ReferralEscalated() | gateway.ReferralCancellationRequested():
            return data.due_by
        case gateway.ReferralChanged(due_by=date() as due_by):
            return due_by
        case gateway.ReferralOnHold():
            return data.until
    return before.by if before and not _begins(data, before) else None


# -- matches -----------------------------------------------------------------------------------------------------------


@handlers.on(MatchProposed, (Match, "match_id"))
def proposed(work: Work, message: Message[MatchProposed]) -> None:
    data = message.data
    work.put(
        Match(
            id=data.match_id,
            missing=frozenset(data.approvals_needed),
            proposed_on=calendar.today(message.time),
            **data.model_dump(include={"place_id", "referral_id", "leader_id", "kommune", "answer_by"}),
        )
    )


@handlers.on(MatchApproved, (Match, "match_id"))
def approved(work: Work, message: Message[MatchApproved]) -> None:
    data = message.data
    if found := work.get(Match, data.match_id):
        work.put(
            found.changed(
                missing=found.missing - {data.party},
                held_until=data.held_until or found.held_until,
                yes_on=calendar.today(message.time),
            )
        )


@handlers.on(MatchSeatHeld, (Match, "match_id"))
def seat_held(work: Work, message: Message[MatchSeatHeld]) -> None:
    if found := work.get(Match, message.data.match_id):
        work.put(found.changed(seat_held=True))


@handlers.on(MatchSeatFree, (Match, "match_id"))
def asked_anew(work: Work, message: Message[MatchSeatFree]) -> None:
    if found := work.get(Match, message.data.match_id):
        work.put(found.changed(seat_held=False, answer_by=message.data.answer_by))


@handlers.also(MatchAgreed, MatchDeclined, MatchCancelled, (Match, "match_id"))
def decided(work: Work, message: Message[MatchAgreed | MatchDeclined | MatchCancelled]) -> None:
    data = message.data
    if found := work.get(Match, data.match_id):
        work.put(found.changed(state="agreed" if isinstance(data, MatchAgreed) else "over"))


# -- placements --------------------------------------------------------------------------------------------------------

_STATES: dict[type[followup.PlacementEvent], str] = {
    followup.PlacementPlanned: "planned",
    followup.PlacementStarted: "active",
    followup.PlacementPaused: "paused",
    followup.PlacementResumed: "active",
    followup.PlacementCancelled: "cancelled",
    followup.PlacementEnded: "finished",
}


@handlers.also(
    followup.PlacementPlanned, followup.PlacementStarted, followup.PlacementStagePlanned,
    followup.PlacementStageDeclined, followup.PlacementStageChanged, followup.PlacementMoved,
    followup.PlacementCheckinDue, followup.PlacementCheckedIn, followup.PlacementPaused, followup.PlacementResumed,
    followup.PlacementCancelled, followup.PlacementEnded, followup.PlacementOutcomeRecorded,
    followup.PlacementCorrected, followup.PlacementCertificateIssued, followup.PlacementAnswerRefused,
    (Placement, "placement_id"),
)  # fmt: skip
def placement(work: Work, message: Message[followup.PlacementEvent]) -> None:
    """Each of them says when somebody asks next."""
    data, on = message.data, calendar.today(message.time)
    before = work.get(Placement, data.placement_id) or Placement(
        id=data.placement_id,
        since=on,
        **data.model_dump(include={"place_id", "referral_id", "leader_id", "company_id", "kommune"}),
    )
    turned = type(data) in _STATES
    asked = turned or isinstance(data, followup.PlacementCheckedIn)
    found = before.changed(
        state=_STATES.get(type(data), before.state),
        reason=getattr(data, "reason", None) if turned else before.reason,
        resumed=isinstance(data, followup.PlacementResumed) or (before.resumed and not asked),
        since=on if turned else before.since,
        contact_id=data.contact_id if isinstance(data, followup.PlacementMoved) else before.contact_id,
        kind=data.kind if isinstance(data, followup.PlacementCheckinDue) else before.kind,
        next_checkin=data.next_checkin,
        attention=data.attention,
    )
    if isinstance(data, followup.PlacementPlanned):
        found = found.changed(start=data.stage.from_)
    if isinstance(data, followup.PlacementOutcomeRecorded):
        found = found.changed(outcomes=with_outcome(found.outcomes, data.when, data.outcome))
    if isinstance(data, followup.PlacementCorrected) and data.what == "end":
        found = found.changed(reason=data.reason)
    if isinstance(data, followup.PlacementCorrected) and data.what == "outcome":
        rest = tuple(one for one in found.outcomes if one != (data.before_when, data.before))
        found = found.changed(outcomes=with_outcome(rest, data.when, data.outcome))
    work.put(found)


# -- challenges --------------------------------------------------------------------------------------------------------


@handlers.on(followup.ChallengeRaised, followup.ChallengeClosed, (Challenge, "challenge_id"))
def challenge(work: Work, message: Message[followup.ChallengeRaised | followup.ChallengeClosed]) -> None:
    data = message.data
    found = _challenge(work, data.challenge_id).changed(
        **data.model_dump(
            include={"code", "about", "about_id", "place_id", "placement_id", "referral_id", "kommune"},
        )
    )
    if isinstance(data, followup.ChallengeRaised):
        work.put(found.changed(raised_on=calendar.today(message.time), help=data.help is not None))
    else:
        work.put(found.changed(closed=True, closed_on=calendar.today(message.time)))


def _intervened(data: followup.InterventionEvent) -> str | None:
    return data.challenge_id


@handlers.on(followup.InterventionTried, followup.InterventionJudged, (Challenge, _intervened))
def intervention(work: Work, message: Message[followup.InterventionEvent]) -> None:
    """What did not help, or only partly, leaves the next move to a consultant; too early: asked again in a week."""
    data = message.data
    if data.challenge_id is None:
        return
    found = _challenge(work, data.challenge_id)
    fails = isinstance(data, followup.InterventionJudged) and data.result not in ("too-early", "solved")
    tried_on = None if fails else calendar.today(message.time)
    work.put(found.changed(tried_on=tried_on, intervention_id=data.intervention_id))


@handlers.on(gateway.PlacementSupportAnswered, (Challenge, "challenge_id"))
def support_answered(work: Work, message: Message[gateway.PlacementSupportAnswered]) -> None:
    """`later` is no answer yet."""
    data = message.data
    if data.answer != "later":
        work.put(_challenge(work, data.challenge_id).changed(answered=True))


def _challenge(work: Work, id_: str) -> Challenge:
    return work.get(Challenge, id_) or Challenge(id=id_)
