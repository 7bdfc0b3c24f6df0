"""Why it cannot be, in Danish and English: which field, which rule, and the way out. Never what was sent."""

from collections.abc import Iterable
from datetime import date

from municipality_gateway.commands.links import LinkAnswer
from shared.catalogue.calendar import in_words
from shared.catalogue.codes import codes
from shared.catalogue.kommuner import kommune
from shared.catalogue.reach import Reach
from shared.events.base import Stage, Terms
from shared.spine.decision import Refused

# {field} is a name from our own contract.
_TEXTS = {
    "unknown-type": (
        "Svarets type kendes ikke. Brug en af kontraktens typer: dk.lederalliancen.reply.<hvad>.v1.",
        "The type of the reply is not known. Use one of the contract's: dk.lederalliancen.reply.<what>.v1.",
    ),
    "unknown-field": (
        "Feltet {field} findes ikke i denne type svar. Fjern det, eller ret navnet efter kontrakten.",
        "The field {field} does not exist in this type of reply. Remove it, or correct its name by the contract.",
    ),
    "missing-field": (
        "Feltet {field} mangler. Udfyld det, og send svaret igen med et nyt id.",
        "The field {field} is missing. Fill it in, and send the reply again with a new id.",
    ),
    "wrong-type": (
        "Feltet {field} har en forkert form. Ret det efter kontrakten, og send svaret igen med et nyt id.",
        "The field {field} has the wrong form. Correct it by the contract, and send the reply again with a new id.",
    ),
    "unknown-code": (
        "Koden i {field} findes ikke på kodelisten. Se de gyldige koder hos GET /codes, og send svaret igen.",
        "The code in {field} is not on its list. See the valid codes at GET /codes, and send the reply again.",
    ),
    "id-reused": (
        "Dette id er brugt før til et svar med andet indhold. Send svaret igen med et nyt id.",
        "This id was used before for a reply with other content. Send the reply again with a new id.",
    ),
    "too-large": (
        "Svaret er for stort: højst 256 KiB og 10.000 værdier med alt. Send mindre ad gangen.",
        "The reply is too large: 256 KiB and 10,000 values at most, all included. Send less at a time.",
    ),
    "personal-data": (
        "{field} indeholder noget, der ligner et CPR-nummer. Indholdet er ikke gemt. Fjern det, og send svaret igen.",
        "{field} holds something that looks like a CPR number. Its content was not kept. Remove it, and send again.",
    ),
}


def refused(code: str, field: str) -> Refused:
    da, en = _TEXTS[code]
    if "?" in field:  # a name that the sender chose, and that is not said again
        da = da.replace("Feltet {field}", "Et felt").replace("{field}", "Et felt")
        en = en.replace("The field {field}", "A field").replace("{field}", "A field")
    return Refused(code, field, da.format(field=field), en.format(field=field))


def unknown_field(where: str, known: Iterable[str]) -> Refused:
    """Which one is not said: its name is the sender's."""
    names = ", ".join(known)
    return Refused(
        "unknown-field",
        where,
        f"Et felt i {where} kendes ikke. Fjern det, eller ret navnet. Kendte felter: {names}.",
        f"A field in {where} is not known. Remove it, or correct its name. Known fields: {names}.",
    )


def out_of_range(field: str, da: str, en: str) -> Refused:
    """With the limit."""
    return Refused(
        "out-of-range",
        field,
        f"{field}: {da} Ret det, og send svaret igen med et nyt id.",
        f"{field}: {en} Correct it, and send the reply again with a new id.",
    )


def id_reused() -> Refused:
    return Refused("id-reused", "id", *_TEXTS["id-reused"], status=409)


def by_rule(rule_id: str, field: str, da: str = "", en: str = "") -> Refused:
    """A rule of the catalogue, and what it means here; among the refusals of replies its code is `rule:<rule id>`."""
    said = Refused.by(rule_id, field)
    return Refused(f"rule:{rule_id}", field, f"{said.da} {da}".strip(), f"{said.en} {en}".strip())


