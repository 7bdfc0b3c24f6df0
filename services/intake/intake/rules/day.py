"""Whose turn it is with each leader, place, referral, match, placement and challenge: exactly one answer for each.

What is a consultant's is a line of the day, from `due` on; what is somebody else's comes there when their time is out.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from intake.state.day import Challenge, Match, Placement
from intake.state.leaders import Leader
from intake.state.places import Past, Place
from intake.state.referrals import Referral
from shared.catalogue.calendar import add_working_days, add_working_months
from shared.catalogue.calendar import today as in_denmark
from shared.catalogue.codes import codes
from shared.catalogue.deadlines import deadlines
from shared.catalogue.limits import limits
from shared.catalogue.outcomes import outcome
from shared.events.matching import MatchCancelled, MatchDeclined
from shared.frozen import Frozen

Due = Literal[
    "help", "kommune-help", "approval-expired", "leader-yes", "gate", "start", "check-in", "guidance", "no-contact",
    "nobody-left", "new-contact", "seat-free", "blocked", "silent", "slow", "kommune-yes", "call", "call-again",
    "find-tasks", "draft", "mail-refused", "judge", "asked-back", "paused", "aftercare",
]  # fmt: skip
"""What a consultant does, in the order in which one would ring: who needs help, what runs out, the rest."""
Work = Literal["help", "matches", "check-ins", "kommuner", "calls"]
"""The kinds of work that a day has."""
_WORK: Mapping[Work, tuple[Due, ...]] = {
    "help": ("help", "kommune-help", "judge"),
    "matches": ("leader-yes", "kommune-yes", "gate"),
    "check-ins": ("start", "check-in", "aftercare", "approval-expired", "new-contact"),
    "kommuner": ("silent", "slow", "asked-back", "no-contact", "nobody-left"),
    "calls": (
        "call",
        "call-again",
        "find-tasks",
        "draft",
        "blocked",
        "guidance",
        "seat-free",
        "paused",
        "mail-refused",
    ),
}
WORK: Mapping[str, Work] = {what: work for work, all_ in _WORK.items() for what in all_}
Elsewhere = Literal[
    "over", "with-places", "with-call", "with-placements", "with-matches", "asking", "with-kommune", "searching",
    "on-hold", "seat-held", "solved",
]  # fmt: skip
"""It is over, or was just now; another thing's line speaks for it; or it is the kommune's."""
Who = Literal["consultant", "leader", "kommune"]

# After a no of one kommune the next one is asked by itself, in a moment.
A_MOMENT = timedelta(minutes=15)
A_WEEK = timedelta(weeks=1)
IN_TIME = timedelta(days=3)
"""No kommune is late before: of what is younger, a day needs to know nothing."""
_WHEN = ("living", "0", "3", "6", "12")
SUCCESSES: dict[str, Literal["job", "education", "goal"]] = {
    "goal-reached": "goal",
    "education": "education",
    "job-elsewhere": "job",
}
OVER = ("completed", "rejected", "failed", "cancelled", "entered-in-error")
UNOPENED = ("draft", "additional-assessment-required")


class Turn(Frozen):
    """Whose turn, since when, until when at the latest (`by`), and from when on a consultant has it (`due`)."""

    what: Due | Elsewhere
    who: Who | None
    since: date
    due: date | None = None
    by: date | None = None


def of_leader(leader: Leader, places: Iterable[Place], today: date) -> Turn:
    """To be called, to find tasks with, or carried by a place."""
    since = leader.called_on or leader.signed_up_on
    states = [place.state for place in places]
    if leader.erased or leader.merged_into:
        return Turn(what="over", who=None, since=since)
    day, open_ = next_call(leader), any(state != "closed" for state in states)
    # A call that is due asks for the address as well; who has nothing open misses no mail.
    if leader.mail_refused_on and (open_ if day is None else day > today):
        return Turn(what="mail-refused", who="consultant", since=leader.mail_refused_on, due=leader.mail_refused_on)
    if day is not None:
        return Turn(what="call-again" if leader.attempts else "call", who="consultant", since=since, due=day, by=day)
    if not states:
        return Turn(what="find-tasks", who="consultant", since=since, due=since)
    return Turn(what="with-places" if open_ else "over", who=None, since=since)


def next_call(leader: Leader) -> date | None:
    """Who was never reached is called, also where an older build has dropped the day."""
    if leader.erased or leader.merged_into:
        return None
    if leader.next_call_on or leader.outcome == "reached":
        return leader.next_call_on
    return leader.called_on or leader.signed_up_on


def of_place(place: Place, leader: Leader | None, referrals: Iterable[Referral], now: datetime) -> Turn:
    """Its own turn; while a kommune is asked, or seats are taken, theirs is the referral's or the placement's."""
    today, last = in_denmark(now), place.history[-1] if place.history else None
    since = last.on if last else today
    match place.state:
        case "closed":
            return Turn(what="over", who=None, since=since)
        case "draft" | "additional-assessment-required":
            if leader and (day := next_call(leader)):
                return Turn(what="with-call", who="consultant", since=since, by=day)
            what: Due = "draft" if place.state == "draft" else "blocked"
            return Turn(what=what, who="consultant", since=since, due=since)
        case "paused" if len(place.agreed) < place.seats:
            return _paused(place, leader, since)
        case "paused" | "filled":  # nobody could come before somebody goes
            return Turn(what="with-placements", who=None, since=since)
    asked = list(referrals)
    if any(not referral.over for referral in asked):
        return Turn(what="with-kommune", who="kommune", since=since)
    if _asked_soon(place, asked, now):
        return Turn(what="asking", who="consultant", since=since)
    ended = [in_denmark(referral.asked.turned_at) for referral in asked if referral.asked]
    since = max(ended, default=since)
    return Turn(what="nobody-left", who="consultant", since=since, due=since)


def _paused(place: Place, leader: Leader | None, since: date) -> Turn:
    """The leader says when it opens again; a consultant asks, at once where a seat has become free."""
    paused = _last(place, "paused")
    since = paused.on if paused else since
    called = leader and leader.called_on
    freed = place.freed_by or (paused and paused.reason == "seat-free")
    # Who was rung since then, and has not said yes, is asked again as everybody whose place is paused.
    if freed and (not called or called <= since):
        return Turn(what="seat-free", who="leader", since=since, due=since)
    last = max(since, called or since)
    due = add_working_months(last, limits("call", last)["paused"].value)
    return Turn(what="paused", who="leader", since=since, due=due, by=due)


def _asked_soon(place: Place, ended: list[Referral], now: datetime) -> bool:
    """The gateway asks the first one, or the next one, by itself; if that fails, a consultant has it."""
    turned = [referral.asked.turned_at for referral in ended if referral.asked]
    opened = _last(place, "opened", "reopened")
    anew = opened is not None and all(in_denmark(at) < opened.on for at in turned)
    if anew and opened and opened.on == in_denmark(now):
        return True
    return bool(turned) and now - max(turned) < A_MOMENT


def _last(place: Place, *what: str) -> Past | None:
    return next((past for past in reversed(place.history) if past.what in what), None)


def of_referral(referral: Referral, guidance: str | None, today: date, *, proposed: bool = False) -> Turn:
    """The kommune's, as long as it is in time. `guidance`: how the leader wishes to be told (`page`, `call`).

    `proposed`: it has proposed somebody, whose match says whose turn it is; its time does not run out meanwhile.
    """
    asked = referral.asked
    since = asked.since if asked else today
    by = asked.by if asked else None
    if referral.over or (asked and asked.state in OVER):
        return Turn(what="over", who=None, since=since)
    if asked and asked.asked_back:
        return Turn(what="asked-back", who="kommune", since=since, due=since, by=by)
    if not referral.guided or (asked and asked.guided_to not in (None, asked.contact_id)):
        what: Due = "guidance" if guidance == "call" else "no-contact"
        return Turn(what=what, who="consultant", since=since, due=since, by=by)
    if asked is None:
        return Turn(what="with-kommune", who="kommune", since=since)
    if asked.state == "on-hold":
        return Turn(what="on-hold", who="kommune", since=since, by=by)
    if proposed:
        return Turn(what="with-matches", who=None, since=since)
    days, requested = deadlines(since), asked.state == "requested"
    late = add_working_days(since, days.reminder if requested else days.accepted_nudge) + timedelta(days=1)
    by = by or add_working_days(since, days.expired if requested else days.accepted_due)
    if today < late:
        return Turn(what="with-kommune" if requested else "searching", who="kommune", since=since, due=late, by=by)
    return Turn(what="silent" if requested else "slow", who="kommune", since=since, due=late, by=by)


def of_match(match: Match) -> Turn:
    """The leader's first, then the kommune's, then a consultant's, who clears the gate.

    While others of the place have its seats by the leader's yes, it waits for what comes of those.
    """
    since = match.yes_on or match.proposed_on
    if match.state != "proposed":
        return Turn(what="over", who=None, since=since)
    if "leader" in match.missing and match.seat_held:
        return Turn(what="seat-held", who=None, since=since)
    if "leader" in match.missing:
        return Turn(what="leader-yes", who="leader", since=match.proposed_on, due=match.proposed_on, by=match.answer_by)
    if match.missing:
        return Turn(what="kommune-yes", who="kommune", since=since, due=match.answer_by, by=match.answer_by)
    return Turn(what="gate", who="consultant", since=since, due=since, by=match.held_until or match.answer_by)


def of_placement(placement: Placement, *, nobody: bool = False) -> Turn:
    """A living one is asked about; after the end so are its outcomes, for a year. `nobody`: is left to be asked."""
    since, day = placement.since, placement.next_checkin
    if placement.state == "cancelled" or (placement.state == "finished" and day is None):
        return Turn(what="over", who=None, since=since)
    if nobody and placement.state != "finished":
        return Turn(what="new-contact", who="consultant", since=since, due=since)
    if placement.state == "paused" and placement.reason == "approval-expired":
        return Turn(what="approval-expired", who="consultant", since=since, due=since)
    due = day or since  # nobody has waited before
    before = placement.start is not None and due < placement.start  # something happened; it has not begun
    what: dict[str, Due] = {"planned": "check-in" if before else "start", "finished": "aftercare"}
    return Turn(what=what.get(placement.state, "check-in"), who="consultant", since=due, due=due, by=due)


def success(placement: Placement) -> Literal["job", "education", "goal"] | None:
    """What a leader is congratulated on when it is over: by what came of it, else by why it ended."""
    if placement.state != "finished":
        return None
    said = [(when, code) for when, code in placement.outcomes if not _is_unknown(code)]
    last = max((when for when, _ in said), key=_WHEN.index, default=None)
    good = [found for when, code in said if when == last and (found := kinds_of_success(code)) is not None]
    if not good:
        return SUCCESSES.get(placement.reason or "")
    kinds = {kind for found in good for kind in found}
    return "job" if "employment" in kinds else "education" if "education" in kinds else "goal"


def with_outcome(known: tuple[tuple[str, str], ...], when: str | None, code: str | None) -> tuple[tuple[str, str], ...]:
    return (*known, (when, code)) if when in _WHEN and code and (when, code) not in known else known


def _is_unknown(code: str) -> bool:
    return code not in codes("outcomes") or outcome(code).counts_as == "unknown"


def kinds_of_success(code: str | None) -> tuple[str, ...] | None:
    """Of an outcome that is one."""
    known = outcome(code) if code and code in codes("outcomes") else None
    return known.kinds if known and known.counts_as == "positive" else None


def of_challenge(challenge: Challenge, today: date) -> Turn:
    """Somebody is helped, the kommune answers, or it is asked whether it helped."""
    since = challenge.raised_on or today
    if challenge.closed_on and today < challenge.closed_on + A_WEEK:
        return Turn(what="solved", who=None, since=challenge.closed_on)
    if challenge.closed or challenge.raised_on is None:
        return Turn(what="over", who=None, since=since)
    if challenge.help and not challenge.answered:
        return Turn(what="kommune-help", who="kommune", since=since, due=since)
    if challenge.tried_on is None:
        return Turn(what="help", who="consultant", since=since, due=since)
    return Turn(what="judge", who="consultant", since=since, due=challenge.tried_on + A_WEEK)


def is_lost(event: MatchDeclined | MatchCancelled) -> bool:
    """Not by the leader's own decision, and nobody else came in the place of it."""
    if isinstance(event, MatchDeclined):
        return event.party != "leader"
    lost = ("candidate-taken", "candidate-withdrawn", "expired", "referral-over")
    return event.reason in lost or event.reason.startswith("R-")


