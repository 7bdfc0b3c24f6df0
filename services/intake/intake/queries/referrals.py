"""What a referral opens to its kommune."""

from typing import Any
from uuid import UUID

from intake.queries.people import ContactView, contacts
from intake.queries.places import TaskView
from intake.state.places import Place
from intake.state.referrals import Referral
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.aggregates import read
from shared.web.access import Principal
from shared.web.problems import NOT_FOUND, NOT_YET, Problem


class ReferralPlaceView(Frozen):
    """Whom to call, and the tasks in the leader's words. `contact` is null where that person was erased.

    `company_name` is empty where everybody of the company was.
    """

    referral_id: str
    place_id: str
    company_name: str
    contact: ContactView | None
    buddy: ContactView | None
    tasks: list[TaskView]


async def place_of_referral(runtime: Runtime, referral_id: UUID, who: Principal) -> ReferralPlaceView:
    """For the referral's kommune, from accepted *and* guided until it is over, then while its placement lives."""
    referral, place, company_name = await _referral(runtime, str(referral_id))
    who.own("referral_id", kommune=referral.kommune)
    if referral.over and not referral.living:
        raise Problem(NOT_FOUND, field="referral_id", rule="referral-over")
    if not referral.open_to_kommune:
        raise Problem(NOT_YET, rule="accepted-and-guided", headers={"Retry-After": "5"})
    contact_id, buddy_id = place.found.contact_id or place.leader_id, place.found.buddy_id
    ids = [contact_id, buddy_id] if buddy_id else [contact_id]
    known = await contacts(runtime, ids, who, "GET /referrals/{id}/place")
    return ReferralPlaceView(
        referral_id=referral.id,
        place_id=place.id,
        company_name=company_name,
        contact=known.get(contact_id),
        buddy=known.get(buddy_id) if buddy_id else None,
        tasks=[TaskView.model_validate(task.model_dump(exclude_none=True)) for task in place.found.tasks or ()],
    )


async def _referral(runtime: Runtime, referral_id: str) -> tuple[Referral, Place, str]:
    row: Any = await runtime.pool.fetchrow(
        "SELECT r.state AS referral, r.shape AS referral_shape, p.state AS place, p.shape AS place_shape,"
        " c.state->>'name' AS company_name FROM aggregate r"
        " JOIN aggregate p ON p.kind = 'place' AND p.id = r.state->>'place_id'"
        " JOIN aggregate c ON c.kind = 'company' AND c.id = p.state->>'company_id'"
        " WHERE r.kind = 'referral' AND r.id = $1",
        referral_id,
    )
    if row is None:
        raise Problem(NOT_FOUND, field="referral_id")
    return (
        read(Referral, row["referral"], row["referral_shape"]),
        read(Place, row["place"], row["place_shape"]),
        row["company_name"],
    )
