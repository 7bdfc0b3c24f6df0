"""A Kafka that asks who is there: users as an operator makes them, and how far each gets, over the wire."""

import asyncio
import json
import re
import stat
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from confluent_kafka.admin import (
    AclBinding,
    AclPermissionType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from typer.testing import CliRunner

from deploy.local.stack import Stack
from shared.catalogue.kommuner import KOMMUNER, TEST_KOMMUNE
from shared.cli import app
from shared.events import administration, quotas, users
from shared.events.rights import clients
from shared.events.topics import SERVICES, TOPICS
from shared.kafka import Admin, NoKafka, Topics, client_options
from shared.service import services
from shared.settings import KafkaSettings
from shared.spine.failures import words
from tests.conftest import free_ports
from tests.integration.test_service_life import running, settings
from tests.secured import DAY, Authority, SecuredKafka, secured_kafka
from tests.waiting import until

Run = Callable[..., Awaitable[tuple[int, str]]]
OWN, FOREIGN = "0561", "0101"
PUBLIC = {"LA_PUBLIC_URL_INTAKE": "http://127.0.0.1:8001"}
SCRAM_512 = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)


@pytest.fixture(scope="module")
def kafka(home: Path) -> Iterator[SecuredKafka]:
    with secured_kafka(Path(mkdtemp(dir=home)), free_ports(4)) as running:
        yield running


@pytest.fixture(scope="module")
async def topics(kafka: SecuredKafka) -> None:
    await administration.create(kafka.as_admin)


def environment(settings: KafkaSettings) -> dict[str, str]:
    """As an operator would set it."""
    given = {
        "LA_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "LA_SECURITY_PROTOCOL": settings.security_protocol,
        "LA_SASL_USERNAME": settings.sasl_username,
        "LA_SASL_PASSWORD": settings.sasl_password and settings.sasl_password.get_secret_value(),
        "LA_SSL_CAFILE": settings.ssl_cafile,
        "LA_SSL_CERTFILE": settings.ssl_certfile,
        "LA_SSL_KEYFILE": settings.ssl_keyfile,
    }
    return {name: str(value) for name, value in given.items() if value}


@pytest.fixture
def run(kafka: SecuredKafka) -> Run:
    async def command(*args: str, settings: KafkaSettings = kafka.as_admin) -> tuple[int, str]:
        done = await asyncio.to_thread(CliRunner().invoke, app, args, env=environment(settings))
        return done.exit_code, done.output

    return command


# -- what somebody with these settings gets to ---------------------------------------------------------------------


async def writes(settings: KafkaSettings, topic: str) -> bool:
    producer = AIOKafkaProducer(**client_options(settings), enable_idempotence=True, request_timeout_ms=5000)
    try:
        await producer.start()
        await producer.send_and_wait(topic, b"{}", key=b"x")
    except (TopicAuthorizationFailedError, ClusterAuthorizationFailedError):
        return False
    finally:
        await producer.stop()
    return True


async def reads(settings: KafkaSettings, topic: str, group: str | None = None) -> bool:
    """In a group, or past them all."""
    consumer = AIOKafkaConsumer(topic, **client_options(settings), group_id=group, auto_offset_reset="earliest")
    try:
        await consumer.start()
        async with asyncio.timeout(20):
            await consumer.getmany(timeout_ms=500)
            await consumer.end_offsets([TopicPartition(topic, 0)])
    except (TopicAuthorizationFailedError, GroupAuthorizationFailedError):
        return False
    finally:
        await consumer.stop()
    return True


async def gets_in(settings: KafkaSettings) -> bool:
    producer = AIOKafkaProducer(**client_options(settings))
    try:
        await producer.start()
    except KafkaError:
        return False
    finally:
        await producer.stop()
    return True


async def shut_out(settings: KafkaSettings) -> bool:
    return not await gets_in(settings)


async def let_in(kafka: SecuredKafka, name: str) -> KafkaSettings:
    """With whatever password it has now."""
    client = clients()[name]
    password = (await users.provision(kafka.as_admin, client)).password or await users.rotate(kafka.as_admin, client)
    assert password
    settings = kafka.as_(client.user, password)
    await until(lambda: gets_in(settings))
    return settings


