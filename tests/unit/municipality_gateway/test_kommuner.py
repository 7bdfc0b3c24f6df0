"""Contacts of a kommune: registered, asked, erased."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from municipality_gateway.commands.kommuner import (
    Erase,
    RegisterContact,
    RegisterContactBody,
    WriteCard,
    WriteCardBody,
    WriteTermsBody,
)
from municipality_gateway.rules import kommuner
from municipality_gateway.state.kommuner import Card, Contact, Kommune
from shared.events import municipality_gateway as say
from shared.events.kommune import referrals as copy
from shared.people.vault import Erased, Person
from shared.spine.decision import Refused
from tests.unit.municipality_gateway.world import (
    COMPANY,
    CONTACT,
    ESBJERG,
    FANOE,
    LEADER,
    Gateway,
    asked,
    opened,
)


def test_the_kommune_gets_all_that_it_needs_to_answer_and_nobodys_id_but_its_own_contacts() -> None:
    gateway, referral = asked()
    told = gateway.last(copy.ReferralSent)
    assert told.place_url == f"http://intake.invalid/referrals/{referral}/place"
    assert [task.task_id for task in told.tasks] == ["viden_data-07"]
    assert [word.term for word in told.own_words] == ["erhvervsplaymaker", "Vindmøllen"]
    body = told.model_dump_json(exclude_none=True)
    assert (told.sector, told.size_band) == ("service", "10-49")
    assert not any(hidden in body for hidden in (LEADER, COMPANY, CONTACT))


def test_a_registered_contact_is_asked_and_her_data_go_to_the_vault_alone() -> None:
    gateway = Gateway()
    person = {"name": "Kontakt Person", "phone": "+4576161616"}
    gateway.tell(
        RegisterContact(
            contact_id=CONTACT, kommune=ESBJERG, role="youth-unit", unit="unge", valid_from=date(2026, 1, 1),
            valid_to=None, person=person,
        )
    )  # fmt: skip
    assert gateway.rows == [Person(CONTACT, person)]
    assert gateway.news() == ["contact.registered"]
    gateway.tell(opened())
    assert gateway.last(say.ReferralSent).contact_id == CONTACT
    assert "Kontakt" not in str(gateway.states) + str(gateway.said)


def test_a_contact_belongs_to_one_kommune() -> None:
    gateway = Gateway()
    facts = {"contact_id": CONTACT, "role": "deputy", "unit": None, "valid_from": "2026-01-01", "valid_to": None}
    gateway.tell(RegisterContact.model_validate({**facts, "kommune": ESBJERG, "person": {}}))
    with pytest.raises(Refused, match="not-yours"):
        gateway.tell(RegisterContact.model_validate({**facts, "kommune": FANOE, "person": {}}))


def test_a_contact_is_changed_and_keeps_what_a_newer_build_wrote_of_her() -> None:
    gateway = Gateway()
    facts = {"contact_id": CONTACT, "kommune": ESBJERG, "unit": "unge", "valid_from": "2026-01-01", "valid_to": None}
    gateway.tell(RegisterContact.model_validate({**facts, "role": "deputy", "person": {}}))
    newer = Contact.model_validate({**gateway.get(Contact, CONTACT).model_dump(), "languages": ["da"]})
    gateway.states[newer.key] = newer
    changed = {**facts, "role": "youth-unit", "unit": None, "valid_from": "2026-02-01", "valid_to": "2027-01-31"}
    gateway.tell(RegisterContact.model_validate({**changed, "person": {}}))
    assert gateway.get(Contact, CONTACT).model_dump(mode="json") == {
        "id": CONTACT, "kommune": ESBJERG, "role": "youth-unit", "unit": None,
        "area": None, "deputy_id": None,
        "valid_from": "2026-02-01", "valid_to": "2027-01-31", "away_from": None, "away_to": None,
        "confirmed_on": "2026-11-23", "retired": False, "languages": ["da"],
    }  # fmt: skip
    assert gateway.get(Kommune, ESBJERG).contacts == (gateway.get(Contact, CONTACT),)
    assert gateway.news() == ["contact.registered", "contact.changed"]


def test_an_erased_contact_is_asked_no_more_and_the_others_are_told() -> None:
    gateway = Gateway()
    facts = {"contact_id": CONTACT, "role": "youth-unit", "unit": None, "valid_from": "2026-01-01", "valid_to": None}
    gateway.tell(RegisterContact.model_validate({**facts, "kommune": ESBJERG, "person": {}}))
    gateway.tell(Erase(person_id=CONTACT))
    assert gateway.rows[-1] == Erased(CONTACT, "test")
    assert gateway.news() == ["contact.registered", "contact.erased"]
    gateway.tell(opened())
    assert gateway.last(say.ReferralSent).contact_id == kommuner.default_entrance(ESBJERG).contact_id


BLANK = "\u200b \u3164"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (WriteCardBody, {"confirmed_on": "2026-11-23", "entrance": BLANK}),
        (WriteTermsBody, {"terms": [{"concept": "youth-unit", "term": BLANK}]}),
        (RegisterContactBody, {"role": "deputy", "valid_from": "2026-01-01", "name": BLANK}),
        (RegisterContactBody, {"role": "deputy", "valid_from": "2026-01-01", "name": "Una", "area": BLANK}),
    ],
)
def test_what_people_read_is_not_blank(body: Any, said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        body.model_validate(said)
    assert [error["type"] for error in caught.value.errors()] == ["unreadable"]


def test_a_concept_has_one_word_of_the_kommunes_own() -> None:
    twice = [{"concept": "youth-unit", "term": term} for term in ("Vindmøllen", "Ungehuset")]
    assert WriteTermsBody.model_validate({"terms": twice[:1]})
    with pytest.raises(ValidationError, match="twice"):
        WriteTermsBody.model_validate({"terms": twice})


@pytest.mark.parametrize(("day", "taken"), [("2026-11-23", True), ("2026-11-24", False), ("2099-01-01", False)])
def test_a_card_was_confirmed_today_or_before(day: str, taken: bool) -> None:
    gateway = Gateway()
    card = WriteCard(kommune=ESBJERG, card=Card(confirmed_on=date.fromisoformat(day), mentor="ring"))
    if taken:
        assert gateway.tell(card).card_version == 1
    else:
        with pytest.raises(Refused, match="date-future"):
            gateway.tell(card)


@pytest.mark.parametrize("days", [{"valid_from": "2027-11-24"}, {"away_from": "2062-12-04"}])
def test_a_contact_begins_within_sight(days: dict[str, str]) -> None:
    facts: dict[str, Any] = {"contact_id": CONTACT, "kommune": ESBJERG, "role": "deputy", "unit": None, "person": {}}
    known = {"valid_from": "2026-01-01", "valid_to": None}
    gateway = Gateway()
    with pytest.raises(Refused, match="date-far"):
        gateway.tell(RegisterContact.model_validate({**facts, **known, **days}))
    gateway.tell(RegisterContact.model_validate({**facts, **known, "valid_from": "2027-11-23"}))
