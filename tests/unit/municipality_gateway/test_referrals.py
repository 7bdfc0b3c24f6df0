"""What a kommune says of a referral, and where that leaves it."""

from dataclasses import replace
from datetime import date

import pytest

from municipality_gateway.rows import Answered
from shared.events import municipality_gateway as say
from shared.events.kommune import referrals as copy
from tests.unit.municipality_gateway.world import (
    ESBJERG,
    FANOE,
    PROPOSAL,
    TEST,
    asked,
)

CANDIDATES = "municipality-gateway.candidates.v1"
STRANGER = "90000000-0000-4000-8000-000000000001"


def test_a_reply_implies_what_must_have_come_before_it() -> None:
    gateway, referral = asked()
    gateway.news()
    assert gateway.reply(ESBJERG, "candidate-proposed", {"referral_id": referral, **PROPOSAL}) == "taken"
    assert gateway.news() == ["referral.seen", "referral.accepted", "referral.changed"]
    assert gateway.news(CANDIDATES) == ["candidate.proposed"]
    assert (gateway.referral().state, gateway.referral().business_status) == ("in-progress", "candidate-identified")


def test_every_reply_is_answered_on_the_kommunes_own_topic() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "seen", {"referral_id": referral}, id="svar-1", offset=12)
    taken = gateway.last(copy.ReplyTaken)
    assert (taken.reply, taken.source, taken.what, taken.offset) == ("svar-1", f"/kommune/{ESBJERG}", "seen", 12)
    assert taken.referral_id == referral
    assert [replace(row, hash=None) for row in gateway.rows] == [
        Answered(ESBJERG, f"/kommune/{ESBJERG}", "svar-1", "taken", "seen", about=referral)
    ]


@pytest.mark.parametrize("what", ["seen", "accepted"])
def test_a_reply_whose_effect_already_holds_is_taken_without_effect(what: str) -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, what, {"referral_id": referral})
    gateway.news()
    assert gateway.reply(ESBJERG, what, {"referral_id": referral}) == "taken"
    assert gateway.news() == []


def test_whether_the_company_was_known_may_be_told_after_an_implied_yes() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "leader-contacted", {"referral_id": referral, "at": "2026-11-23T09:00:00+01:00"})
    gateway.news()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral, "company_known": True})
    assert gateway.last(say.ReferralAccepted).company_known is True
    assert gateway.news() == ["referral.accepted"]
    assert gateway.referral().business_status == "leader-contacted"


def test_a_rejection_is_a_reason_to_ask_the_next_kommune() -> None:
    gateway, referral = asked()
    gateway.news()
    gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "no-candidate"})
    assert gateway.news() == [
        "referral.seen",
        "referral.rejected",
        "referral.sent",
        "referral.leader-guided",
    ]


def test_a_referral_that_is_over_takes_no_reply() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "no-candidate"})
    assert gateway.reply(ESBJERG, "accepted", {"referral_id": referral}) == "referral-over"
    assert gateway.last(copy.ReplyRefused).rule == "referral-over"


def test_one_on_hold_waits_until_the_day_the_kommune_named_and_then_begins_to_wait_anew() -> None:
    gateway, referral = asked()
    held = {"referral_id": referral, "reason": "wait-candidate", "until": "2026-12-04"}
    assert gateway.reply(ESBJERG, "held", held) == "taken"
    gateway.news()
    gateway.morning(date(2026, 12, 4))
    assert gateway.news() == []
    gateway.morning(date(2026, 12, 5))
    assert gateway.news() == ["referral.resumed"]
    assert gateway.referral().state == "requested"
    gateway.morning(date(2026, 12, 9))
    assert gateway.news() == ["referral.reminded"]


def test_accepting_resumes_what_was_on_hold() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "held", {"referral_id": referral, "reason": "no-capacity", "until": "2026-12-04"})
    gateway.news()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    assert gateway.news() == ["referral.resumed", "referral.accepted"]


def test_a_hold_needs_a_day_to_come() -> None:
    gateway, referral = asked()
    held = {"referral_id": referral, "reason": "no-capacity", "until": "2026-11-23"}
    assert gateway.reply(ESBJERG, "held", held) == "date-order"


def test_a_referral_without_a_match_is_rejected_not_closed() -> None:
    gateway, referral = asked()
    assert gateway.reply(ESBJERG, "closed", {"referral_id": referral, "reason": "enough"}) == "state"


def test_another_kommunes_referral_is_not_yours_and_an_unknown_one_is_unknown() -> None:
    gateway, referral = asked()
    assert gateway.reply(FANOE, "accepted", {"referral_id": referral}) == "not-yours"
    assert gateway.reply(ESBJERG, "accepted", {"referral_id": STRANGER}) == "unknown-id"
    assert gateway.referral().state == "requested"


def test_what_the_test_kommune_says_is_answered_and_counts_nowhere() -> None:
    gateway, referral = asked()
    gateway.news()
    assert gateway.reply(TEST, "accepted", {"referral_id": referral}) == "taken"
    assert gateway.reply(TEST, "accepted", {"referral_id": "no id"}) == "wrong-type"
    assert gateway.news(f"k.{TEST}.referrals.v1") == ["reply.taken", "reply.refused"]
    assert gateway.news() == []
