"""A match: what the kommune owes it, says of it, and hears of it."""

from datetime import date

import pytest

from municipality_gateway.rules import desk
from municipality_gateway.state.kommuner import Kommune
from municipality_gateway.state.matches import Match
from municipality_gateway.state.referrals import Referral
from shared.events import matching
from shared.events import municipality_gateway as say
from shared.events.kommune import referrals as copy
from tests.unit.municipality_gateway.world import (
    ESBJERG,
    FANOE,
    MATCH,
    OTHER_CANDIDATE,
    PROPOSAL,
    TERMS,
    Gateway,
    agreed,
    asked,
    match_event,
    proposed,
)

OUT = f"k.{ESBJERG}.referrals.v1"


def test_the_young_persons_yes_is_passed_on_with_the_reply_it_came_in() -> None:
    gateway, _ = asked()
    proposed(gateway)
    assert gateway.reply(ESBJERG, "young-person-answered", {"match_id": MATCH, "answer": "yes"}, id="ja") == "taken"
    answered = gateway.last(say.MatchAnswered)
    assert (answered.party, answered.answer, answered.reply_id) == ("young-person", "yes", "ja")
    assert (("match", MATCH), "answer") not in gateway.timers


def test_the_same_yes_again_has_no_effect_and_a_no_takes_it_back() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.reply(ESBJERG, "young-person-answered", {"match_id": MATCH, "answer": "yes"})
    gateway.news()
    assert gateway.reply(ESBJERG, "young-person-answered", {"match_id": MATCH, "answer": "yes"}) == "taken"
    assert gateway.news() == []
    no = {"match_id": MATCH, "answer": "no", "reason": "transport"}
    assert gateway.reply(ESBJERG, "young-person-answered", no) == "taken"
    assert gateway.news() == ["match.answered"]
    assert gateway.reply(ESBJERG, "young-person-answered", {"match_id": MATCH, "answer": "yes"}) == "state"


def test_a_yes_that_is_owed_and_does_not_come_is_answered_with_none() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.news()
    gateway.morning(date(2026, 12, 7))
    assert gateway.news() == []
    gateway.morning(date(2026, 12, 8))
    assert gateway.last(say.MatchAnswered).answer == "none"
    assert gateway.news() == ["match.answered"]


def test_who_owes_a_yes_has_as_long_as_the_leader_when_she_is_asked_anew() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.tell(match_event(matching.MatchSeatHeld, gateway))
    gateway.tell(match_event(matching.MatchSeatFree, gateway, answer_by=date(2026, 12, 14)))
    gateway.news()
    gateway.morning(date(2026, 12, 14))
    assert gateway.news() == []
    gateway.morning(date(2026, 12, 15))
    assert gateway.last(say.MatchAnswered).answer == "none"


def test_an_approval_says_its_form_hours_and_days() -> None:
    gateway, _ = asked()
    proposed(gateway)
    approval = {"match_id": MATCH, "form": "SMAAJOB", "hours": 12, "from": "2026-12-14", "to": "2027-01-10"}
    assert gateway.reply(ESBJERG, "kommune-approved", approval) == "taken"
    answered = gateway.last(say.MatchAnswered)
    assert (answered.party, answered.form, answered.from_, answered.to) == (
        "kommune", "SMAAJOB", date(2026, 12, 14), date(2027, 1, 10),
    )  # fmt: skip


def test_a_kommune_cannot_answer_for_another_ones_match() -> None:
    gateway, _ = asked()
    proposed(gateway)
    assert gateway.reply(FANOE, "young-person-answered", {"match_id": MATCH, "answer": "yes"}) == "not-yours"


def test_an_agreed_match_completes_the_referral_and_nobody_else_is_asked() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.news()
    gateway.news(OUT)
    gateway.tell(agreed(gateway))
    assert gateway.news() == ["referral.completed"]
    assert gateway.news(OUT) == ["match.agreed", "referral.completed"]
    assert not gateway.timers


def test_with_two_seats_one_match_is_not_the_end_but_time_may_be() -> None:
    gateway, referral = asked(seats=2)
    proposed(gateway)
    gateway.tell(agreed(gateway, seats_left=1))
    assert gateway.referral().state == "in-progress"
    gateway.morning(date(2026, 12, 22))
    assert gateway.get(Referral, referral).state == "completed"


