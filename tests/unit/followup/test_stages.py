"""Stages, approvals and hours that grow."""

from datetime import date
from typing import Any

import pytest

from followup.commands.placements import CheckIn, End, Pause, PlanStage, Resume, Start
from shared.events.base import Approval
from shared.events.followup import (
    PlacementAnswerRefused,
    PlacementCheckinDue,
    PlacementCorrected,
    PlacementPaused,
    PlacementPlanned,
    PlacementResumed,
    PlacementStageChanged,
    PlacementStageDeclined,
    PlacementStagePlanned,
    PlacementStarted,
)
from shared.events.municipality_gateway import PlacementAnswered
from tests.unit.followup.world import MATCH, PLACE, START, World, agreed, an_id, begun, praktik, refused, terms

PRAKTIK_ENDS = date(2026, 12, 6)
STAGE = an_id(50)


def plan(world: World, from_: date, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "placement_id": MATCH,
        "stage_id": STAGE,
        "form": "SMAAJOB",
        "hours": 15,
        "times_of_day": ("day",),
        "tasks": ("social_sundhed-02",),
        "from_": from_,
    }
    return world.tell(PlanStage(**(given | changes)))


def answer(world: World, said: str = "yes", **changes: Any) -> None:
    given = {"placement_id": MATCH, "place_id": PLACE, "stage_id": STAGE, "kommune": "0410", "party": "kommune"}
    world.tell(PlacementAnswered.model_validate(given | {"answer": said, "reply_id": "r1"} | changes))


def test_unpaid_work_does_not_start_before_its_approval() -> None:
    world = World()
    world.tell(agreed(**praktik()))
    world.on(START)
    with refused("R-PAY-1", "on"):
        world.tell(Start(placement_id=MATCH, on=date(2026, 11, 6)))
    assert world.placement.state == "planned"
    world.tell(Start(placement_id=MATCH, on=START))
    assert world.heard(PlacementStarted)[0].on == START


def test_unpaid_work_does_not_start_after_its_approval_has_run_out() -> None:
    world = World()
    world.tell(agreed(**praktik()))
    world.on(date(2026, 12, 7))
    with refused("R-PAY-1", "on"):
        world.tell(Start(placement_id=MATCH, on=date(2026, 12, 7)))


def test_an_approval_for_fewer_hours_is_none() -> None:
    world = World()
    given = praktik()
    fewer = given["approvals"][0].changed(hours=15)
    world.tell(agreed(terms=given["terms"], approvals=(fewer,)))
    world.on(START)
    with refused("R-PAY-1", "on"):
        world.tell(Start(placement_id=MATCH, on=START))


def test_paid_work_needs_no_approval() -> None:
    assert begun().placement.state == "active"


def test_the_first_stage_ends_with_its_approval_when_the_terms_run_longer() -> None:
    world = World()
    given = praktik()
    longer = given["terms"].changed(until=date(2027, 3, 1))
    world.tell(agreed(terms=longer, approvals=given["approvals"]))
    assert world.heard(PlacementPlanned)[0].stage.to == PRAKTIK_ENDS


def test_a_stage_takes_effect_on_its_day_and_not_before() -> None:
    world = begun()
    plan(world, date(2026, 11, 23))
    world.on(date(2026, 11, 22))
    assert world.heard(PlacementStageChanged) == []
    world.on(date(2026, 11, 23))
    changed = world.heard(PlacementStageChanged)
    assert [(e.stage.hours, e.from_hours, e.from_form) for e in changed] == [(15, 10, "SMAAJOB")]
    assert world.placement.stages[0].to == date(2026, 11, 22)


def test_a_stage_begins_at_midnight_in_denmark() -> None:
    world = begun()
    plan(world, date(2026, 11, 23))
    world.on(date(2026, 11, 22))
    assert world.timers[("placement", MATCH), "day"].due.isoformat() == "2026-11-22T23:00:00+00:00"


def test_a_stage_that_began_some_days_ago_takes_effect_at_once() -> None:
    world = begun()
    world.on(date(2026, 11, 18))
    plan(world, date(2026, 11, 16))
    assert world.heard(PlacementStageChanged)[0].stage.from_ == date(2026, 11, 16)


