"""Placements: which live, in which form, with how many paid hours, how they end and what becomes of them."""

from metrics import figures, rules
from metrics.handlers.base import IN_ERROR, confirm, correct, count, handlers, take_back
from metrics.rows import Moment
from metrics.state.matches import Match
from metrics.state.placements import Placement, PlacementStatus
from shared.events.base import Stage
from shared.events.followup import (
    PlacementCancelled,
    PlacementCertificateIssued,
    PlacementCorrected,
    PlacementEnded,
    PlacementMoved,
    PlacementOutcomeRecorded,
    PlacementPaused,
    PlacementPlanned,
    PlacementResumed,
    PlacementStageChanged,
    PlacementStarted,
)
from shared.spine.work import Message, Work


@handlers.on(PlacementPlanned, (Placement, "placement_id"))
def planned(work: Work, message: Message[PlacementPlanned]) -> None:
    data = message.data
    work.put(
        Placement(
            id=data.placement_id,
            match_id=data.match_id,
            form=data.stage.form,
            hours=data.stage.hours,
            test=rules.is_test(data.kommune),
        )
    )


@handlers.on(PlacementStarted, (Placement, "placement_id"))
def started(work: Work, message: Message[PlacementStarted]) -> None:
    data = message.data
    placement = _begun(_in_stage(work, data, "active"), data.stage)
    work.put(count(work, placement, figures.PLACEMENTS_STARTED, data.stage.form))
    if not placement.test:
        work.write(Moment("started", data.match_id, placement.id, message.time))


@handlers.on(PlacementStageChanged, (Placement, "placement_id"))
def stage_changed(work: Work, message: Message[PlacementStageChanged]) -> None:
    data = message.data
    placement = _begun(_in_stage(work, data), data.stage)
    work.put(count(work, placement, figures.STAGE_CHANGES, data.from_form, data.stage.form))


@handlers.on(PlacementMoved, (Placement, "placement_id"))
def moved(work: Work, message: Message[PlacementMoved]) -> None:
    work.put(_in_stage(work, message.data))


@handlers.on(PlacementPaused, (Placement, "placement_id"))
def paused(work: Work, message: Message[PlacementPaused]) -> None:
    work.put(rules.settled(work.need(Placement, message.data.placement_id).changed(status="paused")))


@handlers.on(PlacementResumed, (Placement, "placement_id"))
def resumed(work: Work, message: Message[PlacementResumed]) -> None:
    work.put(_in_stage(work, message.data, "active"))


@handlers.on(PlacementEnded, (Placement, "placement_id"), (Match, "match_id"))
def ended(work: Work, message: Message[PlacementEnded]) -> None:
    data = message.data
    placement = count(work, work.need(Placement, data.placement_id), figures.PLACEMENTS_ENDED, data.how)
    _over(work, placement, data.reason)


@handlers.on(PlacementCancelled, (Placement, "placement_id"), (Match, "match_id"))
def cancelled(work: Work, message: Message[PlacementCancelled]) -> None:
    data = message.data
    _over(work, work.need(Placement, data.placement_id), data.reason)


@handlers.on(PlacementOutcomeRecorded, (Placement, "placement_id"))
def outcome_recorded(work: Work, message: Message[PlacementOutcomeRecorded]) -> None:
    """Kommune and consultant may both tell: an outcome counts once for each time of asking; the last hours hold."""
    data = message.data
    placement = work.need(Placement, data.placement_id)
    known = placement.outcomes.get(data.when, {})
    if data.outcome not in known:
        placement = count(work, placement, figures.OUTCOMES, data.outcome, data.when)
    outcomes = {**placement.outcomes, data.when: {**known, data.outcome: data.hours or 0}}
    work.put(rules.settled(placement.changed(outcomes=outcomes)))


@handlers.on(PlacementCorrected, (Placement, "placement_id"), (Match, "match_id"))
def corrected(work: Work, message: Message[PlacementCorrected]) -> None:
    data, placement = message.data, work.need(Placement, message.data.placement_id)
    if data.what == "outcome":
        work.put(_other_outcome(work, placement, data))
    elif data.what == "stage" and data.stage:
        work.put(_other_stage(work, placement, data.stage, present=data.present))
    elif data.what == "end" and data.how and data.before and data.reason:
        if data.how != data.before:
            placement = take_back(work, placement, figures.PLACEMENTS_ENDED, data.before)
            placement = count(work, placement, figures.PLACEMENTS_ENDED, data.how)
        _over(work, placement, data.reason)


def _other_outcome(work: Work, placement: Placement, data: PlacementCorrected) -> Placement:
    outcomes = {when: dict(found) for when, found in placement.outcomes.items()}
    if data.before and data.before_when and outcomes.get(data.before_when, {}).pop(data.before, None) is not None:
        placement = take_back(work, placement, figures.OUTCOMES, data.before, data.before_when)
        if not outcomes[data.before_when]:
            del outcomes[data.before_when]
    if data.outcome and data.when:
        known = outcomes.setdefault(data.when, {})
        if data.outcome not in known:
            placement = count(work, placement, figures.OUTCOMES, data.outcome, data.when)
        known[data.outcome] = data.hours or 0
    return rules.settled(placement.changed(outcomes=outcomes))


def _other_stage(work: Work, placement: Placement, stage: Stage, *, present: bool) -> Placement:
    """A stage of another form is another beginning, and another change from the one before and to the one after."""
    before = placement.stages
    after = tuple((id_, stage.form if id_ == stage.stage_id else form) for id_, form in before)
    was, now = rules.steps(before), rules.steps(after)
    for gone, come in zip(was, now, strict=True):
        if gone != come:
            placement = count(work, take_back(work, placement, *gone), *come)
    placement = placement.changed(stages=after)
    return rules.settled(placement.changed(form=stage.form, hours=stage.hours)) if present else placement


@handlers.on(PlacementCertificateIssued, (Placement, "placement_id"))
def certified(work: Work, message: Message[PlacementCertificateIssued]) -> None:
    work.put(count(work, work.need(Placement, message.data.placement_id), figures.CERTIFICATES))


Staged = PlacementStarted | PlacementStageChanged | PlacementMoved | PlacementResumed


def _in_stage(work: Work, data: Staged, status: PlacementStatus | None = None) -> Placement:
    """In the stage that the event tells, and in that status, where it leads to another."""
    placement = work.need(Placement, data.placement_id)
    stage = data.stage
    return rules.settled(placement.changed(form=stage.form, hours=stage.hours, status=status or placement.status))


def _begun(placement: Placement, stage: Stage) -> Placement:
    return placement.changed(stages=(*placement.stages, (stage.stage_id, stage.form)))


def _over(work: Work, placement: Placement, reason: str) -> None:
    """After `match.agreed` only the placement can say that it was all a mistake, or none: so was its match."""
    as_is = correct if reason == IN_ERROR else confirm
    work.put(as_is(work, work.need(Match, placement.match_id)))
    work.put(as_is(work, rules.settled(placement.changed(status="over"))))
