"""The guard at every inbound edge: what looks like a CPR number is refused before it is stored, logged or passed on.

The pattern is a date (ddmmyy) and four digits; modulus 11 is not asked, numbers without it are issued. Digits of all
scripts, dashes, spaces and invisible characters are read as a person would read them. A bound is anything that is no
letter or digit, so a UUID (8-4-4-4-12) or a hash cannot match, and a CVR number is too short to. Exempt are only whole
values that are another typed thing: an ISO date or time, and `p_number` and `phone` where they hold one.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from shared.identifiers import is_phone


def _day_and_month(between: str) -> str:
    """The pattern of STAR's own schema."""
    long = rf"(?:0[1-9]|[12][0-9]|3[01]){between}(?:01|03|05|07|08|10|12)"
    short = rf"(?:0[1-9]|[12][0-9]|30){between}(?:04|06|09|11)"
    february = rf"(?:0[1-9]|[12][0-9]){between}02"
    return f"(?:{long}|{short}|{february})"


_START, _END = r"(?<![^\W_])(?:cpr(?:nr)?)?", r"(?![^\W_])"
_TEN_DIGITS = re.compile(_day_and_month("") + r"[0-9]{6}")
_JOINED = re.compile(_START + _day_and_month("") + r"[0-9]{2}[ \-./_+]{0,3}[0-9]{4}" + _END, re.IGNORECASE)
_DATED = re.compile(_START + _day_and_month("[ ./-]") + r"[ ./-][0-9]{2} ?- ?[0-9]{4}" + _END, re.IGNORECASE)
_GROUPS = re.compile(r"(?<![^\W_])[0-9]+(?:[ \-./_][0-9]+)+" + _END)

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
    plain = text.translate(_PLAIN)
    variants = {plain.replace(_INVISIBLE, ""), plain.replace(_INVISIBLE, " ")}
    if "%" in plain:
        variants |= {unquote(variant).translate(_PLAIN) for variant in variants}
    return any(_JOINED.search(v) or _DATED.search(v) or any(map(_spells_cpr, _GROUPS.finditer(v))) for v in variants)


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
