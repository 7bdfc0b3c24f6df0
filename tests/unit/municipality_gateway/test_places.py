"""A place opens and kommuner are asked; a silent one is reminded, and then the next is asked (X7)."""

from datetime import date

import pytest

from municipality_gateway.commands.kommuner import RegisterContact, WriteCard
from municipality_gateway.commands.places import AskThis
from municipality_gateway.commands.referrals import Deadline, RecordGuidance, TakeBack
from municipality_gateway.rules import kommuner
from municipality_gateway.state.kommuner import Card
from municipality_gateway.state.places import Place
from shared.events import intake
from shared.events import municipality_gateway as say
from shared.spine.decision import Refused
from tests.unit.municipality_gateway.world import (
    CONTACT,
    ESBJERG,
    FANOE,
    PLACE,
    Gateway,
    about_place,
    asked,
    opened,
)

OUT = f"k.{ESBJERG}.referrals.v1"
STRANGER = "90000000-0000-4000-8000-000000000001"


def test_an_opened_place_is_sent_to_its_own_kommune_and_the_leader_is_told_on_the_page() -> None:
    gateway, referral = asked()
    sent = gateway.last(say.ReferralSent)
    assert (sent.kommune, sent.why, sent.minutes, sent.round, sent.seats) == (ESBJERG, "own", 0, 1, 1)
    assert (sent.place_version, sent.answer_by) == (1, date(2026, 11, 30))
    assert (sent.contact_id, sent.contact_role) == kommuner.default_entrance(ESBJERG)
    assert sent.referral_id == referral
    assert gateway.news() == ["referral.sent", "referral.leader-guided"]
    assert gateway.news(OUT) == ["referral.sent", "referral.leader-guided"]


def test_a_leader_who_wants_a_call_is_guided_when_the_consultant_says_so() -> None:
    gateway, referral = asked(guidance="call")
    assert gateway.news() == ["referral.sent"]
    gateway.tell(WriteCard(kommune=ESBJERG, card=Card(confirmed_on=date(2026, 11, 20))))
    gateway.tell(RecordGuidance(referral_id=referral, kommune=ESBJERG))
    guided = gateway.last(say.ReferralLeaderGuided)
    assert (guided.channel, guided.card_version) == ("call", 1)
    gateway.tell(RecordGuidance(referral_id=referral, kommune=ESBJERG))
    assert gateway.news() == ["referral.leader-guided"]
    assert gateway.news(OUT) == ["referral.sent", "referral.leader-guided"]


def test_the_same_place_opened_twice_is_asked_about_once() -> None:
    gateway, _ = asked()
    gateway.tell(opened())
    assert gateway.news().count("referral.sent") == 1


def test_several_at_once_each_get_their_own_referral() -> None:
    gateway, _ = asked(at_once="several")
    assert {referral.kommune for referral in (gateway.referral(), gateway.referral(FANOE))} == {ESBJERG, FANOE}
    assert gateway.news().count("referral.sent") == 2


def test_a_silent_kommune_is_reminded_nobody_is_asked_twice_and_then_the_next_kommune_is() -> None:
    gateway, _ = asked()
    gateway.news()
    gateway.morning(date(2026, 11, 25))
    assert gateway.news() == []
    gateway.morning(date(2026, 11, 26))
    assert gateway.news() == ["referral.reminded"]
    gateway.morning(date(2026, 11, 28))
    assert gateway.news() == []  # the deputy and the entrance are the one who was reminded
    gateway.morning(date(2026, 12, 1))
    sent = gateway.last(say.ReferralSent)
    assert (sent.kommune, sent.why) == (FANOE, "joint")
    assert gateway.last(say.ReferralExpired).reason == "expired"
    assert gateway.news() == ["referral.expired", "referral.sent", "referral.leader-guided"]
    assert gateway.referral().state == "failed"


def test_a_deputy_is_asked_after_three_days_and_the_leader_is_told_that_it_is_somebody_else() -> None:
    gateway = Gateway()
    for contact, role in ((CONTACT, "youth-unit"), (STRANGER, "deputy")):
        gateway.tell(
            RegisterContact(
                contact_id=contact, kommune=ESBJERG, role=role, unit=None, valid_from=date(2026, 1, 1), valid_to=None,
                person={},
            )
        )  # fmt: skip
    gateway.tell(opened())
    gateway.news()
    gateway.morning(date(2026, 11, 27))
    assert gateway.last(say.ReferralEscalated).contact_id == STRANGER
    assert gateway.last(say.ReferralLeaderGuided).contact_id == STRANGER
    assert gateway.news() == ["referral.reminded", "referral.escalated", "referral.leader-guided"]


def test_when_every_kommune_is_silent_the_last_referral_has_expired_and_nobody_is_left() -> None:
    gateway, _ = asked()
    gateway.morning(date(2026, 12, 24))
    assert gateway.news().count("referral.sent") == 2
    assert {gateway.referral().state, gateway.referral(FANOE).state} == {"failed"}
    place = gateway.states["place", PLACE]
    assert isinstance(place, Place)
    assert place.nobody_left
    assert not gateway.timers


def test_a_reopened_place_is_a_new_round_with_a_new_referral() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "no-capacity"})
    gateway.reply(FANOE, "rejected", {"referral_id": gateway.referral(FANOE).id, "reason": "no-candidate"})
    gateway.tell(intake.PlaceReopened(**about_place("open"), agreed_at=date(2026, 11, 23)))
    assert gateway.last(say.ReferralSent).round == 2
    assert gateway.referral().id != referral


