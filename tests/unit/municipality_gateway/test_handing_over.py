"""Nobody who has left, is away or was erased holds a referral; and who is not known is not promised to the leader."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from municipality_gateway.commands.kommuner import Erase, ImportContacts, RegisterContact, Retire
from municipality_gateway.commands.referrals import RecordGuidance
from municipality_gateway.rules import desk
from municipality_gateway.rules.kommuner import default_entrance
from municipality_gateway.state.kommuner import Kommune
from shared.events import municipality_gateway as say
from shared.events.kommune import referrals as copy
from shared.people.vault import Erased
from shared.spine.decision import Refused
from tests.unit.municipality_gateway.world import ESBJERG, Gateway, opened

UNA, DORA, EVA = (f"40000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
ENTRANCE = default_entrance(ESBJERG).contact_id


def register(gateway: Gateway, contact: str, role: str, **other: Any) -> None:
    facts: dict[str, Any] = {"unit": None, "valid_from": date(2026, 1, 1), "valid_to": None, "person": {"name": role}}
    gateway.tell(RegisterContact(contact_id=contact, kommune=ESBJERG, role=role, **facts | other))


def asked_una(**other: Any) -> Gateway:
    """The youth unit is asked; a deputy and an entrance are there as well."""
    gateway = Gateway()
    register(gateway, UNA, "youth-unit")
    register(gateway, DORA, "deputy")
    register(gateway, EVA, "entrance")
    gateway.tell(opened(max_kommuner=1, **other))
    assert gateway.referral().contact_id == UNA
    gateway.news()
    return gateway


LEAVES: dict[str, Callable[[Gateway], Any]] = {
    "erased": lambda gateway: gateway.tell(Erase(person_id=UNA)),
    "retired": lambda gateway: gateway.tell(Retire(contact_id=UNA, kommune=ESBJERG)),
    "left yesterday": lambda gateway: register(gateway, UNA, "youth-unit", valid_to=date(2026, 11, 22)),
    "away from today": lambda gateway: register(gateway, UNA, "youth-unit", away_from=date(2026, 11, 23)),
}


@pytest.mark.parametrize("accepted", [False, True], ids=["asked", "accepted"])
@pytest.mark.parametrize("leaves", LEAVES.values(), ids=LEAVES)
def test_what_was_hers_goes_to_the_deputy_at_once_and_the_leader_is_told_anew(
    leaves: Callable[[Gateway], Any], accepted: bool
) -> None:
    gateway = asked_una()
    if accepted:
        gateway.reply(ESBJERG, "accepted", {"referral_id": gateway.referral().id})
    gateway.news()
    leaves(gateway)
    assert gateway.news()[-2:] == ["referral.escalated", "referral.leader-guided"]
    assert gateway.last(say.ReferralLeaderGuided).contact_id == DORA
    told = gateway.last(copy.ReferralEscalated)
    assert (told.contact_id, told.contact_role) == (DORA, "deputy")
    assert told.due_by == (date(2026, 12, 21) if accepted else date(2026, 11, 30))
    gateway.morning(date(2026, 12, 20))
    assert UNA not in [event.contact_id for event in gateway.heard(say.ReferralReminded)]


def test_her_own_deputy_goes_before_any_other() -> None:
    gateway = asked_una()
    register(gateway, UNA, "youth-unit", deputy_id=EVA, away_from=date(2026, 11, 23))
    assert gateway.referral().contact_id == EVA


def test_who_leaves_on_a_day_to_come_is_replaced_on_that_day() -> None:
    gateway = asked_una()
    gateway.reply(ESBJERG, "accepted", {"referral_id": gateway.referral().id})
    register(gateway, UNA, "youth-unit", valid_to=date(2026, 11, 27))
    gateway.morning(date(2026, 11, 27))
    assert gateway.referral().contact_id == UNA
    gateway.morning(date(2026, 11, 28))
    assert gateway.referral().contact_id == DORA


def test_an_absence_begins_on_its_day_and_a_date_that_is_corrected_counts_no_more() -> None:
    gateway = asked_una()
    gateway.reply(ESBJERG, "accepted", {"referral_id": gateway.referral().id})
    away = {"away_from": date(2026, 11, 26), "away_to": date(2026, 12, 4)}
    register(gateway, UNA, "youth-unit", **away)
    register(gateway, UNA, "youth-unit", **{**away, "away_from": date(2026, 11, 27)})
    gateway.morning(date(2026, 11, 26))
    assert gateway.referral().contact_id == UNA
    gateway.morning(date(2026, 11, 27))
    assert gateway.referral().contact_id == DORA
    gateway.tell(opened(place_id="10000000-0000-4000-8000-000000000009"))
    assert gateway.last(say.ReferralSent).contact_id == DORA


def test_with_nobody_left_the_default_entrance_is_asked_and_nobody_is_named() -> None:
    gateway = Gateway()
    register(gateway, UNA, "youth-unit")
    gateway.tell(opened(max_kommuner=1))
    gateway.news()
    gateway.tell(Erase(person_id=UNA))
    assert (gateway.referral().contact_id, gateway.referral().guided) == (ENTRANCE, False)
    assert gateway.news() == ["contact.erased", "referral.escalated"]


def test_a_kommune_without_a_contact_is_asked_and_prompted_once_and_no_leader_is_promised_anybody() -> None:
    gateway = Gateway()
    gateway.tell(opened(max_kommuner=1))
    assert (gateway.referral().contact_id, gateway.referral().guided) == (ENTRANCE, False)
    gateway.morning(date(2026, 11, 30))
    assert gateway.news() == ["referral.sent", "referral.reminded"]


def test_the_first_contact_who_is_found_takes_what_nobody_had_and_the_leader_is_told() -> None:
    gateway = Gateway()
    gateway.tell(opened())
    gateway.news()
    register(gateway, UNA, "youth-unit")
    assert gateway.news() == ["contact.registered", "referral.escalated", "referral.leader-guided"]
    assert gateway.referral().contact_id == UNA


def test_whoever_is_found_behind_the_default_entrance_is_named_and_not_asked_again() -> None:
    gateway = Gateway()
    gateway.tell(opened())
    gateway.news()
    register(gateway, ENTRANCE, "entrance")
    assert gateway.news() == ["contact.registered", "referral.leader-guided"]


def test_a_leader_who_wants_a_call_is_called_again_about_another_person() -> None:
    gateway = asked_una(guidance="call")
    guidance = RecordGuidance(referral_id=gateway.referral().id, kommune=ESBJERG)
    gateway.tell(guidance)
    gateway.tell(Erase(person_id=UNA))
    assert not gateway.referral().guided
    gateway.tell(guidance)
    assert gateway.last(say.ReferralLeaderGuided).contact_id == DORA


def test_nobody_is_guided_about_nobody() -> None:
    gateway = Gateway()
    gateway.tell(opened(guidance="call"))
    with pytest.raises(Refused, match="nobody-to-name"):
        gateway.tell(RecordGuidance(referral_id=gateway.referral().id, kommune=ESBJERG))


def test_who_retires_is_erased_and_comes_back_under_a_new_id_alone() -> None:
    gateway = asked_una()
    gateway.tell(Retire(contact_id=UNA, kommune=ESBJERG))
    gateway.tell(Retire(contact_id=UNA, kommune=ESBJERG))
    assert [row.id for row in gateway.rows if isinstance(row, Erased)] == [UNA]
    assert gateway.news()[:2] == ["contact.retired", "contact.erased"]
    assert UNA not in [contact.id for contact in gateway.get(Kommune, ESBJERG).contacts]
    with pytest.raises(Refused, match="contact-gone"):
        register(gateway, UNA, "youth-unit")
    register(gateway, "40000000-0000-4000-8000-000000000009", "youth-unit")
    assert "contact.registered" in gateway.news()


def test_an_erased_contact_does_not_come_back_by_an_old_list() -> None:
    gateway = asked_una()
    gateway.tell(Erase(person_id=UNA))
    facts: dict[str, Any] = {"role": "deputy", "unit": None, "valid_from": date(2026, 1, 1), "valid_to": None}
    old = RegisterContact(contact_id=UNA, kommune=ESBJERG, person={"name": "Una"}, **facts)
    with pytest.raises(Refused, match="contact-gone"):
        gateway.tell(ImportContacts(contacts=(old.changed(contact_id=DORA), old)))
    assert gateway.rows[-1] == Erased(UNA, "test")


def test_of_two_entries_of_one_person_one_goes_and_what_it_held_goes_to_the_other() -> None:
    gateway = asked_una()
    gateway.tell(Retire(contact_id=UNA, kommune=ESBJERG, merged_into=EVA))
    assert gateway.referral().contact_id == EVA
    with pytest.raises(Refused, match="unknown-id"):
        gateway.tell(Retire(contact_id=EVA, kommune=ESBJERG, merged_into=UNA))
    with pytest.raises(Refused, match="unknown-id"):
        gateway.tell(Retire(contact_id=EVA, kommune="0573"))


def test_a_deputy_is_somebody_of_the_same_kommune() -> None:
    gateway = Gateway()
    with pytest.raises(Refused, match="unknown-id"):
        register(gateway, UNA, "youth-unit", deputy_id=DORA)


def test_a_referral_that_is_over_is_handed_to_nobody() -> None:
    gateway = asked_una()
    gateway.reply(ESBJERG, "rejected", {"referral_id": gateway.referral().id, "reason": "no-candidate"})
    assert gateway.get(Kommune, ESBJERG).open == frozenset()
    gateway.news()
    gateway.tell(Erase(person_id=UNA))
    assert gateway.news() == ["contact.erased"]


def test_one_person_alone_is_reminded_and_the_door_is_asked_on_the_fourth_day() -> None:
    gateway = Gateway()
    register(gateway, UNA, "youth-unit")
    gateway.tell(opened(max_kommuner=1))
    gateway.news()
    gateway.morning(date(2026, 11, 27))
    assert gateway.news() == ["referral.reminded"]
    gateway.morning(date(2026, 11, 28))
    assert gateway.news() == ["referral.escalated"]
    assert gateway.last(say.ReferralEscalated).contact_id == ENTRANCE
    assert (gateway.referral().contact_id, gateway.referral().guided) == (UNA, True)  # whom the leader was told of
    assert desk.turn(gateway.referral(), gateway.get(Kommune, ESBJERG), date(2026, 11, 28)) == "silent"
