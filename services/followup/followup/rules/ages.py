"""What a young person of 15 to 17 years may do, at every stage. Whose age is not known here is warned about."""

from collections.abc import Iterable

from shared.catalogue.limits import limits
from shared.catalogue.tasks import task
from shared.events.base import Stage
from shared.spine.decision import Refused

UNDER_18 = "15-17"


def checked(stage: Stage, age_band: str | None, known: Iterable[str], *, confirmed: bool) -> tuple[str, ...]:
    """The warnings. `known` tasks were looked at before; `confirmed`: a consultant has looked at the new ones."""
    night = "night" in stage.times_of_day
    if age_band is None:
        return ("R-U18-2",) if night else ()
    if age_band != UNDER_18:
        return ()
    if night:
        raise Refused.by("R-U18-2", "times_of_day")
    if not confirmed and any(_to_be_checked(code) for code in {*stage.tasks} - {*known}):
        raise Refused.by("R-U18-1", "tasks")
    limit = limits("under-18", stage.from_).get("hours")
    return ("R-U18-3",) if limit and stage.hours > limit.value else ()


def _to_be_checked(code: str) -> bool:
    """A task that is not known here is to be checked, too."""
    try:
        return task(code).u18_check is not None
    except KeyError:
        return True
