"""How much one asker may ask, and who may read the metrics."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Annotated

import pytest
import structlog
from fastapi import Depends, FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pydantic import SecretStr

from shared.clock import Clock
from shared.web import edge, operations
from shared.web.access import LocalKey, Principal, allow, mint, open_route
from shared.web.limits import REMEMBERED, Limits, block
from shared.web.problems import Problem

KEY = "k" * 40
HERE, THERE, ELSEWHERE = "127.0.0.1", "192.0.2.1", "192.0.2.2"


class Away:
    """A database that does not answer: what the process knows itself is shown all the same."""

    async def fetchrow(self, *_: object) -> None:
        raise ConnectionRefusedError


def service(limits: Limits | None = None, metrics_token: SecretStr | None = None) -> FastAPI:
    app = FastAPI()
    edge.install(app, limits or Limits(3, 5))
    app.state.verifier = LocalKey(KEY)
    app.state.runtime = SimpleNamespace(
        name="toy",
        clock=Clock(),
        pool=Away(),
        config=SimpleNamespace(ssl_cafile=None, ssl_certfile=None),
        relay=SimpleNamespace(failure=None),
        consumer=None,
        collect=None,
        mails=None,
        mail=None,
    )
    operations.install(app, metrics_token)

    @app.post("/leaders", dependencies=[Depends(open_route)])
    async def sign_up() -> None: ...

    @app.get("/calls")
    async def calls(who: Annotated[Principal, Depends(allow("consultant"))]) -> None: ...

    @app.get("/health/ready/toy")
    async def toy() -> None: ...

    return app


async def ask(app: FastAPI, path: str, token: str | None = None, *, address: str = THERE, **more: str) -> Response:
    headers = ({"Authorization": f"Bearer {token}"} if token else {}) | more
    transport = ASGITransport(app, client=(address, 4711))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request("POST" if path == "/leaders" else "GET", path, headers=headers)


async def statuses(app: FastAPI, times: int, path: str, token: str | None = None, address: str = THERE) -> list[int]:
    return [(await ask(app, path, token, address=address)).status_code for _ in range(times)]


def consultant(sub: str = "") -> str:
    return mint("consultant", leader=sub, key=KEY)


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/leaders", None, 200),
        ("/leaders", "no token", 200),
        ("/calls", None, 401),
        ("/calls", mint("consultant", key="another" * 8), 401),
        ("/nowhere", None, 404),
        ("/nowhere", "no token", 404),
    ],
)
async def test_what_comes_without_a_valid_token_counts_for_its_address(
    path: str, token: str | None, status: int
) -> None:
    assert await statuses(service(), 5, path, token) == [status] * 3 + [429] * 2


async def test_a_valid_token_counts_for_its_principal_from_whatever_address_and_on_whatever_route() -> None:
    app, token = service(), consultant()
    found = await statuses(app, 2, "/calls", token) + await statuses(app, 2, "/nowhere", token, ELSEWHERE)
    assert found == [200, 200, 404, 404]
    assert await statuses(app, 2, "/leaders", token, HERE) == [200, 429]


async def test_a_flood_by_one_refuses_nobody_else() -> None:
    app = service()
    await statuses(app, 9, "/leaders")
    await statuses(app, 9, "/calls", consultant("a"))
    assert await statuses(app, 1, "/leaders", address=ELSEWHERE) == [200]
    assert await statuses(app, 1, "/calls", consultant("b")) == [200], "though it comes from the flooded address"


async def test_who_is_over_the_limit_is_told_when_to_come_again_in_two_languages() -> None:
    app = service()
    await statuses(app, 3, "/leaders")
    answer = await ask(app, "/leaders")
    body = answer.json()
    assert (answer.headers["content-type"], body["type"]) == (
        "application/problem+json",
        "urn:lederalliancen:problem:too-many-requests",
    )
    assert 1 <= int(answer.headers["retry-after"]) <= 20  # three a minute
    assert body["da"] != body["en"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_flood_is_one_line_in_the_log_and_not_one_for_each_request() -> None:
    app = service()
    with structlog.testing.capture_logs() as lines:
        await statuses(app, 20, "/leaders")
        await statuses(app, 20, "/calls", consultant())
    assert [line["event"] for line in lines if line["log_level"] != "debug"] == (
        ["request"] * 3 + ["too_many_requests"] + ["request"] * 5 + ["too_many_requests"]
    )
    assert [(one.get("address"), one.get("sub")) for one in lines if one["event"] == "too_many_requests"] == [
        (THERE, None),
        (None, "local-consultant"),
    ]


async def test_health_is_asked_as_often_as_it_takes_and_only_under_its_own_address() -> None:
    app = service()
    assert await statuses(app, 20, "/health/live") == [200] * 20
    assert await statuses(app, 4, "/health/ready/toy") == [200] * 3 + [429]


def refused(limits: Limits, addresses: Sequence[str | None]) -> list[bool]:
    found = []
    for address in addresses:
        try:
            limits.count(sub=None, address=address)
            found.append(False)
        except Problem:
            found.append(True)
    return found


@pytest.mark.parametrize(
    ("one", "other", "the_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::2", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        (None, "no address", True),
    ],
)
def test_an_ipv6_address_counts_for_its_whole_network(one: str | None, other: str, the_same: bool) -> None:
    assert refused(Limits(1, 1), [one, other]) == [False, the_same]


def test_many_addresses_take_no_more_room_than_is_set_aside_and_refuse_nobody() -> None:
    limits = Limits(1, 1)
    many = [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(REMEMBERED + 100)]
    assert not any(refused(limits, many))
    assert len(limits._of_addresses._store._backend.get_client()) == REMEMBERED  # type: ignore[attr-defined]


TOKEN = SecretStr("et-hemmeligt-ord-for-driften-0123456789")


@pytest.mark.parametrize("address", [HERE, "::1", "::ffff:127.0.0.1", "127.8.8.8"])
async def test_the_metrics_answer_the_machine_itself(address: str) -> None:
    assert await metrics_of(service(), address) == "let in"


@pytest.mark.parametrize("address", [THERE, "10.0.0.1", "::", "2001:db8::1", "localhost", ""])
async def test_the_metrics_are_closed_to_all_others_and_say_the_way_out(address: str) -> None:
    answer = await ask(service(), "/metrics", address=address)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:lederalliancen:problem:metrics-closed")
    assert "LA_METRICS_TOKEN" in answer.json()["way_out"]


@pytest.mark.parametrize("address", [HERE, THERE])
async def test_with_a_token_the_metrics_answer_whoever_brings_it_and_nobody_else(address: str) -> None:
    app = service(metrics_token=TOKEN)
    assert await metrics_of(app, address, TOKEN.get_secret_value()) == "let in"
    for wrong in (None, "x", TOKEN.get_secret_value() + "x", mint("operator", key=KEY), "æ"):
        headers = {"Authorization": f"Bearer {wrong}".encode()} if wrong else {}
        async with AsyncClient(transport=ASGITransport(app, client=(address, 1)), base_url="http://test") as client:
            answer = await client.get("/metrics", headers=headers)  # type: ignore[arg-type]
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json()["type"] == "urn:lederalliancen:problem:metrics-closed"


async def metrics_of(app: FastAPI, address: str, token: str | None = None) -> str:
    answer = await ask(app, "/metrics", token, address=address)
    return "let in" if answer.status_code == 200 and "lederalliancen_collected" in answer.text else answer.text


async def test_what_a_proxy_says_of_the_machine_itself_opens_no_metrics() -> None:
    answer = await ask(service(), "/metrics", address="127.0.0.1", **{"X-Forwarded-For": "127.0.0.1"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:lederalliancen:problem:metrics-closed")


def test_who_has_one_address_of_a_64_has_them_all() -> None:
    assert block("fd00:1::1") == block("fd00:1::2:3:4") != block("fd00:2::1")
