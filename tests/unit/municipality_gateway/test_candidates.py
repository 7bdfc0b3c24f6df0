"""Somebody is registered, or withdrawn."""

from shared.events import municipality_gateway as say
from tests.unit.municipality_gateway.world import (
    CANDIDATE,
    ESBJERG,
    FANOE,
    PROFILE,
    asked,
    proposed,
)

CANDIDATES = "municipality-gateway.candidates.v1"


def test_a_candidate_is_withdrawn_once_and_only_by_its_own_kommune() -> None:
    gateway, _ = asked()
    gone = {"candidate_id": CANDIDATE, "reason": "education"}
    assert gateway.reply(ESBJERG, "candidate-withdrawn", gone) == "unknown-id"
    proposed(gateway)
    assert gateway.reply(FANOE, "candidate-withdrawn", gone) == "not-yours"
    gateway.news(CANDIDATES)
    assert gateway.reply(ESBJERG, "candidate-withdrawn", gone) == "taken"
    assert gateway.reply(ESBJERG, "candidate-withdrawn", gone) == "taken"
    assert gateway.news(CANDIDATES) == ["candidate.withdrawn"]


def test_a_young_person_is_registered_for_suggestions_and_said_again_it_counts_anew() -> None:
    gateway, _ = asked()
    person = {"candidate_id": CANDIDATE, "profile": PROFILE}
    assert gateway.reply(ESBJERG, "candidate-registered", person, id="en") == "taken"
    told = gateway.last(say.CandidateRegistered)
    assert (told.kommune, told.candidate_id, told.reply_id, told.profile.reach) == (ESBJERG, CANDIDATE, "en", 45)
    assert gateway.reply(ESBJERG, "candidate-registered", person) == "taken"
    assert gateway.news(CANDIDATES) == ["candidate.registered", "candidate.changed"]
    assert "strengths" not in str(gateway.states)  # a profile is told, and not kept


def test_who_was_withdrawn_can_be_registered_again() -> None:
    gateway, _ = asked()
    person = {"candidate_id": CANDIDATE, "profile": PROFILE}
    gateway.reply(ESBJERG, "candidate-registered", person)
    assert gateway.reply(FANOE, "candidate-withdrawn", {"candidate_id": CANDIDATE, "reason": "moved"}) == "not-yours"
    assert gateway.reply(ESBJERG, "candidate-withdrawn", {"candidate_id": CANDIDATE, "reason": "moved"}) == "taken"
    gateway.reply(ESBJERG, "candidate-registered", person)
    assert gateway.news(CANDIDATES) == ["candidate.registered", "candidate.withdrawn", "candidate.registered"]
