"""Matches: proposed, agreed by all, or over."""

from metrics import figures, rules
from metrics.handlers.base import IN_ERROR, correct, count, handlers
from metrics.rows import Moment
from metrics.state.matches import Match
from shared.events.matching import MatchAgreed, MatchApproved, MatchCancelled, MatchDeclined, MatchProposed
from shared.spine.work import Message, Work


@handlers.on(MatchProposed, (Match, "match_id"))
def proposed(work: Work, message: Message[MatchProposed]) -> None:
    data = message.data
    match = Match(id=data.match_id, place_id=data.place_id, test=rules.is_test(data.kommune, data.place_kommune))
    work.put(count(work, match, figures.MATCHES_PROPOSED))


@handlers.on(MatchApproved, (Match, "match_id"))
def approved(work: Work, message: Message[MatchApproved]) -> None:
    data = message.data
    match = work.need(Match, data.match_id)
    if data.party == "leader" and match.status == "open":
        work.put(match.changed(status="held"))


@handlers.on(MatchDeclined, (Match, "match_id"))
def declined(work: Work, message: Message[MatchDeclined]) -> None:
    data = message.data
    match = work.need(Match, data.match_id).changed(status="over")
    work.put(count(work, match, figures.MATCHES_DECLINED, data.party, data.reason))


@handlers.on(MatchAgreed, (Match, "match_id"))
def agreed(work: Work, message: Message[MatchAgreed]) -> None:
    data = message.data
    match = work.need(Match, data.match_id).changed(status="agreed")
    match = count(work, match, figures.MATCHES_AGREED, data.kommune)
    if data.kommune != data.place_kommune:
        match = count(work, match, figures.MATCHES_CROSS_BORDER)
    work.put(match)
    if not match.test:
        work.write(
            Moment("agreed", match.id, match.id, message.time, kommune=data.kommune, follows=match.place_id),
            Moment("matched", data.referral_id, match.id, message.time, data.first_of_referral is not False),
        )


@handlers.on(MatchCancelled, (Match, "match_id"))
def cancelled(work: Work, message: Message[MatchCancelled]) -> None:
    data = message.data
    match = work.need(Match, data.match_id).changed(status="over")
    work.put(correct(work, match) if data.reason == IN_ERROR else match)
