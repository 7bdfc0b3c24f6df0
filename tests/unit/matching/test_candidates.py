"""Proposals: which fit, which are refused, and what is kept of a young person."""

from datetime import date, timedelta
from typing import Any

import pytest

from matching.rules import candidates, places
from matching.state.places import Place, Spot
from shared.events.base import Task, Terms
from shared.events.matching import MatchProposed, MatchRefused
from shared.spine.decision import NotYet
from tests.unit.matching.world import (
    ESBJERG,
    OTHER_PLACE,
    OTHER_REFERRAL,
    PLACE,
    SONDERBORG,
    START,
    World,
    agreed_on,
    opened,
    paused,
    place,
    profile,
    proposed,
    referral_cancelled,
    sent,
    terms,
    told,
    withdrawn,
    young,
)


def misfit(at: Place | None = None, *, minutes: int | None = 20, **proposal: Any) -> str | None:
    at = at or place()
    asked = proposed(**proposal)
    return candidates.misfit(candidates.terms_of(asked, at), at.offer, asked.profile, minutes)


def test_a_proposal_that_fits_waits_ten_working_days_for_its_yeses(world: World) -> None:
    (event,) = world.hear(proposed())
    assert isinstance(event, MatchProposed)
    assert event.approvals_needed == ("leader", "young-person")
    assert event.answer_by == date(2026, 12, 7)
    assert event.gate[0] == "met-each-other"
    assert event.kommune == event.place_kommune == ESBJERG
    assert (event.terms.form, event.terms.hours, event.terms.times_of_day) == ("SMAAJOB", 10, ("night",))


def test_the_same_reply_again_is_the_same_match(world: World) -> None:
    world.propose()
    assert world.hear(proposed()) == []


def test_another_reply_about_the_same_person_is_another_match(world: World) -> None:
    assert world.propose() != world.propose(reply_id="with-other-hours", hours=15)


def test_a_proposal_waits_for_its_referral_and_the_referral_for_its_place() -> None:
    world = World()
    with pytest.raises(NotYet):
        world.tell(proposed())
    with pytest.raises(NotYet):
        world.tell(sent())
    world.tell(opened(), version=2)
    with pytest.raises(NotYet):
        world.tell(sent(place_version=3))
    world.tell(sent(place_version=2))
    assert world.propose()


def test_a_proposal_that_breaks_a_hard_rule_never_becomes_a_match(world: World) -> None:
    (event,) = world.hear(proposed(hours=25))
    assert isinstance(event, MatchRefused)
    assert (event.rule, event.reply_id) == ("R-FIT-HOURS", f"reply-0-{PLACE}")
    assert ("match", event.match_id) not in world.states


def test_a_form_that_nobody_knows_is_refused_like_one_that_does_not_fit(world: World) -> None:
    assert told(world.hear(proposed(form="A-FORM-OF-TOMORROW"))) == [("refused", "R-FIT-FORM")]


def test_how_far_it_is_counts_from_the_young_persons_kommune(world: World) -> None:
    far = world.hear(proposed(kommune=SONDERBORG, profile=profile(reach=30)))
    assert told(far) == [("refused", "R-FIT-REACH")]
    willing = world.hear(proposed(kommune=SONDERBORG, profile=profile(reach=200), reply_id="r-2"))
    assert told(willing) == [("proposed", "")]


def test_several_may_be_open_on_one_seat(world: World) -> None:
    first = world.propose(0)
    world.leader(first, "yes")
    assert world.propose(1) != first


def test_a_proposal_for_a_place_without_a_seat_is_refused(world: World) -> None:
    agreed_on(world)
    assert told(world.hear(proposed(1))) == [("refused", "no-seat")]


def test_a_proposal_for_somebody_who_has_a_place_is_refused(world: World) -> None:
    agreed_on(world)
    world.tell(opened(OTHER_PLACE))
    world.tell(sent(OTHER_REFERRAL, OTHER_PLACE))
    elsewhere = proposed(place_id=OTHER_PLACE, referral_id=OTHER_REFERRAL)
    assert told(world.hear(elsewhere)) == [("refused", "candidate-taken")]


@pytest.mark.parametrize("over", [referral_cancelled(), paused])
def test_a_proposal_that_crosses_the_end_of_its_referral_is_refused(world: World, over: Any) -> None:
    world.tell(over)
    assert told(world.hear(proposed())) == [("refused", "referral-over")]


def test_who_was_withdrawn_can_be_proposed_again(world: World) -> None:
    world.propose()
    world.tell(withdrawn())
    world.agree(world.propose(reply_id="again"))


def test_what_describes_a_young_person_is_not_kept(world: World) -> None:
    world.propose(profile=profile(strengths=("coordination",), interests=("gaming",)))
    kept = "".join(str(state.model_dump_json()) for state in world.states.values() if state)
    assert not {word for word in ("coordination", "gaming", "age_band", "18-24") if word in kept}


