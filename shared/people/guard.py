"""The guard at every inbound edge: what looks like a CPR number is refused before it is stored, logged or passed on.

The shape is a date (ddmmyy; 60 is added to the day of a replacement number) and four digits; modulus 11 is not asked,
numbers without it are issued. A text is read as a person, or whoever decodes it, would read it: in digits of any
script, through escapes, invisible characters and short separators. Letters around it are no shelter. What else has
such a shape, and is no number of a person, is known by its own form (`_OTHERS`) or by its field (`_TYPED`).
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from shared.identifiers import is_phone

ATTRIBUTES = frozenset(
    {"specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema", "data", "data_base64"}
)
"""Of a CloudEvent; what else stands beside them is an extension, written by the sender's tools."""


def find_cpr(value: object) -> str | None:
    """The dotted path of the first text, key or whole number in parsed JSON that looks like a CPR number.

    For what is said about people or chosen by them: bodies, names, ids, addresses.
    """
    return where(value, _is_cpr)


def find_cpr_in_attributes(attributes: Mapping[str, object]) -> str | None:
    """As `find_cpr`, for what software says to software: foreign headers, extension attributes of CloudEvents.

    There ten digits that stand alone are a time where they can be one: half of the year 2027, counted in seconds since
    1970, has the shape of a CPR number. With a separator, or as no such time, they are found here too.
    """
    return where(attributes, lambda field, leaf: _is_cpr(field, leaf if field is None else _without_times(leaf)))


MOST_VALUES = 10_000  # and as many digits, escapes, and bytes beyond ASCII
_ASCII, _DIGITS = bytes(range(128)), b"0123456789"


class TwiceError(ValueError):
    """A member of a JSON object is there twice: one of the two would go unread."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `json.loads(..., object_pairs_hook=once)`."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise TwiceError
    return found


def is_intricate(raw: bytes) -> bool:
    """More than anybody needs to send of what costs far more to look at than to send."""
    of_values = sum(map(raw.count, (b",", b"[", b"{", b"&", b"%", b"\\")))
    of_digits = len(raw) - len(raw.translate(None, _DIGITS))
    return max(of_values, of_digits, len(raw.translate(None, _ASCII))) > MOST_VALUES


def find_cpr_in_bytes(raw: bytes) -> bool:
    """For what does not parse: anything in it that looks like one."""
    return _looks_like_cpr(raw.decode("utf-8", errors="replace"))


def where(value: object, wrong: Callable[[str | None, Any], bool]) -> str | None:
    """The dotted path of the first leaf or key of parsed JSON for which `wrong(field, leaf)` holds; a key has no field.

    `$` stands for a bare value, `*` for the wrong key itself. Of the names, which the sender chose, only plain words
    are repeated: `?` stands for any other.
    """
    todo: list[tuple[str, str | None, object]] = [("", "", value)]  # no recursion: the sender chooses the depth
    while todo:
        path, field, here = todo.pop()
        if isinstance(here, Mapping):
            for key, item in reversed(list(here.items())):
                todo += [(f"{path}.{said(key)}", str(key), item), (f"{path}.*", None, str(key))]
        elif isinstance(here, list | tuple):
            todo += [(f"{path}.{at}", field, item) for at, item in reversed(list(enumerate(here)))]
        elif wrong(field, here):
            return path.removeprefix(".") or "$"
    return None


_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")


def said(key: object) -> str:
    """How a key is named to its sender and in logs; integers are places of our own counting."""
    return str(key) if isinstance(key, int) or _WORD.fullmatch(str(key)) else "?"


def names_in(schema: object) -> frozenset[str]:
    """The fields and parameters that a JSON Schema or an OpenAPI document knows: names of ours."""
    found: set[str] = set()
    todo = [schema]
    while todo:
        here = todo.pop()
        if isinstance(here, Mapping):
            fields, parameter = here.get("properties"), here.get("name") if "in" in here else None
            found |= set(fields) if isinstance(fields, Mapping) else set()
            found |= {parameter.lower()} if isinstance(parameter, str) else set()
            todo += here.values()
        elif isinstance(here, list):
            todo += here
    return frozenset(found)


def fields_at(document: Any, schema: Any, place: Iterable[int | str]) -> list[str]:
    """The fields that a schema (a part of that document) knows at a place; none where it does not say."""
    try:
        for part in place:
            schema = _resolved(document, schema)
            schema = schema["items"] if isinstance(part, int) else schema["properties"][part]
        return list(_resolved(document, schema)["properties"])
    except KeyError:
        return []


def _resolved(document: Any, schema: Any) -> Any:
    schema = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    for step in schema["$ref"].removeprefix("#/").split("/") if "$ref" in schema else ():
        document = schema = document[step]
    return schema


def _is_p_number(text: str) -> bool:
    """Of the series in use (10...): a wider one would let a CPR number through that was put into the wrong field."""
    return re.fullmatch(r"10[0-9]{8}", text.replace(" ", "")) is not None


_TYPED: Mapping[str | None, Callable[[str], bool]] = {"p_number": _is_p_number, "phone": is_phone}


def _is_cpr(field: str | None, value: object) -> bool:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        if not 10**8 <= abs(value) < 10**10:
            return False
        value = f"{abs(value):010}"  # a number has no leading zero
    return isinstance(value, str) and _looks_like_cpr(value) and not (field in _TYPED and _TYPED[field](value))


_TIME = re.compile(
    r"(?<![^,;]) ?(?:(?:t|ts|time|timestamp|start|end|created|expires|exp|iat|nbf)=)?"
    r'"?([0-9]{10})(?:\.[0-9]{1,9})?"? ?(?![^,;])'
)


def _without_times(value: object) -> object:
    if isinstance(value, str):
        return _TIME.sub(lambda time: "time" if _is_time(int(time[1])) else time[0], value)
    return None if isinstance(value, int | float) and _is_time(value) else value


def _is_time(seconds: float) -> bool:
    """Since 1970, and between 2017 and 2038."""
    return 1_500_000_000 <= seconds < 2**31


def _date(between: str, *, year: str = "[0-9]{2}", backwards: bool = False) -> str:
    """Days and months are those of STAR's own schema."""
    ways = {
        "0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01]": "01|03|05|07|08|10|12",
        "0[1-9]|[12][0-9]|30|6[1-9]|[78][0-9]|90": "04|06|09|11",
        "0[1-9]|[12][0-9]|6[1-9]|[78][0-9]": "02",
    }
    parts = [[f"(?:{days})", f"(?:{months})"][:: -1 if backwards else 1] for days, months in ways.items()]
    days_and_months = f"(?:{'|'.join(between.join(pair) for pair in parts)})"
    return between.join([year, days_and_months] if backwards else [days_and_months, year])


