"""What crosses on the way, both ways round."""

from datetime import date
from typing import Any

import pytest

from municipality_gateway.commands.kommuner import Erase, Retire
from municipality_gateway.commands.matches import MatchDeadline
from municipality_gateway.commands.referrals import RecordGuidance, TakeBack
from municipality_gateway.state.matches import Match
from municipality_gateway.state.places import Place
from municipality_gateway.state.referrals import Referral
from shared.events import followup
from shared.events import municipality_gateway as say
from shared.spine.decision import NotYet, Refused
from tests.unit.municipality_gateway.test_asking_back import PAUSED, REOPENED, accepted
from tests.unit.municipality_gateway.test_changes import changed
from tests.unit.municipality_gateway.test_handing_over import DORA, EVA, UNA, asked_una, register
from tests.unit.municipality_gateway.world import (
    CANDIDATE,
    ESBJERG,
    FANOE,
    MATCH,
    PLACE,
    PLACEMENT,
    Gateway,
    agreed,
    asked,
    opened,
    placement_event,
    planned,
    proposed,
)

YES = {"match_id": MATCH, "answer": "yes"}
NO_CANDIDATE = {"reason": "no-candidate"}


@pytest.mark.parametrize("answer_first", [True, False])
def test_an_answer_counts_when_it_comes_before_the_time_is_out(answer_first: bool) -> None:
    gateway, referral = asked()
    gateway.morning(date(2026, 11, 30))
    if answer_first:
        assert gateway.reply(ESBJERG, "accepted", {"referral_id": referral}) == "taken"
    gateway.morning(date(2026, 12, 1))
    if not answer_first:
        assert gateway.reply(ESBJERG, "accepted", {"referral_id": referral}) == "referral-over"
    assert gateway.get(Referral, referral).state == ("accepted" if answer_first else "failed")
    assert len(gateway.heard(say.ReferralExpired)) == (not answer_first)


@pytest.mark.parametrize("resumed_by", ["accepted", "until"])
def test_a_hold_is_over_once_whether_the_kommune_or_its_day_ends_it(resumed_by: str) -> None:
    gateway, referral = asked()
    held = {"referral_id": referral, "reason": "no-capacity", "until": "2026-12-04"}
    gateway.reply(ESBJERG, "held", held)
    gateway.morning(date(2026, 12, 4 if resumed_by == "accepted" else 5))
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    gateway.morning(date(2026, 12, 9))
    assert len(gateway.heard(say.ReferralResumed)) == 1
    assert gateway.referral().state == "accepted"


@pytest.mark.parametrize("confirmed_first", [True, False])
def test_a_confirmation_that_crosses_the_third_day_is_taken_and_it_is_cancelled_once(confirmed_first: bool) -> None:
    gateway, referral = accepted()
    gateway.tell(PAUSED)
    gateway.morning(date(2026, 11, 26 if confirmed_first else 27))
    assert gateway.reply(ESBJERG, "cancellation-confirmed", {"referral_id": referral}) == "taken"
    gateway.morning(date(2026, 12, 1))
    assert [event.by for event in gateway.heard(say.ReferralCancelled)] == ["kommune" if confirmed_first else "system"]


@pytest.mark.parametrize("rejected_first", [True, False])
def test_a_no_that_crosses_the_asking_back_is_a_no(rejected_first: bool) -> None:
    gateway, referral = accepted(max_kommuner=1)

    def reject() -> None:
        assert gateway.reply(ESBJERG, "rejected", {"referral_id": referral, **NO_CANDIDATE}) == "taken"

    if rejected_first:
        reject()
    gateway.tell(PAUSED)
    if not rejected_first:
        reject()
    gateway.morning(date(2026, 12, 1))
    assert gateway.referral().state == "rejected"
    assert len(gateway.heard(say.ReferralCancellationRequested)) == (not rejected_first)
    assert not gateway.heard(say.ReferralCancelled)


