"""Whose yes is needed, what the gate asks, and what ends a match before or with the agreement."""

from datetime import date, datetime, timedelta
from itertools import permutations, product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import texts
from matching.commands import AnswerGate, Correct, LeaderAnswers
from matching.rules import matches, places
from matching.state.candidates import Candidate
from matching.state.matches import MatchState
from matching.state.places import Place, Spot
from shared.catalogue.calendar import add_working_days
from shared.events import intake
from shared.events.base import Approval
from shared.events.matching import MatchAgreed, MatchAnswerRefused, MatchApproved, MatchDeclined, MatchProposed
from shared.spine.decision import NotYet, Refused
from tests.unit.matching.world import (
    CONTACT,
    NOW,
    OTHER_PLACE,
    OTHER_REFERRAL,
    PLACE,
    PLACEMENT,
    World,
    about_place,
    agreed_on,
    answer,
    ended,
    never_began,
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
)

CALL = ("Ring.", "Call.")

PRAKTIK_SOON: dict[str, Any] = {"form": "VIRKSOMHEDSPRAKTIK", "next_step": "SMAAJOB", "until": date(2026, 12, 20)}
PRAKTIK: dict[str, Any] = {"form": "VIRKSOMHEDSPRAKTIK", "next_step": "SMAAJOB", "until": date(2027, 1, 10)}


APPROVED = {"form": "VIRKSOMHEDSPRAKTIK", "hours": 15, "from": date(2026, 12, 14), "to": date(2027, 1, 10)}


def test_the_last_yes_makes_the_agreement_whichever_it_is(world: World) -> None:
    match = world.propose()
    assert told(world.hear(answer(match, "young-person", "yes"))) == [("approved", "young-person")]
    assert world.gate(match) == []
    approved, agreed = world.leader(match, "yes")
    assert isinstance(approved, MatchApproved)
    assert approved.held_until == date(2026, 12, 7)
    assert isinstance(agreed, MatchAgreed)
    assert agreed.seats_left == 0
    assert {approval.party for approval in agreed.approvals} == {"leader", "young-person"}
    assert (agreed.contact_id, agreed.candidate_version) == (CONTACT, 1)
    assert set(agreed.gate) == set(world.match(match).gate)


@pytest.mark.parametrize("order", list(permutations(("leader", "young-person", "kommune", "gate"))))
def test_in_any_order_the_last_one_makes_one_agreement(world: World, order: tuple[str, ...]) -> None:
    match = world.propose(**PRAKTIK, hours=15)
    yes = {
        "leader": lambda: world.leader(match, "yes"),
        "young-person": lambda: world.hear(answer(match, "young-person", "yes")),
        "kommune": lambda: world.hear(answer(match, "kommune", "yes", **APPROVED)),
        "gate": lambda: world.gate(match),
    }
    *before, last = order
    assert [what for one in before for what, _ in told(yes[one]())] == ["approved"] * len({*before} - {"gate"})
    assert [what for what, _ in told(yes[last]())][-1] == "agreed"
    for again in order:
        assert yes[again]() == []
    assert len(world.heard(MatchAgreed)) == 1


@pytest.mark.parametrize("party", ["leader", "young-person", "kommune"])
def test_each_yes_can_be_taken_back_until_the_agreement(world: World, party: str) -> None:
    match = world.propose(**PRAKTIK, hours=15)
    world.leader(match, "yes")
    world.tell(answer(match, "young-person", "yes"))
    world.tell(answer(match, "kommune", "yes", **APPROVED))
    back = world.leader(match, "no") if party == "leader" else world.hear(answer(match, party, "no"))
    assert told(back) == [("declined", "no-reason")]
    assert world.get(Place, PLACE).spots == {}
    with pytest.raises(Refused):
        world.gate(match)


