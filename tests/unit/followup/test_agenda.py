"""Nobody vanishes: what is not over is on exactly one list of somebody's day."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup.commands.placements import Cancel, CheckIn, End, Pause, Resume, Start
from followup.rules import agenda
from followup.state.challenges import Challenge
from followup.state.placements import Placement
from shared.events.intake import PlaceClosed
from shared.spine.decision import Refused
from tests.unit.followup.test_places import place
from tests.unit.followup.test_races import next_stage
from tests.unit.followup.world import MATCH, START, World, agreed, an_id, at, begun, praktik, terms, withdrawn

STATES: dict[str, Any] = {
    "planned": lambda: _told(agreed()),
    "planned, its first day past": lambda: _told(agreed(), on=date(2027, 3, 1)),
    "active": begun,
    "active, its stage declined": lambda: _noticed("kommune-declined"),
    "time-out": lambda: _then(begun(), Pause(placement_id=MATCH, until=date(2026, 12, 1))),
    "approval expired": lambda: _then(begun(**praktik()), on=date(2027, 1, 10)),
    "time-out, and its approval expired": lambda: _then(
        begun(**praktik()), Pause(placement_id=MATCH), on=date(2027, 1, 10)
    ),
    "finished": lambda: _then(begun(), End(placement_id=MATCH, reason="company", on=START)),
}
OVER: dict[str, Any] = {
    "cancelled": lambda: _told(agreed(), Cancel(placement_id=MATCH, reason="changed-mind")),
    "cancelled by a withdrawal": lambda: _told(agreed(), withdrawn()),
    "entered in error": lambda: _then(begun(), End(placement_id=MATCH, reason="entered-in-error", on=START)),
}


def _told(*messages: Any, on: date | None = None) -> World:
    return _then(World(), *messages, on=on)


def _then(world: World, *messages: Any, on: date | None = None) -> World:
    for n, message in enumerate(messages):
        world.tell(message, **({"version": n + 5} if message == withdrawn() else {}))
    if on:
        world.on(on)
    return world


def _noticed(code: str) -> World:
    world = begun()
    world.tell(next_stage(date(2026, 11, 23), form="LOENTILSKUD"))
    return _then(world, on=date(2026, 11, 24))


def lane(world: World) -> agenda.Lane | None:
    return agenda.lane(world.placement, at_day(world))


def at_day(world: World) -> date:
    return world.work().today


@pytest.mark.parametrize("state", STATES)
def test_what_is_not_over_is_on_a_list(state: str) -> None:
    world = STATES[state]()
    assert lane(world) is not None


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_is_on_none(state: str) -> None:
    assert lane(OVER[state]()) is None


def test_a_finished_placement_is_over_when_the_last_call_after_it_was_answered() -> None:
    world = begun()
    world.tell(End(placement_id=MATCH, reason="goal-reached", on=START))
    for months in ("3", "6", "12"):
        world.on(world.placement.plan[0].on)
        assert lane(world) == "due"
        kind = f"after-{months}-months"
        world.tell(CheckIn(placement_id=MATCH, kind=kind, answered=True, by="consultant"))
    assert lane(world) is None


def test_a_call_after_the_end_that_nobody_answers_is_asked_again() -> None:
    world = begun()
    world.tell(End(placement_id=MATCH, reason="goal-reached", on=START))
    world.on(date(2027, 2, 9))
    world.tell(CheckIn(placement_id=MATCH, kind="after-3-months", answered=False, by="consultant"))
    world.on(date(2027, 2, 10))
    assert lane(world) == "due"


def test_a_stage_that_should_have_begun_and_waits_for_the_kommune_says_so() -> None:
    world = _noticed("approval-missing")
    assert [a.code for a in agenda.attention(world.placement, at_day(world))] == ["approval-missing"]


ACTIONS = st.lists(
    st.sampled_from(["wait", "long", "start", "ask", "no answer", "pause", "resume", "end", "cancel", "withdraw",
                     "close", "stage", "unpaid"]),
    max_size=10,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(actions=ACTIONS, unpaid=st.booleans())
def test_whatever_happens_a_placement_is_on_a_list_until_nobody_asks_any_more(actions: list[str], unpaid: bool) -> None:
    world = World()
    world.tell(agreed(**(praktik() if unpaid else {"terms": terms()})))
    for n, action in enumerate(actions):
        with suppress(Refused):
            _act(world, action, n)
        p = world.placement
        is_over = p.state == "cancelled" or (p.state == "finished" and not p.plan)
        assert (lane(world) is None) == is_over


def _act(world: World, action: str, n: int) -> None:
    today = at_day(world)
    commands = {
        "start": Start(placement_id=MATCH, on=today),
        "ask": CheckIn(placement_id=MATCH, kind="weekly", answered=True, by="leader"),
        "no answer": CheckIn(placement_id=MATCH, kind="weekly", answered=False, by="leader"),
        "pause": Pause(placement_id=MATCH),
        "resume": Resume(placement_id=MATCH),
        "end": End(placement_id=MATCH, reason="company", on=today),
        "cancel": Cancel(placement_id=MATCH, reason="changed-mind"),
        "close": place(PlaceClosed, reason="closed-down" if n % 2 else "changed-mind"),
        "stage": next_stage(today + timedelta(days=3), stage_id=an_id(100 + n)),
        "unpaid": next_stage(today + timedelta(days=3), stage_id=an_id(100 + n), form="LOENTILSKUD"),
    }
    if action in ("wait", "long"):
        world.until(at(today + timedelta(days=9 if action == "wait" else 100)))
    elif action == "withdraw":
        world.tell(withdrawn(), version=n + 2)
    else:
        world.tell(commands[action])


@pytest.mark.parametrize(
    ("changes", "awaits"),
    [
        ({}, "help"),
        ({"helped_at": at(START)}, "judgement"),
        ({"help": "kommune"}, "kommune"),
        ({"help": "kommune", "answer": "later"}, "kommune"),
        ({"help": "kommune", "answer": "refused"}, "help"),
        ({"help": "kommune", "answer": "granted", "helped_at": at(START)}, "judgement"),
        ({"closed": True}, None),
    ],
)
def test_an_open_challenge_is_always_somebodys_move(changes: dict[str, Any], awaits: str | None) -> None:
    facts: dict[str, Any] = {"about": "placement", "about_id": MATCH, "code": "C-PACE", "help": None}
    raised = {"raised_at": at(START), "raised_by": "leader"}
    assert agenda.awaits(Challenge(id=an_id(70), **(facts | raised | changes))) == awaits


def test_every_state_of_a_placement_is_looked_at() -> None:
    found = {made().placement.state for made in (*STATES.values(), *OVER.values())}
    assert found == {"planned", "active", "paused", "finished", "cancelled"}
    assert Placement.model_fields["state"].default == "planned"


def test_what_happened_stays_on_todays_list_although_nobody_answered_and_although_it_is_paused() -> None:
    world = begun()
    world.tell(withdrawn(), version=2)
    world.tell(CheckIn(placement_id=MATCH, kind="after-change", answered=False, by="consultant"))
    assert lane(world) == "due"
    world.tell(Pause(placement_id=MATCH, until=date(2026, 12, 1)))
    assert (world.placement.next_checkin, lane(world)) == (date(2026, 12, 1), "due")
