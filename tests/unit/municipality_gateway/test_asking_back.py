"""Nobody more is wanted: the kommuner that are asked hear of it; and a seat that is left is offered on."""

from datetime import date
from typing import Any

import pytest

from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import Referral
from shared.events import followup, intake, matching
from shared.events import municipality_gateway as say
from shared.events.kommune import referrals as copy
from tests.unit.municipality_gateway.world import (
    ESBJERG,
    FANOE,
    OTHER_CANDIDATE,
    PLACE,
    PLACEMENT,
    PROPOSAL,
    Gateway,
    about_place,
    agreed,
    asked,
    match_event,
    opened,
    placement_event,
    planned,
    proposed,
)

OUT = f"k.{ESBJERG}.referrals.v1"
PAUSED = intake.PlacePaused(**about_place("paused"), reason="busy")
CLOSED = intake.PlaceClosed(**about_place("closed"), reason="changed-mind")
FILLED = intake.PlaceFilled(**about_place("filled"))
REOPENED = intake.PlaceReopened(**about_place("open"), agreed_at=date(2026, 11, 23))


def accepted(**other: Any) -> tuple[Gateway, str]:
    gateway, referral = asked(**other)
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    gateway.news()
    gateway.news(OUT)
    return gateway, referral


@pytest.mark.parametrize(("stop", "reason"), [(PAUSED, "place-paused"), (CLOSED, "place-closed")])
def test_a_kommune_that_has_not_accepted_hears_that_nobody_is_wanted_and_is_not_reminded(
    stop: intake.PlaceEvent, reason: str
) -> None:
    gateway, referral = asked()
    gateway.news()
    gateway.tell(stop)
    told = gateway.last(say.ReferralCancelled)
    assert (told.reason, told.by, told.state) == (reason, "system", "cancelled")
    assert gateway.last(copy.ReferralCancelled).reason == reason
    assert not gateway.timers
    gateway.morning(date(2026, 12, 24))
    assert gateway.news() == ["referral.cancelled"]
    assert gateway.reply(ESBJERG, "accepted", {"referral_id": referral}) == "referral-over"


def test_one_that_has_accepted_is_asked_to_stop_and_confirms_it() -> None:
    gateway, referral = accepted()
    gateway.tell(CLOSED)
    asked_back = gateway.last(copy.ReferralCancellationRequested)
    assert (asked_back.reason, asked_back.due_by) == ("place-closed", date(2026, 11, 26))
    assert (gateway.referral().state, gateway.referral().business_status) == ("in-progress", "cancellation-requested")
    assert gateway.reply(ESBJERG, "cancellation-confirmed", {"referral_id": referral}) == "taken"
    assert gateway.last(say.ReferralCancelled).by == "kommune"
    assert gateway.reply(ESBJERG, "cancellation-confirmed", {"referral_id": referral}) == "taken"
    assert gateway.news() == ["referral.cancellation-requested", "referral.cancelled"]
    assert not gateway.timers


def test_one_that_confirms_nothing_is_taken_back_after_three_working_days() -> None:
    gateway, _ = accepted()
    gateway.tell(PAUSED)
    gateway.morning(date(2026, 11, 26))
    assert gateway.news() == ["referral.cancellation-requested"]
    gateway.morning(date(2026, 11, 27))
    assert gateway.last(say.ReferralCancelled).by == "system"
    assert gateway.referral().state == "cancelled"


