"""Nobody vanishes: each referral and place is in exactly one list of somebody's work, or over, whatever happened."""

from datetime import date, timedelta
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality_gateway.commands.kommuner import Erase, RegisterContact
from municipality_gateway.commands.places import AskThis
from municipality_gateway.commands.referrals import RecordGuidance, TakeBack
from municipality_gateway.rules import desk
from municipality_gateway.rules.kommuner import default_entrance
from municipality_gateway.rules.waiting import waits
from municipality_gateway.state.kommuner import Contact, Kommune
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import AskedBack, Held, Referral
from shared.events import intake
from shared.events.municipality_gateway import TaskStatus
from shared.spine.decision import NotYet, Refused
from tests.unit.municipality_gateway.test_asking_back import CLOSED, FILLED, PAUSED, REOPENED
from tests.unit.municipality_gateway.world import (
    ESBJERG,
    FANOE,
    PLACE,
    PROPOSAL,
    Gateway,
    agreed,
    asked,
    opened,
    proposed,
    staff,
)

OPEN = ("requested", "accepted", "in-progress", "on-hold")


@pytest.mark.parametrize(
    ("state", "asked_back", "guided", "named"),
    list(product(get_args(TaskStatus), (False, True), (False, True), (False, True))),
)
@pytest.mark.parametrize("days", [0, 7, 40])
def test_every_state_is_somebodys_turn_or_over(
    state: TaskStatus, asked_back: bool, guided: bool, named: bool, days: int
) -> None:
    gateway, _ = asked()
    held = Held(state="requested", business_status="sent", reason="no-capacity", until=date(2026, 12, 4))
    back = AskedBack(reason="place-paused", due_by=date(2026, 11, 26))
    referral = gateway.referral().changed(
        state=state, guided=guided, held=held if state == "on-hold" else None, asked_back=back if asked_back else None
    )
    kommune = gateway.get(Kommune, ESBJERG) if named else Kommune(id=ESBJERG)
    turn = desk.turn(referral, kommune, date(2026, 11, 23) + timedelta(days=days))
    assert (turn == "over") == (state not in OPEN)
    if turn == "kommune":
        assert named
        assert guided
    if turn != "over":  # and nothing stays for ever: a day is set on which it goes on by itself
        assert waits(referral)
        assert desk.by_when(referral) >= date(2026, 11, 26)


@pytest.mark.parametrize(
    ("days", "accepted", "turn"),
    [(3, False, "kommune"), (4, False, "silent"), (22, True, "kommune"), (23, True, "slow")],
)
def test_a_kommune_that_was_reminded_in_vain_is_on_the_consultants_day(days: int, accepted: bool, turn: str) -> None:
    gateway, referral = asked()
    if accepted:
        gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    today = date(2026, 11, 23) + timedelta(days=days - 1)
    assert desk.turn(gateway.referral(), gateway.get(Kommune, ESBJERG), today) == turn


@pytest.mark.parametrize(("confirmed", "stale"), [(180, False), (181, True)])
def test_a_contact_is_stale_after_180_days(confirmed: int, stale: bool) -> None:
    today = date(2026, 11, 23)
    facts = {"kommune": ESBJERG, "role": "deputy", "valid_from": date(2020, 1, 1)}
    contact = Contact(id=PLACE, confirmed_on=today - timedelta(days=confirmed), **facts)
    assert desk.is_stale(contact, today) == stale
    assert desk.is_stale(contact.changed(confirmed_on=None), today)
    assert not desk.is_stale(contact.changed(retired=True), today)


def referrals(gateway: Gateway) -> list[Referral]:
    return [state for state in gateway.states.values() if isinstance(state, Referral)]


def check_nobody_vanished(gateway: Gateway) -> None:
    place = gateway.get(Place, PLACE)
    open_ = {referral.id for referral in referrals(gateway) if referral.open}
    assert set(place.referrals) == open_
    assert not place.accepting or not place.free or open_ or place.nobody_left
    assert not (place.nobody_left and open_)
    for referral in referrals(gateway):
        kommune = gateway.get(Kommune, referral.kommune)
        assert (referral.id in kommune.open) == referral.open
        timers = {name for (key, name) in gateway.timers if key == referral.key}
        # What has fired is not set again; the last of them ends it.
        assert bool(timers) != referral.over, (referral.state, timers)
        if not place.accepting:
            assert not referral.open
    asked_now = [referral.kommune for referral in referrals(gateway) if referral.open]
    assert len(asked_now) == len(set(asked_now))


