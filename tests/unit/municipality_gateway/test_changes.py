"""A place that is asked about changes; and what matching finds for a young person in the pool."""

from datetime import date
from typing import Any

import pytest

from municipality_gateway.commands.referrals import Recall
from municipality_gateway.state.referrals import Referral
from shared.events import followup, intake, matching
from shared.events import municipality_gateway as say
from shared.events.base import Reason, Task
from shared.events.kommune import referrals as copy
from tests.unit.municipality_gateway.test_asking_back import PAUSED, accepted
from tests.unit.municipality_gateway.world import (
    CANDIDATE,
    ESBJERG,
    FANOE,
    MATCH,
    PLACE,
    Gateway,
    about_place,
    agreed,
    asked,
    opened,
    placement_event,
    planned,
    proposed,
)

OUT = f"k.{ESBJERG}.referrals.v1"


def changed(*changes: str, **other: Any) -> intake.PlaceChanged:
    return intake.PlaceChanged(**opened(**other).model_dump(by_alias=True), changes=changes)


def test_a_kommune_hears_what_changed_and_how_the_place_is_now() -> None:
    gateway, referral = asked()
    gateway.news(OUT)
    tasks = (Task(task_id="butik-01"),)
    gateway.tell(changed("tasks", "seats").changed(tasks=tasks, seats=2))
    told = gateway.last(copy.ReferralChanged)
    assert (told.referral_id, told.changes, told.tasks, told.seats) == (referral, ("tasks", "seats"), tasks, 2)
    assert (told.postnr, told.place_kommune, told.hours_to) == ("6700", ESBJERG, 30)
    assert gateway.last(say.ReferralChanged).changes == ("tasks", "seats")
    assert gateway.news(OUT) == ["referral.changed"]
    assert gateway.referral().told
    assert gateway.referral().seats == 2


def test_what_is_no_matter_of_the_kommunes_is_not_told() -> None:
    gateway, _ = asked()
    gateway.news()
    gateway.tell(changed("guidance", "max_kommuner", max_kommuner=1))
    assert gateway.news() == []


@pytest.mark.parametrize("what", ["contact", "contact_id", "buddy_id"])
def test_a_kommune_hears_that_there_is_somebody_else_to_call_and_reads_who_at_place_url_alone(what: str) -> None:
    gateway, _ = asked()
    someone = "00000000-0000-4000-8000-0000000000aa"
    ids: dict[str, Any] = {what: someone} if what.endswith("_id") else {}
    gateway.tell(changed(what, "hours_to").changed(**ids))
    told = gateway.last(copy.ReferralChanged)
    assert told.changes == ("contact", "hours_to")
    assert someone not in told.model_dump_json()


def test_a_place_that_goes_on_as_another_leaders_is_hers_here_too() -> None:
    gateway, referral = asked()
    someone = "00000000-0000-4000-8000-0000000000aa"
    gateway.tell(changed("leader_id", "contact_id").changed(leader_id=someone, contact_id=someone))
    assert gateway.last(copy.ReferralChanged).changes == ("contact",)
    assert gateway.get(Referral, referral).leader_id == gateway.last(say.ReferralChanged).leader_id == someone


def test_a_leader_who_wishes_for_a_page_after_all_is_told_at_once() -> None:
    gateway, _ = asked(guidance="call")
    gateway.news()
    gateway.tell(changed("guidance", guidance="page"))
    assert gateway.news() == ["referral.leader-guided"]


def test_a_place_in_another_kommune_after_all_is_taken_back_and_asked_about_there() -> None:
    gateway, referral = accepted()
    gateway.tell(changed("kommune", kommune=FANOE))
    assert gateway.last(say.ReferralCancellationRequested).reason == "place-moved"
    sent = gateway.last(say.ReferralSent)
    assert (sent.kommune, sent.why, sent.place_kommune, sent.round) == (FANOE, "own", FANOE, 2)
    assert gateway.get(Referral, referral).asked_back


def test_a_place_on_pause_may_move_and_nobody_is_asked() -> None:
    gateway, _ = asked()
    gateway.tell(PAUSED)
    gateway.news()
    gateway.tell(changed("kommune", kommune=FANOE))
    assert gateway.news() == []


