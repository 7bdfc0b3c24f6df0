"""Types for what comes in: checked, brought into one form, and refused with the rule and the way out."""

import re
import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import phonenumbers
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, core_schema
from stdnum.dk import cvr

from shared.catalogue.kommuner import postal_code
from shared.catalogue.refusal import in_danish, in_english, refusal

D = TypeVar("D", date, datetime)
H = TypeVar("H", bound=Hashable)


def _cvr(text: str) -> str:
    if cvr.is_valid(text):
        return str(cvr.compact(text))
    if re.fullmatch("[1-9][0-9]{7}", cvr.compact(text)):
        en = "The digits do not belong together: one of them is probably mistyped."
        da = "Cifrene passer ikke sammen: et af dem er nok tastet forkert."
    else:
        en = "A CVR number has 8 digits and does not begin with 0."
        da = "Et CVR-nummer har 8 cifre og begynder ikke med 0."
    raise refusal(
        "cvr",
        f"{en} A right one looks like 13585628. Look the company up on datacvr.virk.dk.",
        f"{da} Et rigtigt ser ud som 13585628. Slå virksomheden op på datacvr.virk.dk.",
    )


def _p_number(text: str) -> str:
    digits = text.replace(" ", "")
    if not re.fullmatch(r"[1-9][0-9]{9}", digits):
        raise refusal(
            "p-number",
            "A P-number has 10 digits and does not begin with 0. A right one looks like 1003388394."
            " Look the workplace up on datacvr.virk.dk.",
            "Et P-nummer har 10 cifre og begynder ikke med 0. Et rigtigt ser ud som 1003388394."
            " Slå arbejdsstedet op på datacvr.virk.dk.",
        )
    return digits


def is_phone(text: str) -> bool:
    """The whole text is one phone number that can exist; without a country code it is Danish."""
    return _parsed(text) is not None


def phone_in_words(text: str) -> str:
    """A valid number as Danes write it: 20 12 34 56; one abroad with its country code."""
    number = phonenumbers.parse(text, "DK")
    abroad = number.country_code != phonenumbers.country_code_for_region("DK")
    form = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(number, form.INTERNATIONAL if abroad else form.NATIONAL))


def _parsed(text: str) -> phonenumbers.PhoneNumber | None:
    if not re.fullmatch(r"\s*\+?[\d\s().-]{5,25}", text):
        return None
    try:
        number = phonenumbers.parse(text, "DK")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _phone(text: str) -> str:
    if (number := _parsed(text)) is None:
        raise refusal(
            "phone",
            "This is no phone number that can be called. Write one with 8 digits, such as 20 12 34 56, or with + and"
            " the country code, such as +46 8 123 456 78.",
            "Det er ikke et telefonnummer, man kan ringe til. Skriv ét med 8 cifre, fx 20 12 34 56, eller med + og"
            " landekode, fx +46 8 123 456 78.",
        )
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _email(text: str) -> str:
    name, _, domain = text.strip().rpartition("@")
    if len(text) > 254 or not re.fullmatch(r"[^@\s]+", name) or not re.fullmatch(r"[^@\s.]+(\.[^@\s.]+)+", domain):
        raise refusal(
            "email",
            "This is no e-mail address: it has one @, no spaces, and a domain with a dot. Write it as name@example.dk.",
            "Det er ikke en e-mailadresse: den har ét @, ingen mellemrum og et domæne med punktum. Skriv den som"
            " navn@eksempel.dk.",
        )
    return f"{name}@{domain.lower()}"


def _postnr(text: str) -> str:
    found = postal_code(text)
    if found is None:
        if re.fullmatch("[0-9]{4}", text):
            en, da = "There is no such postal code.", "Postnummeret findes ikke."
        else:
            en, da = "A postal code has 4 digits and nothing else.", "Et postnummer har 4 cifre og ikke andet."
        raise refusal(
            "postnr",
            f"{en} Write that of the workplace's address, such as 6700.",
            f"{da} Skriv det, der står i arbejdsstedets adresse, fx 6700.",
        )
    if not found.is_address:
        raise refusal(
            "postnr-no-address",
            "This postal code is for post alone: abroad, or a single company's. Write that of the workplace's address.",
            "Det postnummer er kun til post: til udlandet eller til en enkelt virksomhed."
            " Skriv det, der står i arbejdsstedets adresse.",
        )
    return text


# Letters by their category, and yet nothing to see: the fillers of Hangul, as NFKC leaves them.
_FILLERS = "\u115f\u1160"


def _readable(text: str) -> str:
    if not any(one.isalnum() and one not in _FILLERS for one in unicodedata.normalize("NFKC", text)):
        raise refusal(
            "unreadable",
            "There is nothing to read: neither a letter nor a digit. Write it as you would say it.",
            "Der er ikke noget at læse: hverken bogstaver eller tal. Skriv det, som du ville sige det.",
        )
    return text


