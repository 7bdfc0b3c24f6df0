"""What matching says, passed on to the young person's kommune, and what it means for the referral."""

from typing import get_args

from municipality_gateway import refusals
from municipality_gateway.handlers.base import handlers, keep, pass_on
from municipality_gateway.rules import referral as rules
from municipality_gateway.state import Match, MatchDeadline, Party, Referral
from shared.catalogue.calendar import end_of_day
from shared.events import matching
from shared.spine.work import Message, Work

DEADLINE = "answer"


@handlers.on(matching.MatchProposed, (Match, "match_id"), (Referral, "referral_id"))
def proposed(work: Work, message: Message[matching.MatchProposed]) -> None:
    said = message.data
    work.need(Referral, said.referral_id)
    owed = frozenset(party for party in said.approvals_needed if party in get_args(Party))
    match = Match(
        id=said.match_id,
        owed=owed,
        **said.model_dump(include={"place_id", "referral_id", "kommune", "candidate_id", "reply_id"}),
    )
    work.put(match)
    if owed:
        command = MatchDeadline(match_id=match.id, kommune=match.kommune)
        work.timer(match.key, DEADLINE, end_of_day(said.answer_by), command)
    pass_on(work, said, said.kommune)


@handlers.on(matching.MatchRefused, (Referral, "referral_id"))
def refused(work: Work, message: Message[matching.MatchRefused]) -> None:
    said = message.data
    referral = work.need(Referral, said.referral_id)
    pass_on(work, said, said.kommune)
    keep(work, referral, rules.fell_through(referral, said.reply_id))


@handlers.on(matching.MatchApproved, (Match, "match_id"))
def approved(work: Work, message: Message[matching.MatchApproved]) -> None:
    match = work.need(Match, message.data.match_id)
    settle(work, match.changed(owed=match.owed - {message.data.party}))
    pass_on(work, message.data, match.kommune)


@handlers.on(matching.MatchAgreed, (Match, "match_id"), (Referral, "referral_id"))
def agreed(work: Work, message: Message[matching.MatchAgreed]) -> None:
    match, referral = work.need(Match, message.data.match_id), work.need(Referral, message.data.referral_id)
    settle(work, match.changed(state="agreed", owed=frozenset()))
    pass_on(work, message.data, match.kommune)
    keep(work, referral, rules.matched(referral, match.id, match.reply_id))


def _over(work: Work, message: Message[matching.MatchDeclined | matching.MatchCancelled]) -> None:
    match, referral = work.need(Match, message.data.match_id), work.need(Referral, message.data.referral_id)
    settle(work, match.changed(state="over", owed=frozenset()))
    pass_on(work, message.data, match.kommune)
    keep(work, referral, rules.fell_through(referral, match.reply_id, match.id))


for _kind in (matching.MatchDeclined, matching.MatchCancelled):
    handlers.on(_kind, (Match, "match_id"), (Referral, "referral_id"))(_over)


@handlers.on(matching.MatchAnswerRefused)
def answer_refused(work: Work, message: Message[matching.MatchAnswerRefused]) -> None:
    """In a race a decider further in may still refuse what was taken."""
    said = message.data
    refusals.answer(work, said.kommune, said.match_id, said.reply_id, refusals.decided(said.rule, said.field))


def settle(work: Work, match: Match) -> None:
    """Keep it; with nothing owed any more, nothing is waited for."""
    work.put(match)
    if not match.owed:
        work.cancel_timer(match.key, DEADLINE)
