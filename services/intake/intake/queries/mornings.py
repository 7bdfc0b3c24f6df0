"""Who is written to in the morning."""

from uuid import NAMESPACE_OID, uuid5

from intake.state.mornings import Morning
from shared.runtime import Runtime
from shared.spine.aggregates import one
from shared.web.access import Principal


def person_of(who: Principal) -> str:
    """A consultant's id in the vault: whoever logs in as the same is the same."""
    return str(uuid5(NAMESPACE_OID, f"consultant {who.sub}"))


async def is_on(runtime: Runtime, who: Principal) -> bool:
    async with runtime.pool.acquire() as conn:
        morning = await one(conn, Morning, person_of(who))
    return morning is not None and morning.on
