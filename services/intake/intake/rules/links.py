"""Where the link in a leader's mail leads, and how long it lasts."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from shared.catalogue.limits import limits

HOME = "/min-side"
# Where a mail is about one thing, that is what she sees.
_WHERE = {
    "proposed": "/match/{match_id}",
    "first-day": "/forloeb/{placement_id}",
    "how-is-it-going": "/forloeb/{placement_id}",
    "seat-free": "/pladser/{place_id}/aabn",
}


def where(template: str, about: Mapping[str, str]) -> str:
    return _WHERE.get(template, HOME).format_map(about)


def lasts_until(now: datetime, today: date) -> datetime:
    return now + timedelta(days=limits("leader-link", today)["lasts"].value)
