"""The directory: who answers for a kommune, how things are done there, and in which words."""

from municipality_gateway import texts
from municipality_gateway.commands.kommuner import (
    CardAnswer,
    ContactAnswer,
    Erase,
    Forget,
    RegisterContact,
    TermsAnswer,
    WriteCard,
    WriteTerms,
)
from municipality_gateway.handlers.base import handlers
from municipality_gateway.state.kommuner import Contact, Kommune
from shared.events.municipality_gateway import ContactChanged, ContactErased, ContactRegistered
from shared.people.vault import Erased, Person
from shared.spine.work import Message, Work


@handlers.on(RegisterContact, (Contact, "contact_id"), (Kommune, "kommune"))
def register_contact(work: Work, message: Message[RegisterContact]) -> ContactAnswer:
    data, before = message.data, work.get(Contact, message.data.contact_id)
    if before and before.kommune != data.kommune:
        raise texts.contact_of_another()
    facts = data.model_dump(include={"kommune", "role", "unit", "valid_from", "valid_to"})
    contact = before or Contact(id=data.contact_id, **facts)
    contact = contact.changed(role=data.role, unit=data.unit, valid_from=data.valid_from, valid_to=data.valid_to)
    kommune = _kommune(work, data.kommune)
    others = tuple(other for other in kommune.contacts if other.id != contact.id)
    work.put(contact, kommune.changed(contacts=(*others, contact)))
    work.write(Person(contact.id, data.person))
    if contact != before:
        kind = ContactChanged if before else ContactRegistered
        work.emit(kind(contact_id=contact.id, **facts))
    return ContactAnswer(contact_id=contact.id)


@handlers.on(Erase, (Contact, "person_id"))
def erase(work: Work, message: Message[Erase]) -> None:
    """The right to be forgotten. Whom the person answered for is told, so that nobody is asked who is gone."""
    person_id = message.data.person_id
    work.write(Erased(person_id, message.by))
    if contact := work.get(Contact, person_id):
        work.put(contact.changed(valid_to=contact.valid_from))
        forget = Forget(kommune=contact.kommune, id=contact.id)
        work.soon((Kommune.KIND, contact.kommune), f"forget-{contact.id}", forget)
        work.emit(ContactErased(contact_id=person_id))


@handlers.on(Forget, (Kommune, "kommune"))
def forget(work: Work, message: Message[Forget]) -> None:
    kommune = _kommune(work, message.data.kommune)
    others = tuple(contact for contact in kommune.contacts if contact.id != message.data.id)
    work.put(kommune.changed(contacts=others))


@handlers.on(WriteCard, (Kommune, "kommune"))
def write_card(work: Work, message: Message[WriteCard]) -> CardAnswer:
    kommune = _kommune(work, message.data.kommune)
    if message.data.card != kommune.card:
        kommune = kommune.changed(card=message.data.card, card_version=kommune.card_version + 1)
        work.put(kommune)
    return CardAnswer(kommune=kommune.id, card_version=kommune.card_version)


@handlers.on(WriteTerms, (Kommune, "kommune"))
def write_terms(work: Work, message: Message[WriteTerms]) -> TermsAnswer:
    kommune = _kommune(work, message.data.kommune).changed(words=message.data.words)
    work.put(kommune)
    return TermsAnswer(kommune=kommune.id, terms=len(kommune.words))


def _kommune(work: Work, code: str) -> Kommune:
    return work.get(Kommune, code) or Kommune(id=code)