def test_a_stage_cannot_begin_before_the_present_one() -> None:
    with refused("date-order", "from"):
        plan(begun(), START)


def test_praktik_needs_a_next_step() -> None:
    with refused("R-PROG-1", "next_step"):
        plan(begun(), date(2026, 11, 23), form="VIRKSOMHEDSPRAKTIK")


def test_from_few_hours_to_full_time_warns_and_is_asked_about_sooner_and_after_a_week() -> None:
    world = begun(terms=terms(hours=29))
    plan(world, date(2026, 11, 23), hours=37)
    assert world.heard(PlacementStagePlanned)[0].warnings == ("R-HOURS-JUMP",)
    world.on(date(2026, 12, 1))
    assert world.heard(PlacementStageChanged)[0].warnings == ("R-HOURS-JUMP",)
    after = [e.on.day for e in world.heard(PlacementCheckinDue) if e.kind == "after-change"]
    assert after == [26, 30]


@pytest.mark.parametrize(("before", "after"), [(30, 37), (10, 36)])
def test_a_smaller_step_does_not_warn_and_is_asked_about_after_a_week(before: float, after: float) -> None:
    world = begun(terms=terms(hours=before))
    plan(world, date(2026, 11, 23), hours=after)
    world.on(date(2026, 12, 1))
    assert world.heard(PlacementStageChanged)[0].warnings == ()
    assert [e.on.day for e in world.heard(PlacementCheckinDue) if e.kind == "after-change"] == [30]


def test_praktik_turns_into_paid_hours_in_the_same_placement() -> None:
    world = begun(**praktik())
    plan(world, date(2026, 12, 7))
    world.on(date(2026, 12, 7))
    assert world.heard(PlacementPaused) == []
    assert [s.form for s in world.placement.stages] == ["VIRKSOMHEDSPRAKTIK", "SMAAJOB"]


def test_nobody_asks_about_the_end_of_a_stage_that_was_followed_by_another() -> None:
    world = begun(**praktik())
    plan(world, date(2026, 11, 23))
    world.on(date(2026, 12, 31))
    assert "before-stage-ends" not in [e.kind for e in world.heard(PlacementCheckinDue)]


def test_a_praktik_without_a_next_stage_pauses_after_its_last_approved_day() -> None:
    world = begun(**praktik())
    world.on(PRAKTIK_ENDS)
    world.tell(CheckIn(placement_id=MATCH, kind="before-stage-ends", answered=True, by="leader"))
    assert world.placement.state == "active"
    world.on(date(2026, 12, 7))
    assert [e.reason for e in world.heard(PlacementPaused)] == ["approval-expired"]
    assert world.placement.next_checkin is not None


def test_a_next_stage_resumes_what_the_end_of_an_approval_paused() -> None:
    world = begun(**praktik())
    world.on(date(2026, 12, 9))
    with refused("R-PAY-1", "stage"):
        world.tell(Resume(placement_id=MATCH))
    plan(world, date(2026, 12, 10))
    world.on(date(2026, 12, 10))
    assert world.placement.state == "active"
    assert [e.stage.form for e in world.heard(PlacementResumed)] == ["SMAAJOB"]


def test_a_stage_that_begins_during_a_time_out_leaves_it_paused() -> None:
    world = begun()
    plan(world, date(2026, 11, 12))
    world.tell(Pause(placement_id=MATCH))
    world.on(date(2026, 11, 12))
    assert (world.placement.state, world.placement.stage.hours) == ("paused", 15)
    world.tell(Resume(placement_id=MATCH))
    assert world.heard(PlacementResumed)[0].stage.hours == 15


def test_a_stage_that_needs_an_approval_waits_for_it() -> None:
    world = begun()
    result = plan(world, date(2026, 11, 16), form="LOENTILSKUD")
    assert result.approval_needed
    assert world.heard(PlacementStagePlanned)[0].approval_needed
    world.on(date(2026, 11, 20))
    assert world.heard(PlacementStageChanged) == []
    answer(world, form="LOENTILSKUD", hours=15, to=date(2027, 5, 1), from_=date(2026, 11, 16))
    stage = world.heard(PlacementStageChanged)[0].stage
    assert (stage.from_, stage.to) == (date(2026, 11, 20), date(2027, 5, 1))