def test_an_open_match_is_on_exactly_one_list_until_it_is_agreed(world: World) -> None:
    """Over all states, yeses and answers of the gate."""
    match = world.match(world.propose(**PRAKTIK, hours=15))
    parties = ("leader", "young-person", "kommune")
    for state, held, *yes, gate in product(get_args(MatchState), *[(True, False)] * 5):
        approvals = tuple(Approval(party=party) for party, said in zip(parties, yes, strict=True) if said)
        if held and yes[0]:  # whose seat it is waits for none
            continue
        one = match.changed(
            state=state, seat_held=held, approvals=approvals, gate=dict.fromkeys(match.gate, gate or None)
        )
        owed = [who for who, _ in matches.owed(one)]
        if state != "proposed" or matches.complete(one):
            assert (matches.waits_for(one), owed) == (None, [])
        elif held:
            assert matches.waits_for(one) == "seat"
            assert not {"leader", "consultant"} & {*owed}
        else:
            assert matches.waits_for(one) == owed[0]
            assert matches.waits_until(one) == dict(matches.owed(one))[owed[0]]
        assert texts.what_next(one, CALL)["da"]


def test_what_everybody_has_said_yes_to_is_being_agreed(world: World) -> None:
    match = world.propose()
    world.gate(match)
    world.tell(answer(match, "young-person", "yes"))
    world.decide(world.message(LeaderAnswers(match_id=match, place_id=PLACE, answer="yes", reason=None)))
    assert matches.waits_for(world.match(match)) is None
    assert (("match", match), "agree") in world.timers


def test_the_consultant_has_as_long_as_the_seat_is_held_to_clear_the_gate(world: World) -> None:
    match = world.propose()
    world.wait(NOW + timedelta(days=2))
    world.leader(match, "yes")
    assert matches.owed(world.match(match)) == [
        ("young-person", date(2026, 12, 7)),
        ("consultant", date(2026, 12, 9)),
    ]
    world.tell(answer(match, "young-person", "yes"))
    assert matches.waits_until(world.match(match)) == date(2026, 12, 9)


def test_what_the_leader_is_told_of_the_young_person_is_forgotten_once_it_is_decided(world: World) -> None:
    liked = {"strengths": ("detail",), "interests": ("gaming",)}
    declined, agreed = (world.propose(n, profile=profile(**liked)) for n in (0, 1))
    assert [(world.match(m).strengths, world.match(m).interests) for m in (declined, agreed)] == [
        (("detail",), ("gaming",))
    ] * 2
    assert {reason.component for reason in world.match(agreed).reasons} >= {"tasks", "hours"}
    world.leader(declined, "no")
    world.agree(agreed)
    for match in (declined, agreed):
        assert (world.match(match).strengths, world.match(match).interests, world.match(match).reasons) == ((), (), ())


def test_what_was_entered_in_error_ends_once_and_everybody_hears_why(world: World) -> None:
    match = world.propose()
    world.leader(match, "yes")
    wrong = Correct(match_id=match, place_id=PLACE)
    assert told(world.hear(wrong)) == [("cancelled", "entered-in-error")]
    assert world.hear(wrong) == []
    assert world.get(Place, PLACE).spots == {}


def test_what_is_agreed_is_corrected_where_it_lives_on(world: World) -> None:
    match = agreed_on(world)
    with pytest.raises(Refused) as refused:
        world.tell(Correct(match_id=match, place_id=PLACE))
    assert refused.value.status == 409


@pytest.mark.parametrize("age_band", ["15-17", "18-24"])
def test_a_flagged_task_is_confirmed_at_the_gate_for_15_to_17(age_band: str) -> None:
    world = World(opened(times_of_day=("day",)), sent())
    match = world.propose(profile=profile(age_band=age_band, times_of_day=("day",)))
    assert ("u18-task-confirmed" in world.match(match).gate) is (age_band == "15-17")


def test_the_rules_for_15_to_17_are_looked_at_again_at_the_agreement() -> None:
    at_night = place()
    match = matches.proposed(proposed(), terms(), at_night, Candidate(id="a", version=1), date(2026, 12, 7))
    assert matches.no_longer_fits(match, places.put(at_night, match.id, Spot())) is None
    young = match.changed(under_18=True)
    assert matches.no_longer_fits(young, places.put(at_night, match.id, Spot())) == "R-U18-2"


@pytest.mark.parametrize(
    ("reason", "words"), [("education", "Tillykke"), ("goal-reached", "Tillykke"), ("C-PACE", "Tak for indsatsen")]
)
def test_what_the_leader_reads_after_the_end_is_about_how_it_ended(world: World, reason: str, words: str) -> None:
    match = agreed_on(world)
    world.tell(ended(match).changed(reason=reason))
    said = texts.what_next(world.match(match), CALL)["da"]
    assert words in said


