"""A place is found in the call and opens; its seats are taken and freed."""

import json
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from intake import texts
from intake.commands.places import (
    ChangePlace,
    ChangePlaceBody,
    ClosePlace,
    ClosePlaceBody,
    DraftPlace,
    OpenPlace,
    PausePlace,
    PausePlaceBody,
    ReopenPlace,
)
from intake.rules import clarification
from intake.rules import places as rules
from intake.state.places import Frame, Past, Place
from shared.events.intake import PlaceFilled, PlaceOpened, PlacePaused, PlaceReopened
from shared.spine.decision import Refused
from tests.unit.intake.world import (
    FOUND,
    LEADER,
    NOW,
    PLACE,
    REFERRED,
    World,
    agreed,
    cancelled,
    ended,
    leader,
    place,
)

OPEN = OpenPlace(place_id=PLACE, leader_id=LEADER, agreed_at=NOW.date())


def test_no_place_opens_before_the_leader_was_reached() -> None:
    with pytest.raises(Refused, match="leader-not-reached"):
        World(place(), leader()).tell(OPEN)


@pytest.mark.parametrize("missing", clarification.NEEDED)
def test_a_place_without_what_a_kommune_needs_is_refused_by_the_name_of_the_field(missing: str) -> None:
    found = FOUND.changed(**{missing: None})
    with pytest.raises(Refused) as refused:
        World(place(found=found), leader(outcome="reached")).tell(OPEN)
    assert refused.value.field == missing
    assert refused.value.rule == ("R-PURPOSE-1" if missing == "purpose" else "incomplete")


def test_no_place_opens_without_the_leaders_yes() -> None:
    with pytest.raises(Refused, match="leader-agrees"):
        World(place(), leader(outcome="reached")).tell(OpenPlace(place_id=PLACE, leader_id=LEADER, agreed_at=None))


def test_an_opened_place_tells_codes_and_keeps_the_leaders_words() -> None:
    world = World(place(), leader(outcome="reached"))
    world.tell(OPEN)
    [opened] = world.heard(PlaceOpened)
    assert [task.task_id for task in opened.tasks] == ["viden_data-07", "viden_data-00"]
    assert "skærmene" not in opened.model_dump_json()


def test_the_last_seat_fills_the_place_and_the_same_match_twice_takes_one() -> None:
    match_id = str(uuid4())
    world = World(place(state="open", found=FOUND.changed(seats=2)), REFERRED)
    world.tell(agreed(match_id))
    assert world.types() == []
    world.tell(agreed(match_id))
    assert world.types() == []
    world.tell(agreed(str(uuid4())))
    assert [type(event) for _, event in world.said] == [PlaceFilled]


def test_an_ended_placement_waits_for_the_leaders_new_yes_and_one_that_never_began_does_not() -> None:
    match_id = str(uuid4())
    full = place(state="filled", agreed=frozenset({match_id}))
    world = World(full, REFERRED)
    world.tell(ended(match_id))
    assert [type(event) for _, event in world.said] == [PlacePaused]
    world.tell(ReopenPlace(place_id=PLACE, agreed_at=NOW.date()))
    assert [type(event) for _, event in world.said] == [PlacePaused, PlaceReopened]
    world = World(full, REFERRED)
    world.tell(cancelled(match_id))
    assert [type(event) for _, event in world.said] == [PlaceReopened]


def test_the_reopened_place_names_the_placement_that_freed_the_seat_once() -> None:
    match_id = str(uuid4())
    over = ended(match_id)
    world = World(place(state="filled", agreed=frozenset({match_id})), REFERRED)
    world.tell(over)
    world.tell(ReopenPlace(place_id=PLACE, agreed_at=NOW.date()))
    assert world.last(PlaceReopened).placement_id == over.placement_id
    assert world.place.freed_by is None


def test_a_pause_on_a_full_place_ends_with_the_place_full_again() -> None:
    world = World(place(state="filled", agreed=frozenset({str(uuid4())})), REFERRED)
    world.tell(PausePlace(place_id=PLACE, reason="busy"))
    for _ in range(2):  # a second click says nothing more
        world.tell(ReopenPlace(place_id=PLACE, agreed_at=NOW.date()))
    assert world.place.state == "filled"
    assert [type(event) for _, event in world.said] == [PlacePaused, PlaceFilled]


