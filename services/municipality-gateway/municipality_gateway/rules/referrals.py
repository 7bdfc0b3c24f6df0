"""What a referral goes through, from sent to over: FHIR Task status and our own business status, derived, never set.

Each function is a change: the new state and what is said of it, also what a reply implies (seen, accepted, resumed).
"""

from datetime import date, datetime
from typing import Any

from municipality_gateway import texts
from municipality_gateway.rules.kommuner import Desk
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import ASKED_BACK, AskedBack, Held, Referral, Told
from shared.catalogue.calendar import add_working_days
from shared.catalogue.calendar import today as in_denmark
from shared.catalogue.deadlines import deadlines
from shared.catalogue.reach import Reach
from shared.events import municipality_gateway as say
from shared.events.municipality_gateway import ReferralEvent, TaskStatus

Change = tuple[Referral, list[ReferralEvent]]
PEOPLE = frozenset({"leader_id", "contact_id", "buddy_id", "contact"})


def send(place: Place, id_: str, reach: Reach, desk: Desk, today: date) -> Change:
    """The kommune has so many working days to answer."""
    answer_by = add_working_days(today, deadlines(today).expired)
    referral = Referral(
        id=id_,
        place_id=place.id,
        leader_id=place.opened.leader_id,
        company_id=place.opened.company_id,
        place_kommune=place.opened.kommune,
        kommune=reach.kommune,
        round=place.round,
        seats=place.seats,
        place_version=place.version,
        why=reach.why,
        minutes=reach.minutes,
        contact_id=desk.contact_id,
        contact_role=desk.role,
        guidance=place.opened.guidance,
        sent_on=today,
        since=today,
        answer_by=answer_by,
    )
    facts = referral.model_dump(include=set(say.ReferralSent.model_fields) - {"state", "business_status"})
    return referral, [said(say.ReferralSent, referral, **facts, first_of_place=not place.sent)]


def guide(referral: Referral, card_version: int, channel: str) -> Change:
    """Step 3: the leader knows what comes next, by whom and when. The kommune gets the contact data only after it."""
    referral = referral.changed(guided=True)
    told = said(
        say.ReferralLeaderGuided,
        referral,
        contact_id=referral.contact_id,
        card_version=card_version,
        channel=channel,
    )
    return referral, [told]


# -- what the kommune says ---------------------------------------------------------------------------------------------


def check_open(referral: Referral) -> None:
    if referral.over:
        raise texts.referral_over()
    if referral.asked_back:
        raise texts.asked_back()


def see(referral: Referral) -> Change:
    if referral.seen:
        return referral, []
    check_open(referral)
    return _seen(referral)


def _seen(referral: Referral) -> Change:
    """Whoever answers has seen it, also where it is asked back."""
    if referral.seen:
        return referral, []
    status = "seen" if referral.state == "requested" else referral.business_status
    referral = referral.changed(seen=True, business_status=status)
    return referral, [said(say.ReferralSeen, referral)]


def accept(referral: Referral, today: date, company_known: bool | None = None) -> Change:
    """Every sign that the kommune works on it is a yes; one on hold goes on."""
    check_open(referral)
    referral, events = see(referral)
    if referral.state == "on-hold":
        referral, resumed = resume(referral, today)
        events += resumed
    known = referral.company_known if company_known is None else company_known
    if referral.state == "requested":
        referral = referral.changed(state="accepted", business_status="searching", since=today, company_known=known)
    elif known == referral.company_known:
        return referral, events
    else:
        referral = referral.changed(company_known=known)
    return referral, [*events, said(say.ReferralAccepted, referral, company_known=known)]


def reject(referral: Referral, reason: str) -> Change:
    """Allowed as long as it is open, also when it is asked back; after a match it means: nobody more."""
    if referral.state == "rejected" or (referral.state == "completed" and referral.enough):
        return referral, []
    if referral.over:
        raise texts.referral_over()
    if referral.matched:
        return close(referral)
    referral, events = _seen(referral)
    referral = referral.changed(state="rejected", business_status="rejected", held=None)
    return referral, [*events, said(say.ReferralRejected, referral, reason=reason)]


def hold(referral: Referral, today: date, reason: str, until: date) -> Change:
    """A kommune may need time, but a leader who waits is not kept waiting for ever."""
    check_open(referral)
    if until <= today:
        raise texts.not_in_the_future()
    first = referral.first_held or today
    latest = add_working_days(first, deadlines(first).hold)
    if until > latest:
        raise texts.held_too_long(latest)
    referral, events = see(referral)
    before = referral.held or Held(
        state=referral.state, business_status=referral.business_status, reason=reason, until=until, since=today
    )
    held = before.changed(reason=reason, until=until)
    if held == referral.held:
        return referral, events
    referral = referral.changed(state="on-hold", business_status="on-hold", held=held, first_held=first)
    return referral, [*events, said(say.ReferralOnHold, referral, reason=reason, until=until)]


def resume(referral: Referral, today: date) -> Change:
    """It goes on where it was; the time it has begins anew."""
    if referral.held is None:
        return referral, []
    was = referral.held
    answer_by = referral.answer_by
    if was.state == "requested":
        answer_by = add_working_days(today, deadlines(today).expired)
    referral = referral.changed(
        state=was.state, business_status=was.business_status, held=None, since=today, answer_by=answer_by
    )
    return referral, [said(say.ReferralResumed, referral)]