def test_who_never_came_is_no_time_that_is_over(world: World) -> None:
    match = agreed_on(world)
    world.tell(never_began(match))
    assert "Tiden hos jer" not in texts.what_next(world.match(match), CALL)["da"]


def test_only_the_first_match_agreed_of_a_referral_says_that_it_is(world: World) -> None:
    assert world.agree(world.propose()).first_of_referral is True
    world.tell(never_began(world.last(MatchAgreed).match_id))
    assert world.agree(world.propose(1)).first_of_referral is False


def test_the_last_answer_of_the_gate_makes_the_agreement_too(world: World) -> None:
    match = world.propose()
    world.leader(match, "yes")
    world.tell(answer(match, "young-person", "yes"))
    *all_but_one, last = world.match(match).gate
    assert world.hear(AnswerGate(match_id=match, answers=dict.fromkeys(all_but_one, True))) == []
    assert world.hear(AnswerGate(match_id=match, answers={last: False})) == []
    assert told(world.hear(AnswerGate(match_id=match, answers={last: True}))) == [("agreed", "")]


def test_the_gate_takes_no_question_of_another_match(world: World) -> None:
    match = world.propose()
    with pytest.raises(Refused) as refused:
        world.tell(AnswerGate(match_id=match, answers={"next-step-planned": True}))
    assert refused.value.field == "answers.next-step-planned"


def test_praktik_waits_for_the_kommunes_approval(world: World) -> None:
    match = world.propose(**PRAKTIK, hours=15)
    world.gate(match)
    world.leader(match, "yes")
    assert told(world.hear(answer(match, "young-person", "yes"))) == [("approved", "young-person")]
    _, agreed = world.hear(answer(match, "kommune", "yes", **APPROVED))
    assert isinstance(agreed, MatchAgreed)
    kommune = next(approval for approval in agreed.approvals if approval.party == "kommune")
    assert (kommune.hours, kommune.from_, kommune.to) == (15, date(2026, 12, 14), date(2027, 1, 10))


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"form": "LOENTILSKUD"}, "form", "rule:R-COVER"),
        ({"hours": 14}, "hours", "rule:R-COVER"),
        ({"from": date(2026, 12, 15)}, "from", "rule:R-COVER"),
        ({"to": date(2027, 1, 9)}, "to", "rule:R-COVER"),
    ],
)
def test_an_approval_that_does_not_cover_the_terms_is_refused(
    world: World, given: dict[str, Any], field: str, rule: str
) -> None:
    match = world.propose(**PRAKTIK, hours=15)
    (event,) = world.hear(answer(match, "kommune", "yes", **APPROVED | given))
    assert isinstance(event, MatchAnswerRefused)
    assert (event.field, event.rule, event.reply_id) == (field, rule, "a-1")
    assert event.terms == world.match(match).terms  # so that it can be said: 14 of 15 hours
    assert world.match(match).approvals == ()


def test_an_approval_cannot_be_longer_than_the_law_allows(world: World) -> None:
    match = world.propose(**PRAKTIK | {"until": None}, hours=15)
    (event,) = world.hear(answer(match, "kommune", "yes", **APPROVED | {"to": date(2027, 6, 14)}))
    assert isinstance(event, MatchAnswerRefused)
    assert (event.field, event.rule) == ("to", "rule:R-PRAKTIK-1")
    for_ever = world.hear(answer(match, "kommune", "yes", **APPROVED | {"to": None}))
    assert told(for_ever) == [("answer-refused", "rule:R-PRAKTIK-1")]
    within = APPROVED | {"to": date(2027, 6, 13)}
    assert told(world.hear(answer(match, "kommune", "yes", **within))) == [("approved", "kommune")]


def test_an_open_end_ends_with_the_approval(world: World) -> None:
    match = world.propose(**PRAKTIK | {"until": None}, hours=15)
    assert told(world.hear(answer(match, "kommune", "yes", **APPROVED))) == [("approved", "kommune")]


@pytest.mark.parametrize("party", ["young-person", "kommune"])
def test_a_no_ends_the_match_and_is_taken_once(world: World, party: str) -> None:
    match = world.propose()
    (event,) = world.hear(answer(match, party, "no", reason="transport"))
    assert isinstance(event, MatchDeclined)
    assert (event.party, event.reason) == (party, "transport")
    assert world.hear(answer(match, party, "no", reason="transport")) == []


