"""Silence: how long is waited in each state, and what is done when nobody answers."""

from datetime import date

from municipality_gateway.rules.kommuner import Desk
from municipality_gateway.rules.referrals import Change, complete, said
from municipality_gateway.state.referrals import Referral, Step
from shared.catalogue.calendar import add_working_days
from shared.catalogue.deadlines import deadlines
from shared.events import municipality_gateway as say


def waits(referral: Referral) -> dict[Step, date]:
    """The last day of each waiting in the present state; none when it is over."""
    days, since = deadlines(referral.since), referral.since
    match referral.state:
        case "requested":
            named: dict[Step, int] = {
                "reminder": days.reminder,
                "deputy": days.deputy,
                "entrance": days.default_entrance,
                "expired": days.expired,
            }
        case "accepted" | "in-progress":
            named = {"nudge": days.accepted_nudge, "due": days.accepted_due}
        case "on-hold" if referral.held:
            return {"resume": referral.held.until}
        case _:
            named = {}
    return {step: add_working_days(since, n) for step, n in named.items()}


def remind(referral: Referral) -> Change:
    due_by = max(waits(referral).values())
    return referral, [said(say.ReferralReminded, referral, contact_id=referral.contact_id, due_by=due_by)]


def escalate(referral: Referral, desk: Desk) -> Change:
    referral = referral.changed(contact_id=desk.contact_id, contact_role=desk.role)
    asked = said(
        say.ReferralEscalated,
        referral,
        contact_id=desk.contact_id,
        contact_role=desk.role,
        due_by=referral.answer_by,
    )
    return referral, [asked]


def run_out(referral: Referral) -> Change:
    """Completed after at least one match; otherwise nobody answered, or nobody was found."""
    if referral.matched:
        return complete(referral)
    reason = "expired" if referral.state == "requested" else "no-candidate"
    referral = referral.changed(state="failed", business_status=reason)
    return referral, [said(say.ReferralExpired, referral, reason=reason)]
