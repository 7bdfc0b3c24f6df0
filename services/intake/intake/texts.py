"""Words for people: what a leader reads, in company language, and why something cannot be done, with the way out."""

from collections.abc import Sequence

from intake.state.places import Past, Place
from shared.catalogue.codes import codes
from shared.catalogue.kommuner import KOMMUNER
from shared.frozen import Frozen
from shared.spine.decision import Refused


class Words(Frozen):
    """The same in both languages."""

    da: str
    en: str


WELCOME = Words(
    da="Tak. En konsulent ringer til dig i løbet af få dage.",
    en="Thank you. A consultant will call you within a few days.",
)
PHONE_PROMISE = "I kan altid ringe."
SAID = {
    "drafted": "Vi er begyndt på pladsen sammen med dig.",
    "opened": "Du har sagt ja, og vi finder den rigtige kommune.",
    "kommune-asked": "{kommune} er spurgt.",
    "leader-guided": "Du har fået at vide, hvad der sker nu, og hvem der ringer.",
    "kommune-accepted": "{kommune} har sagt ja og leder efter den rette.",
    "referral-rejected": "{kommune} kan ikke hjælpe denne gang.",
    "referral-failed": "{kommune} nåede ikke at svare.",
    "referral-cancelled": "Spørgsmålet til {kommune} er trukket tilbage.",
    "referral-completed": "{kommune} har fundet den rette.",
    "match-agreed": "Alle tre har sagt ja.",
    "placement-started": "Forløbet er begyndt.",
    "placement-over": "Et forløb er slut.",
    "filled": "Pladsen er besat.",
    "paused": "Pladsen er på pause.",
    "reopened": "Pladsen er åben igen.",
    "closed": "Pladsen er lukket.",
}
BEFORE_ANY_PLACE = "En konsulent ringer til dig."
NEXT = {
    "draft": "En konsulent ringer til dig, og sammen finder I opgaverne.",
    "additional-assessment-required": "En konsulent ringer til dig om det, der mangler.",
    "open": "Kommunens kontaktperson ringer til dig. Du skal ikke gøre noget.",
    "filled": "Vi følger op sammen med jer. I kan altid ringe.",
    "paused": "Sig til, når pladsen må åbnes igen.",
    "closed": "Tak for denne gang. Du kan altid åbne en ny plads.",
}
STATES = {
    "draft": "en kladde",
    "additional-assessment-required": "ved at blive afklaret",
    "open": "åben",
    "paused": "på pause",
    "filled": "besat",
    "closed": "lukket",
}
LABELS = {
    "tasks": "opgaverne",
    "hours_from": "timer om ugen til at begynde med",
    "hours_to": "timer om ugen på sigt",
    "times_of_day": "tidspunkter på dagen",
    "forms": "ansættelsesformer",
    "purpose": "formålet",
}


def sentence(past: Past) -> str:
    kommune = KOMMUNER[past.reason].formal_name if past.reason and past.reason in KOMMUNER else "Kommunen"
    return SAID.get(past.what, past.what).format(kommune=kommune)


def what_next(place: Place) -> str:
    return NEXT[place.state]


# -- why not -----------------------------------------------------------------------------------------------------------


def other_state(place: Place) -> Refused:
    return Refused(
        "state",
        "state",
        f"Det kan ikke lade sig gøre, når pladsen er {STATES[place.state]}.",
        f"This cannot be done while the place is {place.state}.",
        409,
    )


def opened_already() -> Refused:
    return Refused("state", "state", "Pladsen er allerede åbnet.", "The place has been opened already.", 409)


def leader_not_reached() -> Refused:
    return Refused(
        "leader-not-reached",
        "leader_id",
        "Ring til lederen, og notér samtalen, før pladsen åbnes.",
        "Call the leader and record the call before the place opens.",
    )


def missing(fields: list[str]) -> Refused:
    words = ", ".join(LABELS[name] for name in fields)
    return Refused(
        "R-PURPOSE-1" if fields == ["purpose"] else "incomplete",
        fields[0],
        f"Find sammen med lederen: {words}. Ret pladsen, og åbn den igen.",
        f"Find together with the leader: {', '.join(fields)}. Change the place and open it again.",
    )


def hours_shrink() -> Refused:
    return Refused(
        "hours-order",
        "hours_to",
        "Timerne på sigt kan ikke være færre end timerne til at begynde med.",
        "The hours to aim for cannot be fewer than the hours to begin with.",
    )


