"""Stages: dated stretches with one form and one number of hours. They grow, and praktik turns into paid hours."""

from collections.abc import Iterable
from datetime import date, timedelta

from followup import texts
from followup.rules import Decision, ages, approvals, checkins, dates
from followup.state.placements import LIVING, Attention, Placement
from shared.catalogue.forms import is_offered, is_paid, needs_training_place
from shared.catalogue.limits import limits
from shared.events.base import Stage
from shared.events.followup import (
    PlacementCorrected,
    PlacementEvent,
    PlacementPaused,
    PlacementResumed,
    PlacementStageChanged,
    PlacementStageDeclined,
    PlacementStagePlanned,
)
from shared.events.municipality_gateway import PlacementAnswered
from shared.spine.decision import Refused

DAY = timedelta(days=1)
EXPIRED = "approval-expired"


def planned(p: Placement, stage: Stage, age_band: str | None, today: date, *, confirmed: bool = False) -> Decision:
    """Agreed for later, or for a day since the present stage began. It begins on its day, if it is approved by then."""
    if p.state in ("finished", "cancelled"):
        raise texts.over()
    if stage.from_ <= p.stage.from_:
        raise texts.days_in_order("from")
    if not is_offered(stage.form, stage.from_):
        raise Refused.by("R-FIT-FORM", "form")
    dates.in_sight(stage.from_, today, "from")
    dates.lasts(stage.from_, stage.to, "to")
    known = {task for s in p.stages for task in s.tasks}
    warned = ages.checked(stage, age_band, known, confirmed=confirmed)
    approved = approvals.fitted(stage, p.approvals)
    stage = approved or stage
    praktik = () if is_paid(stage.form) else _unpaid(stage)
    instead_of = [s for s in p.ahead if s.from_ == stage.from_]
    others = tuple(s for s in p.ahead if s not in instead_of)
    before = tuple(s for s in (*p.stages, *others) if s.from_ < stage.from_)
    training = ("R-PLACE-LAERLING-1",) if needs_training_place(stage.form, stage.from_) else ()
    warnings = (*hours_jump(before[-1], stage), *unpaid_chain(before, stage), *praktik, *warned, *training)
    ramp = (*(s for s in p.ramp if s.from_ != stage.from_), stage)
    p = p.changed(ahead=_in_order((*others, stage)), ramp=_in_order(ramp))
    said = PlacementStagePlanned(**p.about, stage=stage, warnings=warnings, approval_needed=approved is None)
    return p, [*(void(p, s) for s in instead_of if s.stage_id != stage.stage_id), said]


def void(p: Placement, stage: Stage) -> PlacementCorrected:
    """It was planned and never begins: whoever may have been asked to approve it is told which."""
    return PlacementCorrected(**p.about, what="stage", stage_id=stage.stage_id, before=stage.form)


def answered(p: Placement, answer: PlacementAnswered, today: date) -> Decision:
    """The kommune approves or declines a stage that waits for it; the first one too, as long as it has not begun."""
    if answer.kommune != p.kommune:
        raise Refused.by("R-XBORDER-1", "kommune")
    no = answer.answer == "no"
    if no and answer.stage_id in p.declined:
        return p, []
    waiting = (*(p.stages if p.state == "planned" else ()), *p.ahead)
    stage = next((s for s in waiting if s.stage_id == answer.stage_id), None)
    if stage is None:
        if not no and p.state in LIVING and any(s.stage_id == answer.stage_id for s in p.stages):
            return p, []
        raise texts.nothing_to_approve()
    if no:
        ahead = tuple(s for s in p.ahead if s != stage)
        p = noticed(p.changed(ahead=ahead, declined=(*p.declined, stage.stage_id)), "kommune-declined", today)
        return p, [PlacementStageDeclined(**p.about, stage_id=stage.stage_id, reason=answer.reason)]
    # What was said in time counts, however late it is read.
    said_on = answer.said_on or today
    if field := approvals.misfit(answer, stage, said_on):
        raise Refused.by("R-COVER", field)
    approved, given = approvals.within(answer, stage, said_on), approvals.given(answer, stage)
    _lawful(approved)  # who planned no last day (R-PRAKTIK-3) has the approval's
    if given in p.approvals:
        return p, []
    p = p.changed(
        approvals=(*p.approvals, given),
        stages=tuple(approved if s == stage else s for s in p.stages),
        ahead=_in_order(approved if s == stage else s for s in p.ahead),
        plan=checkins.when_planned(approved.from_) if stage in p.stages else p.plan,
    )
    return p, [PlacementStagePlanned(**p.about, stage=approved)]


def settled(p: Placement, today: date) -> Decision:
    """What the day brings by itself: stages that begin, an approval that has run out, check-ins that are due."""
    said: list[PlacementEvent] = []
    while p.state in LIVING and (stage := _next(p, today)):
        p, events = _entered(p, stage, today)
        said += events
    if p.state == "active" and approvals.expired(p.stage, today):
        p = p.changed(state="paused", reason=EXPIRED, until=None, plan=checkins.when_paused(None, today))
        said.append(PlacementPaused(**p.about, reason=EXPIRED))
    return p, said


