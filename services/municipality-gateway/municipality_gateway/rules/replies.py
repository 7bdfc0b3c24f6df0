"""Who may say it: a kommune speaks of its own referrals, young people, matches and placements, of nobody else's."""

from typing import NoReturn

from municipality_gateway import texts
from shared.catalogue.codes import codes
from shared.catalogue.rules import rule
from shared.spine.decision import Refused


def not_yours(field: str) -> NoReturn:
    """R-XBORDER-1: what a young person needs follows her own kommune."""
    raise texts.not_yours(field)


def unknown(field: str) -> NoReturn:
    raise texts.unknown(field)


def decided(code: str, field: str) -> Refused:
    """What a decider further in gave as its reason: a rule of the catalogue, or a code of the list."""
    try:
        rule(code)
    except KeyError:
        return texts.by_list(code if code in codes("reply-refused") else "state", field)
    return texts.by_rule(code, field)
