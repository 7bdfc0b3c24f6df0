"""The course of a placement: planned, active, paused, finished; or cancelled before it began. Always with a reason."""

from datetime import date

from followup import texts
from followup.rules import Decision, approvals, candidates, checkins, dates, places, stages
from followup.state.candidates import Candidate
from followup.state.placements import LIVING, CheckinMade, How, Move, Placement
from followup.state.places import Place
from shared.events.base import Stage
from shared.events.followup import (
    PlacementCancelled,
    PlacementCheckedIn,
    PlacementCheckinDue,
    PlacementEnded,
    PlacementMoved,
    PlacementPaused,
    PlacementPlanned,
    PlacementResumed,
    PlacementStarted,
)
from shared.events.matching import MatchAgreed
from shared.spine.decision import Refused

# Leaving for education is a success (publication 2024, S01); what the workplace or a challenge ends is an early end.
IN_ERROR = "entered-in-error"
AS_PLANNED = ("goal-reached", "education", "job-elsewhere", "period-over", IN_ERROR)


def agreed(
    match: MatchAgreed, stage_id: str, candidate: Candidate, place: Place, agreed_on: date, today: date
) -> Decision:
    """The placement that all have said yes to, on the terms of the match.

    What happened to the candidate or the place may have been heard first.
    """
    terms = match.terms
    first = Stage(
        stage_id=stage_id,
        form=terms.form,
        hours=terms.hours,
        times_of_day=terms.times_of_day,
        tasks=terms.tasks,
        from_=terms.start,
        to=terms.until,
        next_step=terms.next_step,
    )
    given = tuple(approvals.of_terms(a, terms) for a in match.approvals if a.party == "kommune")
    first = approvals.cut(first, given)
    p = Placement(
        id=match.match_id,
        place_id=match.place_id,
        referral_id=match.referral_id,
        leader_id=place.leader_id,
        company_id=match.company_id,
        candidate_id=match.candidate_id,
        kommune=match.kommune,
        candidate_version=match.candidate_version or 0,
        contact_id=place.contact_id or match.contact_id,
        buddy_id=match.buddy_id,
        stages=(first,),
        ramp=(first,),
        approvals=given,
        plan=checkins.when_planned(first.from_),
        agreed_on=agreed_on,
        earlier=candidates.returns(candidate, match.company_id),
    )
    warnings = dict.fromkeys((*match.warnings, *candidates.unpaid_chain(candidate, first)))
    said = PlacementPlanned(
        **p.about,
        stage=first,
        contact_id=p.contact_id,
        buddy_id=p.buddy_id,
        warnings=tuple(warnings),
        earlier=p.earlier,
    )
    gone = candidate.withdrawn > (match.candidate_version or 0)
    if not gone and not place.stopped:
        return p, [said]
    if gone:
        p, more = candidate_gone(p, today)
    else:
        p, more = place_stopped(p, place.stopped, today, closed=place.closed)
    return p, [said, *more]


def started(p: Placement, on: date, today: date) -> Decision:
    """It has begun: not before all had said yes, and not in the future.

    Unpaid work begins only within the days that the young person's kommune approved (R-PAY-1).
    """
    if p.state in LIVING and p.started_on == on:
        return p, []
    if p.state != "planned":
        raise texts.begun_already() if p.state in LIVING else texts.over()
    dates.happened(on, today, "on", after=p.agreed_on)
    stage = approvals.fitted(p.stage.changed(from_=on), p.approvals)
    if stage is None:
        raise Refused.by("R-PAY-1", "on")
    if stage.to and stage.to < on:
        raise texts.days_in_order("on")
    plan = checkins.when_started(p.plan, on, stage.to)
    p = p.changed(state="active", started_on=on, stages=(stage,), plan=plan)
    return p, [PlacementStarted(**p.about, on=on, stage=stage)]


def checked_in(p: Placement, made: CheckinMade) -> Decision:
    """Somebody asked how it goes; after the end too."""
    if p.state == "cancelled":
        raise texts.over()
    p = p.changed(
        asked=(*p.asked, made),
        plan=checkins.when_asked(p.plan, made),
        attention=() if made.answered else p.attention,
    )
    return p, [PlacementCheckedIn(**p.about, kind=made.kind, on=made.on, answered=made.answered, answers=made.answers)]


def paused(p: Placement, reason: str, until: date | None, today: date) -> Decision:
    if p.state == "paused" and (p.reason, p.until) == (reason, until):
        return p, []
    _must_live(p)
    if p.state == "paused":
        raise texts.paused_already()
    if until and until <= today:
        raise texts.days_in_order("until")
    dates.in_sight(until or today, today, "until")
    plan = checkins.when_paused(until, today)
    p = p.changed(state="paused", reason=reason, until=until, plan=plan)
    return p, [PlacementPaused(**p.about, reason=reason, until=until)]


