"""A consultant reads each working morning what her day holds, as numbers."""

from datetime import datetime
from typing import get_args
from uuid import uuid4

import pytest

from intake.commands.mails import AddressRefused
from intake.commands.mornings import WriteEachMorning, WriteNoMore
from intake.commands.people import Erase
from intake.letters import DAY
from intake.rules.day import Work
from intake.rules.mornings import next_morning
from shared.catalogue.calendar import DENMARK
from shared.people.vault import Erased, Person
from shared.spine.work import Command
from tests.unit.intake.world import World

ME = str(uuid4())
EACH = WriteEachMorning(person_id=ME, email="en@lederalliancen.example", language="da")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DENMARK)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-30T06:59", "2026-11-30T07:00"),
        ("2026-11-30T07:00", "2026-12-01T07:00"),
        ("2026-12-04T12:00", "2026-12-07T07:00"),  # a Friday
        ("2026-12-23T12:00", "2026-12-28T07:00"),  # Christmas
        ("2027-03-26T12:00", "2027-03-30T07:00"),  # Easter, and the clocks change
    ],
)
def test_at_seven_on_each_working_day(now: str, then: str) -> None:
    assert next_morning(at(now)) == at(then)


def test_one_mail_each_working_morning_to_an_address_that_lies_in_the_vault() -> None:
    world = World()
    world.now = at("2026-12-03T15:00")
    world.tell(EACH)
    assert [row for row in world.rows if isinstance(row, Person)] == [
        Person(ME, {"email": "en@lederalliancen.example"})
    ]
    for day in (4, 5, 6, 7, 8):
        world.now = at(f"2026-12-0{day}T12:00")
        world.settle()
    assert [mail.about["on"] for mail in world.mails] == ["2026-12-04", "2026-12-07", "2026-12-08"]
    assert {(mail.person_id, mail.template) for mail in world.mails} == {(ME, "morning")}


@pytest.mark.parametrize("stop", [WriteNoMore(person_id=ME), Erase(person_id=ME), AddressRefused(person_id=ME)])
def test_it_stops_when_she_says_so_when_she_is_erased_and_when_her_address_takes_none(stop: Command) -> None:
    world = World()
    world.now = at("2026-12-03T15:00")
    world.tell(EACH)
    world.tell(stop)
    if not isinstance(stop, AddressRefused):
        assert [row.id for row in world.rows if isinstance(row, Erased)] == [ME]
    world.now = at("2026-12-04T12:00")
    world.settle()
    assert world.mails == []
    world.tell(EACH)
    world.now = at("2026-12-07T12:00")
    world.settle()
    assert len(world.mails) == 1, "she may want it again"


def test_who_never_wanted_it_may_say_no() -> None:
    assert World().tell(WriteNoMore(person_id=ME)).on is False


def test_each_kind_of_work_has_its_words() -> None:
    for words in DAY.values():
        assert {*words} == {*get_args(Work), "nothing"}
