"""The directory as CSV: out and in again, and every line that is wrong is named."""

import pytest

from municipality_gateway.commands.directory import COLUMNS, read, written
from municipality_gateway.commands.kommuner import ImportContacts
from municipality_gateway.state.kommuner import Kommune
from tests.unit.municipality_gateway.world import ESBJERG, Gateway

UNA, DORA = (f"40000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
HEADING = "kommune,contact_id,role,valid_from,valid_to,name,phone,email"


def row(**other: str) -> str:
    facts = {"kommune": ESBJERG, "contact_id": UNA, "role": "youth-unit", "valid_from": "2026-01-01", "name": "Una"}
    return ",".join({**facts, **other}.get(name, "") for name in HEADING.split(","))


def test_what_is_written_is_read_again_the_same() -> None:
    contact = {
        "kommune": ESBJERG, "contact_id": UNA, "role": "deputy", "unit": "unge", "area": "industri, lager",
        "deputy_id": None, "valid_from": "2026-01-01", "valid_to": "2027-01-31", "away_from": None, "away_to": None,
        "name": '=HYPERLINK("x")', "phone": "+4576161616", "email": "una@esbjerg.dk",
    }  # fmt: skip
    text = written([contact])
    assert "'=HYPERLINK" in text
    (found,), wrong = read(text)[0].values(), read(text)[1]
    assert wrong == []
    assert found.model_dump(mode="json") == {
        **{name: contact[name] for name in COLUMNS if name not in ("name", "phone", "email")},
        "person": {name: contact[name] for name in ("name", "phone", "email")},
    }


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_spreadsheet_may_use_semicolons_a_byte_order_mark_and_drop_the_leading_zero(mark: str) -> None:
    text = "\ufeff" + f"{HEADING}\r\n{row(kommune='561')}\r\n,,,,,,,\r\n".replace(",", mark)
    found, wrong = read(text)
    assert wrong == []
    assert [(line, contact.kommune) for line, contact in found.items()] == [(2, ESBJERG)]


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        (row(kommune="0999"), "kommune", "fire cifre"),
        (row(role="chef"), "role", "contact-role"),
        (row(valid_from="1.1.2026"), "valid_from", "2026-11-30"),
        (row(valid_from=""), "valid_from", "mangler"),
        (row(valid_to="2025-01-01"), "valid_to", "sidste dag"),
        (row(name="   "), "name", "mangler"),
        (row(name="\u200b"), "name", "læse"),
        (row(phone="12"), "phone", "telefonnummer"),
        (row(email="una"), "email", "e-mail"),
        (row(contact_id="7"), "contact_id", "rigtige form"),
        (row() + ",mere", "row", "flere felter"),
    ],
)
def test_a_wrong_line_is_named_with_its_field_and_what_to_do(line: str, field: str, says: str) -> None:
    _, (wrong,) = read(f"{HEADING}\n{row(contact_id=DORA)}\n{line}\n")
    assert (wrong.line, wrong.field) == (3, field)
    assert says in wrong.da
    assert wrong.en


def test_every_wrong_line_is_named_and_the_same_id_twice_is_one() -> None:
    found, wrong = read(f"{HEADING}\n{row()}\n{row()}\n{row(kommune='x', contact_id=DORA)}\n")
    assert list(found) == [2]
    assert [(one.line, one.field) for one in wrong] == [(3, "contact_id"), (4, "kommune")]


@pytest.mark.parametrize("heading", ["kommune,role,name", "kommune,role,valid_from,name,shoe", "", "role,role"])
def test_a_heading_that_is_not_ours_is_the_first_line_that_is_wrong(heading: str) -> None:
    found, wrong = read(f"{heading}\n{row()}")
    assert not found
    assert wrong[0].line == 1


def test_a_deputy_may_stand_in_a_later_line() -> None:
    gateway = Gateway()
    found, _ = read(f"{HEADING},deputy_id\n{row()},{DORA}\n{row(contact_id=DORA, role='deputy')},\n")
    gateway.tell(ImportContacts(contacts=tuple(found.values())))
    assert [contact.id for contact in gateway.get(Kommune, ESBJERG).contacts] == [UNA, DORA]
    gateway.tell(ImportContacts(contacts=tuple(found.values())))
    assert gateway.news() == ["contact.registered", "contact.registered"]