def test_what_the_kommune_leaves_out_is_the_places() -> None:
    assert terms() == Terms(
        form="SMAAJOB", hours=10, times_of_day=("night",), tasks=("viden_data-07", "viden_data-01"), start=START
    )


def test_paid_hours_come_before_praktik_where_both_have_both() -> None:
    assert terms(place(forms=("VIRKSOMHEDSPRAKTIK", "SMAAJOB"))).form == "SMAAJOB"
    praktik_only = profile(forms=("VIRKSOMHEDSPRAKTIK",))
    assert terms(profile=praktik_only).form == "VIRKSOMHEDSPRAKTIK"


def test_a_good_proposal_fits() -> None:
    assert misfit() is None


@pytest.mark.parametrize(
    ("proposal", "rule"),
    [
        ({"hours": 9}, "R-FIT-HOURS"),  # fewer than the place begins with
        ({"hours": 21}, "R-FIT-HOURS"),  # more than the young person can
        ({"hours": 31, "profile": profile(hours=37)}, "R-FIT-HOURS"),  # more than the place aims for
        ({"times_of_day": ("evening",)}, "R-FIT-TIMES"),  # not the place's
        ({"profile": profile(times_of_day=("day",))}, "R-FIT-TIMES"),  # not the young person's
        ({"form": "ORDINAER"}, "R-FIT-FORM"),  # not the place's
        ({"profile": profile(forms=("FLEKSJOB",))}, "R-FIT-FORM"),  # not the young person's
        ({"tasks": ("butik-01",)}, "R-FIT-TASKS"),
        ({"profile": profile(reach=19)}, "R-FIT-REACH"),
        ({"profile": young()}, "R-U18-2"),
        ({"form": "VIRKSOMHEDSPRAKTIK"}, "R-PROG-1"),
        (
            {"form": "VIRKSOMHEDSPRAKTIK", "next_step": "SMAAJOB", "until": START + timedelta(weeks=26)},
            "R-PAY-1",
        ),
    ],
)
def test_a_hard_rule_stands_in_the_way(proposal: dict[str, Any], rule: str) -> None:
    assert misfit(**proposal) == rule


def test_a_praktik_with_a_next_step_fits_for_as_long_as_the_law_allows() -> None:
    last_day = START + timedelta(weeks=26, days=-1)
    assert misfit(form="VIRKSOMHEDSPRAKTIK", next_step="SMAAJOB", until=last_day) is None


def test_a_praktik_has_at_most_37_hours() -> None:
    at, able = place(hours_to=40), profile(hours=40)
    assert misfit(at, form="SMAAJOB", hours=38, profile=able) is None
    assert misfit(at, form="VIRKSOMHEDSPRAKTIK", next_step="SMAAJOB", hours=38, profile=able) == "R-FIT-HOURS"


def test_a_form_is_offered_only_while_the_law_knows_it() -> None:
    at, able = place(forms=("SOCIALT_FRIKORT",)), profile(forms=("SOCIALT_FRIKORT",))
    assert misfit(at, profile=able) is None
    assert misfit(at, profile=able, start=date(2024, 12, 31)) == "R-FIT-FORM"


def test_somebody_of_15_to_17_may_work_by_day() -> None:
    assert misfit(place(times_of_day=("day",)), profile=profile(age_band="15-17", times_of_day=("day",))) is None


def test_where_the_way_is_not_known_it_is_not_too_long() -> None:
    assert misfit(minutes=None) is None


def test_an_apprenticeship_without_an_approved_training_place_is_a_warning() -> None:
    able = profile(forms=("LAERLING",))
    approved = place(forms=("LAERLING",), training_place_approved=True)
    not_approved = place(forms=("LAERLING",))
    assert candidates.warnings(terms(not_approved, profile=able), not_approved.offer) == ("R-PLACE-LAERLING-1",)
    assert candidates.warnings(terms(approved, profile=able), approved.offer) == ()


PER_SEAT = (
    Task(task_id="butik-01", seat=1),
    Task(task_id="butik-03", seat=2),
    Task(task_id="butik-04"),
)


def test_where_tasks_belong_to_seats_the_proposal_gets_the_first_free_one_with_its_tasks() -> None:
    at = place(seats=2, tasks=PER_SEAT)
    assert terms(at).seat == 1
    assert terms(at).tasks == ("butik-01", "butik-04")
    assert terms(places.put(at, "a", Spot(state="taken", seat=1))).seat == 2
    assert terms(at, tasks=("butik-03",)).seat == 2


def test_tasks_of_two_seats_are_not_one_persons() -> None:
    at = place(seats=2, tasks=PER_SEAT)
    assert misfit(at, tasks=("butik-01", "butik-03")) == "R-FIT-TASKS"
    assert misfit(at, tasks=("butik-03",), seat=1) == "R-FIT-TASKS"
    assert misfit(at, tasks=("butik-03", "butik-04")) is None
