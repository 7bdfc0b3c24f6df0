"""Whose contact data may be shown."""

from intake import texts
from intake.state.people import Colleague


def check_colleague(colleague: Colleague | None, company_id: str, field: str) -> None:
    """Contact and buddy are the leader, or colleagues who were named first: nobody else's data is ever shown."""
    if colleague is None or colleague.company_id != company_id:
        raise texts.unknown_colleague(field)