def close(referral: Referral) -> Change:
    """The kommune has found whom it could."""
    if referral.state == "completed":
        return referral, []
    check_open(referral)
    if not referral.matched:
        raise texts.nobody_matched()
    referral, events = see(referral)
    referral, completed = complete(referral.changed(enough=True))
    return referral, events + completed


def confirm(referral: Referral) -> Change:
    """The kommune has stopped looking, as it was asked to."""
    if referral.state in ("cancelled", "entered-in-error"):
        return referral, []
    if referral.over:
        raise texts.referral_over()
    if referral.asked_back is None:
        raise texts.not_asked_back()
    return cancel(referral, referral.asked_back.reason, "kommune")


def propose(referral: Referral, today: date, reply_id: str) -> Change:
    referral, events = accept(referral, today)
    changed = referral.business_status != "candidate-identified"
    proposals = referral.proposals | {reply_id}
    referral = referral.changed(proposals=proposals, state="in-progress", business_status="candidate-identified")
    return referral, [*events, *([said(say.ReferralChanged, referral)] if changed else [])]


HAPPENINGS: dict[str, type[ReferralEvent]] = {
    "leader-contacted": say.ReferralLeaderContacted,
    "event-scheduled": say.ReferralMeetingPlanned,
    "event-unattended": say.ReferralMeetingMissed,
}


def happen(referral: Referral, today: date, status: str, at: datetime) -> Change:
    """The leader was contacted, a meeting planned or missed: that somebody did not come is a state, not an end."""
    referral, events = accept(referral, today)
    if in_denmark(at) < referral.sent_on:
        raise texts.too_early("at")
    if referral.happened.get(status) == at:
        return referral, events
    happened = {**referral.happened, status: at}
    referral = referral.changed(state="in-progress", business_status=status, happened=happened)
    return referral, [*events, said(HAPPENINGS[status], referral, at=at)]


# -- what becomes of it ------------------------------------------------------------------------------------------------


def matched(referral: Referral, match_id: str, reply_id: str, seats_left: int) -> Change:
    """It completes when its seats are matched, or none is left; an agreed match stands, also when it is asked back."""
    referral = referral.changed(matched=referral.matched | {match_id}, proposals=referral.proposals - {reply_id})
    if referral.over or not (referral.asked_back or len(referral.matched) >= referral.seats or not seats_left):
        return referral, []
    return complete(referral)


def fell_through(referral: Referral, reply_id: str, match_id: str | None = None) -> Change:
    """A proposal came to nothing: with no other one open, the kommune searches again."""
    referral = referral.changed(proposals=referral.proposals - {reply_id}, matched=referral.matched - {match_id})
    if referral.state != "in-progress" or referral.asked_back or referral.proposals or referral.matched:
        return referral, []
    referral = referral.changed(state="accepted", business_status="searching")
    return referral, [said(say.ReferralChanged, referral)]


def place_changed(referral: Referral, place: Place, told: Told, changes: tuple[str, ...]) -> Change:
    """What is no matter of the kommune's, such as the leader's wishes for guidance, is not told.

    Who is to be called now it reads at `place_url`: ids of people are not for its topic.
    """
    referral = referral.changed(
        told=told,
        leader_id=place.opened.leader_id,
        seats=max(1, len(referral.matched) + place.free),
        place_version=place.version,
        guidance=place.opened.guidance,
    )
    named = tuple(
        dict.fromkeys(
            "contact" if name in PEOPLE else name
            for name in changes
            if name in PEOPLE | {*Told.model_fields, "seats", "kommune"}
        )
    )
    return referral, [said(say.ReferralChanged, referral, changes=named)] if named else []


def recall(referral: Referral, today: date, reason: str, by: str) -> Change:
    """Nobody more is wanted. A kommune that has accepted is asked to stop looking; what was agreed stands."""
    if not referral.open:
        return referral, []
    if referral.matched:
        return complete(referral.changed(enough=True), reason)
    was = referral.held.state if referral.held else referral.state
    if was == "requested":
        return cancel(referral, reason, by)
    due_by = add_working_days(today, deadlines(today).asking_back)
    referral = referral.changed(
        state="in-progress",
        business_status=ASKED_BACK,
        held=None,
        since=today,
        asked_back=AskedBack(reason=reason, due_by=due_by),
    )
    return referral, [said(say.ReferralCancellationRequested, referral, reason=reason, due_by=due_by)]


def cancel(referral: Referral, reason: str, by: str) -> Change:
    state: TaskStatus = "entered-in-error" if reason == "entered-in-error" else "cancelled"
    referral = referral.changed(state=state, business_status="cancelled", held=None)
    return referral, [said(say.ReferralCancelled, referral, reason=reason, by=by)]


def complete(referral: Referral, reason: str | None = None) -> Change:
    """`reason`: why no more is wanted, where seats are left."""
    referral = referral.changed(state="completed", business_status="matched", held=None)
    return referral, [said(say.ReferralCompleted, referral, reason=reason)]


def said(kind: type[ReferralEvent], referral: Referral, **more: Any) -> ReferralEvent:
    about = referral.model_dump(
        include={"place_id", "leader_id", "company_id", "kommune", "state", "business_status"},
    )
    return kind(**{**more, **about, "referral_id": referral.id})
