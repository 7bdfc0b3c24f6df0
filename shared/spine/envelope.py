"""CloudEvents 1.0 on Kafka, binary mode: from an event to headers and bytes, and back from a record to a message."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from shared.events.base import CONTENT_TYPE, REGISTRY
from shared.events.topics import BY_NAME
from shared.spine.decision import Refused
from shared.spine.work import Message, Outgoing

Headers = Sequence[tuple[str, bytes | None]]


Place = tuple[str, str, int, int]
"""(topic, log, partition, offset)"""


@dataclass(frozen=True, slots=True)
class Record:
    """A Kafka record as it came: kept to the byte, so that a dead letter can be handled later."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    log: str = ""
    """The id of the topic that had this name when it was read: one that is made anew counts from 0 again."""
    unreadable: str | None = None
    """Why nobody can read what is there."""
    at: datetime | None = None
    """When the broker wrote it down; None where the sender's own clock is all that is known."""

    @property
    def position(self) -> "Place":
        return self.topic, self.log, self.partition, self.offset

    def header(self, name: str) -> str | None:
        """Text of a header; one that is null, not UTF-8 or holds a NUL (no database takes it) reads as absent."""
        for header, value in self.headers:
            if header == name and value is not None:
                try:
                    text = value.decode()
                except UnicodeDecodeError:
                    return None
                return text if "\0" not in text else None
        return None


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that can never be handled as it is. `refusal` is there where its sender gets an answer."""

    code: str
    stage: str
    subject: str
    version: int | None = None
    id: str | None = None
    type: str | None = None
    source: str | None = None
    correlation: str | None = None
    refusal: Refused | None = None
    personal: bool = False
    """It looks like personal data: its content is not kept."""
    digest: bytes | None = None
    """As of a message: of what it says, as far as that could be read."""


class Ignored(BaseModel):
    """An event of a type that this code does not know: it advances the version and changes nothing."""


def headers_of(out: Outgoing, version: int, service: str) -> dict[str, str]:
    """The headers of an outgoing event. `version` counts per topic and subject."""
    headers = {
        "content-type": CONTENT_TYPE,
        "ce_specversion": "1.0",
        "ce_id": out.id,
        "ce_type": out.event.TYPE,
        "ce_source": f"/lederalliancen/{service}",
        "ce_subject": out.event.subject,
        "ce_time": out.time.isoformat().replace("+00:00", "Z"),
        "ce_aggregateversion": str(version),
    }
    if out.correlation:
        headers["ce_correlationid"] = out.correlation
    if out.causation:
        headers["ce_causationid"] = out.causation
    if out.traceparent:
        headers["traceparent"] = out.traceparent
    return headers


def place_of(record: Record) -> tuple[str, int] | tuple[str | None, None]:
    """Subject and version by the headers; without a subject there is no version: the key is only a guess at one."""
    subject, version = record.header("ce_subject"), record.header("ce_aggregateversion") or ""
    if not subject or not re.fullmatch(r"[1-9][0-9]{0,17}", version):
        return subject, None
    return subject, int(version)


def parse(record: Record) -> Message[Any] | Bad:
    """A record of one of our own topics as a message. Tolerant: an unknown type or field is ignored, not refused."""
    if record.unreadable:
        return Bad(f"unreadable:{record.unreadable}", "read", f"{record.topic}[{record.partition}]@{record.offset}")
    named, version = place_of(record)
    subject = named or (record.key or b"").decode(errors="replace").replace("\0", "\ufffd")
    type_, id_ = record.header("ce_type"), record.header("ce_id")
    correlation = record.header("ce_correlationid")
    bad = {"subject": subject, "version": version, "id": id_, "type": type_, "correlation": correlation}
    needed = {"ce_subject": named, "ce_aggregateversion": version, "ce_id": id_, "ce_type": type_}
    if not (named and version and id_ and type_):
        missing = next(name for name, value in needed.items() if not value)
        return Bad(missing, "parse", **bad)  # type: ignore[arg-type]
    time = record.header("ce_time")
    try:
        at = datetime.fromisoformat(time or "")
    except ValueError:
        return Bad("ce_time", "parse", **bad)  # type: ignore[arg-type]
    contract = REGISTRY.get((BY_NAME[record.topic].name if record.topic in BY_NAME else record.topic, type_))
    try:
        data: BaseModel = Ignored() if contract is None else contract.model_validate_json(record.value or b"")
    except ValidationError as error:
        return Bad(_first_code(error), "validate", **bad)  # type: ignore[arg-type]
    return Message(
        data=data,
        id=id_,
        source=record.header("ce_source") or "",
        subject=subject,
        time=at,
        version=version,
        correlation=correlation,
        topic=record.topic,
        offset=record.offset,
    )


def _first_code(error: ValidationError) -> str:
    """Field and kind of the first error, never the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return ":".join([first["type"], ".".join(str(part) for part in first["loc"])]).rstrip(":")