def test_one_that_is_asked_back_may_say_that_it_has_nobody() -> None:
    gateway, referral = accepted()
    gateway.tell(PAUSED)
    assert gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "no-candidate"}) == "taken"
    assert gateway.referral().state == "rejected"
    assert gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "no-candidate"}) == "taken"
    assert gateway.news() == ["referral.cancellation-requested", "referral.rejected"]


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("accepted", {}),
        ("held", {"reason": "no-capacity", "until": "2026-12-01"}),
        ("closed", {"reason": "enough"}),
        ("candidate-proposed", PROPOSAL),
        ("leader-contacted", {"at": "2026-11-23T09:00:00+01:00"}),
        ("meeting-planned", {"at": "2026-11-24T09:00:00+01:00"}),
        ("meeting-missed", {"at": "2026-11-23T09:00:00+01:00"}),
    ],
)
def test_one_that_is_asked_back_takes_nothing_else_and_says_what_to_reply(what: str, more: dict[str, Any]) -> None:
    gateway, referral = accepted()
    gateway.tell(PAUSED)
    assert gateway.reply(ESBJERG, what, {"referral_id": referral, **more}) == "state"
    assert "cancellation-confirmed" in gateway.last(copy.ReplyRefused).da
    assert gateway.reply(ESBJERG, "seen", {"referral_id": referral}) == "taken"  # it holds already
    assert gateway.referral().business_status == "cancellation-requested"


def test_one_that_is_not_asked_back_has_nothing_to_confirm() -> None:
    gateway, referral = accepted()
    assert gateway.reply(ESBJERG, "cancellation-confirmed", {"referral_id": referral}) == "state"


def test_one_that_accepted_and_is_on_hold_is_asked_back_too_and_not_resumed() -> None:
    gateway, referral = accepted()
    gateway.reply(ESBJERG, "held", {"referral_id": referral, "reason": "wait-candidate", "until": "2026-12-04"})
    gateway.tell(PAUSED)
    assert gateway.referral().business_status == "cancellation-requested"
    gateway.morning(date(2026, 12, 24))
    assert gateway.news() == ["referral.on-hold", "referral.cancellation-requested", "referral.cancelled"]


def test_the_last_seat_is_the_end_for_the_other_kommuner_also_before_intake_says_so() -> None:
    gateway, _ = asked(at_once="several", max_kommuner=3)
    others = [key[1] for key, state in gateway.states.items() if isinstance(state, Referral)][1:]
    gateway.reply(FANOE, "accepted", {"referral_id": gateway.referral(FANOE).id})
    proposed(gateway)
    gateway.news()
    gateway.tell(agreed(gateway))
    assert sorted(gateway.news()) == [
        "referral.cancellation-requested",
        "referral.cancelled",
        "referral.completed",
    ]
    assert gateway.last(say.ReferralCancelled).reason == "seats-filled"
    assert len(others) == 2
    gateway.tell(FILLED)
    assert gateway.news() == []


def test_whoever_found_the_last_one_is_not_asked_back_whichever_of_filled_and_agreed_is_heard_first() -> None:
    told = []
    for filled_first in (True, False):
        gateway, _ = asked(at_once="several", max_kommuner=2)
        proposed(gateway)
        gateway.news()
        last = agreed(gateway)
        for event in (FILLED, last) if filled_first else (last, FILLED):
            gateway.tell(event)
        told.append(sorted(gateway.news()))
    assert told == [["referral.cancelled", "referral.completed"]] * 2


def test_a_place_with_a_seat_less_is_filled_and_asks_back() -> None:
    gateway, _ = asked(seats=2)
    proposed(gateway)
    gateway.tell(agreed(gateway, seats_left=1))
    gateway.tell(intake.PlaceChanged(**opened(seats=1).model_dump(by_alias=True), changes=("seats",)))
    gateway.news()
    gateway.tell(FILLED)
    assert gateway.news() == ["referral.completed"]


def test_a_kommune_with_a_match_and_a_seat_left_hears_why_no_more_is_wanted() -> None:
    gateway, _ = asked(seats=2)
    proposed(gateway)
    gateway.tell(agreed(gateway, seats_left=1))
    gateway.tell(PAUSED)
    assert gateway.last(copy.ReferralCompleted).reason == "place-paused"


def test_an_agreement_of_an_earlier_round_that_fills_it_asks_back_whichever_is_heard_first() -> None:
    for filled_first in (True, False):
        gateway, _ = asked()
        proposed(gateway)
        last = agreed(gateway)
        gateway.tell(PAUSED)
        gateway.tell(REOPENED)
        gateway.news()
        for event in (FILLED, last) if filled_first else (last, FILLED):
            gateway.tell(event)
        assert sorted(gateway.news()) == ["referral.cancelled", "referral.completed"]
        assert not gateway.get(Place, PLACE).referrals


