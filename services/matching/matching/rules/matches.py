"""Whose yes is needed, what the gate asks, whether an answer fits, and what still stands in the way at the end."""

from datetime import date, timedelta
from typing import Literal

from matching.rules import candidates, places
from matching.state.candidates import Candidate
from matching.state.matches import Match, match_of
from matching.state.places import Place
from matching.state.referrals import Referral
from shared.catalogue.calendar import add_working_days
from shared.catalogue.deadlines import deadlines
from shared.catalogue.forms import is_paid, needs_kommune_approval
from shared.events.base import Approval, Terms
from shared.events.matching import Party
from shared.events.municipality_gateway import CandidateProposed, MatchAnswered
from shared.spine.decision import Refused

ALWAYS = (
    "met-each-other",
    "tasks-clear",
    "hours-realistic",
    "support-named",
    "resources",
    "transport-settled",
    "expectations-aligned",
)


def proposed(proposal: CandidateProposed, terms: Terms, place: Place, candidate: Candidate, answer_by: date) -> Match:
    under_18 = candidates.is_under_18(proposal.profile)
    return Match(
        id=match_of(proposal),
        place_id=proposal.place_id,
        referral_id=proposal.referral_id,
        leader_id=place.offer.leader_id,
        candidate_id=proposal.candidate_id,
        kommune=proposal.kommune,
        place_kommune=place.offer.kommune,
        reply_id=proposal.reply_id,
        terms=terms,
        warnings=candidates.warnings(terms, place, candidate, under_18=under_18),
        needed=needed(terms),
        gate=dict.fromkeys(questions(terms, place, under_18=under_18)),
        under_18=under_18,
        answer_by=answer_by,
        strengths=proposal.profile.strengths,
        interests=proposal.profile.interests,
    )


def needed(terms: Terms) -> tuple[Party, ...]:
    """Proposing is the kommune's yes, except where the form needs its approval. The young person is always asked."""
    if needs_kommune_approval(terms.form, terms.start):
        return "leader", "young-person", "kommune"
    return "leader", "young-person"


def questions(terms: Terms, place: Place, *, under_18: bool) -> tuple[str, ...]:
    """What consultant and leader go through before anybody starts: most early ends were matched too fast."""
    praktik = not is_paid(terms.form)
    asked = {
        "next-step-planned": praktik,
        "employee-representative-heard": praktik or terms.form == "LOENTILSKUD",
        "u18-task-confirmed": under_18 and any(map(candidates.flagged, terms.tasks)),
        "slow-match-considered": place.early_end or bool(place.ended_early),
    }
    return (*ALWAYS, *(question for question, when in asked.items() if when))


def last_day(start: date, today: date, working_days: int | None = None) -> date:
    """For a yes that is asked for today, and for what is settled after it: before the first day.

    Where none is left before it, today is one.
    """
    named = add_working_days(today, deadlines(today).match_answer if working_days is None else working_days)
    return max(today, min(named, start - timedelta(days=1)))


def missing(match: Match) -> list[Party]:
    """Who must still say yes."""
    return [party for party in match.needed if match.approval_of(party) is None]


def gate_missing(match: Match) -> list[str]:
    """A question that was answered with no keeps the gate shut, like one that was not answered."""
    return [question for question, answer in match.gate.items() if not answer]


def seat_is_held(match: Match, place: Place) -> bool:
    """The leader cannot say yes now: all seats are held by her yes to others."""
    return match.state == "proposed" and "leader" in missing(match) and not places.can_hold(place, match.id)


WaitsFor = Literal["leader", "young-person", "kommune", "consultant", "seat"]


def waits_for(match: Match) -> WaitsFor | None:
    """Whose list of work it is on: one at a time. None when it is over, agreed, or being agreed this moment."""
    if match.state != "proposed":
        return None
    if match.seat_held:
        return "seat"
    owed = missing(match)
    order: tuple[Party, ...] = "leader", "young-person", "kommune"
    return next((party for party in order if party in owed), "consultant" if gate_missing(match) else None)


def waits_until(match: Match) -> date:
    """The last day for whoever it waits for: a yes is due on the day that was told when it was proposed."""
    return match.answer_by if missing(match) else _gate_until(match)


def _gate_until(match: Match) -> date:
    """The leader's yes moves it: the seat is held so long."""
    return match.held_until or match.answer_by


def owed(match: Match) -> list[tuple[WaitsFor, date]]:
    """Everybody who is to do something, and the last day for it. No time runs for what waits for a seat alone."""
    if match.state != "proposed":
        return []
    due: list[tuple[WaitsFor, date]] = [
        (party, match.answer_by) for party in missing(match) if party != "leader" or not match.seat_held
    ]
    return due if match.seat_held or not gate_missing(match) else [*due, ("consultant", _gate_until(match))]


def kommune_owes(match: Match) -> bool:
    """All that is missing comes through the kommune."""
    owes = missing(match)
    return bool(owes) and "leader" not in owes


