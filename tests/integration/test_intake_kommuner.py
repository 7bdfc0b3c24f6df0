"""Intake over HTTP, on a real PostgreSQL: what a kommune sees of a place, and of no other."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
from uuid_utils import uuid7

from intake.commands.people import Erase
from intake.state.referrals import Referral
from shared.settings import Settings
from shared.web.pages.sessions import Sessions
from tests.intake_served import KEY, colleague, signed_up, token


async def test_a_referral_opens_contact_data_and_the_leaders_words_to_its_kommune(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    buddy_id = await colleague(intake, leader_id, phone="20123457")
    tasks = [{"task_id": "viden_data-07", "hours": 5}, {"task_id": "viden_data-00", "words": "Følge med på skærmene"}]
    draft = {"leader_id": leader_id, "buddy_id": buddy_id, "tasks": tasks}
    place_id = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    shown = (await intake.client.get(f"/places/{place_id}", headers=token("consultant"))).json()
    assert shown["found"] == {"buddy_id": buddy_id, "tasks": tasks}
    assert shown["history"][0].keys() == {"on", "what", "da"}

    async def read(**known: Any) -> httpx.Response:
        referral = Referral(id=buddy_id, place_id=place_id, kommune="0561", **known)
        await intake.pool.execute(
            "INSERT INTO aggregate (kind, id, state) VALUES ('referral', $1, $2::jsonb)"
            " ON CONFLICT (kind, id) DO UPDATE SET state = excluded.state",
            referral.id,
            referral.model_dump_json(),
        )
        kommune = token("kommune", kommune="0561")
        answer: httpx.Response = await intake.client.get(f"/referrals/{referral.id}/place", headers=kommune)
        return answer

    early = await read(accepted=True)
    assert (early.status_code, early.headers["retry-after"]) == (409, "5")
    opened = {
        "referral_id": buddy_id, "place_id": place_id, "company_name": "Vagtcentralen",
        "contact": {"name": "En Leder", "email": "leder@vagtcentral.example", "phone": "+4520123456"},
        "buddy": {"name": "En Kollega", "phone": "+4520123457"}, "tasks": tasks,
    }  # fmt: skip
    assert (await read(accepted=True, guided=True)).json() == opened
    for known in ({"over": True, "reason": "no-candidate"}, {"asked_back": True, "reason": "place-paused"}):
        gone = await read(accepted=True, guided=True, **known)
        assert (gone.status_code, gone.json()["rule"]) == (410, "referral-over")
        assert str(known["reason"]) in gone.json()["en"]
    lives: dict[str, Any] = {"accepted": True, "guided": True, "living": frozenset({"a match"})}
    assert (await read(**lives, over=True)).status_code == 200
    closed = await intake.client.post(
        f"/places/{place_id}/close", json={"reason": "changed-mind"}, headers=token("consultant")
    )
    assert closed.status_code == 200
    gone = await read(accepted=True, guided=True)
    assert (gone.status_code, "place-closed" in gone.json()["da"]) == (410, True)
    assert (await read(**lives)).json() == opened
    await intake.runtime.spine.execute(Erase(person_id=leader_id), by="test")
    assert (await read(**lives)).json() == opened | {"contact": opened["buddy"]}, "nobody who is gone is named"


async def test_whom_to_call_is_shown_to_the_kommune_and_to_who_was_sealed_in_by_the_gateway(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake)
    draft = {"leader_id": leader_id, "tasks": [{"task_id": "viden_data-00", "words": "Følge med på skærmene"}]}
    place_id = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    referral = Referral(id=str(uuid4()), place_id=place_id, kommune="0561", accepted=True)
    known = {"sub": f"link:x/{referral.id}", "referral_id": referral.id, "kommune": "0561"}
    sessions = Sessions.by(Settings(kafka_bootstrap="127.0.0.1:1", database_url="postgresql://x/y", token_key=KEY))
    by_link = f"/pladser/ved-link/{sessions.seal('place', known)}"
    by_login = f"/pladser/hos/{referral.id}"
    page = {"accept": "text/html"}

    async def shown(guided: bool) -> list[str]:
        await intake.pool.execute(
            "INSERT INTO aggregate (kind, id, state) VALUES ('referral', $1, $2::jsonb)"
            " ON CONFLICT (kind, id) DO UPDATE SET state = excluded.state",
            referral.id,
            referral.changed(guided=guided).model_dump_json(),
        )
        answers = [
            await intake.client.get(by_link, headers=page),
            await intake.client.get(by_login, headers=page | token("kommune", kommune="0561")),
        ]
        assert [answer.status_code for answer in answers] == [200, 200]
        return [answer.text for answer in answers]

    for early in await shown(guided=False):
        assert "Så får I navn og nummer her." in early
        assert "Vagtcentralen" not in early
    for whole in await shown(guided=True):
        for said_ in ("Vagtcentralen", "En Leder", "20 12 34 56", "Følge med på skærmene"):
            assert said_ in whole
    in_a_line = await intake.client.get(f"{by_login}/navn", headers=page | token("kommune", kommune="0561"))
    assert "<strong>Vagtcentralen</strong> · En Leder" in in_a_line.text
    await shown(guided=False)
    in_a_line = await intake.client.get(f"{by_login}/navn", headers=page | token("kommune", kommune="0561"))
    assert "Vagtcentralen" not in in_a_line.text
    other = Sessions(b"another key")
    for wrong in (other.seal("place", known), sessions.seal("session", known), "x" * 40):
        assert (await intake.client.get(f"/pladser/ved-link/{wrong}", headers=page)).status_code == 404
    stranger = page | token("kommune", kommune="0101")
    for theirs in (by_login, f"{by_login}/navn"):
        assert (await intake.client.get(theirs, headers=stranger)).status_code == 404


async def test_a_young_id_is_not_yet_for_every_kommune_wherever_it_is_and_an_old_one_is_nowhere(
    intake: SimpleNamespace,
) -> None:
    """Too early cannot be told from another's, so neither is told from what is nowhere."""
    theirs, nowhere = str(uuid7()), str(uuid7())
    referral = Referral(id=theirs, place_id=theirs, kommune="0561", accepted=True, guided=True)
    await intake.pool.execute(
        "INSERT INTO aggregate (kind, id, state) VALUES ('referral', $1, $2::jsonb)", theirs, referral.model_dump_json()
    )

    async def asked(id_: str, **who: Any) -> httpx.Response:
        answer: httpx.Response = await intake.client.get(f"/referrals/{id_}/place", headers=token(**who))
        return answer

    answers = [await asked(id_, role="kommune", kommune="0607") for id_ in (theirs, nowhere)]
    assert [(a.status_code, a.headers["retry-after"]) for a in answers] == [(409, "5")] * 2
    first, second = (a.json() for a in answers)
    assert first | {"correlation_id": ""} == second | {"correlation_id": ""}
    hour = 3600 * 1000 << 80  # in the first 48 bits, milliseconds
    for id_ in (str(uuid4()), str(UUID(int=uuid7().int - 2 * hour)), str(UUID(int=uuid7().int + hour))):
        assert (await asked(id_, role="kommune", kommune="0607")).status_code == 404
    assert (await asked(nowhere, role="consultant")).status_code == 404, "who may see all is not kept waiting"


async def test_what_row_level_security_hides_no_route_shows_a_kommune(
    intake: SimpleNamespace, hide_from_kommuner: Callable[[str], Awaitable[None]]
) -> None:
    id_ = str(uuid4())
    referral = Referral(id=id_, place_id=id_, kommune="0561")
    await intake.pool.execute(
        "INSERT INTO aggregate (kind, id, state) VALUES ('referral', $1, $2::jsonb)", id_, referral.model_dump_json()
    )
    kommune = token("kommune", kommune="0561")
    assert (await intake.client.get(f"/referrals/{id_}/place", headers=kommune)).status_code == 409, "it is there"
    await hide_from_kommuner("intake.aggregate")
    assert (await intake.client.get(f"/referrals/{id_}/place", headers=kommune)).status_code == 404
