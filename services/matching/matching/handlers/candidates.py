"""Candidates are registered to the pool, proposed and withdrawn."""

from functools import reduce

from matching.handlers.base import ask_or_wait, cancel_soon, candidate_key, handlers, leaders_deadline
from matching.queries.pool import Person
from matching.rows import Pool
from matching.rules import candidates, matches, places, suggestions
from matching.state.candidates import Candidate
from matching.state.matches import Match, match_of
from matching.state.places import Place, Spot
from matching.state.referrals import Referral
from shared.catalogue import reach
from shared.catalogue.calendar import today
from shared.events.matching import MatchExplained, MatchProposed, MatchRefused
from shared.events.municipality_gateway import (
    CandidateChanged,
    CandidateProposed,
    CandidateRegistered,
    CandidateWithdrawn,
)
from shared.spine.work import Message, Work


@handlers.on(CandidateRegistered, CandidateChanged, (Candidate, candidate_key))
def candidate_registered(work: Work, message: Message[CandidateRegistered]) -> None:
    """Who has a place is not suggested for another; the kommune registers again when it is over."""
    data = message.data
    candidate = work.get(Candidate, candidate_key(data))
    if candidate and candidate.match:
        return
    work.write(Pool(work.now, message.id, Person(data.kommune, data.candidate_id), data.profile))


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
    said_on = data.said_on or today(message.time)
    if rule := candidates.refusal(data, terms, place, referral, candidate, said_on, minutes):
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
                field=candidates.FIELDS[rule],
            )
        )
        return
    # Terms change only by a new proposal, which replaces the one before: whoever said yes to that is asked again.
    replaced = places.open_to(place, candidate)
    for before in replaced:
        cancel_soon(work, before, place.id, "replaced")
    waiting = {id_: at for id_, at in candidate.waiting.items() if id_ not in replaced}
    answer_by = matches.last_day(terms.start, work.today)
    reasons = suggestions.reasons(terms, place.offer, data.profile, minutes, work.today)
    match = matches.proposed(data, terms, place, candidate, answer_by).changed(reasons=reasons)
    place = places.put(place, match.id, Spot(seat=terms.seat, terms=terms))
    work.put(
        match,
        place,
        referral.changed(matches=referral.matches | {match.id}),
        candidate.changed(waiting={**waiting, match.id: place.id}),
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
        ),
        MatchExplained(
            match_id=match.id,
            referral_id=match.referral_id,
            place_id=match.place_id,
            candidate_id=match.candidate_id,
            kommune=match.kommune,
            score=suggestions.score(reasons),
            reasons=reasons,
        ),
    )
    ask_or_wait(work, match, reduce(places.leave, replaced, place))


@handlers.on(CandidateWithdrawn, (Candidate, candidate_key))
def candidate_withdrawn(work: Work, message: Message[CandidateWithdrawn]) -> None:
    work.write(Pool(work.now, message.id, Person(message.data.kommune, message.data.candidate_id)))
    candidate = work.get(Candidate, candidate_key(message.data))
    if candidate is None:  # never proposed
        return
    work.put(candidate.changed(version=message.version or candidate.version, withdrawn=True, waiting={}))
    for match_id, place_id in candidate.waiting.items():
        cancel_soon(work, match_id, place_id, "candidate-withdrawn")