def test_an_agreed_match_and_a_pause_leave_the_same_whichever_is_heard_first() -> None:
    states = []
    for pause_first in (True, False):
        gateway, _ = asked()
        proposed(gateway)
        first, second = (PAUSED, agreed(gateway)) if pause_first else (agreed(gateway), PAUSED)
        gateway.tell(first)
        gateway.tell(second)
        states.append(gateway.referral().state)
        assert gateway.get(Place, PLACE).agreed
        gateway.morning(date(2026, 12, 24))
        assert "referral.cancelled" not in gateway.news()
    assert states == ["completed", "completed"]


def test_a_referral_asked_back_stays_so_when_matching_then_cancels_its_match() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.tell(PAUSED)
    gateway.tell(match_event(matching.MatchCancelled, gateway, reason="referral-over"))
    assert gateway.referral().business_status == "cancellation-requested"


@pytest.mark.parametrize("confirmed_first", [True, False])
def test_no_seat_waits_for_a_kommune_that_has_not_confirmed(confirmed_first: bool) -> None:
    gateway, referral = accepted()
    gateway.tell(PAUSED)
    if confirmed_first:
        gateway.reply(ESBJERG, "cancellation-confirmed", {"referral_id": referral})
    gateway.tell(REOPENED)
    assert gateway.last(say.ReferralSent).round == 2
    gateway.reply(ESBJERG, "cancellation-confirmed", {"referral_id": referral})
    sent = ["referral.sent", "referral.leader-guided"]
    said = ["referral.cancelled", *sent] if confirmed_first else [*sent, "referral.cancelled"]
    assert gateway.news() == ["referral.cancellation-requested", *said]


def test_a_kommune_that_was_chosen_and_not_yet_asked_is_not_asked_when_the_place_stops() -> None:
    gateway = asked()[0]
    gateway.tell(PAUSED)
    gateway.news()
    gateway.decide(gateway.message(REOPENED))  # the question to Esbjerg is still to be sent
    gateway.decide(gateway.message(PAUSED))
    gateway.settle()
    assert gateway.news() == []
    gateway.tell(REOPENED)
    assert gateway.news() == ["referral.sent", "referral.leader-guided"]


# -- seats that are left -----------------------------------------------------------------------------------------------


def two_seats_one_agreed() -> tuple[Gateway, str]:
    gateway, referral = asked(seats=2)
    proposed(gateway)
    gateway.tell(agreed(gateway, seats_left=1))
    gateway.news()
    return gateway, referral


@pytest.mark.parametrize("what", ["rejected", "closed"])
def test_a_kommune_with_a_match_that_has_nobody_more_completes_and_the_seat_is_offered_on(what: str) -> None:
    gateway, referral = two_seats_one_agreed()
    assert gateway.reply(ESBJERG, what, {"referral_id": referral, "reason": "enough"}) == "taken"
    assert gateway.get(Referral, referral).state == "completed"
    sent = gateway.last(say.ReferralSent)
    assert (sent.kommune, sent.round, sent.seats) == (FANOE, 1, 1)
    assert gateway.reply(ESBJERG, what, {"referral_id": referral, "reason": "enough"}) == "taken"
    assert gateway.news() == ["referral.completed", "referral.sent", "referral.leader-guided"]


def test_where_time_ran_out_after_a_match_a_new_round_begins_with_the_same_kommune() -> None:
    gateway, referral = two_seats_one_agreed()
    gateway.morning(date(2026, 12, 22))
    assert gateway.get(Referral, referral).state == "completed"
    sent = gateway.last(say.ReferralSent)
    assert (sent.kommune, sent.round, sent.seats) == (ESBJERG, 2, 1)


def test_a_seat_offered_on_that_nobody_fills_is_on_the_consultants_day() -> None:
    gateway, referral = asked(seats=2, max_kommuner=1)
    proposed(gateway)
    gateway.tell(agreed(gateway, seats_left=1))
    gateway.reply(ESBJERG, "closed", {"referral_id": referral, "reason": "enough"})
    assert gateway.get(Place, PLACE).nobody_left


