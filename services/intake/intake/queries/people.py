"""People's contact data, and who has a given e-mail or phone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, cast

from pydantic import ConfigDict

from intake.commands.people import Contact
from intake.state.leaders import Changed
from shared.db import Connection
from shared.frozen import Frozen, Shown
from shared.people.vault import Kind
from shared.runtime import Runtime
from shared.web.access import Principal
from shared.web.dependencies import people
from shared.web.problems import NOT_FOUND, Problem


class ContactView(Frozen):
    name: str
    email: str | None = None
    phone: str | None = None


class PersonView(ContactView):
    """A leader, or a colleague of one; a kommune and a next call are a leader's.

    `leader_id`: through whom a colleague is known, else whoever of the company joined first.
    """

    person_id: str
    leader_id: str | None
    role: Literal["leader", "colleague"]
    company_id: str
    company_name: str | None
    kommune: str | None
    next_call_on: date | None


async def contacts(runtime: Runtime, ids: Sequence[str], who: Principal, route: str) -> dict[str, ContactView]:
    """By person, without those who are erased."""
    opened = await people(runtime, ids, who, route)
    return {id_: ContactView.model_validate(data) for id_, data in opened.items()}


async def gone(pool: Connection, ids: Iterable[str | None]) -> frozenset[str]:
    """Who of them is erased, or goes on as another. Nobody's contact data are opened."""
    asked = {id_ for id_ in ids if id_}
    here = await pool.fetch(
        "SELECT id FROM aggregate WHERE kind IN ('leader', 'colleague') AND id = ANY ($1)"
        " AND state->>'erased' IS DISTINCT FROM 'true'",
        sorted(asked),
    )
    return frozenset(asked - {row["id"] for row in here})


class ChangedView(Shown, Changed):
    """Who put which fields right, and when."""

    model_config = ConfigDict(extra="ignore")


class Differs(Frozen):
    """What of a person's contact data differs from what is known, and the whole as it is then."""

    fields: tuple[str, ...]
    contact: Contact | None


async def differs(
    runtime: Runtime, person_id: str, said: Mapping[str, str | None], who: Principal, route: str
) -> Differs:
    """404 where nobody has the id any more. Reading it is logged."""
    known = (await contacts(runtime, [person_id], who, route)).get(person_id)
    if known is None:
        raise Problem(NOT_FOUND, field="person_id")
    before = known.model_dump()
    fields = tuple(name for name, value in said.items() if value is not None and value != before.get(name))
    contact = Contact(**{**before, **{name: said[name] for name in fields}}) if fields else None
    return Differs(fields=fields, contact=contact)


async def search(runtime: Runtime, kind: str, value: str, who: Principal) -> list[PersonView]:
    """Everybody who has it, oldest first: colleagues may share a phone, and are all of one company.

    At most 100: a longer word finds fewer.
    """
    persons, companies, workplaces = list[str](), list[str](), list[str]()
    if kind in ("name", "email", "phone"):
        persons = [str(id_) for id_ in await runtime.vault.find_by_hash(runtime.pool, cast("Kind", kind), value)]
    elif kind == "company_name":
        named = "SELECT id FROM aggregate WHERE kind = 'company' AND strpos(lower(state->>'name'), lower($1)) > 0"
        companies = [row["id"] for row in await runtime.pool.fetch(named, value.strip())]
    else:
        number = f"cvr:{value}" if kind == "cvr" else f"workplace:{value}"
        found = [
            str(row["id"]) for row in await runtime.pool.fetch("SELECT id FROM register WHERE number = $1", number)
        ]
        companies, workplaces = (found, []) if kind == "cvr" else ([], found)
    rows = await runtime.pool.fetch(
        "SELECT p.id AS person_id, p.kind AS role, p.state->>'company_id' AS company_id,"
        " c.state->>'name' AS company_name,"
        " CASE p.kind WHEN 'leader' THEN p.id ELSE coalesce(p.state->>'added_by', (SELECT min(l.id) FROM aggregate l"
        " WHERE l.kind = 'leader' AND l.state->>'company_id' = p.state->>'company_id')) END AS leader_id,"
        " p.state->>'kommune' AS kommune, (p.state->>'next_call_on')::date AS next_call_on"
        " FROM aggregate p LEFT JOIN aggregate c ON c.kind = 'company' AND c.id = p.state->>'company_id'"
        " WHERE p.kind IN ('leader', 'colleague') AND (p.id = ANY($1) OR p.state->'again'->>'id' = ANY($1)"
        " OR p.state->>'company_id' = ANY($2) OR p.state->>'workplace_id' = ANY($3))"
        " AND EXISTS (SELECT FROM person WHERE id = p.id::uuid) ORDER BY p.id LIMIT 100",
        persons,
        companies,
        workplaces,
    )
    known = await contacts(runtime, [row["person_id"] for row in rows], who, "POST /leaders/search")
    return [PersonView(**row, **dict(known[row["person_id"]])) for row in rows if row["person_id"] in known]
