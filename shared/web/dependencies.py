"""What routes ask for: the running service, an aggregate or 404, people's contact data, and a decision."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any, TypeVar
from uuid import UUID

import structlog
from fastapi import Depends, Header, Request
from pydantic import BaseModel
from structlog.contextvars import get_contextvars

from shared import db
from shared.db import Connection
from shared.runtime import Runtime
from shared.spine import aggregates
from shared.spine.work import Aggregate, Command
from shared.web.access import UNBOUND, LinkHolder, Principal
from shared.web.problems import INVALID, NOT_FOUND, UNAVAILABLE, Problem, route_of

log = structlog.get_logger()
A = TypeVar("A", bound=Aggregate)
V = TypeVar("V", bound=BaseModel)


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(_runtime)]
"""The service as it runs: `pool`, `spine`, `vault`, `clock`, `config`."""


@asynccontextmanager
async def seen_by(runtime: Runtime, who: Principal) -> AsyncIterator[Connection]:
    """A connection that sees what they see: to a kommune PostgreSQL shows its own rows alone, whatever is asked.

    Give it back before you ask for another one: all of them may be held by those who wait for a second.
    """
    async with runtime.pool.acquire() as conn:
        if who.roles != {"kommune"}:
            yield conn
            return
        async with conn.transaction(readonly=True):
            await conn.execute(
                "SELECT set_config('role', $1, true), set_config('lederalliancen.kommuner', $2, true),"
                " set_config('lederalliancen.referral', $3, true)",
                db.reader_of(runtime.spine.book.service),
                ",".join(who.kommuner),
                who.referral_id if isinstance(who, LinkHolder) else "",
            )
            yield conn


async def get_or_404(runtime: Runtime, kind: type[A], id_: UUID | str, field: str, who: Principal | None = None) -> A:
    """The aggregate of that id, or a 404 that names the field; as `who` sees it, where that is said."""
    async with seen_by(runtime, who) if who else runtime.pool.acquire() as conn:
        found = await aggregates.one(conn, kind, str(id_))
    if found is None:
        if who and not who.roles & UNBOUND:
            log.warning("not_own", sub=who.sub, field=field)
        raise Problem(NOT_FOUND, field=field)
    return found


def after_erasures(runtime: Runtime) -> None:
    """503 until it is known that this database is not older than an erasure: nobody comes back by a restore."""
    if runtime.awaits_erasures:
        raise Problem(UNAVAILABLE, headers={"Retry-After": "5"})


async def people(runtime: Runtime, ids: Sequence[str], who: Principal, route: str) -> dict[str, dict[str, Any]]:
    """Contact data by person, without those who are erased; each reading leaves a row in the access log."""
    after_erasures(runtime)
    async with runtime.pool.acquire() as conn:
        opened = await runtime.vault.open_(conn, [UUID(id_) for id_ in ids], who, route)
    return {str(id_): data for id_, data in opened.items()}


async def known_filters(request: Request) -> None:
    """A filter works or is refused: one that nobody knows would be taken for one that worked."""
    route = request.scope["route"]
    documented = request.app.openapi()["paths"].get(route.path_format, {}).get(request.method.lower())
    if documented is None:
        return
    known = sorted(p["name"] for p in documented.get("parameters", ()) if p["in"] == "query")
    if request.query_params.keys() <= {*known}:
        return
    names = ", ".join(known)
    words = (
        f"En parameter i adressen kendes ikke her. Kendte: {names or 'ingen'}.",
        f"A parameter of the address is not known here. Known: {names or 'none'}.",
    )
    raise Problem(INVALID, detail=words, field="query", rule="unknown-field")


DOUBLE_CLICK = timedelta(seconds=10)


class Decide:
    """`await dispatch(command, who, Answer)` decides it once, however often the same request comes.

    By its key; `once`: also without one, where the same person says the same again within a moment. For what begins
    something new: what is only done again, such as a second pause, is for its own rule to tell.
    """

    def __init__(
        self,
        request: Request,
        idempotency_key: Annotated[
            str | None,
            Header(min_length=8, max_length=100, description="The same request again gets the same answer."),
        ] = None,
    ) -> None:
        self.request, self.key = request, idempotency_key

    async def __call__(self, command: Command, who: Principal | None, answer: type[V], *, once: bool = False) -> V:
        """What the handler returned, as `answer`. Raises Refused (422) or NotYet (409); then nothing is stored."""
        spine = _runtime(self.request).spine
        returned = spine.book.handlers.returned(type(command))
        if not (isinstance(returned, type) and issubclass(returned, answer)):  # seen before anything is decided
            raise TypeError(f"{type(command).__name__} is answered with {returned}, and the route with {answer}")
        body_hash = hashlib.sha256(await self.request.body()).digest()
        # Everybody's key would be nobody's: an open route must itself be the same twice.
        key = self.key if who else None
        clicked = once and who is not None and key is None
        result = await spine.execute(
            command,
            by=who.sub if who else "anonymous",
            route=self._route(who),
            idempotency_key=f"click-{body_hash.hex()}" if clicked else key,
            body_hash=body_hash,
            within=DOUBLE_CLICK if clicked else None,
            correlation=get_contextvars().get("correlation_id"),
        )
        return result if isinstance(result, answer) else answer.model_validate(result)

    def _route(self, who: Principal | None) -> str:
        """A link's address holds its token, and is stored nowhere: its holder is told apart by `sub`."""
        where = route_of(self.request) if isinstance(who, LinkHolder) else self.request.url.path
        return f"{self.request.method} {where}"


Dispatch = Annotated[Decide, Depends()]
