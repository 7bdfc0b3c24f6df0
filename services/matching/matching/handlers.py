"""One short function per event and command: it translates; the rules decide."""

from typing import Any

from matching import steps
from matching.rules import agreement, fit, seats
from matching.state import Agree, AnswerGate, Cancel, Candidate, LeaderAnswers, Match, Place, Referral, Spot, match_of
from shared.catalogue import reach
from shared.catalogue.calendar import add_working_days
from shared.catalogue.deadlines import deadlines
from shared.events import followup, intake
from shared.events import matching as say
from shared.events import municipality_gateway as gateway
from shared.events.base import Approval
from shared.spine.decision import NotYet
from shared.spine.work import Handlers, Message, Work

handlers = Handlers()

OVER = {"completed", "rejected", "failed", "cancelled", "entered-in-error"}


def _candidate(data: gateway.CandidateEvent | followup.PlacementEvent) -> str:
    return f"{data.kommune}.{data.candidate_id}"


# -- places and referrals ----------------------------------------------------------------------------------------------


@handlers.on(intake.PlaceOpened, (Place, "place_id"))
def place_opened(work: Work, message: Message[intake.PlaceOpened]) -> None:
    offer, version = message.data, message.version or 1
    known = work.get(Place, offer.place_id) or Place(id=offer.place_id, offer=offer, state=offer.state, version=version)
    work.put(known.changed(offer=offer, state=offer.state, version=version))


@handlers.on(intake.PlaceFilled, (Place, "place_id"))
@handlers.on(intake.PlacePaused, (Place, "place_id"))
@handlers.on(intake.PlaceReopened, (Place, "place_id"))
@handlers.on(intake.PlaceClosed, (Place, "place_id"))
def place_moved(work: Work, message: Message[intake.PlaceEvent]) -> None:
    data, place = message.data, work.get(Place, message.data.place_id)
    if place is None:  # it never opened
        return
    # Intake has seen the placement end that freed the seat; here the seat is free when we have seen it, too.
    freed_by = data.placement_id if isinstance(data, intake.PlaceReopened) else None
    if freed_by and freed_by not in place.ended:
        raise NotYet(place.key)
    work.put(place.changed(state=data.state, version=message.version))
    if data.state in ("paused", "closed"):
        for match_id in seats.not_agreed(place):
            steps.cancel_soon(work, match_id, place.id, f"place-{data.state}")


@handlers.on(gateway.ReferralSent, (Referral, "referral_id"), (Place, "place_id"))
def referral_sent(work: Work, message: Message[gateway.ReferralSent]) -> None:
    data, place = message.data, work.need(Place, message.data.place_id)
    if place.version < data.place_version:
        raise NotYet(place.key)
    if work.get(Referral, data.referral_id) is None:
        work.put(Referral(id=data.referral_id, place_id=data.place_id, kommune=data.kommune))


@handlers.on(gateway.ReferralRejected, (Referral, "referral_id"))
@handlers.on(gateway.ReferralExpired, (Referral, "referral_id"))
@handlers.on(gateway.ReferralCancelled, (Referral, "referral_id"))
@handlers.on(gateway.ReferralCompleted, (Referral, "referral_id"))
@handlers.on(gateway.ReferralChanged, (Referral, "referral_id"))
def referral_moved(work: Work, message: Message[gateway.ReferralEvent]) -> None:
    data, referral = message.data, work.need(Referral, message.data.referral_id)
    over = data.state in OVER or data.business_status == "cancellation-requested"
    work.put(referral.changed(over=over))
    if over and not referral.over:
        for match_id in referral.matches:
            steps.cancel_soon(work, match_id, referral.place_id, "referral-over")


# -- candidates --------------------------------------------------------------------------------------------------------


@handlers.on(
    gateway.CandidateProposed,
    (Match, match_of),
    (Place, "place_id"),
    (Referral, "referral_id"),
    (Candidate, _candidate),
)
def candidate_proposed(work: Work, message: Message[gateway.CandidateProposed]) -> None:
    data, match_id, version = message.data, match_of(message.data), message.version or 1
    if work.get(Match, match_id):
        return
    referral, place = work.need(Referral, data.referral_id), work.need(Place, data.place_id)
    candidate = work.get(Candidate, _candidate(data)) or Candidate(id=_candidate(data), version=version)
    candidate = candidate.changed(version=version, withdrawn=False)
    terms = fit.terms_of(data, place)
    minutes = reach.minutes(place.offer.kommune, data.kommune)
    about = data.model_dump(include={"place_id", "referral_id", "leader_id", "candidate_id", "kommune", "reply_id"})
    about["place_kommune"] = place.offer.kommune
    no = fit.obstacle(place, referral, candidate, terms.seat) or fit.misfit(terms, place.offer, data.profile, minutes)
    if no:
        work.put(candidate)
        work.emit(say.MatchRefused(match_id=match_id, **about, rule=no))
        return
    match = Match(
        id=match_id,
        **about,
        terms=terms,
        warnings=fit.warnings(terms, place.offer),
        needed=agreement.needed(terms),
        gate=dict.fromkeys(agreement.questions(terms, data.profile, place)),
        answer_by=add_working_days(work.today, deadlines(work.today).match_answer),
    )
    work.put(
        match,
        seats.put(place, match_id, Spot(seat=terms.seat)),
        referral.changed(matches=referral.matches | {match_id}),
        candidate.changed(waiting={**candidate.waiting, match_id: place.id}),
    )
    steps.leaders_deadline(work, match, match.answer_by)
    work.emit(
        say.MatchProposed(
            **match.about,
            reply_id=match.reply_id,
            terms=terms,
            warnings=match.warnings,
            approvals_needed=match.needed,
            gate=tuple(match.gate),
            answer_by=match.answer_by,
        )
    )