def test_a_stage_within_an_approval_that_is_there_needs_no_other() -> None:
    given = praktik()
    world = begun(**given)
    result = plan(world, date(2026, 11, 23), form="VIRKSOMHEDSPRAKTIK", hours=18, next_step="SMAAJOB")
    assert not result.approval_needed
    assert world.placement.ahead[0].to == PRAKTIK_ENDS


def test_the_yes_to_a_paid_job_is_no_approval_of_a_praktik() -> None:
    world = begun(approvals=(Approval(party="kommune"),))
    praktik_ = {"form": "VIRKSOMHEDSPRAKTIK", "next_step": "SMAAJOB", "to": PRAKTIK_ENDS}
    assert plan(world, date(2026, 11, 16), **praktik_).approval_needed
    world.on(date(2026, 11, 20))
    assert world.heard(PlacementStageChanged) == []


def test_a_stage_that_runs_past_the_approval_needs_another() -> None:
    world = begun(**praktik())
    result = plan(world, date(2026, 11, 23), form="VIRKSOMHEDSPRAKTIK", next_step="SMAAJOB", to=date(2026, 12, 13))
    assert result.approval_needed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"from_": date(2026, 11, 17)}, "from"),
        ({"to": date(2027, 4, 30)}, "to"),
        ({"from_": date(2026, 11, 16), "to": date(2027, 5, 1)}, None),
        ({"from_": date(2026, 11, 2), "to": date(2027, 6, 1)}, None),
    ],
)
def test_an_approval_covers_the_days_of_the_stage_or_is_refused(changes: dict[str, Any], field: str | None) -> None:
    world = begun()
    plan(world, date(2026, 11, 16), form="LOENTILSKUD", to=date(2027, 5, 1))
    answer(world, **changes)
    told = world.heard(PlacementAnswerRefused)
    assert [(e.field, e.rule, e.stage) for e in told] == (
        [(field, "R-COVER", world.placement.ahead[0])] if field else []
    )
    world.on(date(2026, 11, 18))
    begun_on = [(e.stage.from_, e.stage.to) for e in world.heard(PlacementStageChanged)]
    assert begun_on == ([] if field else [(date(2026, 11, 16), date(2027, 5, 1))])


def test_an_approval_that_comes_late_need_not_reach_back() -> None:
    world = begun()
    plan(world, date(2026, 11, 16), form="LOENTILSKUD", to=date(2027, 5, 1))
    world.on(date(2026, 11, 18))
    answer(world, from_=date(2026, 11, 18), to=date(2027, 5, 1))
    assert [e.stage.from_ for e in world.heard(PlacementStageChanged)] == [date(2026, 11, 18)]


def test_a_next_stage_is_of_a_form_that_is_brought_about_and_an_apprentice_needs_a_training_place() -> None:
    world = begun()
    with refused("R-FIT-FORM", "form"):
        plan(world, date(2026, 11, 16), form="ANDET_AKTIVERINGSTILBUD")
    plan(world, date(2026, 11, 16), form="LAERLING", hours=37)
    assert "R-PLACE-LAERLING-1" in world.last(PlacementStagePlanned).warnings


def test_an_approval_said_in_time_holds_from_its_day_however_late_it_is_read() -> None:
    world = begun()
    plan(world, date(2026, 11, 16), form="LOENTILSKUD", to=date(2027, 5, 1))
    world.on(date(2026, 11, 18))
    answer(world, from_=date(2026, 11, 16), to=date(2027, 5, 1), said_on=date(2026, 11, 13))
    assert [e.stage.from_ for e in world.heard(PlacementStageChanged)] == [date(2026, 11, 16)]


def test_a_stage_in_the_place_of_another_says_which_one_is_void() -> None:
    world = begun()
    plan(world, date(2026, 11, 16), form="LOENTILSKUD", to=date(2027, 5, 1))
    plan(world, date(2026, 11, 16), form="LOENTILSKUD", to=date(2027, 5, 1), hours=20, stage_id=an_id(51))
    said = world.last(PlacementCorrected)
    assert (said.what, said.stage_id, said.stage) == ("stage", STAGE, None)
    assert world.types()[-2:] == ["placement.corrected", "placement.stage-planned"]


