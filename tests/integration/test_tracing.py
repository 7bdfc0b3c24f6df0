"""Traces on a real Kafka and PostgreSQL: from sign-up to the kommune's reply, to a collector, and off."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from asgi_lifespan import LifespanManager
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from deploy.local.stack import Stack
from shared import tracing
from shared.events import administration
from shared.events.kommune.replies import ReplyProfile
from shared.people.guard import find_cpr
from shared.runtime import Runtime
from shared.service import services
from shared.settings import KafkaSettings, Settings
from tests import gateway_served
from tests.contracts.examples.story import PROFILE
from tests.intake_served import KEY, SIGN_UP, token
from tests.integration.test_intake_places import FOUND
from tests.integration.test_service_life import MASTER_KEY, running, settings
from tests.unit.municipality_gateway.world import ESBJERG, reply_record
from tests.waiting import until

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
NAMES = ("intake", "municipality-gateway", "matching")


class Spans:
    """What was traced, by service."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()

    @contextmanager
    def of(self, *names: str) -> Iterator["Spans"]:
        with ExitStack() as stays:
            for name in names:
                stays.enter_context(tracing.sent_to(SimpleSpanProcessor(self._exporter), name))
            yield self

    def all(self, service: str, name: str = "") -> list[ReadableSpan]:
        found = [one for one in self._exporter.get_finished_spans() if name in ("", one.name)]
        return [one for one in found if one.resource.attributes["service.name"] == service]

    def one(self, service: str, name: str) -> ReadableSpan:
        """Of our trace where it has one, for others use that Kafka too; the last, for what waited was taken twice."""
        found = self.all(service, name)
        return ([span for span in found if trace_of(span) == TRACE] or found)[-1]


def trace_of(span: ReadableSpan) -> str:
    return f"{span.context.trace_id:032x}"


def place_in(span: ReadableSpan) -> str:
    """Of a `traceparent`, without its flags."""
    return f"00-{trace_of(span)}-{span.context.span_id:016x}"


def said_of(span: ReadableSpan) -> str:
    """All that a span tells, but its ids."""
    assert not span.events
    told = [dict(span.attributes or {}), *(dict(link.attributes or {}) for link in span.links)]
    return orjson.dumps([span.name, span.status.description, *told]).decode()


class Kommune:
    """Reads its topic, and answers with the `traceparent` that it got: as tools for tracing do by themselves."""

    def __init__(self, kafka: str) -> None:
        self._consumer = AIOKafkaConsumer(
            f"k.{ESBJERG}.referrals.v1", bootstrap_servers=kafka, auto_offset_reset="earliest"
        )
        self._producer = AIOKafkaProducer(bootstrap_servers=kafka)

    async def __aenter__(self) -> "Kommune":
        await asyncio.gather(self._consumer.start(), self._producer.start())
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(self._consumer.stop(), self._producer.stop())

    async def hears(self, *names: str, **about: str) -> tuple[dict[str, Any], bytes]:
        """The first of these that is about it: data, and its `traceparent`."""
        types = [f"dk.lederalliancen.{name}.v1".encode() for name in names]
        async with asyncio.timeout(120):
            async for raw in self._consumer:
                headers, data = dict(raw.headers), orjson.loads(raw.value)
                if headers["ce_type"] in types and about.items() <= data.items():
                    return data, headers["traceparent"]
        raise AssertionError("unreachable")

    async def says(self, what: str, data: dict[str, Any], traceparent: bytes) -> None:
        record = reply_record(ESBJERG, what, data, time=datetime.now(UTC).isoformat())
        headers = [*record.headers, ("traceparent", traceparent)]
        await self._producer.send_and_wait(record.topic, record.value, key=record.key, headers=headers)


@asynccontextmanager
async def alive(stack: Stack, database: str, *names: str) -> AsyncIterator[dict[str, SimpleNamespace]]:
    config = Settings(
        kafka_bootstrap=stack.kafka,
        database_url=database,
        token_key=KEY,
        master_key=MASTER_KEY,
        public_url_intake="http://intake.test",
    )
    await administration.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    async with AsyncExitStack() as stays:
        found = {}
        for name in names:
            await services()[name].migrate(database)
            app = services()[name].app(config)
            manager = await stays.enter_async_context(LifespanManager(app, startup_timeout=30, shutdown_timeout=30))
            transport = httpx.ASGITransport(app=manager.app)
            client = await stays.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://test"))
            found[name] = SimpleNamespace(client=client, runtime=app.state.runtime)
        yield found


async def looked(runtime: Runtime) -> bool:
    return not runtime.awaits_erasures