def resumed(p: Placement, today: date) -> Decision:
    """On the present stage, while its approval lasts; otherwise a next stage is what resumes it."""
    _must_live(p)
    if p.state != "paused" or p.started_on is None:
        return p, []
    if approvals.expired(p.stage, today):
        raise Refused.by("R-PAY-1", "stage")
    plan = checkins.when_resumed(p.started_on, today, p.stage.to)
    p = p.changed(state="active", reason=None, until=None, plan=plan)
    return p, [PlacementResumed(**p.about, stage=p.stage)]


def cancelled(p: Placement, reason: str) -> Decision:
    """It never begins."""
    if p.state == "cancelled" and p.reason == reason:
        return p, []
    if p.state != "planned":
        raise texts.begun() if p.state in LIVING else texts.over()
    p = p.changed(state="cancelled", reason=reason, ahead=(), plan=(), attention=())
    return p, [PlacementCancelled(**p.about, reason=reason)]


def moved(
    p: Placement, on: date, contact_id: str, buddy_id: str | None, tasks: tuple[str, ...] | None, today: date
) -> Decision:
    """Another department of the same workplace (S06): the placement, its form, hours and approval stay."""
    _must_live(p)
    things = {*p.about.values(), *(stage.stage_id for stage in p.stages)} - {p.leader_id}
    for field, person in (("contact_id", contact_id), ("buddy_id", buddy_id)):
        if person in things and person is not None:
            raise texts.nobody(field)
    now = (contact_id, buddy_id, tasks or p.stage.tasks)
    if now == (p.contact_id, p.buddy_id, p.stage.tasks):
        return p, []
    dates.happened(on, today, "on", after=p.stage.from_)
    stage = p.stage.changed(tasks=now[2])
    p = p.changed(
        contact_id=contact_id,
        buddy_id=buddy_id,
        stages=(*p.stages[:-1], stage),
        moves=(*p.moves, Move(on=on, contact_id=p.contact_id, buddy_id=p.buddy_id)),
        plan=checkins.when_moved(p.plan, on),
    )
    return p, [PlacementMoved(**p.about, contact_id=contact_id, buddy_id=buddy_id, stage=stage)]


def how_of(reason: str) -> How:
    return "as-planned" if reason in AS_PLANNED else "early"


def ended(p: Placement, reason: str, on: date, gains: tuple[str, ...], today: date) -> Decision:
    """What was gained is kept, also after an early end. What was entered in error is not followed up."""
    if p.state == "finished" and (p.reason, p.ended_on) == (reason, on):
        return p, []
    _must_live(p)
    dates.happened(on, today, "on", after=p.started_on)
    how = how_of(reason)
    p = stages.until(p, on).changed(
        state="finished",
        reason=reason,
        until=None,
        how=how,
        ended_on=on,
        gains=gains,
        ahead=(),
        plan=() if reason == IN_ERROR else checkins.when_ended(on),
        attention=(),
        voices=(),
    )
    return p, [PlacementEnded(**p.about, how=how, reason=reason, on=on, form=p.stage.form, gains=gains)]


def candidate_gone(p: Placement, today: date) -> Decision:
    """A withdrawal cancels what is only planned; what lives is for people to decide."""
    return _disturbed(p, "candidate-withdrawn", today, cancels="candidate-withdrawn")


def place_stopped(p: Placement, reason: str | None, today: date, *, closed: bool) -> Decision:
    """What is agreed stands, unless the workplace itself closes down before it has begun."""
    code = "place-closed" if closed else "place-paused"
    return _disturbed(p, code, today, cancels=places.cancels_planned(reason))


def _disturbed(p: Placement, code: str, today: date, *, cancels: str | None) -> Decision:
    if p.state in ("finished", "cancelled"):
        return p, []
    if cancels and p.state == "planned":
        return cancelled(p, cancels)
    return stages.noticed(p, code, today), []


def day(p: Placement, today: date) -> Decision:
    """Last in every decision: what the day brings, the next check-in, and those that are due now."""
    p, said = stages.settled(p, today)
    p = checkins.never_without(p, today)
    plan, due = checkins.announced(p.plan, today)
    p = p.changed(plan=plan)
    return p, [*said, *(PlacementCheckinDue(**p.about, kind=c.kind, on=c.on) for c in due)]


def _must_live(p: Placement) -> None:
    if p.state == "planned":
        raise texts.never_began()
    if p.state not in LIVING:
        raise texts.over()
