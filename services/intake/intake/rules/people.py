"""Whose contact data may be shown, and by what they are looked for."""

from collections.abc import Mapping

from intake import texts
from intake.state.people import Colleague


def check_colleague(colleague: Colleague | None, company_id: str, field: str) -> None:
    """Contact and buddy are the leader, or colleagues who were named first: nobody else's data is ever shown."""
    if colleague is None or colleague.company_id != company_id:
        raise texts.unknown_colleague(field)


def looked_for(asked: Mapping[str, str | None]) -> tuple[str, str]:
    """By one of them: two could mean that either fits, or that both do."""
    (kind, value), *others = [(kind, value) for kind, value in asked.items() if value] or [("", "")]
    if not value or others:
        raise texts.one_way_only(others[0][0] if others else next(iter(asked)))
    return kind, value