@pytest.mark.parametrize("yes_first", [True, False])
def test_a_yes_that_crosses_another_stage_in_the_place_of_its_own_is_none_to_that_one(yes_first: bool) -> None:
    world = begun()
    plan(world, date(2026, 11, 16), form="LOENTILSKUD", to=date(2027, 5, 1))
    if yes_first:
        answer(world)
    plan(world, date(2026, 11, 16), form="LOENTILSKUD", to=date(2027, 5, 1), hours=20, stage_id=an_id(51))
    if not yes_first:
        answer(world)
    world.on(date(2026, 11, 16))
    assert [told.rule for told in world.heard(PlacementAnswerRefused)] == ["state"] * (not yes_first)
    assert world.heard(PlacementStageChanged) == []
    assert [stage.stage_id for stage in world.placement.ahead] == [an_id(51)]


def test_a_stage_that_was_not_approved_before_the_next_one_begins_is_void() -> None:
    world = begun()
    plan(world, date(2026, 11, 16), form="LOENTILSKUD", to=date(2027, 5, 1))
    plan(world, date(2026, 11, 18), stage_id=an_id(51))
    world.on(date(2026, 11, 18))
    assert world.last(PlacementCorrected).stage_id == STAGE
    assert world.placement.ahead == ()


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"form": "FLEKSJOB"}, "form", "R-COVER"),
        ({"hours": 5}, "hours", "R-COVER"),
        ({"to": date(2026, 11, 1)}, "to", "R-COVER"),
        ({"kommune": "0607"}, "kommune", "R-XBORDER-1"),
        ({"stage_id": an_id(99)}, "stage_id", "state"),
    ],
)
def test_an_answer_that_does_not_fit_is_told_and_changes_nothing(
    changes: dict[str, Any], field: str, rule: str
) -> None:
    world = begun()
    plan(world, date(2026, 11, 16), form="LOENTILSKUD")
    before = world.placement
    answer(world, **changes)
    told = world.heard(PlacementAnswerRefused)
    assert [(e.reply_id, e.field, e.rule) for e in told] == [("r1", field, rule)]
    assert [e.stage for e in told] == [None if field == "stage_id" else before.ahead[0]]  # what it must cover
    assert world.placement == before


def test_a_declined_stage_never_begins_and_comes_on_the_agenda() -> None:
    world = begun()
    plan(world, date(2026, 11, 16), form="LOENTILSKUD")
    answer(world, "no", reason="support")
    answer(world, "no", reason="support")
    assert world.heard(PlacementAnswerRefused) == []
    assert [(e.stage_id, e.reason) for e in world.heard(PlacementStageDeclined)] == [(STAGE, "support")]
    assert [(a.code, a.on) for a in world.placement.attention] == [("kommune-declined", START)]
    due = world.heard(PlacementCheckinDue)[-1]
    assert (due.kind, due.on, due.attention) == ("after-change", START, ("kommune-declined",))
    world.on(date(2026, 11, 30))
    assert world.heard(PlacementStageChanged) == []


def test_the_same_yes_twice_is_one() -> None:
    world = begun()
    plan(world, date(2026, 11, 16), form="LOENTILSKUD")
    answer(world)
    world.on(date(2026, 11, 16))
    said = len(world.said)
    answer(world)
    assert len(world.said) == said


def test_a_first_stage_whose_start_slipped_can_be_approved_anew() -> None:
    world = World()
    world.tell(agreed(**praktik()))
    first = world.placement.stage.stage_id
    world.on(date(2026, 11, 16))
    answer(world, stage_id=first, from_=date(2026, 11, 16), to=PRAKTIK_ENDS)
    assert world.placement.stage.from_ == date(2026, 11, 16)
    world.tell(Start(placement_id=MATCH, on=date(2026, 11, 16)))
    assert world.placement.state == "active"