def complete(match: Match) -> bool:
    return match.state == "proposed" and not missing(match) and not gate_missing(match)


def hindrance(match: Match, place: Place, referral: Referral, candidate: Candidate) -> str | None:
    """Why a match with every yes cannot be agreed after all: something happened while the last yes was on its way."""
    if place.state in ("paused", "closed"):
        return f"place-{place.state}"
    if referral.over:
        return "referral-over"
    if candidate.match:
        return "candidate-taken"
    # A withdrawal empties the list; who is proposed anew after it, or on other terms, is proposed for that alone.
    if match.id not in candidate.waiting:
        return "candidate-withdrawn" if candidate.withdrawn else "replaced"
    return no_longer_fits(match, place)


def no_longer_fits(match: Match, place: Place) -> str | None:
    """The place was changed since the proposal, or its last seat is gone. A seat that is held stays while it fits."""
    broken = candidates.unfit(match.terms, place.offer, under_18=match.under_18)
    return next(broken, None) or (None if places.can_take(place, match.id) else "seat-taken")


def asked_more(match: Match, place: Place) -> Match:
    """A placement here ended early after this match was proposed: its gate is as strict as for the next one."""
    more = questions(match.terms, place, under_18=match.under_18)
    return match.changed(gate={**dict.fromkeys(more), **match.gate})


def approval(answer: MatchAnswered) -> Approval:
    return Approval(party=answer.party, form=answer.form, hours=answer.hours, from_=answer.from_, to=answer.to)


def holds_already(match: Match, answer: MatchAnswered) -> bool:
    """The same answer again is no error; a deadline that passes after the yes is none either."""
    if answer.answer == "yes":
        return match.state in ("proposed", "agreed", "ended") and match.approval_of(answer.party) == approval(answer)
    if answer.answer == "no":
        return match.state == "declined" and match.by == answer.party
    return match.state != "proposed" or match.approval_of(answer.party) is not None


def leader_said_already(match: Match, answer: Literal["yes", "no"]) -> bool:
    """The leader's same answer again."""
    if answer == "yes":
        return match.state in ("proposed", "agreed") and match.approval_of("leader") is not None
    return match.state == "declined" and match.by == "leader"


def yes_is_said(match: Match) -> bool:
    """By the leader, who may still take it back."""
    return match.state == "proposed" and match.approval_of("leader") is not None


def refusal(match: Match, answer: MatchAnswered) -> tuple[str, str] | None:
    """(field, rule) where an answer came too late, or approves something else than the terms."""
    if match.state != "proposed":
        return "match_id", "state"
    if answer.answer == "yes" and answer.party == "kommune":
        return _uncovered(match.terms, approval(answer))
    return None


def _uncovered(terms: Terms, given: Approval) -> tuple[str, str] | None:
    """The field in which an approval does not cover the terms: nobody works before it begins or after it ends.

    Where the terms have no end, the approval's is the end: follow-up pauses there (`approval-expired`).
    """
    covered = {
        "form": given.form in (None, terms.form),
        "hours": given.hours is None or given.hours >= terms.hours,
        "from": given.from_ is None or given.from_ <= terms.start,
        "to": given.to is None or given.to >= (terms.until or terms.start),
    }
    if field := next((field for field, holds in covered.items() if not holds), None):
        return field, "rule:R-COVER"
    end = terms.until or given.to
    # One of them says when it ends (R-PRAKTIK-3): for ever is longer than the law allows.
    for_ever = end is None and candidates.has_an_end_by_law(terms.form, terms.start)
    if for_ever or candidates.longer_than_lawful(terms.form, terms.start, end):
        return "to", "rule:R-PRAKTIK-1"
    return None


def must_be_open(match: Match) -> None:
    if match.state == "agreed":
        raise Refused(
            "state",
            "match_id",
            "Aftalen er indgået. Ring til konsulenten, hvis noget skal være anderledes.",
            "The match is agreed. Call the consultant if something has to change.",
            409,
        )
    if match.state != "proposed":
        raise Refused(
            "state",
            "match_id",
            "Forslaget er ikke åbent længere. Kommunen kan foreslå igen.",
            "The match is over. The kommune can propose again.",
            409,
        )


def must_ask(match: Match, answers: dict[str, bool]) -> None:
    """A question that this match is not asked is refused."""
    if unknown := next((question for question in answers if question not in match.gate), None):
        raise Refused(
            "unknown-code",
            f"answers.{unknown}",
            "Spørgsmålet hører ikke til denne aftale. GET /matches/{id} viser dem, der gør.",
            "The question does not belong to this match. GET /matches/{id} shows those that do.",
        )


def must_have_seat(place: Place, match: Match) -> None:
    if not places.can_hold(place, match.id):
        raise Refused(
            "no-seat",
            "answer",
            "Alle pladser er optaget eller lovet væk. Sig nej til et andet forslag først, eller vent på svar fra det.",
            "All seats are taken or held. Say no to another proposal first, or wait for its answer.",
            409,
        )
