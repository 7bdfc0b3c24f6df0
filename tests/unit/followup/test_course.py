"""The course of a placement: from the agreement to what became of it, and what happens around it."""

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup.commands import Cancel, CheckIn, End, Pause, PlanStage, RecordOutcome, Resume, Start
from followup.rules.stages import next_day
from shared.events.followup import (
    PlacementAnswerRefused,
    PlacementCancelled,
    PlacementCheckinDue,
    PlacementEnded,
    PlacementOutcomeRecorded,
    PlacementPlanned,
    PlacementStarted,
)
from shared.events.intake import PlaceClosed, PlacePaused, PlaceReopened
from shared.events.municipality_gateway import CandidateWithdrawn, PlacementReported
from shared.spine.decision import Refused
from tests.unit.followup.world import (
    CANDIDATE,
    COMPANY,
    LEADER,
    MATCH,
    MONDAY,
    PLACE,
    World,
    agreed,
    an_id,
    praktik,
    terms,
)

START = date(2026, 11, 9)


def begun(**changes: Any) -> World:
    world = World()
    world.take(agreed(**changes))
    world.until(START)
    world.take(Start(placement_id=MATCH, on=START))
    return world


def withdrawn() -> CandidateWithdrawn:
    return CandidateWithdrawn(candidate_id=CANDIDATE, kommune="0410", reason="other-offer")


def place(kind: type[Any], **changes: Any) -> Any:
    state = "closed" if kind is PlaceClosed else "paused"
    ids = {"place_id": PLACE, "leader_id": LEADER, "company_id": COMPANY, "kommune": "0607"}
    return kind(**({"state": state} | ids | changes))


def end(world: World, reason: str, on: date = START) -> PlacementEnded:
    world.take(End(placement_id=MATCH, reason=reason, on=on, gains=("outgoing", "decisions")))
    return world.heard(PlacementEnded)[-1]


def outcome(world: World, code: str, on: date, **changes: Any) -> None:
    world.take(RecordOutcome(placement_id=MATCH, outcome=code, on=on, **changes))


def refused(rule: str, field: str) -> Any:
    return pytest.raises(Refused, check=lambda no: (no.rule, no.field) == (rule, field))


def test_the_same_agreement_twice_is_one_placement() -> None:
    world = World()
    world.take(agreed(warnings=("R-CAP-1",)))
    world.take(agreed())
    (planned,) = world.heard(PlacementPlanned)
    assert (planned.placement_id, planned.match_id, planned.kommune) == (MATCH, MATCH, "0410")
    assert planned.warnings == ("R-CAP-1",)


def test_the_same_start_twice_is_one_and_another_day_is_refused() -> None:
    world = begun()
    world.take(Start(placement_id=MATCH, on=START))
    assert len(world.heard(PlacementStarted)) == 1
    with refused("state", "state"):
        world.take(Start(placement_id=MATCH, on=date(2026, 11, 10)))


@pytest.mark.parametrize("reason", ["goal-reached", "education", "job-elsewhere", "period-over"])
def test_leaving_for_education_or_a_job_is_as_planned(reason: str) -> None:
    assert end(begun(), reason).how == "as-planned"


@pytest.mark.parametrize("reason", ["company", "C-HOURS-TOO-MANY"])
def test_an_early_end_keeps_its_reason_and_what_was_gained(reason: str) -> None:
    ended = end(begun(), reason)
    assert (ended.how, ended.reason, ended.gains) == ("early", reason, ("outgoing", "decisions"))


def test_what_was_entered_in_error_is_no_early_end_and_nobody_asks_afterwards() -> None:
    world = begun()
    assert end(world, "entered-in-error").how == "as-planned"
    assert world.placement.next_checkin is None


def test_the_same_end_twice_is_one_and_another_is_refused() -> None:
    world = begun()
    end(world, "company")
    end(world, "company")
    assert len(world.heard(PlacementEnded)) == 1
    with refused("state", "state"):
        end(world, "education")


def test_an_end_lies_after_the_start() -> None:
    with refused("date-order", "on"):
        end(begun(), "company", on=date(2026, 11, 8))


