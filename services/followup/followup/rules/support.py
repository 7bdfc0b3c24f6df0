"""The kommune's support, where a need is greater than the workplace can meet (X8): asked for, answered, and kept."""

from datetime import date
from types import MappingProxyType

from followup import texts
from followup.rules import Decision, checkins, dates, stages
from followup.state.challenges import Challenge
from followup.state.placements import Placement, Support
from shared.catalogue.calendar import add_months
from shared.catalogue.limits import limits
from shared.events.municipality_gateway import PlacementSupportAnswered
from shared.spine.decision import Refused

# What was tried, when the kommune grants it: so it counts among what helps.
INTERVENTIONS = MappingProxyType({"mentor-hours": "I-MENTOR-FUNDED", "transport": "I-TRANSPORT", "course": "I-COURSE"})


def answered(
    p: Placement, challenge: Challenge | None, answer: PlacementSupportAnswered, on: date
) -> tuple[Challenge, Decision]:
    if answer.kommune != p.kommune:
        raise Refused.by("R-XBORDER-1", "kommune")
    if challenge is None or challenge.placement_id != p.id or not challenge.help:
        raise texts.no_help_wanted()
    given = Support(
        challenge_id=challenge.id,
        answer=answer.answer,
        support=answer.support,
        minutes=answer.minutes,
        from_=answer.from_,
        to=answer.to,
        on=on,
    )
    if any(given == known.changed(on=on) for known in p.support[-1:]):
        return challenge, (p, [])
    if p.state in ("finished", "cancelled"):
        raise texts.over()
    if answer.answer == "granted" and answer.support is None:
        raise texts.support_missing()
    dates.in_sight(answer.from_ or on, on, "from")
    dates.lasts(answer.from_ or on, answer.to, "to")
    # The last answer is the one that holds.
    attention = tuple(one for one in p.attention if not one.code.startswith("support-"))
    p = stages.noticed(p.changed(support=(*p.support, given), attention=attention), f"support-{answer.answer}", on)
    if answer.answer == "granted" and answer.to:
        p = p.changed(plan=checkins.with_support_ending(p.plan, answer.to, on))
    return challenge.changed(answer=answer.answer), (p, [])


def intervention(support: str) -> str:
    return INTERVENTIONS.get(support, "I-PUBLIC-SUPPORT")


def warnings(given: Support) -> tuple[str, ...]:
    """Mentor hours are granted for some months at a time (R-MENTOR-1)."""
    if given.support != "mentor-hours" or given.to is None:
        return ()
    begins = given.from_ or given.on
    limit = limits("mentor", begins).get("months")
    return ("R-MENTOR-1",) if limit and given.to >= add_months(begins, limit.value) else ()
