"""When a leader is called again, and what of a call and of a person can be put right."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from intake import refusals
from intake.commands.leaders import SignUp
from intake.rules import places
from intake.state.leaders import Call, Changed, Leader, SignedUpAgain
from intake.state.places import Place
from shared.catalogue.calendar import add_months, add_working_months
from shared.catalogue.calendar import today as in_denmark
from shared.catalogue.kommuner import kommuner_of_postnr
from shared.catalogue.limits import limits

# Two clicks of one finger, or a browser that sends again.


def check_next_call(day: date | None, today: date) -> None:
    """A day that has passed, or lies years ahead, is a slip of the keys: the leader would be on nobody's list."""
    if day and day < today:
        raise refusals.next_call_passed()
    if day and day > add_months(today, limits("typed-date", today)["ahead"].value):
        raise refusals.too_far("next_call_on")


def called(leader: Leader, call: Call) -> Leader:
    """On the list until the leader is reached, and then on the day that was agreed. Reached once stays reached.

    Who wants none now is asked again, in half a year if no day is named.
    """
    today = in_denmark(call.at)
    usual = {
        "reached": None,
        "not-now": add_working_months(today, limits("call", today)["not-now"].value),
    }
    kept = call.changed(outcome_before=leader.outcome, next_before=leader.next_call_on)
    return leader.changed(
        attempts=leader.attempts + 1,
        outcome=leader.outcome if leader.outcome == "reached" else call.outcome,
        next_call_on=call.next_call_on or usual.get(call.outcome, today),
        called_on=today,
        calls=(*leader.calls, kept),
    )


def corrected(leader: Leader, attempt: int, outcome: str, next_call_on: date | None, by: str, now: datetime) -> Leader:
    """The last call was another one: as if it had been entered so at once. Who put it right, and when, stays."""
    if not leader.calls or attempt != leader.attempts:
        raise refusals.only_the_last_call()
    *earlier, wrong = leader.calls
    before = leader.changed(
        attempts=attempt - 1, outcome=wrong.outcome_before, next_call_on=wrong.next_before, calls=tuple(earlier)
    )
    right = wrong.changed(outcome=outcome, next_call_on=next_call_on, corrected=now)
    fields = ("outcome",) * (outcome != wrong.outcome) + ("next_call_on",) * (next_call_on != wrong.next_call_on)
    return noted(called(before, right), by, fields, now) if fields else leader


def check_here(leader: Leader) -> None:
    """Nobody calls who was forgotten, or goes on as another."""
    if leader.erased or leader.merged_into:
        raise refusals.leader_is_gone()


def check_merge(double: Leader, stays: Leader) -> None:
    check_here(double)
    if double.id == stays.id or stays.erased or stays.merged_into:
        raise refusals.merge_with_another()


# What goes with the contact data.
FORGOTTEN: dict[str, Any] = {
    "next_call_on": None, "again": None, "erased": True, "company_name": "", "calls": (), "developed": (),
}  # fmt: skip


def merged(double: Leader, stays: Leader, theirs: Iterable[Place], by: str, now: datetime) -> tuple[Leader, Leader]:
    """The same person is called on the earlier day, is reached if either was, and has the places of both."""
    days = [day for day in (double.next_call_on, stays.next_call_on) if day]
    reached = "reached" in (double.outcome, stays.outcome)
    gone = double.changed(merged_into=stays.id, places=frozenset(), **FORGOTTEN)
    ids = {place.id: place.company_id for place in theirs}
    goes_on = stays.changed(
        places=stays.places | frozenset(ids),
        also_at=(stays.also_at | {*ids.values()}) - {stays.company_id},
        next_call_on=min(days, default=None),
        outcome="reached" if reached else stays.outcome,
        developed=(*stays.developed, *double.developed),
    )
    return noted(gone, by, ("merged_into",), now), noted(goes_on, by, ("merged",), now)


def moved(leader: Leader, postnr: str | None, kommune: str | None) -> dict[str, Any]:
    """Where the workplace lies now. In another postal code it is in the largest kommune until somebody says so."""
    if kommune:
        places.check_lies_in(postnr or leader.postnr, kommune)
        return {"kommune": kommune, "kommune_chosen": True}
    if postnr and postnr != leader.postnr:
        return {"kommune": kommuner_of_postnr(postnr)[0], "kommune_chosen": False}
    return {}


def noted(leader: Leader, by: str, fields: tuple[str, ...], now: datetime) -> Leader:
    """Which fields were put right; never what stood there."""
    return leader.changed(changes=(*leader.changes, Changed(at=now, by=by, fields=fields)))


def signed_up_again(leader: Leader, data: SignUp, today: date) -> SignedUpAgain:
    """In the place of the time before, if there was one."""
    return SignedUpAgain(
        id=leader.again.id if leader.again else data.person_id,
        on=today,
        company_id=data.company_id,
        company_name=data.company_name,
        postnr=data.postnr,
    )
