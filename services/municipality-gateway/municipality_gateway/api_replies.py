"""Replies over HTTP: by a kommune's own system or contact person, or by a consultant on their behalf."""

from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Body, Depends, Query, Response

from municipality_gateway import store
from municipality_gateway.refusals import id_reused, refused
from municipality_gateway.replies import parse_reply
from municipality_gateway.state import GiveReply
from shared.catalogue.kommuner import KOMMUNER, TEST_KOMMUNE
from shared.events.topics import REPLIES
from shared.spine.envelope import Bad, Record
from shared.web.access import Principal, allow
from shared.web.dependencies import Dispatch, RuntimeDep
from shared.web.problems import NOT_FOUND, TOO_LARGE, Problem

router = APIRouter()
KommuneOrConsultant = Annotated[Principal, Depends(allow("kommune", "consultant"))]
ROOM = 1024  # bytes that Kafka, the key and the headers need around a body


@router.post("/kommuner/{code}/replies", status_code=202)
async def give_reply(
    code: str,
    body: Annotated[dict[str, Any], Body()],
    who: KommuneOrConsultant,
    dispatch: Dispatch,
    runtime: RuntimeDep,
    response: Response,
) -> dict[str, str]:
    """A structured CloudEvent of the contract. It goes the same way as one on Kafka; the answer is at `Location`.

    Only what could never be told apart again is refused here: without a usable id and source, or with personal data.
    """
    _check_code(who, code)
    try:
        raw = orjson.dumps(body)
    except (TypeError, ValueError):  # a number that no JSON of ours can hold
        raise refused("wrong-type", "data") from None
    if len(raw) > REPLIES.max_bytes - ROOM:
        raise Problem(TOO_LARGE)
    read = parse_reply(Record(REPLIES.of(code), 0, 0, None, raw, [("content-type", b"application/cloudevents+json")]))
    if isinstance(read, Bad) and read.refusal and (read.personal or read.id is None):
        raise read.refusal
    id_, source = str(read.id), str(read.source)
    about = id_ if read.subject.startswith("offset-") else read.subject
    await dispatch(GiveReply(kommune=code, source=source, reply_id=id_, about=about, body=raw.decode()), who)
    noted = await store.reply(runtime.pool, code, id_, source)
    if noted is None or noted["hash"] != store.hash_of(raw):  # without a hash it came over Kafka
        raise id_reused()
    response.headers["Location"] = f"/kommuner/{code}/replies/{quote(id_, safe='')}?source={quote(source, safe='')}"
    return {"id": id_, "source": source, "state": noted["state"]}


@router.get("/kommuner/{code}/replies/{reply_id}")
async def reply(
    code: str,
    reply_id: str,
    who: KommuneOrConsultant,
    runtime: RuntimeDep,
    source: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """`pending`, `taken` or `refused` (with field, rule and the way out); also of a reply that came through Kafka."""
    _check_code(who, code)
    found = await store.reply(runtime.pool, code, reply_id, source)
    if found is None:
        raise Problem(NOT_FOUND, field="reply_id")
    return {name: value for name, value in found.items() if name != "hash" and value is not None}


def _check_code(who: Principal, code: str) -> None:
    who.own_kommune(code)
    if code not in KOMMUNER and code != TEST_KOMMUNE:
        raise Problem(NOT_FOUND, field="code")