# -- which are lines, and in which order ------------------------------------------------------------------------------

_RANK = {what: rank for rank, what in enumerate(get_args(Due))}
HELPS: frozenset[Due] = frozenset({"help", "kommune-help", "approval-expired"})
"""Somebody calls for help."""
RUNS_OUT: frozenset[Due] = frozenset(get_args(Due)) - {
    "call", "call-again", "check-in", "start", "aftercare", "paused"
}  # fmt: skip
"""On its last day it is over; what is not here can still be done later."""
BY_ITSELF = frozenset({"asking", "mail-refused"})
"""An hour, or a day, alone makes it another turn. So it does where something that is no line has a `due`: on that day.

All others stay as they are until something happens.
"""


def is_line(turn: Turn, today: date) -> bool:
    """On a consultant's day: now, or later."""
    return turn.what in _RANK and turn.due is not None and turn.due <= today


def waits(turn: Turn) -> bool:
    """Whether it is a line some day, or may become one without anything happening."""
    return turn.due is not None or turn.what in BY_ITSELF


def order(turn: Turn, today: date) -> tuple[int, int, date, date]:
    """Who called for help, then what runs out today or on the next working day, then the rest; the longest first.

    `queries/due.py` puts rows in the same order.
    """
    runs_out = turn.what in RUNS_OUT and turn.by is not None and turn.by <= add_working_days(today, 1)
    return (
        0 if turn.what in HELPS else 1 if runs_out else 2,
        _RANK[turn.what],
        turn.by or turn.due or turn.since,
        turn.since,
    )


def ranks() -> list[tuple[Due, Work, int, bool, bool]]:
    """What can be a line: of which work, at which rank, whether it helps somebody, whether it runs out."""
    return [(what, WORK[what], rank, what in HELPS, what in RUNS_OUT) for what, rank in _RANK.items()]
