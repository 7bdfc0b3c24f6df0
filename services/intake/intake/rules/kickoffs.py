"""Which kick-offs can be meant."""

from datetime import date

from intake import refusals
from intake.state.leaders import Kickoff
from shared.catalogue.calendar import add_months
from shared.catalogue.kommuner import TEST_KOMMUNE
from shared.catalogue.limits import limits

NONE = "none"
"""What figures call those who joined at no kick-off."""


def check(kickoff: Kickoff, today: date) -> None:
    if kickoff.id == NONE:
        raise refusals.kickoff_none()
    if kickoff.kommune == TEST_KOMMUNE:
        raise refusals.only_a_test()
    if kickoff.held_on > add_months(today, limits("typed-date", today)["ahead"].value):
        raise refusals.too_far("held_on")


def facts(kickoff: Kickoff) -> tuple[str, str, date]:
    return kickoff.name, kickoff.kommune, kickoff.held_on
