"""The strict edge: a record of a kommune's replies topic as a message, or why it is refused. It never raises."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

import orjson
from pydantic import ValidationError

from municipality_gateway import cloud_event
from municipality_gateway.cloud_event import CloudEvent, fits, named
from municipality_gateway.texts import by_rule, out_of_range, refused, too_early, unknown_field
from shared.catalogue.refusal import of_value
from shared.events.base import REGISTRY, UUID_SHAPE, Event
from shared.events.kommune import replies as said
from shared.events.kommune.replies import Reply
from shared.events.topics import REPLIES, kommune_of
from shared.people.guard import fields_at
from shared.spine import envelope
from shared.spine.decision import Refused
from shared.spine.envelope import Bad, Record
from shared.spine.work import Message


def parse(record: Record) -> Message[Any] | Bad:
    """Replies strictly; what comes from our own services tolerantly."""
    return parse_reply(record) if kommune_of(record.topic) else envelope.parse(record)


def parse_reply(record: Record) -> Message[Reply] | Bad:
    event = CloudEvent()
    try:
        cloud_event.read(record, event)
        cloud_event.check(event.attributes)
        reply = _reply(event.attributes["type"], event.data)
    except Refused as refusal:
        return _bad(record, event, refusal)
    attributes = event.attributes
    return Message(
        data=reply,
        id=attributes["id"],
        source=attributes["source"],
        subject=reply.subject,
        time=datetime.fromisoformat(attributes["time"].upper()),
        topic=record.topic,
        offset=record.offset,
        at=record.at,
        digest=event.digest,
    )


def _bad(record: Record, event: CloudEvent, refusal: Refused) -> Bad:
    """As much of it is named as may be."""
    # Too large is not searched for personal data, so it is treated as if it held some.
    personal = refusal.rule in ("personal-data", "too-large")
    known = {} if personal else event.attributes
    id_, source, type_ = known.get("id"), known.get("source"), known.get("type")
    told_apart = fits(cloud_event.ID, id_) and fits(cloud_event.SOURCE, source)
    return Bad(
        code=refusal.rule,
        stage="reply",
        subject=(None if personal else _about(event.data)) or f"offset-{record.offset}",
        id=id_ if told_apart else None,
        source=source if told_apart else None,
        type=type_ if isinstance(type_, str) and (REPLIES.name, type_) in REGISTRY else None,
        refusal=refusal,
        personal=personal,
        digest=None if personal else event.digest,
    )


def _reply(type_: str, data: Any) -> Reply:
    contract = REGISTRY.get((REPLIES.name, type_))
    if contract is None:
        raise refused("unknown-type", "type")
    if data is None:
        raise refused("missing-field", "data")
    try:
        # Strict: "10" is no number. By way of JSON, so that a date may be a text.
        reply = cast(
            "Reply", contract.model_validate_json(orjson.dumps(data), strict=True, by_alias=True, by_name=False)
        )
    except (ValidationError, orjson.JSONEncodeError) as error:
        raise _refusal(error, contract) from None
    _check_sound(reply)
    return reply


PRAKTIK = frozenset({"VIRKSOMHEDSPRAKTIK", "ERHVERVSPRAKTIK"})


def _check_sound(reply: Reply) -> None:
    """Fields that do not go together, whoever says it."""
    match reply:
        case said.CandidateProposed(form=form, next_step=None) if form in PRAKTIK:
            raise by_rule("R-PROG-1", "next_step")
        case said.CandidateProposed(start=start, until=until) if until and until < start:
            raise too_early("until")
        case said.KommuneApproved(from_=from_, to=to) if to and to < from_:
            raise too_early("to")
        case said.LeaderContacted(at=at) | said.MeetingPlanned(at=at) | said.MeetingMissed(at=at) if not at.tzinfo:
            raise refused("wrong-type", "at")


_ABOUT = ("referral_id", "match_id", "stage_id", "placement_id", "challenge_id", "candidate_id")
_UUID = re.compile(UUID_SHAPE)


def _about(data: Any) -> str | None:
    """The id that a reply is about, also where the rest of it cannot be used."""
    ids = (data.get(name) for name in _ABOUT) if isinstance(data, dict) else ()
    return next((str(id_).lower() for id_ in ids if fits(_UUID, id_)), None)


# Of the problems that a value can be, those with a code of their own among the refusals of replies.
_OUT_OF_RANGE = frozenset({"out-of-range", "step", "twice", "too-few", "too-many", "too-short", "too-long"})
_CODES = {"missing-field": "missing-field", "unknown-code": "unknown-code"} | dict.fromkeys(
    _OUT_OF_RANGE, "out-of-range"
)


def _refusal(error: ValidationError | orjson.JSONEncodeError, contract: type[Event]) -> Refused:
    """The first thing that is wrong; its field is named, its value never."""
    if not isinstance(error, ValidationError):
        return refused("wrong-type", "data")
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "extra_forbidden":
        schema, place = contract.model_json_schema(), first["loc"][:-1]
        return unknown_field(_name(place), fields_at(schema, schema, place))
    field, (rule, da, en) = _name(first["loc"]), of_value(first)
    code = _CODES.get(rule, "wrong-type")
    if code == "out-of-range":
        return out_of_range(field, da, en)
    if "da" in first.get("ctx", {}):
        where = "" if field == "data" else f"{field}: "
        return Refused(code, field, where + da, where + en)
    return refused(code, field)


def _name(place: Iterable[int | str]) -> str:
    return named(".".join(map(str, place)) or "data")
