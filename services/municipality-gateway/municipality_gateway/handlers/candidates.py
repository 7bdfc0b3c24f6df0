"""A young person is registered, proposed, or no longer there."""

from municipality_gateway.handlers.base import keep, on_reply, said_on
from municipality_gateway.handlers.referrals import asked_of
from municipality_gateway.rules import referrals as rules
from municipality_gateway.rules import replies
from municipality_gateway.state.candidates import Candidate
from municipality_gateway.state.referrals import Referral
from municipality_gateway.state.replies import with_said
from shared.events import municipality_gateway as say
from shared.events.kommune.replies import CandidateProposed, CandidateRegistered, CandidateWithdrawn
from shared.spine.work import Message, Work


@on_reply(CandidateProposed, (Referral, "referral_id"), (Candidate, "candidate_id"))
def proposed(work: Work, message: Message[CandidateProposed], code: str) -> None:
    data = message.data
    referral = asked_of(work, data, code)
    kommune = replies.kommune_of(data, code)
    candidate = work.get(Candidate, data.candidate_id) or Candidate(id=data.candidate_id)
    entrances = candidate.entrances
    if kommune != code:
        entrances = {**entrances, kommune: entrances.get(kommune, frozenset()) | {code}}
    of, withdrawn = candidate.of | {kommune}, candidate.withdrawn - {kommune}
    work.put(candidate.changed(of=of, withdrawn=withdrawn, entrances=entrances))
    after, events = rules.propose(referral, work.today, message.id)
    keep(work, referral, (after.changed(said=with_said(after.said, message, "candidate-proposed")), events))
    work.emit(
        say.CandidateProposed(
            kommune=kommune,
            place_id=referral.place_id,
            leader_id=referral.leader_id,
            reply_id=message.id,
            said_on=said_on(work, message),
            **data.model_dump(by_alias=True, exclude={"kommune"}),
        )
    )


@on_reply(CandidateRegistered, (Candidate, "candidate_id"))
def registered(work: Work, message: Message[CandidateRegistered], code: str) -> None:
    """Said again it counts anew for as long as profiles are kept, also where nothing in it is other than before."""
    candidate = work.get(Candidate, message.data.candidate_id) or Candidate(id=message.data.candidate_id)
    known = code in candidate.registered - candidate.withdrawn
    kind = say.CandidateChanged if known else say.CandidateRegistered
    work.put(
        candidate.changed(
            of=candidate.of | {code}, withdrawn=candidate.withdrawn - {code}, registered=candidate.registered | {code}
        )
    )
    work.emit(kind(kommune=code, reply_id=message.id, **message.data.model_dump(by_alias=True)))


@on_reply(CandidateWithdrawn, (Candidate, "candidate_id"))
def withdrawn(work: Work, message: Message[CandidateWithdrawn], code: str) -> None:
    data = message.data
    candidate = work.get(Candidate, data.candidate_id) or replies.unknown("candidate_id")
    its = {kommune for kommune in candidate.of if code in (kommune, *candidate.entrances.get(kommune, ()))}
    if not its:
        replies.not_yours("candidate_id")
    work.put(candidate.changed(withdrawn=candidate.withdrawn | its))
    for kommune in sorted(its - candidate.withdrawn):
        work.emit(say.CandidateWithdrawn(candidate_id=candidate.id, kommune=kommune, reason=data.reason))
