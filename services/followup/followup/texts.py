"""Words for people: what they are told when it cannot be done (the rule and the way out), and what is promised."""

from pydantic_core import PydanticCustomError

from shared.catalogue.refusal import refusal
from shared.frozen import Frozen
from shared.spine.decision import Refused
from shared.spine.work import Public


class Words(Frozen):
    """The same in both languages."""

    da: str
    en: str


def phone_promise(public: Public) -> Words:
    """With the alliance's number, where it is set."""
    da, en = public.call_us
    return Words(da=da, en=en)


def never_began() -> Refused:
    return _state(
        "Aftalen er ikke begyndt. Registrér startdagen først, eller aflys den.",
        "The placement has not begun. Record its first day, or cancel it.",
    )


def over() -> Refused:
    return _state(
        "Aftalen er slut eller aflyst. Notér i stedet, hvad det blev til.",
        "The placement is over or cancelled. Record what became of it instead.",
    )


def was_an_error() -> Refused:
    return _state(
        "Det er noteret, at aftalen var en fejl. Ret afslutningen først, hvis den fandt sted.",
        "It is noted that the placement was an error. Correct its end first if it did take place.",
    )


def begun() -> Refused:
    return _state(
        "Tiden er begyndt og kan ikke aflyses. Afslut den med en årsag.",
        "The placement has begun and cannot be cancelled. End it with a reason.",
    )


def begun_already() -> Refused:
    return _state(
        "Aftalen er allerede begyndt, på en anden dag. Startdagen står på aftalen.",
        "The placement has begun already, on another day. The placement shows which.",
    )


def paused_already() -> Refused:
    return _state(
        "Aftalen er allerede på pause. Genoptag den først.", "The placement is paused already. Resume it first."
    )


def nothing_to_approve() -> Refused:
    return _state("Perioden venter ikke på en godkendelse.", "The stage does not wait for an approval.", "stage_id")


def other_time() -> Refused:
    return _state(
        "Det passer ikke med datoen. Skriv living, mens aftalen løber, og derefter 0, 3, 6 eller 12: antallet af"
        " måneder, siden den sluttede. Eller udelad feltet, så regner vi det ud.",
        "It does not fit the date. Say living while the placement lives, and after that 0, 3, 6 or 12: the months"
        " since its end. Or leave it out to have it worked out.",
        "when",
    )


def other_placement() -> Refused:
    return _state(
        "Udfordringen handler om en anden aftale.", "The challenge is about another placement.", "placement_id"
    )


def nobody(field: str) -> Refused:
    return Refused(
        "unknown-id",
        field,
        "Det er ikke en person. Brug lederens id, eller en kollegas fra virksomheden (GET /leaders/{id} i intake).",
        "That is nobody. Use the leader's id, or that of a colleague in the company (GET /leaders/{id} of intake).",
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
        "Kommunens hjælp kan kun ønskes til en aftale. Vælg aftalen, eller lad feltet stå tomt.",
        "A kommune's help can be wanted for a placement only. Choose the placement, or leave the field out.",
    )


def days_in_order(field: str) -> Refused:
    return Refused(
        "date-order",
        field,
        "Datoen ligger før den, den skal følge efter. Ret datoerne.",
        "The date lies before the one that it must follow. Correct the dates.",
    )


def in_the_future(field: str) -> Refused:
    return Refused(
        "date-future",
        field,
        "Datoen ligger i fremtiden, og det er ikke sket endnu. Ret datoen, eller vent, til det er sket.",
        "The date lies in the future, and it has not happened yet. Correct the date, or wait until it has.",
    )


def too_far(field: str) -> Refused:
    return Refused(
        "date-far",
        field,
        "Datoen ligger meget langt ude i fremtiden. Er årstallet rigtigt? Ret datoen.",
        "The date lies very far in the future. Is the year right? Correct the date.",
    )


def support_missing() -> Refused:
    return Refused(
        "missing-field",
        "support",
        "Skriv, hvilken støtte der er bevilget.",
        "Say which support is granted.",
    )


def no_help_wanted() -> Refused:
    return _state(
        "Der er ikke ønsket hjælp fra kommunen til denne udfordring.",
        "The kommune's help is not wanted with this challenge.",
        "challenge_id",
    )


def nothing_to_correct(field: str) -> Refused:
    return _state(
        "Det, der skal rettes, er ikke noteret. Se aftalen.",
        "What is to be corrected has not been noted. Look at the placement.",
        field,
    )


def stage_has_begun() -> Refused:
    return _state(
        "Perioden er begyndt og kan ikke tages tilbage. Ret den, eller planlæg den næste.",
        "The stage has begun and cannot be taken back. Correct it, or plan the next one.",
        "now",
    )


def start_is_its_own() -> Refused:
    return _state(
        "Den første periode begynder på startdagen. Ret startdagen i stedet.",
        "The first stage begins on the first day. Correct the first day instead.",
        "now.from",
    )


def not_learned() -> Refused:
    return Refused(
        "state",
        "competences",
        "Beviset kan kun nævne det, der er noteret som lært, og på hvilket niveau. Notér det først.",
        "A certificate can name only what has been noted as learned, with a level. Note it first.",
        status=409,
    )


