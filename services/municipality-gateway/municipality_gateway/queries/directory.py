"""The directory as CSV, and what an import of one would do."""

from municipality_gateway import texts
from municipality_gateway.commands.directory import WrongLine, read, written
from municipality_gateway.commands.kommuner import RegisterContact
from municipality_gateway.rules.kommuner import check_contact, check_days
from municipality_gateway.state.kommuner import Contact, Kommune
from shared.catalogue import calendar
from shared.frozen import Frozen
from shared.people.vault import DISTINCT
from shared.runtime import Runtime
from shared.spine.aggregates import many
from shared.spine.decision import Refused
from shared.spine.work import Work
from shared.web.access import Principal
from shared.web.dependencies import people


class ImportView(Frozen):
    """What an import did, or (in a dry run, or where a line is wrong) would have done: nothing is done by halves."""

    dry_run: bool
    done: bool
    new: int
    known: int
    wrong: list[WrongLine]


async def exported(runtime: Runtime, who: Principal) -> str:
    """Each reading of a person is logged."""
    kommuner = await many(
        runtime.pool, Kommune, "SELECT state, shape FROM aggregate WHERE kind = 'kommune' ORDER BY id"
    )
    contacts = [contact for kommune in kommuner for contact in kommune.contacts]
    persons = await people(runtime, [contact.id for contact in contacts], who, "GET /directory")
    return written({**c.model_dump(), "contact_id": c.id, **persons.get(c.id, {})} for c in contacts)


async def looked_through(runtime: Runtime, text: str) -> tuple[list[RegisterContact], ImportView]:
    """Those without an id get that of the person of the same e-mail or phone in the same kommune, or a new one."""
    lines, wrong = read(text)
    all_known, today = await _known(runtime), calendar.today(runtime.clock.now())
    known = {id_: contact for id_, contact in all_known.items() if not contact.retired}
    contacts: list[RegisterContact] = []
    for line, contact in lines.items():
        ready = contact if contact.contact_id else contact.changed(contact_id=await _id_of(runtime, contact, known))
        contacts.append(ready)
        try:
            check_contact(all_known.get(ready.contact_id), ready.kommune)
            check_days(ready.valid_from, ready.away_from, today)
        except Refused as refusal:
            wrong.append(_wrong(line, refusal))
    ids = {(contact.kommune, contact.contact_id) for contact in contacts}
    ids |= {(contact.kommune, contact.id) for contact in known.values()}
    for line, ready in zip(lines, contacts, strict=True):
        if ready.deputy_id and (ready.deputy_id == ready.contact_id or (ready.kommune, ready.deputy_id) not in ids):
            wrong.append(_wrong(line, texts.no_such_contact("deputy_id")))
    old = sum(contact.contact_id in known for contact in contacts)
    counted = {"new": len(contacts) - old, "known": old}
    return contacts, ImportView(dry_run=True, done=False, wrong=sorted(wrong, key=lambda one: one.line), **counted)


def _wrong(line: int, refusal: Refused) -> WrongLine:
    return WrongLine(line=line, field=refusal.field, da=refusal.da, en=refusal.en)


async def _known(runtime: Runtime) -> dict[str, Contact]:
    """Those who are gone, too."""
    found = await many(runtime.pool, Contact, "SELECT state, shape FROM aggregate WHERE kind = 'contact'")
    return {contact.id: contact for contact in found}


async def _id_of(runtime: Runtime, contact: RegisterContact, known: dict[str, Contact]) -> str:
    """The same person is not written down twice."""
    async with runtime.pool.acquire() as conn:
        for kind in DISTINCT:
            value = contact.person.get(kind)
            for id_ in await runtime.vault.find_by_hash(conn, kind, value) if value else ():
                if (there := known.get(str(id_))) and there.kommune == contact.kommune:
                    return there.id
    return Work.new_id()
