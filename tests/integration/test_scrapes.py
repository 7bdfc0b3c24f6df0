"""What a scrape of `/metrics` says, and what it leaves out when it could not be read."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.stack import Stack
from shared.events import administration as topic_admin
from shared.service import services
from shared.settings import KafkaSettings
from tests.intake_served import served
from tests.integration.test_service_life import running, settings
from tests.waiting import until

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def scrape(service: Any) -> Samples:
    """Within the ten seconds that a scrape has."""
    answer = await asyncio.wait_for(service.client.get("/metrics"), 10)
    assert answer.status_code == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for f in families for one in f.samples}


def value(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((f"lederalliancen_{name}", tuple(sorted(labels.items()))))


async def test_what_waits_says_for_how_long(intake: SimpleNamespace) -> None:
    calm = await scrape(intake)
    for name in ("outbox_age_seconds", "parked_age_seconds", "timers_due", "timers_overdue_seconds"):
        assert value(calm, name, service="intake") == 0
    await intake.pool.execute(
        "INSERT INTO timer (kind, id, name, due, command, body) VALUES"
        " ('place', '1', 'x', now() - interval '1 hour', 'OfNoBuild', '{}'),"
        " ('place', '2', 'x', now() + interval '1 hour', 'OfNoBuild', '{}')"
    )
    await intake.pool.execute(
        'INSERT INTO parked (topic, partition, "offset", subject, headers, parked_at) VALUES'
        " ('matching.v1', 0, 1, 'a', '[]', now() - interval '20 minutes'), ('matching.v1', 0, 2, 'a', '[]', now())"
    )
    found = await scrape(intake)
    assert value(found, "timers_due", service="intake") == 1
    assert value(found, "timers_overdue_seconds", service="intake") == pytest.approx(3600, abs=60)
    assert value(found, "parked_rows", service="intake") == 2
    assert value(found, "parked_age_seconds", service="intake") == pytest.approx(1200, abs=60)


async def test_a_part_that_does_not_work_is_said_beside_those_that_do(intake: SimpleNamespace) -> None:
    found = await scrape(intake)
    assert value(found, "works", service="intake", part="consumer") == 0  # there is no Kafka
    assert value(found, "collected", service="intake", of="kafka") == 0
    assert value(found, "collected", service="intake", of="database") == 1
    assert value(found, "build_info", service="intake", build="dev") == 1
    assert value(found, "consumer_restarts_total", service="intake") == 0


async def test_a_source_that_fails_as_nobody_foresaw_takes_no_other_with_it(
    intake: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: object) -> list[Any]:
        raise ZeroDivisionError

    monkeypatch.setattr(intake.runtime, "collect", broken)
    found = await scrape(intake)
    assert value(found, "collected", service="intake", of="figures") == 0
    assert value(found, "outbox_rows", service="intake") == 0


async def test_each_answer_is_timed_by_its_route_and_never_by_its_address(intake: SimpleNamespace) -> None:
    def count(found: Samples, endpoint: str, status: str) -> float:
        return value(found, "http_seconds_count", service="intake", endpoint=endpoint, status=status) or 0

    before = await scrape(intake)
    assert (await intake.client.get("/leaders/0197a2b4-0000-7000-8000-000000000000")).status_code == 401
    assert (await intake.client.get("/leaders/search/nobody/knows")).status_code == 404
    assert (await intake.client.get("/health/ready")).status_code == 503
    found = await scrape(intake)
    assert count(found, "none", "4xx") == count(before, "none", "4xx") + 1
    endpoints = {dict(labels)["endpoint"] for name, labels in found if name.endswith("http_seconds_count")}
    assert not any("0197a2b4" in one or "/" in one for one in endpoints)
    assert not endpoints & {"ready", "metrics"}


async def test_the_day_on_which_a_certificate_runs_out_is_a_figure(
    database: str, tmp_path: Path, intake: SimpleNamespace
) -> None:
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    file = tmp_path / "ca.pem"
    file.write_bytes(certificate(ends + timedelta(days=300)) + certificate(ends))
    async with served(database, ssl_cafile=file, security_protocol="SSL") as with_file:
        labels = {"service": "intake", "setting": "LA_SSL_CAFILE"}
        assert value(await scrape(with_file), "certificate_expires_timestamp_seconds", **labels) == ends.timestamp()
        file.write_bytes(certificate(ends + timedelta(days=300)))  # this replica still has the one before
        assert value(await scrape(with_file), "certificate_expires_timestamp_seconds", **labels) == ends.timestamp()


def certificate(ends: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kafka")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(ends - timedelta(days=365)).not_valid_after(ends)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


async def test_without_kafka_or_database_no_old_value_stays_and_both_come_back(stack: Stack, database: str) -> None:
    await topic_admin.create(KafkaSettings(kafka_bootstrap=stack.kafka))
    await services()["municipality-gateway"].migrate(database)
    env = settings(stack, database, LA_PUBLIC_URL_INTAKE="http://127.0.0.1:8001")
    async with running(env, "municipality-gateway") as gateway:
        await until(gateway.ready)

        async def read(**wanted: float) -> Samples | None:
            found = await scrape(gateway)
            of = {name: value(found, "collected", service="municipality-gateway", of=name) for name in wanted}
            return found if of == wanted else None

        found = await until(lambda: read(kafka=1, database=1, figures=1))
        # How much there is of it is the other tests' doing, on the same Kafka.
        assert value(found, "lag_events", service="municipality-gateway", topic="intake.v1") is not None
        assert value(found, "works", service="municipality-gateway", part="consumer") == 1
        assert value(found, "referrals_waiting", kommune="0561", what="silent") is not None
        await asyncio.to_thread(stack.stop_kafka)
        try:
            found = await until(lambda: read(kafka=0, database=1, figures=1))
            assert not [name for name, _ in found if name == "lederalliancen_lag_events"]
            assert value(found, "outbox_rows", service="municipality-gateway") is not None
            await asyncio.to_thread(stack.stop_postgres)
            found = await until(lambda: read(kafka=0, database=0, figures=0))
            gone = ("lag_events", "outbox_rows", "outbox_age_seconds", "dead_letters_open", "referrals_waiting")
            assert not {name.removeprefix("lederalliancen_") for name, _ in found} & set(gone)
        finally:
            await asyncio.to_thread(stack.start_postgres)
            await asyncio.to_thread(stack.start_kafka)
        assert await until(lambda: read(kafka=1, database=1, figures=1))
