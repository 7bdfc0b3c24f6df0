"""Intake over HTTP, on a real PostgreSQL: a place from the call until it is open or closed."""

import asyncio
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import intake as intake_package
from intake.commands.people import Erase
from tests.intake_served import SIGN_UP, said, signed_up, token

FOUND: dict[str, Any] = {
    "tasks": [{"task_id": "viden_data-07"}], "hours_from": 15, "hours_to": 32, "times_of_day": ["night"],
    "forms": ["SMAAJOB"], "purpose": "trial-for-hiring",
}  # fmt: skip


async def drafted(intake: SimpleNamespace, **found: Any) -> tuple[str, str]:
    """Leader and place; the leader was reached."""
    leader_id = await signed_up(intake)
    await intake.client.post(f"/leaders/{leader_id}/calls", json={"outcome": "reached"}, headers=token("consultant"))
    draft = {"leader_id": leader_id, **found}
    place_id = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    return leader_id, place_id


async def test_a_place_goes_from_the_call_to_open(intake: SimpleNamespace) -> None:
    leader_id = await signed_up(intake)
    consultant = token("consultant") | {"Idempotency-Key": "one-and-the-same"}
    draft = {"leader_id": leader_id, "tasks": [{"task_id": "viden_data-07"}]}
    first = await intake.client.post("/places", json=draft, headers=consultant)
    again = await intake.client.post("/places", json=draft, headers=consultant)
    assert first.json() == again.json()
    place_id = first.json()["place_id"]

    refused = await intake.client.post(
        f"/places/{place_id}/open", json={"agreed_at": "2026-11-02"}, headers=token("consultant")
    )
    assert (refused.status_code, refused.json()["rule"]) == (422, "leader-not-reached")
    await intake.client.post(f"/leaders/{leader_id}/calls", json={"outcome": "reached"}, headers=token("consultant"))
    found = {
        "hours_from": 15, "hours_to": 32, "times_of_day": ["night"], "forms": ["VIRKSOMHEDSPRAKTIK", "LAERLING"],
        "purpose": "trial-for-hiring",
    }  # fmt: skip
    await intake.client.patch(f"/places/{place_id}", json=found, headers=token("consultant"))
    opened = await intake.client.post(
        f"/places/{place_id}/open", json={"agreed_at": "2026-11-02"}, headers=token("consultant")
    )
    answer = opened.json()
    assert (answer["state"], answer["warnings"], answer["blocked"]) == ("open", ["R-PLACE-LAERLING-1"], [])
    assert answer["warned"][0]["da"] == "En plads til en lærling kræver, at virksomheden er godkendt som oplæringssted."
    status = await intake.client.get(f"/leaders/{leader_id}/status", headers=token("leader", leader=leader_id))
    assert status.json()["places"][0]["history"][-1]["da"] == "Du har sagt ja, og vi finder den rigtige kommune."
    types = await intake.pool.fetch("SELECT headers->>'ce_type' AS t FROM outbox ORDER BY id")
    assert [row["t"].split(".", 2)[2] for row in types] == [
        "leader.signed-up.v1",
        "place.drafted.v1",
        "leader.called.v1",
        "place.opened.v1",
    ]


async def test_a_postal_code_tells_its_kommuner_and_a_sign_up_and_a_place_say_which(intake: SimpleNamespace) -> None:
    sabro = (await intake.client.get("/postal/8471")).json()
    assert (sabro["town"], sabro["clear"]) == ("Sabro", False)
    assert sabro["kommuner"][1] == {"kommune": "0710", "name": "Favrskov Kommune", "share": 0.443}
    assert (await intake.client.get("/postal/6700")).json()["clear"]
    abroad = await intake.client.get("/postal/0960")
    assert (abroad.status_code, abroad.json()["rule"]) == (422, "postnr-no-address")

    far = await intake.client.post("/leaders", json=SIGN_UP | {"postnr": "8471", "kommune": "0101"})
    assert (far.status_code, far.json()["field"], far.json()["rule"]) == (422, "kommune", "kommune-postnr")
    assert (await intake.client.post("/leaders", json=SIGN_UP | {"postnr": "8471"})).status_code == 202
    other = SIGN_UP | {"email": "anden@vagtcentral.example", "postnr": "8471", "kommune": "0710"}
    assert (await intake.client.post("/leaders", json=other)).status_code == 202
    calls = (await intake.client.get("/calls", headers=token("consultant"))).json()
    assert [call["kommune"] for call in calls] == ["0751", "0710"]

    draft = {"leader_id": calls[0]["leader_id"]}
    place_id = (await intake.client.post("/places", json=draft, headers=token("consultant"))).json()["place_id"]
    chosen = await intake.client.patch(f"/places/{place_id}", json={"kommune": "0746"}, headers=token("consultant"))
    assert chosen.status_code == 200
    assert (await intake.client.get(f"/places/{place_id}", headers=token("consultant"))).json()["kommune"] == "0746"


