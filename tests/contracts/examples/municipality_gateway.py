"""What the gateway says, of kommuner, referrals and candidates."""

from datetime import UTC, date, datetime
from typing import Any

from shared.events import municipality_gateway as gateway
from shared.events.base import Event, Profile
from tests.contracts.examples.story import (
    APPROVED,
    CANDIDATE,
    CHALLENGE,
    COMPANY,
    CONTACT,
    DEPUTY,
    ESBJERG,
    LEADER,
    MATCH,
    PLACE,
    PLACEMENT,
    PRAKTIK,
    PROFILE,
    REFERRAL,
    REPLY,
)


def examples() -> list[Event]:
    base: dict[str, Any] = {
        "referral_id": REFERRAL,
        "place_id": PLACE,
        "leader_id": LEADER,
        "company_id": COMPANY,
        "kommune": ESBJERG,
    }
    requested = base | {"state": "requested", "business_status": "sent"}
    accepted = base | {"state": "accepted", "business_status": "searching"}
    answered: dict[str, Any] = {"place_id": PLACE, "kommune": ESBJERG, "party": "kommune", "answer": "yes"}
    contact: dict[str, Any] = {"contact_id": CONTACT, "kommune": ESBJERG, "role": "youth-unit"}
    candidate: dict[str, Any] = {"candidate_id": CANDIDATE, "kommune": ESBJERG}
    meeting = datetime(2026, 11, 19, 13, 0, tzinfo=UTC)
    return [
        gateway.ReferralSent(
            **requested,
            round=1,
            seats=1,
            place_version=2,
            place_kommune=ESBJERG,
            contact_id=CONTACT,
            contact_role="youth-unit",
            why="own",
            minutes=0,
            answer_by=date(2026, 11, 16),
            first_of_place=True,
        ),
        gateway.ReferralLeaderGuided(**requested, contact_id=CONTACT, card_version=3, channel="page"),
        gateway.ReferralSeen(**base, state="requested", business_status="seen"),
        gateway.ReferralAccepted(**accepted, company_known=False),
        gateway.ReferralRejected(**base, state="rejected", business_status="rejected", reason="no-candidate"),
        gateway.ReferralOnHold(
            **base, state="on-hold", business_status="on-hold", reason="wait-candidate", until=date(2026, 11, 20)
        ),
        gateway.ReferralResumed(**accepted),
        gateway.ReferralReminded(**requested, contact_id=CONTACT, due_by=date(2026, 11, 12)),
        gateway.ReferralEscalated(**requested, contact_id=DEPUTY, contact_role="deputy", due_by=date(2026, 11, 13)),
        gateway.ReferralExpired(**base, state="failed", business_status="expired", reason="expired"),
        gateway.ReferralCancelled(
            **base, state="cancelled", business_status="cancelled", reason="place-paused", by="system"
        ),
        gateway.ReferralCancellationRequested(
            **base,
            state="accepted",
            business_status="cancellation-requested",
            reason="place-paused",
            due_by=date(2026, 11, 18),
        ),
        gateway.ReferralChanged(**base, state="in-progress", business_status="candidate-identified"),
        gateway.ReferralCompleted(**base, state="completed", business_status="matched"),
        gateway.ReferralLeaderContacted(
            **base,
            state="in-progress",
            business_status="leader-contacted",
            at=datetime(2026, 11, 12, 8, 15, tzinfo=UTC),
        ),
        gateway.ReferralMeetingPlanned(**base, state="in-progress", business_status="event-scheduled", at=meeting),
        gateway.ReferralMeetingMissed(**base, state="in-progress", business_status="event-unattended", at=meeting),
        gateway.MatchAnswered(**answered, **APPROVED, match_id=MATCH, referral_id=REFERRAL, reply_id=REPLY),
        gateway.PlacementAnswered(**answered, **APPROVED, placement_id=PLACEMENT, stage_id=PRAKTIK, reply_id=REPLY),
        gateway.PlacementReported(
            placement_id=PLACEMENT,
            place_id=PLACE,
            kommune=ESBJERG,
            outcome="O-ORDINARY",
            hours=37,
            on=date(2027, 6, 28),
            reply_id=REPLY,
        ),
        gateway.PlacementSupportAnswered(
            placement_id=PLACEMENT,
            place_id=PLACE,
            challenge_id=CHALLENGE,
            kommune=ESBJERG,
            answer="granted",
            support="mentor-hours",
            minutes=120,
            from_=date(2026, 12, 7),
            to=date(2027, 2, 28),
            reply_id=REPLY,
        ),
        gateway.ContactRegistered(**contact, valid_from=date(2026, 1, 1)),
        gateway.ContactChanged(**contact, valid_from=date(2026, 1, 1), valid_to=date(2027, 6, 30)),
        gateway.ContactRetired(contact_id=CONTACT, kommune=ESBJERG),
        gateway.ContactErased(contact_id=CONTACT),
        gateway.CandidateRegistered(**candidate, profile=Profile(**PROFILE), reply_id=REPLY),
        gateway.CandidateChanged(**candidate, profile=Profile(**PROFILE | {"reach": 45}), reply_id=REPLY),
        gateway.CandidateProposed(
            **candidate,
            referral_id=REFERRAL,
            place_id=PLACE,
            leader_id=LEADER,
            reply_id=REPLY,
            profile=Profile(**PROFILE),
            form="VIRKSOMHEDSPRAKTIK",
            hours=20,
            start=date(2026, 11, 30),
            until=date(2026, 12, 27),
            next_step="ORDINAER",
        ),
        gateway.CandidateWithdrawn(**candidate, reason="education"),
        gateway.CandidateHeard(
            **candidate, placement_id=PLACEMENT, wellbeing=4, learning=("meeting-on-time", "cooperation")
        ),
    ]
