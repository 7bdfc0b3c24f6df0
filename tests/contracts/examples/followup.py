"""What follow-up says."""

from datetime import date
from typing import Any

from shared.events import followup
from shared.events.base import Event
from tests.contracts.examples.story import (
    BUDDY,
    CANDIDATE,
    CERTIFICATE,
    CHALLENGE,
    COMPANY,
    ESBJERG,
    INTERVENTION,
    LEADER,
    MATCH,
    NEXT_STAGE,
    PLACE,
    PLACEMENT,
    REFERRAL,
    REPLY,
    STAGE,
)


def examples() -> list[Event]:
    base: dict[str, Any] = {
        "placement_id": PLACEMENT,
        "match_id": MATCH,
        "place_id": PLACE,
        "referral_id": REFERRAL,
        "leader_id": LEADER,
        "company_id": COMPANY,
        "candidate_id": CANDIDATE,
        "kommune": ESBJERG,
    }
    begun = base | {"next_checkin": date(2026, 12, 7)}
    challenge: dict[str, Any] = {
        "challenge_id": CHALLENGE,
        "about": "placement",
        "about_id": PLACEMENT,
        "code": "C-PUNCTUALITY",
        "placement_id": PLACEMENT,
        "place_id": PLACE,
        "referral_id": REFERRAL,
        "kommune": ESBJERG,
    }
    intervention: dict[str, Any] = {
        "intervention_id": INTERVENTION,
        "challenge_id": CHALLENGE,
        "placement_id": PLACEMENT,
        "code": "I-EXPECTATIONS",
        "by": "leader",
    }
    return [
        followup.PlacementPlanned(
            **base, next_checkin=date(2026, 11, 30), stage=STAGE, contact_id=LEADER, buddy_id=BUDDY
        ),
        followup.PlacementStarted(**begun, on=date(2026, 11, 30), stage=STAGE),
        followup.PlacementStagePlanned(**begun, stage=NEXT_STAGE, warnings=("R-HOURS-JUMP",)),
        followup.PlacementStageDeclined(**begun, stage_id=NEXT_STAGE.stage_id, reason="support"),
        followup.PlacementStageChanged(
            **base,
            next_checkin=date(2027, 1, 4),
            stage=NEXT_STAGE,
            from_form="VIRKSOMHEDSPRAKTIK",
            from_hours=20,
            warnings=("R-HOURS-JUMP",),
        ),
        followup.PlacementMoved(**begun, contact_id=BUDDY, stage=STAGE),
        followup.PlacementCheckinDue(**begun, kind="first-week", on=date(2026, 12, 7)),
        followup.PlacementCheckedIn(
            **base,
            next_checkin=date(2026, 12, 14),
            kind="first-week",
            on=date(2026, 12, 7),
            answered=True,
            answers=("C-PUNCTUALITY",),
        ),
        followup.PlacementPaused(**begun, reason="time-out", until=date(2026, 12, 14)),
        followup.PlacementResumed(**begun, stage=STAGE),
        followup.PlacementCancelled(**base, reason="other-offer"),
        followup.PlacementEnded(
            **base,
            how="as-planned",
            reason="goal-reached",
            on=date(2027, 6, 27),
            form="ORDINAER",
            gains=("confidence", "structure"),
        ),
        followup.PlacementOutcomeRecorded(
            **base, outcome="O-ORDINARY", hours=37, on=date(2027, 6, 28), when="0", by="consultant"
        ),
        followup.PlacementCorrected(
            **base,
            what="end",
            on=date(2027, 6, 25),
            how="as-planned",
            reason="goal-reached",
            gains=("confidence", "structure"),
            before="as-planned",
        ),
        followup.PlacementCertificateIssued(
            **base, certificate_id=CERTIFICATE, competences=("meeting-on-time", "cooperation", "viden_data-07")
        ),
        followup.PlacementAnswerRefused(**begun, reply_id=REPLY, field="stage_id", rule="unknown-id"),
        followup.ChallengeRaised(**challenge, help="kommune"),
        followup.ChallengeClosed(**challenge, response_seconds=86_400),
        followup.InterventionTried(**intervention, minutes=45, first_of_challenge=True),
        followup.InterventionJudged(**intervention, result="solved"),
    ]
