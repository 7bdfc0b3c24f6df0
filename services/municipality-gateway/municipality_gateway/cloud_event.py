"""A record of an outsider as CloudEvents 1.0, binary or structured: its attributes and its data, or why not.

Only `content-type` and the attributes are ours to judge; other headers are searched for personal data and otherwise
none of our business. The cloudevents SDK was tried: it makes up an id and a time where they are missing, raises on a
null or non-UTF-8 header, and takes the last of two members with one name. Tests use it as an outsider's writer.
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from math import isfinite
from typing import Any

from municipality_gateway.texts import refused
from shared.events.base import REGISTRY
from shared.events.kommune.replies import Reply
from shared.events.topics import REPLIES
from shared.people.guard import (
    ATTRIBUTES,
    find_cpr,
    find_cpr_in_attributes,
    find_cpr_in_bytes,
    is_intricate,
    names_in,
    once,
)
from shared.spine.envelope import Record

ID = re.compile(r"(?!offset-[0-9]+$)[A-Za-z0-9_:+-]{1,80}")  # `offset-7` is what we call one without a usable id
SOURCE = re.compile(r"[\x21-\x7e]{1,200}")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
PLACE = re.compile(r"\d{1,4}", re.ASCII)
ATTRIBUTE = re.compile(r"[a-z0-9]{1,20}")
BOM = b"\xef\xbb\xbf"
STRUCTURED = "application/cloudevents"
MOST_HEADERS = 200  # each is searched for among all


@dataclass
class CloudEvent:
    """What could be read of a record so far: a refusal can still name its id when the rest is unusable."""

    attributes: dict[str, Any] = field(default_factory=dict)
    data: Any = None

    @property
    def digest(self) -> bytes | None:
        """Of its type and data, which are the same in whatever mode, order and spelling they are written."""
        if self.data is None:
            return None
        try:
            said = json.dumps([self.attributes.get("type"), self.data], sort_keys=True)
        except RecursionError:
            return None
        return sha256(said.encode()).digest()


def read(record: Record, event: CloudEvent) -> None:
    """Fill the event. Personal data are looked for in all of it, also where it does not parse. Raises Refused."""
    if record.unreadable:
        raise refused("wrong-type", "data")
    size = len(record.value or b"") + len(record.key or b"") + sum(len(k) + len(v or b"") for k, v in record.headers)
    if size > REPLIES.max_bytes or len(record.headers) > MOST_HEADERS or is_intricate(record.value or b""):
        raise refused("too-large", "data")
    content_type = _text(record, "content-type") or ""
    binary = not content_type.lower().startswith(STRUCTURED) and any(n.startswith("ce_") for n, _ in record.headers)
    _search(record, binary)
    if not binary:
        _structured(record, event)
    else:
        _binary(record, event, content_type)


def _search(record: Record, binary: bool) -> None:
    """Key, headers and value, as bytes where they are no text. An instant in what is not ours is no person."""
    if find_cpr_in_bytes(record.key or b""):
        raise refused("personal-data", "key")
    for name, value in record.headers:
        attribute = name.removeprefix("ce_")
        find = find_cpr if attribute in ATTRIBUTES else find_cpr_in_attributes
        if find({"header": {name: _decoded(value)}}) or find_cpr_in_bytes(b"" if _decoded(value) else value or b""):
            raise refused("personal-data", named(attribute.replace("-", "_")))
    try:
        sent = _json(record.value or b"null")
    except ValueError:
        if find_cpr_in_bytes(record.value or b""):
            raise refused("personal-data", "data") from None
        return
    ours, tools = sent, {}
    if not binary and isinstance(sent, dict):
        ours = {name: value for name, value in sent.items() if name in ATTRIBUTES}
        tools = {name: value for name, value in sent.items() if name not in ATTRIBUTES}
    if path := find_cpr({"data": ours}) or find_cpr_in_attributes({"data": tools}):
        raise refused("personal-data", named(path.removeprefix("data.")))


def _binary(record: Record, event: CloudEvent, content_type: str) -> None:
    wrong = None
    for header in dict.fromkeys(name for name, _ in record.headers if name.startswith("ce_")):
        text = _text(record, header)
        if text is None:
            wrong = wrong or named(header.removeprefix("ce_").replace("-", "_"))
        else:
            event.attributes[header.removeprefix("ce_")] = text
    event.attributes["datacontenttype"] = content_type or "application/json"
    if wrong:
        raise refused("wrong-type", wrong)
    if not (record.value or b"").removeprefix(BOM):
        raise refused("missing-field", "data")
    event.data = _parsed(record.value or b"", "data")


def _structured(record: Record, event: CloudEvent) -> None:
    if not (record.value or b"").removeprefix(BOM):
        raise refused("missing-field", "data")
    envelope = _parsed(record.value or b"", "data")
    if not isinstance(envelope, dict):
        raise refused("wrong-type", "data")
    packed = envelope.pop("data_base64", None)
    event.attributes = envelope
    event.data = envelope.get("data")
    if packed is not None:
        if event.data is not None:
            raise refused("unknown-field", "data_base64")
        event.data = _unpacked(packed)


def _unpacked(packed: Any) -> Any:
    """What stands in `data_base64` is read like `data`, and searched like it."""
    try:
        raw = b64decode(packed, validate=True) if isinstance(packed, str) else b"\xff"
    except ValueError:
        raise refused("wrong-type", "data_base64") from None
    if find_cpr_in_bytes(raw):
        raise refused("personal-data", "data_base64")
    data = _parsed(raw, "data_base64")
    if find_cpr({"data": data}):
        raise refused("personal-data", "data_base64")
    return data


def _text(record: Record, header: str) -> str | None:
    """The text of a header that is there once; None where it is not, is no UTF-8 text, or stands there twice."""
    found = [value for name, value in record.headers if name == header]
    return _decoded(found[0]) or None if len(found) == 1 else None


def _decoded(value: bytes | None) -> str | None:
    try:
        return (value or b"").decode()
    except UnicodeDecodeError:
        return None


def _parsed(raw: bytes, name: str) -> Any:
    try:
        return _json(raw)
    except ValueError:
        raise refused("wrong-type", name) from None


def _json(raw: bytes) -> Any:
    """JSON in UTF-8, without a second member of one name: one of the two would go unread. Raises ValueError."""
    try:
        return json.loads(
            raw.removeprefix(BOM).decode(), object_pairs_hook=once, parse_constant=_no_constant, parse_float=_number
        )
    except RecursionError:
        raise ValueError("nested too deep") from None


def _number(text: str) -> float | int:
    """To JSON, 45.0 is a whole number."""
    number = float(text)
    if not isfinite(number):
        raise ValueError("no JSON number")
    return int(number) if number.is_integer() else number


def _no_constant(_: str) -> Any:
    raise ValueError("no JSON number")


def check(attributes: Mapping[str, Any]) -> None:
    """What CloudEvents 1.0 asks for, and `time`."""
    for name in ("specversion", "id", "source", "type", "time"):
        if name not in attributes:
            raise refused("missing-field", name)
    right = {
        "specversion": attributes["specversion"] == "1.0",
        "id": fits(ID, attributes["id"]),
        "source": fits(SOURCE, attributes["source"]),
        "type": isinstance(attributes["type"], str),
        "time": _is_time(attributes["time"]),
        "datacontenttype": _is_json(attributes.get("datacontenttype", "application/json")),
    }
    if wrong := next((name for name, is_right in right.items() if not is_right), None):
        raise refused("wrong-type", wrong)
    if odd := next((name for name in attributes if not ATTRIBUTE.fullmatch(name)), None):
        raise refused("unknown-field", named(odd))


def fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_time(value: Any) -> bool:
    if not fits(RFC3339, value):
        return False
    try:
        datetime.fromisoformat(value.upper())
    except ValueError:
        return False
    return True


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and value.partition(";")[0].strip().lower() == "application/json"


_NAMES = (
    names_in([model.model_json_schema() for model in REGISTRY.values() if issubclass(model, Reply)])
    | ATTRIBUTES
    | {"key", "header", "content_type"}
)


def named(path: str) -> str:
    """A name that the contract does not know is not said again: anything could stand there."""
    return ".".join(part if part in _NAMES or PLACE.fullmatch(part) else "?" for part in path.split("."))
