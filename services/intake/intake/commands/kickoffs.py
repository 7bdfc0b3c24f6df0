"""The list of kick-offs that consultants keep."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.catalogue.kommuner import KommuneCode
from shared.catalogue.refusal import refusal
from shared.frozen import Frozen
from shared.identifiers import Day, Name
from shared.spine.work import Command, Strict

SHORT = "^[a-z0-9]+(-[a-z0-9]+)*$"


def _short(text: str) -> str:
    if not re.fullmatch(SHORT, text):
        raise refusal(
            "wrong-form",
            "Small letters, digits and hyphens alone, such as vildbjerg-2026.",
            "Kun små bogstaver, tal og bindestreger, fx vildbjerg-2026.",
        )
    return text


class KickoffBody(Strict):
    """`id` stands in the link that leaders sign up by, and in figures: short, in small letters, nobody's name."""

    id: Annotated[str, AfterValidator(_short), Field(max_length=40, json_schema_extra={"pattern": SHORT})]
    name: Name
    kommune: KommuneCode
    held_on: Day


class CorrectKickoffBody(Strict):
    """What was typed wrong; what is not mentioned stays."""

    name: Name | None = None
    kommune: KommuneCode | None = None
    held_on: Day | None = None


class CorrectKickoff(Command):
    kickoff_id: str
    name: str | None
    kommune: str | None
    held_on: date | None


class RegisterKickoff(Command):
    kickoff_id: str
    name: str
    kommune: str
    held_on: date


class KickoffAnswer(Frozen):
    kickoff_id: str
