"""Consultants who read each morning what their day holds. Their address lies in the vault."""

from shared.mail.rows import Language
from shared.spine.work import Aggregate


class Morning(Aggregate):
    """Of one consultant; the id is hers in the vault."""

    language: Language = "da"
    on: bool = True
