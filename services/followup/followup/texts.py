"""Words for people: what they are told when it cannot be done (the rule and the way out), and what is promised."""

from pydantic_core import PydanticCustomError

from shared.catalogue.refusal import refusal
from shared.frozen import Frozen
from shared.spine.decision import Refused


class Words(Frozen):
    """The same in both languages."""

    da: str
    en: str


PHONE_PROMISE = Words(da="I kan altid ringe.", en="You can always call us.")


def never_began() -> Refused:
    return _state(
        "Forløbet er ikke begyndt. Registrér startdagen først, eller aflys det.",
        "The placement has not begun. Record its first day, or cancel it.",
    )


def over() -> Refused:
    return _state(
        "Forløbet er slut eller aflyst. Notér i stedet, hvad det blev til.",
        "The placement is over or cancelled. Record what became of it instead.",
    )


def begun() -> Refused:
    return _state(
        "Forløbet er begyndt og kan ikke aflyses. Afslut det med en årsag.",
        "The placement has begun and cannot be cancelled. End it with a reason.",
    )


def begun_already() -> Refused:
    return _state(
        "Forløbet er allerede begyndt, på en anden dag. Se startdagen på forløbet.",
        "The placement has begun already, on another day. The placement shows which.",
    )


def not_paused() -> Refused:
    return _state("Forløbet er ikke på pause.", "The placement is not paused.")


def paused_already() -> Refused:
    return _state(
        "Forløbet er allerede på pause. Genoptag det først.", "The placement is paused already. Resume it first."
    )


def nothing_to_approve() -> Refused:
    return _state("Perioden venter ikke på en godkendelse.", "The stage does not wait for an approval.", "stage_id")


def other_time() -> Refused:
    return _state(
        "Skriv living, mens forløbet lever, og derefter antal måneder siden slutningen.",
        "Say living while the placement lives, and after that the months since its end.",
        "when",
    )


def other_placement() -> Refused:
    return _state(
        "Udfordringen handler om et andet forløb.", "The challenge is about another placement.", "placement_id"
    )


def judged_already() -> Refused:
    return _state(
        "Tiltaget er allerede vurderet. Registrér et nyt tiltag, hvis noget andet blev prøvet.",
        "The intervention has been judged. Record a new one if something else was tried.",
        "result",
    )


def no_kommune_to_help() -> Refused:
    return Refused(
        "state",
        "help",
        "Kommunens hjælp kan kun ønskes til et forløb. Vælg forløbet, eller lad feltet stå tomt.",
        "A kommune's help can be wanted for a placement only. Choose the placement, or leave the field out.",
    )


def days_in_order(field: str) -> Refused:
    return Refused(
        "date-order",
        field,
        "Datoen ligger før den, den skal følge efter. Ret datoerne.",
        "The date lies before the one that it must follow. Correct the dates.",
    )


def hours_missing() -> Refused:
    return Refused(
        "missing-field",
        "hours",
        "Skriv timer om ugen: det er et job.",
        "Say the hours a week: this is employment.",
    )


def subject_missing() -> Refused:
    return Refused(
        "missing-field",
        "challenge_id",
        "Skriv, hvilken udfordring eller hvilket forløb det handler om.",
        "Say which challenge or placement it is about.",
    )


def unknown_answer() -> PydanticCustomError:
    return refusal(
        "unknown-code",
        "an answer is a code of one of the lists gains, learning and challenges: GET /codes/{list} shows them",
        "et svar er en kode fra en af listerne gains, learning og challenges: GET /codes/{list} viser dem",
    )


def _state(da: str, en: str, field: str = "state") -> Refused:
    """The placement (challenge, intervention) is not where this is possible."""
    return Refused("state", field, da, en, status=409)