def test_a_match_that_fell_through_sends_the_kommune_searching_again() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.news()
    gateway.tell(match_event(matching.MatchDeclined, gateway, party="leader", reason="tasks"))
    assert gateway.news() == ["referral.changed"]
    assert (gateway.referral().state, gateway.referral().business_status) == ("accepted", "searching")


def test_with_another_proposal_open_it_stays_where_it_is() -> None:
    gateway, referral = asked()
    proposed(gateway)
    second = {"referral_id": referral, **PROPOSAL, "candidate_id": OTHER_CANDIDATE}
    gateway.reply(ESBJERG, "candidate-proposed", second)
    gateway.news()
    gateway.tell(match_event(matching.MatchCancelled, gateway, reason="expired"))
    assert gateway.news() == []


def test_a_proposal_that_is_not_possible_is_told_with_its_rule() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "candidate-proposed", {"referral_id": referral, **PROPOSAL}, id="forslag")
    gateway.news(OUT)
    gateway.tell(match_event(matching.MatchRefused, gateway, reply_id="forslag", rule="R-FIT-HOURS", field="hours"))
    assert gateway.last(copy.MatchRefused).rule == "R-FIT-HOURS"
    noted = gateway.rows[-1]
    assert (noted.id, noted.state, noted.field, noted.rule) == ("forslag", "refused", "hours", "rule:R-FIT-HOURS")
    assert noted.source == f"/kommune/{ESBJERG}"
    assert "reply.refused" not in gateway.news(OUT)  # match.refused says it
    assert gateway.referral().business_status == "searching"


def test_whom_it_has_proposed_already_on_the_same_terms_is_taken_without_effect() -> None:
    gateway, referral = asked()
    proposed(gateway)
    gateway.reply(ESBJERG, "candidate-proposed", {"referral_id": referral, **PROPOSAL}, id="igen")
    gateway.news(OUT)
    before = len(gateway.rows)
    gateway.tell(match_event(matching.MatchRefused, gateway, reply_id="igen", rule="proposed-already"))
    assert gateway.news(OUT) == []
    assert len(gateway.rows) == before  # the reply stays taken
    assert gateway.referral().state == "in-progress"


def test_an_approval_of_less_is_told_what_it_must_cover() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.reply(ESBJERG, "kommune-approved", {"match_id": MATCH, "hours": 10}, id="ja")
    late = match_event(matching.MatchAnswerRefused, gateway, reply_id="ja", field="hours", rule="rule:R-COVER")
    gateway.tell(late.changed(terms=TERMS))
    refused = gateway.last(copy.ReplyRefused)
    assert (refused.field, refused.rule) == ("hours", "rule:R-COVER")
    assert refused.da.endswith("Aftalen er småjob (få løntimer), 12 timer om ugen, fra 14. december 2026.")
    assert refused.en.endswith("12 hours a week, from 2026-12-14.")


def test_an_answer_that_was_refused_is_owed_again_until_it_is_given() -> None:
    gateway, _ = asked()
    proposed(gateway)
    owed = gateway.get(Match, MATCH).owed
    gateway.reply(ESBJERG, "kommune-approved", {"match_id": MATCH, "hours": 10}, id="for-lidt")
    assert gateway.get(Match, MATCH).owed == owed - {"kommune"}
    refused = match_event(matching.MatchAnswerRefused, gateway, reply_id="for-lidt", field="hours", rule="rule:R-COVER")
    gateway.tell(refused)
    match = gateway.get(Match, MATCH)
    assert (match.owed, match.answers) == (owed, ())
    gateway.reply(ESBJERG, "kommune-approved", {"match_id": MATCH}, id="nok")
    gateway.tell(refused.changed(field="from"))
    assert gateway.get(Match, MATCH).owed == owed - {"kommune"}, "the one that counts was given since"


def test_an_answer_refused_further_in_becomes_a_refused_reply_with_the_way_out() -> None:
    gateway, _ = asked()
    proposed(gateway)
    yes = {"match_id": MATCH, "answer": "yes"}
    gateway.reply(ESBJERG, "young-person-answered", yes, id="ja", offset=31)
    late = match_event(matching.MatchAnswerRefused, gateway, reply_id="ja", field="match_id", rule="no-seat")
    gateway.tell(late)
    refused = gateway.last(copy.ReplyRefused)
    assert (refused.reply, refused.rule, refused.da) == ("ja", "no-seat", "Der er ingen ledig plads.")
    assert (refused.source, refused.what, refused.offset) == (f"/kommune/{ESBJERG}", "young-person-answered", 31)
    assert refused.referral_id == MATCH
    noted = gateway.rows[-1]
    assert (noted.id, noted.source, noted.state, noted.rule) == ("ja", f"/kommune/{ESBJERG}", "refused", "no-seat")


