"""Links without an account: a new one is asked for, a referral is passed on to a colleague."""

from typing import Annotated

from pydantic import Field

from shared.events.base import Id
from shared.frozen import Frozen
from shared.spine.work import Command, Strict

Token = Annotated[str, Field(min_length=1, max_length=200)]


class NewLinkBody(Strict):
    """The token of the link that does not work any more. It goes into the body: an address is written into logs."""

    token: Token


class SendLink(Command):
    """Its contact asks for a new one: it goes to the address that we know, nowhere else."""

    referral_id: str
    contact_id: str


class LinkAnswer(Frozen):
    """The same for everybody, whatever was sent."""

    da: str
    en: str


class ForwardBody(Strict):
    """To a contact of the same kommune: see `GET /kommuner/{code}`."""

    contact_id: Id


class Forward(Command):
    """A colleague takes over."""

    referral_id: str
    kommune: str
    contact_id: str
