"""Why it cannot be, in Danish and English: which field, which rule, and the way out. Never what was sent."""

from collections.abc import Iterable

from shared.catalogue.codes import codes
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


def id_reused() -> Refused:
    return Refused("id-reused", "id", *_TEXTS["id-reused"], status=409)


def by_rule(rule_id: str, field: str) -> Refused:
    """A rule of the catalogue; among the refusals of replies its code is `rule:<rule id>`."""
    said = Refused.by(rule_id, field)
    return Refused(f"rule:{rule_id}", field, said.da, said.en)


def not_yours(field: str) -> Refused:
    return Refused(
        "not-yours",
        field,
        f"Det, som {field} peger på, hører til en anden kommune. Brug et id, som I har fået på jeres egen kø.",
        f"What {field} points at belongs to another kommune. Use an id that you got on your own topic.",
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


def referral_over() -> Refused:
    return Refused(
        "referral-over",
        "referral_id",
        "Henvendelsen er slut og kan ikke besvares mere. Ring til konsulenten, hvis I har en ung til pladsen.",
        "The referral is over and takes no more replies. Call the consultant if you have somebody for the place.",
    )


def no_guidance_any_more() -> Refused:
    return Refused(
        "referral-over",
        "referral_id",
        "Henvendelsen er slut. Se, om en anden kommune er spurgt.",
        "The referral is over. See whether another kommune is asked.",
        409,
    )


def not_in_the_future() -> Refused:
    return Refused(
        "state",
        "until",
        "Datoen er ikke i fremtiden. Skriv den dag, I regner med at kunne svare.",
        "The date is not in the future. Say on which day you expect to be able to answer.",
    )


def nobody_matched() -> Refused:
    return Refused(
        "state",
        "referral_id",
        "Ingen er matchet endnu, så henvendelsen kan ikke afsluttes. Svar `rejected` med en årsag.",
        "Nobody is matched yet, so the referral cannot be closed. Reply `rejected` with a reason.",
    )


def contact_of_another() -> Refused:
    return Refused(
        "not-yours",
        "contact_id",
        "Personen er noteret i en anden kommune. Opret en ny kontaktperson med et nyt id.",
        "This person is registered in another kommune. Register a new contact with a new id.",
        409,
    )


def by_list(code: str, field: str) -> Refused:
    """A code of the list of refusals, in the list's own words."""
    known = codes("reply-refused")
    return Refused(code, field, f"{known.label(code, 'da')}.", f"{known.label(code, 'en')}.")