async def test_a_dry_run_says_what_is_missing_and_what_stops_a_place_and_opening_says_the_same(
    intake: SimpleNamespace,
) -> None:
    leader_id, place_id = await drafted(intake, counts_in_headcount=True)
    own = token("leader", leader=leader_id)
    dry = (await intake.client.get(f"/places/{place_id}/rules", headers=own)).json()
    assert not dry["may_open"]
    assert [(one["rule"], one["severity"]) for one in dry["rules"]] == [
        ("incomplete", "block"),
        ("R-HEADCOUNT", "block"),
    ]
    assert dry["rules"][1]["source"] == "publication-2024"
    await intake.client.patch(f"/places/{place_id}", json=FOUND, headers=token("consultant"))
    agreed = {"agreed_at": "2026-11-02"}
    opened = await intake.client.post(f"/places/{place_id}/open", json=agreed, headers=token("consultant"))
    assert (opened.status_code, opened.json()["state"]) == (200, "additional-assessment-required")
    assert opened.json()["blocked"][0]["field"] == "top_manager_confirms"
    assert (await said(intake))[-1] == "place.blocked"
    confirmed = {"top_manager_confirms": True}
    await intake.client.patch(f"/places/{place_id}", json=confirmed, headers=token("consultant"))
    before = await said(intake)
    assert (await intake.client.get(f"/places/{place_id}/rules", headers=own)).json()["may_open"]
    assert await said(intake) == before, "nothing is told"
    await intake.client.post(f"/places/{place_id}/open", json=agreed, headers=token("consultant"))
    corrected = await intake.client.patch(f"/places/{place_id}", json={"hours_to": 37}, headers=token("consultant"))
    assert corrected.json()["warnings"] == ["R-HOURS-JUMP"]
    assert (await said(intake))[-2:] == ["place.opened", "place.changed"]
    shown = (await intake.client.get(f"/places/{place_id}", headers=own)).json()
    assert shown["history"][-1]["fields"] == ["hours_to"]
    other = token("leader", leader="0199ab00-0000-7000-8000-000000000000")
    assert (await intake.client.get(f"/places/{place_id}/rules", headers=other)).status_code == 404
    await intake.runtime.spine.execute(Erase(person_id=leader_id), by="test")
    await intake.runtime.spine.fire()
    assert (await intake.client.get(f"/places/{place_id}", headers=token("consultant"))).json()["state"] == "closed"


async def test_a_double_click_begins_one_place_and_a_second_one_at_the_workplace_is_pointed_out(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake)
    draft = {"leader_id": leader_id, **FOUND}
    clicks = await asyncio.gather(
        *(intake.client.post("/places", json=draft, headers=token("consultant")) for _ in range(4))
    )
    assert {click.status_code for click in clicks} == {201}
    [first] = {click.json()["place_id"] for click in clicks}
    assert (await said(intake)).count("place.drafted") == 1
    assert clicks[0].json()["also_here"] == []
    keyed = [token("consultant") | {"Idempotency-Key": key} for key in ("one-request", "another-request")]
    apart = [await intake.client.post("/places", json=draft | {"postnr": "9000"}, headers=key) for key in keyed]
    assert len({answer.json()["place_id"] for answer in apart}) == 2, "two keys are two requests"
    second = await intake.client.post("/places", json=draft | {"hours_to": 20}, headers=token("consultant"))
    assert (second.json()["place_id"] != first, second.json()["also_here"]) == (True, [first])
    rules = f"/places/{first}/rules"
    dry = await intake.client.get(rules, headers=token("consultant"))
    assert dry.json()["also_here"] == [second.json()["place_id"]]
    assert (await intake.client.get(rules, headers=token("leader", leader=leader_id))).json()["also_here"] == []
    elsewhere = await intake.client.post("/places", json=draft | {"postnr": "8000"}, headers=token("consultant"))
    assert elsewhere.json()["also_here"] == []


async def test_places_of_before_close_too_when_their_leader_is_erased(intake: SimpleNamespace) -> None:
    leader_id, place_id = await drafted(intake)
    await intake.pool.execute("UPDATE aggregate SET state = state - 'places' WHERE kind = 'leader'")
    [migration] = (Path(intake_package.__file__).parent / "migrations").glob("0104_*.sql")
    _, _, backfill = migration.read_text().split("-- migrate:down")[0].partition("UPDATE")
    await intake.pool.execute(f"UPDATE{backfill}")
    stored = await intake.pool.fetchval("SELECT state->'places' FROM aggregate WHERE kind = 'leader'")
    assert json.loads(stored) == [place_id]
    await intake.runtime.spine.execute(Erase(person_id=leader_id), by="test")
    await intake.runtime.spine.fire()
    assert (await intake.client.get(f"/places/{place_id}", headers=token("consultant"))).json()["state"] == "closed"


async def test_on_a_places_page_a_consultant_reads_of_the_leader_and_the_leader_of_herself(
    intake: SimpleNamespace,
) -> None:
    leader_id = await signed_up(intake)
    drafted = await intake.client.post("/places", json={"leader_id": leader_id}, headers=token("consultant"))
    path, page = f"/pladser/{drafted.json()['place_id']}", {"accept": "text/html"}
    of_her = (await intake.client.get(path, headers=page | token("consultant"))).text
    to_her = (await intake.client.get(path, headers=page | token("leader", leader=leader_id))).text
    assert re.search(r"<li>En konsulent ringer til lederen .*, og sammen finder de opgaverne\.", of_her)
    assert re.search(r"<li>En konsulent ringer til dig .*, og sammen finder I opgaverne\.", to_her)
    assert "ringer til dig" not in of_her
