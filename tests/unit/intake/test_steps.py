"""What comes next, in words: to a leader, and to a consultant."""

import re
from datetime import date, timedelta
from typing import Any, get_args

import pytest

from intake import texts
from intake.queries.day import WHERE
from intake.queries.steps import StepView, headline, steps
from intake.queries.turns import Found, turns, yeses
from intake.rules import day as rules
from intake.state.day import Asked, Challenge, Match, Placement
from intake.state.leaders import Leader
from intake.state.places import Past
from intake.state.referrals import Referral
from shared.events import followup, matching
from shared.events import municipality_gateway as gateway
from shared.service import services
from shared.settings import Settings
from shared.web.access import access_of_routes
from tests.contracts import examples
from tests.contracts.examples import story
from tests.unit.intake.standing import (
    ABOUT,
    ACCEPTED,
    CHALLENGE,
    CONTACT,
    EVER,
    GUIDED,
    MATCH,
    OF_MATCH,
    OF_PLACEMENT,
    OTHER,
    PLACEMENT,
    PROPOSED,
    SENT,
    STAGE,
    TODAY,
    heard,
    in_state,
    known,
    line,
    lines_of,
    living,
    next_steps,
    over,
    said,
)
from tests.unit.intake.world import COMPANY, LEADER, NOW, PLACE, REFERRAL, World, leader, place


def test_what_is_hers_and_then_help_comes_before_a_call_that_is_to_come_and_that_before_the_kommunes() -> None:
    def step(what: str, who: str | None) -> StepView:
        return StepView.model_validate({"what": what, "who": who, "da": what, "en": what})

    call, nothing = step("call", "consultant"), step("with-places", None)
    asked, hers, help_ = step("with-kommune", "kommune"), step("leader-yes", "leader"), step("help", "consultant")
    assert headline([[asked], [hers], [help_]], call) == hers
    assert headline([[asked], [help_]], call) == help_
    assert headline([[asked]], call) == call
    assert headline([[help_], [asked]], nothing) == help_
    assert headline([[asked], [step("over", None)]], nothing) == asked
    assert headline([], nothing) == nothing


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
    for what, sentence in texts.SAID.items():
        assert not re.search("match|forløb", sentence, re.IGNORECASE), what


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
    put_right = said(
        followup.PlacementCorrected, OF_PLACEMENT, what="outcome", outcome="O-JOBSEEKING", when="0",
        before="O-ORDINARY", before_when="0",
    )  # fmt: skip
    told = [texts.sentence(past) for past in world.place.history]
    assert told[-1] == "Det førte til noget godt: »Ansat i ordinært job«. Tillykke!"
    world.tell(put_right)
    assert [texts.sentence(past) for past in world.place.history] == told[:-1]
    assert rules.success(world.get(Placement, PLACEMENT)) is None
    world.tell(put_right.changed(what="end", reason="education", outcome=None))
    assert rules.success(world.get(Placement, PLACEMENT)) == "education"


def test_of_several_outcomes_the_best_of_the_latest_asking_counts_and_one_taken_back_leaves_the_other() -> None:
    world = over("period-over", "O-EDUCATION")
    by = {"hours": 8, "on": TODAY, "by": "consultant"}
    world.tell(said(followup.PlacementOutcomeRecorded, OF_PLACEMENT, outcome="O-STUDENTJOB", when="0", **by))
    assert rules.success(world.get(Placement, PLACEMENT)) == "education"
    gone = {"what": "outcome", "before": "O-STUDENTJOB", "before_when": "0"}
    world.tell(said(followup.PlacementCorrected, OF_PLACEMENT, **gone))
    assert rules.success(world.get(Placement, PLACEMENT)) == "education"
    world.tell(said(followup.PlacementOutcomeRecorded, OF_PLACEMENT, outcome="O-UNKNOWN", when="3", **by))
    assert rules.success(world.get(Placement, PLACEMENT)) == "education"


def test_an_end_that_is_put_right_is_told_as_it_was() -> None:
    world = over("education")
    now = {"what": "end", "reason": "period-over", "how": "as-planned", "before": "as-planned"}
    world.tell(said(followup.PlacementCorrected, OF_PLACEMENT, **now))
    told = [texts.sentence(past) for past in world.place.history]
    assert "En aftale hos jer er slut. Tak for indsatsen." in told
    assert not any("uddannelse" in line for line in told)


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


def test_a_place_that_is_stopped_says_what_stops_it() -> None:
    told = texts.sentence(Past(on=TODAY, what="blocked", reason="R-SHOP-FLOOR"))
    assert told.endswith("men afdelingen, der skal tage imod, er ikke klar.")
    assert texts.sentence(Past(on=TODAY, what="blocked", reason="R-OF-TOMORROW")).endswith("taler med dig om det.")