def leader_has_not_agreed() -> Refused:
    return Refused(
        "leader-agrees",
        "agreed_at",
        "Skriv, hvilken dag lederen sagde ja til, at en kommune spørges.",
        "Say on which day the leader agreed that a kommune is asked.",
    )


def no_seat() -> Refused:
    return Refused(
        "no-seat",
        "seats",
        "Alle pladser er besat. Den åbner igen, når et forløb er slut.",
        "Every seat is taken. It can reopen when a placement is over.",
        409,
    )


def unknown_colleague(field: str) -> Refused:
    return Refused(
        "unknown-id",
        field,
        "Personen hører ikke til virksomheden. Opret først kollegaen under virksomheden.",
        "This person does not belong to the company. Add the colleague to the company first.",
    )


def one_way_only(field: str) -> Refused:
    return Refused(
        "exactly-one",
        field,
        "Søg enten på e-mail eller på telefonnummer: udfyld det ene felt, og lad det andet stå tomt.",
        "Search by e-mail or by phone: fill in one of the two fields and leave the other out.",
    )


# -- where a workplace lies --------------------------------------------------------------------------------------------


def lies_elsewhere(kommuner: Sequence[str]) -> Refused:
    return Refused(
        "kommune-postnr",
        "kommune",
        f"Postnummeret ligger ikke i den kommune. Det ligger i {_kommuner(kommuner)}.",
        f"The postal code does not lie in that kommune, but in {_kommuner(kommuner)}.",
    )


def choose_kommune(kommuner: Sequence[str]) -> Refused:
    said = Refused.by("R-KOMMUNE-1", "kommune")
    return Refused(
        said.rule, said.field, f"{said.da} Vælg: {_kommuner(kommuner)}.", f"{said.en} Choose: {_kommuner(kommuner)}."
    )


def _kommuner(chosen: Sequence[str]) -> str:
    return ", ".join(f"{KOMMUNER[code].formal_name} ({code})" for code in chosen)


# -- what rules of the day stop, and what cannot be meant --------------------------------------------------------------

SAID |= {"blocked": "Noget skal på plads, før pladsen kan åbne. En konsulent taler med dig om det."}


def task_longer_than_week(most: float) -> Refused:
    return Refused(
        "task-hours",
        "tasks",
        f"En opgave har flere timer om ugen end pladsen ({most:g}). Ret opgavens timer eller pladsens.",
        f"A task has more hours a week than the place ({most:g}). Correct the hours of the task or of the place.",
    )


def no_such_seat(seats: int) -> Refused:
    return Refused(
        "no-such-seat",
        "tasks",
        f"En opgave hører til en plads, der ikke er der: der er {seats}. Ret opgavens plads eller antallet.",
        f"A task belongs to a seat that is not there: there are {seats}. Correct its seat or their number.",
    )


# -- an opened place that changes --------------------------------------------------------------------------------------

SAID |= {"changed": "Vi har rettet pladsen og givet besked til dem, det angår."}


def seats_taken(taken: int) -> Refused:
    return Refused(
        "seats-taken",
        "seats",
        f"{taken} er allerede aftalt. Der kan ikke være færre pladser.",
        f"{taken} are agreed already. There cannot be fewer seats.",
        409,
    )


# -- what a kommune sees no more ---------------------------------------------------------------------------------------

ENDED = {
    "completed": ("de unge er fundet", "the young people are found"),
    "expired": ("der kom intet svar i tide", "no answer came in time"),
}


def referral_over(reason: str) -> tuple[str, str]:
    """With the code, which machines read."""
    lists = [codes("referral-cancelled"), codes("referral-rejected")]
    known = next((found.entries[reason] for found in lists if reason in found), None)
    da, en = (known.da, known.en) if known else ENDED.get(reason, ("den er slut", "it is over"))
    return f"Kontaktoplysningerne er lukket ({reason}): {da}.", f"The contact data are closed ({reason}): {en}."


# -- a leader who is gone ----------------------------------------------------------------------------------------------


def leader_left() -> Refused:
    return Refused(
        "leader-erased",
        "leader_id",
        "Lederens oplysninger er slettet. Begynd pladsen med en anden leder i virksomheden.",
        "The leader's data are erased. Begin the place with another leader of the company.",
        409,
    )


def agreed_too_early() -> Refused:
    return Refused(
        "leader-agrees",
        "agreed_at",
        "Lederens ja er for gammelt: før pausen eller mere end et år siden. Spørg lederen igen, eller ret datoen.",
        "The leader's yes is too old: before the pause, or more than a year ago. Ask again, or correct the date.",
    )