# -- what operators do ---------------------------------------------------------------------------------------------


async def test_an_operator_lets_a_kommune_in_gives_it_another_password_and_shuts_it_out(
    kafka: SecuredKafka, topics: None, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    code, said = await run("kommune", "provision", OWN, "--password-file", str(file))
    assert (code, said.count("given"), stat.S_IMODE(file.stat().st_mode)) == (0, 3, 0o600), said
    password = file.read_text().strip()
    assert password not in said
    first = kafka.as_(f"k-{OWN}", password)
    await until(lambda: gets_in(first))
    assert await quotas.of_user(kafka.as_admin, f"k-{OWN}") == {
        "producer_byte_rate": 256 * 1024,
        "consumer_byte_rate": 1024 * 1024,
    }
    assert await reads(first, f"k.{OWN}.referrals.v1", f"k.{OWN}.fagsystem")

    code, said = await run("kommune", "provision", OWN, "--password-file", str(tmp_path / "again"))
    assert (code, said.count("was there"), said.count("was set")) == (0, 4, 1), said
    assert not (tmp_path / "again").exists()

    code, said = await run("kommune", "rotate", OWN)
    found = re.search(r"user k-0561, password (\S{43})  ", said)
    assert found, said
    second = kafka.as_(f"k-{OWN}", found[1])
    await until(lambda: gets_in(second))
    assert not await gets_in(first)

    code, said = await run("kommune", "revoke", OWN)
    assert (code, "3 taken away" in said) == (0, True), said
    await until(lambda: shut_out(second))
    assert await quotas.of_user(kafka.as_admin, f"k-{OWN}") == {}
    code, said = await run("kommune", "rotate", OWN)
    assert (code, said) == (1, "k-0561 has no password: lederalliancen kommune provision 0561 gives one\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("kommune", "provision", "561"), "561 is no kommune: four digits"),
        (("kommune", "provision", "intake"), "intake is no kommune"),
        (("service", "provision", OWN), "0561 is no service: one of intake"),
        (("kommune", "provision", OWN, "--subject", "CN=a, O=b"), "CN=a, O=b is no subject as Kafka writes it"),
        (("kommune", "provision", OWN, "--password-file", "/nowhere/x"), "/nowhere/x cannot be made: No such file"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_done(
    args: tuple[str, ...], said: str, kafka: SecuredKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(kafka.as_("admin", "never asked")).items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, args)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith(said)


async def test_whoever_is_no_administrator_is_told_so(kafka: SecuredKafka, topics: None, run: Run) -> None:
    code, said = await run("kommune", "provision", OWN, settings=await let_in(kafka, FOREIGN))
    assert (code, said.count("\n"), "log in as its administrator" in said) == (1, 1, True), said


async def test_what_was_given_by_hand_is_found_and_taken_away(kafka: SecuredKafka, topics: None, run: Run) -> None:
    await let_in(kafka, "followup")
    by_hand = [
        AclBinding(kind, name, pattern, "User:la-followup", "*", operation, "ALLOW")
        for kind, name, pattern, operation in (
            ("TOPIC", "dlq.", "PREFIXED", "READ"),
            ("TOPIC", "*", "LITERAL", "DESCRIBE"),
            ("TRANSACTIONAL_ID", "x", "LITERAL", "WRITE"),
        )
    ]
    await administration.asked(kafka.as_admin, lambda admin: admin.all(admin.client.create_acls(by_hand), 10))

    async def found() -> str:
        code, said = await run("rights")
        return said if code == 1 and said.count("la-followup") == 3 else ""

    said = await until(found)
    assert "may, undeclared: read topic dlq.*" in said
    code, said = await run("service", "provision", "followup")
    assert (code, said.count("taken away: not declared")) == (0, 3), said
    await until(lambda: as_declared(kafka, "User:la-followup"))


async def as_declared(kafka: SecuredKafka, *principals: str) -> bool:
    deviating = await users.deviating(kafka.as_admin)
    return not [who for who, _ in deviating if who in principals or not principals]


# -- how far each gets ---------------------------------------------------------------------------------------------


async def test_what_kafka_lists_is_what_is_declared_for_everybody_on_every_topic(
    kafka: SecuredKafka, topics: None
) -> None:
    """All 98 kommuner, the test kommune and five services against each topic, by the list that Kafka judges by."""

    def everybody(admin: Admin) -> None:
        for client in clients().values():
            users.give(admin, client, f"User:{client.user}", strict=True)

    await administration.asked(kafka.as_admin, everybody)
    await until(lambda: as_declared(kafka))
    acls: Any = await administration.asked(
        kafka.as_admin, lambda admin: admin.result(admin.client.describe_acls(users.ANY), 10)
    )
    listed = {
        (acl.principal, acl.operation.name, acl.restype.name, acl.resource_pattern_type.name, acl.name)
        for acl in acls
        if acl.permission_type == AclPermissionType.ALLOW and acl.host == "*"
    }
    assert len(listed) == len(acls)
    expected = set()
    for topic in TOPICS:
        for name in topic.names():
            code = name.split(".")[1]
            own = f"User:k-{code}" if topic.producer == "kommune" else f"User:la-{topic.producer}"
            expected.add((own, "WRITE", "TOPIC", "LITERAL", name))
            if topic.producer != "kommune":
                expected.add((own, "READ", "TOPIC", "LITERAL", name))
            if topic.passed_on_by:
                expected.add((f"User:la-{topic.passed_on_by}", "WRITE", "TOPIC", "LITERAL", name))
            for consumer in set(topic.consumers) - {"operator"}:
                who = f"User:k-{code}" if consumer == "kommune" else f"User:la-{consumer}"
                expected.add((who, "READ", "TOPIC", "LITERAL", name))
    expected |= {(f"User:la-{name}", "READ", "GROUP", "PREFIXED", f"{name}.") for name in SERVICES}
    codes = (*KOMMUNER, TEST_KOMMUNE)
    expected |= {(f"User:k-{code}", "READ", "GROUP", "PREFIXED", f"k.{code}.") for code in codes}
    assert listed == expected


async def test_a_kommune_gets_to_its_own_two_topics_and_no_further(kafka: SecuredKafka, topics: None) -> None:
    own = await let_in(kafka, OWN)
    assert await reads(own, f"k.{OWN}.referrals.v1", f"k.{OWN}.fagsystem")
    assert await writes(own, f"k.{OWN}.replies.v1")
    for topic in (f"k.{OWN}.referrals.v1", f"k.{FOREIGN}.replies.v1", "intake.v1", "dlq.municipality-gateway.v1"):
        assert not await writes(own, topic), topic
    for topic in (f"k.{OWN}.replies.v1", f"k.{FOREIGN}.referrals.v1", "matching.v1", "dlq.municipality-gateway.v1"):
        assert not await reads(own, topic), topic
    for group in (f"k.{FOREIGN}.fagsystem", f"k.{OWN}", "municipality-gateway.replies"):
        assert not await reads(own, f"k.{OWN}.referrals.v1", group), group
    # It is not even told what else there is.
    seen = await administration.asked(own, lambda admin: admin.listed(10))
    assert seen.keys() == {f"k.{OWN}.referrals.v1", f"k.{OWN}.replies.v1"}
    foreign = clients()[FOREIGN]
    for attempt in (
        users.provision(own, foreign),
        users.rotate(own, foreign),
        users.revoke(own, foreign),
        users.deviating(own),
    ):
        with pytest.raises(OSError, match="log in as its administrator"):
            await attempt
    with pytest.raises(OSError, match="ClusterAuthorizationFailed"):
        await quotas.change(own, f"k-{OWN}", {"producer_byte_rate": None})


async def test_a_service_gets_to_what_it_says_and_hears_and_no_further(kafka: SecuredKafka, topics: None) -> None:
    own = await let_in(kafka, "matching")
    for topic in ("matching.v1", "matching.suggestions.v1", "dlq.matching.v1"):
        assert await writes(own, topic), topic
        assert await reads(own, topic), topic
    assert await reads(own, "intake.v1", "matching.intake.v1")
    for topic in ("intake.v1", "municipality-gateway.candidates.v1", f"k.{OWN}.referrals.v1", "dlq.intake.v1"):
        assert not await writes(own, topic), topic
    for topic in (f"k.{OWN}.referrals.v1", f"k.{OWN}.replies.v1", "dlq.intake.v1"):
        assert not await reads(own, topic), topic
    assert not await reads(own, "intake.v1", "intake.intake.v1")


async def test_what_a_kommune_says_over_http_the_gateway_may_pass_on(kafka: SecuredKafka, topics: None) -> None:
    own = await let_in(kafka, "municipality-gateway")
    assert await writes(own, f"k.{OWN}.replies.v1")
    assert not await writes(own, "intake.v1")


async def test_who_is_shut_out_is_so_at_once_also_where_already_connected(kafka: SecuredKafka, topics: None) -> None:
    own = await let_in(kafka, FOREIGN)
    producer = AIOKafkaProducer(**client_options(own))
    await producer.start()
    await producer.send_and_wait(f"k.{FOREIGN}.replies.v1", b"{}")
    await users.revoke(kafka.as_admin, clients()[FOREIGN])

    async def refused() -> bool:
        try:
            await producer.send_and_wait(f"k.{FOREIGN}.replies.v1", b"{}")
        except TopicAuthorizationFailedError:
            return True
        return False

    await until(refused)
    await producer.stop()


async def test_a_certificate_is_as_good_as_a_password_and_is_shut_out_by_itself(
    kafka: SecuredKafka, topics: None
) -> None:
    """A supplier's certificate serves two kommuner; one leaves."""
    subject = "CN=gateway.leverandoer.dk,O=Leverandør A/S"
    own = kafka.by(kafka.authority.issue("gateway.leverandoer.dk", "Leverandør A/S"))
    other = kafka.by(kafka.authority.issue("someone.dk", "Leverandør A/S"))
    for code in ("0607", "0410"):
        assert (await users.provision(kafka.as_admin, clients()[code], subject)).password is None
    await until(lambda: writes(own, "k.0607.replies.v1"))
    assert await reads(own, "k.0410.referrals.v1", "k.0410.fagsystem")
    assert not await writes(own, f"k.{OWN}.replies.v1")
    assert not await writes(other, "k.0607.replies.v1")
    assert await as_declared(kafka, f"User:{subject}")

    await users.revoke(kafka.as_admin, clients()["0607"])
    await until(lambda: no_longer(writes(own, "k.0607.replies.v1")))
    assert await writes(own, "k.0410.replies.v1")
    assert await quotas.of_user(kafka.as_admin, subject)
    await users.revoke(kafka.as_admin, clients()["0410"], subject)
    await until(lambda: no_longer(writes(own, "k.0410.replies.v1")))
    assert not await quotas.of_user(kafka.as_admin, subject)


async def no_longer(attempt: Awaitable[bool]) -> bool:
    return not await attempt


# -- what our own say ----------------------------------------------------------------------------------------------


async def test_all_services_work_each_with_the_rights_of_its_own_user(
    kafka: SecuredKafka, topics: None, stack: Stack, database: str
) -> None:
    kommune = await let_in(kafka, TEST_KOMMUNE)
    async with AsyncExitStack() as started:
        found = {}
        for name in SERVICES:
            await services()[name].migrate(database)
            own = environment(await let_in(kafka, name))
            found[name] = await started.enter_async_context(running(settings(stack, database) | PUBLIC | own, name))
        for service in found.values():
            await until(service.ready)
        # A reply that is none: the gateway reads it, keeps it as a dead letter, and says so to the kommune.
        assert await writes(kommune, f"k.{TEST_KOMMUNE}.replies.v1")
        told = f"k.{TEST_KOMMUNE}.referrals.v1"
        consumer = AIOKafkaConsumer(
            told, **client_options(kommune), group_id=f"k.{TEST_KOMMUNE}.x", auto_offset_reset="earliest"
        )
        await consumer.start()
        async with asyncio.timeout(30):
            answer = await consumer.getone()
        await consumer.stop()
        assert dict(answer.headers)["ce_type"] == b"dk.lederalliancen.reply.refused.v1"
        for name, service in found.items():
            body = await until(service.ready)
            assert (body["troubles"], body["outbox"]) == ({}, 0), name


async def test_a_service_that_kafka_does_not_let_in_says_why_once_and_goes_on_when_it_does(
    kafka: SecuredKafka, topics: None, stack: Stack, database: str, tmp_path: Path
) -> None:
    await services()["intake"].migrate(database)
    await let_in(kafka, "intake")
    wrong = environment(kafka.as_("la-intake", "out-of-date"))
    log = tmp_path / "log"
    with log.open("wb") as stderr:
        async with running(settings(stack, database) | PUBLIC | wrong, "intake", stderr=stderr) as service:
            body = await until(lambda: kafka_said(service, "refuses the login"))
            assert "LA_SASL_PASSWORD" in body["reasons"]["kafka"]
            assert body["reasons"]["relay"] == body["reasons"]["kafka"]
            password = "out-of-date"
            change = UserScramCredentialUpsertion("la-intake", SCRAM_512, password.encode())
            await administration.asked(
                kafka.as_admin, lambda admin: admin.all(admin.client.alter_user_scram_credentials([change]), 10)
            )
            await until(service.ready)
            # Its rights are taken away while it runs.
            await users.revoke(kafka.as_admin, clients()["intake"])
            await until(lambda: in_trouble(service))
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    said = [line for line in lines if "refuses the login" in str(line)]
    assert sorted(line["event"] for line in said) == ["kafka_waits", "relay_again"]
    assert [line["event"] for line in lines if line["level"] == "error" and lines.index(line) < 10] == []


async def kafka_said(service: SimpleNamespace, part: str) -> Any:
    body = await service.ready(False)
    return body if body and part in body["reasons"].get("kafka", "") and "relay" in body["reasons"] else None


async def in_trouble(service: SimpleNamespace) -> bool:
    body = (await service.client.get("/health/ready")).json()
    return any("its rights" in reason for reason in (*body["troubles"].values(), *body["reasons"].values()))


async def test_each_way_to_be_kept_out_is_told_with_the_way_out(kafka: SecuredKafka, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "stranger")
    trusted, ours = kafka.authority.file, kafka.as_admin
    cases = {
        "check LA_SASL_USERNAME and LA_SASL_PASSWORD": kafka.as_("admin", "wrong"),
        "check LA_SASL_MECHANISM": kafka.as_("admin", "x", sasl_mechanism="PLAIN"),
        "LA_SSL_CAFILE does not vouch for": kafka.as_(
            "admin", "x", kafka_bootstrap=kafka.over_tls, security_protocol="SASL_SSL", ssl_cafile=stranger.file
        ),
        "wants a certificate": KafkaSettings(
            kafka_bootstrap=kafka.by_certificate, security_protocol="SSL", ssl_cafile=trusted
        ),
        "has it run out": kafka.by(kafka.authority.issue("yesterday", ends=-DAY)),
        "speaks no TLS": kafka.as_("admin", "x", security_protocol="SASL_SSL", ssl_cafile=trusted),
        "is LA_SECURITY_PROTOCOL what this port speaks": KafkaSettings(kafka_bootstrap=kafka.bootstrap),
        "has a name that cannot be found": ours.model_copy(update={"kafka_bootstrap": "kafka.invalid:9092"}),
        "nobody listens": ours.model_copy(update={"kafka_bootstrap": f"127.0.0.1:{free_ports(1)}"}),
    }

    async def said(settings: KafkaSettings) -> str:
        with pytest.raises(NoKafka) as caught:
            await Topics(settings).there(["intake.v1"], seconds=1)
        return words(caught.value)

    found = dict(zip(cases, await asyncio.gather(*map(said, cases.values())), strict=True))
    assert {part for part in cases if part not in found[part]} == set(), found
