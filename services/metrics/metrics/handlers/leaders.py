"""Leaders: who joins, and who is reached. They are not remembered; a sign-up cannot be in error."""

from metrics import figures, rules
from metrics.handlers.base import handlers
from metrics.rows import Moment, Total
from shared.events.intake import LeaderCalled, LeaderSignedUp
from shared.spine.work import Message, Work


@handlers.on(LeaderSignedUp)
def signed_up(work: Work, message: Message[LeaderSignedUp]) -> None:
    data = message.data
    if rules.is_test(data.kommune):
        return
    work.write(
        Total.of(figures.LEADERS, data.kommune), Moment("signed-up", data.leader_id, data.leader_id, message.time)
    )
    if data.first_of_company:
        work.write(Total.of(figures.COMPANIES, data.kickoff or "none"))


@handlers.on(LeaderCalled)
def called(work: Work, message: Message[LeaderCalled]) -> None:
    data = message.data
    if rules.is_test(data.kommune):
        return
    work.write(Total.of(figures.CALLS, data.outcome))
    if data.outcome == "reached":
        work.write(Moment("reached", data.leader_id, data.leader_id, message.time))
