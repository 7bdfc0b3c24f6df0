"""Nobody vanishes: each leader, place, and all that others say of them, is in one list of somebody's work, or over."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations_with_replacement, product
from typing import Any, get_args

import pytest

from intake import texts
from intake.queries.day import WHERE
from intake.queries.places import PlaceView
from intake.queries.steps import steps
from intake.queries.turns import Found, Known, turns, yeses
from intake.rules import day as rules
from intake.state.day import Asked, Challenge, Match, Placement
from intake.state.leaders import Leader
from intake.state.places import Past, Place
from intake.state.referrals import Referral
from shared.catalogue.codes import codes
from shared.events import followup, matching
from shared.events import municipality_gateway as gateway
from shared.events.intake import PlaceState
from shared.events.municipality_gateway import TaskStatus
from shared.service import services
from shared.settings import Settings
from shared.web.access import access_of_routes
from tests.contracts import examples
from tests.contracts.examples import story
from tests.unit.intake.world import COMPANY, FOUND, LEADER, NOW, PLACE, REFERRAL, World, leader, place

TODAY = NOW.date()
MATCH, PLACEMENT, CHALLENGE, CANDIDATE, CONTACT = (f"0199ab00-0000-7000-8000-00000000000{n}" for n in range(5))
ABOUT = {"referral_id": REFERRAL, "place_id": PLACE, "leader_id": LEADER, "company_id": COMPANY, "kommune": "0561"}
OF_MATCH = {
    "match_id": MATCH, "place_id": PLACE, "referral_id": REFERRAL, "leader_id": LEADER, "candidate_id": CANDIDATE,
    "kommune": "0561", "place_kommune": "0561",
}  # fmt: skip
OF_PLACEMENT = {**ABOUT, "placement_id": PLACEMENT, "match_id": MATCH, "candidate_id": CANDIDATE}
EVER = TODAY + timedelta(days=500)


def known(*states: Leader | Place | Referral | Match | Placement | Challenge) -> Known:
    def of(kind: type) -> dict[str, Any]:
        return {state.id: state for state in states if isinstance(state, kind)}

    return Known(
        leaders=of(Leader), companies={}, places=of(Place), referrals=of(Referral), matches=[*of(Match).values()],
        placements=of(Placement), challenges=[*of(Challenge).values()], of_companies={},
    )  # fmt: skip


def turn_of(found: list[Found], id_: str) -> rules.Turn:
    [one] = [one for one in found if one.id == id_]
    return one.turn


# -- each in exactly one list, or over ---------------------------------------------------------------------------------

HISTORIES = {
    "draft": ("drafted",), "additional-assessment-required": ("drafted",), "open": ("drafted", "opened"),
    "paused": ("drafted", "opened", "paused"), "filled": ("drafted", "opened", "filled"), "closed": ("closed",),
}  # fmt: skip
OUTCOMES = (None, "no-answer", "later", "reached", "not-now")
DAYS = (None, TODAY - timedelta(days=3), TODAY, TODAY + timedelta(days=90))


def in_state(state: PlaceState, id_: str = PLACE, **changes: Any) -> Place:
    reason = "seat-free" if changes.get("freed_by") else "busy" if state == "paused" else None
    history = tuple(Past(on=TODAY - timedelta(days=40), what=what, reason=reason) for what in HISTORIES[state])
    return place(state=state, history=history, **changes).changed(id=id_)


@pytest.mark.parametrize("gone", [{}, {"erased": True}, {"merged_into": "another"}])
@pytest.mark.parametrize("places", [(), *combinations_with_replacement(get_args(PlaceState), 1),
                                    *combinations_with_replacement(get_args(PlaceState), 2)])  # fmt: skip
def test_a_leader_is_on_one_line_or_carried_by_a_place_that_is_on_one_or_over(
    places: tuple[PlaceState, ...], gone: dict[str, Any]
) -> None:
    for outcome, day in product(OUTCOMES, DAYS):
        someone = leader(outcome=outcome, next_call_on=day, attempts=1, **gone)
        theirs = [in_state(state, f"place-{n}") for n, state in enumerate(places)]
        found = turns(known(someone, *theirs), NOW)
        assert Counter(one.id for one in found) == dict.fromkeys([LEADER, *(p.id for p in theirs)], 1)
        mine = turn_of(found, LEADER)
        lines = {one.id for one in found if rules.is_line(one.turn, EVER)}
        match mine.what:
            case "over":
                assert gone or (outcome == "reached" and set(places) == {"closed"})
            case "with-places":
                assert set(places) - {"closed"}
            case what:
                assert what in ("call-again", "find-tasks")
                assert LEADER in lines
        for one in theirs:
            its = turn_of(found, one.id)
            assert (its.what == "over") == (one.state == "closed")
            if its.what == "with-call":
                assert mine.what == "call-again", "the draft is talked about in the call that is to come"
            elif its.what not in ("over", "with-placements"):
                assert one.id in lines, its


@pytest.mark.parametrize(("state", "asked_back", "guided"), list(product(get_args(TaskStatus), (0, 1), (0, 1))))
@pytest.mark.parametrize("days", [0, 7, 60])
def test_an_open_place_is_the_kommunes_whose_referral_is_on_one_list_or_a_consultants(
    state: TaskStatus, asked_back: int, guided: int, days: int
) -> None:
    over, now = state in rules.OVER, NOW + timedelta(days=days)
    asked = Asked(
        state=state, leader_id=LEADER, company_id=COMPANY, since=TODAY, by=None, asked_back=bool(asked_back),
        turned_at=NOW,
    )  # fmt: skip
    referral = Referral(id=REFERRAL, place_id=PLACE, kommune="0561", guided=bool(guided), over=over, asked=asked)
    found = turns(known(leader(outcome="reached", next_call_on=None), in_state("open"), referral), now)
    its, of_place = turn_of(found, REFERRAL), turn_of(found, PLACE)
    assert (its.what == "over") == over
    if over:
        assert of_place.what == ("asking" if days == 0 else "nobody-left")
    else:
        assert of_place.what == "with-kommune"
        # On hold it goes on by itself on the day that the gateway has set; all others come to a consultant.
        assert its.what == "on-hold" or rules.is_line(its, EVER) or (its.due and its.due > now.date())


@pytest.mark.parametrize("state", ["planned", "active", "paused", "finished", "cancelled"])
@pytest.mark.parametrize(("reason", "day"), list(product((None, "approval-expired"), (None, TODAY, EVER))))
def test_a_placement_is_asked_about_until_it_is_over(state: str, reason: str | None, day: date | None) -> None:
    one = Placement(
        id=PLACEMENT, place_id=PLACE, referral_id=REFERRAL, leader_id=LEADER, company_id=COMPANY, kommune="0561",
        state=state, reason=reason, since=TODAY, next_checkin=day,
    )  # fmt: skip
    turn = rules.of_placement(one)
    over = state == "cancelled" or (state == "finished" and day is None)
    assert (turn.what == "over") == over
    assert rules.is_line(turn, EVER) != over


@pytest.mark.parametrize(
    "missing", [(), ("leader",), ("young-person",), ("kommune", "young-person"), ("leader", "kommune")]
)
@pytest.mark.parametrize("state", ["proposed", "agreed", "over"])
def test_a_match_waits_for_one_at_a_time_and_comes_to_a_consultant_at_last(missing: Any, state: str) -> None:
    one = Match(
        id=MATCH, place_id=PLACE, referral_id=REFERRAL, leader_id=LEADER, kommune="0561", missing=frozenset(missing),
        answer_by=TODAY + timedelta(days=14), proposed_on=TODAY, state=state,
    )  # fmt: skip
    turn = rules.of_match(one)
    first = {(): "gate", ("leader",): "leader-yes", ("leader", "kommune"): "leader-yes"}.get(missing, "kommune-yes")
    assert turn.what == (first if state == "proposed" else "over")
    assert rules.is_line(turn, EVER) == (state == "proposed")


@pytest.mark.parametrize(("raised", "closed", "help_", "answered", "tried"), list(product((0, 1), repeat=5)))
def test_something_hard_is_somebodys_until_it_is_closed(
    raised: int, closed: int, help_: int, answered: int, tried: int
) -> None:
    one = Challenge(
        id=CHALLENGE, raised_on=TODAY if raised else None, closed=bool(closed), help=bool(help_),
        answered=bool(answered), tried_on=TODAY if tried else None,
    )  # fmt: skip
    turn = rules.of_challenge(one, TODAY)
    assert (turn.what == "over") == bool(closed or not raised)
    assert rules.is_line(turn, EVER) == (turn.what != "over")


def test_a_free_seat_and_a_paused_place_are_asked_about_once_and_again_a_month_after_the_last_call() -> None:
    freed = in_state("paused", freed_by=PLACEMENT)
    now = rules.of_place(freed, leader(outcome="reached", next_call_on=None), [], NOW)
    assert (now.what, now.who, now.due) == ("seat-free", "leader", TODAY - timedelta(days=40))
    rung = leader(outcome="reached", next_call_on=None, called_on=date(2026, 11, 20))
    for one in (freed, in_state("paused")):
        later = rules.of_place(one, rung, [], NOW)
        assert (later.what, later.due) == ("paused", date(2026, 12, 21)), "the first working day from then on"


# -- what is said of it ------------------------------------------------------------------------------------------------


def test_every_line_says_what_to_do_and_names_a_route_that_there_is() -> None:
    config = Settings(kafka_bootstrap="127.0.0.1:1", database_url="postgresql://x/y", token_key="k" * 40)
    there = {re.sub(r"{\w+}", "{}", name) for s in services().values() for name, _ in access_of_routes(s.app(config))}
    for what in get_args(rules.Due):
        said = texts.due(what, kommune="0561", hard="C-PACE")
        assert said.da.endswith(".")
        assert said.da != said.en
        assert "{" not in said.da + said.en
        assert re.sub(r"{{?\w+}}?", "{}", WHERE[what]) in there
    assert WHERE.keys() == set(get_args(rules.Due)), "each has its own"


@pytest.mark.parametrize("what", [*texts.STEPS])
@pytest.mark.parametrize("by", [None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=14)])
def test_a_leader_reads_true_words_of_the_company(what: str, by: date | None) -> None:
    said = texts.step(what, TODAY, by=by, start=TODAY, n=4, kommune="0561")
    for text in (said.da, said.en):
        assert text.endswith((".", "!"))
        assert "{" not in text
        assert "None" not in text
    assert not re.search("match|forløb|ikke gøre noget", said.da, re.IGNORECASE)


@pytest.mark.parametrize("what", [*texts.STEPS])
def test_a_consultant_reads_the_same_of_the_leader(what: str) -> None:
    said = texts.step(what, TODAY, by=TODAY, start=TODAY, n=4, kommune="0561", reader="consultant")
    spoken_to = r"\b(du|dig|din|dit|dine|jer|jeres|tillykke|tak|velkommen)\b|\bI (?!dag)\w+|[a-zæøå,] I\b"
    assert not re.search(spoken_to, said.da), said.da
    assert not re.search(spoken_to, said.da[:1].lower() + said.da[1:]), said.da
    assert not re.search(r"\b(you|your|congratulations|thank)\b", said.en, re.IGNORECASE), said.en
    for text in (said.da, said.en, *dict(texts.step(what, TODAY, by=TODAY, start=TODAY, n=4, kommune="0561")).values()):
        assert not re.search(r"[][|]|  |^ | $", text), text


def test_each_sentence_of_a_places_history_is_the_companys_language() -> None:
    for what, said in texts.SAID.items():
        assert not re.search("match|forløb", said, re.IGNORECASE), what


def test_no_kommune_is_late_as_long_as_its_referral_is_not_read() -> None:
    for since in (TODAY + timedelta(days=n) for n in range(28)):
        for state in ("requested", "accepted"):
            asked = Asked(state=state, leader_id=LEADER, company_id=COMPANY, since=since, turned_at=NOW)
            young = since + rules.IN_TIME - timedelta(days=1)
            turn = rules.of_referral(
                Referral(id="r", place_id=PLACE, kommune="0561", guided=True, asked=asked), None, young
            )
            assert not rules.is_line(turn, young)


def test_a_consultant_reads_what_has_happened_around_a_placement_before_she_rings() -> None:
    said = texts.due("check-in", happened=("kommune-declined", "a-code-of-tomorrow"))
    assert said.da == "Kommunen har sagt nej til en periode. Ring, og hør, hvordan det går."
    assert said.en == "The kommune has declined a stage. Call and ask how it goes."
    world, gone = World(), ("candidate-withdrawn",)
    world.tell(followup.PlacementCheckinDue(**OF_PLACEMENT, kind="after-change", on=TODAY, attention=gone))
    placement = world.states[("placement", PLACEMENT)]
    assert isinstance(placement, Placement)
    [found] = [one for one in turns(known(placement), NOW) if one.id == PLACEMENT]
    assert found.happened == gone


def test_a_danish_day_is_written_as_danes_do() -> None:
    later = texts.step("leader-yes", TODAY, by=date(2026, 12, 14), n=4)
    assert later.da == (
        "Fire unge er foreslået og venter på dit svar. I skal mødes, og du skal sige ja eller nej senest"
        " den 14. december 2026."
    )
    of_her = texts.step("leader-yes", TODAY, by=date(2026, 12, 14), n=4, reader="consultant")
    assert of_her.da == (
        "Fire unge er foreslået og venter på lederens svar. De skal mødes, og lederen skal sige ja eller nej senest"
        " den 14. december 2026."
    )
    assert texts.step("check-in", TODAY, by=TODAY).da == "Vi ringer i dag og hører, hvordan det går hos jer."
    assert (
        texts.step("check-in", TODAY, by=date(2026, 11, 1)).da == "Vi ringer snart og hører, hvordan det går hos jer."
    )


# -- what is heard -----------------------------------------------------------------------------------------------------


def heard(*events: Any, of: Place | None = None) -> World:
    world = World(of or in_state("open"), leader(outcome="reached", next_call_on=None))
    for event in events:
        world.tell(event)
    return world


def said(of: Any, about: dict[str, Any] = ABOUT, /, **more: Any) -> Any:
    facts = {"state": "requested", "business_status": "sent"} if about is ABOUT else {}
    return of.model_validate({**about, **facts, **more})


SENT = said(
    gateway.ReferralSent, round=1, seats=1, place_version=1, place_kommune="0561", contact_id=CONTACT,
    contact_role="youth-unit", why="own", minutes=0, answer_by=date(2026, 12, 7),
)  # fmt: skip
GUIDED = said(gateway.ReferralLeaderGuided, contact_id=CONTACT, card_version=1, channel="page")
ACCEPTED = said(gateway.ReferralAccepted, state="accepted")
PROPOSED = said(
    matching.MatchProposed, OF_MATCH, reply_id="r", approvals_needed=("leader", "young-person"), gate=(),
    answer_by=date(2026, 12, 14),
    terms={"form": "SMAAJOB", "hours": 10, "times_of_day": (), "tasks": (), "start": TODAY},
)  # fmt: skip


def next_steps(world: World) -> list[tuple[str, str | None, date | None]]:
    everything: Any = [*world.states.values()]
    return [(s.what, s.who, s.by) for s in steps(world.place, world.get(Leader, LEADER), known(*everything), world.now)]


@pytest.mark.parametrize(
    ("events", "first"),
    [
        ((), ("nobody-left", "consultant", None)),
        ((SENT,), ("no-contact", "consultant", date(2026, 12, 7))),
        ((SENT, GUIDED), ("with-kommune", "kommune", date(2026, 12, 7))),
        ((SENT, GUIDED, ACCEPTED), ("searching", "kommune", date(2026, 12, 30))),
        ((SENT, GUIDED, said(gateway.ReferralOnHold, state="on-hold", reason="no-capacity", until=date(2026, 12, 11))),
         ("on-hold", "kommune", date(2026, 12, 11))),
        ((SENT, GUIDED, ACCEPTED, said(gateway.ReferralCancellationRequested, state="in-progress",
          reason="place-closed", due_by=date(2026, 12, 3))), ("asked-back", "kommune", date(2026, 12, 3))),
        ((SENT, GUIDED, ACCEPTED, PROPOSED), ("leader-yes", "leader", date(2026, 12, 14))),
        ((SENT, GUIDED, ACCEPTED, PROPOSED.changed(answer_by=date(2027, 1, 11))),
         ("leader-yes", "leader", date(2027, 1, 11))),
        ((SENT, GUIDED, ACCEPTED, PROPOSED, said(matching.MatchApproved, OF_MATCH, party="leader",
          held_until=date(2026, 12, 15))), ("kommune-yes", "kommune", date(2026, 12, 14))),
        ((SENT, said(gateway.ReferralRejected, state="rejected", reason="no-candidate")),
         ("asking", "consultant", None)),
    ],
)  # fmt: skip
def test_a_leader_is_told_what_is_due_by_when_and_from_whom(events: Any, first: Any) -> None:
    world = heard(*events)
    assert first in next_steps(world)
    if first[1] == "leader":
        assert next_steps(world)[0] == first, "the leader's own comes first"


def test_four_that_wait_for_the_leaders_yes_are_one_step_with_the_earliest_day() -> None:
    four = [PROPOSED.changed(match_id=f"{MATCH[:-1]}{n}", answer_by=date(2026, 12, 14 - n)) for n in range(4)]
    world = heard(SENT, GUIDED, ACCEPTED, *four)
    everything: Any = [*world.states.values()]
    first, *_ = steps(world.place, world.get(Leader, LEADER), known(*everything), world.now)
    assert (first.what, first.by, len(first.match_ids)) == ("leader-yes", date(2026, 12, 11), 4)
    assert first.da.startswith("Fire unge er foreslået")


def test_after_a_no_and_nobody_else_asked_the_leader_and_the_consultant_know_within_the_hour() -> None:
    world = heard(SENT, said(gateway.ReferralRejected, state="rejected", reason="no-candidate"))
    world.now += timedelta(minutes=16)
    assert next_steps(world) == [("nobody-left", "consultant", None)]


def test_a_placement_is_followed_by_its_events_and_asked_about_on_its_day() -> None:
    stage = {"stage_id": MATCH, "form": "SMAAJOB", "hours": 10, "times_of_day": (), "tasks": (), "from": TODAY}
    of = OF_PLACEMENT
    world = heard(said(followup.PlacementPlanned, of, stage=stage, contact_id=CONTACT, next_checkin=TODAY))

    def turn() -> tuple[str, date | None]:
        one = rules.of_placement(world.get(Placement, PLACEMENT))
        return one.what, one.due

    assert turn() == ("start", TODAY)
    week = TODAY + timedelta(weeks=1)
    world.tell(said(followup.PlacementCheckedIn, of, kind="first-day", on=TODAY, answered=True, next_checkin=week))
    assert turn() == ("start", week)


def test_help_is_given_judged_and_if_it_did_not_help_given_again() -> None:
    of = {"challenge_id": CHALLENGE, "about": "place", "about_id": PLACE, "code": "C-PACE", "place_id": PLACE}
    tried = {"intervention_id": MATCH, "challenge_id": CHALLENGE, "code": "I-TASK", "by": "leader"}
    world = World()

    def what() -> str:
        return rules.of_challenge(world.get(Challenge, CHALLENGE), TODAY).what

    world.tell(said(followup.InterventionTried, tried, minutes=5))  # another partition was faster
    assert what() == "over"
    world.tell(said(followup.ChallengeRaised, of))
    assert what() == "judge"
    world.tell(said(followup.InterventionJudged, tried, result="too-early"))
    assert what() == "judge"
    world.tell(said(followup.InterventionJudged, tried, result="partly"))
    assert what() == "help"
    world.tell(said(followup.ChallengeClosed, of))
    assert what() == "solved"
    assert rules.of_challenge(world.get(Challenge, CHALLENGE), TODAY + timedelta(weeks=1)).what == "over"


def test_the_help_of_a_kommune_is_asked_for_until_it_answers() -> None:
    of = {"challenge_id": CHALLENGE, "about": "placement", "about_id": PLACEMENT, "code": "C-PACE", "kommune": "0561"}
    answer = {"placement_id": PLACEMENT, "place_id": PLACE, "challenge_id": CHALLENGE, "kommune": "0561"}
    world = World()
    world.tell(said(followup.ChallengeRaised, of, help="kommune"))
    for given, what in (("later", "kommune-help"), ("granted", "help")):
        world.tell(said(gateway.PlacementSupportAnswered, answer, answer=given))
        assert rules.of_challenge(world.get(Challenge, CHALLENGE), TODAY).what == what


def test_every_event_that_intake_hears_is_taken_as_its_example_says_it() -> None:
    world = World(
        in_state("open").changed(id=story.PLACE, leader_id=story.LEADER),
        Referral(id=story.REFERRAL, place_id=story.PLACE, kommune="0561"),
    )
    heard_of = [event for event in examples.examples().values() if type(event) in world.handlers.routes]
    for event in heard_of:
        world.tell(event)
    assert len(heard_of) >= 40
    kinds = {kind for kind, _ in world.states}
    assert kinds >= {"referral", "match", "placement", "challenge"}


# -- in which order ----------------------------------------------------------------------------------------------------


def line(what: Any, by: date | None = None, due: date = TODAY) -> rules.Turn:
    return rules.Turn(what=what, who="consultant", since=TODAY, due=due, by=by)


def test_who_needs_help_is_rung_first_then_what_runs_out_then_the_rest() -> None:
    soon, later = TODAY + timedelta(days=1), TODAY + timedelta(days=14)
    right = [line("help"), line("leader-yes", soon), line("silent", soon), line("leader-yes", later), line("start"),
             line("silent", later), line("call", TODAY), line("draft"), line("paused", TODAY)]  # fmt: skip
    mixed = [right[n] for n in (8, 3, 1, 6, 0, 7, 2, 5, 4)]
    assert sorted(mixed, key=lambda turn: rules.order(turn, TODAY)) == right


def test_what_is_hard_has_a_label_in_the_sentence() -> None:
    for code in codes("challenges"):
        assert texts.due("help", hard=code.code).da != texts.due("help").da
    assert texts.due("help", hard="C-LIFE").da == (
        "Noget er svært. Ring, og hjælp. Det handler om »Noget uden for arbejdet driller«."
    )
    assert texts.due("judge", hard="C-SME-ECONOMY").da == (
        "Noget er prøvet. Ring, og hør, om det hjalp. Det handler om »Lille virksomhed: ekstra personale koster«."
    )
    assert "noget på arbejdspladsen" in texts.due("help", hard="C-OF-TOMORROW").da


# -- whom to ring ------------------------------------------------------------------------------------------------------

OTHER, BUDDY = "0199ab00-0000-7000-8000-00000000000a", "0199ab00-0000-7000-8000-00000000000b"


def living(**changes: Any) -> Placement:
    one = Placement(
        id=PLACEMENT, place_id=PLACE, referral_id=REFERRAL, leader_id=LEADER, company_id=COMPANY, kommune="0561",
        since=TODAY, next_checkin=EVER,
    )  # fmt: skip
    return one.changed(**changes)


@pytest.mark.parametrize(
    ("gone", "whom", "what"),
    [
        ((), CONTACT, "check-in"),
        ((CONTACT,), LEADER, "check-in"),
        ((CONTACT, LEADER), BUDDY, "check-in"),
        ((CONTACT, LEADER, BUDDY), OTHER, "check-in"),
        ((CONTACT, LEADER, BUDDY, OTHER), None, "new-contact"),
    ],
)
def test_who_is_forgotten_is_never_rung_but_the_next_one_near_or_a_new_contact_is_found(
    gone: tuple[str, ...], whom: str | None, what: str
) -> None:
    one = in_state("filled").changed(found=FOUND.changed(buddy_id=BUDDY))
    all_ = replace(known(one, living(contact_id=CONTACT)), of_companies={COMPANY: OTHER}, gone=frozenset(gone))
    [found] = [found for found in turns(all_, NOW) if found.thing == "placement"]
    assert (found.person_id, found.turn.what) == (whom, what)
    assert what == "check-in" or found.turn.due == TODAY, "it is not waited for the next check-in"


def test_the_places_contact_and_leader_are_rung_about_a_placement_that_has_none_of_its_own() -> None:
    one = in_state("filled").changed(leader_id=OTHER)
    [found] = [found for found in turns(known(one, living()), NOW) if found.thing == "placement"]
    assert (found.person_id, found.leader_id) == (OTHER, OTHER), "the place went on as another's"
    world = heard(said(followup.PlacementMoved, OF_PLACEMENT, contact_id=CONTACT, stage=STAGE))
    assert world.get(Placement, PLACEMENT).contact_id == CONTACT


def test_a_kommune_whose_referral_nobody_has_by_name_is_one_without_a_contact() -> None:
    escalated = said(gateway.ReferralEscalated, contact_id=OTHER, contact_role="entrance", due_by=date(2026, 12, 7))
    world = heard(SENT, GUIDED, escalated)
    assert rules.of_referral(world.referral, "page", TODAY).what == "no-contact"
    world.tell(GUIDED.changed(contact_id=OTHER))
    assert rules.of_referral(world.referral, "page", TODAY).what == "with-kommune"


def test_a_kommune_that_has_proposed_somebody_is_neither_slow_nor_searching() -> None:
    world = heard(SENT, GUIDED)
    long_after = date(2027, 1, 4)
    assert rules.of_referral(world.referral, "page", long_after).what == "silent"
    turn = rules.of_referral(world.referral, "page", long_after, proposed=True)
    assert (turn.what, turn.who, turn.due) == ("with-matches", None, None)


# -- what a leader reads -----------------------------------------------------------------------------------------------

STAGE = {"stage_id": MATCH, "form": "SMAAJOB", "hours": 10, "times_of_day": (), "tasks": (), "from": TODAY}


def over(reason: str, outcome: str | None = None) -> World:
    of = OF_PLACEMENT
    world = heard(of=in_state("filled", agreed=frozenset({MATCH})))
    world.states["referral", REFERRAL] = Referral(id=REFERRAL, place_id=PLACE, kommune="0561", over=True)
    world.tell(said(followup.PlacementEnded, of, how="as-planned", reason=reason, on=TODAY, form="SMAAJOB",
                    next_checkin=date(2027, 3, 1)))  # fmt: skip
    if outcome:
        world.tell(said(followup.PlacementOutcomeRecorded, of, outcome=outcome, hours=37, on=TODAY, when="0",
                        by="consultant", next_checkin=date(2027, 3, 1)))  # fmt: skip
    return world


@pytest.mark.parametrize(
    ("reason", "outcome", "congratulates"),
    [
        ("goal-reached", None, "Tillykke! Målet er nået."),
        ("education", None, "Tillykke! Den unge er kommet i gang med en uddannelse."),
        ("C-PACE", "O-ORDINARY", "Tillykke! Den unge er kommet i job."),
        ("period-over", "O-EDUCATION", "Tillykke! Den unge er kommet i gang med en uddannelse."),
        ("C-PACE", None, None),
        ("C-PACE", "O-UNKNOWN", None),
        ("period-over", "O-OF-TOMORROW", None),
    ],
)
def test_after_success_a_leader_is_congratulated_in_each_step_and_in_the_history(
    reason: str, outcome: str | None, congratulates: str | None
) -> None:
    world = over(reason, None if outcome == "O-OF-TOMORROW" else outcome)
    everything: Any = [*world.states.values()]
    lines = {s.what: s.da for s in steps(world.place, world.get(Leader, LEADER), known(*everything), world.now)}
    history = " ".join(texts.sentence(past) for past in world.place.history)
    if congratulates:
        assert lines["aftercare"].startswith(congratulates)
        assert lines["seat-free"].startswith("Tillykke, det lykkedes! Pladsen er ledig igen.")
        assert "Tillykke" in history.replace("Tillykke med aftalen", "").replace("Pladsen er besat. Tillykke", "")
    else:
        assert not any("Tillykke" in line for line in lines.values())
    assert "Pladsen er ledig igen." in history
    assert "en pause" not in history


def test_an_outcome_that_is_put_right_is_the_one_that_counts() -> None:
    world = over("period-over", "O-ORDINARY")
    put_right = said(followup.PlacementCorrected, OF_PLACEMENT, what="outcome", outcome="O-JOBSEEKING")
    world.tell(put_right)
    assert rules.success(world.get(Placement, PLACEMENT)) is None
    world.tell(put_right.changed(what="end", reason="education", outcome=None))
    assert rules.success(world.get(Placement, PLACEMENT)) == "education"


@pytest.mark.parametrize(
    ("missing", "reads"),
    [
        ({"young-person", "kommune"}, "Du har sagt ja. Kommunen spørger den unge"),
        ({"young-person"}, "Du har sagt ja. Kommunen spørger den unge"),
        ({"kommune"}, "Du og den unge har sagt ja. Kommunen skal godkende det"),
    ],
)
def test_the_yes_of_the_young_person_and_that_of_the_kommune_are_two(missing: Any, reads: str) -> None:
    one = Match(
        id=MATCH, place_id=PLACE, referral_id=REFERRAL, leader_id=LEADER, kommune="0561", missing=frozenset(missing),
        answer_by=TODAY, proposed_on=TODAY,
    )  # fmt: skip
    someone, everything = leader(outcome="reached", next_call_on=None), known(in_state("open"), one)
    [step] = [s for s in steps(in_state("open"), someone, everything, NOW) if s.what == "kommune-yes"]
    assert step.da.startswith(reads)


def test_while_her_yes_holds_the_last_seat_no_yes_is_due_on_the_others() -> None:
    yes = said(matching.MatchApproved, OF_MATCH, party="leader", held_until=date(2026, 12, 15))
    others = [PROPOSED.changed(match_id=f"{MATCH[:-1]}{n}") for n in (6, 7)]
    held = [said(matching.MatchSeatHeld, OF_MATCH | {"match_id": other.match_id}) for other in others]
    world = heard(SENT, GUIDED, ACCEPTED, PROPOSED, *others, yes, *held)
    assert [what for what, who, _ in next_steps(world) if who == "leader"] == []
    everything: Any = [*world.states.values()]
    [wait] = [s for s in steps(world.place, world.get(Leader, LEADER), known(*everything), world.now)
              if s.what == "seat-held"]  # fmt: skip
    assert len(wait.match_ids) == 2
    assert not [f for f in turns(known(*everything), NOW) if f.turn.what == "leader-yes"]
    until = date(2026, 12, 29)
    world.tell(said(matching.MatchSeatFree, OF_MATCH | {"match_id": others[0].match_id}, answer_by=until))
    assert ("leader-yes", "leader", until) in next_steps(world)


def test_nobody_is_asked_about_a_pause_while_every_seat_is_taken() -> None:
    taken = in_state("paused", agreed=frozenset({PLACEMENT}))
    assert rules.of_place(taken, None, [], NOW).what == "with-placements"
    assert rules.of_place(taken.changed(agreed=frozenset()), None, [], NOW).what == "paused"


def test_a_congratulation_comes_before_a_pause() -> None:
    over = Placement(
        id=PLACEMENT, place_id=PLACE, referral_id=REFERRAL, leader_id=LEADER, company_id=COMPANY, kommune="0561",
        state="finished", reason="education", since=TODAY, next_checkin=EVER,
    )  # fmt: skip
    someone, paused = leader(outcome="reached", next_call_on=None), in_state("paused")
    first, *rest = steps(paused, someone, known(someone, paused, over), NOW)
    assert first.da.startswith("Tillykke!")
    assert [step.what for step in rest] == ["paused"]


def test_a_day_that_is_promised_is_one_on_which_somebody_rings() -> None:
    one = place(state="paused", history=(Past(on=date(2027, 1, 7), what="paused", reason="busy"),))
    assert rules.of_place(one, None, [], NOW).due == date(2027, 2, 8), "7 February is a Sunday"


def test_time_is_given_to_the_end_of_a_day() -> None:
    for what in ("searching", "on-hold"):
        assert "til og med i dag" in texts.step(what, TODAY, by=TODAY, kommune="0561").da


def test_proposals_that_wait_for_one_leaders_yes_are_one_line() -> None:
    found = [
        Found("match", f"m{n}", line("leader-yes", EVER), LEADER, place_id=where)
        for n, where in enumerate((PLACE, PLACE, PLACE, "another"))
    ]
    assert yeses(found) == {"m0": ("m0", "m1", "m2"), "m1": (), "m2": (), "m3": ("m3",)}
    assert texts.due("leader-yes", n=3).da.startswith("Tre forslag venter på lederens ja eller nej.")


def test_a_leader_reads_that_the_kommune_is_asked_for_help() -> None:
    hard = Challenge(id=CHALLENGE, place_id=PLACE, kommune="0561", raised_on=TODAY, help=True, code="C-PACE")
    someone, one = leader(outcome="reached", next_call_on=None), in_state("open")
    lines = {s.what: s.da for s in steps(one, someone, known(one, hard, hard.changed(id="other", place_id="x")), NOW)}
    assert lines["kommune-help"] == "Vi har bedt Esbjerg Kommune om hjælp, og vi følger op, til den kommer."


def lines_of(world: World) -> dict[str, str]:
    everything: Any = [*world.states.values()]
    return {s.what: s.da for s in steps(world.place, world.get(Leader, LEADER), known(*everything), world.now)}


def test_a_leader_reads_that_a_call_for_help_was_heard_what_was_tried_and_that_it_is_solved() -> None:
    of = {"challenge_id": CHALLENGE, "about": "placement", "about_id": PLACEMENT, "code": "C-PACE", "place_id": PLACE}
    tried = {"intervention_id": MATCH, "challenge_id": CHALLENGE, "code": "I-TASK", "by": "consultant"}
    world = heard(SENT, GUIDED, ACCEPTED, said(followup.ChallengeRaised, of))
    assert next_steps(world)[0][:2] == ("help", "consultant"), "it comes before all that is not the leader's own"
    assert lines_of(world)["help"] == "Noget er svært lige nu. En konsulent ringer til dig og hjælper jer videre."
    world.tell(said(followup.ChallengeRaised, of | {"challenge_id": OTHER}))
    assert [what for what, _, _ in next_steps(world)].count("help") == 1, "said once"
    world.tell(said(followup.InterventionTried, tried, minutes=5))
    assert lines_of(world)["judge"].startswith("Der er prøvet noget for at gøre det lettere.")
    world.tell(said(followup.ChallengeClosed, of))
    assert lines_of(world)["solved"] == "Det, der var svært, er løst."
    assert next_steps(world)[-1][0] == "solved"
    world.now += timedelta(weeks=1)
    assert "solved" not in lines_of(world)


def test_a_leader_reads_that_a_placement_is_paused_and_that_the_pause_is_over() -> None:
    of, day = OF_PLACEMENT, {"next_checkin": date(2026, 12, 14)}
    world = heard(said(followup.PlacementStarted, of, on=TODAY, stage=STAGE, **day), of=in_state("filled"))
    usual = "Vi ringer den 14. december 2026 og hører, hvordan det går hos jer."
    assert lines_of(world)["check-in"] == usual
    world.tell(said(followup.PlacementPaused, of, reason="leave", **day))
    assert lines_of(world)["check-in"].startswith("Aftalen er på pause. Vi ringer den 14. december 2026")
    world.tell(said(followup.PlacementResumed, of, stage=STAGE, **day))
    assert lines_of(world)["check-in"] == f"Pausen er slut, og I er i gang igen. {usual}"
    world.tell(said(followup.PlacementCheckedIn, of, kind="monthly", on=TODAY, answered=True, **day))
    assert lines_of(world)["check-in"] == usual


def test_a_leader_reads_that_a_place_is_paused_until_it_is_open_again() -> None:
    assert lines_of(heard(of=in_state("paused")))["paused"].startswith("Pladsen er på pause. Sig til,")
    assert "paused" not in lines_of(heard(of=in_state("open")))


def test_after_an_agreement_the_congratulation_is_the_headline_and_no_step_is_that_another_is_asked_to_stop() -> None:
    back = {"state": "in-progress", "reason": "seats-filled", "due_by": date(2026, 12, 3)}
    other = ABOUT | {"referral_id": OTHER, "kommune": "0573", "business_status": "searching"}
    world = heard(SENT, GUIDED, ACCEPTED, of=in_state("filled", agreed=frozenset({MATCH})))
    world.states["referral", OTHER] = Referral(id=OTHER, place_id=PLACE, kommune="0573", guided=True)
    world.tell(said(gateway.ReferralCompleted, state="completed"))
    world.tell(said(gateway.ReferralCancellationRequested, other, **back))
    assert lines_of(world).keys() == {"with-placements"}, "until its first day is known"
    world.tell(
        said(followup.PlacementPlanned, OF_PLACEMENT, stage=STAGE, contact_id=CONTACT, next_checkin=date(2026, 12, 14))
    )
    assert [*lines_of(world)] == ["start"]
    assert lines_of(world)["start"].startswith("Aftalen er på plads. Tillykke!")


def test_good_news_comes_before_what_others_do_sooner() -> None:
    planned = living(state="planned", start=TODAY, next_checkin=date(2027, 1, 14))
    asked = Asked(state="accepted", leader_id=LEADER, company_id=COMPANY, since=TODAY, turned_at=NOW)
    searching = Referral(id=REFERRAL, place_id=PLACE, kommune="0561", guided=True, asked=asked)
    one, someone = in_state("open"), leader(outcome="reached", next_call_on=None)
    assert [s.what for s in steps(one, someone, known(one, planned, searching), NOW)] == ["start", "searching"]


# -- what has happened -------------------------------------------------------------------------------------------------


def history(world: World) -> list[str]:
    return [past.da for past in PlaceView.of(world.place, TODAY).history]


def test_of_two_kommuner_at_once_each_sentence_says_which() -> None:
    other = ABOUT | {"referral_id": OTHER, "kommune": "0573", "state": "requested", "business_status": "sent"}
    again = said(gateway.ReferralLeaderGuided, contact_id=OTHER, card_version=2, channel="page")
    varde = said(gateway.ReferralSent, other, **SENT.model_dump(exclude={*other}))
    world = heard(SENT, varde, GUIDED, said(gateway.ReferralLeaderGuided, other, contact_id=OTHER, card_version=1,
                                            channel="page"), again, again)  # fmt: skip
    assert history(world)[-5:] == [
        "Vi har spurgt Esbjerg Kommune.",
        "Vi har spurgt Varde Kommune.",
        "Du har fået at vide, hvem der ringer fra Esbjerg Kommune.",
        "Du har fået at vide, hvem der ringer fra Varde Kommune.",
        "Nu er det en anden, der ringer fra Esbjerg Kommune. Du har fået at vide, hvem.",
    ]


def test_a_kommune_that_goes_on_after_a_hold_has_said_yes_once() -> None:
    hold = said(gateway.ReferralOnHold, state="on-hold", reason="no-capacity", until=date(2026, 12, 11))
    world = heard(SENT, ACCEPTED, hold, ACCEPTED)
    assert history(world).count("Esbjerg Kommune har sagt ja og leder efter den rette.") == 1


def test_two_who_begin_are_told_apart_by_their_kommune_and_one_sentence_is_said_once_a_day() -> None:
    def begins(kommune: str, placement: str) -> Any:
        of = OF_PLACEMENT | {"kommune": kommune, "placement_id": placement}
        return said(followup.PlacementStarted, of, on=TODAY, stage=STAGE)

    world = heard(begins("0561", PLACEMENT), begins("0561", OTHER), begins("0573", BUDDY))
    assert history(world)[-2:] == [
        f"En ung fra {kommune} Kommune er begyndt hos jer. Velkommen til jeres nye kollega!"
        for kommune in ("Esbjerg", "Varde")
    ]
    assert history(world)[-3] != history(world)[-2]
    world.now += timedelta(days=1)
    world.tell(begins("0573", MATCH))
    assert history(world)[-1] == history(world)[-2], "another day is news"


def test_the_same_outcome_months_later_is_no_news() -> None:
    world, by = over("period-over", "O-ORDINARY"), {"on": EVER, "by": "consultant"}
    before = history(world)
    same, other = (
        said(followup.PlacementOutcomeRecorded, OF_PLACEMENT, outcome=outcome, when=when, **by)
        for outcome, when in (("O-ORDINARY", "3"), ("O-EDUCATION", "6"))
    )
    world.tell(same)
    assert history(world) == before
    world.tell(other)
    assert len(history(world)) == len(before) + 1


def test_a_line_that_an_older_build_wrote_without_a_kommune_is_still_a_sentence() -> None:
    assert texts.sentence(Past(on=TODAY, what="match-agreed")).startswith("Alle har sagt ja til en ung fra kommunen.")
    assert texts.sentence(Past(on=TODAY, what="kommune-accepted")).startswith("Kommunen har sagt ja")