def test_only_what_has_not_begun_is_cancelled() -> None:
    world = World()
    world.take(agreed())
    with refused("state", "state"):
        end(world, "company")
    world.take(Cancel(placement_id=MATCH, reason="did-not-come"))
    assert world.heard(PlacementCancelled)[0].next_checkin is None
    with refused("state", "state"):
        begun().take(Cancel(placement_id=MATCH, reason="did-not-come"))


def test_a_cancelled_placement_has_no_timers() -> None:
    world = World()
    world.take(agreed())
    world.take(Cancel(placement_id=MATCH, reason="changed-mind"))
    assert world.timers == {}


def test_two_outcomes_can_hold_at_once_and_the_same_one_is_one() -> None:
    world = begun()
    end(world, "education")
    outcome(world, "O-EDUCATION", START)
    outcome(world, "O-STUDENTJOB", START)
    outcome(world, "O-EDUCATION", START)
    assert [e.outcome for e in world.heard(PlacementOutcomeRecorded)] == ["O-EDUCATION", "O-STUDENTJOB"]


def test_employment_needs_its_hours() -> None:
    with refused("missing-field", "hours"):
        outcome(begun(), "O-ORDINARY", START)


@pytest.mark.parametrize(
    ("on", "when"),
    [
        (date(2026, 11, 9), "0"),
        (date(2027, 2, 8), "0"),
        (date(2027, 2, 9), "3"),
        (date(2027, 8, 1), "6"),
        (date(2029, 1, 1), "12"),
    ],
)
def test_an_outcome_after_the_end_counts_in_whole_months_rounded_down(on: date, when: str) -> None:
    world = begun()
    end(world, "goal-reached")
    outcome(world, "O-ORDINARY", on, hours=30)
    assert world.heard(PlacementOutcomeRecorded)[0].when == when


def test_an_outcome_while_it_lives_is_living_and_can_be_nothing_else() -> None:
    world = begun()
    outcome(world, "O-RETAINED", START)
    assert world.heard(PlacementOutcomeRecorded)[0].when == "living"
    with refused("state", "when"):
        outcome(world, "O-RETAINED", START, when="3")


def test_a_consultant_may_say_that_a_call_some_days_early_is_the_three_months_call() -> None:
    world = begun()
    end(world, "goal-reached")
    outcome(world, "O-ORDINARY", date(2027, 2, 5), hours=30, when="3")
    assert world.heard(PlacementOutcomeRecorded)[0].when == "3"


def report(world: World, **changes: Any) -> None:
    said = {"placement_id": MATCH, "place_id": PLACE, "kommune": "0410", "outcome": "O-SMAAJOB", "on": START}
    world.take(PlacementReported(**(said | {"reply_id": "r9"} | changes)))


def test_a_kommune_reports_what_became_of_it() -> None:
    world = begun()
    report(world, hours=12)
    (recorded,) = world.heard(PlacementOutcomeRecorded)
    assert (recorded.by, recorded.hours, recorded.when) == ("kommune", 12, "living")


@pytest.mark.parametrize(
    ("changes", "rule"), [({}, "missing-field"), ({"hours": 12, "kommune": "0607"}, "R-XBORDER-1")]
)
def test_a_report_that_does_not_fit_is_told(changes: dict[str, Any], rule: str) -> None:
    world = begun()
    report(world, **changes)
    assert [(e.reply_id, e.rule) for e in world.heard(PlacementAnswerRefused)] == [("r9", rule)]
    assert world.heard(PlacementOutcomeRecorded) == []


def test_a_withdrawal_cancels_a_planned_placement() -> None:
    world = World()
    world.take(agreed())
    world.take(withdrawn(), version=2)
    assert [e.reason for e in world.heard(PlacementCancelled)] == ["candidate-withdrawn"]


def test_a_withdrawal_that_arrives_before_the_agreement_cancels_it_as_well() -> None:
    world = World()
    world.take(withdrawn(), version=2)
    world.take(agreed(candidate_version=1))
    assert [e.reason for e in world.heard(PlacementCancelled)] == ["candidate-withdrawn"]
    assert len(world.heard(PlacementPlanned)) == 1