def terms(agreed: Terms | Stage) -> tuple[str, str]:
    """What an approval must cover, in Danish and English."""
    begins, ends = (agreed.start, agreed.until) if isinstance(agreed, Terms) else (agreed.from_, agreed.to)
    forms, hours = codes("forms"), f"{agreed.hours:g}"
    form_da, form_en = (forms.label(agreed.form, language).lower() for language in ("da", "en"))
    da = f"Aftalen er {form_da}, {hours.replace('.', ',')} timer om ugen, fra {in_words(begins)}"
    en = f"The terms are {form_en}, {hours} hours a week, from {begins}"
    return (f"{da} til {in_words(ends)}.", f"{en} to {ends}.") if ends else (f"{da}.", f"{en}.")


def not_yours(field: str) -> Refused:
    return Refused(
        "not-yours",
        field,
        f"Det, som {field} peger på, hører til en anden kommune. Brug et id, som I har fået på jeres egen kø.",
        f"What {field} points at belongs to another kommune. Use an id that you got on your own topic.",
    )


def no_shared_entrance() -> Refused:
    return Refused(
        "not-yours",
        "kommune",
        "I kan kun foreslå unge fra jeres egen kommune, og fra dem, I har fælles indgang med. Udelad kommune.",
        "You propose young people of your own kommune, or of one with which you share an entrance. Leave kommune out.",
    )


def unknown(field: str) -> Refused:
    return Refused(
        "unknown-id",
        field,
        f"Vi kender ikke det id, der står i {field}. Brug et id, som I har fået på jeres egen kø.",
        f"We do not know the id in {field}. Use an id that you got on your own topic.",
    )


def wrong_state(field: str) -> Refused:
    return Refused(
        "state",
        field,
        f"Det kan ikke lade sig gøre, som sagen i {field} står nu. Se de seneste hændelser på jeres kø.",
        f"It is not possible in the present state of what {field} points at. See the latest events on your topic.",
    )


def nothing_granted() -> Refused:
    return Refused(
        "unknown-field",
        "support",
        "Et nej bevilger ikke støtte. Fjern feltet support, eller svar granted.",
        "A no grants no support. Remove the field support, or answer granted.",
    )


def stage_void() -> Refused:
    return Refused(
        "state",
        "stage_id",
        "Perioden gælder ikke mere: den er taget tilbage, eller der er planlagt en anden i stedet. Den skal ikke"
        " godkendes; se `placement.corrected` og `placement.stage-planned` på jeres kø.",
        "The stage is void: it was taken back, or another one was planned in its place. It needs no approval; see"
        " `placement.corrected` and `placement.stage-planned` on your topic.",
    )


def referral_over() -> Refused:
    return Refused(
        "referral-over",
        "referral_id",
        "Henvendelsen er slut og kan ikke besvares mere. Ring til konsulenten, hvis I har en ung til pladsen.",
        "The referral is over and takes no more replies. Call the consultant if you have somebody for the place.",
    )


def asked_back() -> Refused:
    return Refused(
        "state",
        "referral_id",
        "Vi har bedt jer om at stoppe, for virksomheden skal ikke bruge en ung lige nu. Svar `cancellation-confirmed`,"
        " eller ring til konsulenten, hvis I har en ung klar.",
        "You were asked to stop, for the company wants nobody for now. Reply `cancellation-confirmed`, or call the"
        " consultant if you have somebody ready.",
    )


def not_asked_back() -> Refused:
    return Refused(
        "state",
        "referral_id",
        "Vi har ikke bedt jer om at stoppe. Svar `rejected` med en årsag, hvis I ikke kan finde en ung.",
        "You were not asked to stop. Reply `rejected` with a reason if you cannot find somebody.",
    )


def held_too_long(latest: date) -> Refused:
    return by_rule("R-HOLD", "until", f"Senest den {in_words(latest)}.", f"By {latest.isoformat()} at the latest.")


def guessed(home: str, kommuner: Iterable[str]) -> str:
    """Where nobody has said in which of several kommuner the address lies."""
    names = ", ".join(f"{kommune(code).name} ({code})" for code in kommuner)
    taken = f"Her er regnet med {kommune(home).name}. Vælg kommunen, hvis det er en anden."
    return f"Postnummeret ligger i flere kommuner: {names}. {taken}"


