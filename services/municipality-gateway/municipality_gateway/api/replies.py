"""Replies over HTTP: by a kommune's own system or contact person, or by a consultant on their behalf."""

from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Query, Request, Response

from municipality_gateway.api.base import KommuneOrConsultant
from municipality_gateway.commands.replies import GivenAnswer, GiveReply
from municipality_gateway.queries.kommuner import check_code
from municipality_gateway.queries.links import check_reply
from municipality_gateway.queries.replies import ReplyState, ReplyView, answered, noted
from municipality_gateway.replies import parse_reply
from municipality_gateway.texts import id_reused, unknown
from shared.events.topics import REPLIES
from shared.frozen import Frozen
from shared.runtime import Runtime
from shared.spine.envelope import Bad, Record
from shared.web.access import LinkHolder, Principal
from shared.web.dependencies import Dispatch, RuntimeDep, seen_by
from shared.web.problems import TOO_LARGE, Problem

router = APIRouter()
ROOM = 1024  # bytes that Kafka, the key and the headers need around a body


class GivenView(Frozen):
    """How it is answered is read at `Location`."""

    id: str
    source: str
    state: ReplyState


@router.post("/kommuner/{code}/replies", status_code=202)
async def give_reply(
    code: str,
    request: Request,
    body: Annotated[dict[str, Any], Body()],
    who: KommuneOrConsultant,
    dispatch: Dispatch,
    runtime: RuntimeDep,
    response: Response,
) -> GivenView:
    """A structured CloudEvent of the contract. It goes the same way as one on Kafka; the answer is at `Location`.

    Only what could never be told apart again is refused here: without a usable id and source, or with personal data.
    """
    check_code(who, code)
    raw = await request.body()  # `body` is how it reads to others: here it is read as strictly as on Kafka
    given = await give(code, raw, who, dispatch, runtime)
    query = f"source={quote(given.source, safe='')}"
    response.headers["Location"] = f"/kommuner/{code}/replies/{quote(given.id, safe='')}?{query}"
    return given


async def give(code: str, raw: bytes, who: Principal, dispatch: Dispatch, runtime: Runtime) -> GivenView:
    """Also from a page. Who holds a link gives replies about its referral alone."""
    if len(raw) > REPLIES.max_bytes - ROOM:
        raise Problem(TOO_LARGE)
    read = parse_reply(Record(REPLIES.of(code), 0, 0, None, raw, [("content-type", b"application/cloudevents+json")]))
    if isinstance(read, Bad) and read.refusal and (read.personal or read.id is None):
        raise read.refusal
    if isinstance(who, LinkHolder):
        if isinstance(read, Bad):
            raise read.refusal or unknown("referral_id")
        async with runtime.pool.acquire() as conn:
            await check_reply(conn, who, read.data)
    id_, source, digest = str(read.id), str(read.source), read.digest or sha256(raw).digest()
    about = id_ if read.subject.startswith("offset-") else read.subject
    command = GiveReply(kommune=code, source=source, reply_id=id_, about=about, body=raw.decode(), digest=digest.hex())
    await dispatch(command, who, GivenAnswer)
    async with seen_by(runtime, who) as conn:
        there = await noted(conn, code, id_, source)
    if there is None or there["hash"] != digest:
        raise id_reused()
    return GivenView(id=id_, source=source, state=there["state"])


@router.get("/kommuner/{code}/replies/{reply_id}", response_model_exclude_none=True)
async def reply(
    code: str,
    reply_id: str,
    who: KommuneOrConsultant,
    runtime: RuntimeDep,
    source: Annotated[str | None, Query(max_length=200)] = None,
) -> ReplyView:
    """`pending`, `taken` or `refused` (with field, rule and the way out); also of a reply that came through Kafka."""
    check_code(who, code)
    return await answered(runtime, who, code, reply_id, source)