def test_a_placement_that_was_over_before_its_agreement_arrived_takes_no_seat() -> None:
    match_id = str(uuid4())
    world = World(place(state="open"), REFERRED)
    world.tell(ended(match_id))
    world.tell(agreed(match_id))
    assert not world.place.agreed
    assert not world.referral.living


def test_a_draft_holds_what_was_found_and_later_findings_replace_only_what_they_name() -> None:
    world = World(leader())
    world.tell(DraftPlace(place_id=PLACE, leader_id=LEADER, found=FOUND))
    assert world.types() == ["place.drafted"]
    assert world.place.found == FOUND
    world.tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=ChangePlaceBody(hours_from=10, purpose=None).found))
    found = world.place.found
    assert (found.hours_from, found.hours_to, found.purpose) == (10, 32, None)
    merged = rules.merged(FOUND, Frame(hours_from=10))
    assert (merged.hours_from, merged.hours_to) == (10, 32)


def test_what_a_newer_build_has_found_survives_a_change_by_this_one() -> None:
    stored = json.loads(place().model_dump_json())
    stored["found"]["tools"] = ["crane"]
    stored["history"] = [{"on": "2026-11-29", "what": "x", "by": "y"}]
    world = World(Place.model_validate_json(json.dumps(stored)), leader())
    world.tell(ChangePlace(place_id=PLACE, leader_id=LEADER, found=Frame(hours_from=10)))
    kept = json.loads(world.place.model_dump_json())
    assert (kept["found"]["tools"], kept["found"]["hours_from"]) == (["crane"], 10)
    assert kept["history"] == [{"on": "2026-11-29", "what": "x", "reason": None, "fields": None, "by": "y"}]


TWICE = [
    OpenPlace(place_id=PLACE, leader_id=LEADER, agreed_at=NOW.date()),
    PausePlace(place_id=PLACE, reason="busy"),
    ReopenPlace(place_id=PLACE, agreed_at=NOW.date()),
    ClosePlace(place_id=PLACE, reason="changed-mind"),
]


def test_a_second_click_finds_it_so_already_and_says_nothing_more() -> None:
    world = World(place(), leader(outcome="reached"))
    for command in TWICE:
        first = world.tell(command)
        said = len(world.said)
        assert world.tell(command) == first
        assert len(world.said) == said
    assert world.types() == ["place.opened", "place.paused", "place.reopened", "place.closed"]


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("open", OpenPlace(place_id=PLACE, leader_id=LEADER, agreed_at=date(2026, 11, 29))),
        ("closed", ClosePlace(place_id=PLACE, reason="closed-down")),
        ("paused", PausePlace(place_id=PLACE, reason="season")),
    ],
)
def test_another_decision_is_no_second_click(state: Any, command: Any) -> None:
    history = tuple(Past(on=NOW.date(), what=what, reason=reason) for what, reason in (
        ("opened", None), ("paused", "busy"), ("closed", "changed-mind")))  # fmt: skip
    world = World(place(state=state, agreed_at=NOW.date(), history=history), leader(outcome="reached"))
    with pytest.raises(Refused, match="state") as refused:
        world.tell(command)
    assert refused.value.status == 409


def test_what_is_noted_by_itself_is_no_reason_that_anybody_gives() -> None:
    for reason in ("seat-free", "leader-left", "match-cancelled"):
        for body in (PausePlaceBody, ClosePlaceBody):
            with pytest.raises(ValidationError, match="by itself"):
                body(reason=reason)
    with pytest.raises(ValidationError, match="the place closes"):
        PausePlaceBody(reason="closed-down")
    assert ClosePlaceBody(reason="closed-down")


def test_nothing_opens_with_a_leader_who_is_gone() -> None:
    with pytest.raises(Refused, match="leader-erased"):
        World(place(), leader(outcome="reached", erased=True)).tell(TWICE[0])


def test_one_that_never_began_is_not_thanked_for() -> None:
    match_id = str(uuid4())
    world = World(place(state="open", found=FOUND.changed(seats=2), agreed=frozenset({match_id})), REFERRED)
    world.tell(cancelled(match_id))
    assert texts.sentence(world.place.history[-1]) == "En aftale hos jer blev ikke til noget."
