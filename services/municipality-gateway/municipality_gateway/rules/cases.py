"""What is asked of a kommune now: whose yes is missing, for what; and what has become of what it proposed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from municipality_gateway.state.matches import Match, Party
from municipality_gateway.state.placements import Challenge, Placement, Stage
from shared.catalogue.forms import needs_kommune_approval
from shared.events import base


def missing(match: Match, party: Party) -> bool:
    return match.state == "proposed" and party in match.owed


End = Literal["agreed", "leader", "leader-back", "expired", "seat-taken", "changed", "entered-in-error", "elsewhere"]

# What comes to the kommune with the referral, or with another proposal of its own.
_ELSEWHERE = frozenset({"place-paused", "place-closed", "referral-over", "candidate-taken"})
_ITS_OWN = frozenset({"candidate-withdrawn", "replaced"})


def end(match: Match) -> End | None:
    """What became of it; None where that is still open, or is known from what the kommune said itself."""
    if match.state == "agreed":
        return "agreed"
    if match.state != "over" or match.reason is None or match.reason in _ITS_OWN:
        return None
    if match.by:
        return None if match.by != "leader" else "leader" if match.leader_owes else "leader-back"
    if match.reason in _ELSEWHERE:
        return "elsewhere"
    known: dict[str, End] = {name: name for name in ("expired", "seat-taken", "entered-in-error")}
    return known.get(match.reason, "changed")  # else a rule that the place, as it is now, does not keep


def is_news(match: Match) -> bool:
    """It came to nothing, and the kommune can't know unless it is told: somebody may wait."""
    return end(match) not in (None, "agreed", "elsewhere")


def begins(match: Match, today: date) -> bool:
    """Agreed, and not begun by the agreement."""
    return match.state == "agreed" and match.terms is not None and today <= match.terms.start


def unanswered(matches: Sequence[Match]) -> list[Match]:
    """Of what is news, what nothing has followed: nobody was proposed after it, and nothing agreed."""
    proposed, agreed = (match.proposed_at for match in matches), (m.settled_at for m in matches if m.state == "agreed")
    later = [*filter(None, (*proposed, *agreed))]
    return [
        match
        for match in matches
        if is_news(match) and match.settled_at and not any(at > match.settled_at for at in later)
    ]


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
