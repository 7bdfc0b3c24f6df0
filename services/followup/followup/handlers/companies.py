"""What intake says of companies: something can be hard there before anybody begins."""

from followup.handlers.base import handlers
from followup.state.companies import Company
from shared.events.intake import LeaderSignedUp
from shared.spine.work import Message, Work


@handlers.on(LeaderSignedUp, (Company, "company_id"))
def signed_up(work: Work, message: Message[LeaderSignedUp]) -> None:
    data = message.data
    if work.get(Company, data.company_id) is None:
        work.put(Company(id=data.company_id, leader_id=data.leader_id))
