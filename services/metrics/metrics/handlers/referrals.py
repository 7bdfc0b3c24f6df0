"""Referrals: which kommune is asked, what it answers first, and which companies it met through us."""

from metrics import figures, rules
from metrics.handlers.base import IN_ERROR, correct, count, handlers
from metrics.rows import Moment, Total
from metrics.state.referrals import Acquaintance, Referral
from shared.events.municipality_gateway import (
    ReferralAccepted,
    ReferralCancellationRequested,
    ReferralCancelled,
    ReferralChanged,
    ReferralCompleted,
    ReferralEscalated,
    ReferralEvent,
    ReferralExpired,
    ReferralLeaderContacted,
    ReferralLeaderGuided,
    ReferralMeetingMissed,
    ReferralMeetingPlanned,
    ReferralOnHold,
    ReferralRejected,
    ReferralReminded,
    ReferralResumed,
    ReferralSeen,
    ReferralSent,
)
from shared.spine.work import Message, Work


def _acquaintance_id(data: ReferralEvent) -> str:
    return f"{data.kommune}.{data.company_id}"


@handlers.on(ReferralSent, (Referral, "referral_id"))
def sent(work: Work, message: Message[ReferralSent]) -> None:
    data = message.data
    test = rules.is_test(data.kommune, data.place_kommune)
    referral = Referral(id=data.referral_id, kommune=data.kommune, state=data.state, test=test)
    work.put(count(work, referral, figures.REFERRALS_SENT, data.kommune, data.why))
    if not test:
        work.write(
            Moment("sent", referral.id, referral.id, message.time, kommune=data.kommune, follows=data.place_id),
            Moment("referred", data.place_id, referral.id, message.time, data.first_of_place is not False),
        )


@handlers.on(
    ReferralLeaderGuided, ReferralSeen, ReferralResumed, ReferralReminded, ReferralEscalated, ReferralChanged,
    ReferralCompleted, ReferralMeetingPlanned, ReferralMeetingMissed, ReferralCancellationRequested,
    (Referral, "referral_id"),
)  # fmt: skip
def moved(work: Work, message: Message[ReferralEvent]) -> None:
    work.put(_in_state(work, message.data))


@handlers.on(ReferralLeaderContacted, (Referral, "referral_id"))
def contacted(work: Work, message: Message[ReferralLeaderContacted]) -> None:
    referral = _in_state(work, message.data)
    work.put(referral)
    if not referral.test:
        work.write(Moment("contacted", referral.id, referral.id, message.time))


@handlers.on(ReferralAccepted, (Referral, "referral_id"), (Acquaintance, _acquaintance_id))
def accepted(work: Work, message: Message[ReferralAccepted]) -> None:
    data = message.data
    referral = _answered(work, message, "accepted")
    if data.company_known is False and not referral.company_new and not referral.test:
        known = work.get(Acquaintance, _acquaintance_id(data)) or Acquaintance(id=_acquaintance_id(data))
        _meet(work, known, data.kommune, claims=1)
        referral = referral.changed(company_new=True)
    work.put(referral)


@handlers.on(ReferralRejected, (Referral, "referral_id"))
def rejected(work: Work, message: Message[ReferralRejected]) -> None:
    work.put(_answered(work, message, "rejected"))


@handlers.on(ReferralOnHold, (Referral, "referral_id"))
def on_hold(work: Work, message: Message[ReferralOnHold]) -> None:
    work.put(_answered(work, message, "on-hold"))


@handlers.on(ReferralExpired, (Referral, "referral_id"))
def expired(work: Work, message: Message[ReferralExpired]) -> None:
    work.put(_answered(work, message, "expired"))


@handlers.on(ReferralCancelled, (Referral, "referral_id"), (Acquaintance, _acquaintance_id))
def cancelled(work: Work, message: Message[ReferralCancelled]) -> None:
    data = message.data
    referral = _in_state(work, data)
    if data.reason == IN_ERROR and not referral.in_error:
        if referral.company_new:
            _meet(work, work.need(Acquaintance, _acquaintance_id(data)), data.kommune, errors=1)
        referral = correct(work, referral)
    work.put(referral)


def _in_state(work: Work, data: ReferralEvent) -> Referral:
    return work.need(Referral, data.referral_id).changed(state=data.state)


def _answered(work: Work, message: Message[ReferralEvent], answer: str) -> Referral:
    """The first answer counts; later ones only move the state."""
    referral = _in_state(work, message.data)
    if referral.answered:
        return referral
    if not referral.test:
        work.write(Moment("answered", referral.id, referral.id, message.time))
    return count(work, referral, figures.REFERRALS_ANSWERED, referral.kommune, answer).changed(answered=True)


def _meet(work: Work, known: Acquaintance, kommune: str, *, claims: int = 0, errors: int = 0) -> None:
    known, more = rules.met(known, claims=claims, errors=errors)
    work.put(known)
    if more or errors:
        work.write(Total.of(figures.COMPANIES_NEW, kommune, value=more, corrected=errors))
