"""Whose contact data may be shown, and by what they are looked for."""

from collections.abc import Mapping
from datetime import datetime

from intake import texts
from intake.commands.people import AddColleague
from intake.rules.leaders import AT_ONCE
from intake.state.leaders import Leader
from intake.state.people import Colleague


def check_near(person: Colleague | Leader | None, company_id: str, field: str) -> None:
    """Contact and buddy are of the company and were named first: nobody else's data is ever shown."""
    if person is None or person.erased or person.company_id != company_id:
        raise texts.unknown_colleague(field)


def added_at_once(last: Colleague, asked: AddColleague, now: datetime) -> bool:
    """Two clicks of one finger, as far as can be seen without a name."""
    moment = last.added_at is not None and now - last.added_at <= AT_ONCE
    return moment and not last.erased and (last.added_by, last.role) == (asked.leader_id, asked.role)


def looked_for(asked: Mapping[str, str | None]) -> tuple[str, str]:
    """By one of them: two could mean that either fits, or that both do."""
    (kind, value), *others = [(kind, value) for kind, value in asked.items() if value] or [("", "")]
    if not value or others:
        raise texts.one_way_only(others[0][0] if others else next(iter(asked)))
    return kind, value
