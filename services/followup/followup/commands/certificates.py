"""What can be asked about certificates, and what is answered."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.catalogue import codes
from shared.events.base import Id
from shared.frozen import Frozen
from shared.identifiers import ONCE
from shared.spine.work import Command, Strict


class IssueCertificateBody(Strict):
    """Left out: all that has been noted as learned, with its level."""

    competences: Annotated[tuple[codes.Learning, ...], Field(min_length=1), ONCE] | None = None


class IssueCertificate(IssueCertificateBody, Command):
    """`code`: what is printed on the paper, made at random."""

    placement_id: Id
    certificate_id: Id
    code: str


class CertificateAnswer(Frozen):
    """`code` opens it at `GET /certificates/{code}`, and as paper at `/certificates/{code}/paper`."""

    certificate_id: str
    code: str
    issued_on: date
