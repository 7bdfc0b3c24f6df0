"""A record of an outsider as CloudEvents 1.0, binary or structured: its attributes and its data, or why not.

The cloudevents SDK was tried: it makes up an id and a time where they are missing, raises on a null or non-UTF-8
header, and takes the last of two members with one name. Tests use it as an outsider's writer.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from municipality_gateway.refusals import refused
from shared.events.topics import REPLIES
from shared.people.guard import find_cpr, find_cpr_in_bytes
from shared.spine.decision import Refused
from shared.spine.envelope import Record

ID = re.compile(r"[A-Za-z0-9_:+-]{1,80}")
SOURCE = re.compile(r"[\x21-\x7e]{1,200}")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}|\d{1,4}")
EXTENSION = re.compile(r"[a-z0-9]{1,20}")
KNOWN = frozenset({"specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema", "data"})


def read(record: Record) -> tuple[dict[str, Any], Any]:
    """Attributes and data. Personal data are looked for in all of it, also where it does not parse."""
    size = len(record.value or b"") + len(record.key or b"") + sum(len(k) + len(v or b"") for k, v in record.headers)
    if size > REPLIES.max_bytes:
        raise refused("too-large", "data")
    if find_cpr_in_bytes(record.key or b""):
        raise refused("personal-data", "key")
    headers = _headers(record)
    value = _json(record) if record.value else None
    if (path := find_cpr({"headers": headers, "data": value})) is not None:
        raise refused("personal-data", named(path.removeprefix("data.")))
    if not record.value:
        raise refused("missing-field", "data")
    binary = {name[3:]: text for name, text in headers.items() if name.startswith("ce_")}
    if binary and not headers.get("content-type", "").startswith("application/cloudevents"):
        return {**binary, "datacontenttype": headers.get("content-type", "application/json")}, value
    if not isinstance(value, dict):
        raise refused("wrong-type", "data")
    return value, value.get("data")


def _headers(record: Record) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in record.headers:
        try:
            text = (value or b"").decode()
        except UnicodeDecodeError:
            text = ""
        if not text or name in found:
            raise _unreadable(record, named(name.removeprefix("ce_").replace("-", "_")))
        found[name] = text
    return found


def _json(record: Record) -> Any:
    """JSON in UTF-8, without a second member of one name: one of the two would go unread."""
    try:
        return json.loads(
            (record.value or b"").decode(), object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite
        )
    except (ValueError, RecursionError):
        raise _unreadable(record, "data") from None


def _unreadable(record: Record, field: str) -> Refused:
    """Where a part cannot be read, all bytes are searched for personal data: a dead letter is not to keep them."""
    raw = b" ".join((*(name.encode() + b" " + (value or b"") for name, value in record.headers), record.value or b""))
    return refused("personal-data" if find_cpr_in_bytes(raw) else "wrong-type", field)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a member twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("no JSON number")
    return number


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
    if odd := next((name for name in attributes if name not in KNOWN and not EXTENSION.fullmatch(name)), None):
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


def named(path: str) -> str:
    """A name that the sender chose is said again only where it is a plain word: anything could stand there."""
    return ".".join(part if NAME.fullmatch(part) else "?" for part in path.split("."))
