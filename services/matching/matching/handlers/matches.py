"""Each yes and no, the gate, the agreement, and the ends of what is not agreed."""

from datetime import date

from matching.commands import Agree, AnswerGate, Cancel, Correct, Expire, LeaderAnswers, MatchAnswer, Recheck
from matching.handlers.base import IN_ERROR, ask_or_wait, cancel_soon, handlers, leaders_deadline, recheck_soon
from matching.queries.pool import Person
from matching.rows import Pool
from matching.rules import matches, places
from matching.state.candidates import Candidate
from matching.state.matches import Match, MatchState
from matching.state.places import Place
from matching.state.referrals import Referral
from shared.events.base import Approval
from shared.events.matching import (
    MatchAgreed,
    MatchAnswerRefused,
    MatchApproved,
    MatchCancelled,
    MatchDeclined,
    Party,
)
from shared.events.municipality_gateway import MatchAnswered
from shared.spine.work import Message, Work


@handlers.on(MatchAnswered, (Match, "match_id"), (Place, "place_id"))
def answered(work: Work, message: Message[MatchAnswered]) -> None:
    data, match = message.data, work.need(Match, message.data.match_id)
    if matches.holds_already(match, data):
        return
    if why := matches.refusal(match, data):
        if data.reply_id:
            field, rule = why
            work.emit(
                MatchAnswerRefused(**match.about, reply_id=data.reply_id, field=field, rule=rule, terms=match.terms)
            )
    elif data.answer == "yes":
        _approve(work, match, matches.approval(data))
    elif data.answer == "no":
        _decline(work, match, data.party, data.reason)
    else:
        _cancel(work, match, "expired")


@handlers.on(LeaderAnswers, (Match, "match_id"), (Place, "place_id"))
def leader_answers(work: Work, message: Message[LeaderAnswers]) -> MatchAnswer:
    data, match = message.data, work.need(Match, message.data.match_id)
    answer = MatchAnswer(match_id=match.id)
    if matches.leader_said_already(match, data.answer):
        return answer
    matches.must_be_open(match)
    if data.answer == "no":
        _decline(work, match, "leader", data.reason)
        return answer
    place = work.need(Place, match.place_id)
    matches.must_have_seat(place, match)
    held_until = matches.last_day(match.terms.start, work.today)
    place = places.hold(place, match.id)
    work.put(place)
    recheck_soon(work, place)
    leaders_deadline(work, match, held_until)
    match = match.changed(held_until=held_until, seat_held=False)
    _approve(work, match, Approval(party="leader"), held_until)
    return answer


@handlers.on(AnswerGate, (Match, "match_id"))
def answer_gate(work: Work, message: Message[AnswerGate]) -> MatchAnswer:
    data, match = message.data, work.need(Match, message.data.match_id)
    matches.must_ask(match, data.answers)
    changed = match.changed(gate={**match.gate, **data.answers})
    if changed != match:
        matches.must_be_open(match)
        work.put(changed)
        _agree_soon(work, changed)
    return MatchAnswer(match_id=match.id)


@handlers.on(Agree, (Match, "match_id"), (Place, "place_id"), (Referral, "referral_id"), (Candidate, "candidate"))
def agree(work: Work, message: Message[Agree]) -> None:
    data, match = message.data, work.need(Match, message.data.match_id)
    if not matches.complete(match):
        return
    place, candidate = work.need(Place, data.place_id), work.need(Candidate, data.candidate)
    referral = work.need(Referral, data.referral_id)
    if reason := matches.hindrance(match, place, referral, candidate):
        _cancel(work, match, reason)
        return
    if (stricter := matches.asked_more(match, place)) != match:
        work.put(stricter)
        return
    place = places.take(place, match.id)
    work.put(match.forgotten().changed(state="agreed"), place, candidate.changed(match=match.id, waiting={}))
    work.write(Pool(work.now, message.id, Person(match.kommune, match.candidate_id)))
    work.put(referral.changed(agreed=True))
    work.cancel_timer(match.key, "deadline")
    work.emit(
        MatchAgreed(
            **match.about,
            terms=match.terms,
            approvals=match.approvals,
            gate=tuple(match.gate),
            warnings=match.warnings,
            seats_left=places.left(place),
            candidate_version=candidate.version,
            contact_id=place.offer.contact_id,
            buddy_id=place.offer.buddy_id,
            company_id=place.offer.company_id,
            first_of_referral=not referral.agreed,
        )
    )
    for other in places.without_seat(place):
        cancel_soon(work, other, place.id, "seat-taken")
    for other, place_id in candidate.waiting.items():
        if other != match.id:
            cancel_soon(work, other, place_id, "candidate-taken")


