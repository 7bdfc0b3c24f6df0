"""The list of kick-offs that consultants keep."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.catalogue.kommuner import KommuneCode
from shared.frozen import Frozen
from shared.identifiers import Day, Name
from shared.spine.work import Command, Strict


class KickoffBody(Strict):
    """`id` stands in the link that leaders sign up by, and in figures: short, in small letters, nobody's name."""

    id: Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
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
