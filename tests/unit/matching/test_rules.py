"""Does a proposal fit, whose yes is needed, what does the gate ask, who has which seat."""

from datetime import date, timedelta
from typing import Any

import pytest

from matching.rules import agreement, fit, seats
from matching.state import Place, Spot
from shared.events.base import Profile, Task, Terms
from tests.unit.matching.given import PLACE, START, opened, profile, proposed


def place(**offer: Any) -> Place:
    return Place(id=PLACE, offer=opened(**offer), state="open", version=1)


def terms(at: Place | None = None, **proposal: Any) -> Terms:
    return fit.terms_of(proposed(**proposal), at or place())


def misfit(at: Place | None = None, *, minutes: int | None = 20, **proposal: Any) -> str | None:
    at = at or place()
    asked = proposed(**proposal)
    return fit.misfit(fit.terms_of(asked, at), at.offer, asked.profile, minutes)


def young() -> Profile:
    return profile(age_band="15-17")


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
    assert fit.warnings(terms(not_approved, profile=able), not_approved.offer) == ("R-PLACE-LAERLING-1",)
    assert fit.warnings(terms(approved, profile=able), approved.offer) == ()


def test_the_kommunes_yes_is_needed_where_the_form_needs_its_approval() -> None:
    assert agreement.needed(terms()) == ("leader", "young-person")
    assert agreement.needed(terms(form="VIRKSOMHEDSPRAKTIK")) == ("leader", "young-person", "kommune")
    wage = terms(place(forms=("LOENTILSKUD",)), profile=profile(forms=("LOENTILSKUD",)))
    assert agreement.needed(wage) == ("leader", "young-person", "kommune")


def extra_questions(at: Place, who: Profile | None = None, **proposal: Any) -> set[str]:
    asked = agreement.questions(terms(at, **proposal), who or profile(), at)
    assert asked[: len(agreement.ALWAYS)] == agreement.ALWAYS
    return set(asked) - set(agreement.ALWAYS)


def test_the_gate_asks_more_of_praktik_and_wage_subsidy() -> None:
    assert extra_questions(place()) == set()
    assert extra_questions(place(), form="VIRKSOMHEDSPRAKTIK") == {"next-step-planned", "employee-representative-heard"}
    assert extra_questions(place(), form="LOENTILSKUD") == {"employee-representative-heard"}


def test_the_gate_asks_for_a_check_of_flagged_tasks_for_15_to_17() -> None:
    assert extra_questions(place(), young()) == {"u18-task-confirmed"}
    assert extra_questions(place(), young(), tasks=("viden_data-01",)) == set()
    assert extra_questions(place(), young(), tasks=("a-task-of-tomorrow",)) == {"u18-task-confirmed"}


def test_after_an_early_end_the_gate_asks_for_a_slower_match() -> None:
    burnt = place().changed(early_end=True)
    assert extra_questions(burnt) == {"slow-match-considered"}


# -- seats -------------------------------------------------------------------------------------------------------------

PER_SEAT = (
    Task(task_id="butik-01", seat=1),
    Task(task_id="butik-03", seat=2),
    Task(task_id="butik-04"),
)


def test_a_seat_is_free_until_it_is_taken() -> None:
    at = seats.put(place(seats=2), "a", Spot())
    assert seats.left(at) == 2
    assert seats.left(seats.hold(at, "a")) == 2
    assert seats.left(seats.take(at, "a")) == 1
    assert seats.left(seats.leave(seats.take(at, "a"), "a")) == 2


def test_the_leader_holds_no_more_seats_than_there_are() -> None:
    at = place(seats=2)
    for match in ("a", "b", "c"):
        at = seats.put(at, match, Spot())
    at = seats.hold(seats.take(at, "a"), "b")
    assert seats.can_hold(at, "b")
    assert not seats.can_hold(at, "c")
    assert seats.can_hold(seats.leave(at, "b"), "c")


def test_a_named_seat_is_that_seat() -> None:
    at = place(seats=2)
    for match, seat in (("a", 1), ("b", 1), ("c", 2), ("d", None)):
        at = seats.put(at, match, Spot(seat=seat))
    at = seats.take(at, "a")
    assert seats.without_seat(at) == ["b"]
    assert seats.without_seat(seats.take(at, "c")) == ["b", "d"]


def test_a_seat_that_the_place_does_not_have_is_not_free() -> None:
    assert not seats.free(place(seats=2), 3, [])


def test_where_tasks_belong_to_seats_the_proposal_gets_the_first_free_one_with_its_tasks() -> None:
    at = place(seats=2, tasks=PER_SEAT)
    assert terms(at).seat == 1
    assert terms(at).tasks == ("butik-01", "butik-04")
    assert terms(seats.put(at, "a", Spot(state="taken", seat=1))).seat == 2
    assert terms(at, tasks=("butik-03",)).seat == 2


def test_tasks_of_two_seats_are_not_one_persons() -> None:
    at = place(seats=2, tasks=PER_SEAT)
    assert misfit(at, tasks=("butik-01", "butik-03")) == "R-FIT-TASKS"
    assert misfit(at, tasks=("butik-03",), seat=1) == "R-FIT-TASKS"
    assert misfit(at, tasks=("butik-03", "butik-04")) is None
