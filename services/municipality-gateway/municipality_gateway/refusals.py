"""Why a reply cannot be used, in Danish and English: which field, which rule, and the way out. Never what it held."""

from typing import Any

from municipality_gateway.store import Answered
from shared.catalogue.codes import codes
from shared.catalogue.rules import rule as catalogue_rule
from shared.events.base import REGISTRY
from shared.events.kommune.referrals import ReplyRefused
from shared.events.topics import REPLIES, kommune_of
from shared.spine.decision import Refused
from shared.spine.envelope import Bad, Record
from shared.spine.work import Message, Work

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


def answer(work: Work, kommune: str, about: str, reply: str, refusal: Refused, **of_reply: Any) -> None:
    """Tell the kommune. `of_reply`: source, what and offset, as far as they are known."""
    work.emit(
        ReplyRefused(
            referral_id=about,
            reply=reply,
            field=refusal.field,
            rule=refusal.rule,
            da=refusal.da,
            en=refusal.en,
            **of_reply,
        ),
        kommune=kommune,
    )
    if of_reply.get("offset") is not None and reply == f"offset-{of_reply['offset']}" and not of_reply.get("source"):
        return  # it could not be read, so nobody can ask for it
    work.write(
        Answered(
            kommune=kommune,
            source=of_reply.get("source"),
            id=reply,
            state="refused",
            what=of_reply.get("what"),
            field=refusal.field,
            rule=refusal.rule,
            da=refusal.da,
            en=refusal.en,
        )
    )


def on_refused(work: Work, record: Record, message: Message[Any] | Bad, refusal: Refused) -> None:
    """The spine's hook: one that could not even be read is answered by its offset."""
    answer(
        work,
        kommune_of(record.topic) or "",
        message.subject,
        message.id or f"offset-{record.offset}",
        refusal,
        source=message.source or None,
        what=what_of(message.type if isinstance(message, Bad) else type(message.data).TYPE),
        offset=record.offset,
    )


def what_of(type_: str | None) -> str | None:
    """`dk.lederalliancen.reply.seen.v1` -> `seen`; None for what is not of the contract."""
    known = type_ is not None and (REPLIES.name, type_) in REGISTRY
    return type_.split(".")[3] if known and type_ else None
