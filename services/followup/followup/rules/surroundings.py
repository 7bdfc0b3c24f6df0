"""What happens around an agreement: the candidate is withdrawn, the place stops. In whichever order they cross."""

from followup.state import Candidate, Place
from shared.events.matching import MatchAgreed


def cancelled_by(match: MatchAgreed, candidate: Candidate, place: Place) -> str | None:
    """Why an agreement is cancelled as soon as it comes, or None: it stands."""
    if candidate.withdrawn > (match.candidate_version or 0):
        return "candidate-withdrawn"
    return cancels_planned(place.stopped)


def cancels_planned(stopped: str | None) -> str | None:
    """What is agreed stands when a place pauses or closes, unless the workplace itself closes down."""
    return "place-closed" if stopped == "closed-down" else None


def stops(reason: str) -> str | None:
    """A full place pauses by itself when a placement ends (`seat-free`): no news for the others there."""
    return None if reason == "seat-free" else reason
