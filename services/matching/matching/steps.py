"""What several handlers do with a match: a yes, a no, an end, and what follows in a transaction of its own."""

from datetime import date

from matching.rules import agreement, seats
from matching.state import Agree, Cancel, Match, MatchState, Place
from shared.catalogue.calendar import end_of_day
from shared.events import matching as say
from shared.events.base import Approval
from shared.events.matching import Party
from shared.spine.work import Work


def approve(work: Work, match: Match, approval: Approval, held_until: date | None = None) -> None:
    others = tuple(given for given in match.approvals if given.party != approval.party)
    match = match.changed(approvals=(*others, approval))
    work.put(match)
    work.emit(say.MatchApproved(**match.about, party=approval.party, held_until=held_until))
    agree_soon(work, match)


def agree_soon(work: Work, match: Match) -> None:
    """The last yes or answer to come triggers it, whichever it is."""
    if agreement.complete(match):
        where = Agree(
            match_id=match.id, place_id=match.place_id, referral_id=match.referral_id, candidate=match.candidate
        )
        work.soon(match.key, "agree", where)


def leaders_deadline(work: Work, match: Match, last_day: date) -> None:
    """The leader can say yes until its end; after the yes the seat is held. The kommune's deadline is the gateway's."""
    late = Cancel(match_id=match.id, place_id=match.place_id, reason="expired")
    work.timer(match.key, "deadline", end_of_day(last_day), late)


def cancel_soon(work: Work, match_id: str, place_id: str, reason: str) -> None:
    work.soon((Match.KIND, match_id), "cancel", Cancel(match_id=match_id, place_id=place_id, reason=reason))


def decline(work: Work, match: Match, party: Party, reason: str | None) -> None:
    _end(work, match, "declined", reason or "no-reason", party)
    work.emit(say.MatchDeclined(**match.about, party=party, reason=reason or "no-reason"))


def cancel(work: Work, match: Match, reason: str) -> None:
    _end(work, match, "cancelled", reason)
    work.emit(say.MatchCancelled(**match.about, reason=reason))


def _end(work: Work, match: Match, state: MatchState, reason: str, by: Party | None = None) -> None:
    """It is over before it was agreed; the seat it may have held is free."""
    place = work.need(Place, match.place_id)
    work.put(match.changed(state=state, reason=reason, by=by), seats.leave(place, match.id))
    work.cancel_timer(match.key, "deadline")
