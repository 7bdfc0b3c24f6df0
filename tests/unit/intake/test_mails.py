"""Which mail a leader gets of what happens, and what follows when no mail reaches her."""

from datetime import date, timedelta
from typing import Any, get_args
from uuid import uuid4

import pytest

from intake.commands.leaders import CorrectLeader, RecordCall
from intake.commands.links import SendLink
from intake.commands.mails import AddressRefused
from intake.letters import A_KOMMUNE, LETTERS, PLACE
from intake.rules import links
from intake.state.day import Match
from intake.state.leaders import Leader
from intake.texts import LINK_SENT
from shared.events.followup import PlacementCheckinDue, PlacementPlanned
from shared.events.matching import MatchCancelled, MatchDeclined, MatchProposed, MatchSeatFree
from shared.events.municipality_gateway import ReferralLeaderGuided
from shared.mail.rows import Language
from tests.unit.intake import world as known
from tests.unit.intake.world import COMPANY, LEADER, NOW, REFERRAL, REFERRED, World, company, leader, place, sign_up
from tests.unit.intake.world import PLACE as PLACE_ID

MATCH, PLACEMENT = str(uuid4()), str(uuid4())


def told(world: World) -> list[tuple[str, dict[str, str]]]:
    assert {mail.person_id for mail in world.mails} <= {LEADER}
    return [(mail.template, dict(mail.about)) for mail in world.mails]


def about(**more: Any) -> dict[str, Any]:
    ids = {"place_id": PLACE_ID, "referral_id": REFERRAL, "leader_id": LEADER, "kommune": "0561", "match_id": MATCH}
    return {**ids, "placement_id": PLACEMENT, "company_id": COMPANY, "candidate_id": str(uuid4()), **more}


def of(what: type[Any], /, **more: Any) -> Any:
    facts = about(**more)
    return what(**{name: value for name, value in facts.items() if name in what.model_fields or name in more})


def test_who_joins_is_welcomed_and_who_comes_again_is_the_same_work() -> None:
    for world in (World(), World(leader())):
        world.tell(sign_up())
        assert told(world) == [("welcome", {})]


def test_asking_for_a_link_is_the_same_work_whoever_has_the_address() -> None:
    for world in (World(), World(leader()), World(leader(erased=True))):
        assert world.tell(SendLink(leader_id=LEADER)) == LINK_SENT
        assert told(world) == [("new-link", {})], "an erased person's mail ends where it is sent, as nobody's does"


def test_a_mail_leads_to_what_it_is_about_else_to_her_page_and_for_sixty_days() -> None:
    ids = {"match_id": MATCH, "placement_id": PLACEMENT, "place_id": PLACE_ID, "kommune": "0561", "on": "2026-12-07"}
    led = {template: links.where(template, ids) for template in LETTERS if template != "morning"}
    assert {template: to for template, to in led.items() if to != "/min-side"} == {
        "proposed": f"/match/{MATCH}",
        "first-day": f"/forloeb/{PLACEMENT}",
        "how-is-it-going": f"/forloeb/{PLACEMENT}",
        "seat-free": f"/pladser/{PLACE_ID}/aabn",
    }
    assert links.lasts_until(NOW, NOW.date()) - NOW == timedelta(days=60)


def test_each_mail_has_a_button() -> None:
    assert [(name, said) for name, words in LETTERS.items() for said, mail in words.items() if not mail.button] == []


@pytest.mark.parametrize("outcome", ["reached", "no-answer", "later", "not-now"])
def test_who_was_not_reached_is_told_when_we_try_again(outcome: str) -> None:
    world = World(leader())
    world.tell(RecordCall(leader_id=LEADER, outcome=outcome, next_call_on=date(2026, 12, 1)))
    assert told(world) == ([("called", {"on": "2026-12-01"})] if outcome == "no-answer" else [])


def test_when_a_kommune_is_asked_the_leader_is_told_what_comes_next() -> None:
    world = World(leader(), place(state="open"), REFERRED)
    world.tell(
        of(
            ReferralLeaderGuided,
            state="requested",
            business_status="sent",
            contact_id=str(uuid4()),
            card_version=0,
            channel="page",
        )
    )
    assert told(world) == [("next", {"referral_id": REFERRAL, "place_id": PLACE_ID, "kommune": "0561"})]


