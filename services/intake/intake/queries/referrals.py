"""What a referral opens to its kommune."""

import time
from uuid import UUID

from intake import texts
from intake.queries.people import ContactView, contacts, gone
from intake.queries.places import TaskView
from intake.state.leaders import Company
from intake.state.places import Place
from intake.state.referrals import Referral
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.web.access import Principal
from shared.web.dependencies import get_or_404
from shared.web.problems import GONE, NOT_YET, Problem

# Seconds: how long a referral may be on its way to us, and by how much the clocks of two machines may differ.
ON_ITS_WAY, CLOCKS_DIFFER = 3600, 60


class ReferralPlaceView(Frozen):
    """Whom to call, and the tasks in the leader's words.

    `contact` is the place's, else its leader, else its buddy; null where all are erased: nobody else was named.
    `company_name` is empty where everybody of the company was.
    """

    referral_id: str
    place_id: str
    company_name: str
    contact: ContactView | None
    buddy: ContactView | None
    tasks: list[TaskView]


async def _own(runtime: Runtime, referral_id: UUID, who: Principal) -> Referral:
    """The kommune may have heard of its referral before we have: one just made is too early, and never 404 (ADR 14)."""
    try:
        referral = await get_or_404(runtime, Referral, referral_id, "referral_id", who)
        who.own("referral_id", kommune=referral.kommune)
    except Problem:
        if "consultant" not in who.roles and _just_made(referral_id):
            raise _too_early() from None
        raise
    return referral


def _just_made(id_: UUID) -> bool:
    """By what the id says of itself (UUID version 7), and by real time: the same answer wherever it is, or is not."""
    age = time.time() - (id_.int >> 80) / 1000
    return id_.version == 7 and -CLOCKS_DIFFER < age < ON_ITS_WAY


def _too_early() -> Problem:
    return Problem(NOT_YET, rule="accepted-and-guided", headers={"Retry-After": "5"})


def _closed(why: str) -> Problem:
    return Problem(GONE, detail=texts.referral_over(why), rule="referral-over", field="referral_id")


async def place_of_referral(runtime: Runtime, referral_id: UUID, who: Principal) -> ReferralPlaceView:
    """For the referral's kommune, from accepted *and* guided until it is over, then while its placement lives."""
    referral = await _own(runtime, referral_id, who)
    if why := referral.closed_because:
        raise _closed(why)
    if not referral.open_to_kommune:
        raise _too_early()
    place = await get_or_404(runtime, Place, referral.place_id, "referral_id")
    if place.state == "closed" and not referral.living:
        raise _closed("place-closed")
    company = await get_or_404(runtime, Company, place.company_id, "referral_id")
    buddy_id = place.found.buddy_id
    near = [id_ for id_ in (place.found.contact_id, place.leader_id, buddy_id) if id_]
    left = await gone(runtime.pool, near)
    contact_id = next((id_ for id_ in near if id_ not in left), None)
    ids = {id_ for id_ in (contact_id, buddy_id) if id_}
    known = await contacts(runtime, sorted(ids), who, "GET /referrals/{id}/place")
    return ReferralPlaceView(
        referral_id=referral.id,
        place_id=place.id,
        company_name=company.name,
        contact=known.get(contact_id) if contact_id else None,
        buddy=known.get(buddy_id) if buddy_id else None,
        tasks=[TaskView.model_validate(task.model_dump(exclude_none=True)) for task in place.found.tasks or ()],
    )
