"""On which list of the consultant's day a placement and a challenge stand: exactly one, until they are over."""

from datetime import date
from typing import Literal

from followup.rules.stages import EXPIRED, waits
from followup.state.challenges import Challenge
from followup.state.placements import Attention, Placement

Lane = Literal["approval_expired", "due", "coming"]
Awaits = Literal["help", "kommune", "judgement"]


def lane(p: Placement, today: date) -> Lane | None:
    """None: it is over, and nobody asks any more."""
    if p.state == "paused" and p.reason == EXPIRED:
        return "approval_expired"
    if p.attention or (p.next_checkin and p.next_checkin <= today):
        return "due"
    return "coming" if p.next_checkin else None


def attention(p: Placement, today: date) -> tuple[Attention, ...]:
    """What happened around it, and whether a stage that should have begun still waits for the kommune."""
    late = [stage.from_ for stage in p.ahead if stage.from_ <= today and waits(p, stage.stage_id)]
    return (*p.attention, *(Attention(code="approval-missing", on=day) for day in late))


def awaits(challenge: Challenge) -> Awaits | None:
    """Whose move it is: a consultant's to help, the kommune's to answer, or somebody's to say whether it helped."""
    if challenge.closed:
        return None
    if challenge.help and challenge.answer in (None, "later"):
        return "kommune"
    return "judgement" if challenge.helped_at else "help"
