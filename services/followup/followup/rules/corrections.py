"""What was entered wrongly is put right: under the rules that held for it in the first place, and with a trace."""

from datetime import date, timedelta
from typing import Any

from followup import texts
from followup.rules import Decision, ages, approvals, checkins, dates, outcomes, stages
from followup.rules.placements import IN_ERROR, how_of
from followup.state.placements import Correction, Outcome, Placement, When
from shared.events.base import Stage
from shared.events.followup import PlacementCorrected
from shared.spine.decision import Refused

DAY = timedelta(days=1)


def start(p: Placement, on: date, by: str, today: date) -> Decision:
    """It began on another day."""
    if p.started_on is None:
        raise texts.over() if p.state == "cancelled" else texts.never_began()
    if on == p.started_on:
        return p, []
    dates.happened(on, min(today, p.ended_on or today), "on", after=p.agreed_on)
    first, *later = p.stages
    if later and on >= later[0].from_:
        raise texts.days_in_order("on")
    fitted = approvals.fitted(first.changed(from_=on), p.approvals)
    if fitted is None:
        raise Refused.by("R-PAY-1", "on")
    p = _traced(p, "start", by, today, on=p.started_on)
    plan = checkins.when_begun_another_day(p.plan, p.asked, on) if p.state == "active" else p.plan
    p = p.changed(started_on=on, stages=(fitted, *later), plan=plan)
    return p, [PlacementCorrected(**p.about, what="start", on=on, stage=fitted, present=not later)]


def end(p: Placement, reason: str, on: date, gains: tuple[str, ...], by: str, today: date) -> Decision:
    """It ended on another day, for another reason or with other gains. That it ended stands: its seat is free."""
    if p.state != "finished" or p.ended_on is None:
        raise texts.nothing_to_correct("what")
    if (p.reason, p.ended_on, p.gains) == (reason, on, gains):
        return p, []
    dates.happened(on, today, "on", after=p.started_on)
    was, before, how = p.reason, p.how, how_of(reason)
    p = _traced(p, "end", by, today, on=p.ended_on, reason=p.reason, gains=" ".join(p.gains))
    plan = () if reason == IN_ERROR else checkins.when_ended(on)
    if was != IN_ERROR:  # some have been asked
        to_come = {c.kind for c in p.plan}
        plan = tuple(c for c in plan if c.kind in to_come)
    p = stages.until(p, on).changed(reason=reason, ended_on=on, gains=gains, how=how, plan=plan)
    said = PlacementCorrected(**p.about, what="end", on=on, how=how, reason=reason, gains=gains, before=before)
    return p, [said]


def outcome(p: Placement, code: str, when: When, now: Outcome | None, by: str, today: date) -> Decision:
    """The outcome of that time of asking is another one, or none."""
    wrong = next((found for found in p.outcomes if (found.outcome, found.when) == (code, when)), None)
    if wrong is None:
        raise texts.nothing_to_correct("outcome")
    if now == wrong:
        return p, []
    p = _traced(p, "outcome", by, today, outcome=code, when=when, hours=wrong.hours, on=wrong.on)
    p = p.changed(outcomes=tuple(f for f in p.outcomes if (f.outcome, f.when) != (code, when)))
    said: dict[str, Any] = {}
    if now:
        p, _ = outcomes.became(p, now, today, field="now.")
        said = {"outcome": now.outcome, "hours": now.hours, "on": now.on, "when": now.when}
    return p, [PlacementCorrected(**p.about, what="outcome", before=code, before_when=when, **said)]


def stage(
    p: Placement, stage_id: str, now: Stage | None, age_band: str | None, by: str, today: date, *, confirmed: bool
) -> Decision:
    """A stage is another one; one that has not begun can be taken back."""
    if any(s.stage_id == stage_id for s in p.ahead):
        return _planned(p, stage_id, now, age_band, by, today, confirmed=confirmed)
    n = next((n for n, s in enumerate(p.stages) if s.stage_id == stage_id), None)
    if n is None:
        raise texts.nothing_to_correct("stage_id")
    if p.started_on is None:
        raise texts.never_began()
    if now is None:
        raise texts.stage_has_begun()
    return _begun(p, n, now, age_band, by, today, confirmed=confirmed)


def _planned(
    p: Placement, stage_id: str, now: Stage | None, age_band: str | None, by: str, today: date, *, confirmed: bool
) -> Decision:
    wrong = next(s for s in p.ahead if s.stage_id == stage_id)
    p = _traced(p, "stage", by, today, **_facts(wrong))
    p = p.changed(
        ahead=tuple(s for s in p.ahead if s != wrong), ramp=tuple(s for s in p.ramp if s.stage_id != stage_id)
    )
    if now is None:
        return p, [stages.void(p, wrong)]
    return stages.planned(p, now, age_band, today, confirmed=confirmed)


def _begun(
    p: Placement, n: int, now: Stage, age_band: str | None, by: str, today: date, *, confirmed: bool
) -> Decision:
    """Its neighbours stay where they are: the one before ends where it begins."""
    wrong, before, after = p.stages[n], p.stages[:n], p.stages[n + 1 :]
    if not before and now.from_ != wrong.from_:
        raise texts.start_is_its_own()
    dates.happened(now.from_, today, "now.from", after=before[-1].from_ + DAY if before else None)
    if after and now.from_ >= after[0].from_:
        raise texts.days_in_order("now.from")
    known = {task for s in p.stages for task in s.tasks}
    ages.checked(now, age_band, known, confirmed=confirmed)
    now = now.changed(to=wrong.to if after or p.ended_on else now.to)
    fitted = approvals.fitted(now, p.approvals)
    if fitted is None:
        raise Refused.by("R-PAY-1", "now.form")
    if fitted == wrong:
        return p, []
    dates.lasts(fitted.from_, fitted.to, "now.to")
    p = _traced(p, "stage", by, today, **_facts(wrong))
    p = p.changed(stages=(*stages.closed(before, fitted.from_ - DAY), fitted, *after))
    about = {"stage_id": fitted.stage_id, "stage": fitted, "before": wrong.form}
    said = PlacementCorrected(**p.about, what="stage", **about, present=not after)
    return p, [said]


def _facts(stage: Stage) -> dict[str, Any]:
    return {
        "stage_id": stage.stage_id,
        "form": stage.form,
        "hours": stage.hours,
        "times_of_day": " ".join(stage.times_of_day),
        "tasks": " ".join(stage.tasks),
        "from": stage.from_,
        "to": stage.to,
    }


def _traced(p: Placement, what: str, by: str, today: date, **was: Any) -> Placement:
    stood = {name: str(value) for name, value in was.items() if value is not None}
    return p.changed(corrections=(*p.corrections, Correction(what=what, on=today, by=by, was=stood)))