RANDOM_UUID = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[47][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"
# What JSON Schema can say of `_sensible`, so that schema and code agree.
_YEARS = "^(20[0-9]{2}|2100)-"
DAY = f"{_YEARS}[0-9]{{2}}-[0-9]{{2}}$"
_TIME = "[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
INSTANT = f"{DAY[:-1]}{_TIME}"


def _candidate_id(text: str) -> str:
    if not re.fullmatch(RANDOM_UUID, text):
        raise refusal(
            "candidate-id",
            "A candidate_id is a UUID of version 4 or 7, minted at random by the kommune. Versions 3 and 5 are hashes "
            "and could be traced back to a person. Mint a new one.",
            "Et candidate_id er en UUID af version 4 eller 7, som kommunen laver tilfældigt. Version 3 og 5 er "
            "hashværdier og kan føres tilbage til en person. Lav en ny.",
        )
    return text.lower()


def _sensible(value: D) -> D:
    """What lies outside is a slip of the keys, and too far for a calendar to count on from."""
    if not 2000 <= value.year <= 2100:
        raise refusal(
            "date-range",
            "The date lies outside the years 2000 to 2100. Correct the year.",
            "Datoen ligger uden for årene 2000 til 2100. Ret årstallet.",
        )
    return value


def _rfc3339(value: object) -> object:
    """Text as RFC 3339 writes it, with its zone: `T` and a colon in the offset are not left to each reader's taste."""
    if not isinstance(value, str):
        return value
    try:
        if re.fullmatch(INSTANT, value):
            return datetime.fromisoformat(value.upper())
    except ValueError:
        pass
    raise refusal(
        "instant",
        "Write the time as 2026-11-24T09:00:00+01:00: with seconds and a time zone, in the years 2000 to 2100.",
        "Skriv tidspunktet som 2026-11-24T09:00:00+01:00: med sekunder og tidszone, i årene 2000 til 2100.",
    )


@dataclass(frozen=True, slots=True)
class InRange:
    """`Annotated[int, InRange(1, 50)]`: whoever is outside is told both ends. `step`: what it is a multiple of."""

    least: float
    most: float
    step: float | None = None

    def check(self, number: float) -> float:
        if not self.least <= number <= self.most:
            raise refusal(
                "out-of-range",
                f"Must be from {in_english(self.least)} to {in_english(self.most)}.",
                f"Skal være fra {in_danish(self.least)} til {in_danish(self.most)}.",
            )
        if self.step and number % self.step:
            raise refusal(
                "step",
                f"Write it in steps of {in_english(self.step)}.",
                f"Skriv det i trin på {in_danish(self.step)}.",
            )
        return number

    def __get_pydantic_core_schema__(self, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        step = {"multipleOf": self.step} if self.step else {}
        return {**handler(schema), "minimum": self.least, "maximum": self.most, **step}


def quarters(least: float, most: float = 37) -> InRange:
    """Hours are taken in steps of a quarter, whoever says them; a week has at most 37."""
    return InRange(least, most, 0.25)


WeekHours = Annotated[float, quarters(0.25)]
Seats = Annotated[int, InRange(1, 50)]
ONCE = AfterValidator(lambda values: tuple(dict.fromkeys(values)))
Each = Annotated[tuple[H, ...], ONCE]
"""A list, as of codes, in which what is said twice is said once: nothing is lost by it, and nobody is sent back for it.
So it is never longer than its list of codes."""
Day = Annotated[date, AfterValidator(_sensible), Field(json_schema_extra={"pattern": DAY})]
Instant = Annotated[
    datetime,
    BeforeValidator(_rfc3339),
    AfterValidator(_sensible),
    Field(json_schema_extra={"pattern": INSTANT}),
]
Readable = AfterValidator(_readable)
"""Of a text that people read: letters or digits are left of it when what cannot be seen is not counted."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), Readable]
Words = Annotated[str, StringConstraints(strip_whitespace=True), Readable, Field(json_schema_extra={"pattern": "\\S"})]
"""What people read, of any length."""
Cvr = Annotated[str, AfterValidator(_cvr), Field(json_schema_extra={"pattern": "^[1-9][0-9]{7}$"})]
PNumber = Annotated[str, AfterValidator(_p_number), Field(json_schema_extra={"pattern": "^[1-9][0-9]{9}$"})]
Phone = Annotated[str, AfterValidator(_phone), Field(json_schema_extra={"description": "becomes E.164"})]
Email = Annotated[str, AfterValidator(_email), Field(json_schema_extra={"format": "email"})]
"""A light check. A personal address stays as it is: it is how the leader wants to be reached."""
Postnr = Annotated[str, AfterValidator(_postnr), Field(json_schema_extra={"pattern": "^[0-9]{4}$"})]
CandidateId = Annotated[
    str, AfterValidator(_candidate_id), Field(json_schema_extra={"format": "uuid", "pattern": RANDOM_UUID})
]
"""In lower case with hyphens. Only the kommune that minted it can say who it is."""
