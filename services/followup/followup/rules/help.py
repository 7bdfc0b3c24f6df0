"""What is hard, what was tried, and whether it helped: the knowledge that the field lacks (sus-2025, barrier 1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from followup.commands import RaiseChallenge, TryIntervention
from followup.rules import refusals
from followup.state import Challenge, Intervention, Place, Placement
from shared.events.base import Event
from shared.events.followup import ChallengeClosed, ChallengeRaised, InterventionJudged, InterventionTried
from shared.spine.decision import Refused


def raised(
    asked: RaiseChallenge, placement: Placement | None, place: Place | None, now: datetime
) -> tuple[Challenge, Sequence[Event]]:
    """Only a placement has a kommune that can help: the young person's."""
    if asked.help and placement is None:
        raise Refused(
            "state",
            "help",
            "Kommunens hjælp kan kun ønskes til et forløb. Vælg forløbet, eller lad feltet stå tomt.",
            "A kommune's help can be wanted for a placement only. Choose the placement, or leave the field out.",
        )
    ids: dict[str, str] = {}
    if placement:
        ids = {
            "placement_id": placement.id,
            "place_id": placement.place_id,
            "referral_id": placement.referral_id,
            "kommune": placement.kommune,
        }
    elif place:
        ids = {"place_id": place.id}
    challenge = Challenge(
        id=asked.challenge_id,
        about=asked.about,
        about_id=asked.about_id,
        code=asked.code,
        help=asked.help,
        raised_at=now,
        raised_by=asked.by,
        **ids,
    )
    return challenge, [ChallengeRaised(**_about(challenge), help=challenge.help)]


def tried(
    asked: TryIntervention, challenge: Challenge | None, placement: Placement | None, now: datetime
) -> tuple[Intervention, Challenge | None, Sequence[Event]]:
    """The first one against a challenge is the response to it."""
    placement_id = challenge.placement_id if challenge else asked.placement_id
    if challenge is None and placement_id is None:
        raise refusals.missing(
            "challenge_id",
            "Skriv, hvilken udfordring eller hvilket forløb det handler om.",
            "Say which challenge or placement it is about.",
        )
    if challenge and asked.placement_id not in (None, challenge.placement_id):
        raise refusals.wrong_state(
            "Udfordringen handler om et andet forløb.", "The challenge is about another placement.", "placement_id"
        )
    about = challenge or placement
    intervention = Intervention(
        id=asked.intervention_id,
        challenge_id=asked.challenge_id,
        placement_id=placement_id,
        place_id=about.place_id if about else None,
        code=asked.code,
        by=asked.by,
        minutes=asked.minutes,
    )
    if challenge and challenge.helped_at is None:
        challenge = challenge.changed(helped_at=now)
    return intervention, challenge, [InterventionTried(**_of(intervention), minutes=intervention.minutes)]


def judged(intervention: Intervention, result: str) -> tuple[Intervention, Sequence[Event]]:
    """`too-early` may be judged again, and each judging counts; other results are final."""
    if intervention.result not in (None, "too-early"):
        if intervention.result == result:
            return intervention, []
        raise refusals.wrong_state(
            "Tiltaget er allerede vurderet. Registrér et nyt tiltag, hvis noget andet blev prøvet.",
            "The intervention has been judged. Record a new one if something else was tried.",
            "result",
        )
    intervention = intervention.changed(result=result)
    return intervention, [InterventionJudged(**_of(intervention), result=result)]


def closed(challenge: Challenge) -> tuple[Challenge, Sequence[Event]]:
    """Solved, or the placement that it was about is over."""
    if challenge.closed:
        return challenge, []
    said = ChallengeClosed(**_about(challenge), response_seconds=challenge.response_seconds)
    return challenge.changed(closed=True), [said]


def _about(challenge: Challenge) -> dict[str, Any]:
    ids = ("about", "about_id", "code", "placement_id", "place_id", "referral_id", "kommune")
    return {"challenge_id": challenge.id} | {name: getattr(challenge, name) for name in ids}


def _of(intervention: Intervention) -> dict[str, Any]:
    ids = ("challenge_id", "placement_id", "place_id", "code", "by")
    return {"intervention_id": intervention.id} | {name: getattr(intervention, name) for name in ids}
