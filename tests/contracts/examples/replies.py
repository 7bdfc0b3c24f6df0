"""What a kommune replies."""

from datetime import UTC, date, datetime
from typing import Any

from shared.events.base import Event
from shared.events.kommune import replies as kommune
from tests.contracts.examples.story import APPROVED, CANDIDATE, CHALLENGE, MATCH, PLACEMENT, PROFILE, REFERRAL


def examples() -> list[Event]:
    referral: dict[str, Any] = {"referral_id": REFERRAL}
    at = datetime(2026, 11, 19, 13, 0, tzinfo=UTC)
    return [
        kommune.Seen(**referral),
        kommune.Accepted(**referral, company_known=False),
        kommune.Rejected(**referral, reason="no-candidate"),
        kommune.Held(**referral, reason="wait-candidate", until=date(2026, 11, 20)),
        kommune.Closed(**referral, reason="enough"),
        kommune.CancellationConfirmed(**referral),
        kommune.CandidateRegistered(candidate_id=CANDIDATE, profile=kommune.ReplyProfile(**PROFILE)),
        kommune.CandidateProposed(
            **referral,
            candidate_id=CANDIDATE,
            profile=kommune.ReplyProfile(**PROFILE),
            form="VIRKSOMHEDSPRAKTIK",
            hours=20,
            start=date(2026, 11, 30),
            until=date(2026, 12, 27),
            next_step="ORDINAER",
        ),
        kommune.CandidateWithdrawn(candidate_id=CANDIDATE, reason="education"),
        kommune.LeaderContacted(**referral, at=datetime(2026, 11, 12, 8, 15, tzinfo=UTC)),
        kommune.MeetingPlanned(**referral, at=at),
        kommune.MeetingMissed(**referral, at=at),
        kommune.YoungPersonAnswered(match_id=MATCH, answer="yes"),
        kommune.KommuneApproved(match_id=MATCH, **APPROVED),
        kommune.KommuneDeclined(match_id=MATCH, reason="support"),
        kommune.VoicePassedOn(placement_id=PLACEMENT, wellbeing=4, learning=("meeting-on-time", "cooperation")),
        kommune.OutcomeReported(placement_id=PLACEMENT, outcome="O-ORDINARY", hours=37, on=date(2027, 6, 28)),
        kommune.SupportAnswered(
            challenge_id=CHALLENGE,
            answer="granted",
            support="mentor-hours",
            minutes=120,
            from_=date(2026, 12, 7),
            to=date(2027, 2, 28),
        ),
    ]