@pytest.mark.timeout(300)
async def test_one_trace_goes_from_sign_up_to_the_kommunes_reply(stack: Stack, database: str) -> None:
    with Spans().of(*NAMES) as spans:
        async with alive(stack, database, *NAMES) as there, Kommune(stack.kafka) as kommune:
            intake = there["intake"].client
            await until(lambda: looked(there["intake"].runtime))

            async def ask(method: str, path: str, body: Any = None) -> Any:
                as_whom = token("consultant") | {"traceparent": TRACEPARENT}
                answer = await intake.request(method, path, json=body, headers=as_whom)
                assert answer.is_success, answer.text
                return answer.json()

            await ask("POST", "/leaders", SIGN_UP)
            (call,) = await ask("GET", "/calls")
            leader = call["leader_id"]
            await ask("POST", f"/leaders/{leader}/calls", {"outcome": "reached"})
            place = (await ask("POST", "/places", {"leader_id": leader, **FOUND}))["place_id"]
            agreed = {"agreed_at": datetime.now(UTC).date().isoformat()}
            await ask("POST", f"/places/{place}/open", agreed)
            await ask("GET", f"/leaders/{leader}")

            referral, came_with = await kommune.hears("referral.sent", place_id=place)
            about = {"referral_id": referral["referral_id"]}
            await kommune.says("accepted", about, came_with)
            _, answered = await kommune.hears("reply.taken")
            start = (datetime.now(UTC) + timedelta(days=7)).date()
            profile = ReplyProfile(**PROFILE | {"from_": start}).model_dump(mode="json", by_alias=True)
            proposed = about | {"candidate_id": str(uuid4()), "profile": profile, "start": start.isoformat()}
            await kommune.says("candidate-proposed", proposed, answered)
            await kommune.hears("match.proposed", "match.refused", candidate_id=proposed["candidate_id"])

    asked = spans.one("intake", "POST /places/{place_id}/open")
    opened = spans.one("intake", "decide OpenPlace")
    place_taken = spans.one("municipality-gateway", "take PlaceOpened")
    sent = spans.one("municipality-gateway", "decide Ask")
    taken = spans.one("municipality-gateway", "take Accepted")
    for child, parent in ((opened, asked), (place_taken, opened), (sent, place_taken), (taken, sent)):
        assert child.parent, child.name
        assert child.parent.span_id == parent.context.span_id, (child.name, parent.name)
    assert came_with.decode()[:-3] == place_in(sent)
    (signed_up,) = spans.all("intake", "POST /leaders")
    proposal = spans.one("matching", "take CandidateProposed")
    for span in (signed_up, spans.one("intake", "decide SignUp"), asked, place_taken, sent, taken, proposal):
        assert trace_of(span) == TRACE, span.name
    assert dict(asked.attributes or {}) == {
        "http.request.method": "POST", "http.route": "/places/{place_id}/open", "http.response.status_code": 200,
    }  # fmt: skip
    assert (place_taken.attributes or {})["outcome"] == "applied"

    # What handles many traces at once is in none of them, and names them.
    for service, name, about_what in (
        ("intake", "publish", opened),
        ("municipality-gateway", "batch", opened),
        ("municipality-gateway", "publish", sent),
        ("municipality-gateway", "batch", sent),
    ):
        id_ = about_what.context.span_id
        linked = [one for one in spans.all(service, name) if id_ in [link.context.span_id for link in one.links]]
        assert linked, (service, name)
        assert all(one.parent is None and trace_of(one) != TRACE for one in linked)

    everything = [said_of(span) for name in NAMES for span in spans.all(name)]
    known = {*SIGN_UP.values(), leader, place, *about.values(), proposed["candidate_id"], "+4520123456"}
    assert [said for said in everything for one in known if one in said] == []
    assert [said for said in everything if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", said) or find_cpr(said)] == []


@pytest.fixture
async def world(database: str) -> AsyncIterator[gateway_served.World]:
    async with gateway_served.served(database) as made:
        yield made


async def headers_of(world: gateway_served.World, name: str) -> dict[str, str]:
    """Of the last event of that name."""
    type_ = f"dk.lederalliancen.{name}.v1"
    found = await world.pool.fetchval(
        "SELECT headers FROM outbox WHERE headers->>'ce_type' = $1 ORDER BY id DESC LIMIT 1", type_
    )
    headers: dict[str, str] = orjson.loads(found)
    return headers


async def test_a_deadline_begins_a_trace_and_what_is_said_of_it_goes_on_with_it(world: gateway_served.World) -> None:
    with Spans().of("municipality-gateway") as spans:
        world.clock.now_ = gateway_served.TUESDAY_AFTER
        await world.settle()
        expired = await headers_of(world, "referral.expired")
    fired = spans.all("municipality-gateway", "decide Deadline")
    assert {span.parent for span in fired} == {None}
    assert len({trace_of(span) for span in fired}) == len(fired) > 1
    assert expired["traceparent"][:-3] in map(place_in, fired)


@pytest.mark.parametrize(
    "headers",
    [
        [("traceparent", TRACEPARENT.upper().encode())],
        [("traceparent", f"{TRACEPARENT}\n".encode())],
        [("traceparent", b"\x00\xff"), ("ce_traceparent", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01")],
    ],
    ids=["capitals", "a line more", "bytes and zeros"],
)
async def test_a_reply_counts_whatever_its_sender_says_of_traces(
    world: gateway_served.World, headers: list[tuple[str, bytes]]
) -> None:
    with Spans().of("municipality-gateway") as spans:
        record = reply_record(ESBJERG, "accepted", {"referral_id": world.referral})
        await world.reply(replace(record, headers=[*record.headers, *headers]))
        taken = await headers_of(world, "reply.taken")
    span = spans.one("municipality-gateway", "take Accepted")
    assert (await world.state(), span.parent) == ("accepted", None)
    assert taken["traceparent"][:-3] == place_in(span)


async def test_a_reply_goes_on_with_a_trace_in_the_spelling_of_cloudevents_too(world: gateway_served.World) -> None:
    with Spans().of("municipality-gateway") as spans:
        await world.reply(
            reply_record(ESBJERG, "accepted", {"referral_id": world.referral}, traceparent=f"00-{TRACE}-{'1' * 16}-00")
        )
    assert trace_of(spans.one("municipality-gateway", "take Accepted")) == TRACE


async def test_off_no_event_has_a_header_of_traces(world: gateway_served.World) -> None:
    record = reply_record(ESBJERG, "accepted", {"referral_id": world.referral})
    await world.reply(replace(record, headers=[*record.headers, ("traceparent", TRACEPARENT.encode())]))
    assert "traceparent" not in await headers_of(world, "reply.taken")
    assert await world.pool.fetchval("SELECT count(*) FROM timer WHERE traceparent IS NOT NULL") == 0


async def test_what_fails_or_is_refused_tells_no_word_of_it(
    world: gateway_served.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError(SIGN_UP["name"])

    with Spans().of("municipality-gateway") as spans:
        world.app.get("/fails")(lambda: fails())
        path = f"/referrals/{world.referral}/replies?who={SIGN_UP['name']}"
        assert (await world.http("GET", path, gateway_served.token("consultant"))).status_code == 404
        assert (await world.http("GET", "/fails", gateway_served.token("consultant"))).status_code == 500
    nowhere, failed = spans.all("municipality-gateway")
    assert (nowhere.name, failed.name, failed.status.is_ok) == ("GET", "GET /fails", False)
    assert SIGN_UP["name"] not in said_of(nowhere) + said_of(failed)
    assert world.referral not in said_of(nowhere)


@pytest.fixture
def collector() -> Iterator[SimpleNamespace]:
    """What was sent there by OTLP over HTTP."""
    got: list[Any] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((self.path, ExportTraceServiceRequest.FromString(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", got=got)
        server.shutdown()


async def test_a_service_sends_its_spans_where_the_standard_variables_say_the_last_ones_at_its_end(
    stack: Stack, database: str, collector: SimpleNamespace
) -> None:
    await services()["intake"].migrate(database)
    told = {"LA_TRACES": "on", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "LA_BUILD": "b7"}
    async with running(settings(stack, database) | told, "intake", stderr=asyncio.subprocess.PIPE) as service:
        await until(lambda: _alive(service.client))
        answer = await service.client.get("/codes/sectors", headers={"traceparent": TRACEPARENT})
        assert answer.status_code == 200
        service.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            _, logged = await service.process.communicate()
    assert service.process.returncode == 0
    spans = [
        (path, {a.key: a.value.string_value for a in one.resource.attributes}, span)
        for path, request in collector.got
        for one in request.resource_spans
        for scope in one.scope_spans
        for span in scope.spans
    ]
    ((path, resource, span),) = [found for found in spans if found[2].name.startswith("GET ")]
    assert (path, resource["service.name"], resource["service.version"]) == ("/v1/traces", "intake", "b7")
    assert (span.name, span.trace_id.hex()) == ("GET /codes/{list_name}", TRACE)
    (line,) = [one for one in map(orjson.loads, logged.splitlines()) if one.get("event") == "request"]
    assert line["trace_id"] == TRACE


async def _alive(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/live")).status_code == 200
    except httpx.TransportError:
        return False
