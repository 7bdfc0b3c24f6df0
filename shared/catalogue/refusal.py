"""How a type of the catalogue refuses what comes in: rule, what is wrong and the way out, in Danish and English."""

from typing import LiteralString

from pydantic_core import PydanticCustomError


def in_danish(number: float) -> str:
    """As Danes write it: 37; 7,5"""
    return f"{number:g}".replace(".", ",")


def refusal(rule: LiteralString, en: str, da: str) -> PydanticCustomError:
    """A ValueError for pydantic: `rule` is the error's type, both texts lie in its context. Never put the input in."""
    return PydanticCustomError(rule, "{en}", {"en": en, "da": da})
