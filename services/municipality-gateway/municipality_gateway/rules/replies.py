"""Who may say it: a kommune speaks of its own referrals, young people, matches and placements, of nobody else's.

And which days can be meant, seen from the day on which it was said: what has happened is not to come, what is to come
has not passed, and what lies years ahead is a slip of the keys.
"""

from datetime import date
from typing import NoReturn

from municipality_gateway import texts
from shared.catalogue.calendar import add_months, today
from shared.catalogue.codes import codes
from shared.catalogue.kommuner import kommune
from shared.catalogue.limits import limits
from shared.events.base import Stage, Terms
from shared.events.kommune import replies as said
from shared.events.kommune.replies import Reply
from shared.spine.decision import Refused


def not_yours(field: str) -> NoReturn:
    """R-XBORDER-1: what a young person needs follows her own kommune."""
    raise texts.not_yours(field)


def kommune_of(proposal: said.CandidateProposed, code: str) -> str:
    """Whose young person it is: one's own, or one of the kommuner with which the entrance is shared."""
    named = proposal.kommune or code
    if named != code and named not in kommune(code).joint_with:
        raise texts.no_shared_entrance()
    return named


def unknown(field: str) -> NoReturn:
    raise texts.unknown(field)


COVER = "R-COVER"
_BY_CODE = {
    "state": texts.wrong_state,
    "unknown-id": texts.unknown,
    "not-yours": texts.not_yours,
    "date-order": texts.too_early,
    "date-future": texts.not_happened,
    "date-far": texts.too_far,
}


def decided(code: str, field: str, terms: Terms | Stage | None = None) -> Refused:
    """What a decider further in gave as its reason: a rule of the catalogue, or a code of the list.

    `terms`: what the answer had to cover.
    """
    rule = code.removeprefix("rule:")
    if rule in codes("rules"):
        return texts.by_rule(rule, field, *(texts.terms(terms) if terms and rule == COVER else ()))
    if code in _BY_CODE:
        return _BY_CODE[code](field)
    return texts.by_list(code if code in codes("reply-refused") else "state", field)


def check_days(reply: Reply, on: date) -> None:
    """`on`: the day on which it was said."""
    match reply:
        case said.CandidateRegistered(profile=profile):
            _in_sight(profile.from_, on, "profile.from")
        case said.CandidateProposed(profile=profile, start=start, until=until):
            _in_sight(profile.from_, on, "profile.from")
            _in_sight(start, on, "start")
            if start < max(on, profile.from_):
                raise texts.too_early("start")
            _lasts(start, until, "until")
        case said.LeaderContacted(at=at) | said.MeetingMissed(at=at) if today(at) > on:
            raise texts.not_happened("at")
        case said.MeetingPlanned(at=at):
            _in_sight(today(at), on, "at")
        case said.OutcomeReported(on=happened) if happened > on:
            raise texts.not_happened("on")
        case said.KommuneApproved(from_=from_, to=to) | said.SupportAnswered(from_=from_, to=to):
            _in_sight(from_ or on, on, "from")
            _lasts(from_ or on, to, "to")


def _in_sight(begins: date, on: date, field: str) -> None:
    if begins > add_months(on, limits("typed-date", on)["ahead"].value):
        raise texts.too_far(field)


def _lasts(begins: date, ends: date | None, field: str) -> None:
    if ends and ends < begins:
        raise texts.too_early(field)
    if ends and ends > add_months(begins, limits("typed-date", begins)["length"].value):
        raise texts.too_far(field)