def test_a_place_reopened_after_an_end_offers_what_is_free_to_the_kommune_that_found_somebody() -> None:
    gateway, _ = two_seats_one_agreed()
    second = {"referral_id": gateway.referral().id, **PROPOSAL, "candidate_id": OTHER_CANDIDATE}
    gateway.reply(ESBJERG, "candidate-proposed", second, id="to")
    other = "10000000-0000-4000-8000-000000000099"
    gateway.tell(
        match_event(
            matching.MatchProposed, gateway, match_id=other, candidate_id=OTHER_CANDIDATE, reply_id="to",
            terms=agreed(gateway).terms, approvals_needed=(), gate=(), answer_by=date(2026, 12, 7),
        )
    )  # fmt: skip
    gateway.tell(agreed(gateway, match_id=other))
    assert gateway.referral().state == "completed"
    gateway.tell(FILLED)
    gateway.tell(planned(gateway))
    ended = {"how": "early", "reason": "C-PACE", "on": date(2026, 11, 23), "form": "SMAAJOB"}
    gateway.tell(placement_event(followup.PlacementEnded, gateway, **ended))
    gateway.tell(REOPENED.changed(placement_id=PLACEMENT))
    sent = gateway.last(say.ReferralSent)
    assert (sent.kommune, sent.round, sent.seats) == (ESBJERG, 2, 1)


def test_a_place_reopened_with_one_of_two_seats_taken_offers_the_other() -> None:
    gateway, _ = two_seats_one_agreed()
    gateway.tell(PAUSED)
    gateway.tell(REOPENED)
    assert gateway.last(say.ReferralSent).seats == 1


def test_an_agreement_heard_late_asks_nobody_back_of_a_later_round() -> None:
    gateway, _ = asked()
    proposed(gateway)
    late = agreed(gateway)
    gateway.tell(PAUSED)
    gateway.tell(REOPENED)
    gateway.news()
    gateway.tell(late)
    assert "referral.cancelled" not in gateway.news()
    assert gateway.referral().round == 2
    assert gateway.referral().state == "requested"


# -- on hold -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("until", ["2026-12-22", "2027-11-23", "2062-12-04"])
def test_nobody_waits_longer_than_twenty_working_days(until: str) -> None:
    gateway, referral = asked()
    held = {"referral_id": referral, "reason": "wait-candidate", "until": until}
    assert gateway.reply(ESBJERG, "held", held) == "rule:R-HOLD"
    refused = gateway.last(copy.ReplyRefused)
    assert (refused.field, "21. december 2026" in refused.da, "2026-12-21" in refused.en) == ("until", True, True)
    assert gateway.reply(ESBJERG, "held", {**held, "until": "2026-12-21"}) == "taken"


def test_a_hold_after_a_hold_gives_no_further_time() -> None:
    gateway, referral = asked()
    held = {"referral_id": referral, "reason": "wait-candidate", "until": "2026-12-18"}
    gateway.reply(ESBJERG, "held", held)
    gateway.morning(date(2026, 12, 19))
    assert gateway.referral().state == "requested"
    assert gateway.reply(ESBJERG, "held", {**held, "until": "2026-12-22"}) == "rule:R-HOLD"
    assert gateway.reply(ESBJERG, "held", {**held, "until": "2026-12-21"}) == "taken"
    gateway.morning(date(2026, 12, 22))
    assert gateway.reply(ESBJERG, "held", {**held, "until": "2026-12-23"}) == "rule:R-HOLD"


def test_who_waits_for_long_is_asked_halfway_and_once() -> None:
    gateway, referral = asked()
    held = {"referral_id": referral, "reason": "wait-candidate", "until": "2026-12-18"}
    gateway.reply(ESBJERG, "held", held)
    gateway.news()
    gateway.morning(date(2026, 12, 8))
    assert gateway.news() == ["referral.reminded"]
    assert gateway.last(say.ReferralReminded).due_by == date(2026, 12, 18)
    gateway.reply(ESBJERG, "held", {**held, "until": "2026-12-21"})
    assert gateway.news() == ["referral.on-hold"]