@pytest.mark.parametrize("rejected_first", [True, False])
def test_a_no_that_crosses_the_agreement_leaves_nobody_asked_about_the_last_seat(rejected_first: bool) -> None:
    """The no may be about anybody more: what is agreed stands."""
    gateway, referral = asked()
    proposed(gateway)
    no = {"referral_id": referral, **NO_CANDIDATE}
    if rejected_first:
        gateway.reply(ESBJERG, "rejected", no)
    gateway.tell(agreed(gateway, referral_id=referral))
    if not rejected_first:
        assert gateway.reply(ESBJERG, "rejected", no) == "referral-over"
    assert gateway.get(Referral, referral).state == ("rejected" if rejected_first else "completed")
    assert gateway.get(Place, PLACE).agreed == {MATCH}
    assert [s.kommune for s in gateway.states.values() if isinstance(s, Referral) and s.open] == []


@pytest.mark.parametrize("back_first", [True, False])
def test_a_consultants_taking_back_that_crosses_the_agreement_undoes_nothing(back_first: bool) -> None:
    gateway, referral = accepted(max_kommuner=1)
    proposed(gateway)
    back = TakeBack(referral_id=referral, reason="match-elsewhere")
    if back_first:
        gateway.tell(back)
        assert gateway.get(Referral, referral).asked_back
    gateway.tell(agreed(gateway, referral_id=referral))
    if not back_first:
        with pytest.raises(Refused, match="referral-over"):
            gateway.tell(back)
    gateway.morning(date(2026, 12, 1))
    assert gateway.get(Referral, referral).state == "completed"
    assert not gateway.heard(say.ReferralCancelled)


# -- whose yes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("yes_first", [True, False])
def test_a_yes_that_is_owed_counts_when_it_comes_before_its_day_is_over(yes_first: bool) -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.morning(date(2026, 12, 7 if yes_first else 8))
    said = gateway.reply(ESBJERG, "young-person-answered", YES)
    gateway.morning(date(2026, 12, 9))
    assert (said, [event.answer for event in gateway.heard(say.MatchAnswered)]) == (
        ("taken", ["yes"]) if yes_first else ("state", ["none"])
    )


@pytest.mark.parametrize("approved_first", [True, False])
def test_an_approval_of_the_match_counts_before_the_agreement(approved_first: bool) -> None:
    gateway, _ = asked()
    proposed(gateway)
    approval = {"match_id": MATCH, "form": "SMAAJOB", "hours": 12, "from": "2026-12-14"}
    if approved_first:
        assert gateway.reply(ESBJERG, "kommune-approved", approval) == "taken"
    gateway.tell(agreed(gateway))
    assert gateway.reply(ESBJERG, "kommune-approved", approval) == ("taken" if approved_first else "state")
    assert len(gateway.heard(say.MatchAnswered)) == approved_first


@pytest.mark.parametrize("order", [(ESBJERG, FANOE), (FANOE, ESBJERG)])
def test_where_two_kommuner_may_answer_the_same_yes_counts_once_and_a_no_takes_it_back(order: tuple[str, str]) -> None:
    gateway, _ = asked()
    proposed(gateway, kommune=FANOE)
    first, second = order
    assert gateway.reply(first, "young-person-answered", YES) == "taken"
    assert gateway.reply(second, "young-person-answered", YES) == "taken"
    assert gateway.reply(second, "young-person-answered", {**YES, "answer": "no"}) == "taken"
    assert gateway.reply(first, "young-person-answered", YES) == "state"
    assert [event.answer for event in gateway.heard(say.MatchAnswered)] == ["yes", "no"]


def test_where_two_kommuner_may_answer_the_deadline_knows_both() -> None:
    for kommune, whose in ((FANOE, (FANOE, ESBJERG)), (ESBJERG, (ESBJERG, None))):
        gateway, _ = asked()
        proposed(gateway, kommune=kommune)
        deadline = gateway.timers[gateway.get(Match, MATCH).key, "answer"].command
        assert isinstance(deadline, MatchDeadline)
        assert (deadline.kommune, deadline.also) == whose


