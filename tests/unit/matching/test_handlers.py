"""What matching says to what it hears, in whichever order it comes."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from matching.rules import agreement
from matching.state import AnswerGate, LeaderAnswers, Place
from shared.events import intake
from shared.events import matching as said
from shared.events.base import Event
from shared.spine.decision import NotYet, Refused
from tests.unit.matching.given import (
    CONTACT,
    ESBJERG,
    NOW,
    OTHER_PLACE,
    OTHER_REFERRAL,
    PLACE,
    PLACEMENT,
    SONDERBORG,
    Matching,
    about_place,
    answer,
    ended,
    never_began,
    opened,
    profile,
    proposed,
    referral_cancelled,
    sent,
    withdrawn,
)

PRAKTIK: dict[str, Any] = {"form": "VIRKSOMHEDSPRAKTIK", "next_step": "SMAAJOB", "until": date(2027, 1, 10)}
APPROVED = {"form": "VIRKSOMHEDSPRAKTIK", "hours": 15, "from": date(2026, 12, 14), "to": date(2027, 1, 10)}
paused = intake.PlacePaused(**about_place("paused"), reason="busy")


@pytest.fixture
def matching() -> Matching:
    return Matching(opened(), sent())


def told(events: list[Event]) -> list[tuple[str, str]]:
    """(what, why or by whom) of each event."""
    why = ("reason", "rule", "party")
    return [
        (event.TYPE.split(".")[3], next((getattr(event, name) for name in why if hasattr(event, name)), ""))
        for event in events
    ]


def agreed_on(matching: Matching) -> str:
    match = matching.propose()
    matching.agree(match)
    return match


# -- proposals ---------------------------------------------------------------------------------------------------------


def test_a_proposal_that_fits_waits_ten_working_days_for_its_yeses(matching: Matching) -> None:
    (event,) = matching.tell(proposed(), version=3)
    assert isinstance(event, said.MatchProposed)
    assert event.approvals_needed == ("leader", "young-person")
    assert event.answer_by == date(2026, 12, 7)
    assert event.gate[0] == "met-each-other"
    assert event.kommune == event.place_kommune == ESBJERG
    assert (event.terms.form, event.terms.hours, event.terms.times_of_day) == ("SMAAJOB", 10, ("night",))


def test_the_same_reply_again_is_the_same_match(matching: Matching) -> None:
    matching.propose()
    assert matching.tell(proposed(), version=2) == []


def test_another_reply_about_the_same_person_is_another_match(matching: Matching) -> None:
    assert matching.propose() != matching.propose(reply_id="with-other-hours", hours=15)


def test_a_proposal_waits_for_its_referral_and_the_referral_for_its_place() -> None:
    matching = Matching()
    with pytest.raises(NotYet):
        matching.tell(proposed())
    with pytest.raises(NotYet):
        matching.tell(sent())
    matching.tell(opened(), version=2)
    with pytest.raises(NotYet):
        matching.tell(sent(place_version=3))
    matching.tell(sent(place_version=2))
    assert matching.propose()


def test_a_proposal_that_breaks_a_hard_rule_never_becomes_a_match(matching: Matching) -> None:
    (event,) = matching.tell(proposed(hours=25))
    assert isinstance(event, said.MatchRefused)
    assert (event.rule, event.reply_id) == ("R-FIT-HOURS", f"reply-0-{PLACE}")
    assert matching.states["match", event.match_id] is None


def test_how_far_it_is_counts_from_the_young_persons_kommune(matching: Matching) -> None:
    far = matching.tell(proposed(kommune=SONDERBORG, profile=profile(reach=30)))
    assert told(far) == [("refused", "R-FIT-REACH")]
    willing = matching.tell(proposed(kommune=SONDERBORG, profile=profile(reach=200), reply_id="r-2"))
    assert told(willing) == [("proposed", "")]


def test_several_may_be_open_on_one_seat(matching: Matching) -> None:
    first = matching.propose(0)
    matching.leader(first, "yes")
    assert matching.propose(1) != first


def test_a_proposal_for_a_place_without_a_seat_is_refused(matching: Matching) -> None:
    agreed_on(matching)
    assert told(matching.tell(proposed(1))) == [("refused", "no-seat")]


def test_a_proposal_for_somebody_who_has_a_place_is_refused(matching: Matching) -> None:
    agreed_on(matching)
    matching.tell(opened(OTHER_PLACE))
    matching.tell(sent(OTHER_REFERRAL, OTHER_PLACE))
    elsewhere = proposed(place_id=OTHER_PLACE, referral_id=OTHER_REFERRAL)
    assert told(matching.tell(elsewhere)) == [("refused", "candidate-taken")]


@pytest.mark.parametrize("over", [referral_cancelled(), paused])
def test_a_proposal_that_crosses_the_end_of_its_referral_is_refused(matching: Matching, over: Any) -> None:
    matching.tell(over, version=2)
    assert told(matching.tell(proposed())) == [("refused", "referral-over")]


# -- yes and no --------------------------------------------------------------------------------------------------------


def test_the_last_yes_makes_the_agreement_whichever_it_is(matching: Matching) -> None:
    match = matching.propose()
    assert told(matching.tell(answer(match, "young-person", "yes"))) == [("approved", "young-person")]
    assert matching.gate(match) == []
    approved, agreed = matching.leader(match, "yes")
    assert isinstance(approved, said.MatchApproved)
    assert approved.held_until == date(2026, 12, 7)
    assert isinstance(agreed, said.MatchAgreed)
    assert agreed.seats_left == 0
    assert {approval.party for approval in agreed.approvals} == {"leader", "young-person"}
    assert (agreed.contact_id, agreed.candidate_version) == (CONTACT, 1)
    assert set(agreed.gate) == set(matching.match(match).gate)


def test_the_last_answer_of_the_gate_makes_the_agreement_too(matching: Matching) -> None:
    match = matching.propose()
    matching.leader(match, "yes")
    matching.tell(answer(match, "young-person", "yes"))
    *all_but_one, last = matching.match(match).gate
    assert matching.tell(AnswerGate(match_id=match, answers=dict.fromkeys(all_but_one, True))) == []
    assert matching.tell(AnswerGate(match_id=match, answers={last: False})) == []
    assert told(matching.tell(AnswerGate(match_id=match, answers={last: True}))) == [("agreed", "")]


def test_the_gate_takes_no_question_of_another_match(matching: Matching) -> None:
    match = matching.propose()
    with pytest.raises(Refused) as refused:
        matching.tell(AnswerGate(match_id=match, answers={"next-step-planned": True}))
    assert refused.value.field == "answers.next-step-planned"


def test_praktik_waits_for_the_kommunes_approval(matching: Matching) -> None:
    match = matching.propose(**PRAKTIK, hours=15)
    matching.gate(match)
    matching.leader(match, "yes")
    assert told(matching.tell(answer(match, "young-person", "yes"))) == [("approved", "young-person")]
    _, agreed = matching.tell(answer(match, "kommune", "yes", **APPROVED))
    assert isinstance(agreed, said.MatchAgreed)
    kommune = next(approval for approval in agreed.approvals if approval.party == "kommune")
    assert (kommune.hours, kommune.from_, kommune.to) == (15, date(2026, 12, 14), date(2027, 1, 10))


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"form": "LOENTILSKUD"}, "form", "rule:R-FIT-FORM"),
        ({"hours": 14}, "hours", "rule:R-FIT-HOURS"),
        ({"from": date(2026, 12, 15)}, "from", "rule:R-PAY-1"),
        ({"to": date(2027, 1, 9)}, "to", "rule:R-PAY-1"),
    ],
)
def test_an_approval_that_does_not_cover_the_terms_is_refused(
    matching: Matching, given: dict[str, Any], field: str, rule: str
) -> None:
    match = matching.propose(**PRAKTIK, hours=15)
    (event,) = matching.tell(answer(match, "kommune", "yes", **APPROVED | given))
    assert isinstance(event, said.MatchAnswerRefused)
    assert (event.field, event.rule, event.reply_id) == (field, rule, "a-1")
    assert matching.match(match).approvals == ()


def test_an_open_end_ends_with_the_approval(matching: Matching) -> None:
    match = matching.propose(**PRAKTIK | {"until": None}, hours=15)
    assert told(matching.tell(answer(match, "kommune", "yes", **APPROVED))) == [("approved", "kommune")]


@pytest.mark.parametrize("party", ["young-person", "kommune"])
def test_a_no_ends_the_match_and_is_taken_once(matching: Matching, party: str) -> None:
    match = matching.propose()
    (event,) = matching.tell(answer(match, party, "no", reason="transport"))
    assert isinstance(event, said.MatchDeclined)
    assert (event.party, event.reason) == (party, "transport")
    assert matching.tell(answer(match, party, "no", reason="transport")) == []


def test_a_yes_taken_back_ends_the_match_and_frees_the_seat(matching: Matching) -> None:
    first, second = matching.propose(0), matching.propose(1)
    matching.leader(first, "yes")
    assert told(matching.leader(first, "no", "not-ready")) == [("declined", "not-ready")]
    assert told(matching.leader(second, "yes")) == [("approved", "leader")]


def test_a_no_without_a_reason_has_a_code_for_that(matching: Matching) -> None:
    assert told(matching.leader(matching.propose(), "no")) == [("declined", "no-reason")]


def test_silence_of_the_kommune_cancels(matching: Matching) -> None:
    match = matching.propose()
    assert told(matching.tell(answer(match, "young-person", "none", reply_id=None))) == [("cancelled", "expired")]


def test_a_deadline_that_passes_after_the_yes_changes_nothing(matching: Matching) -> None:
    match = matching.propose()
    matching.tell(answer(match, "young-person", "yes"))
    assert matching.tell(answer(match, "young-person", "none", reply_id=None)) == []


def test_an_answer_to_a_match_that_is_over_is_refused(matching: Matching) -> None:
    match = matching.propose()
    matching.leader(match, "no")
    (event,) = matching.tell(answer(match, "young-person", "yes"))
    assert isinstance(event, said.MatchAnswerRefused)
    assert (event.field, event.rule) == ("match_id", "state")


def test_a_no_after_the_agreement_is_refused(matching: Matching) -> None:
    match = agreed_on(matching)
    assert told(matching.tell(answer(match, "young-person", "no"))) == [("answer-refused", "state")]
    with pytest.raises(Refused) as refused:
        matching.leader(match, "no")
    assert refused.value.status == 409


def test_the_same_yes_again_changes_nothing(matching: Matching) -> None:
    match = matching.propose()
    for _ in range(2):
        matching.tell(answer(match, "young-person", "yes"))
        matching.leader(match, "yes")
    assert told(matching.said[-2:]) == [("approved", "young-person"), ("approved", "leader")]
    matching.gate(match)
    assert matching.leader(match, "yes") == matching.tell(answer(match, "young-person", "yes")) == []


def test_an_answer_waits_for_its_match(matching: Matching) -> None:
    with pytest.raises(NotYet):
        matching.tell(answer(PLACEMENT, "young-person", "yes"))


# -- seats and races ---------------------------------------------------------------------------------------------------


def test_the_leader_can_hold_no_more_seats_than_there_are(matching: Matching) -> None:
    first, second = matching.propose(0), matching.propose(1)
    matching.leader(first, "yes")
    with pytest.raises(Refused) as refused:
        matching.leader(second, "yes")
    assert refused.value.rule == "no-seat"


def test_the_last_seat_cancels_those_who_are_left(matching: Matching) -> None:
    first, second = matching.propose(0), matching.propose(1)
    matching.agree(first)
    assert told(matching.said[-1:]) == [("cancelled", "seat-taken")]
    assert matching.match(second).reason == "seat-taken"


def test_while_a_seat_is_left_the_others_stay_open() -> None:
    matching = Matching(opened(seats=2), sent())
    matches = [matching.propose(n) for n in range(3)]
    assert matching.agree(matches[0]).seats_left == 1
    assert matching.match(matches[2]).state == "proposed"
    assert matching.agree(matches[1]).seats_left == 0
    assert matching.match(matches[2]).reason == "seat-taken"


def test_an_agreement_cancels_what_else_is_open_for_the_same_person(matching: Matching) -> None:
    matching.tell(opened(OTHER_PLACE))
    matching.tell(sent(OTHER_REFERRAL, OTHER_PLACE))
    here, there = matching.propose(), matching.propose(place_id=OTHER_PLACE, referral_id=OTHER_REFERRAL)
    matching.leader(there, "yes")
    matching.agree(here)
    assert matching.match(there).reason == "candidate-taken"
    freed = matching.states["place", OTHER_PLACE]
    assert isinstance(freed, Place)
    assert freed.spots == {}


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (paused, "place-paused"),
        (referral_cancelled(), "referral-over"),
        (withdrawn(), "candidate-withdrawn"),
    ],
)
def test_what_happens_while_the_last_yes_is_on_its_way_is_seen_at_the_agreement(
    matching: Matching, event: Any, reason: str
) -> None:
    match = matching.propose()
    matching.gate(match)
    matching.tell(answer(match, "young-person", "yes"))
    matching.decide(LeaderAnswers(match_id=match, place_id=PLACE, answer="yes", reason=None))
    matching.decide(event, version=2)
    assert agreement.complete(matching.match(match))
    assert told(matching.wait_until(NOW)) == [("cancelled", reason)]


def test_two_agreements_at_once_about_one_person_leave_one(matching: Matching) -> None:
    matching.tell(opened(OTHER_PLACE))
    matching.tell(sent(OTHER_REFERRAL, OTHER_PLACE))
    here, there = matching.propose(), matching.propose(place_id=OTHER_PLACE, referral_id=OTHER_REFERRAL)
    both = ((here, PLACE), (there, OTHER_PLACE))
    for match, place in both:
        matching.gate(match)
        matching.tell(answer(match, "young-person", "yes", place_id=place))
    for match, place in both:
        matching.decide(LeaderAnswers(match_id=match, place_id=place, answer="yes", reason=None))
    assert sorted(told(matching.wait_until(NOW))) == [("agreed", ""), ("cancelled", "candidate-taken")]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (paused, "place-paused"),
        (intake.PlaceClosed(**about_place("closed"), reason="closed-down"), "place-closed"),
        (referral_cancelled(), "referral-over"),
        (withdrawn(), "candidate-withdrawn"),
    ],
)
def test_the_end_of_something_ends_what_is_not_agreed(matching: Matching, event: Any, reason: str) -> None:
    match = matching.propose()
    matching.leader(match, "yes")
    assert told(matching.tell(event, version=2)) == [("cancelled", reason)]
    assert ("match", match) not in {key for key, _ in matching.timers}


@pytest.mark.parametrize("event", [paused, referral_cancelled(), withdrawn()])
def test_what_is_agreed_stands(matching: Matching, event: Any) -> None:
    match = agreed_on(matching)
    assert matching.tell(event, version=2) == []
    assert matching.match(match).state == "agreed"


def test_who_was_withdrawn_can_be_proposed_again(matching: Matching) -> None:
    matching.propose()
    matching.tell(withdrawn(), version=2)
    matching.agree(matching.propose(reply_id="again"))


def test_what_describes_a_young_person_is_not_kept(matching: Matching) -> None:
    matching.propose(profile=profile(strengths=("coordination",), interests=("gaming",)))
    kept = "".join(str(state.model_dump_json()) for state in matching.states.values() if state)
    assert not {word for word in ("coordination", "gaming", "age_band", "18-24") if word in kept}


# -- deadlines ---------------------------------------------------------------------------------------------------------


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, tzinfo=NOW.tzinfo)  # midnight in Denmark in winter


def test_without_the_leaders_yes_the_match_expires_at_the_end_of_the_tenth_working_day(matching: Matching) -> None:
    matching.propose()
    assert matching.wait_until(end_of(date(2026, 12, 7)) - timedelta(seconds=1)) == []
    assert told(matching.wait_until(end_of(date(2026, 12, 7)))) == [("cancelled", "expired")]


def test_the_leaders_yes_holds_the_seat_for_ten_working_days_more(matching: Matching) -> None:
    match = matching.propose()
    matching.wait_until(end_of(date(2026, 12, 4)) - timedelta(hours=12))
    matching.leader(match, "yes")
    assert matching.match(match).held_until == date(2026, 12, 18)
    assert matching.wait_until(end_of(date(2026, 12, 7))) == []
    assert told(matching.wait_until(end_of(date(2026, 12, 18)))) == [("cancelled", "expired")]


def test_an_agreed_match_does_not_expire(matching: Matching) -> None:
    agreed_on(matching)
    assert matching.timers == {}


# -- what became of it -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("over", [ended, never_began])
def test_when_a_placement_is_over_the_seat_and_the_person_are_free(matching: Matching, over: Any) -> None:
    match = agreed_on(matching)
    matching.tell(over(match))
    matching.tell(over(match), version=2)
    assert matching.match(match).state == "ended"
    assert matching.propose(reply_id="again") != match


def test_a_full_place_waits_for_the_leader_after_a_placement_has_ended(matching: Matching) -> None:
    match = agreed_on(matching)
    matching.tell(intake.PlaceFilled(**about_place("filled")), version=2)
    matching.tell(ended(match))
    assert told(matching.tell(proposed(1))) == [("refused", "no-seat")]


def test_a_reopened_place_waits_until_its_placement_has_ended_here_too(matching: Matching) -> None:
    match = agreed_on(matching)
    reopened = intake.PlaceReopened(**about_place("open"), agreed_at=date(2027, 3, 8), placement_id=PLACEMENT)
    with pytest.raises(NotYet) as wait:
        matching.tell(reopened, version=2)
    assert wait.value.waits_for == ("place", PLACE)
    matching.tell(ended(match))
    matching.tell(reopened, version=2)
    assert matching.propose(1)


def test_after_an_early_end_the_next_match_on_the_place_has_a_stricter_gate(matching: Matching) -> None:
    match = agreed_on(matching)
    matching.tell(ended(match, how="early"))
    assert "slow-match-considered" in matching.match(matching.propose(1)).gate


def test_a_place_that_changes_keeps_its_matches(matching: Matching) -> None:
    match = agreed_on(matching)
    matching.tell(opened(seats=2), version=2)
    place = matching.states["place", PLACE]
    assert isinstance(place, Place)
    assert place.spots[match].state == "taken"
    assert matching.propose(1)
