"""Candidates are proposed and withdrawn."""

from matching.handlers.base import cancel_soon, candidate_key, handlers, leaders_deadline
from matching.rules import candidates, matches, places
from matching.state.candidates import Candidate
from matching.state.matches import Match, match_of
from matching.state.places import Place, Spot
from matching.state.referrals import Referral
from shared.catalogue import reach
from shared.catalogue.calendar import add_working_days
from shared.catalogue.deadlines import deadlines
from shared.events.matching import MatchProposed, MatchRefused
from shared.events.municipality_gateway import CandidateProposed, CandidateWithdrawn
from shared.spine.work import Message, Work


@handlers.on(
    CandidateProposed,
    (Match, match_of),
    (Place, "place_id"),
    (Referral, "referral_id"),
    (Candidate, candidate_key),
)
def candidate_proposed(work: Work, message: Message[CandidateProposed]) -> None:
    data, match_id, version = message.data, match_of(message.data), message.version or 1
    if work.get(Match, match_id):
        return
    referral, place = work.need(Referral, data.referral_id), work.need(Place, data.place_id)
    known = work.get(Candidate, candidate_key(data)) or Candidate(id=candidate_key(data), version=version)
    candidate = known.changed(version=version, withdrawn=False)
    terms = candidates.terms_of(data, place)
    minutes = reach.minutes(place.offer.kommune, data.kommune)
    rule = candidates.obstacle(place, referral, candidate, terms.seat)
    if rule := rule or candidates.misfit(terms, place.offer, data.profile, minutes):
        work.put(candidate)
        work.emit(
            MatchRefused(
                match_id=match_id,
                place_id=data.place_id,
                referral_id=data.referral_id,
                leader_id=data.leader_id,
                candidate_id=data.candidate_id,
                kommune=data.kommune,
                place_kommune=place.offer.kommune,
                reply_id=data.reply_id,
                rule=rule,
            )
        )
        return
    match = matches.proposed(data, terms, place, add_working_days(work.today, deadlines(work.today).match_answer))
    work.put(
        match,
        places.put(place, match.id, Spot(seat=terms.seat)),
        referral.changed(matches=referral.matches | {match.id}),
        candidate.changed(waiting={**candidate.waiting, match.id: place.id}),
    )
    leaders_deadline(work, match, match.answer_by)
    work.emit(
        MatchProposed(
            **match.about,
            reply_id=match.reply_id,
            terms=terms,
            warnings=match.warnings,
            approvals_needed=match.needed,
            gate=tuple(match.gate),
            answer_by=match.answer_by,
        )
    )


@handlers.on(CandidateWithdrawn, (Candidate, candidate_key))
def candidate_withdrawn(work: Work, message: Message[CandidateWithdrawn]) -> None:
    candidate = work.get(Candidate, candidate_key(message.data))
    if candidate is None:  # never proposed
        return
    work.put(candidate.changed(version=message.version or candidate.version, withdrawn=True, waiting={}))
    for match_id, place_id in candidate.waiting.items():
        cancel_soon(work, match_id, place_id, "candidate-withdrawn")