def test_whoever_is_asked_back_or_done_hears_of_no_change() -> None:
    gateway, referral = accepted()
    gateway.tell(Recall(referral_id=referral, reason="match-elsewhere"))
    gateway.news(OUT)
    gateway.tell(changed("tasks"))
    assert gateway.news(OUT) == []


def test_a_leader_who_lets_more_kommuner_be_asked_has_the_next_one_asked() -> None:
    gateway, _ = asked(at_once="several", max_kommuner=1)
    gateway.tell(changed("max_kommuner", at_once="several", max_kommuner=2))
    assert gateway.last(say.ReferralSent).kommune == FANOE


def test_seats_that_are_matched_are_not_offered_again_by_a_change() -> None:
    gateway, _ = asked(seats=2)
    proposed(gateway)
    gateway.tell(agreed(gateway, seats_left=1))
    gateway.tell(changed("seats", seats=3))
    assert gateway.referral().seats == 3
    assert gateway.last(copy.ReferralChanged).seats == 3


def test_a_change_of_a_place_that_never_opened_is_not_ours() -> None:
    gateway = Gateway()
    gateway.tell(changed("tasks"))
    assert not gateway.states


REASONS = (Reason(component="tasks", points=20, of=25),)
FIT = {"place_id": PLACE, "candidate_id": CANDIDATE, "kommune": ESBJERG, "score": 80, "reasons": REASONS}


@pytest.mark.parametrize(
    ("event", "more"),
    [(matching.MatchSuggested, {"rank": 1}), (matching.MatchExplained, {"match_id": MATCH})],
)
def test_how_well_they_fit_is_told_to_the_young_persons_kommune(event: type[Any], more: dict[str, Any]) -> None:
    gateway, referral = asked()
    gateway.news(OUT)
    gateway.tell(event(referral_id=referral, **FIT, **more))
    kind: type[Any] = copy.MatchSuggested if event is matching.MatchSuggested else copy.MatchExplained
    told = gateway.last(kind)
    assert (told.referral_id, told.candidate_id, told.score, told.reasons) == (referral, CANDIDATE, 80, REASONS)
    assert len(gateway.news(OUT)) == 1


def test_what_a_kommune_has_said_is_on_its_own_topic_too() -> None:
    gateway, referral = asked()
    gateway.news(OUT)
    held = {"referral_id": referral, "reason": "wait-candidate", "until": "2026-12-04"}
    gateway.reply(ESBJERG, "held", held)
    assert gateway.last(copy.ReferralOnHold).until == date(2026, 12, 4)
    gateway.reply(ESBJERG, "accepted", {"referral_id": referral})
    gateway.reply(ESBJERG, "rejected", {"referral_id": referral, "reason": "tasks"})
    said = [name for name in gateway.news(OUT) if name != "reply.taken"]
    assert said == ["referral.on-hold", "referral.resumed", "referral.accepted", "referral.rejected"]


@pytest.mark.parametrize("why", ["contact", "leader erased", "tasks"])
def test_who_has_found_somebody_there_hears_of_another_contact_also_when_its_referral_is_over(why: str) -> None:
    gateway, _ = asked()
    proposed(gateway)
    gateway.tell(agreed(gateway))
    gateway.tell(planned(gateway).changed(placement_id=MATCH))
    referral = gateway.referral()
    assert referral.state == "completed"
    gateway.news(OUT)
    gateway.news()
    if why == "leader erased":
        gateway.tell(intake.PlaceClosed(**about_place("closed"), reason="leader-left"))
    else:
        gateway.tell(changed(why))
    expected = [] if why == "tasks" else ["referral.changed"]
    assert gateway.news(OUT) == expected
    assert gateway.news() == [], "it is over, and stays so"
    assert gateway.referral() == referral
    if expected:
        assert gateway.last(copy.ReferralChanged).changes == ("contact",)
    gateway.tell(placement_event(followup.PlacementCancelled, gateway, placement_id=MATCH, reason="other"))
    gateway.news(OUT)
    gateway.tell(changed("contact"))
    assert gateway.news(OUT) == []
