"""Silence: how long is waited in each state, and what is done when nobody answers."""

from datetime import date

from municipality_gateway.rules.kommuner import Desk
from municipality_gateway.rules.referrals import Change, cancel, complete, said
from municipality_gateway.state.referrals import Held, Referral, Step
from shared.catalogue.calendar import add_working_days
from shared.catalogue.deadlines import deadlines
from shared.events import municipality_gateway as say


def waits(referral: Referral) -> dict[Step, date]:
    """The last day of each waiting in the present state; none when it is over."""
    days, since = deadlines(referral.since), referral.since
    if referral.asked_back:
        return {} if referral.over else {"taken-back": referral.asked_back.due_by}
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
            return _held(referral.held)
        case _:
            named = {}
    found = {step: add_working_days(since, n) for step, n in named.items()}
    return {**found, "due": max(found["due"], referral.due_by)} if "due" in found and referral.due_by else found


def _held(held: Held) -> dict[Step, date]:
    """Who asks for long is asked halfway how it goes."""
    found: dict[Step, date] = {"resume": held.until}
    nudge = add_working_days(held.since, deadlines(held.since).hold_nudge) if held.since else held.until
    return {**found, "nudge": nudge} if nudge < held.until else found


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
        due_by=max(waits(referral).values()),
    )
    return referral, [asked]


def lasts(referral: Referral, until: date) -> Change:
    """It does not run out while somebody whom it found is waited for."""
    return referral.changed(due_by=max(until, referral.due_by or until)), []


def search_on(before: Referral, change: Change, today: date) -> Change:
    """A match came to nothing: whoever searches again has some days for it, also where the time was over."""
    referral, events = change
    if not events:
        return change
    referral = referral.changed(due_by=add_working_days(today, deadlines(today).search_again))
    due_by = waits(referral)["due"]
    if due_by == waits(before)["due"] or not referral.told:
        return referral, events
    return referral, [said(say.ReferralChanged, referral, changes=("due_by",), due_by=due_by)]


def run_out(referral: Referral) -> Change:
    """Completed after at least one match; otherwise nobody answered, or nobody was found."""
    if referral.matched:
        return complete(referral)
    reason = "expired" if referral.state == "requested" else "no-candidate"
    referral = referral.changed(state="failed", business_status=reason)
    return referral, [said(say.ReferralExpired, referral, reason=reason)]


def take_back(referral: Referral) -> Change:
    """Nobody confirmed it in time; it is taken back all the same."""
    return cancel(referral, referral.asked_back.reason if referral.asked_back else "place-closed", "system")