def why(reach: Reach, home: str) -> str:
    """Why this kommune, in one sentence for a leader or consultant."""
    there, here, time = kommune(reach.kommune).formal_name, kommune(home).formal_name, duration(reach.minutes)
    return {
        "own": f"Pladsen ligger i {there}.",
        "joint": f"{there} og {here} har, så vidt vi ved, fælles indgang for virksomheder; der er {time} dertil.",
        "neighbour": f"{there} er nabo til {here}, {time} væk.",
        "link": f"{there} ligger {time} væk over bro eller gennem tunnel.",
        "ferry": f"{there} nås med færge på {time}.",
        "commute": f"{there} ligger {time} væk.",
        "asked-for": f"Der er ønsket, at {there} bliver spurgt.",
    }[reach.why]


_DUE = {
    "asked-back": "{kommune} er bedt om at stoppe og har ikke bekræftet det endnu.",
    "no-contact": "Ingen kontaktperson i {kommune} kan spørges nu. Find og opret en, så lederen kan få besked.",
    "guidance": "Ring til lederen, og fortæl, hvem der ringer fra {kommune}, hvornår, og hvad der skal til.",
    "silent": "{kommune} har ikke svaret endnu. Ring til kontaktpersonen.",
    "slow": "{kommune} har sagt ja for længe siden. Ring, og hør, om I sammen kan finde en ung.",
    "nobody-left": "Der er ingen flere kommuner at spørge. Aftal med lederen, hvad der skal ske nu.",
    "mail-refused": "Mailen til kontaktpersonen i {kommune} kommer retur. Ring, og ret adressen.",
    "stale-contact": "Det er længe siden, nogen har bekræftet kontaktpersonen i {kommune}. Ring, og bekræft.",
}


def due(kind: str, code: str) -> str:
    """What a consultant has to do, in one sentence."""
    return _DUE[kind].format(kommune=kommune(code).formal_name)


def duration(minutes: int) -> str:
    """12 minutter; 1 time og 15 minutter"""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} {'time' if hours == 1 else 'timer'}"] if hours else []
    parts += [f"{rest} {'minut' if rest == 1 else 'minutter'}"] if rest or not hours else []
    return " og ".join(parts)


def only_a_test() -> Refused:
    return Refused(
        "test-kommune",
        "kommune",
        "Testkommunen kan ikke spørges om en rigtig plads. Vælg en af de 98 kommuner: GET /kommuner viser dem.",
        "The test kommune is not asked about a real place. Choose one of the 98: GET /kommuner shows them.",
    )


def place_not_open() -> Refused:
    return Refused(
        "state",
        "place_id",
        "Pladsen er ikke åben, eller alle pladser er besat. Åbn den igen med lederen, før en kommune bliver spurgt.",
        "The place is not open, or all of its seats are filled. Reopen it with the leader before a kommune is asked.",
        409,
    )


def asked_already() -> Refused:
    return Refused(
        "state",
        "kommune",
        "Kommunen er spurgt og har pladsen nu. Vent på svaret, eller træk henvendelsen tilbage først.",
        "The kommune is asked already and has the place now. Wait for its answer, or recall the referral first.",
        409,
    )


def over_already() -> Refused:
    return Refused(
        "referral-over",
        "referral_id",
        "Henvendelsen er slut. Se, om en anden kommune er spurgt.",
        "The referral is over. See whether another kommune is asked.",
        409,
    )


def asked_back_already() -> Refused:
    return Refused(
        "state",
        "referral_id",
        "Kommunen er allerede bedt om at stoppe. Vent på, at den bekræfter det, eller ring til den.",
        "The kommune has been asked to stop already. Wait until it confirms, or ring it.",
        409,
    )


def not_in_the_future() -> Refused:
    return Refused(
        "date-order",
        "until",
        "Datoen er ikke i fremtiden. Skriv den dag, I regner med at kunne svare.",
        "The date is not in the future. Say on which day you expect to be able to answer.",
    )


def not_happened(field: str) -> Refused:
    return Refused(
        "date-future",
        field,
        f"Datoen i {field} ligger i fremtiden, og det er ikke sket endnu. Ret datoen, eller send svaret den dag.",
        f"The date in {field} lies in the future, and it has not happened yet. Correct it, or reply on that day.",
    )


def too_early(field: str) -> Refused:
    return Refused(
        "date-order",
        field,
        f"Datoen i {field} er for tidlig: den er gået, eller den ligger før det, den følger efter. Ret datoen.",
        f"The date in {field} is too early: it has passed, or lies before what it follows. Correct it.",
    )


