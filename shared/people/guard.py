"""The guard at every inbound edge: what looks like a CPR number is refused before it is stored, logged or passed on.

The pattern is a date (ddmmyy; the day plus 60 in a replacement number) and four digits; modulus 11 is not asked,
numbers without it are issued. Digits of all scripts, dashes, spaces, entities and invisible characters are read as a
person would read them, and a number glued to letters is one too. Only digits bound it, so a CVR number is too short and
an order number of eleven too long. Exempt are UUIDs and hexadecimal words, an ISO date or time that is the whole value,
and `p_number` and `phone` where they hold one.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from html import unescape
from urllib.parse import unquote

from shared.identifiers import is_phone


def _day_and_month(between: str) -> str:
    """The pattern of STAR's own schema, and the same with 60 added to the day."""
    long = rf"(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01]){between}(?:01|03|05|07|08|10|12)"
    short = rf"(?:0[1-9]|[12][0-9]|30|6[1-9]|[78][0-9]|90){between}(?:04|06|09|11)"
    february = rf"(?:0[1-9]|[12][0-9]|6[1-9]|[78][0-9]){between}02"
    return f"(?:{long}|{short}|{february})"


_START, _END = r"(?<![0-9])", r"(?![0-9])"
_SHORT = r"[^0-9A-Za-z,;]{0,3}"
"""What may stand between the date and the four digits; a comma or semicolon begins something else."""
_YEAR = r"(?:19[0-9]{2}|20[01][0-9])"
"""In full only years of birth: a coming day and an hour (20261123-0900) is no person."""
_TEN_DIGITS = re.compile(_day_and_month("") + r"[0-9]{6}")
_SPELLINGS = [
    re.compile(_START + spelling + _END)
    for spelling in (
        _day_and_month("") + r"[0-9]{2}" + _SHORT + r"[0-9]{4}",
        _day_and_month("[ ./-]") + rf"[ ./-](?:[0-9]{{2}}|{_YEAR})" + _SHORT + r"[0-9]{4}",
        _YEAR + r"-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12][0-9]|3[01])-[0-9]{4}",
    )
]
_GROUPS = re.compile(_START + r"[0-9]+(?:[ \-./_][0-9]+)+" + _END)
_UUID_OR_HEX = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,})(?![0-9A-Za-z])", re.IGNORECASE
)

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)


def _is_p_number(text: str) -> bool:
    """Of the series in use (10...): a wider one would let a CPR number through that was put into the wrong field."""
    return re.fullmatch(r"10[0-9]{8}", text.replace(" ", "")) is not None


_TYPED: Mapping[str, Callable[[str], bool]] = {"p_number": _is_p_number, "phone": is_phone}


def find_cpr(value: object) -> str | None:
    """The dotted path of the first text, key or whole number in parsed JSON that looks like a CPR number.

    `$` stands for a bare value, `*` for a key that itself looks like one: the path never repeats what was found.
    """
    todo: list[tuple[str, str, object]] = [("", "", value)]  # no recursion: the sender chooses the depth
    while todo:
        path, field, here = todo.pop()
        if isinstance(here, Mapping):
            inside = [(("*", "", key), (str(key), str(key), item)) for key, item in here.items()]
            todo += [(f"{path}.{step}", name, item) for pair in reversed(inside) for step, name, item in reversed(pair)]
        elif isinstance(here, list | tuple):
            todo += [(f"{path}.{at}", field, item) for at, item in reversed(list(enumerate(here)))]
        elif _is_cpr(field, here):
            return path.removeprefix(".") or "$"
    return None


ATTRIBUTES = frozenset({"specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema"})
"""Of CloudEvents 1.0; what else stands beside `data` is an extension, written by the sender's tools."""


def without_clocks(event: Mapping[str, object]) -> dict[str, object]:
    """A CloudEvent in structured mode, without the extensions that are an instant."""
    ours = {*ATTRIBUTES, "data", "data_base64"}
    return {name: value for name, value in event.items() if name in ours or not is_instant(value)}


_INSTANT = re.compile(r"(?:t=)?(?:1[5-9]|20)[0-9]{8}(?:\.[0-9]{1,9})?", re.ASCII)


def is_instant(value: object) -> bool:
    """Whether the whole value counts seconds since 1970, of the years 2017 to 2036: what tools note in their headers.

    For headers and attributes alone that nobody types: in a text, such a number is a person born on the 15th to 20th.
    """
    return not isinstance(value, bool) and isinstance(value, int | float | str) and bool(_INSTANT.fullmatch(str(value)))


def find_cpr_in_bytes(raw: bytes) -> bool:
    """For a body that does not parse: anything in it that looks like one, JSON's and URLs' escapes undone."""
    text = raw.decode("utf-8", errors="replace")
    return _looks_like_cpr(re.sub(r"\\u([0-9a-fA-F]{4})", lambda escape: chr(int(escape[1], 16)), text))


def _is_cpr(field: str, value: object) -> bool:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        if not 10**8 <= abs(value) < 10**10:
            return False
        value = f"{abs(value):010}"  # a number has no leading zero
    if not isinstance(value, str) or _ISO.fullmatch(value) or (field in _TYPED and _TYPED[field](value)):
        return False
    return _looks_like_cpr(value)


def _looks_like_cpr(text: str) -> bool:
    plain = (unescape(text) if "&" in text else text).translate(_PLAIN)
    if "%" in plain:
        return _spelt(plain) or _spelt(unquote(plain).translate(_PLAIN))
    return _spelt(plain)


def _spelt(plain: str) -> bool:
    variants = {plain.replace(_INVISIBLE, ""), plain.replace(_INVISIBLE, " ")}
    for known in {_UUID_OR_HEX.sub("x", variant) for variant in variants}:
        if any(spelling.search(known) for spelling in _SPELLINGS) or any(map(_spells_cpr, _GROUPS.finditer(known))):
            return True
    return False


def _spells_cpr(run: re.Match[str]) -> bool:
    """Digits spaced out: neighbouring groups with the same separator, ten digits together, and no eleventh."""
    parts = re.split(r"([^0-9])", run[0])
    groups, separators = parts[::2], ["", *parts[1::2], ""]
    for first in range(len(groups) - 1):
        separator, digits, last = separators[first + 1], groups[first], first
        if separator == separators[first]:
            continue
        while len(digits) < 10 and separators[last + 1] == separator:
            last += 1
            digits += groups[last]
        if separators[last + 1] != separator and _TEN_DIGITS.fullmatch(digits):
            return True
    return False


_INVISIBLE = "\u200b"


class _Plain(dict[int, str]):
    """A table for str.translate, filled as characters are met. Letters stay: they bound."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = plain = self._of(char)
        return plain

    @staticmethod
    def _of(char: str) -> str:
        if (digit := unicodedata.digit(char, None)) is not None:
            return str(digit)
        category = unicodedata.category(char)
        if category == "Pd" or char == "\N{MINUS SIGN}":
            return "-"
        if char.isspace():
            return " "
        if category in ("Cf", "Cc", "Mn", "Me"):
            return _INVISIBLE
        narrow = unicodedata.normalize("NFKC", char)
        return narrow if narrow.isascii() and len(narrow) == 1 and not narrow.isalnum() else char


_PLAIN = _Plain()
