"""What comes in is brought into one form, or refused with the rule and the way out."""

from typing import Any
from uuid import NAMESPACE_DNS, uuid3, uuid4, uuid5

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from uuid_utils import uuid7

from shared.identifiers import CandidateId, Cvr, Email, Phone, PNumber, Postnr, Words, phone_in_words


def taken(kind: Any, text: str) -> str:
    return str(TypeAdapter(kind).validate_python(text))


def refused(kind: Any, text: str) -> dict[str, Any]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(text)
    return dict(caught.value.errors()[0])


def test_a_cvr_number_has_a_check_digit() -> None:
    assert taken(Cvr, "13585628") == taken(Cvr, "DK 13 58 56 28") == "13585628"
    for wrong in ("13585629", "1358562", "03585628", "", "abc"):
        assert refused(Cvr, wrong)["type"] == "cvr"


def test_a_p_number_has_ten_digits() -> None:
    assert taken(PNumber, "1012 345 678") == "1012345678"
    for wrong in ("0101901234", "101234567", "10123456789", "\N{FULLWIDTH DIGIT ONE}012345678"):
        assert refused(PNumber, wrong)["type"] == "p-number"


@pytest.mark.parametrize("text", ["20101234", "20 10 12 34", "+45 20101234", "0045 20 10 12 34"])
def test_a_phone_number_becomes_international(text: str) -> None:
    assert taken(Phone, text) == "+4520101234"


def test_a_number_abroad_keeps_its_country() -> None:
    assert taken(Phone, "+46 8 123 456 78").startswith("+468")


@pytest.mark.parametrize("text", ["112", "0101901234", "call 20101234", "20101234 or 20101235", "", "+45"])
def test_what_is_no_phone_number_is_refused(text: str) -> None:
    assert refused(Phone, text)["type"] == "phone"


def test_an_email_address_stays_the_persons_own() -> None:
    assert taken(Email, " Leader+Jobs@Example.DK ") == "Leader+Jobs@example.dk"
    for wrong in ("leader", "leader@", "@example.dk", "a b@example.dk", "a@b", "a@b..dk", "a@b.dk." + "x" * 254):
        assert refused(Email, wrong)["type"] == "email"


def test_a_postal_code_exists() -> None:
    assert taken(Postnr, "6640") == "6640"
    for wrong in ("6", "0001", "66400"):
        assert refused(Postnr, wrong)["type"] == "postnr"


def test_a_postal_code_for_post_alone_is_no_address() -> None:
    for code in ("0960", "0784", "0914", "1532"):
        assert refused(Postnr, code)["type"] == "postnr-no-address"


@pytest.mark.parametrize(
    ("kind", "text", "wrong", "right"),
    [
        (Cvr, "1358562", "har 8 cifre", "13585628"),
        (Cvr, "13585629", "Cifrene passer ikke sammen", "13585628"),
        (PNumber, "101234567", "har 10 cifre", "1003388394"),
        (Phone, "2012345", "ikke et telefonnummer", "20 12 34 56"),
        (Postnr, "66400", "har 4 cifre", "6700"),
        (Postnr, "0001", "findes ikke", "6700"),
        (Email, "leder@firma", "domæne med punktum", "navn@eksempel.dk"),
    ],
)
def test_what_is_wrong_is_said_and_what_a_right_one_looks_like(kind: Any, text: str, wrong: str, right: str) -> None:
    error = refused(kind, text)["ctx"]
    assert wrong in error["da"]
    assert right in error["da"]
    assert right.replace("navn@eksempel", "name@example") in error["en"]
    if kind is not Email:
        assert taken(kind, right), "and it is right"


def test_a_number_is_written_as_danes_do_and_one_abroad_with_its_country() -> None:
    assert phone_in_words("+4520123456") == phone_in_words("20123456") == "20 12 34 56"
    assert phone_in_words("+46812345678") == "+46 8 123 456 78"


def test_a_candidate_is_known_by_a_random_uuid() -> None:
    for made in (str(uuid4()), str(uuid7())):
        assert taken(CandidateId, made.upper()) == made


def test_a_hash_is_no_candidate_id() -> None:
    for made in (uuid3(NAMESPACE_DNS, "x"), uuid5(NAMESPACE_DNS, "x")):
        error = refused(CandidateId, str(made))
        assert error["type"] == "candidate-id"
        assert "hash" in error["msg"]
    assert refused(CandidateId, "not-a-uuid")["type"] == "candidate-id"


def test_a_refusal_is_told_in_danish_too_and_repeats_nothing() -> None:
    for kind in (Cvr, PNumber, Phone, Email, Postnr, CandidateId):
        error = refused(kind, "peculiar")
        assert error["ctx"]["da"]
        assert error["ctx"]["da"] != error["ctx"]["en"]
        assert "peculiar" not in error["msg"] + error["ctx"]["da"]


def test_the_types_stand_in_the_json_schema() -> None:
    class Form(BaseModel):
        cvr: Cvr
        candidate: CandidateId

    fields = Form.model_json_schema()["properties"]
    assert fields["cvr"]["pattern"] == "^[1-9][0-9]{7}$"
    assert fields["candidate"]["format"] == "uuid"


@pytest.mark.parametrize(
    "text", ["", "   ", "...", "-", "\u200b\u200b", "\u2800", "\u3164", "\ufeff", "\u00ad", "\n\t"]
)
def test_words_are_there_to_be_read(text: str) -> None:
    assert refused(Words, text)["type"] == "unreadable"
    assert taken(Words, f" {text}Åse 2 ").endswith("Åse 2")
