"""What a kommune is told."""

from datetime import date
from typing import Any

from shared.events.base import Event
from shared.events.kommune import referrals as kommune
from tests.contracts.examples.story import (
    ASKED,
    CANDIDATE,
    CHALLENGE,
    CONTACT,
    DEPUTY,
    ESBJERG,
    MATCH,
    NEXT_STAGE,
    PLACE,
    PLACEMENT,
    REASONS,
    REFERRAL,
    REPLY,
    STAGE,
    TERMS,
)


def examples() -> list[Event]:
    referral: dict[str, Any] = {"referral_id": REFERRAL}
    match = referral | {"match_id": MATCH, "candidate_id": CANDIDATE}
    placement = match | {"placement_id": PLACEMENT}
    begun = placement | {"next_checkin": date(2026, 12, 7)}
    reply = referral | {"reply": REPLY, "source": "/esbjerg/fagsystem", "what": "candidate-proposed", "offset": 4}
    return [
        kommune.ReferralSent(
            **referral,
            **ASKED,
            place_id=PLACE,
            round=1,
            kommune=ESBJERG,
            place_kommune=ESBJERG,
            why="own",
            minutes=0,
            answer_by=date(2026, 11, 16),
            own_words=(kommune.OwnWord(concept="youth-unit", term="Vindmøllen"),),
            contact_id=CONTACT,
            contact_role="youth-unit",
            place_url=f"https://intake.example.dk/referrals/{REFERRAL}/place",
        ),
        kommune.ReferralLeaderGuided(**referral, channel="page"),
        kommune.ReferralAccepted(**referral),
        kommune.ReferralRejected(**referral, reason="no-candidate"),
        kommune.ReferralOnHold(**referral, reason="wait-candidate", until=date(2026, 11, 20)),
        kommune.ReferralChanged(**referral, **ASKED, place_kommune=ESBJERG, changes=("hours_from",)),
        kommune.ReferralReminded(**referral, contact_id=CONTACT, due_by=date(2026, 11, 12)),
        kommune.ReferralEscalated(**referral, contact_id=DEPUTY, contact_role="deputy", due_by=date(2026, 11, 13)),
        kommune.ReferralResumed(**referral),
        kommune.ReferralExpired(**referral, reason="expired"),
        kommune.ReferralCancellationRequested(**referral, reason="place-paused", due_by=date(2026, 11, 18)),
        kommune.ReferralCancelled(**referral, reason="place-paused"),
        kommune.ReferralCompleted(**referral),
        kommune.MatchProposed(
            **match,
            reply_id=REPLY,
            terms=TERMS,
            approvals_needed=("leader", "kommune", "young-person"),
            answer_by=date(2026, 12, 1),
        ),
        kommune.MatchRefused(**match, reply_id=REPLY, rule="R-FIT-TIMES"),
        kommune.MatchApproved(**match, party="leader"),
        kommune.MatchDeclined(**match, party="young-person", reason="times"),
        kommune.MatchAgreed(**match, terms=TERMS),
        kommune.MatchCancelled(**match, reason="seat-taken"),
        kommune.MatchSuggested(**referral, candidate_id=CANDIDATE, rank=1, score=88, reasons=REASONS),
        kommune.MatchExplained(**match, score=88, reasons=REASONS),
        kommune.PlacementPlanned(**placement, next_checkin=date(2026, 11, 30), stage=STAGE),
        kommune.PlacementStarted(**begun, on=date(2026, 11, 30), stage=STAGE),
        kommune.PlacementStagePlanned(**begun, stage=NEXT_STAGE, approval_needed=False),
        kommune.PlacementStageDeclined(**begun, stage_id=NEXT_STAGE.stage_id, reason="support"),
        kommune.PlacementStageChanged(**placement, next_checkin=date(2027, 1, 4), stage=NEXT_STAGE),
        kommune.PlacementMoved(**begun, stage=STAGE),
        kommune.PlacementCheckinDue(**begun, kind="first-week", on=date(2026, 12, 7)),
        kommune.PlacementPaused(**begun, reason="time-out", until=date(2026, 12, 14)),
        kommune.PlacementResumed(**begun, stage=STAGE),
        kommune.PlacementCancelled(**placement, reason="other-offer"),
        kommune.PlacementEnded(**placement, how="as-planned", reason="goal-reached", on=date(2027, 6, 27)),
        kommune.PlacementCorrected(
            **placement, what="end", on=date(2027, 6, 25), how="as-planned", reason="goal-reached"
        ),
        kommune.PlacementOutcomeRecorded(**placement, outcome="O-ORDINARY", hours=37, on=date(2027, 6, 28), when="0"),
        kommune.ChallengeRaised(**referral, challenge_id=CHALLENGE, placement_id=PLACEMENT, code="C-PUNCTUALITY"),
        kommune.ReplyTaken(**reply),
        kommune.ReplyRefused(
            **reply,
            field="next_step",
            rule="rule:R-PROG-1",
            da="En praktik skal have et planlagt næste skridt. Skriv, hvilken form der kommer efter.",
            en="Every praktik needs a planned next step. Say which form comes after it.",
        ),
    ]
