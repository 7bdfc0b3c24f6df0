"""Links without an account: a new one is asked for, a referral is passed on to a colleague."""

from municipality_gateway import texts
from municipality_gateway.commands.links import Forward, LinkAnswer, SendLink
from municipality_gateway.commands.referrals import ReferralAnswer
from municipality_gateway.handlers.base import handlers, keep
from municipality_gateway.handlers.referrals import turn_to
from municipality_gateway.rules import links as rules
from municipality_gateway.rules.kommuner import Desk, is_named
from municipality_gateway.state.kommuner import Contact, Kommune
from municipality_gateway.state.referrals import Referral
from shared.mail.rows import Mail
from shared.spine.work import Message, Work


@handlers.on(SendLink, (Referral, "referral_id"), (Contact, "contact_id"))
def send_link(work: Work, message: Message[SendLink]) -> LinkAnswer:
    """To whom it belongs: a link that was found opens nothing more by being asked for again."""
    data = message.data
    referral, contact = work.get(Referral, data.referral_id), work.get(Contact, data.contact_id)
    if referral and contact and contact.valid(work.today) and not rules.is_over(referral):
        asked = referral.link_asked
        if asked is None or work.now - asked >= rules.AGAIN:
            work.put(referral.changed(link_asked=work.now))
            work.write(Mail(work.new_id(), "new-link", contact.id, {"referral_id": referral.id}))
    return texts.LINK_SENT


@handlers.on(Forward, (Referral, "referral_id"), (Kommune, "kommune"))
def forward(work: Work, message: Message[Forward]) -> ReferralAnswer:
    data, referral = message.data, work.need(Referral, message.data.referral_id)
    if not referral.open:
        raise texts.over_already()
    kommune = work.get(Kommune, data.kommune) or Kommune(id=data.kommune)
    if not is_named(kommune, data.contact_id, work.today):
        raise texts.no_such_contact("contact_id")
    role = next(contact.role for contact in kommune.contacts if contact.id == data.contact_id)
    keep(work, referral, turn_to(work, referral, kommune, Desk(data.contact_id, role)))
    return ReferralAnswer(referral_id=referral.id, state=referral.state, business_status=referral.business_status)