@pytest.mark.parametrize(
    ("rule", "shown", "says"),
    [
        ("rule:R-FIT-HOURS", "rule:R-FIT-HOURS", "Foreslå et andet timetal"),
        ("R-FIT-HOURS", "rule:R-FIT-HOURS", "Foreslå et andet timetal"),
        ("missing-field", "missing-field", "Feltet from mangler."),
        ("state", "state", "sagen i from"),
        ("date-far", "date-far", "Datoen i from"),
        ("of-tomorrow", "state", "Det er ikke muligt, som sagen står nu."),
    ],
)
def test_what_is_refused_further_in_speaks_of_its_own_rule_and_field(rule: str, shown: str, says: str) -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.tell(match_event(matching.MatchAnswerRefused, gateway, reply_id="x", field="from", rule=rule))
    refused = gateway.last(copy.ReplyRefused)
    assert (refused.rule, refused.field) == (shown, "from")
    assert says in refused.da
    assert ".." not in refused.da + refused.en


# -- the time of a referral and that of a match ------------------------------------------------------------------------

DUE = date(2026, 12, 21)  # twenty working days after the yes


def late_match() -> Gateway:
    """Accepted on a Monday, somebody proposed shortly before the time is over; the match waits till 2027-01-08."""
    gateway, referral = asked()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    gateway.morning(date(2026, 12, 18))
    proposed(gateway, start="2027-01-11", answer_by=date(2027, 1, 8))
    return gateway


def test_a_referral_does_not_run_out_while_its_match_is_open() -> None:
    gateway = late_match()
    gateway.morning(date(2027, 1, 9))
    assert gateway.referral().state == "in-progress"
    assert "referral.expired" not in gateway.types()
    gateway.morning(date(2027, 1, 12))  # and not in the moment before matching has decided, however long that lasts
    assert gateway.referral().state == "in-progress"
    gateway.tell(agreed(gateway))
    assert gateway.referral().state == "completed"


def test_who_searches_again_after_a_match_has_days_for_it_and_is_told_till_when() -> None:
    gateway = late_match()
    gateway.morning(date(2027, 1, 5))
    gateway.news(OUT)
    gateway.tell(match_event(matching.MatchDeclined, gateway, party="leader", reason="other-needs"))
    assert gateway.referral().business_status == "searching"
    assert gateway.news(OUT) == ["match.declined", "referral.changed"]
    told = gateway.last(copy.ReferralChanged)
    assert (told.changes, told.due_by, told.hours_to) == (("due_by",), date(2027, 1, 12), 30)
    gateway.morning(date(2027, 1, 12))
    assert gateway.referral().state == "accepted"
    gateway.morning(date(2027, 1, 13))
    assert (gateway.referral().state, gateway.referral().business_status) == ("failed", "no-candidate")


def test_a_match_that_fell_through_early_changes_nothing_about_the_time() -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.news(OUT)
    gateway.tell(match_event(matching.MatchDeclined, gateway, party="leader", reason="other-needs"))
    assert gateway.news(OUT) == ["match.declined"]
    gateway.morning(DUE)
    assert gateway.referral().state == "accepted"
    gateway.morning(date(2026, 12, 22))
    assert gateway.referral().state == "failed"


def test_a_proposal_that_was_refused_gives_no_further_time() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    gateway.morning(DUE)
    proposal = {"referral_id": referral, **PROPOSAL, "start": "2027-01-11"}
    gateway.reply(ESBJERG, "candidate-proposed", proposal, id="p")
    gateway.morning(date(2026, 12, 22))
    gateway.tell(match_event(matching.MatchRefused, gateway, reply_id="p", rule="R-FIT-REACH"))
    gateway.morning(date(2026, 12, 23))
    assert gateway.referral().state == "failed"


def test_a_nudge_says_the_day_to_which_an_open_match_lasts() -> None:
    gateway, referral = asked()
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    gateway.morning(date(2026, 12, 14))
    proposed(gateway, start="2027-01-11", answer_by=date(2026, 12, 30))
    gateway.morning(date(2026, 12, 15))
    assert gateway.last(say.ReferralReminded).due_by == date(2026, 12, 30)
    assert desk.turn(gateway.referral(), gateway.get(Kommune, ESBJERG), date(2026, 12, 15)) == "kommune"
