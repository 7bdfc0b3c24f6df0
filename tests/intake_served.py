"""Intake as a test asks it: its app over HTTP in this process, on a real PostgreSQL, without Kafka."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import httpx
from asgi_lifespan import LifespanManager

from intake.app import service
from shared.settings import Settings
from shared.web.access import mint

KEY = "k" * 40
MASTER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SIGN_UP = {
    "name": "En Leder",
    "email": "leder@vagtcentral.example",
    "phone": "20 12 34 56",
    "company_name": "Vagtcentralen",
    "cvr": "13585628",
    "p_number": "1003388394",
    "postnr": "6700",
    "sector": "business-service",
}


def away(*_: object) -> None:
    raise TimeoutError


@asynccontextmanager
async def served(database: str, **changed: Any) -> AsyncIterator[SimpleNamespace]:
    keys = {"token_key": KEY, "master_key": MASTER_KEY}
    app = service.app(Settings(kafka_bootstrap="127.0.0.1:1", database_url=database, **keys | changed))
    async with LifespanManager(app, shutdown_timeout=15) as manager:
        transport = httpx.ASGITransport(app=manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield SimpleNamespace(client=client, pool=app.state.runtime.pool, runtime=app.state.runtime)


def token(role: str, **of: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {mint(role, key=KEY, **of)}"}


async def signed_up(intake: SimpleNamespace, **more: str) -> str:
    await intake.client.post("/leaders", json=SIGN_UP | more)
    [call] = (await intake.client.get("/calls", headers=token("consultant"))).json()
    return str(call["leader_id"])


async def said(intake: SimpleNamespace) -> list[str]:
    rows = await intake.pool.fetch("SELECT headers->>'ce_type' AS type FROM outbox ORDER BY id")
    return [row["type"].removeprefix("dk.lederalliancen.").removesuffix(".v1") for row in rows]


async def colleague(intake: SimpleNamespace, leader_id: str, **contact: str) -> str:
    company = await intake.pool.fetchval("SELECT state->>'company_id' FROM aggregate WHERE kind = 'leader'")
    asked = {"leader_id": leader_id, "name": "En Kollega", **contact}
    added = await intake.client.post(f"/companies/{company}/people", json=asked, headers=token("consultant"))
    return str(added.json()["person_id"])


async def search(intake: SimpleNamespace, **asked: str | None) -> httpx.Response:
    answer: httpx.Response = await intake.client.post("/leaders/search", json=asked, headers=token("consultant"))
    return answer


async def read(intake: SimpleNamespace, leader_id: str, **who: str) -> dict[str, Any]:
    as_whom = token("leader", **who) if who else token("consultant")
    answer = await intake.client.get(f"/leaders/{leader_id}", headers=as_whom)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown
