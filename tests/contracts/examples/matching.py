"""What matching says."""

from datetime import date
from typing import Any

from shared.events import matching
from shared.events.base import Approval, Event
from tests.contracts.examples.story import (
    APPROVED,
    BUDDY,
    CANDIDATE,
    COMPANY,
    ESBJERG,
    LEADER,
    MATCH,
    PLACE,
    REASONS,
    REFERRAL,
    REPLY,
    TERMS,
)


def examples() -> list[Event]:
    match: dict[str, Any] = {
        "match_id": MATCH,
        "place_id": PLACE,
        "referral_id": REFERRAL,
        "leader_id": LEADER,
        "candidate_id": CANDIDATE,
        "kommune": ESBJERG,
        "place_kommune": ESBJERG,
    }
    fits: dict[str, Any] = {
        "referral_id": REFERRAL,
        "place_id": PLACE,
        "candidate_id": CANDIDATE,
        "kommune": ESBJERG,
        "score": 88,
        "reasons": REASONS,
    }
    questions = ("met-each-other", "tasks-clear", "hours-realistic", "support-named", "next-step-planned")
    return [
        matching.MatchProposed(
            **match,
            reply_id=REPLY,
            terms=TERMS,
            approvals_needed=("leader", "kommune", "young-person"),
            gate=questions,
            answer_by=date(2026, 12, 1),
        ),
        matching.MatchRefused(**match, reply_id=REPLY, rule="R-FIT-TIMES", field="times_of_day"),
        matching.MatchApproved(**match, party="leader", held_until=date(2026, 12, 1)),
        matching.MatchSeatHeld(**match),
        matching.MatchSeatFree(**match, answer_by=date(2026, 12, 15)),
        matching.MatchDeclined(**match, party="young-person", reason="times"),
        matching.MatchAnswerRefused(**match, reply_id=REPLY, field="to", rule="rule:R-COVER", terms=TERMS),
        matching.MatchAgreed(
            **match,
            terms=TERMS,
            approvals=(
                Approval(party="leader"),
                Approval(party="young-person"),
                Approval(party="kommune", **APPROVED),
            ),
            gate=questions,
            seats_left=0,
            candidate_version=1,
            contact_id=LEADER,
            buddy_id=BUDDY,
            company_id=COMPANY,
            first_of_referral=True,
        ),
        matching.MatchCancelled(**match, reason="seat-taken"),
        matching.MatchSuggested(**fits, rank=1),
        matching.MatchExplained(**fits, match_id=MATCH),
    ]