def test_a_candidate_who_came_back_after_a_withdrawal_is_agreed_on() -> None:
    world = World()
    world.take(withdrawn(), version=2)
    world.take(agreed(candidate_version=3))
    assert world.placement.state == "planned"


def test_a_withdrawal_from_a_living_placement_is_for_people_to_decide() -> None:
    world = begun()
    world.take(withdrawn(), version=2)
    assert world.placement.state == "active"
    assert [(e.kind, e.on) for e in world.heard(PlacementCheckinDue)][-1] == ("after-change", START)


@pytest.mark.parametrize("close_first", [True, False])
def test_a_workplace_that_closes_down_cancels_what_is_planned(close_first: bool) -> None:
    world = World()
    messages = [place(PlaceClosed, reason="closed-down"), agreed()]
    for message in messages if close_first else reversed(messages):
        world.take(message)
    assert [e.reason for e in world.heard(PlacementCancelled)] == ["place-closed"]


@pytest.mark.parametrize("close_first", [True, False])
def test_what_is_agreed_stands_when_a_place_closes_and_comes_on_the_agenda(close_first: bool) -> None:
    world = World()
    messages = [place(PlaceClosed, reason="changed-mind"), agreed()]
    for message in messages if close_first else reversed(messages):
        world.take(message)
    assert world.placement.state == "planned"
    assert [(e.kind, e.on) for e in world.heard(PlacementCheckinDue)] == [("after-change", MONDAY)]


def test_a_full_place_that_pauses_by_itself_is_no_news_for_its_placements() -> None:
    world = begun()
    said = len(world.said)
    world.take(place(PlacePaused, reason="seat-free"))
    assert len(world.said) == said


def test_a_place_that_reopened_is_open_for_what_is_agreed_next() -> None:
    world = World()
    world.take(place(PlaceClosed, reason="closed-down"))
    world.take(place(PlaceReopened, state="open", agreed_at=MONDAY))
    world.take(agreed())
    assert world.heard(PlacementCancelled) == []


FORMS = ["SMAAJOB", "ORDINAER", "VIRKSOMHEDSPRAKTIK"]
ACTIONS = st.lists(
    st.one_of(
        st.integers(min_value=0, max_value=40).map(lambda days: ("wait", days)),
        st.tuples(st.just("ask"), st.sampled_from(["first-week", "weekly", "monthly", "after-change"]), st.booleans()),
        st.tuples(st.just("stage"), st.sampled_from(FORMS), st.integers(-5, 40)),
        st.just(("pause",)),
        st.just(("resume",)),
        st.just(("withdraw",)),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(actions=ACTIONS, unpaid=st.booleans())
def test_a_living_placement_always_has_a_next_check_in(actions: list[tuple[Any, ...]], unpaid: bool) -> None:
    world = begun(**(praktik() if unpaid else {"terms": terms()}))
    today = START.toordinal()
    for n, (what, *how) in enumerate(actions):
        if what == "wait":
            today += how[0]
            world.until(date.fromordinal(today))
        with suppress(Refused):
            _act(world, what, how, n, today)
        assert world.placement.state in ("active", "paused")
        assert world.placement.next_checkin is not None
        assert (next_day(world.placement) or date.max) > date.fromordinal(today)
        assert all(event.next_checkin for event in world.said if hasattr(event, "next_checkin"))


def _act(world: World, what: str, how: list[Any], n: int, today: int) -> None:
    if what == "ask":
        world.take(CheckIn(placement_id=MATCH, kind=how[0], answered=how[1], by="leader"))
    elif what == "stage":
        stage = {"stage_id": an_id(100 + n), "form": how[0], "from_": date.fromordinal(today + how[1])}
        frame = {"hours": 37, "times_of_day": ("day",), "tasks": ("social_sundhed-02",), "next_step": "ORDINAER"}
        world.take(PlanStage(placement_id=MATCH, **stage, **frame))
    elif what == "pause":
        world.take(Pause(placement_id=MATCH))
    elif what == "resume":
        world.take(Resume(placement_id=MATCH))
    elif what == "withdraw":
        world.take(withdrawn(), version=n + 2)
