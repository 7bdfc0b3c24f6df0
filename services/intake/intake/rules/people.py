"""Whose contact data may be shown, and by what they are looked for."""

from collections.abc import Mapping

from intake import refusals
from intake.state.leaders import Leader
from intake.state.people import Colleague


def check_near(person: Colleague | Leader | None, company_id: str, field: str) -> None:
    """Contact and buddy are of the company and were named first: nobody else's data is ever shown."""
    if person is None or person.erased or person.company_id != company_id:
        raise refusals.unknown_colleague(field)


def looked_for(asked: Mapping[str, str | None]) -> tuple[str, str]:
    """By one of them: two could mean that either fits, or that both do."""
    (kind, value), *others = [(kind, value) for kind, value in asked.items() if value] or [("", "")]
    if not value or others:
        raise refusals.one_way_only(others[0][0] if others else next(iter(asked)))
    return kind, value