def themselves() -> Refused:
    return Refused(
        "state",
        "substitute",
        "En konsulent kan ikke være sin egen afløser. Vælg en anden.",
        "Nobody can be their own substitute. Choose another consultant.",
    )


def hours_missing() -> Refused:
    return Refused(
        "missing-field",
        "hours",
        "Skriv timer om ugen, for det er et job.",
        "Say the hours a week: this is employment.",
    )


def subject_missing() -> Refused:
    return Refused(
        "missing-field",
        "challenge_id",
        "Skriv, hvilken udfordring eller hvilken aftale det handler om.",
        "Say which challenge or placement it is about.",
    )


def place_missing() -> Refused:
    return Refused(
        "missing-field",
        "query.place_id",
        "Skriv også place_id. Uden det vises kun en leders egne.",
        "Name place_id as well. Without it only a leader's own are listed.",
    )


def unknown_answer() -> PydanticCustomError:
    return refusal(
        "unknown-code",
        "an answer is a code of one of the lists gains, learning and challenges: GET /codes/{list} shows them",
        "et svar er en kode fra en af listerne gains, learning og challenges: GET /codes/{list} viser dem",
    )


def one_or_all() -> PydanticCustomError:
    return refusal(
        "missing-field",
        "Name either placement_id (one placement) or from (all that a consultant follows).",
        "Skriv enten placement_id (én aftale) eller from (alle, som en konsulent følger).",
    )


def _state(da: str, en: str, field: str = "state") -> Refused:
    """The placement (challenge, intervention) is not where this is possible."""
    return Refused("state", field, da, en, status=409)


# -- on the certificate ------------------------------------------------------------------------------------------------

PAPER_TITLE = "Bevis for det, jeg har lært"
PAPER_LEARNED = "Det har jeg lært"
PAPER_TASKS = "Det har jeg lavet"
PAPER_FORMS = "Sådan var jeg ansat eller tilknyttet"
PAPER_RKV = (
    "Beviset kan bruges som dokumentation i en realkompetencevurdering (RKV) eller en individuel kompetencevurdering"
    " (IKV) på en skole."
)
PAPER_NOBODY = "Der står intet navn på beviset. Det gælder den, der viser det."


def paper_period(first: str, last: str, hours: str) -> str:
    return f"På en arbejdsplads fra {first} til {last}, op til {hours} timer om ugen."


def paper_issued(day: str) -> str:
    return f"Udstedt af Lederalliancen den {day}. Vi kan bekræfte det ud fra kontrolkoden:"


# -- what is hard, as a leader would say it ----------------------------------------------------------------------------

HARD = {
    "C-ATTENDANCE": Words(da="Den unge har svært ved at komme ud ad døren", en="Getting there at all is hard"),
    "C-PUNCTUALITY": Words(da="Den unge kommer for sent", en="The young person comes late"),
    "C-ABSENCE": Words(da="Den unge er meget væk", en="The young person is away a lot"),
    "C-PACE": Words(da="Tempoet driller, eller der er for meget på én gang", en="The pace, or too much at once"),
    "C-HOURS-TOO-MANY": Words(da="Timerne er blevet for mange", en="The hours have become too many"),
    "C-TASK-MISFIT": Words(da="Opgaverne passer ikke", en="The tasks do not fit"),
    "C-UNCLEAR-START": Words(da="Vi er i tvivl om, hvem der gør hvad", en="We are unsure who does what"),
    "C-SOCIAL": Words(da="Det er svært at blive en del af holdet", en="Becoming one of the team is hard"),
    "C-PHONE": Words(da="Kunder eller telefon er svært", en="Customers or the phone are hard"),
    "C-TRANSPORT": Words(da="Det er svært at komme hertil og hjem", en="Getting here and home is hard"),
    "C-SUPPORT-GAP": Words(da="Der er brug for mere støtte, end vi kan give", en="More support is needed than ours"),
    "C-NO-MENTOR": Words(da="Vi mangler en, der kan gå ved siden af", en="We lack somebody to walk beside them"),
    "C-LIFE": Words(da="Noget uden for arbejdet fylder", en="Something outside work takes up a lot"),
    "C-COLLEAGUES": Words(da="Kollegerne bliver pressede", en="The colleagues are under pressure"),
    "C-PREJUDICE": Words(da="Kollegerne er usikre på, hvordan de skal være", en="The colleagues are unsure how to act"),
    "C-MGMT": Words(da="Ledelsen over mig bakker ikke op", en="The management above me does not back it"),
    "C-ADMIN": Words(da="Papirarbejdet driller", en="The paperwork is hard"),
    "C-TAX": Words(da="Løn og skat driller", en="Pay and tax are hard"),
    "C-RULES": Words(da="Vi er i tvivl om reglerne", en="We are unsure about the rules"),
    "C-KOMMUNE-SILENT": Words(da="Kommunen svarer ikke", en="The kommune does not answer"),
}
"""By code of the list `challenges`; those that a leader meets."""