@pytest.mark.parametrize("withdrawn_first", [True, False])
def test_of_a_withdrawal_and_a_proposal_of_the_same_person_the_last_one_counts(withdrawn_first: bool) -> None:
    gateway, _ = asked(max_kommuner=1)
    proposed(gateway)
    gone = {"candidate_id": CANDIDATE, "reason": "education"}
    if withdrawn_first:
        gateway.reply(ESBJERG, "candidate-withdrawn", gone)
        proposed(gateway)
    else:
        proposed(gateway)
        gateway.reply(ESBJERG, "candidate-withdrawn", gone)
    said = gateway.types("municipality-gateway.candidates.v1")
    last = ["candidate.withdrawn", "candidate.proposed"]
    assert said[1:] == (last if withdrawn_first else last[::-1])


# -- who is asked, and about what --------------------------------------------------------------------------------------


LEAVES: list[Any] = [Retire(contact_id=UNA, kommune=ESBJERG), Erase(person_id=UNA)]


@pytest.mark.parametrize("leaves", LEAVES, ids=["retired", "erased"])
@pytest.mark.parametrize("sent_first", [True, False])
def test_who_leaves_while_a_kommune_is_about_to_be_asked_holds_nothing(leaves: Any, sent_first: bool) -> None:
    gateway = Gateway()
    register(gateway, UNA, "youth-unit")
    register(gateway, DORA, "deputy")
    gateway.decide(gateway.message(opened(max_kommuner=1)))  # chosen, and not yet asked
    if sent_first:
        gateway.settle()
    gateway.tell(leaves)
    assert gateway.referral().contact_id == DORA
    named = [event.contact_id for event in gateway.heard(say.ReferralLeaderGuided)]
    assert named == ([UNA, DORA] if sent_first else [DORA])


@pytest.mark.parametrize("guided_first", [True, False])
def test_a_leader_who_was_called_while_the_contact_changed_is_told_of_whoever_is_there(guided_first: bool) -> None:
    gateway = asked_una(guidance="call")
    guidance = RecordGuidance(referral_id=gateway.referral().id, kommune=ESBJERG)
    if guided_first:
        gateway.tell(guidance)
    register(gateway, UNA, "youth-unit", deputy_id=EVA, away_from=date(2026, 11, 23))
    assert not gateway.referral().guided
    gateway.tell(guidance)
    named = [event.contact_id for event in gateway.heard(say.ReferralLeaderGuided)]
    assert (gateway.referral().contact_id, named) == (EVA, [UNA, EVA] if guided_first else [EVA])


@pytest.mark.parametrize("asked_first", [True, False])
def test_a_kommune_that_is_corrected_while_one_is_asked_is_the_one_that_is_asked(asked_first: bool) -> None:
    gateway = Gateway()
    gateway.decide(gateway.message(opened()))
    if asked_first:
        gateway.settle()
    gateway.tell(changed("kommune", kommune=FANOE))
    assert [event.kommune for event in gateway.heard(say.ReferralSent)] == [*[ESBJERG] * asked_first, FANOE]
    assert [s.kommune for s in gateway.states.values() if isinstance(s, Referral) and s.open] == [FANOE]


@pytest.mark.parametrize("known_first", [True, False])
def test_a_place_that_reopened_has_the_seat_whose_placement_it_names(known_first: bool) -> None:
    """Intake heard first that it never began: till the placement is known here, its seat would be taken for ever."""
    gateway, _ = asked()
    proposed(gateway)
    gateway.tell(agreed(gateway))
    plan = planned(gateway)
    reopened = REOPENED.changed(placement_id=PLACEMENT)
    if not known_first:
        with pytest.raises(NotYet):
            gateway.tell(reopened)
    gateway.tell(plan)
    gateway.tell(reopened)
    assert gateway.get(Place, PLACE).free == 1
    gateway.reply(ESBJERG, "rejected", {"referral_id": gateway.referral().id, **NO_CANDIDATE})
    assert gateway.last(say.ReferralSent).kommune == FANOE
    over = placement_event(followup.PlacementCancelled, gateway, reason="did-not-come", referral_id=plan.referral_id)
    gateway.tell(over)
    assert gateway.get(Place, PLACE).free == 1
