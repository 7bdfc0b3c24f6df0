"""How a value that comes in is refused, over HTTP and Kafka alike: rule, what is wrong, the way out, Danish first."""

from collections.abc import Callable, Mapping
from typing import Any, LiteralString

from pydantic_core import PydanticCustomError

Text = tuple[str, str]  # Danish, English


def in_english(number: float) -> str:
    return f"{number:.10g}"


def in_danish(number: float) -> str:
    """As Danes write it: 37; 7,5"""
    return in_english(number).replace(".", ",")


def refusal(rule: LiteralString, en: str, da: str) -> PydanticCustomError:
    """A ValueError for pydantic: `rule` is the error's type, both texts lie in its context. Never put the input in."""
    return PydanticCustomError(rule, "{en}", {"en": en, "da": da})


# pydantic's error type -> our code, Danish, English; {names} come from the schema's limits, never from the input.
_INPUT: dict[str, tuple[str, str, str]] = {
    "missing": ("missing-field", "Feltet mangler.", "The field is missing."),
    "extra_forbidden": ("unknown-field", "Et felt her kendes ikke.", "A field here is not known."),
    "literal_error": ("unknown-code", "Skal være {expected}.", "Must be {expected}."),
    "enum": ("unknown-code", "Skal være {expected}.", "Must be {expected}."),
    "json_invalid": ("json-invalid", "Det er ikke gyldig JSON.", "It is not valid JSON."),
    "greater_than": ("out-of-range", "Skal være over {gt}.", "Must be above {gt}."),
    "greater_than_equal": ("out-of-range", "Skal være mindst {ge}.", "Must be at least {ge}."),
    "less_than": ("out-of-range", "Skal være under {lt}.", "Must be below {lt}."),
    "less_than_equal": ("out-of-range", "Må højst være {le}.", "Must be at most {le}."),
    "string_too_short": ("too-short", "Mindst {min_length} tegn.", "At least {min_length} characters."),
    "string_too_long": ("too-long", "Højst {max_length} tegn.", "At most {max_length} characters."),
    "too_short": ("too-few", "Vælg mindst {min_length}.", "Choose at least {min_length}."),
    "too_long": ("too-many", "Vælg højst {max_length}.", "Choose at most {max_length}."),
    "multiple_of": ("step", "Skriv det i trin på {multiple_of}.", "Write it in steps of {multiple_of}."),
    "string_pattern_mismatch": ("wrong-form", "Det har ikke den rigtige form.", "It does not have the right form."),
}
# The kind that was expected, with which pydantic's error type begins -> what a right value looks like.
_LOOKS: dict[str, Text] = {
    "string": ("Skriv det som tekst i anførselstegn.", "Write it as text in quotation marks."),
    "int": ("Skriv et helt tal, fx 12.", "Write a whole number, such as 12."),
    "float": ("Skriv et tal, fx 12 eller 7,5.", "Write a number, such as 12 or 7.5."),
    "finite": ("Skriv et tal, fx 12 eller 7,5.", "Write a number, such as 12 or 7.5."),
    "bool": ("Skriv true eller false.", "Write true or false."),
    "date": (
        "Datoen findes ikke eller er skrevet forkert. Skriv den som 2026-11-30: år, måned og dag.",
        "There is no such date, or it is written wrongly. Write it as 2026-11-30: year, month and day.",
    ),
    "datetime": (
        "Tidspunktet findes ikke eller er skrevet forkert. Skriv det som 2026-11-30T09:00:00+01:00.",
        "There is no such time, or it is written wrongly. Write it as 2026-11-30T09:00:00+01:00.",
    ),
    "uuid": ("Skriv id'et, præcis som du har fået det.", "Write the id exactly as you got it."),
    "tuple": ("Skriv en liste: [...].", "Write a list: [...]."),
    "list": ("Skriv en liste: [...].", "Write a list: [...]."),
    "dict": ("Skriv et objekt.", "Write an object."),
    "model": ("Skriv et objekt.", "Write an object."),
}
_UNUSABLE: Text = ("Værdien kan ikke bruges.", "The value cannot be used.")


def of_value(error: Mapping[str, Any]) -> tuple[str, str, str]:
    """What one of pydantic's errors is: rule, Danish, English; nothing of what was sent."""
    kind, said = error["type"], error.get("ctx", {})
    if kind not in _INPUT and {"da", "en"} <= said.keys():  # a type of ours, which says the rule and the way out
        return kind, said["da"], said["en"]
    if kind == "string_too_short" and said["min_length"] == 1:
        return "too-short", "Her skal stå noget.", "Something has to stand here."
    wrong_type = kind.endswith(("_type", "_parsing", "_from_date_inexact"))
    looks = _LOOKS.get(kind.partition("_")[0], _UNUSABLE)
    rule, da, en = _INPUT.get(kind) or ("wrong-type" if wrong_type else kind.replace("_", "-"), *looks)
    limits = {name: value for name, value in said.items() if name != "error"} if kind in _INPUT else {}
    # pydantic joins the codes it expects in English.
    said_da = da.format(**_numbers(limits, in_danish)).replace(" or ", " eller ")
    return rule, said_da, en.format(**_numbers(limits, in_english))


def _numbers(limits: Mapping[str, Any], written: Callable[[float], str]) -> dict[str, Any]:
    return {name: written(value) if isinstance(value, int | float) else value for name, value in limits.items()}
