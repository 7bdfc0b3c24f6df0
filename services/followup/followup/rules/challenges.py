"""What is hard, what was tried, and whether it helped: the knowledge that the field lacks (sus-2025, barrier 1)."""

from collections.abc import Sequence
from datetime import datetime

from followup import texts
from followup.state.challenges import Challenge, Intervention
from followup.state.placements import Placement
from followup.state.places import Place
from shared.catalogue.calendar import today
from shared.events.followup import (
    ChallengeClosed,
    ChallengeEvent,
    ChallengeRaised,
    InterventionEvent,
    InterventionJudged,
    InterventionTried,
)


def raised(
    challenge: Challenge, placement: Placement | None, place: Place | None
) -> tuple[Challenge, Sequence[ChallengeEvent]]:
    """Only a placement has a kommune that can help: the young person's."""
    if challenge.help and placement is None:
        raise texts.no_kommune_to_help()
    if placement:
        challenge = challenge.changed(
            placement_id=placement.id,
            place_id=placement.place_id,
            referral_id=placement.referral_id,
            kommune=placement.kommune,
        )
    elif place:
        challenge = challenge.changed(place_id=place.id)
    return challenge, [ChallengeRaised(challenge_id=challenge.id, **dict(challenge))]


def tried(
    intervention: Intervention,
    challenge: Challenge | None,
    placement: Placement | None,
    at: datetime | None,
    now: datetime,
) -> tuple[Intervention, Challenge | None, Sequence[InterventionEvent]]:
    """The first one against a challenge is the response to it; `at` where it was tried at another time than now."""
    about, first = challenge or placement, None
    if about is None:
        raise texts.subject_missing()
    if at and at > now:
        raise texts.in_the_future("at")
    if at and _before(at, challenge, placement):
        raise texts.days_in_order("at")
    if challenge:
        first = challenge.helped_at is None
        if intervention.placement_id not in (None, challenge.placement_id):
            raise texts.other_placement()
        intervention = intervention.changed(placement_id=challenge.placement_id)
        challenge = challenge.changed(helped_at=min(challenge.helped_at or now, at or now))
    intervention = intervention.changed(place_id=about.place_id, at=at)
    said = InterventionTried(intervention_id=intervention.id, first_of_challenge=first, **dict(intervention))
    return intervention, challenge, [said]


def _before(at: datetime, challenge: Challenge | None, placement: Placement | None) -> bool:
    if challenge:
        return at < challenge.raised_at
    return bool(placement and placement.agreed_on and today(at) < placement.agreed_on)


def judged(intervention: Intervention, result: str) -> tuple[Intervention, Sequence[InterventionEvent]]:
    """`too-early` may be judged again, and each judging counts; other results are final."""
    if intervention.result not in (None, "too-early"):
        if intervention.result == result:
            return intervention, []
        raise texts.judged_already()
    intervention = intervention.changed(result=result)
    return intervention, [InterventionJudged(intervention_id=intervention.id, **dict(intervention))]


def closed(challenge: Challenge) -> tuple[Challenge, Sequence[ChallengeEvent]]:
    """Solved, no longer hard, or what it was about is over."""
    if challenge.closed:
        return challenge, []
    said = ChallengeClosed(challenge_id=challenge.id, response_seconds=challenge.response_seconds, **dict(challenge))
    return challenge.changed(closed=True), [said]
