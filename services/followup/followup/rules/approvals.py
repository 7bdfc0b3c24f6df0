"""What the young person's kommune has approved, and what needs it (R-PAY-1, R-XBORDER-1)."""

from datetime import date

from shared.catalogue import forms
from shared.events.base import Approval, Stage, Terms
from shared.events.municipality_gateway import PlacementAnswered


def needed(form: str, on: date) -> bool:
    try:
        return forms.needs_kommune_approval(form, on)
    except KeyError:  # a form that is not known on that day never starts without a yes
        return True


def fitted(stage: Stage, approvals: tuple[Approval, ...]) -> Stage | None:
    """The stage, open-ended no longer than its approval; None when it needs one and none covers it."""
    if not needed(stage.form, stage.from_):
        return stage
    covering = next((approval for approval in approvals if _covers(approval, stage)), None)
    return stage.changed(to=stage.to or covering.to) if covering else None


def of_terms(approval: Approval, terms: Terms) -> Approval:
    """A yes that says no more than yes is one to the terms of the match, not to any other form."""
    if approval.form:
        return approval
    return approval.changed(
        form=terms.form,
        hours=approval.hours or terms.hours,
        from_=approval.from_ or terms.start,
        to=approval.to or terms.until,
    )


def cut(stage: Stage, approvals: tuple[Approval, ...]) -> Stage:
    """The first stage runs no longer than the approval that came with the match."""
    if not needed(stage.form, stage.from_):
        return stage
    ends = [a.to for a in approvals if a.form == stage.form and a.to]
    return stage.changed(to=min([*ends, *([stage.to] if stage.to else [])], default=None))


def expired(stage: Stage, today: date) -> bool:
    """Its last approved day is over."""
    return stage.to is not None and stage.to < today and needed(stage.form, stage.from_)


def misfit(answer: PlacementAnswered, stage: Stage, today: date) -> str | None:
    """The field in which a yes does not cover the stage, or None; one that comes late need not reach back."""
    begins = max(stage.from_, today)
    ends = stage.to or begins
    covered = {
        "form": answer.form in (None, stage.form),
        "hours": answer.hours is None or answer.hours >= stage.hours,
        "from": answer.from_ is None or answer.from_ <= begins,
        "to": begins <= ends <= (answer.to or ends),
    }
    return next((field for field, holds in covered.items() if not holds), None)


def within(answer: PlacementAnswered, stage: Stage, today: date) -> Stage:
    """The stage as it is approved: not before the yes has come, and with an end where none was planned."""
    return stage.changed(from_=max(stage.from_, today), to=stage.to or answer.to)


def given(answer: PlacementAnswered, stage: Stage) -> Approval:
    return Approval(
        party="kommune",
        form=stage.form,
        hours=answer.hours or stage.hours,
        from_=answer.from_ or stage.from_,
        to=answer.to,
    )


def _covers(approval: Approval, stage: Stage) -> bool:
    starts = approval.from_ is None or approval.from_ <= stage.from_
    ends = approval.to is None or (stage.from_ <= approval.to and (stage.to is None or stage.to <= approval.to))
    enough = approval.hours is None or approval.hours >= stage.hours
    return approval.form == stage.form and enough and starts and ends