HELD = {"reason": "wait-candidate", "until": "2026-12-10"}
AT = {"at": "2026-11-23T10:00:00+01:00"}


def reply(gateway: Gateway, kommune: str, what: str, **data: Any) -> None:
    known = [referral for referral in referrals(gateway) if referral.kommune == kommune]
    if known:
        gateway.reply(kommune, what, {"referral_id": known[-1].id, **data})


def pass_days(gateway: Gateway, days: int) -> None:
    gateway.until(gateway.now + timedelta(days=days))


def a_match(gateway: Gateway, *, seats_left: int | None, filled_first: bool = False) -> None:
    if gateway.referral().open:
        proposed(gateway, start=(gateway.now.date() + timedelta(days=30)).isoformat())
        last = [agreed(gateway, seats_left=seats_left)] if seats_left is not None else []
        filled = [FILLED] if seats_left == 0 else []
        for event in (*filled, *last) if filled_first else (*last, *filled):
            gateway.tell(event)


STEPS: dict[str, Any] = {
    **{
        f"{what} by {kommune}": (lambda g, k=kommune, w=what, d=data: reply(g, k, w, **d))
        for kommune in (ESBJERG, FANOE)
        for what, data in {
            "accepted": {},
            "rejected": {"reason": "no-candidate"},
            "held": HELD,
            "closed": {"reason": "enough"},
            "cancellation-confirmed": {},
            "leader-contacted": AT,
            "candidate-proposed": PROPOSAL,
        }.items()
    },
    "a day": lambda g: pass_days(g, 1),
    "a week": lambda g: pass_days(g, 7),
    "a month": lambda g: pass_days(g, 31),
    "paused": lambda g: g.tell(PAUSED),
    "closed": lambda g: g.tell(CLOSED),
    "reopened": lambda g: g.tell(REOPENED),
    "moved": lambda g: g.tell(
        intake.PlaceChanged(**opened(kommune=FANOE, seats=2).model_dump(by_alias=True), changes=("kommune",))
    ),
    "a seat more": lambda g: g.tell(
        intake.PlaceChanged(**opened(seats=3).model_dump(by_alias=True), changes=("seats",))
    ),
    "erased": lambda g: g.tell(Erase(person_id=default_entrance(ESBJERG).contact_id)),
    "registered": lambda g: g.tell(
        RegisterContact(
            contact_id=default_entrance(ESBJERG).contact_id, kommune=ESBJERG, role="entrance", unit=None,
            valid_from=date(2026, 1, 1), valid_to=None, person={},
        )
    ),
    "guided": lambda g: g.tell(RecordGuidance(referral_id=g.referral().id, kommune=ESBJERG)),
    "taken back": lambda g: g.tell(TakeBack(referral_id=g.referral().id, reason="match-elsewhere")),
    "asked for": lambda g: g.tell(AskThis(place_id=PLACE, kommune="0851")),
    "a match": lambda g: a_match(g, seats_left=None),
    "a match agreed": lambda g: a_match(g, seats_left=1),
    "the last seat agreed": lambda g: a_match(g, seats_left=0),
    "the last seat agreed, heard last": lambda g: a_match(g, seats_left=0, filled_first=True),
}  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=12),
    wish=st.sampled_from(["one-by-one", "several"]),
    guidance=st.sampled_from(["page", "call"]),
    manned=st.booleans(),
)
def test_whatever_happens_nobody_vanishes_and_no_kommune_is_asked_twice_at_once(
    steps: list[str], wish: str, guidance: str, manned: bool
) -> None:
    gateway = Gateway()
    if manned:
        staff(gateway, ESBJERG, FANOE)
    gateway.tell(opened(seats=2, at_once=wish, guidance=guidance))
    for step in steps:
        try:
            STEPS[step](gateway)
        except (Refused, NotYet):
            gateway.settle()
        check_nobody_vanished(gateway)