@pytest.mark.parametrize("needed", [("leader", "kommune"), ("kommune",)])
def test_a_young_person_who_is_proposed_is_told_where_the_leaders_yes_is_wanted(needed: tuple[str, ...]) -> None:
    world = World(leader(), place(state="open"), REFERRED)
    terms = {"form": "SMAAJOB", "hours": 10, "times_of_day": (), "tasks": (), "start": NOW.date()}
    facts = {"place_kommune": "0561", "reply_id": "r", "gate": (), "answer_by": date(2026, 12, 7)}
    world.tell(of(MatchProposed, terms=terms, approvals_needed=needed, **facts))
    expected = {"match_id": MATCH, "place_id": PLACE_ID, "kommune": "0561", "on": "2026-12-07"}
    assert told(world) == ([("proposed", expected)] if "leader" in needed else [])


def test_who_was_not_asked_while_another_had_the_seat_is_asked_when_it_is_free() -> None:
    world = World(leader(), place(state="open"), REFERRED)
    world.tell(of(MatchSeatFree, place_kommune="0561", answer_by=date(2026, 12, 21)))
    expected = {"match_id": MATCH, "place_id": PLACE_ID, "kommune": "0561", "on": "2026-12-21"}
    assert told(world) == [("proposed", expected)]


def test_the_first_day_is_told_and_how_it_goes_is_asked_now_and_then() -> None:
    world = World(leader(), place(state="filled"), REFERRED)
    stage = {"stage_id": str(uuid4()), "form": "SMAAJOB", "hours": 10, "times_of_day": (), "tasks": ()}
    world.tell(of(PlacementPlanned, stage={**stage, "from": date(2026, 12, 14)}, contact_id=LEADER))
    assert told(world) == [("first-day", {"placement_id": PLACEMENT, "place_id": PLACE_ID, "on": "2026-12-14"})]
    for kind in ("first-day", "first-week", "weekly", "monthly", "before-stage-ends"):
        world.tell(of(PlacementCheckinDue, kind=kind, on=date(2026, 12, 21)))
    assert [template for template, _ in told(world)[1:]] == ["how-is-it-going", "how-is-it-going"]


@pytest.mark.parametrize(("event", "state"), [(known.ended, "paused"), (known.cancelled, "open")])
def test_a_seat_that_waits_for_the_leaders_new_yes_is_told(event: Any, state: str) -> None:
    world = World(leader(), place(state="filled", agreed=frozenset({MATCH})), REFERRED)
    world.tell(event(MATCH))
    assert world.place.state == state
    assert told(world) == ([("seat-free", {"place_id": PLACE_ID})] if state == "paused" else [])


def test_whom_no_mail_reaches_is_noted_till_the_address_is_put_right() -> None:
    world = World(leader(), company(LEADER))
    world.tell(AddressRefused(person_id=LEADER))
    assert world.get(Leader, LEADER).mail_refused_on == NOW.date()
    facts: dict[str, Any] = dict.fromkeys(CorrectLeader.model_fields)
    facts |= {"leader_id": LEADER, "company_id": COMPANY, "old_company_id": COMPANY, "seen": 0, "facts": {}}
    facts |= {"fields": ("email",), "email_hashes": (b"y",), "places": (), "workplace_id": str(uuid4())}
    world.tell(CorrectLeader(**facts))
    assert world.get(Leader, LEADER).mail_refused_on is None
    World(leader(erased=True)).tell(AddressRefused(person_id=LEADER))


def test_every_mail_has_words_in_both_languages() -> None:
    languages = set(get_args(Language))
    assert {name for name, words in LETTERS.items() if words.keys() != languages} == set()
    assert PLACE.keys() == A_KOMMUNE.keys() == languages


@pytest.mark.parametrize(
    ("said", "told_of"),
    [
        ({"type": MatchDeclined, "party": "young-person", "reason": "other-offer"}, True),
        ({"type": MatchDeclined, "party": "leader", "reason": "not-now"}, False),
        ({"type": MatchCancelled, "reason": "expired"}, True),
        ({"type": MatchCancelled, "reason": "R-FIT-HOURS"}, True),
        ({"type": MatchCancelled, "reason": "place-paused"}, False),
    ],
)
def test_a_leader_who_said_yes_hears_that_it_came_to_nothing(said: dict[str, Any], told_of: bool) -> None:
    match = Match(
        id=MATCH, place_id=PLACE_ID, referral_id=REFERRAL, leader_id=LEADER, kommune="0561",
        missing=frozenset({"young-person"}), answer_by=NOW.date(), proposed_on=NOW.date(),
    )  # fmt: skip
    for given, expected in ((match, told_of), (match.changed(missing=frozenset({"leader"})), False)):
        world = World(leader(), place(state="open"), REFERRED, given)
        facts = {name: value for name, value in said.items() if name != "type"}
        world.tell(of(said["type"], place_kommune="0561", **facts))
        assert ("match-lost" in [template for template, _ in told(world)]) == expected
        assert ("match-lost" in [past.what for past in world.place.history]) == expected
