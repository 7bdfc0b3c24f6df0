"""How a route hands a command to the spine: who asks, through which route, which request (Idempotency-Key)."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Request
from structlog.contextvars import get_contextvars

from shared import store
from shared.web.access import Principal
from shared.web.problems import NOT_FOUND, Problem
from shared.work import Aggregate, Command

if TYPE_CHECKING:
    from shared.service import Runtime


def here(request: Request) -> Any:
    runtime: Runtime = request.app.state.runtime
    return runtime


A = TypeVar("A", bound=Aggregate)
Here = Annotated[Any, Depends(here)]
"""The service's Runtime: `pool`, `spine`, `vault`, `clock`, `config`."""


async def known(here: Any, kind: type[A], id_: UUID | str, field: str) -> A:
    """The aggregate of that id, or a 404 that names the field."""
    found = await store.one(here.pool, kind, str(id_))
    if found is None:
        raise Problem(NOT_FOUND, field=field)
    return found


async def people(here: Any, ids: Sequence[str], who: Principal, route: str) -> dict[str, dict[str, Any]]:
    """Contact data by person, without those who are erased; each reading leaves a row in the access log."""
    async with here.pool.acquire() as conn:
        opened = await here.vault.open_(conn, [UUID(id_) for id_ in ids], who, route)
    return {str(id_): data for id_, data in opened.items()}


class Asking:
    """Dependency of every POST: `await ask(command, who)` decides it once, however often the same request comes."""

    def __init__(
        self,
        request: Request,
        idempotency_key: Annotated[
            str | None,
            Header(min_length=8, max_length=100, description="The same request again gets the same answer."),
        ] = None,
    ) -> None:
        self.request, self.key = request, idempotency_key

    async def __call__(self, command: Command, who: Principal | None) -> Any:
        """Raises Refused (422) or NotYet (409); then nothing is stored."""
        path = f"{self.request.method} {self.request.url.path}"
        return await here(self.request).spine.execute(
            command,
            by=who.sub if who else "anonymous",
            route=path,
            idempotency_key=self.key,
            body_hash=hashlib.sha256(await self.request.body()).digest(),
            correlation=get_contextvars().get("correlation_id"),
        )


Ask = Annotated[Asking, Depends()]
