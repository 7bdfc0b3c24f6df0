"""Whose contact data may be shown, and by what they are looked for."""

from typing import Literal

from intake import texts
from intake.state.people import Colleague


def check_colleague(colleague: Colleague | None, company_id: str, field: str) -> None:
    """Contact and buddy are the leader, or colleagues who were named first: nobody else's data is ever shown."""
    if colleague is None or colleague.company_id != company_id:
        raise texts.unknown_colleague(field)


def looked_for(email: str | None, phone: str | None) -> tuple[Literal["email", "phone"], str]:
    """By one of them: both could mean that either fits, or that both do."""
    if email and phone:
        raise texts.one_way_only("phone")
    if email:
        return "email", email
    if phone:
        return "phone", phone
    raise texts.one_way_only("email")
