"""Leaders: who joins, who is reached, what they learn. They are not remembered; a sign-up cannot be in error."""

from metrics import figures, rules
from metrics.handlers.base import handlers
from metrics.rows import Moment, Total
from metrics.state.leaders import Kickoffs
from shared.events.intake import LeaderCallCorrected, LeaderCalled, LeaderDevelopmentNoted, LeaderSignedUp
from shared.spine.work import Message, Work


def _kickoffs(data: LeaderSignedUp) -> str | None:
    return Kickoffs.ALL if data.first_of_company and data.kickoff else None


@handlers.on(LeaderSignedUp, (Kickoffs, _kickoffs))
def signed_up(work: Work, message: Message[LeaderSignedUp]) -> None:
    data = message.data
    if rules.is_test(data.kommune):
        return
    joined = Moment(
        "signed-up", data.leader_id, data.leader_id, message.time, kommune=data.kommune, kickoff=data.kickoff
    )
    work.write(Total.of(figures.LEADERS, data.kommune), joined)
    if data.first_of_company:
        work.write(Total.of(figures.COMPANIES, _kickoff(work, data.kickoff) if data.kickoff else "none"))


def _kickoff(work: Work, code: str) -> str:
    known = work.get(Kickoffs, Kickoffs.ALL) or Kickoffs(id=Kickoffs.ALL)
    known, label = rules.attributed(known, code)
    work.put(known)
    return label


@handlers.on(LeaderCalled)
def called(work: Work, message: Message[LeaderCalled]) -> None:
    data = message.data
    if rules.is_test(data.kommune):
        return
    work.write(Total.of(figures.CALLS, data.outcome))
    if data.outcome == "reached":
        work.write(Moment("reached", data.leader_id, data.leader_id, message.time))


@handlers.on(LeaderCallCorrected)
def call_corrected(work: Work, message: Message[LeaderCallCorrected]) -> None:
    data = message.data
    if data.outcome != data.before and not rules.is_test(data.kommune):
        work.write(Total.of(figures.CALLS, data.before, value=0, corrected=1), Total.of(figures.CALLS, data.outcome))


@handlers.on(LeaderDevelopmentNoted)
def developed(work: Work, message: Message[LeaderDevelopmentNoted]) -> None:
    if not rules.is_test(message.data.kommune):
        work.write(*(Total.of(figures.DEVELOPMENT, code) for code in message.data.codes))
