"""When a leader is called again."""

from datetime import date

from intake.commands.leaders import SignUp
from intake.state.leaders import Leader, SignedUpAgain

# There is nothing more to call about: the place is found together, or the leader wants none now.
SETTLED = ("reached", "not-now")


def called(leader: Leader, outcome: str, next_call_on: date | None, today: date) -> Leader:
    """On the list until a call settles it: today, or on the day that is named. Who was reached once stays reached."""
    return leader.changed(
        attempts=leader.attempts + 1,
        outcome=leader.outcome if leader.outcome == "reached" else outcome,
        next_call_on=None if outcome in SETTLED else next_call_on or today,
    )


def signed_up_again(leader: Leader, data: SignUp, today: date) -> SignedUpAgain:
    """In the place of the time before, if there was one."""
    return SignedUpAgain(
        id=leader.again.id if leader.again else data.person_id,
        on=today,
        company_id=data.company_id,
        company_name=data.company_name,
        postnr=data.postnr,
    )
