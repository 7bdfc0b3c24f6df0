"""What people are told when it cannot be done: the rule and the way out."""

from shared.spine.decision import Refused


def wrong_state(da: str, en: str, field: str = "state") -> Refused:
    """The placement (challenge, intervention) is not where this is possible."""
    return Refused("state", field, da, en, status=409)


def never_began() -> Refused:
    return wrong_state(
        "Forløbet er ikke begyndt. Registrér startdagen først, eller aflys det.",
        "The placement has not begun. Record its first day, or cancel it.",
    )


def over() -> Refused:
    return wrong_state(
        "Forløbet er slut eller aflyst. Notér i stedet, hvad det blev til.",
        "The placement is over or cancelled. Record what became of it instead.",
    )


def begun() -> Refused:
    return wrong_state(
        "Forløbet er begyndt og kan ikke aflyses. Afslut det med en årsag.",
        "The placement has begun and cannot be cancelled. End it with a reason.",
    )


def begun_already() -> Refused:
    return wrong_state(
        "Forløbet er allerede begyndt, på en anden dag. Se startdagen på forløbet.",
        "The placement has begun already, on another day. The placement shows which.",
    )


def not_paused() -> Refused:
    return wrong_state("Forløbet er ikke på pause.", "The placement is not paused.")


def paused_already() -> Refused:
    return wrong_state(
        "Forløbet er allerede på pause. Genoptag det først.", "The placement is paused already. Resume it first."
    )


def days_in_order(field: str) -> Refused:
    return Refused(
        "date-order",
        field,
        "Datoen ligger før den, den skal følge efter. Ret datoerne.",
        "The date lies before the one that it must follow. Correct the dates.",
    )


def missing(field: str, da: str, en: str) -> Refused:
    return Refused("missing-field", field, da, en)
