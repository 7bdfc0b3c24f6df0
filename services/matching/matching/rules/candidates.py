"""Does a proposal fit: its terms, the hard rules that stand in the way, and what is only warned of."""

from collections.abc import Iterator
from datetime import date, timedelta

from matching.rules import places
from matching.state.candidates import Candidate
from matching.state.places import Offer, Place
from matching.state.referrals import Referral
from shared.catalogue.calendar import add_months
from shared.catalogue.forms import is_offered, is_paid, praktik_seats
from shared.catalogue.limits import limits
from shared.catalogue.tasks import task
from shared.events.base import Profile, Terms
from shared.events.municipality_gateway import CandidateProposed

FIELDS = {
    "R-FIT-FORM": "form",
    "R-U18-2": "times_of_day",
    "R-PROG-1": "next_step",
    "R-PRAKTIK-1": "until",
    "R-FIT-TASKS": "tasks",
    "R-FIT-HOURS": "hours",
    "R-FIT-TIMES": "times_of_day",
    "R-FIT-REACH": "reach",
    "R-FIT-START": "start",
    "R-START": "start",
    "R-UNTIL": "until",
    "no-seat": "seat",
    "candidate-taken": "candidate_id",
    "proposed-already": "candidate_id",
    "referral-over": "referral_id",
}
"""Which field of a proposal each refusal is about."""


def terms_of(proposal: CandidateProposed, place: Place) -> Terms:
    """What the kommune leaves out is the place's: hours to begin with, all its times, the tasks of the seat."""
    offer = place.offer
    seat = proposal.seat or seat_for(proposal.tasks or (), place)
    return Terms(
        form=proposal.form or form_for(offer, proposal.profile),
        hours=proposal.hours or offer.hours_from,
        times_of_day=proposal.times_of_day or offer.times_of_day,
        tasks=proposal.tasks or tasks_of(offer, seat),
        seat=seat,
        start=proposal.start,
        until=proposal.until,
        next_step=proposal.next_step,
    )


def refusal(
    proposal: CandidateProposed, terms: Terms, place: Place, referral: Referral, candidate: Candidate, said_on: date,
    minutes: int | None,
) -> str | None:  # fmt: skip
    """Why a proposal is no match: what stands in its way now, its days, then the hard rules."""
    found = (
        obstacle(place, referral, candidate, terms.seat),
        *days_wrong(terms, said_on),
        *misfits(terms, place.offer, proposal.profile, minutes),
        "proposed-already" if terms in places.open_to(place, candidate).values() else None,
    )
    return next(filter(None, found), None)


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


def days_wrong(terms: Terms, said_on: date) -> Iterator[str]:
    """A slip of the keys in a year. Judged by the day on which the kommune said it, not the one on which it is read."""
    limit = limits("typed-date", said_on)
    if not said_on <= terms.start <= add_months(said_on, limit["ahead"].value):
        yield "R-START"
    if terms.until and not terms.start <= terms.until <= add_months(terms.start, limit["length"].value):
        yield "R-UNTIL"


def misfits(terms: Terms, offer: Offer, profile: Profile, minutes: int | None) -> list[str]:
    """The hard rules that stand in the way. `minutes`: from the place to the young person's kommune, if known."""
    rules = {
        "R-FIT-FORM": terms.form not in profile.forms,
        "R-FIT-HOURS": terms.hours > profile.hours,
        "R-FIT-TIMES": not set(terms.times_of_day) <= set(profile.times_of_day),
        "R-FIT-REACH": minutes is not None and minutes > profile.reach,
        "R-FIT-START": terms.start < profile.from_,
    }
    of_person = (rule for rule, broken in rules.items() if broken)
    return list(dict.fromkeys([*unfit(terms, offer, under_18=is_under_18(profile)), *of_person]))


