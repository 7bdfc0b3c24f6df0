"""What a referral opens to its kommune."""

from uuid import UUID

from intake.queries.people import ContactView, contacts
from intake.queries.places import TaskView
from intake.state.leaders import Company
from intake.state.places import Place
from intake.state.referrals import Referral
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.web.access import Principal
from shared.web.dependencies import get_or_404
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
    referral = await get_or_404(runtime, Referral, referral_id, "referral_id", who)
    who.own("referral_id", kommune=referral.kommune)
    if referral.over and not referral.living:
        raise Problem(NOT_FOUND, field="referral_id", rule="referral-over")
    if not referral.open_to_kommune:
        raise Problem(NOT_YET, rule="accepted-and-guided", headers={"Retry-After": "5"})
    place = await get_or_404(runtime, Place, referral.place_id, "referral_id")
    company = await get_or_404(runtime, Company, place.company_id, "referral_id")
    contact_id, buddy_id = place.found.contact_id or place.leader_id, place.found.buddy_id
    ids = [contact_id, buddy_id] if buddy_id else [contact_id]
    known = await contacts(runtime, ids, who, "GET /referrals/{id}/place")
    return ReferralPlaceView(
        referral_id=referral.id,
        place_id=place.id,
        company_name=company.name,
        contact=known.get(contact_id),
        buddy=known.get(buddy_id) if buddy_id else None,
        tasks=[TaskView.model_validate(task.model_dump(exclude_none=True)) for task in place.found.tasks or ()],
    )
