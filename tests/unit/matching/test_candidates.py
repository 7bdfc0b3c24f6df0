"""Proposals: which fit, which are refused, and what is kept of a young person."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from matching.commands import LeaderAnswers
from matching.rules import candidates, matches, places
from matching.state.candidates import Candidate
from matching.state.places import Place, Spot
from shared.catalogue.codes import codes
from shared.events.base import Stage, Task, Terms
from shared.events.matching import MatchProposed, MatchRefused
from shared.spine.decision import NotYet
from tests.unit.matching.world import (
    ESBJERG,
    NOW,
    OTHER_PLACE,
    OTHER_REFERRAL,
    PLACE,
    SONDERBORG,
    START,
    World,
    agreed_on,
    answer,
    corrected,
    ended,
    opened,
    paused,
    place,
    profile,
    proposed,
    referral_asked_back,
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
    found = candidates.misfits(candidates.terms_of(asked, at), at.offer, asked.profile, minutes)
    return next(iter(found), None)


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


def test_the_same_person_for_the_same_place_under_a_new_id_is_no_second_match(world: World) -> None:
    first = world.propose()
    world.leader(first, "yes")
    (again,) = world.hear(proposed(reply_id="again"))
    assert isinstance(again, MatchRefused)
    assert (again.rule, again.field, again.reply_id) == ("proposed-already", "candidate_id", "again")
    assert world.match(first).held_until


def test_other_terms_for_the_same_person_and_place_replace_those_before(world: World) -> None:
    first = world.propose()
    world.leader(first, "yes")
    assert told(world.hear(proposed(reply_id="more", hours=15))) == [("proposed", ""), ("cancelled", "replaced")]
    (second,) = world.get(Place, PLACE).spots
    assert second != first
    assert world.match(second).approvals == ()  # whoever said yes, said it to other terms
    world.agree(second)


def test_other_terms_that_do_not_fit_replace_nothing(world: World) -> None:
    first = world.propose()
    assert told(world.hear(proposed(reply_id="more", hours=25))) == [("refused", "R-FIT-HOURS")]
    assert world.match(first).state == "proposed"


def test_after_a_no_the_same_terms_may_be_proposed_again(world: World) -> None:
    world.leader(world.propose(), "no")
    assert world.propose(reply_id="again")


@pytest.mark.parametrize("yes_first", [True, False])
def test_new_terms_that_cross_the_last_yes_replace_the_old_ones_whichever_comes_first(
    world: World, yes_first: bool
) -> None:
    match = world.propose()
    world.gate(match)
    world.tell(answer(match, "young-person", "yes"))
    last_yes = LeaderAnswers(match_id=match, place_id=PLACE, answer="yes", reason=None)
    crossing = [last_yes, proposed(reply_id="more", hours=15)]
    for data in crossing if yes_first else reversed(crossing):
        world.decide(world.message(data))
    assert matches.complete(world.match(match))
    assert [one for one in told(world.wait(NOW)) if not one[0].startswith("seat-")] == [("cancelled", "replaced")]
    (second,) = world.get(Place, PLACE).spots
    world.agree(second)


def test_who_was_withdrawn_and_proposed_elsewhere_before_the_last_yes_worked_is_not_agreed_on(world: World) -> None:
    world.tell(opened(OTHER_PLACE))
    world.tell(sent(OTHER_REFERRAL, OTHER_PLACE))
    match = world.propose()
    world.gate(match)
    world.tell(answer(match, "young-person", "yes"))
    elsewhere = proposed(place_id=OTHER_PLACE, referral_id=OTHER_REFERRAL)
    for data in (LeaderAnswers(match_id=match, place_id=PLACE, answer="yes", reason=None), withdrawn(), elsewhere):
        world.decide(world.message(data))
    assert matches.complete(world.match(match))
    assert [what for what, _ in told(world.wait(NOW))] == ["cancelled"]
    assert world.match(match).state == "cancelled"


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


@pytest.mark.parametrize("over", [referral_cancelled(), referral_asked_back(), paused])
def test_a_proposal_that_crosses_the_end_of_its_referral_is_refused(world: World, over: Any) -> None:
    world.tell(over)
    assert told(world.hear(proposed())) == [("refused", "referral-over")]


def test_who_was_withdrawn_can_be_proposed_again(world: World) -> None:
    world.propose()
    world.tell(withdrawn())
    world.agree(world.propose(reply_id="again"))


def test_what_describes_a_young_person_is_not_kept_but_for_what_the_leader_decides_by(world: World) -> None:
    match = world.propose(profile=profile(strengths=("coordination",), interests=("gaming",), support=("buddy",)))

    def kept() -> set[str]:
        states = "".join(str(state.model_dump_json()) for state in world.states.values() if state)
        return {word for word in ("coordination", "gaming", "buddy", "age_band", "18-24") if f'"{word}"' in states}

    assert kept() == {"coordination", "gaming"}
    world.leader(match, "no")
    assert kept() == set()


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
            "R-PRAKTIK-1",
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
    before = able.changed(from_=date(2024, 12, 1))
    assert misfit(at, profile=before, start=date(2024, 12, 31)) == "R-FIT-FORM"


def test_somebody_of_15_to_17_may_work_by_day() -> None:
    assert misfit(place(times_of_day=("day",)), profile=profile(age_band="15-17", times_of_day=("day",))) is None


def test_where_the_way_is_not_known_it_is_not_too_long() -> None:
    assert misfit(minutes=None) is None


def test_an_apprenticeship_without_an_approved_training_place_is_a_warning() -> None:
    able = profile(forms=("LAERLING",))
    approved = place(forms=("LAERLING",), training_place_approved=True)
    not_approved = place(forms=("LAERLING",))
    assert warned(not_approved, profile=able) == {"R-PLACE-LAERLING-1"}
    assert warned(approved, profile=able) == set()


def warned(at: Place, *, before: Candidate | None = None, **proposal: Any) -> set[str]:
    asked = proposed(**proposal)
    who = before or Candidate(id=asked.subject, version=1)
    under_18 = candidates.is_under_18(asked.profile)
    return set(candidates.warnings(candidates.terms_of(asked, at), at, who, under_18=under_18))


PRAKTIK: dict[str, Any] = {"form": "VIRKSOMHEDSPRAKTIK", "next_step": "SMAAJOB", "until": START + timedelta(weeks=4)}


def test_a_praktik_that_must_be_assessed_and_one_without_an_end_are_warnings() -> None:
    assert warned(place(), **PRAKTIK) == set()
    assert warned(place(), **PRAKTIK | {"until": START + timedelta(weeks=13, days=-1)}) == set()
    assert warned(place(), **PRAKTIK | {"until": START + timedelta(weeks=13)}) == {"R-PRAKTIK-2"}
    assert warned(place(), **PRAKTIK | {"until": None}) == {"R-PRAKTIK-3"}
    assert warned(place(), until=None) == set()


def test_days_are_judged_by_the_day_on_which_the_reply_lay_on_its_topic(world: World) -> None:
    """Heard a day after its first day: an outage of ours."""
    world.wait(datetime.combine(START + timedelta(days=1), time(8), UTC))
    assert told(world.hear(proposed(said_on=START)))[0] == ("proposed", "")
    assert told(world.hear(proposed(1))) == [("refused", "R-START")]


def test_praktik_after_praktik_is_a_warning_and_a_paid_job_between_ends_the_chain(world: World) -> None:
    def ends(form: str, reply: str) -> None:
        match = world.propose(reply_id=reply)
        world.agree(match)
        world.tell(ended(match, form=form))

    def candidate() -> Candidate:
        return world.get(Candidate, f"{ESBJERG}.{proposed().candidate_id}")

    ends("VIRKSOMHEDSPRAKTIK", "first")
    assert warned(place(), before=candidate(), **PRAKTIK) == {"R-CHAIN-1"}
    assert warned(place(), before=candidate()) == set()
    ends("SMAAJOB", "second")
    assert warned(place(), before=candidate(), **PRAKTIK) == set()


def test_what_was_entered_in_error_is_no_link_of_a_chain_and_what_was_not_is_one(world: World) -> None:
    match = world.propose(reply_id="first")
    world.agree(match)
    world.tell(ended(match, form="VIRKSOMHEDSPRAKTIK", reason="entered-in-error"))

    def chained() -> bool:
        candidate = world.get(Candidate, f"{ESBJERG}.{proposed().candidate_id}")
        return "R-CHAIN-1" in warned(place(), before=candidate, **PRAKTIK)

    assert not chained()
    world.tell(corrected(match, reason="period-over", how="as-planned"))
    assert chained()
    paid = Stage(stage_id=match, form="SMAAJOB", hours=10, times_of_day=(), tasks=(), from_=START)
    world.tell(corrected(match, what="stage", stage=paid, present=True))
    assert not chained()


def test_more_in_praktik_than_the_ratio_to_employees_allows_is_a_warning() -> None:
    def with_one_there(**offer: Any) -> Place:
        at = place(seats=9, **offer)
        return places.put(at, "a", Spot(state="taken", terms=terms(at, **PRAKTIK)))

    assert warned(with_one_there(size_band="5-9"), **PRAKTIK) == {"R-CAP-1"}
    assert warned(with_one_there(size_band="10-49"), **PRAKTIK) == set()
    assert warned(with_one_there(size_band=None), **PRAKTIK) == {"R-CAP-1"}
    assert warned(with_one_there(size_band="5-9")) == set()


@pytest.mark.parametrize(("band", "seats"), [("1-4", 1), ("10-49", 2), ("50-249", 10), ("250+", 30)])
def test_the_ratio_is_one_for_each_five_up_to_fifty_then_one_for_each_ten(band: str, seats: int) -> None:
    at = place(seats=99, size_band=band)
    for n in range(seats - 1):
        at = places.put(at, str(n), Spot(state="taken", terms=terms(at, **PRAKTIK)))
    assert warned(at, **PRAKTIK) == set()
    full = places.put(at, "last", Spot(state="taken", terms=terms(at, **PRAKTIK)))
    assert warned(full, **PRAKTIK) == {"R-CAP-1"}


def test_for_15_to_17_flagged_tasks_and_long_weeks_are_warnings() -> None:
    by_day: dict[str, Any] = {"times_of_day": ("day",), "hours_from": 2, "hours_to": 50}
    at = place(**by_day, forms=("SMAAJOB", "FRITIDSJOB"))
    able = profile(age_band="15-17", times_of_day=("day",), hours=50, forms=("SMAAJOB", "FRITIDSJOB"))
    calm: dict[str, Any] = {"profile": able, "tasks": ("viden_data-01",)}
    assert warned(at, **calm, hours=20) == set()
    assert warned(at, profile=able, hours=20) == {"R-U18-1"}
    assert "R-U18-3" in warned(at, **calm, hours=41)
    assert warned(at, **calm, hours=12, form="FRITIDSJOB") == set()
    assert warned(at, **calm, hours=13, form="FRITIDSJOB") == {"R-U18-3"}
    grown_up = able.changed(age_band="18-24")
    assert warned(at, **calm | {"profile": grown_up}, hours=13, form="FRITIDSJOB") == set()


def test_full_time_at_a_place_that_begins_with_less_is_a_warning() -> None:
    able = profile(hours=37)
    assert warned(place(hours_to=37), profile=able, hours=37) == {"R-HOURS-JUMP"}
    assert warned(place(hours_to=37), profile=able, hours=36) == set()
    assert warned(place(hours_from=30, hours_to=37), profile=able, hours=37) == set()


@pytest.mark.parametrize(
    ("dates", "rule", "field"),
    [
        ({"start": date(2000, 1, 1)}, "R-START", "start"),
        ({"start": date(2026, 11, 22)}, "R-START", "start"),  # yesterday
        ({"start": date(2100, 1, 1)}, "R-START", "start"),
        ({"start": date(2026, 11, 30)}, "R-FIT-START", "start"),  # a day before they can begin
        ({"until": START - timedelta(days=1)}, "R-UNTIL", "until"),
        ({"until": date(2100, 1, 1)}, "R-UNTIL", "until"),
        ({"form": "VIRKSOMHEDSPRAKTIK", "next_step": "SMAAJOB", "until": START + timedelta(weeks=27)},
         "R-PRAKTIK-1", "until"),
        ({"profile": young()}, "R-U18-2", "times_of_day"),
        ({"form": "FLEKSJOB"}, "R-FIT-FORM", "form"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field(world: World, dates: dict[str, Any], rule: str, field: str) -> None:
    (event,) = world.hear(proposed(**dates))
    assert isinstance(event, MatchRefused)
    assert (event.rule, event.field) == (rule, field)


@pytest.mark.parametrize("start", [date(2026, 12, 1), date(2027, 11, 23)])
def test_a_first_day_within_a_year_from_when_they_can_is_taken(world: World, start: date) -> None:
    assert world.propose(start=start)


def test_a_first_day_that_passed_while_we_were_away_is_judged_by_the_day_on_which_it_was_said(world: World) -> None:
    said = NOW - timedelta(days=5)
    asked = proposed(start=date(2026, 11, 20), profile=profile(**{"from": date(2026, 11, 1)}))
    assert told(world.hear(asked, time=said)) == [("proposed", "")]


def test_every_refusal_has_a_field_and_a_code_with_words() -> None:
    assert set(candidates.FIELDS) <= {entry.code for entry in codes("match-refused")}


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
