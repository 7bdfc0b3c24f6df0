"""Why a reply cannot be used, in Danish and English: which field, which rule, and the way out. Never what it held."""

from shared.catalogue.codes import codes
from shared.catalogue.rules import rule as catalogue_rule
from shared.spine.decision import Refused

# {field} is a name from our own contract, or a plain lower-case word that the sender chose as a name.
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
        "Svaret er for stort: højst 256 KiB med alt. Send mindre ad gangen.",
        "The reply is too large: 256 KiB at most, all included. Send less at a time.",
    ),
    "personal-data": (
        "{field} indeholder noget, der ligner et CPR-nummer. Indholdet er ikke gemt. Fjern det, og send svaret igen.",
        "{field} holds something that looks like a CPR number. Its content was not kept. Remove it, and send again.",
    ),
}


def refused(code: str, field: str) -> Refused:
    da, en = _TEXTS[code]
    unsaid = "?" in field  # a name that the sender chose, and that is not said again
    return Refused(
        code,
        field,
        da.format(field="Et feltnavn" if unsaid else field),
        en.format(field="The name of a field" if unsaid else field),
    )


def id_reused() -> Refused:
    return Refused("id-reused", "id", *_TEXTS["id-reused"], status=409)


def by_rule(rule_id: str, field: str) -> Refused:
    """A rule of the catalogue; among the refusals of replies its code is `rule:<rule id>`."""
    said = Refused.by(rule_id, field)
    return Refused(f"rule:{rule_id}", field, said.da, said.en)


def decided(code: str, field: str) -> Refused:
    """What a decider further in gave as its reason: a rule of the catalogue, or a code of the list."""
    try:
        catalogue_rule(code)
    except KeyError:
        known = codes("reply-refused")
        shown = code if code in known else "state"
        return Refused(shown, field, f"{known.label(shown, 'da')}.", f"{known.label(shown, 'en')}.")
    return by_rule(code, field)