def test_the_approvals_of_other_parties_approve_no_praktik() -> None:
    world = World()
    leader = Approval(party="leader")
    world.tell(agreed(terms=praktik()["terms"], approvals=(leader,)))
    world.on(START)
    with refused("R-PAY-1", "on"):
        world.tell(Start(placement_id=MATCH, on=START))


UNPAID: dict[str, Any] = {"form": "VIRKSOMHEDSPRAKTIK", "next_step": "SMAAJOB"}


def test_praktik_without_a_last_day_and_a_long_one_warn() -> None:
    answers = [
        plan(begun(), date(2026, 11, 23), to=to, **UNPAID) for to in (None, date(2027, 2, 22), date(2027, 2, 21))
    ]
    assert [[w.rule for w in a.warnings] for a in answers] == [["R-PRAKTIK-3"], ["R-PRAKTIK-2"], []]


@pytest.mark.parametrize(("to", "fits"), [(date(2027, 5, 23), True), (date(2027, 5, 24), False)])
def test_praktik_lasts_26_weeks_at_most(to: date, fits: bool) -> None:
    if fits:
        assert plan(begun(), date(2026, 11, 23), to=to, **UNPAID).approval_needed
    else:
        with refused("R-PRAKTIK-1", "to"):
            plan(begun(), date(2026, 11, 23), to=to, **UNPAID)


@pytest.mark.parametrize("to", [None, date(2027, 5, 24)])
def test_an_approval_gives_a_praktik_without_a_last_day_one_within_the_law(to: date | None) -> None:
    world = begun()
    plan(world, date(2026, 11, 23), **UNPAID)
    answer(world, form="VIRKSOMHEDSPRAKTIK", hours=15, to=to)
    assert [(e.field, e.rule) for e in world.heard(PlacementAnswerRefused)] == [("to", "R-PRAKTIK-1")]


def test_one_praktik_after_another_warns_in_the_answer_and_in_the_event() -> None:
    world = begun(**praktik())
    answered = plan(world, date(2026, 12, 7), to=date(2027, 1, 3), **UNPAID)
    assert [w.rule for w in answered.warnings] == ["R-CHAIN-1"]
    assert world.last(PlacementStagePlanned).warnings == ("R-CHAIN-1",)


def test_praktik_after_paid_hours_is_no_chain() -> None:
    assert plan(begun(), date(2026, 11, 23), to=date(2026, 12, 20), **UNPAID).warnings == ()


def test_a_jump_to_full_time_is_warned_about_in_the_answer() -> None:
    answered = plan(begun(terms=terms(hours=12)), date(2026, 11, 23), hours=37)
    (warning,) = answered.warnings
    assert warning.rule == "R-HOURS-JUMP"
    assert warning.da.endswith("Der kommer et ekstra opfølgningsopkald.")


def test_a_jump_is_measured_from_the_stage_that_is_planned_before_it() -> None:
    world = begun(terms=terms(hours=12))
    plan(world, date(2026, 11, 23), hours=30)
    assert plan(world, date(2026, 12, 7), hours=37, stage_id=an_id(51)).warnings == ()


def test_the_ramp_stays_as_it_was_planned_beside_what_really_was() -> None:
    world = begun(**praktik())
    plan(world, date(2026, 11, 23), hours=15)
    plan(world, date(2026, 12, 7), hours=30, stage_id=an_id(51))
    world.on(date(2026, 11, 25))
    world.tell(End(placement_id=MATCH, reason="job-elsewhere", on=date(2026, 11, 25)))
    planned = [(s.hours, s.from_.day, s.to and s.to.day) for s in world.placement.ramp]
    assert planned == [(20, 9, 6), (15, 23, None), (30, 7, None)]
    assert [(s.hours, s.from_.day, s.to and s.to.day) for s in world.placement.stages] == [(20, 9, 22), (15, 23, 25)]


def test_an_end_before_the_present_stage_began_leaves_that_one_out() -> None:
    world = begun()
    plan(world, date(2026, 11, 23))
    world.on(date(2026, 11, 27))
    world.tell(End(placement_id=MATCH, reason="company", on=date(2026, 11, 20)))
    assert [(s.hours, s.to) for s in world.placement.stages] == [(10, date(2026, 11, 20))]
