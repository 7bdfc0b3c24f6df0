"""Why something cannot be done: the field, the rule and the way out, in Danish and English."""

from collections.abc import Sequence

from intake.state.places import Place
from shared.catalogue.kommuner import KOMMUNER
from shared.catalogue.refusal import in_danish
from shared.spine.decision import Refused

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


def other_state(place: Place) -> Refused:
    return Refused(
        "state",
        "state",
        f"Det kan ikke lade sig gøre, så længe pladsen er {STATES[place.state]}.",
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


def next_call_passed() -> Refused:
    return Refused(
        "date-order",
        "next_call_on",
        "Dagen er gået. Skriv den dag, du vil ringe igen: i dag eller senere.",
        "The day has passed. Say on which day you will call again: today or later.",
    )


def too_far(field: str) -> Refused:
    return Refused(
        "date-far",
        field,
        "Dagen ligger over et år ude i fremtiden. Er årstallet rigtigt? Ret datoen.",
        "The day lies more than a year ahead. Is the year right? Correct the date.",
    )


def has_places() -> Refused:
    return Refused(
        "has-places",
        "cvr",
        "Lederen har en plads eller en aftale i virksomheden, der ikke er slut. Luk pladsen, og vent, til aftalen er"
        " slut. Er det samme person to gange, så slå de to sammen: pladserne følger med.",
        "The leader has a place or a placement at this company that is not over. Close the place, and wait until the"
        " placement is over. If it is one person twice, merge the two: the places go along.",
        409,
    )


def email_taken() -> Refused:
    return Refused(
        "email-taken",
        "email",
        "En anden leder har den e-mailadresse. Er det samme person, så slå de to sammen.",
        "Another leader has this e-mail address. If it is the same person, merge the two.",
        409,
    )


def leader_is_gone() -> Refused:
    return Refused(
        "state",
        "leader_id",
        "Lederen er slettet eller slået sammen med en anden. Find den rigtige med en søgning.",
        "The leader was erased, or merged into another. Search for the right one.",
        409,
    )


def merge_with_another() -> Refused:
    return Refused(
        "state",
        "into",
        "Vælg en anden leder, som ikke er slettet eller selv slået sammen med en anden.",
        "Choose another leader, who is neither erased nor merged into somebody else.",
        409,
    )


def nothing_to_correct() -> Refused:
    return Refused(
        "missing-field",
        "body",
        "Skriv mindst ét felt, der skal rettes.",
        "Name at least one field to correct.",
    )


def only_the_last_call() -> Refused:
    return Refused(
        "state",
        "attempt",
        "Kun det seneste opkald kan rettes. Notér et nyt opkald, hvis noget andet er aftalt.",
        "Only the last call can be corrected. Record a new call if something else is agreed.",
        409,
    )


def unknown_colleague(field: str) -> Refused:
    return Refused(
        "unknown-id",
        field,
        "Personen hører ikke til virksomheden eller er slettet. Opret først kollegaen under virksomheden.",
        "This person is not of the company, or was erased. Add the colleague to the company first.",
    )


def one_way_only(field: str) -> Refused:
    return Refused(
        "exactly-one",
        field,
        "Søg på én ting ad gangen: navn, e-mail, telefonnummer, virksomhedens navn, CVR-nummer eller P-nummer.",
        "Search by one thing at a time: name, e-mail, phone, the company's name, CVR number or P-number.",
    )


# -- kick-offs ---------------------------------------------------------------------------------------------------------


def kickoff_taken() -> Refused:
    return Refused(
        "id-taken",
        "id",
        "Et andet kick-off har den kode. Vælg en anden, eller ret det, der står på listen (PATCH /kickoffs).",
        "Another kick-off has this code. Choose another one, or correct the one on the list (PATCH /kickoffs).",
        409,
    )


def kickoff_none() -> Refused:
    return Refused(
        "id-taken",
        "id",
        "I tallene står »none« for dem, der ikke kom fra et kick-off. Vælg en anden kode.",
        "In figures `none` stands for those who came from no kick-off. Choose another code.",
    )


def only_a_test() -> Refused:
    return Refused(
        "test-kommune",
        "kommune",
        "Testkommunen holder ikke kick-off. Vælg en af de 98 kommuner.",
        "The test kommune holds no kick-off. Choose one of the 98.",
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


def which_kommune() -> Refused:
    return Refused(
        "missing-field",
        "kommune",
        "Postnummeret ligger i flere kommuner. Vælg én, eller svar, at du ikke ved det.",
        "The postal code lies in several kommuner. Choose one, or say that you don't know.",
    )


def _kommuner(chosen: Sequence[str]) -> str:
    return ", ".join(f"{KOMMUNER[code].formal_name} ({code})" for code in chosen)


# -- what rules of the day stop, and what cannot be meant --------------------------------------------------------------


def task_longer_than_week(most: float) -> Refused:
    return Refused(
        "task-hours",
        "tasks",
        f"En opgave har flere timer om ugen end pladsen ({in_danish(most)}). Ret opgavens timer eller pladsens.",
        f"A task has more hours a week than the place ({most:g}). Correct the hours of the task or of the place.",
    )


def task_without_words() -> Refused:
    return Refused(
        "task-words",
        "tasks",
        "En opgave med egne ord mangler ordene. Skriv, hvad opgaven er, eller vælg en fra listen.",
        "A task in own words has no words. Say what it is, or choose one of the list.",
    )


def no_such_seat(seats: int) -> Refused:
    return Refused(
        "no-such-seat",
        "tasks",
        f"En opgave hører til en plads, der ikke er der: der er {seats}. Ret opgavens plads eller antallet.",
        f"A task belongs to a seat that is not there: there are {seats}. Correct its seat or their number.",
    )


# -- an opened place that changes --------------------------------------------------------------------------------------


def seats_taken(taken: int) -> Refused:
    return Refused(
        "seats-taken",
        "seats",
        f"{taken} er allerede aftalt. Der kan ikke være færre pladser.",
        f"{taken} are agreed already. There cannot be fewer seats.",
        409,
    )


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
