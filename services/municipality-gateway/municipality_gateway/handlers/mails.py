"""Mail to a kommune's contact: what has come of a referral, and what follows when no mail reaches her."""

from municipality_gateway.commands.mails import AddressRefused, AskAnother, TellContact, Unreachable
from municipality_gateway.handlers.base import handlers, keep
from municipality_gateway.handlers.referrals import turn_to
from municipality_gateway.rules import kommuner as rules
from municipality_gateway.state.kommuner import Contact, Kommune
from municipality_gateway.state.referrals import Referral
from shared.mail.rows import Mail
from shared.spine.work import Message, Work


@handlers.on(TellContact, (Referral, "referral_id"), (Kommune, "kommune"))
def tell_contact(work: Work, message: Message[TellContact]) -> None:
    """Whoever has it, or has taken over from who has gone."""
    data, kommune = message.data, work.get(Kommune, message.data.kommune)
    if (referral := work.get(Referral, data.referral_id)) and kommune:
        there = rules.is_named(kommune, referral.contact_id, work.today)
        asked = referral if there else rules.successor(kommune, referral.contact_id, work.today)
        about = {"referral_id": referral.id, **data.about}
        work.write(Mail(work.new_id(), data.template, asked.contact_id, about))


@handlers.on(AddressRefused, (Contact, "contact_id"))
def address_refused(work: Work, message: Message[AddressRefused]) -> None:
    contact = work.get(Contact, message.data.contact_id)
    if contact is None or contact.retired:
        return
    work.put(contact.changed(refused_on=contact.refused_on or work.today))
    command = Unreachable(kommune=contact.kommune, contact_id=contact.id)
    work.soon((Kommune.KIND, contact.kommune), f"unreachable-{contact.id}", command)


@handlers.on(Unreachable, (Kommune, "kommune"))
def unreachable(work: Work, message: Message[Unreachable]) -> None:
    data, kommune = message.data, work.need(Kommune, message.data.kommune)
    contacts = tuple(
        contact.changed(refused_on=contact.refused_on or work.today) if contact.id == data.contact_id else contact
        for contact in kommune.contacts
    )
    work.put(kommune.changed(contacts=contacts))
    for id_ in kommune.open:
        command = AskAnother(referral_id=id_, kommune=kommune.id, contact_id=data.contact_id)
        work.soon((Referral.KIND, id_), f"unreachable-{data.contact_id}", command)


@handlers.on(AskAnother, (Referral, "referral_id"), (Kommune, "kommune"))
def ask_another(work: Work, message: Message[AskAnother]) -> None:
    """Where there is nobody else it stays with her: she can still be rung."""
    data, referral = message.data, work.get(Referral, message.data.referral_id)
    kommune = work.get(Kommune, data.kommune)
    if not (referral and kommune and referral.open and referral.contact_id == data.contact_id):
        return
    if desk := rules.another(kommune, data.contact_id, work.today):
        keep(work, referral, turn_to(work, referral, kommune, desk))