def test_only_the_first_referral_of_a_place_says_that_it_is_in_whatever_round() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "no-capacity"})
    gateway.reply(FANOE, "rejected", {"referral_id": gateway.referral(FANOE).id, "reason": "no-candidate"})
    gateway.tell(intake.PlaceReopened(**about_place("open"), agreed_at=date(2026, 11, 23)))
    assert [sent.first_of_place for sent in gateway.heard(say.ReferralSent)] == [True, False, False]


def test_one_who_accepts_is_nudged_after_15_working_days_and_out_of_time_after_20() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral, "company_known": False})
    gateway.news()
    gateway.morning(date(2026, 12, 14))
    assert gateway.news() == []
    gateway.morning(date(2026, 12, 15))
    assert gateway.news() == ["referral.reminded"]
    gateway.morning(date(2026, 12, 22))
    assert gateway.last(say.ReferralExpired).reason == "no-candidate"


def test_a_deadline_that_comes_after_the_answer_changes_nothing() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    gateway.news()
    gateway.tell(Deadline(referral_id=referral, kommune=ESBJERG, step="expired"))
    assert gateway.news() == []


def test_from_an_id_nobody_can_tell_who_else_is_asked() -> None:
    assert asked()[1] != asked()[1]


def test_a_consultant_takes_a_referral_back_and_the_next_kommune_is_asked() -> None:
    gateway, referral = asked()
    answer = gateway.tell(TakeBack(referral_id=referral, reason="match-elsewhere"))
    assert (answer.state, answer.business_status) == ("cancelled", "cancelled")
    told = gateway.last(say.ReferralCancelled)
    assert (told.reason, told.by) == ("match-elsewhere", "consultant")
    assert gateway.last(say.ReferralSent).kommune == FANOE
    with pytest.raises(Refused, match="referral-over"):
        gateway.tell(TakeBack(referral_id=referral, reason="match-elsewhere"))


def test_what_was_entered_in_error_is_marked_so_also_after_the_kommune_accepted() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    answer = gateway.tell(TakeBack(referral_id=referral, reason="entered-in-error"))
    assert answer.business_status == "cancellation-requested"
    with pytest.raises(Refused, match="state"):
        gateway.tell(TakeBack(referral_id=referral, reason="entered-in-error"))
    assert gateway.reply(ESBJERG, "cancellation-confirmed", {"referral_id": referral}) == "taken"
    assert gateway.referral().state == "entered-in-error"
    assert gateway.reply(ESBJERG, "cancellation-confirmed", {"referral_id": referral}) == "taken"


def test_a_consultant_may_ask_a_kommune_that_lies_far_away_and_is_more_than_the_leader_wished_for() -> None:
    gateway, _ = asked(max_kommuner=1)
    answer = gateway.tell(AskThis(place_id=PLACE, kommune="0851"))
    sent = gateway.last(say.ReferralSent)
    assert (sent.referral_id, sent.kommune, sent.why, sent.minutes > 60) == (
        answer.referral_id,
        "0851",
        "asked-for",
        True,
    )
    assert {referral.kommune for referral in (gateway.referral(), gateway.referral("0851")) if referral.open} == {
        ESBJERG,
        "0851",
    }


def test_a_kommune_that_has_the_place_already_is_not_asked_twice_and_one_that_said_no_may_be() -> None:
    gateway, referral = asked(max_kommuner=1)
    with pytest.raises(Refused, match="state"):
        gateway.tell(AskThis(place_id=PLACE, kommune=ESBJERG))
    gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "no-capacity"})
    assert gateway.get(Place, PLACE).nobody_left
    gateway.tell(AskThis(place_id=PLACE, kommune=ESBJERG))
    assert not gateway.get(Place, PLACE).nobody_left
    assert gateway.heard(say.ReferralSent)[-1].referral_id != referral


def test_nobody_is_asked_about_a_place_that_is_not_open_and_never_the_test_kommune() -> None:
    gateway, _ = asked()
    with pytest.raises(Refused, match="test-kommune"):
        gateway.tell(AskThis(place_id=PLACE, kommune="9999"))
    gateway.tell(intake.PlacePaused(**about_place("paused"), reason="busy"))
    with pytest.raises(Refused, match="state"):
        gateway.tell(AskThis(place_id=PLACE, kommune=FANOE))


def test_who_was_asked_a_moment_ago_is_not_asked_again_before_its_referral_is_made() -> None:
    gateway, _ = asked(max_kommuner=1)
    ask = AskThis(place_id=PLACE, kommune="0851")
    gateway.decide(gateway.message(ask))
    with pytest.raises(Refused, match="state"):
        gateway.decide(gateway.message(ask))
    gateway.settle()
    assert [sent.kommune for sent in gateway.heard(say.ReferralSent)] == [ESBJERG, "0851"]


def test_who_is_about_to_be_asked_by_the_plan_is_not_asked_by_hand_too() -> None:
    gateway = Gateway()
    gateway.decide(gateway.message(opened()))
    with pytest.raises(Refused, match="state"):
        gateway.decide(gateway.message(AskThis(place_id=PLACE, kommune=ESBJERG)))
