"""Dates that people give: what has happened lies in the past, what is to come is within sight."""

from datetime import date

from followup import texts
from shared.catalogue.calendar import add_months
from shared.catalogue.limits import limits


def happened(on: date, today: date, field: str, *, after: date | None = None) -> None:
    """`after`: the day before which it cannot have been."""
    if on > today:
        raise texts.in_the_future(field)
    if after and on < after:
        raise texts.days_in_order(field)


def in_sight(begins: date, today: date, field: str) -> None:
    if begins > add_months(today, limits("typed-date", today)["ahead"].value):
        raise texts.too_far(field)


def lasts(begins: date, ends: date | None, field: str) -> None:
    if ends and ends < begins:
        raise texts.days_in_order(field)
    if ends and ends > add_months(begins, limits("typed-date", begins)["length"].value):
        raise texts.too_far(field)