def too_far(field: str) -> Refused:
    return Refused(
        "date-far",
        field,
        f"Datoen i {field} ligger for langt ude i fremtiden. Ret årstallet, eller vælg en tidligere dag.",
        f"The date in {field} lies too far in the future. Correct the year, or choose an earlier day.",
    )


def nobody_matched() -> Refused:
    return Refused(
        "state",
        "referral_id",
        "Ingen er matchet endnu, så henvendelsen kan ikke afsluttes. Svar `rejected` med en årsag.",
        "Nobody is matched yet, so the referral cannot be closed. Reply `rejected` with a reason.",
    )


def nobody_to_name() -> Refused:
    return Refused(
        "nobody-to-name",
        "referral_id",
        "Der er ingen kontaktperson i kommunen at give lederen besked om. Opret en med"
        " PUT /kommuner/{code}/contacts/{id}, og prøv igen.",
        "The kommune has no contact person whom the leader could be told of. Register one with"
        " PUT /kommuner/{code}/contacts/{id}, and try again.",
        409,
    )


def no_such_contact(field: str) -> Refused:
    return Refused(
        "unknown-id",
        field,
        "Kommunen har ingen kontaktperson med det id. Se dem hos GET /kommuner/{code}.",
        "The kommune has no contact with that id. See them at GET /kommuner/{code}.",
    )


def contact_of_another() -> Refused:
    return Refused(
        "not-yours",
        "contact_id",
        "Personen er noteret i en anden kommune. Opret en ny kontaktperson med et nyt id.",
        "This person is registered in another kommune. Register a new contact with a new id.",
        409,
    )


def contact_gone() -> Refused:
    return Refused(
        "contact-gone",
        "contact_id",
        "Personen med det id er slettet og kommer ikke tilbage. Opret en ny kontaktperson med et nyt id.",
        "The person with this id has been erased and does not come back. Register a new contact with a new id.",
        409,
    )


def by_list(code: str, field: str) -> Refused:
    """A code of the list of refusals, in the list's own words."""
    if code in _TEXTS:
        return refused(code, field)
    known = codes("reply-refused")
    return Refused(code, field, f"{known.label(code, 'da').rstrip('.')}.", f"{known.label(code, 'en').rstrip('.')}.")


# -- links without an account ------------------------------------------------------------------------------------------

LINK_SENT = LinkAnswer(
    da="Er linket vores, har vi sendt et nyt til den mailadresse, vi har på dig. Kig også i uønsket post. Kommer der"
    " ikke noget inden for et kvarter, så ring til os.",
    en="If the link is ours, we have sent a new one to the address that we have for you. Look among unwanted mail, too."
    " If nothing comes within a quarter of an hour, call us.",
)


def link_unknown() -> Refused:
    return Refused(
        "link-unknown",
        "token",
        "Linket virker ikke. Måske er det blevet delt over to linjer i mailen: kopiér hele adressen, også slutningen.",
        "The link does not work. Perhaps it was broken into two lines in the mail: copy all of the address.",
        404,
    )


def link_expired() -> Refused:
    return Refused(
        "link-expired",
        "token",
        "Linket er udløbet. Få et nyt sendt til den mailadresse, vi har på dig.",
        "The link has expired. Have a new one sent to the address that we have for you.",
        410,
    )


def link_over() -> Refused:
    return Refused(
        "link-over",
        "token",
        "Henvendelsen er slut, og du skal ikke gøre mere. Har I alligevel en ung til pladsen, så ring til os.",
        "The referral is over, and there is nothing more to do. If you have somebody for the place all the same, call"
        " us.",
        410,
    )


def link_retired(code: str) -> Refused:
    name = kommune(code).formal_name
    return Refused(
        "link-retired",
        "token",
        f"Du er ikke længere kontaktperson i {name}. Kommunen svarer nu gennem en anden. Er det en fejl, så ring.",
        f"You are no longer a contact of {name}. It answers through somebody else now. If that is a mistake, call us.",
        410,
    )


def link_of_another() -> Refused:
    return Refused(
        "not-yours",
        "token",
        "Linket gælder én henvendelse. Brug linket i mailen om den anden, eller log ind.",
        "The link is for one referral. Use the link in the mail about the other one, or log in.",
    )