@handlers.on(gateway.CandidateWithdrawn, (Candidate, _candidate))
def candidate_withdrawn(work: Work, message: Message[gateway.CandidateWithdrawn]) -> None:
    candidate = work.get(Candidate, _candidate(message.data))
    if candidate is None:  # never proposed
        return
    gone: dict[str, Any] = {"version": message.version, "withdrawn": True, "waiting": {}}
    work.put(candidate.changed(**gone))
    for match_id, place_id in candidate.waiting.items():
        steps.cancel_soon(work, match_id, place_id, "candidate-withdrawn")


# -- yes and no --------------------------------------------------------------------------------------------------------


@handlers.on(gateway.MatchAnswered, (Match, "match_id"), (Place, "place_id"))
def answered(work: Work, message: Message[gateway.MatchAnswered]) -> None:
    data, match = message.data, work.need(Match, message.data.match_id)
    if agreement.holds_already(match, data):
        return
    if why := agreement.unfit(match, data):
        if data.reply_id:
            field, rule = why
            work.emit(say.MatchAnswerRefused(**match.about, reply_id=data.reply_id, field=field, rule=rule))
    elif data.answer == "yes":
        steps.approve(work, match, agreement.approval(data))
    elif data.answer == "no":
        steps.decline(work, match, data.party, data.reason)
    else:
        steps.cancel(work, match, "expired")


@handlers.on(LeaderAnswers, (Match, "match_id"), (Place, "place_id"))
def leader_answers(work: Work, message: Message[LeaderAnswers]) -> None:
    asked, match = message.data, work.need(Match, message.data.match_id)
    if asked.answer == "yes" and match.state in ("proposed", "agreed") and match.approval_of("leader"):
        return
    if asked.answer == "no" and match.state == "declined" and match.by == "leader":
        return
    agreement.must_be_open(match)
    if asked.answer == "no":
        steps.decline(work, match, "leader", asked.reason)
        return
    place = work.need(Place, match.place_id)
    agreement.must_have_seat(place, match)
    held_until = add_working_days(work.today, deadlines(work.today).match_answer)
    match = match.changed(held_until=held_until)
    work.put(seats.hold(place, match.id))
    steps.leaders_deadline(work, match, held_until)
    steps.approve(work, match, Approval(party="leader"), held_until)


@handlers.on(AnswerGate, (Match, "match_id"))
def answer_gate(work: Work, message: Message[AnswerGate]) -> None:
    answers, match = message.data.answers, work.need(Match, message.data.match_id)
    agreement.must_ask(match, answers)
    changed = match.changed(gate={**match.gate, **answers})
    if changed == match:
        return
    agreement.must_be_open(match)
    work.put(changed)
    steps.agree_soon(work, changed)


@handlers.on(Agree, (Match, "match_id"), (Place, "place_id"), (Referral, "referral_id"), (Candidate, "candidate"))
def agree(work: Work, message: Message[Agree]) -> None:
    asked, match = message.data, work.need(Match, message.data.match_id)
    if not agreement.complete(match):
        return
    place, candidate = work.need(Place, asked.place_id), work.need(Candidate, asked.candidate)
    if reason := agreement.hindrance(match, place, work.need(Referral, asked.referral_id), candidate):
        steps.cancel(work, match, reason)
        return
    place = seats.take(place, match.id)
    work.put(
        match.changed(state="agreed"),
        place,
        candidate.changed(match=match.id, waiting={}),
    )
    work.cancel_timer(match.key, "deadline")
    work.emit(
        say.MatchAgreed(
            **match.about,
            terms=match.terms,
            approvals=match.approvals,
            gate=tuple(match.gate),
            warnings=match.warnings,
            seats_left=seats.left(place),
            candidate_version=candidate.version,
            contact_id=place.offer.contact_id,
            buddy_id=place.offer.buddy_id,
            company_id=place.offer.company_id,
        )
    )
    for other in seats.without_seat(place):
        steps.cancel_soon(work, other, place.id, "seat-taken")
    for other, place_id in candidate.waiting.items():
        if other != match.id:
            steps.cancel_soon(work, other, place_id, "candidate-taken")


@handlers.on(Cancel, (Match, "match_id"), (Place, "place_id"))
def cancel(work: Work, message: Message[Cancel]) -> None:
    match = work.need(Match, message.data.match_id)
    if match.state == "proposed":
        steps.cancel(work, match, message.data.reason)


# -- what became of it -------------------------------------------------------------------------------------------------


@handlers.on(followup.PlacementEnded, (Match, "match_id"), (Place, "place_id"), (Candidate, _candidate))
@handlers.on(followup.PlacementCancelled, (Match, "match_id"), (Place, "place_id"), (Candidate, _candidate))
def placement_over(work: Work, message: Message[followup.PlacementEnded | followup.PlacementCancelled]) -> None:
    data, match = message.data, work.need(Match, message.data.match_id)
    place, candidate = work.need(Place, data.place_id), work.need(Candidate, _candidate(data))
    early = isinstance(data, followup.PlacementEnded) and data.how == "early"
    ended = {"ended": place.ended | {data.placement_id}, "early_end": place.early_end or early}
    work.put(match.changed(state="ended"), seats.leave(place, match.id).changed(**ended))
    if candidate.match == match.id:
        work.put(candidate.changed(match=None))
