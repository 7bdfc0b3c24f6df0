"""What a kommune still owes, as its page asks for it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from municipality_gateway.pages import acts
from municipality_gateway.rules import cases
from municipality_gateway.state.matches import Answer, Match
from municipality_gateway.state.placements import Challenge, Help, Placement, Stage
from shared.events import followup, matching
from shared.spine.decision import Refused
from tests.unit.municipality_gateway.world import (
    CANDIDATE,
    ESBJERG,
    MATCH,
    PLACE,
    PLACEMENT,
    STAGE,
    TERMS,
    agreed,
    asked,
    match_event,
    placement_event,
    planned,
    proposed,
    stage,
)

MONDAY = date(2026, 11, 23)
PRAKTIK = stage(form="VIRKSOMHEDSPRAKTIK", to="2027-01-15", next_step="SMAAJOB")
OF = {"kommune": ESBJERG, "place_id": PLACE, "referral_id": "r", "candidate_id": CANDIDATE}
LIVES = Placement(id=PLACEMENT, match_id=MATCH, **OF)


def its_stage(**other: Any) -> Stage:
    facts = {"id": STAGE, "kommune": ESBJERG, "placement_id": PLACEMENT, "place_id": PLACE, "plan": PRAKTIK}
    return Stage(**facts | other)


def test_a_proposal_and_a_stage_are_kept_with_what_they_are_about() -> None:
    gateway, referral = asked()
    proposed(gateway)
    match = gateway.get(Match, MATCH)
    assert (match.terms, match.answer_by) == (TERMS, date(2026, 12, 7))
    gateway.tell(agreed(gateway))
    gateway.tell(planned(gateway))
    kept = gateway.get(Stage, STAGE)
    assert (kept.referral_id, kept.plan) == (referral, stage())
    gateway.tell(
        placement_event(followup.PlacementCorrected, gateway, what="stage", stage_id=STAGE, stage=stage(hours=9))
    )
    assert gateway.get(Stage, STAGE).plan == stage(hours=9)
    gateway.tell(placement_event(followup.PlacementCancelled, gateway, reason="did-not-come"))
    assert gateway.get(Placement, PLACEMENT).over


@pytest.mark.parametrize(
    ("found", "placement", "may"),
    [
        (its_stage(), LIVES, True),
        (its_stage(plan=stage()), LIVES, False),  # a job needs no yes of the kommune's
        (its_stage(void=True), LIVES, False),
        (its_stage(plan=None), LIVES, False),  # an older build has heard of it
        (its_stage(), LIVES.changed(over=True), False),
        (its_stage(), None, False),
    ],
)
def test_a_stage_of_a_form_that_needs_it_may_be_approved_while_the_placement_lives(
    found: Stage, placement: Placement | None, may: bool
) -> None:
    assert cases.may_be_approved(found, placement) is may


def test_a_stage_waits_until_somebody_said_yes_to_it_or_to_the_match_that_it_is() -> None:
    assert cases.waits_for_approval(its_stage(), [], MONDAY)
    no = Answer(party="kommune", answer="no")
    assert not cases.waits_for_approval(its_stage(answer=no), [], MONDAY)
    assert not cases.waits_for_approval(its_stage(), [], date(2027, 1, 16)), "it is over"
    yes: dict[str, Any] = {"party": "kommune", "answer": "yes", "form": PRAKTIK.form, "hours": 12}
    covers = Answer(**yes, **{"from": date(2026, 12, 14), "to": date(2027, 1, 15)})
    short = Answer(**yes, **{"from": date(2026, 12, 14), "to": date(2027, 1, 8)})
    for answer, waits in ((covers, False), (short, True)):
        match = Match(id=MATCH, reply_id="x", state="agreed", answers=(answer,), **OF)
        assert cases.waits_for_approval(its_stage(), [match], MONDAY) is waits


def at(hour: int) -> datetime:
    return datetime(2026, 11, 23, hour, tzinfo=UTC)


OVER = Match(
    id=MATCH, reply_id="x", state="over", by="leader", reason="hours", proposed_at=at(8), settled_at=at(10), **OF
)


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        ({}, True),
        ({"proposed_at": at(9)}, True),  # it was there before
        ({"proposed_at": at(11)}, False),
        ({"state": "agreed", "proposed_at": at(9), "settled_at": at(11)}, False),
        ({"state": "agreed", "proposed_at": at(9), "settled_at": at(9)}, True),
    ],
)
def test_that_it_came_to_nothing_stands_on_top_until_something_has_followed(
    other: dict[str, Any], is_told: bool
) -> None:
    second = Match(id=PLACEMENT, reply_id="y", **OF).changed(**other)
    assert cases.unanswered([OVER, second]) == ([OVER] if is_told else [])


def test_how_it_ended_is_kept_and_a_yes_taken_back_is_told_apart_from_a_no() -> None:
    for party in (None, "leader"):
        gateway, _ = asked()
        proposed(gateway)
        if party:
            gateway.tell(match_event(matching.MatchApproved, gateway, party=party))
        gateway.tell(match_event(matching.MatchDeclined, gateway, party="leader", reason="hours"))
        kept = gateway.get(Match, MATCH)
        assert (kept.by, kept.reason, kept.settled_at) == ("leader", "hours", gateway.now)
        assert cases.end(kept) == ("leader-back" if party else "leader")


def test_what_an_older_build_saw_the_end_of_is_no_news() -> None:
    assert cases.end(OVER.changed(by=None, reason=None, settled_at=None)) is None


def test_an_agreement_begins_until_its_first_day() -> None:
    match = OVER.changed(state="agreed", terms=TERMS)
    assert cases.begins(match, TERMS.start)
    assert not cases.begins(match, TERMS.start + timedelta(days=1))
    assert not cases.begins(OVER.changed(terms=TERMS), TERMS.start)


def test_help_is_wanted_until_it_is_given_or_refused() -> None:
    hard = Challenge(id="c", kommune=ESBJERG, placement_id=PLACEMENT, place_id=PLACE)
    assert cases.wants_help(hard)
    assert cases.wants_help(hard.changed(answer=Help(answer="later")))
    assert not cases.wants_help(hard.changed(answer=Help(answer="refused")))


@pytest.mark.parametrize("rule", ["date-order", "missing-field", "not-yours", "rule:R-HOLD", "state"])
def test_a_refusal_is_told_on_a_page_without_the_words_of_the_contract(rule: str) -> None:
    told = acts.in_words(rule, "referral_id", "Datoen i `until`.", "The date in `until`.")
    assert isinstance(told, Refused)
    assert "`" not in told.da + told.en


def test_what_was_derived_from_another_field_is_wrong_there() -> None:
    assert acts.in_words("R-FIT-HOURS", "profile.hours", "For mange.", "Too many.").field == "hours"
