"""Does a proposal fit: its terms, and the hard rules that stand in the way."""

from datetime import date, timedelta

from matching.rules import places
from matching.state.candidates import Candidate
from matching.state.places import Offer, Place
from matching.state.referrals import Referral
from shared.catalogue.forms import forms, is_paid
from shared.catalogue.limits import limits
from shared.events.base import Profile, Terms
from shared.events.municipality_gateway import CandidateProposed


def terms_of(proposal: CandidateProposed, place: Place) -> Terms:
    """What the kommune leaves out is the place's: hours to begin with, all its times, the tasks of the seat."""
    offer = place.offer
    seat = proposal.seat or _seat(proposal, place)
    return Terms(
        form=proposal.form or _form(offer, proposal.profile),
        hours=proposal.hours or offer.hours_from,
        times_of_day=proposal.times_of_day or offer.times_of_day,
        tasks=proposal.tasks or _tasks(offer, seat),
        seat=seat,
        start=proposal.start,
        until=proposal.until,
        next_step=proposal.next_step,
    )


def obstacle(place: Place, referral: Referral, candidate: Candidate, seat: int | None) -> str | None:
    """Why no match is possible now, whatever the terms. Held seats are no obstacle: the leader chooses."""
    # A place that is paused or closed asks its referrals back; the proposal crossed that.
    if referral.over or place.state not in ("open", "filled"):
        return "referral-over"
    # A full place whose seat became free waits for the leader's new yes, so what intake calls filled is full.
    if place.state == "filled" or not places.free(place, seat, places.taken(place)):
        return "no-seat"
    # At most one agreed or living match at a time.
    return "candidate-taken" if candidate.match else None


def misfit(terms: Terms, offer: Offer, profile: Profile, minutes: int | None) -> str | None:
    """The first hard rule that stands in the way. `minutes`: from the place to the young person's kommune, if known."""
    if terms.form not in offer.forms or terms.form not in profile.forms or not _offered(terms.form, terms.start):
        return "R-FIT-FORM"
    limit = limits(terms.form, terms.start)
    rules = {
        "R-U18-2": profile.age_band == "15-17" and "night" in terms.times_of_day,
        # Every praktik carries a planned next step: from praktik to paid hours is the standard (PLUSS).
        "R-PROG-1": not is_paid(terms.form) and terms.next_step is None,
        # What runs longer than the law allows in one go cannot be approved, and unpaid work must be (LAB § 61).
        "R-PAY-1": "weeks-extended" in limit and _weeks(terms) > limit["weeks-extended"].value,
        "R-FIT-TASKS": not set(terms.tasks) <= set(_tasks(offer, terms.seat)),
        "R-FIT-HOURS": not offer.hours_from <= terms.hours <= min(offer.hours_to, profile.hours)
        or ("hours" in limit and terms.hours > limit["hours"].value),
        "R-FIT-TIMES": not set(terms.times_of_day) <= set(offer.times_of_day) & set(profile.times_of_day),
        "R-FIT-REACH": minutes is not None and minutes > profile.reach,
    }
    return next((rule for rule, broken in rules.items() if broken), None)


def warnings(terms: Terms, offer: Offer) -> tuple[str, ...]:
    return ("R-PLACE-LAERLING-1",) if terms.form == "LAERLING" and not offer.training_place_approved else ()


def _form(offer: Offer, profile: Profile) -> str:
    """Of what both have, paid hours first (R-PAY-2), then in the order of the place."""
    both = [form for form in offer.forms if form in profile.forms]
    return min(both or offer.forms, key=lambda form: not is_paid(form))


def _seat(proposal: CandidateProposed, place: Place) -> int | None:
    """Where tasks belong to seats: the first free seat with the tasks that are asked for."""
    numbers = sorted({task.seat for task in place.offer.tasks if task.seat})
    fitting = [n for n in numbers if set(proposal.tasks or ()) <= set(_tasks(place.offer, n))] or numbers
    free = [n for n in fitting if places.free(place, n, places.taken(place))]
    return next(iter(free or fitting), None)


def _tasks(offer: Offer, seat: int | None) -> tuple[str, ...]:
    return tuple(task.task_id for task in offer.tasks if seat is None or task.seat in (None, seat))


def _offered(code: str, on: date) -> bool:
    return any(form.code == code and form.offered for form in forms(on))


def _weeks(terms: Terms) -> float:
    return (terms.until - terms.start + timedelta(days=1)) / timedelta(weeks=1) if terms.until else 0
