"""Who may say it: a kommune speaks of its own referrals, young people, matches and placements, of nobody else's."""

from typing import NoReturn

from shared.spine.decision import Refused


def not_yours(field: str) -> NoReturn:
    """R-XBORDER-1: what a young person needs follows her own kommune."""
    raise Refused(
        "not-yours",
        field,
        f"Det, som {field} peger på, hører til en anden kommune. Brug et id, som I har fået på jeres egen kø.",
        f"What {field} points at belongs to another kommune. Use an id that you got on your own topic.",
    )


def unknown(field: str) -> NoReturn:
    raise Refused(
        "unknown-id",
        field,
        f"Vi kender ikke det id, der står i {field}. Brug et id, som I har fået på jeres egen kø.",
        f"We do not know the id in {field}. Use an id that you got on your own topic.",
    )


def wrong_state(field: str) -> NoReturn:
    raise Refused(
        "state",
        field,
        f"Det kan ikke lade sig gøre, som sagen i {field} står nu. Se de seneste hændelser på jeres kø.",
        f"It is not possible in the present state of what {field} points at. See the latest events on your topic.",
    )
