"""What a consultant wants to read each morning."""

from shared.frozen import Frozen
from shared.identifiers import Email
from shared.mail.rows import Language
from shared.spine.work import Command, Strict


class MorningBody(Strict):
    """Where to, and in which language."""

    email: Email
    language: Language = "da"


class WriteEachMorning(Command):
    """From the next working day on; said again, the address is another one."""

    person_id: str
    email: str
    language: Language


class WriteNoMore(Command):
    """No mail in the morning any more; the address is forgotten."""

    person_id: str


class WriteThisMorning(Command):
    """It is seven o'clock."""

    person_id: str


class MorningAnswer(Frozen):
    """Whether she is written to."""

    on: bool