def test_a_yes_taken_back_ends_the_match_and_frees_the_seat(world: World) -> None:
    first, second = world.propose(0), world.propose(1)
    world.leader(first, "yes")
    assert told(world.leader(first, "no", "not-ready")) == [("declined", "not-ready"), ("seat-free", "")]
    assert told(world.leader(second, "yes")) == [("approved", "leader")]


def test_a_no_without_a_reason_has_a_code_for_that(world: World) -> None:
    assert told(world.leader(world.propose(), "no")) == [("declined", "no-reason")]


def test_silence_of_the_kommune_cancels(world: World) -> None:
    match = world.propose()
    assert told(world.hear(answer(match, "young-person", "none", reply_id=None))) == [("cancelled", "expired")]


def test_a_deadline_that_passes_after_the_yes_changes_nothing(world: World) -> None:
    match = world.propose()
    world.tell(answer(match, "young-person", "yes"))
    assert world.hear(answer(match, "young-person", "none", reply_id=None)) == []


def test_an_answer_to_a_match_that_is_over_is_refused(world: World) -> None:
    match = world.propose()
    world.leader(match, "no")
    (event,) = world.hear(answer(match, "young-person", "yes"))
    assert isinstance(event, MatchAnswerRefused)
    assert (event.field, event.rule) == ("match_id", "state")


def test_a_no_after_the_agreement_is_refused(world: World) -> None:
    match = agreed_on(world)
    assert told(world.hear(answer(match, "young-person", "no"))) == [("answer-refused", "state")]
    with pytest.raises(Refused) as refused:
        world.leader(match, "no")
    assert refused.value.status == 409


def test_the_same_yes_again_changes_nothing(world: World) -> None:
    match = world.propose()
    for _ in range(2):
        world.tell(answer(match, "young-person", "yes"))
        world.leader(match, "yes")
    assert told(world.since(-2)) == [("approved", "young-person"), ("approved", "leader")]
    world.gate(match)
    assert world.leader(match, "yes") == world.hear(answer(match, "young-person", "yes")) == []


def test_an_answer_waits_for_its_match(world: World) -> None:
    with pytest.raises(NotYet):
        world.tell(answer(PLACEMENT, "young-person", "yes"))


def test_an_agreement_cancels_what_else_is_open_for_the_same_person(world: World) -> None:
    world.tell(opened(OTHER_PLACE))
    world.tell(sent(OTHER_REFERRAL, OTHER_PLACE))
    here, there = world.propose(), world.propose(place_id=OTHER_PLACE, referral_id=OTHER_REFERRAL)
    world.leader(there, "yes")
    world.agree(here)
    assert world.match(there).reason == "candidate-taken"
    freed = world.get(Place, OTHER_PLACE)
    assert freed.spots == {}


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (paused, "place-paused"),
        (referral_cancelled(), "referral-over"),
        (referral_asked_back(), "referral-over"),
        (withdrawn(), "candidate-withdrawn"),
    ],
)
def test_what_happens_while_the_last_yes_is_on_its_way_is_seen_at_the_agreement(
    world: World, event: Any, reason: str
) -> None:
    match = world.propose()
    world.gate(match)
    world.tell(answer(match, "young-person", "yes"))
    world.decide(world.message(LeaderAnswers(match_id=match, place_id=PLACE, answer="yes", reason=None)))
    world.decide(world.message(event))
    assert matches.complete(world.match(match))
    assert told(world.wait(NOW)) == [("cancelled", reason)]


@pytest.mark.parametrize("first", [0, 1])
def test_two_agreements_at_once_about_one_person_leave_the_one_that_came_first(world: World, first: int) -> None:
    world.tell(opened(OTHER_PLACE))
    world.tell(sent(OTHER_REFERRAL, OTHER_PLACE))
    here, there = world.propose(), world.propose(place_id=OTHER_PLACE, referral_id=OTHER_REFERRAL)
    both = ((here, PLACE), (there, OTHER_PLACE))
    for match, where in both:
        world.gate(match)
        world.tell(answer(match, "young-person", "yes", place_id=where))
    for match, where in both:
        world.decide(world.message(LeaderAnswers(match_id=match, place_id=where, answer="yes", reason=None)))
    before = len(world.said)
    world.agree_first(both[first][0])
    world.wait(NOW)
    assert told(world.since(before)) == [("agreed", ""), ("cancelled", "candidate-taken")]
    assert world.match(both[first][0]).state == "agreed"