def next_day(p: Placement) -> date | None:
    """The next day on which something happens by itself."""
    days = [c.on for c in p.plan if not c.announced]
    if p.state in LIVING:
        days += [s.from_ for s in p.ahead if approvals.fitted(s, p.approvals)]
    if p.state == "active" and p.stage.to and approvals.needed(p.stage.form, p.stage.from_):
        days.append(p.stage.to + DAY)
    return min(days, default=None)


def waits(p: Placement, stage_id: str) -> bool:
    """It is planned, and its approval is missing."""
    return any(s.stage_id == stage_id and approvals.fitted(s, p.approvals) is None for s in p.ahead)


def noticed(p: Placement, code: str, today: date) -> Placement:
    """It comes on today's list, and stays there until somebody has asked and got an answer."""
    more = () if any(found.code == code for found in p.attention) else (Attention(code=code, on=today),)
    return p.changed(attention=(*p.attention, *more), plan=checkins.with_look_in(p.plan, today))


def until(p: Placement, on: date) -> Placement:
    """That was its last day. What is cut off is kept: the day may turn out to be another one."""
    whole = (*p.stages[:-1], p.stage.changed(to=p.cut[0].to), *p.cut[1:]) if p.cut else p.stages
    kept = closed(whole, on)
    return p.changed(stages=kept, cut=whole[len(kept) - 1 :])


def closed(stages: tuple[Stage, ...], on: date) -> tuple[Stage, ...]:
    """What has been in effect, when the last day was that one."""
    begun = tuple(stage for stage in stages if stage.from_ <= on)
    return (*begun[:-1], begun[-1].changed(to=on)) if begun else stages


def unpaid_chain(before: Iterable[Stage], stage: Stage) -> tuple[str, ...]:
    """R-CHAIN-1: one unpaid stage after another, and no paid hours yet."""
    chain = not is_paid(stage.form) and not any(is_paid(s.form) for s in before)
    return ("R-CHAIN-1",) if chain else ()


def hours_jump(before: Stage, after: Stage) -> tuple[str, ...]:
    """R-HOURS-JUMP: to full time from far fewer hours warns, and is asked about sooner."""
    limit = limits("hours-jump", after.from_)
    jump = before.hours < limit["from-below"].value and after.hours >= limit["to"].value
    return ("R-HOURS-JUMP",) if jump else ()


def _unpaid(stage: Stage) -> tuple[str, ...]:
    """A short step towards something (R-PROG-1): it has a last day, and no more weeks than the law gives it."""
    if stage.next_step is None:
        raise Refused.by("R-PROG-1", "next_step")
    if stage.to is None:
        return ("R-PRAKTIK-3",)
    _lawful(stage)
    limit = limits(stage.form, stage.from_)
    return ("R-PRAKTIK-2",) if "weeks" in limit and _weeks(stage.from_, stage.to) > limit["weeks"].value else ()


def _lawful(stage: Stage) -> None:
    """No longer in one go than the law allows; for ever is longer."""
    limit = limits(stage.form, stage.from_)
    if "weeks-extended" not in limit:
        return
    if stage.to is None or _weeks(stage.from_, stage.to) > limit["weeks-extended"].value:
        raise Refused.by("R-PRAKTIK-1", "to")


def _weeks(first: date, last: date) -> float:
    return (last - first + DAY) / timedelta(weeks=1)


def _in_order(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    return tuple(sorted(stages, key=lambda stage: stage.from_))


def _next(p: Placement, today: date) -> Stage | None:
    ready = (approvals.fitted(stage, p.approvals) for stage in p.ahead if stage.from_ <= today)
    return next((stage for stage in ready if stage), None)


def _entered(p: Placement, stage: Stage, today: date) -> Decision:
    """The stage before ends the day before. What the end of an approval stopped goes on."""
    before = p.stage
    last = stage.from_ - DAY
    closed = before.changed(to=min(before.to or last, last))
    resumes = p.state == "paused" and p.reason == EXPIRED
    warnings = hours_jump(before, stage)
    overtaken = [s for s in p.ahead if s.from_ <= stage.from_ and s.stage_id != stage.stage_id]
    p = p.changed(
        stages=(*p.stages[:-1], closed, stage),
        ahead=tuple(s for s in p.ahead if s.from_ > stage.from_),
        plan=checkins.when_changed(p.plan, stage.from_, stage.to, today, jump=bool(warnings)),
    )
    said: list[PlacementEvent] = [
        *(void(p, s) for s in overtaken),
        PlacementStageChanged(
            **p.about, stage=stage, from_form=before.form, from_hours=before.hours, warnings=warnings
        ),
    ]
    if resumes:
        p = p.changed(state="active", reason=None, until=None)
        said.append(PlacementResumed(**p.about, stage=stage))
    return p, said
