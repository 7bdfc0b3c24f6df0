"""A shared entrance proposes a young person of the other kommune, which owns what follows; both hear and may answer."""

import pytest

from municipality_gateway.state.matches import Match
from municipality_gateway.state.placements import Placement
from shared.events import matching
from shared.events import municipality_gateway as say
from shared.events.kommune import referrals as copy
from tests.unit.municipality_gateway.world import (
    CANDIDATE,
    ESBJERG,
    FANOE,
    MATCH,
    PLACEMENT,
    PROPOSAL,
    Gateway,
    agreed,
    asked,
    match_event,
    planned,
    proposed,
    stage,
)  # fmt: skip

TO_ESBJERG, TO_FANOE = f"k.{ESBJERG}.referrals.v1", f"k.{FANOE}.referrals.v1"


def shared() -> Gateway:
    """Esbjerg has proposed somebody from Fanø, and it is possible."""
    gateway, _ = asked()
    proposed(gateway, kommune=FANOE)
    return gateway


def copies(gateway: Gateway, what: str) -> list[str]:
    """On whose topics."""
    return [topic for topic in (TO_ESBJERG, TO_FANOE) if what in gateway.types(topic)]


def test_whom_a_shared_entrance_proposes_is_the_other_kommunes() -> None:
    gateway = shared()
    assert gateway.last(say.CandidateProposed).kommune == FANOE
    match = gateway.get(Match, MATCH)
    assert (match.kommune, match.entrance) == (FANOE, ESBJERG)
    assert copies(gateway, "match.proposed") == [TO_ESBJERG, TO_FANOE]


@pytest.mark.parametrize("who", [ESBJERG, FANOE])
def test_either_may_answer_and_it_is_the_young_persons_kommune_that_has_answered(who: str) -> None:
    gateway = shared()
    yes = {"match_id": MATCH, "answer": "yes"}
    assert gateway.reply(who, "young-person-answered", yes, id="ja", offset=9) == "taken"
    assert gateway.last(say.MatchAnswered).kommune == FANOE
    late = match_event(matching.MatchAnswerRefused, gateway, reply_id="ja", field="match_id", rule="no-seat")
    gateway.tell(late.changed(kommune=FANOE))
    assert copies(gateway, "reply.refused") == [f"k.{who}.referrals.v1"]  # who has said it
    assert gateway.last(copy.ReplyRefused).offset == 9


def test_a_placement_and_its_stages_go_the_same_way() -> None:
    gateway = shared()
    gateway.tell(agreed(gateway, kommune=FANOE))
    gateway.tell(planned(gateway).changed(kommune=FANOE))
    placement = gateway.get(Placement, PLACEMENT)
    assert placement.whose == (FANOE, ESBJERG)
    assert copies(gateway, "placement.planned") == [TO_ESBJERG, TO_FANOE]
    voice = {"placement_id": PLACEMENT, "wellbeing": 4}
    assert gateway.reply(ESBJERG, "voice-passed-on", voice) == "taken"
    assert gateway.last(say.CandidateHeard).kommune == FANOE
    yes = {"stage_id": stage().stage_id, "form": "SMAAJOB", "hours": 12, "from": "2026-12-14"}
    assert gateway.reply(FANOE, "kommune-approved", yes) == "taken"
    assert gateway.reply("0101", "voice-passed-on", voice) == "not-yours"


def test_either_may_withdraw_whom_the_entrance_has_proposed() -> None:
    gone = {"candidate_id": CANDIDATE, "reason": "moved"}
    for who in (ESBJERG, FANOE):
        gateway = shared()
        assert gateway.reply(who, "candidate-withdrawn", gone) == "taken"
        assert gateway.last(say.CandidateWithdrawn).kommune == FANOE
    assert gateway.reply("0101", "candidate-withdrawn", gone) == "not-yours"


@pytest.mark.parametrize("other", ["0607", "9999", "0000"])
def test_nobody_proposes_for_a_kommune_with_which_it_shares_nothing(other: str) -> None:
    gateway, referral = asked()
    before = len(gateway.said)
    proposal = {"referral_id": referral, **PROPOSAL, "kommune": other}
    assert gateway.reply(ESBJERG, "candidate-proposed", proposal) == "not-yours"
    assert gateway.last(copy.ReplyRefused).field == "kommune"
    assert len(gateway.said) == before + 1


def test_naming_ones_own_kommune_changes_nothing() -> None:
    gateway, _ = asked()
    proposed(gateway, kommune=ESBJERG)
    assert gateway.get(Match, MATCH).whose == (ESBJERG,)
