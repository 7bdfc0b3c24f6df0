"""People's contact data."""

from collections.abc import Sequence

from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.web.access import Principal
from shared.web.dependencies import people


class ContactView(Frozen):
    name: str
    email: str | None = None
    phone: str | None = None


async def contacts(runtime: Runtime, ids: Sequence[str], who: Principal, route: str) -> dict[str, ContactView]:
    """By person, without those who are erased."""
    opened = await people(runtime, ids, who, route)
    return {id_: ContactView.model_validate(data) for id_, data in opened.items()}
