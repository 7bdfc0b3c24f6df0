"""What one event counts, in memory."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from metrics import figures
from metrics.handlers import handlers
from metrics.rows import Moment, Total
from metrics.state.places import Place
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
    assert Moment("agreed", MATCH, MATCH, NOON) in moments
    assert Moment("started", MATCH, PLACEMENT, NOON) in moments
