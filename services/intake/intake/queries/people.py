"""People's contact data, and who has a given e-mail or phone."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from intake.rules.people import looked_for
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.web.access import Principal
from shared.web.dependencies import people


class ContactView(Frozen):
    name: str
    email: str | None = None
    phone: str | None = None


class PersonView(ContactView):
    """A leader, or a colleague of one; a kommune and a next call are a leader's."""

    person_id: str
    role: Literal["leader", "colleague"]
    company_id: str
    company_name: str | None
    kommune: str | None
    next_call_on: date | None


async def contacts(runtime: Runtime, ids: Sequence[str], who: Principal, route: str) -> dict[str, ContactView]:
    """By person, without those who are erased."""
    opened = await people(runtime, ids, who, route)
    return {id_: ContactView.model_validate(data) for id_, data in opened.items()}


async def with_contact(runtime: Runtime, email: str | None, phone: str | None, who: Principal) -> list[PersonView]:
    """Everybody who has it, oldest first: colleagues may share a phone. Refused unless it is exactly one of the two."""
    kind, value = looked_for(email, phone)
    rows = await runtime.pool.fetch(
        "SELECT p.id AS person_id, p.kind AS role, p.state->>'company_id' AS company_id,"
        " c.state->>'name' AS company_name,"
        " p.state->>'kommune' AS kommune, (p.state->>'next_call_on')::date AS next_call_on"
        " FROM aggregate p LEFT JOIN aggregate c ON c.kind = 'company' AND c.id = p.state->>'company_id'"
        " WHERE p.kind IN ('leader', 'colleague') AND (p.id = ANY($1) OR p.state->'again'->>'id' = ANY($1))"
        " ORDER BY p.id",
        [str(id_) for id_ in await runtime.vault.find_by_hash(runtime.pool, kind, value)],
    )
    known = await contacts(runtime, [row["person_id"] for row in rows], who, "POST /leaders/search")
    return [PersonView(**row, **dict(known[row["person_id"]])) for row in rows if row["person_id"] in known]
