"""What one event counts, in memory."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from metrics import figures
from metrics.handlers import handlers
from metrics.rows import Moment, Total
from metrics.rules import MOST_KICKOFFS
from metrics.state.placements import Placement
from metrics.state.places import Place
from metrics.state.referrals import Referral
from shared.events import followup, intake, matching
from shared.events import municipality_gateway as gateway
from shared.events.base import Event
from tests.harness import World

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
PLACE, LEADER, COMPANY, REFERRAL, MATCH, PLACEMENT, CHALLENGE, CANDIDATE, STAGE = (str(uuid4()) for _ in range(9))


def taken(*events: Event) -> list[Any]:
    """All rows that these events write, one after the other."""
    world = World(handlers, NOON)
    for event in events:
        world.tell(event)
    return world.rows


def totals(*events: Event) -> dict[tuple[str, ...], tuple[int, int]]:
    """(counter, labels ...) -> (value, corrected)"""
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for row in taken(*events):
        if isinstance(row, Total):
            value, corrected = found.get((row.counter, *row.labels), (0, 0))
            found[row.counter, *row.labels] = value + row.value, corrected + row.corrected
    return found


def referral(kind: type[Event], kommune: str = "0561", **more: Any) -> Event:
    ids = {"referral_id": REFERRAL, "place_id": PLACE, "leader_id": LEADER, "company_id": COMPANY, "kommune": kommune}
    return kind.model_validate({**ids, "state": "requested", "business_status": "x", **more})


def sent(kommune: str = "0561", place_kommune: str = "0561", **more: Any) -> Event:
    asked = {"contact_id": LEADER, "contact_role": "entrance", "why": "own", "minutes": 0, "answer_by": "2026-11-30"}
    of_place = {"round": 1, "seats": 1, "place_version": 1, "place_kommune": place_kommune}
    return referral(gateway.ReferralSent, kommune, **{**asked, **of_place, **more})


def match(kind: type[Event], **more: Any) -> Event:
    ids = {"match_id": MATCH, "place_id": PLACE, "referral_id": REFERRAL, "leader_id": LEADER, "kommune": "0410"}
    terms = {"form": "SMAAJOB", "hours": 12, "times_of_day": ["day"], "tasks": [], "start": "2026-12-01"}
    asked = {"reply_id": "r", "terms": terms, "approvals_needed": [], "gate": [], "answer_by": "2026-12-01"}
    agreed = {"approvals": [], "seats_left": 0, "contact_id": LEADER, "company_id": COMPANY}
    return kind.model_validate({**ids, "candidate_id": CANDIDATE, "place_kommune": "0607", **asked, **agreed, **more})


def placement(kind: type[Event], **more: Any) -> Event:
    ids = {"placement_id": PLACEMENT, "match_id": MATCH, "place_id": PLACE, "referral_id": REFERRAL}
    about = {**ids, "leader_id": LEADER, "company_id": COMPANY, "candidate_id": CANDIDATE, "kommune": "0410"}
    stage = {"stage_id": STAGE, "form": "SMAAJOB", "hours": 12, "times_of_day": [], "tasks": [], "from": "2026-12-01"}
    return kind.model_validate({**about, "stage": stage, "contact_id": LEADER, "on": "2026-12-01", **more})


MATCHED = (match(matching.MatchProposed), match(matching.MatchAgreed))
STARTED = (placement(followup.PlacementPlanned), placement(followup.PlacementStarted))
RAISED = followup.ChallengeRaised(
    challenge_id=CHALLENGE, about="placement", about_id=PLACEMENT, placement_id=PLACEMENT, code="C-PACE"
)
MISTAKEN = placement(followup.PlacementEnded, how="early", reason="entered-in-error", form="SMAAJOB")


def test_only_the_first_answer_of_a_referral_counts() -> None:
    held = referral(gateway.ReferralOnHold, reason="wait-candidate", until="2026-12-10")
    found = totals(sent(), held, referral(gateway.ReferralAccepted), referral(gateway.ReferralRejected, reason="tasks"))
    answers = {key: value for key, value in found.items() if key[0] == figures.REFERRALS_ANSWERED.name}
    assert answers == {(figures.REFERRALS_ANSWERED.name, "0561", "on-hold"): (1, 0)}


def test_the_test_kommune_counts_nowhere_neither_as_the_asked_one_nor_as_the_places() -> None:
    for asked, own in (("9999", "0561"), ("0561", "9999")):
        accepted = referral(gateway.ReferralAccepted, asked, company_known=False)
        assert taken(sent(asked, own), accepted, referral(gateway.ReferralLeaderContacted, asked, at=NOON)) == []


def test_a_company_that_a_kommune_met_in_error_is_met_anew_by_the_next_referral() -> None:
    met = (sent(), referral(gateway.ReferralAccepted, company_known=False))
    mistaken = referral(gateway.ReferralCancelled, reason="entered-in-error", by="consultant")
    another = str(uuid4())
    again = tuple(event.model_validate({**event.model_dump(), "referral_id": another}) for event in met)
    new = (figures.COMPANIES_NEW.name, "0561")
    assert totals(*met)[new] == (1, 0)
    assert totals(*met, mistaken, mistaken)[new] == (1, 1)
    assert totals(*met, mistaken, *again)[new] == (2, 1)
    assert totals(*met, *again, mistaken)[new] == (2, 1)


def test_what_a_newer_build_wrote_of_a_place_is_kept() -> None:
    world = World(handlers, NOON)
    about = {"place_id": PLACE, "leader_id": LEADER, "company_id": COMPANY, "kommune": "0561"}
    place = Place.model_validate({"id": PLACE, "state": "open", "seats": 2, "of_tomorrow": 1})
    world.states[place.key] = place
    world.tell(intake.PlacePaused.model_validate({**about, "state": "paused", "reason": "busy"}))
    assert world.get(Place, PLACE) == place.changed(state="paused")


def test_a_match_across_a_border_counts_for_the_young_persons_kommune() -> None:
    found = totals(*MATCHED)
    assert found[figures.MATCHES_AGREED.name, "0410"] == (1, 0)
    assert found[(figures.MATCHES_CROSS_BORDER.name,)] == (1, 0)


def test_what_was_entered_in_error_corrects_all_that_it_counted_whichever_came_first() -> None:
    late = totals(*MATCHED, *STARTED, MISTAKEN, RAISED)
    assert late == totals(*MATCHED, *STARTED, RAISED, MISTAKEN)
    assert late[figures.CHALLENGES.name, "C-PACE"] == (1, 1)
    assert all(value == corrected for value, corrected in late.values())
    assert totals(*MATCHED, *STARTED, MISTAKEN, MISTAKEN)[(figures.MATCHES_PROPOSED.name,)] == (1, 1)


def test_an_outcome_told_twice_for_one_time_of_asking_counts_once() -> None:
    told = [
        placement(followup.PlacementOutcomeRecorded, outcome="O-ORDINARY", hours=30, when=when, by="kommune")
        for when in ("0", "0", "3")
    ]
    found = totals(*MATCHED, *STARTED, *told)
    assert found[figures.OUTCOMES.name, "O-ORDINARY", "0"] == (1, 0)
    assert found[figures.OUTCOMES.name, "O-ORDINARY", "3"] == (1, 0)


def test_a_start_belongs_to_the_journey_of_its_match() -> None:
    moments = [row for row in taken(*MATCHED, *STARTED) if isinstance(row, Moment)]
    assert Moment("agreed", MATCH, MATCH, NOON, kommune="0410", follows=PLACE) in moments
    assert Moment("started", MATCH, PLACEMENT, NOON) in moments


def about_place(kommune: str, **more: Any) -> dict[str, Any]:
    ids = {"place_id": PLACE, "leader_id": LEADER, "company_id": COMPANY, "workplace_id": COMPANY, "contact_id": LEADER}
    terms = {
        "postnr": "6700", "tasks": (), "hours_from": 10, "hours_to": 30, "times_of_day": (), "forms": (), "seats": 1,
        "purpose": "clarification", "guidance": "page", "max_kommuner": 3, "at_once": "several",
        "agreed_at": "2026-11-02",
    }  # fmt: skip
    return {**ids, **terms, "kommune": kommune, "state": "open", **more}


def opened_in(*kommuner: str) -> dict[str, tuple[int, int]]:
    """Opened in the first, and moved to each of the others."""
    first, *others = (about_place(kommune) for kommune in kommuner)
    moves = [intake.PlaceChanged.model_validate({**other, "changes": ("kommune",)}) for other in others]
    found = totals(intake.PlaceOpened.model_validate(first), *moves)
    return {key[1]: value for key, value in found.items() if key[0] == figures.PLACES_OPENED.name}


def test_a_place_whose_kommune_is_set_right_counts_in_the_right_one_and_once_in_all() -> None:
    assert opened_in("0607", "0607") == {"0607": (1, 0)}
    assert opened_in("0607", "0621") == {"0607": (1, 1), "0621": (1, 0)}
    assert opened_in("0607", "0621", "0607") == {"0607": (2, 1), "0621": (1, 1)}


def test_a_place_that_moves_out_of_or_into_the_test_kommune_counts_while_it_is_a_real_one() -> None:
    assert opened_in("9999", "0621") == {"0621": (1, 0)}
    assert opened_in("0607", "9999") == {"0607": (1, 1)}


def test_a_place_of_an_older_build_moves_without_counting_twice() -> None:
    world = World(handlers, NOON)
    old = Place(id=PLACE, state="open", seats=1)
    world.states[old.key] = old
    world.tell(intake.PlaceChanged.model_validate({**about_place("0621", seats=3), "changes": ("seats",)}))
    assert world.rows == []
    assert world.get(Place, PLACE).seats == 3


def test_a_code_that_is_in_no_list_counts_as_other() -> None:
    about = {"leader_id": LEADER, "attempt": 1}
    calls = [intake.LeaderCalled(**about, kommune="0561", outcome=f"made-up-{n}") for n in range(300)]
    assert totals(*calls) == {(figures.CALLS.name, "other"): (300, 0)}
    found = totals(sent("0000"), referral(gateway.ReferralRejected, "0000", reason="tasks"))
    assert (figures.REFERRALS_SENT.name, "other", "own") in found
    assert (figures.REFERRALS_ANSWERED.name, "other", "rejected") in found


def test_what_counts_as_other_is_corrected_there() -> None:
    mistaken = referral(gateway.ReferralCancelled, "0000", reason="entered-in-error", by="consultant")
    assert totals(sent("0000"), mistaken) == {(figures.REFERRALS_SENT.name, "other", "own"): (1, 1)}


def test_three_hundred_kickoffs_do_not_make_three_hundred_series() -> None:
    def joined(n: int) -> Event:
        ids = {"leader_id": str(uuid4()), "company_id": str(uuid4()), "workplace_id": str(uuid4())}
        about = {**ids, "kommune": "0561", "first_of_company": True}
        return intake.LeaderSignedUp.model_validate({**about, "kickoff": f"kickoff-{n}"})

    found = totals(*(joined(n) for n in (*range(300), 7)))
    kickoffs = {key[1]: value for key, value in found.items() if key[0] == figures.COMPANIES.name}
    assert len(kickoffs) == MOST_KICKOFFS + 1
    assert kickoffs["other"] == (300 - MOST_KICKOFFS, 0)
    assert kickoffs["kickoff-7"] == (2, 0)


def test_help_at_a_place_of_the_test_kommune_counts_nowhere() -> None:
    opened = intake.PlaceOpened.model_validate(about_place("9999"))
    about = {"intervention_id": str(uuid4()), "place_id": PLACE, "code": "I-PACE", "by": "leader"}
    assert taken(opened, followup.InterventionJudged.model_validate({**about, "result": "solved"})) == []


def test_a_referral_that_is_being_asked_back_is_open_in_the_state_that_it_says() -> None:
    world = World(handlers, NOON)
    asked = {"state": "in-progress", "reason": "place-paused", "due_by": "2026-12-01"}
    for event in (sent(), referral(gateway.ReferralCancellationRequested, **asked)):
        world.tell(event)
    assert world.get(Referral, REFERRAL).state == "in-progress"


def paid_hours(*events: Event) -> float:
    world = World(handlers, NOON)
    for event in (*MATCHED, *STARTED, *events):
        world.tell(event)
    return world.get(Placement, PLACEMENT).paid_hours


def became(outcome: str, hours: float | None, when: str) -> Event:
    return placement(followup.PlacementOutcomeRecorded, outcome=outcome, hours=hours, when=when, by="consultant")


ENDED = placement(followup.PlacementEnded, how="as-planned", reason="goal-reached", form="SMAAJOB")


def test_paid_hours_are_the_stages_while_it_runs_and_then_those_of_all_outcomes_of_the_latest_time_of_asking() -> None:
    job, student = became("O-ORDINARY", 30, "0"), became("O-STUDENTJOB", 8, "6")
    assert paid_hours() == 12
    assert paid_hours(became("O-ORDINARY", 30, "living")) == 12
    assert paid_hours(became("O-ORDINARY", 30, "living"), ENDED) == 30
    assert paid_hours(ENDED) == 0
    assert paid_hours(ENDED, job, became("O-ORDINARY", 32, "3")) == 32
    assert paid_hours(ENDED, became("O-ORDINARY", 32, "6"), student, job) == 40
    assert paid_hours(ENDED, job, became("O-JOBSEEKING", None, "12")) == 0


def test_an_outcome_of_a_mistake_is_corrected_too() -> None:
    found = totals(*MATCHED, *STARTED, MISTAKEN, became("O-ORDINARY", 30, "0"))
    assert found[figures.OUTCOMES.name, "O-ORDINARY", "0"] == (1, 1)


def test_what_a_leader_learns_counts_each_time_and_not_in_the_test_kommune() -> None:
    noted = intake.LeaderDevelopmentNoted(leader_id=LEADER, kommune="0561", codes=("patience", "feedback"))
    found = totals(noted, noted.changed(codes=("patience",)), noted.changed(kommune="9999"))
    assert found == {(figures.DEVELOPMENT.name, "patience"): (2, 0), (figures.DEVELOPMENT.name, "feedback"): (1, 0)}


def test_a_certificate_counts_with_its_placement() -> None:
    issued = placement(followup.PlacementCertificateIssued, certificate_id=STAGE, competences=())
    assert totals(*MATCHED, *STARTED, issued)[(figures.CERTIFICATES.name,)] == (1, 0)
    assert totals(*MATCHED, *STARTED, MISTAKEN, issued)[(figures.CERTIFICATES.name,)] == (1, 1)


def corrected(what: str, **now: Any) -> Event:
    return placement(followup.PlacementCorrected, what=what, **{"stage": None, "on": None, **now})


def test_another_outcome_is_counted_and_the_wrong_one_told_as_corrected() -> None:
    job = became("O-ORDINARY", 30, "0")
    other = corrected("outcome", before="O-ORDINARY", before_when="0", outcome="O-SMAAJOB", hours=8, when="0")
    found = totals(*MATCHED, *STARTED, ENDED, job, other)
    assert found[figures.OUTCOMES.name, "O-ORDINARY", "0"] == (1, 1)
    assert found[figures.OUTCOMES.name, "O-SMAAJOB", "0"] == (1, 0)
    assert paid_hours(ENDED, job, other) == 8
    none = corrected("outcome", before="O-ORDINARY", before_when="0")
    assert paid_hours(ENDED, became("O-SMAAJOB", 5, "living"), job, none) == 5
    later = totals(*MATCHED, *STARTED, job, other, MISTAKEN)
    assert later[figures.OUTCOMES.name, "O-ORDINARY", "0"] == (1, 1)  # not twice
    assert later[figures.OUTCOMES.name, "O-SMAAJOB", "0"] == (1, 1)


def test_hours_put_right_change_the_paid_hours_and_no_counter() -> None:
    job = became("O-ORDINARY", 30, "0")
    hours = corrected("outcome", before="O-ORDINARY", before_when="0", outcome="O-ORDINARY", hours=20, when="0")
    found = totals(*MATCHED, *STARTED, ENDED, job, hours)
    assert {v - c for (name, *_), (v, c) in found.items() if name == figures.OUTCOMES.name} == {1}
    assert paid_hours(ENDED, job, hours) == 20


def test_an_end_that_was_another_counts_as_that() -> None:
    early = corrected("end", before="as-planned", how="early", reason="too-demanding", on="2026-12-20")
    found = totals(*MATCHED, *STARTED, ENDED, early)
    assert found[figures.PLACEMENTS_ENDED.name, "as-planned"] == (1, 1)
    assert found[figures.PLACEMENTS_ENDED.name, "early"] == (1, 0)
    mistaken = corrected("end", before="as-planned", how="early", reason="entered-in-error", on="2026-12-20")
    assert all(value == wrong for value, wrong in totals(*MATCHED, *STARTED, ENDED, mistaken).values())


def test_an_error_that_was_none_counts_again() -> None:
    mistaken = corrected("end", before="as-planned", how="as-planned", reason="entered-in-error", on="2026-12-20")
    right = corrected("end", before="as-planned", how="early", reason="too-demanding", on="2026-12-20")
    at_once, in_the_end = totals(*MATCHED, *STARTED, ENDED, right), totals(*MATCHED, *STARTED, ENDED, mistaken, right)
    assert {key: v - c for key, (v, c) in in_the_end.items()} == {key: v - c for key, (v, c) in at_once.items()}


def test_a_stage_of_another_form_is_another_beginning_and_another_change() -> None:
    second = {"stage_id": str(uuid4()), "form": "ORDINAER", "hours": 30, "times_of_day": [], "tasks": []}
    grown = placement(
        followup.PlacementStageChanged, stage={**second, "from": "2027-01-01"}, from_form="SMAAJOB", from_hours=12
    )
    first = {"stage_id": STAGE, "form": "LOENTILSKUD", "hours": 20, "times_of_day": [], "tasks": []}
    right = corrected("stage", before="SMAAJOB", stage={**first, "from": "2026-12-01"})
    found = totals(*MATCHED, *STARTED, grown, right)
    assert found[figures.PLACEMENTS_STARTED.name, "SMAAJOB"] == (1, 1)
    assert found[figures.PLACEMENTS_STARTED.name, "LOENTILSKUD"] == (1, 0)
    assert found[figures.STAGE_CHANGES.name, "SMAAJOB", "ORDINAER"] == (1, 1)
    assert found[figures.STAGE_CHANGES.name, "LOENTILSKUD", "ORDINAER"] == (1, 0)
    assert paid_hours(grown, right) == 30  # not the present one
    now = corrected("stage", before="ORDINAER", stage={**second, "hours": 25, "from": "2027-01-01"}, present=True)
    assert paid_hours(grown, now) == 25


def test_a_call_put_right_is_counted_as_it_was_and_the_wrong_one_told_as_corrected() -> None:
    call = {"leader_id": LEADER, "kommune": "0561", "attempt": 1}
    wrong, right = (
        intake.LeaderCalled(**call, outcome="reached"),
        intake.LeaderCallCorrected(**call, outcome="no-answer", before="reached"),
    )
    assert totals(wrong, right) == {
        (figures.CALLS.name, "reached"): (1, 1),
        (figures.CALLS.name, "no-answer"): (1, 0),
    }
    assert totals(wrong, right.changed(outcome="reached")) == {(figures.CALLS.name, "reached"): (1, 0)}