def unfit(terms: Terms, offer: Offer, *, under_18: bool) -> Iterator[str]:
    """Those that need no profile: looked at again when the place changes, and at the agreement."""
    if terms.form not in offer.forms or not is_offered(terms.form, terms.start):
        yield "R-FIT-FORM"
        return  # nothing is known of the limits of a form that is not
    limit = limits(terms.form, terms.start)
    rules = {
        "R-U18-2": under_18 and "night" in terms.times_of_day,
        # Every praktik carries a planned next step: from praktik to paid hours is the standard (PLUSS).
        "R-PROG-1": not is_paid(terms.form) and terms.next_step is None,
        "R-PRAKTIK-1": longer_than_lawful(terms.form, terms.start, terms.until),
        "R-FIT-TASKS": not set(terms.tasks) <= set(tasks_of(offer, terms.seat)),
        "R-FIT-HOURS": not offer.hours_from <= terms.hours <= offer.hours_to
        or ("hours" in limit and terms.hours > limit["hours"].value),
        "R-FIT-TIMES": not set(terms.times_of_day) <= set(offer.times_of_day),
    }
    yield from (rule for rule, broken in rules.items() if broken)


def warnings(terms: Terms, place: Place, candidate: Candidate, *, under_18: bool) -> tuple[str, ...]:
    """What people shall know before they say yes; it stops nothing."""
    offer, praktik = place.offer, not is_paid(terms.form)
    limit, jump = limits(terms.form, terms.start), limits("hours-jump", terms.start)
    seats = praktik_seats(offer.size_band, terms.start)
    rules = {
        "R-PLACE-LAERLING-1": terms.form == "LAERLING" and not offer.training_place_approved,
        "R-PRAKTIK-2": "weeks" in limit and _weeks(terms.start, terms.until) > limit["weeks"].value,
        "R-PRAKTIK-3": praktik and terms.until is None,
        "R-U18-1": under_18 and any(map(flagged, terms.tasks)),
        "R-U18-3": under_18 and terms.hours > _hours_under_18(terms),
        # From praktik to praktik: those before were unpaid to their end.
        "R-CHAIN-1": praktik and candidate.unpaid_in_a_row + 1 >= limits("chain", terms.start)["placements"].value,
        "R-CAP-1": "employees-per-seat" in limit and _beside(place, terms) >= seats,
        "R-HOURS-JUMP": offer.hours_from < jump["from-below"].value and terms.hours >= jump["to"].value,
    }
    return tuple(rule for rule, holds in rules.items() if holds)


def is_under_18(profile: Profile) -> bool:
    return profile.age_band == "15-17"


def flagged(task_id: str) -> bool:
    """A task to be checked before somebody of 15 to 17 gets it (R-U18-1); one that is not known is, too."""
    try:
        return task(task_id).u18_check is not None
    except KeyError:
        return True


def longer_than_lawful(form: str, start: date, end: date | None) -> bool:
    """Longer in one go than the law allows, even after an assessment (LAB § 61)."""
    return has_an_end_by_law(form, start) and _weeks(start, end) > limits(form, start)["weeks-extended"].value


def has_an_end_by_law(form: str, start: date) -> bool:
    return "weeks-extended" in limits(form, start)


def form_for(offer: Offer, profile: Profile) -> str:
    """Of what both have, paid hours first (R-PAY-2), then in the order of the place."""
    both = [form for form in offer.forms if form in profile.forms]
    return min(both or offer.forms, key=lambda form: not is_paid(form))


def seat_for(tasks: tuple[str, ...], place: Place) -> int | None:
    """Where tasks belong to seats: the first free seat with the tasks that are asked for."""
    numbers = sorted({task.seat for task in place.offer.tasks if task.seat})
    fitting = [n for n in numbers if set(tasks) <= set(tasks_of(place.offer, n))] or numbers
    free = [n for n in fitting if places.free(place, n, places.taken(place))]
    return next(iter(free or fitting), None)


def tasks_of(offer: Offer, seat: int | None) -> tuple[str, ...]:
    return tuple(task.task_id for task in offer.tasks if seat is None or task.seat in (None, seat))


def _weeks(start: date, end: date | None) -> float:
    return (end - start + timedelta(days=1)) / timedelta(weeks=1) if end else 0


def _hours_under_18(terms: Terms) -> int:
    """A job beside school has the hours of a school week; otherwise school is taken to be over."""
    if terms.form in ("FRITIDSJOB", "ERHVERVSPRAKTIK"):
        return limits("in-school", terms.start)["hours-school-week"].value
    return limits("under-18", terms.start)["hours"].value


def _beside(place: Place, terms: Terms) -> int:
    """How many are there already in a form that counts against the ratio to ordinary employees."""
    return sum(
        "employees-per-seat" in limits(spot.terms.form, terms.start) for spot in places.taken(place) if spot.terms
    )