_MARK = r"(?:[^\w,;]|_)"  # in lists of numbers, commas stand between things of their own
_GAP = r"[\W_]{0,5}"
_START, _END = r"(?<![0-9])", r"(?![0-9])"
_FOUR = rf"(?!(?:19|20)[0-9]{{2}}-[01][0-9]-[0-3][0-9]{_END})[0-9]{{4}}{_END}"  # and no second ISO date
_PAIRS = rf"[0-9]{{2}} [0-9]{{2}}{_END}(?!{_MARK}[0-9])"  # with a dot or colon it is a clock's time
_BORN = r"(?:1[89][0-9]{2}|20[01][0-9])"  # later dates are of our own time: a clock's 0800 may follow them
_BEFORE_POSTAL_CODE = r"(?:[^\w,;\n]|_){0,4}"  # in `CVR 19101112, 8000 Aarhus` a comma or line stands between
_SHAPES = [
    re.compile(_START + shape)
    for shape in (
        _date("") + _GAP + _FOUR,
        _date("") + rf"{_GAP}[0-9](?: ?[0-9]){{3}}(?! ?[0-9])",
        rf"(?=[0-9]{{2}}({_MARK}{{1,3}})[0-9]{{2}}\1[0-9])" + _date(_MARK + "{1,3}") + _GAP + _FOUR,
        rf"(?=[0-9]{{2}}({_MARK}{{1,3}})[0-9]{{2}}\1[0-9])" + _date(_MARK + "{1,3}") + rf"{_GAP}{_PAIRS}",
        r"(?=[0-9]{2}/[0-9]{2}[- ])" + _date("[/ -]") + rf"{_GAP}(?:{_FOUR}|{_PAIRS})",
        _date(_MARK + "{0,3}", year=_BORN) + rf"{_BEFORE_POSTAL_CODE}(?:{_FOUR}|{_PAIRS})",
        _date(_MARK + "{0,3}", year=_BORN, backwards=True) + _BEFORE_POSTAL_CODE + _FOUR,
    )
]
_GROUPS = re.compile(_START + r"[0-9]++(?:[\W_]{1,3}[0-9]++)++")
_TEN_DIGITS = re.compile(_date("") + "[0-9]{4}")