@pytest.mark.parametrize("party", ["leader", "young-person"])
@pytest.mark.parametrize("no_first", [True, False])
def test_a_yes_taken_back_counts_when_it_comes_before_the_agreement(world: World, party: str, no_first: bool) -> None:
    match = world.propose()
    world.gate(match)
    world.tell(answer(match, "young-person", "yes"))
    world.decide(world.message(LeaderAnswers(match_id=match, place_id=PLACE, answer="yes", reason=None)))
    if not no_first:
        world.wait(NOW)
    no: Any = answer(match, "young-person", "no")
    if party == "leader":
        no = LeaderAnswers(match_id=match, place_id=PLACE, answer="no", reason=None)
    if no_first or party == "young-person":
        world.tell(no)
    else:
        with pytest.raises(Refused, match="state"):
            world.tell(no)
    assert world.match(match).state == ("declined" if no_first else "agreed")
    assert len(world.heard(MatchAgreed)) == (not no_first)


@pytest.mark.parametrize("yes_first", [True, False])
def test_the_leaders_yes_counts_when_it_comes_before_its_last_day_is_over(world: World, yes_first: bool) -> None:
    match, late = world.propose(), end_of(date(2026, 12, 7))
    if yes_first:
        world.wait(late - timedelta(seconds=1))
        world.leader(match, "yes")
        world.wait(late)
        assert world.match(match).state == "proposed"
    else:
        world.wait(late)
        with pytest.raises(Refused, match="state"):
            world.leader(match, "yes")
        assert world.match(match).reason == "expired"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (paused, "place-paused"),
        (intake.PlaceClosed(**about_place("closed"), reason="closed-down"), "place-closed"),
        (referral_cancelled(), "referral-over"),
        (referral_asked_back(), "referral-over"),
        (withdrawn(), "candidate-withdrawn"),
    ],
)
def test_the_end_of_something_ends_what_is_not_agreed(world: World, event: Any, reason: str) -> None:
    match = world.propose()
    world.leader(match, "yes")
    assert told(world.hear(event)) == [("cancelled", reason)]
    assert ("match", match) not in {key for key, _ in world.timers}


@pytest.mark.parametrize("event", [paused, referral_cancelled(), referral_asked_back(), withdrawn()])
def test_what_is_agreed_stands(world: World, event: Any) -> None:
    match = agreed_on(world)
    assert world.hear(event) == []
    assert world.match(match).state == "agreed"


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, tzinfo=NOW.tzinfo)  # midnight in Denmark in winter


def test_without_the_leaders_yes_the_match_expires_at_the_end_of_the_tenth_working_day(world: World) -> None:
    world.propose()
    assert world.wait(end_of(date(2026, 12, 7)) - timedelta(seconds=1)) == []
    assert told(world.wait(end_of(date(2026, 12, 7)))) == [("cancelled", "expired")]


LATER = date(2027, 1, 11)


def test_the_leaders_yes_holds_the_seat_for_ten_working_days_more(world: World) -> None:
    match = world.propose(start=LATER)
    world.wait(end_of(date(2026, 12, 4)) - timedelta(hours=12))
    world.leader(match, "yes")
    world.hear(answer(match, "young-person", "yes"))
    assert world.match(match).held_until == date(2026, 12, 18)
    assert world.wait(end_of(date(2026, 12, 7))) == []
    assert told(world.wait(end_of(date(2026, 12, 18)))) == [("cancelled", "expired")]  # the gate was not answered


def test_what_the_kommune_owes_is_called_late_by_the_gateway_alone(world: World) -> None:
    """Its yes may lie on its topic, unread: an outage of ours."""
    match = world.propose(start=LATER)
    world.leader(match, "yes")
    world.gate(match)
    assert world.wait(end_of(date(2026, 12, 14))) == []
    assert told(world.hear(answer(match, "young-person", "yes"))) == [("approved", "young-person"), ("agreed", "")]


