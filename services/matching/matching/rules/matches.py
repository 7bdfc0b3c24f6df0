"""Whose yes is needed, what the gate asks, whether an answer fits, and what still stands in the way at the end."""

from datetime import date
from typing import Literal

from matching.rules import candidates, places
from matching.state.candidates import Candidate
from matching.state.matches import Match, match_of
from matching.state.places import Place
from matching.state.referrals import Referral
from shared.catalogue.forms import is_paid, needs_kommune_approval
from shared.catalogue.tasks import task
from shared.events.base import Approval, Profile, Terms
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


def proposed(proposal: CandidateProposed, terms: Terms, place: Place, answer_by: date) -> Match:
    return Match(
        id=match_of(proposal),
        place_id=proposal.place_id,
        referral_id=proposal.referral_id,
        leader_id=proposal.leader_id,
        candidate_id=proposal.candidate_id,
        kommune=proposal.kommune,
        place_kommune=place.offer.kommune,
        reply_id=proposal.reply_id,
        terms=terms,
        warnings=candidates.warnings(terms, place.offer),
        needed=needed(terms),
        gate=dict.fromkeys(questions(terms, proposal.profile, place)),
        answer_by=answer_by,
    )


def needed(terms: Terms) -> tuple[Party, ...]:
    """Proposing is the kommune's yes, except where the form needs its approval. The young person is always asked."""
    if needs_kommune_approval(terms.form, terms.start):
        return "leader", "young-person", "kommune"
    return "leader", "young-person"


def questions(terms: Terms, profile: Profile, place: Place) -> tuple[str, ...]:
    """What consultant and leader go through before anybody starts: most early ends were matched too fast."""
    praktik = not is_paid(terms.form)
    asked = {
        "next-step-planned": praktik,
        "employee-representative-heard": praktik or terms.form == "LOENTILSKUD",
        "u18-task-confirmed": profile.age_band == "15-17" and any(map(_flagged, terms.tasks)),
        "slow-match-considered": place.early_end,
    }
    return (*ALWAYS, *(question for question, when in asked.items() if when))


def missing(match: Match) -> list[Party]:
    """Who must still say yes."""
    return [party for party in match.needed if match.approval_of(party) is None]


def gate_missing(match: Match) -> list[str]:
    """A question that was answered with no keeps the gate shut, like one that was not answered."""
    return [question for question, answer in match.gate.items() if not answer]


def complete(match: Match) -> bool:
    return match.state == "proposed" and not missing(match) and not gate_missing(match)


def hindrance(match: Match, place: Place, referral: Referral, candidate: Candidate) -> str | None:
    """Why a match with every yes cannot be agreed after all: something happened while the last yes was on its way."""
    if place.state in ("paused", "closed"):
        return f"place-{place.state}"
    if referral.over:
        return "referral-over"
    if candidate.withdrawn:
        return "candidate-withdrawn"
    if candidate.match:
        return "candidate-taken"
    return None if places.can_take(place, match.id) else "seat-taken"


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


def unfit(match: Match, answer: MatchAnswered) -> tuple[str, str] | None:
    """(field, rule) where an answer came too late, or approves something else than the terms."""
    if match.state != "proposed":
        return "match_id", "state"
    if answer.answer == "yes" and answer.party == "kommune":
        return _uncovered(match.terms, approval(answer))
    return None


def _uncovered(terms: Terms, given: Approval) -> tuple[str, str] | None:
    """Where the terms have no end, the approval's is the end: follow-up pauses there (`approval-expired`)."""
    if given.form and given.form != terms.form:
        return "form", "rule:R-FIT-FORM"
    if given.hours and given.hours < terms.hours:
        return "hours", "rule:R-FIT-HOURS"
    # Nobody works before the approval begins or after it ends.
    if given.from_ and given.from_ > terms.start:
        return "from", "rule:R-PAY-1"
    if given.to and given.to < (terms.until or terms.start):
        return "to", "rule:R-PAY-1"
    return None


def must_be_open(match: Match) -> None:
    if match.state == "agreed":
        raise Refused(
            "state",
            "match_id",
            "Matchet er aftalt. Ring til konsulenten, hvis noget skal være anderledes.",
            "The match is agreed. Call the consultant if something has to change.",
            409,
        )
    if match.state != "proposed":
        raise Refused(
            "state",
            "match_id",
            "Matchet er slut. Kommunen kan foreslå igen.",
            "The match is over. The kommune can propose again.",
            409,
        )


def must_ask(match: Match, answers: dict[str, bool]) -> None:
    """A question that this match is not asked is refused."""
    if unknown := next((question for question in answers if question not in match.gate), None):
        raise Refused(
            "unknown-code",
            f"answers.{unknown}",
            "Spørgsmålet hører ikke til dette match. GET /matches/{id} viser dem, der gør.",
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


def _flagged(task_id: str) -> bool:
    """A task to be checked before somebody of 15 to 17 gets it (R-U18-1); one that is not known is, too."""
    try:
        return task(task_id).u18_check is not None
    except KeyError:
        return True