@handlers.on(Cancel, (Match, "match_id"), (Place, "place_id"))
def cancel(work: Work, message: Message[Cancel]) -> None:
    data, match = message.data, work.need(Match, message.data.match_id)
    if match.state == "proposed":
        _cancel(work, match, data.reason)


@handlers.on(Expire, (Match, "match_id"), (Place, "place_id"))
def expire(work: Work, message: Message[Expire]) -> None:
    """What the kommune owes is not ours to call late: its yes may lie unread. The seat is held until it is known."""
    match = work.need(Match, message.data.match_id)
    if match.state != "proposed" or ask_or_wait(work, match, work.need(Place, match.place_id)).seat_held:
        return
    if matches.kommune_owes(match):
        later = matches.last_day(match.terms.start, work.today, 1)
        work.put(match.changed(held_until=later))
        leaders_deadline(work, match, later)
    else:
        _cancel(work, match, "expired")


@handlers.on(Recheck, (Match, "match_id"), (Place, "place_id"))
def recheck(work: Work, message: Message[Recheck]) -> None:
    data, match = message.data, work.need(Match, message.data.match_id)
    place = work.need(Place, data.place_id)
    if match.leader_id != place.offer.leader_id:
        match = match.changed(leader_id=place.offer.leader_id)
        work.put(match)
    if match.state != "proposed":
        return
    if reason := matches.no_longer_fits(match, place):
        _cancel(work, match, reason)
        return
    if (stricter := matches.asked_more(match, place)) != match:
        work.put(stricter)
    ask_or_wait(work, stricter, place)


@handlers.on(Correct, (Match, "match_id"), (Place, "place_id"))
def correct(work: Work, message: Message[Correct]) -> MatchAnswer:
    match = work.need(Match, message.data.match_id)
    if match.reason != IN_ERROR:
        matches.must_be_open(match)
        _cancel(work, match, IN_ERROR)
    return MatchAnswer(match_id=match.id)


def _approve(work: Work, match: Match, approval: Approval, held_until: date | None = None) -> None:
    others = tuple(given for given in match.approvals if given.party != approval.party)
    match = match.changed(approvals=(*others, approval))
    work.put(match)
    work.emit(MatchApproved(**match.about, party=approval.party, held_until=held_until))
    _agree_soon(work, match)


def _agree_soon(work: Work, match: Match) -> None:
    """The last yes or answer to come triggers it, whichever it is."""
    if matches.complete(match):
        where = Agree(
            match_id=match.id, place_id=match.place_id, referral_id=match.referral_id, candidate=match.candidate
        )
        work.soon(match.key, "agree", where)


def _decline(work: Work, match: Match, party: Party, reason: str | None) -> None:
    _end(work, match, "declined", reason or "no-reason", party)
    work.emit(MatchDeclined(**match.about, party=party, reason=reason or "no-reason"))


def _cancel(work: Work, match: Match, reason: str) -> None:
    _end(work, match, "cancelled", reason)
    work.emit(MatchCancelled(**match.about, reason=reason))


def _end(work: Work, match: Match, state: MatchState, reason: str, by: Party | None = None) -> None:
    """It is over before it was agreed; the seat it may have held is free."""
    place = places.leave(work.need(Place, match.place_id), match.id)
    work.put(match.forgotten().changed(state=state, reason=reason, by=by, seat_held=False), place)
    work.cancel_timer(match.key, "deadline")
    recheck_soon(work, place)