def test_a_gate_that_nobody_answers_ends_the_waiting_after_a_late_yes_too(world: World) -> None:
    match = world.propose(start=LATER)
    world.leader(match, "yes")
    assert world.wait(end_of(date(2026, 12, 14))) == []
    world.hear(answer(match, "young-person", "yes"))
    assert world.match(match).held_until == date(2026, 12, 16)  # what people are told
    assert told(world.wait(end_of(date(2026, 12, 16)))) == [("cancelled", "expired")]


@given(today=st.dates(date(2026, 1, 1), date(2027, 12, 31)), days=st.integers(0, 60), more=st.sampled_from([None, 1]))
def test_the_last_day_is_before_the_first_and_today_counts_where_there_is_none(
    today: date, days: int, more: int | None
) -> None:
    start = today + timedelta(days=days)
    last = matches.last_day(start, today, more)
    assert today <= last <= start
    assert last < start or today == start
    assert last == min(add_working_days(today, more or 10), start - timedelta(days=1)) or last == today


@pytest.mark.parametrize(
    ("start", "by"),
    [
        (date(2026, 11, 23), date(2026, 11, 23)),  # today
        (date(2026, 11, 24), date(2026, 11, 23)),
        (date(2026, 12, 1), date(2026, 11, 30)),
        (date(2026, 12, 8), date(2026, 12, 7)),
        (date(2026, 12, 9), date(2026, 12, 7)),  # the tenth working day
    ],
)
def test_whatever_is_owed_is_owed_before_the_first_day(world: World, start: date, by: date) -> None:
    match = world.propose(start=start, profile=profile(**{"from": NOW.date()}), **PRAKTIK_SOON)
    assert world.last(MatchProposed).answer_by == by
    assert {until for _, until in matches.owed(world.match(match))} == {by}
    approved = next(event for event in world.leader(match, "yes") if isinstance(event, MatchApproved))
    assert approved.held_until == by, "the gate's day, and the seat's"
    assert {until for _, until in matches.owed(world.match(match))} == {by}


def test_a_first_day_that_has_passed_while_another_had_the_seat_is_asked_of_nobody(world: World) -> None:
    first, second = world.propose(0, start=LATER), world.propose(1, start=date(2026, 12, 1))
    world.leader(first, "yes")
    world.wait(end_of(date(2026, 12, 2)))
    ended = told(world.hear(answer(first, "young-person", "no")))
    assert ended == [("declined", "no-reason"), ("cancelled", "expired")]
    assert world.match(second).state == "cancelled"


def test_an_agreed_match_does_not_expire(world: World) -> None:
    agreed_on(world)
    assert world.timers == {}


def test_the_kommunes_yes_is_needed_where_the_form_needs_its_approval() -> None:
    assert matches.needed(terms()) == ("leader", "young-person")
    assert matches.needed(terms(form="VIRKSOMHEDSPRAKTIK")) == ("leader", "young-person", "kommune")
    wage = terms(place(forms=("LOENTILSKUD",)), profile=profile(forms=("LOENTILSKUD",)))
    assert matches.needed(wage) == ("leader", "young-person", "kommune")


def extra_questions(at: Place, *, under_18: bool = False, **proposal: Any) -> set[str]:
    asked = matches.questions(terms(at, **proposal), at, under_18=under_18)
    assert asked[: len(matches.ALWAYS)] == matches.ALWAYS
    return set(asked) - set(matches.ALWAYS)


def test_the_gate_asks_more_of_praktik_and_wage_subsidy() -> None:
    assert extra_questions(place()) == set()
    assert extra_questions(place(), form="VIRKSOMHEDSPRAKTIK") == {"next-step-planned", "employee-representative-heard"}
    assert extra_questions(place(), form="LOENTILSKUD") == {"employee-representative-heard"}


def test_the_gate_asks_for_a_check_of_flagged_tasks_for_15_to_17() -> None:
    assert extra_questions(place(), under_18=True) == {"u18-task-confirmed"}
    assert extra_questions(place(), under_18=True, tasks=("viden_data-01",)) == set()
    assert extra_questions(place(), under_18=True, tasks=("a-task-of-tomorrow",)) == {"u18-task-confirmed"}


def test_after_an_early_end_the_gate_asks_for_a_slower_match() -> None:
    burnt = place().changed(early_end=True)
    assert extra_questions(burnt) == {"slow-match-considered"}
