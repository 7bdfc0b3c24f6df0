"""The directory: who answers for a kommune, how things are done there, and in which words."""

from municipality_gateway import texts
from municipality_gateway.commands.kommuner import (
    CardAnswer,
    ContactAnswer,
    Erase,
    Forget,
    ImportContacts,
    ImportedAnswer,
    LookAgain,
    RegisterContact,
    Retire,
    TermsAnswer,
    WriteCard,
    WriteTerms,
)
from municipality_gateway.commands.referrals import HandOver
from municipality_gateway.handlers.base import handlers
from municipality_gateway.rules import kommuner as rules
from municipality_gateway.state.kommuner import Contact, Kommune, Word
from municipality_gateway.state.referrals import Referral
from shared.catalogue.calendar import end_of_day
from shared.events.municipality_gateway import ContactChanged, ContactErased, ContactRegistered, ContactRetired
from shared.people.vault import Erased, Person
from shared.spine.work import Message, Work

FACTS = frozenset({"kommune", "role", "unit", "area", "deputy_id", "valid_from", "valid_to", "away_from", "away_to"})


@handlers.on(RegisterContact, (Contact, "contact_id"), (Kommune, "kommune"))
def register_contact(work: Work, message: Message[RegisterContact]) -> ContactAnswer:
    """Whoever writes her down has confirmed that she is there."""
    _register(work, message.data, frozenset())
    return ContactAnswer(contact_id=message.data.contact_id)


@handlers.on(
    ImportContacts,
    (Contact, lambda data: [contact.contact_id for contact in data.contacts]),
    (Kommune, lambda data: [contact.kommune for contact in data.contacts]),
)
def import_contacts(work: Work, message: Message[ImportContacts]) -> ImportedAnswer:
    """A deputy may stand in a later line."""
    coming = frozenset((contact.kommune, contact.contact_id) for contact in message.data.contacts)
    for contact in message.data.contacts:
        _register(work, contact, coming)
    return ImportedAnswer(contacts=len(message.data.contacts))


def _register(work: Work, data: RegisterContact, coming: frozenset[tuple[str, str]]) -> None:
    before = work.get(Contact, data.contact_id)
    rules.check_contact(before, data.kommune)
    rules.check_days(data.valid_from, data.away_from, work.today)
    facts = data.model_dump(include=set(FACTS))
    contact = (before or Contact(id=data.contact_id, **facts)).changed(**facts, confirmed_on=work.today)
    kommune = _kommune(work, data.kommune)
    there = {(kommune.id, other.id) for other in kommune.contacts} | coming
    if data.deputy_id and (kommune.id, data.deputy_id) not in there - {(kommune.id, contact.id)}:
        raise texts.no_such_contact("deputy_id")
    work.put(contact)
    work.write(Person(contact.id, data.person))
    told = {name: getattr(contact, name) for name in ("kommune", "role", "unit", "valid_from", "valid_to")}
    if before is None:
        work.emit(ContactRegistered(contact_id=contact.id, **told))
    elif contact.changed(confirmed_on=before.confirmed_on) != before:
        work.emit(ContactChanged(contact_id=contact.id, **told))
    for name in ("begins", "leaves", "away", "back"):
        work.cancel_timer(contact.key, name)
    for name, day in rules.days_of_change(contact).items():
        if day >= work.today:
            work.timer(contact.key, name, end_of_day(day), LookAgain(kommune=kommune.id))
    others = tuple(other for other in kommune.contacts if other.id != contact.id)
    _now_there(work, kommune, (*others, contact))


@handlers.on(Retire, (Contact, "contact_id"), (Kommune, "kommune"))
def retire(work: Work, message: Message[Retire]) -> ContactAnswer:
    """What was hers goes to another at once, and nothing of hers is kept."""
    data, kommune = message.data, _kommune(work, message.data.kommune)
    ids = {contact.id for contact in kommune.contacts}
    if data.merged_into and data.merged_into not in ids - {data.contact_id}:
        raise texts.no_such_contact("into")
    contact = work.get(Contact, data.contact_id)
    if contact is None or contact.kommune != data.kommune:
        raise texts.no_such_contact("contact_id")
    if not contact.retired:
        _leave(work, contact, message.by)
        work.emit(ContactRetired(contact_id=contact.id, kommune=contact.kommune))
        work.emit(ContactErased(contact_id=contact.id))
        left = tuple(other for other in kommune.contacts if other.id != contact.id)
        _now_there(work, kommune, left, data.merged_into)
    return ContactAnswer(contact_id=data.merged_into or contact.id)


@handlers.on(Erase, (Contact, "person_id"))
def erase(work: Work, message: Message[Erase]) -> None:
    """The right to be forgotten. Whom the person answered for is told, so that nobody is asked who is gone."""
    person_id = message.data.person_id
    work.write(Erased(person_id, message.by))
    if contact := work.get(Contact, person_id):
        work.put(contact.changed(valid_to=contact.valid_from, retired=True))
        forget = Forget(kommune=contact.kommune, id=contact.id)
        work.soon((Kommune.KIND, contact.kommune), f"forget-{contact.id}", forget)
        work.emit(ContactErased(contact_id=person_id))


@handlers.on(Forget, (Kommune, "kommune"))
def forget(work: Work, message: Message[Forget]) -> None:
    kommune = _kommune(work, message.data.kommune)
    _now_there(work, kommune, tuple(contact for contact in kommune.contacts if contact.id != message.data.id))


@handlers.on(LookAgain, (Kommune, "kommune"))
def look_again(work: Work, message: Message[LookAgain]) -> None:
    kommune = _kommune(work, message.data.kommune)
    _now_there(work, kommune, kommune.contacts)


def _leave(work: Work, contact: Contact, by: str) -> None:
    work.put(contact.changed(valid_to=max(contact.valid_from, work.today), retired=True))
    work.write(Erased(contact.id, by))
    work.cancel_timer(contact.key, "begins", "leaves", "away", "back")


def _now_there(work: Work, kommune: Kommune, contacts: tuple[Contact, ...], to: str | None = None) -> None:
    """Each open referral is looked at under its own lock: does it lie with somebody who is there? If not, `to` whom."""
    work.put(kommune.changed(contacts=contacts))
    for id_ in kommune.open:
        work.soon((Referral.KIND, id_), "hand-over", HandOver(referral_id=id_, kommune=kommune.id, to=to))


@handlers.on(WriteCard, (Kommune, "kommune"))
def write_card(work: Work, message: Message[WriteCard]) -> CardAnswer:
    if message.data.card.confirmed_on > work.today:
        raise texts.not_happened("confirmed_on")
    kommune = _kommune(work, message.data.kommune)
    before, card = kommune.card, message.data.card.changed(confirmed_by=message.by)
    if before is None or before.changed(confirmed_by=message.by) != card:
        kommune = kommune.changed(card=card, card_version=kommune.card_version + 1)
        work.put(kommune)
    return CardAnswer(kommune=kommune.id, card_version=kommune.card_version)


@handlers.on(WriteTerms, (Kommune, "kommune"))
def write_terms(work: Work, message: Message[WriteTerms]) -> TermsAnswer:
    """Whoever writes them has confirmed them all."""
    words = tuple(
        Word(concept=word.concept, term=word.term, confirmed_on=work.today, confirmed_by=message.by)
        for word in message.data.words
    )
    kommune = _kommune(work, message.data.kommune).changed(words=words)
    work.put(kommune)
    return TermsAnswer(kommune=kommune.id, terms=len(kommune.words))


def _kommune(work: Work, code: str) -> Kommune:
    return work.get(Kommune, code) or Kommune(id=code)
