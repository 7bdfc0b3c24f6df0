"""What all decisions about a placement share: how it is saved, what is said, and when it is looked at next."""

from datetime import timedelta
from typing import Any

from followup.commands import CloseChallenge, NewDay
from followup.rules import course, stages
from followup.state import Challenge
from shared.catalogue.calendar import end_of_day
from shared.events.followup import PlacementCancelled, PlacementEnded
from shared.spine.work import Handlers, Work

handlers = Handlers()


def keep(work: Work, decision: course.Decision) -> dict[str, Any]:
    """Save a placement as the day leaves it, with its next timer; every event says the next check-in."""
    decided, said = decision
    placement, of_the_day = course.day(decided, work.today)
    work.put(placement)
    for event in (*said, *of_the_day):
        work.emit(event.changed(next_checkin=placement.next_checkin))
        if isinstance(event, PlacementCancelled | PlacementEnded):
            for challenge_id in placement.challenges:
                work.soon((Challenge.KIND, challenge_id), "close", CloseChallenge(challenge_id=challenge_id))
    if day := stages.next_day(placement):
        midnight = end_of_day(day - timedelta(days=1))
        work.timer(placement.key, "day", midnight, NewDay(placement_id=placement.id))
    else:
        work.cancel_timer(placement.key, "day")
    return {"placement_id": placement.id, "state": placement.state, "next_checkin": placement.next_checkin}
