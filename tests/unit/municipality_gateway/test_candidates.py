"""Somebody is withdrawn."""

from tests.unit.municipality_gateway.world import (
    CANDIDATE,
    ESBJERG,
    VARDE,
    asked,
    proposed,
)

CANDIDATES = "municipality-gateway.candidates.v1"


def test_a_candidate_is_withdrawn_once_and_only_by_its_own_kommune() -> None:
    gateway, _ = asked()
    gone = {"candidate_id": CANDIDATE, "reason": "education"}
    assert gateway.reply(ESBJERG, "candidate-withdrawn", gone) == "unknown-id"
    proposed(gateway)
    assert gateway.reply(VARDE, "candidate-withdrawn", gone) == "not-yours"
    gateway.news(CANDIDATES)
    assert gateway.reply(ESBJERG, "candidate-withdrawn", gone) == "taken"
    assert gateway.reply(ESBJERG, "candidate-withdrawn", gone) == "taken"
    assert gateway.news(CANDIDATES) == ["candidate.withdrawn"]
