"""Intake's decisions, in memory."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from intake import rules
from intake.handlers import handlers
from intake.rows import LeaderEmail
from intake.state import (
    Company,
    DraftPlace,
    Frame,
    Leader,
    OpenPlace,
    Place,
    RecordCall,
    Referral,
    ReopenPlace,
    SignUp,
    TaskWanted,
)
from shared.events import followup, matching
from shared.events import intake as say
from shared.people.vault import Person
from shared.spine.decision import Refused
from shared.spine.work import Aggregate, Command, Message, Work

NOW = datetime(2026, 11, 30, 7, tzinfo=UTC)
LEADER, PLACE, REFERRAL = (str(uuid4()) for _ in range(3))
FOUND = Frame(
    tasks=(TaskWanted(task_id="viden_data-07"), TaskWanted(task_id="viden_data-00", words="Følge med på skærmene")),
    hours_from=15,
    hours_to=32,
    times_of_day=("evening", "night"),
    forms=("VIRKSOMHEDSPRAKTIK", "SMAAJOB"),
    purpose="trial-for-hiring",
)


def leader(**changes: Any) -> Leader:
    facts = {"company_id": str(uuid4()), "workplace_id": str(uuid4()), "company_name": "Vagtcentralen"}
    return Leader(
        id=LEADER, postnr="6700", kommune="0561", signed_up_on=NOW.date(), next_call_on=NOW.date(), **facts, **changes
    )


def place(**changes: Any) -> Place:
    facts = {"company_id": str(uuid4()), "workplace_id": str(uuid4()), "kommune": "0561", "postnr": "6700"}
    return Place(id=PLACE, leader_id=LEADER, **{"found": FOUND} | facts | changes)


def run(data: Any, *states: Aggregate) -> Work:
    """Handle one message on top of these states."""
    route = handlers.routes[type(data)]
    work = Work(NOW, dict.fromkeys(route.keys_of(data)) | {state.key: state for state in states})
    work.begin("cause")
    route.handler(work, Message(data, "cause", "test", "", NOW))
    work.keep()
    return work


def said(work: Work) -> list[str]:
    return [type(out.event).__name__ for out in work.changes.outgoing]


def sign_up(**changes: Any) -> SignUp:
    facts = {"sector": None, "size_band": None, "kickoff": None, "kommune": "0561", "postnr": "6700", "cvr": "13585628"}
    return SignUp(
        leader_id=LEADER,
        company_id=str(uuid4()),
        workplace_id=str(uuid4()),
        company_name="Vagtcentralen",
        contact={"name": "En leder", "phone": "+4512345678"},
        email_hash=b"x",
        **facts | changes,
    )


def test_a_sign_up_seals_the_contact_data_and_tells_none_of_it() -> None:
    work = run(sign_up())
    assert [type(row) for row in work.changes.rows] == [Person, LeaderEmail]
    [out] = work.changes.outgoing
    assert "En leder" not in out.event.model_dump_json()
    assert "12345678" not in "".join(state.model_dump_json() for state in work.changes.states.values())


def test_only_the_first_leader_of_a_company_is_its_first() -> None:
    asked = sign_up()
    known = Company(id=asked.company_id, cvr=asked.cvr, name="Vagtcentralen")
    [out] = run(asked, known).changes.outgoing
    assert isinstance(out.event, say.LeaderSignedUp)
    assert not out.event.first_of_company


def test_a_leader_who_did_not_answer_is_called_again() -> None:
    work = run(RecordCall(leader_id=LEADER, outcome="no-answer", next_call_on=date(2026, 12, 1)), leader())
    state = work.get(Leader, LEADER)
    assert state is not None
    assert (state.attempts, state.next_call_on) == (1, date(2026, 12, 1))


def test_no_place_opens_before_the_leader_was_reached() -> None:
    with pytest.raises(Refused, match="leader-not-reached"):
        run(OpenPlace(place_id=PLACE, leader_id=LEADER, agreed_at=NOW.date()), place(), leader())


@pytest.mark.parametrize("missing", rules.NEEDED)
def test_a_place_without_what_a_kommune_needs_is_refused_by_the_name_of_the_field(missing: str) -> None:
    found = FOUND.changed(**{missing: None})
    with pytest.raises(Refused) as refused:
        run(
            OpenPlace(place_id=PLACE, leader_id=LEADER, agreed_at=NOW.date()),
            place(found=found),
            leader(outcome="reached"),
        )
    assert refused.value.field == missing


def test_no_place_opens_without_the_leaders_yes() -> None:
    with pytest.raises(Refused, match="leader-agrees"):
        run(OpenPlace(place_id=PLACE, leader_id=LEADER, agreed_at=None), place(), leader(outcome="reached"))


def test_an_opened_place_tells_codes_and_keeps_the_leaders_words() -> None:
    work = run(OpenPlace(place_id=PLACE, leader_id=LEADER, agreed_at=NOW.date()), place(), leader(outcome="reached"))
    [out] = work.changes.outgoing
    assert isinstance(out.event, say.PlaceOpened)
    assert [task.task_id for task in out.event.tasks] == ["viden_data-07", "viden_data-00"]
    assert "skærmene" not in out.event.model_dump_json()


def agreed(match_id: str) -> matching.MatchAgreed:
    terms = {"form": "SMAAJOB", "hours": 10, "times_of_day": (), "tasks": (), "start": NOW.date()}
    ids = {name: str(uuid4()) for name in ("candidate_id", "contact_id", "company_id")}
    return matching.MatchAgreed(
        match_id=match_id, place_id=PLACE, referral_id=REFERRAL, leader_id=LEADER, kommune="0561",
        place_kommune="0561", terms=terms, approvals=(), gate=(), seats_left=0, **ids,
    )  # fmt: skip


def over(match_id: str, kind: type = followup.PlacementEnded) -> Any:
    ids = {name: str(uuid4()) for name in ("placement_id", "company_id", "candidate_id")}
    more = {"how": "as-planned", "on": NOW.date(), "form": "SMAAJOB"} if kind is followup.PlacementEnded else {}
    return kind(
        match_id=match_id, place_id=PLACE, referral_id=REFERRAL, leader_id=LEADER, kommune="0561",
        reason="goal-reached", **ids, **more,
    )  # fmt: skip


REFERRED = Referral(id=REFERRAL, place_id=PLACE, kommune="0561", accepted=True, guided=True)


def test_the_last_seat_fills_the_place_and_the_same_match_twice_takes_one() -> None:
    match_id = str(uuid4())
    work = run(agreed(match_id), place(state="open", found=FOUND.changed(seats=2)), REFERRED)
    two = work.get(Place, PLACE)
    assert two is not None
    assert said(work) == []
    assert said(run(agreed(match_id), two, REFERRED)) == []
    assert said(run(agreed(str(uuid4())), two, REFERRED)) == ["PlaceFilled"]


def test_an_ended_placement_waits_for_the_leaders_new_yes_and_one_that_never_began_does_not() -> None:
    match_id = str(uuid4())
    full = place(state="filled", agreed=frozenset({match_id}))
    ended = run(over(match_id), full, REFERRED)
    assert said(ended) == ["PlacePaused"]
    paused = ended.get(Place, PLACE)
    assert paused is not None
    reopened = run(ReopenPlace(place_id=PLACE, agreed_at=NOW.date()), paused)
    assert said(reopened) == ["PlaceReopened"]
    assert said(run(over(match_id, followup.PlacementCancelled), full, REFERRED)) == ["PlaceReopened"]


def test_a_placement_that_was_over_before_its_agreement_arrived_takes_no_seat() -> None:
    match_id = str(uuid4())
    work = run(over(match_id), place(state="open"), REFERRED)
    before, referral = work.get(Place, PLACE), work.get(Referral, REFERRAL)
    assert before is not None
    assert referral is not None
    work = run(agreed(match_id), before, referral)
    after = work.get(Place, PLACE)
    assert after is None or not after.agreed
    assert not (work.get(Referral, REFERRAL) or referral).living


def test_the_kommune_sees_the_place_from_accepted_and_guided_until_the_referral_is_over_then_while_it_lives() -> None:
    assert REFERRED.open_to_kommune
    assert not REFERRED.changed(guided=False).open_to_kommune
    assert not REFERRED.changed(over=True).open_to_kommune
    assert rules.living(REFERRED.changed(over=True), "m").open_to_kommune
    assert not rules.ended(rules.living(REFERRED.changed(over=True), "m"), "m").open_to_kommune


def test_a_draft_holds_what_was_found_and_later_findings_replace_only_what_they_name() -> None:
    work = run(DraftPlace(place_id=PLACE, leader_id=LEADER, found=FOUND), leader())
    drafted = work.get(Place, PLACE)
    assert drafted is not None
    assert said(work) == ["PlaceDrafted"]
    merged = rules.merged(drafted.found, Frame(hours_from=10))
    assert (merged.hours_from, merged.hours_to) == (10, 32)


def test_every_command_says_which_aggregates_it_touches() -> None:
    for kind, route in handlers.routes.items():
        if issubclass(kind, Command):
            assert route.keys, kind
