"""What is asked of a kommune now: whose yes is missing, for what."""

from collections.abc import Iterable
from datetime import date

from municipality_gateway.state.matches import Match, Party
from municipality_gateway.state.placements import Challenge, Placement, Stage
from shared.catalogue.forms import needs_kommune_approval
from shared.events import base


def missing(match: Match, party: Party) -> bool:
    return match.state == "proposed" and party in match.owed


def may_be_approved(stage: Stage, placement: Placement | None) -> bool:
    """Of a form that needs the kommune's yes, in a placement that lives."""
    if stage.void or stage.plan is None or placement is None or placement.over:
        return False
    return needs_kommune_approval(stage.plan.form, stage.plan.from_)


def waits_for_approval(stage: Stage, matches: Iterable[Match], today: date) -> bool:
    """Nobody has said yes or no to it, also not when the match was made."""
    if stage.answer or stage.plan is None or (stage.plan.to or date.max) < today:
        return False
    return not any(_covers(match, stage.plan) for match in matches)


def _covers(match: Match, plan: base.Stage) -> bool:
    return any(
        answer.party == "kommune"
        and answer.answer == "yes"
        and answer.form == plan.form
        and (answer.hours or 0) >= plan.hours
        and (answer.from_ or date.max) <= plan.from_
        and (answer.to or date.max) >= (plan.to or date.max)
        for answer in match.answers
    )


def wants_help(challenge: Challenge) -> bool:
    return challenge.answer is None or challenge.answer.answer == "later"