_OTHERS = re.compile(
    r"""
    (?<![^\W_])(?:
        # UUID
        [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}
        # trace or span id, hash
        | (?:[0-9a-f]{8}){2,6} | [0-9a-f]{56} | [0-9a-f]{64} | [0-9a-f]{96} | [0-9a-f]{128}
        # ULID
        | (?-i:[0-7][0-9A-HJKMNP-TV-Z]{25})
        # ISO time without marks
        | [0-9]{8}t[0-9]{6}(?:[.,][0-9]{1,9})?(?:z|[+-][0-9]{4})?
        # phone or CVR number in pairs; a postal code and town may follow
        | (?:(?<![0-9][ /-])|(?<=\+45[ ]))
          [1-9][0-9]([ /-])[0-9]{2}\1[0-9]{2}\1[0-9]{2}(?!\1?[0-9](?![0-9]{3}[ ](?-i:[A-ZÆØÅ])))
        # phone abroad in five pairs
        | (?<=\+)(?!45)[1-9][0-9]{0,2}(?:[ ][0-9]{2}){5}(?![ ]?[0-9])
        # IP address
        | (?<![0-9]\.)(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})(?!\.?[0-9])
    )(?![^\W_])
    # a clock's time with its fraction, offset or (in ctime) year
    | (?<![0-9])(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]
      (?:[.,][0-9]{1,9} | [ ]?[+-](?:0[0-9]|1[0-4])(?:00|15|30|45) | [ ]20[0-9]{2})(?![0-9])
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Most of what comes is told by these two alone, at little cost: nothing odd or escaped, no ten digits between letters.
_UNUSUAL = re.compile(r"[^\n -~æøåÆØÅéÉüÜöÖäÄ«»“”’–…•§]|&[#A-Za-z]|%[0-9A-Fa-fu]|\\u")
_TEN = re.compile(r"[0-9](?:[\W_]*+[0-9]){9}")


def _looks_like_cpr(text: str) -> bool:
    if not _UNUSUAL.search(text) and not _TEN.search(text):
        return False
    return any(map(_shows_cpr, _readings(text)))


def _readings(text: str) -> Iterator[str]:
    """The text in plain characters, as it stands and with what is escaped in it undone, also twice over."""
    for _ in range(4):
        plain = text.translate(_PLAIN)
        yield plain.replace(_INVISIBLE, "")
        if _INVISIBLE in plain:
            yield plain.replace(_INVISIBLE, " ")
        text = unquote(html.unescape(_CODE.sub(lambda code: chr(int(code[1], 16)), plain)))
        if text == plain:
            return


def _shows_cpr(plain: str) -> bool:
    if not _TEN.search(plain):
        return False
    plain = _REPEATED.sub(r"\1", _BREAK.sub("\n", plain))
    plain = _OTHERS.sub("other", plain)
    return any(shape.search(plain) for shape in _SHAPES) or any(map(_spells_cpr, _GROUPS.finditer(plain)))


_CODE = re.compile(r"[\\%]u([0-9A-Fa-f]{4})")
_BREAK = re.compile(r" *\n[ \n]*")
_REPEATED = re.compile(r"([\W_])\1+")


def _spells_cpr(run: re.Match[str]) -> bool:
    """Digits spaced out: neighbouring groups with the same separator, ten digits together, and no eleventh."""
    parts = re.split(r"([^0-9]+)", run[0])
    groups, separators = parts[::2], ["", *parts[1::2], ""]
    for first in range(len(groups) - 1):
        separator, digits, last = separators[first + 1], groups[first], first
        if separator == separators[first]:
            continue
        while len(digits) < 10 and separators[last + 1] == separator:
            last += 1
            digits += groups[last]
        if separators[last + 1] != separator and _TEN_DIGITS.fullmatch(digits):
            sizes = [len(group) for group in groups[first : last + 1]]
            is_list = set(sizes) != {1} and set(separator) & {",", ";"}
            is_version = separator == "." and len(sizes) == 4 and any(size % 2 for size in sizes)
            if not is_list and not is_version:
                return True
    return False


_INVISIBLE = "\u200b"
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters and a symbol by name, and nothing to be seen


class _Plain(dict[int, str]):
    """A table for str.translate, filled as characters are met: digits, spaces and dashes of all kinds as ASCII."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = self._of(chr(code))
        return plain

    @staticmethod
    def _of(char: str) -> str:
        if unicodedata.numeric(char, None) in range(10):
            return str(int(unicodedata.numeric(char)))
        if char in "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029":
            return "\n"
        if char.isspace():
            return " "
        category = unicodedata.category(char)
        if category in ("Cf", "Cc", "Mn", "Me") or char in _BLANKS:
            return _INVISIBLE
        narrow = unicodedata.normalize("NFKC", char)
        if narrow.isascii() and (len(narrow) == 1 or category == "No"):
            return narrow
        return "-" if category in ("Pd", "Lm") or char == "\N{MINUS SIGN}" else char


_PLAIN = _Plain()
