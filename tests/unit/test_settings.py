"""Settings from the environment, and the log that they choose."""

import asyncio
import base64
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from ssl import CERT_REQUIRED

import asyncpg
import pytest
import structlog
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import BaseModel, ValidationError

from shared import log, settings
from shared.kafka import admin_options, client_options, security
from shared.mail.relay import server_of
from shared.service import services
from shared.settings import OwnSettings, Settings, load
from shared.spine.work import NOWHERE
from tests.secured import Authority

CANARY = "kanariefugl-7f3a91"
ENOUGH = {
    "LA_KAFKA_BOOTSTRAP": "127.0.0.1:19092",
    "LA_DATABASE_URL": "postgresql://intake@127.0.0.1/test",
    "LA_TOKEN_KEY": "k" * 32,
}

Environment = Callable[..., None]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Environment:
    for name in [name for name in os.environ if name.upper().startswith("LA_")]:
        monkeypatch.delenv(name)

    def put(**changed: str | None) -> None:
        for name, value in (ENOUGH | changed).items():
            if value is not None:
                monkeypatch.setenv(name, value)

    return put


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stopped:
        load(Settings)
    out, err = capsys.readouterr()
    assert (stopped.value.code, out, err.count("\n")) == (2, "", 1)
    return err


def test_three_settings_are_enough(environment: Environment) -> None:
    environment()
    settings = load(Settings)
    assert settings.kafka_bootstrap == "127.0.0.1:19092"
    assert settings.database_url.get_secret_value() == ENOUGH["LA_DATABASE_URL"]
    assert (settings.session_timeout_ms, settings.batch_max, settings.retention_days) == (12_000, 500, 2_190)


@pytest.mark.parametrize("name", ["LA_KAFKA_BOOTSTRAP", "LA_DATABASE_URL"])
def test_a_missing_setting_stops_the_start_with_its_name_and_an_example(
    name: str, environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(**{name: None})
    line = refusal(capsys)
    assert line.startswith(f"{name} is missing; example: {name}=")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("LA_BATCH_MAX", "5000", "less than or equal to 2000"),
        ("LA_SESSION_TIMEOUT_MS", "5999", "greater than or equal to 6000"),
        ("LA_HTTP_PORT", "all", "valid integer"),
        ("LA_LOG_FORMAT", "xml", "'json' or 'console'"),
        ("LA_KAFKA_BOOTSTRAP", "127.0.0.1", "pattern"),
        ("LA_DATABASE_URL", "mysql://x", "postgresql://"),
        ("LA_OIDC_ISSUER", "https://login.example.dk", "not both"),
        ("LA_SASL_MECHANISM", "GSSAPI", "SCRAM-SHA-512"),
        ("LA_HOSTS", "https://intake.example.dk", "pattern"),
        ("LA_PROXIES", "*", "IPv4 or IPv6 network"),
        ("LA_PROXIES", "10.0.0.5,0.0.0.0/0", "from everybody"),
        ("LA_REQUESTS_PER_ADDRESS", "0", "greater than or equal to 1"),
        ("LA_METRICS_TOKEN", "kort", "at least 32"),
        ("LA_TOKEN_KEY", "kort", "at least 32 bytes"),
        ("LA_MASTER_KEY", "a29ydA==", "32 bytes in base64"),
        ("LA_SMTP_URL", "smtp.example.dk", "must look like smtp://host"),
        ("LA_SMTP_URL", "smtps://smtp.example.dk", "LA_MAIL_FROM is missing: LA_SMTP_URL needs it"),
        ("LA_MAIL_FROM", "svar", "must be an address"),
        ("LA_PUBLIC_URL", "lederalliancen.dk", "pattern"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_wrong(
    name: str, value: str, why: str, environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(**{name: value})
    line = refusal(capsys)
    assert line.startswith((f"{name} ", why))
    assert why in line
    assert f"example: {line.split()[0]}=" in line


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"LA_TOKEN_KEY": None}, "LA_OIDC_ISSUER"),
        ({"LA_TOKEN_KEY": None, "LA_OIDC_ISSUER": "https://login.example.dk"}, "LA_OIDC_AUDIENCE"),
        ({"LA_SECURITY_PROTOCOL": "SASL_SSL"}, "LA_SASL_USERNAME"),
        ({"LA_SECURITY_PROTOCOL": "SASL_SSL", "LA_SASL_USERNAME": "intake"}, "LA_SASL_PASSWORD"),
    ],
)
def test_settings_that_need_each_other_are_asked_for(
    changed: dict[str, str | None], name: str, environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(**changed)
    assert refusal(capsys).startswith(f"{name} is ")


ISSUER = {"LA_TOKEN_KEY": None, "LA_OIDC_ISSUER": "https://login.example.dk", "LA_OIDC_AUDIENCE": "lederalliancen"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"LA_CLOCK_FILE": __file__}, "LA_CLOCK_FILE moves the calendar of local runs"),
        ({"LA_OIDC_ISSUER": "http://login.example.dk"}, "LA_OIDC_ISSUER must begin with https://"),
        ({"LA_OIDC_ISSUER": "http://127.0.0.1.example.dk"}, "LA_OIDC_ISSUER must begin with https://"),
    ],
)
def test_a_setting_that_does_not_fit_another_is_named(
    changed: dict[str, str | None], said: str, environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(**ISSUER)
    load(Settings)
    environment(**(ISSUER | changed))
    assert refusal(capsys).startswith(said)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """File by what it is; `other` is another certificate with its key, `sealed` a key that wants a password."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder)
    found = {"ca": authority.file, "own": authority.issue("own"), "other": authority.issue("other")}
    found["sealed"] = folder / "sealed"
    key = load_pem_private_key(found["own"].read_bytes(), None)
    found["sealed"].write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(CANARY.encode()))
    )
    return {name: str(file) for name, file in found.items()}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"CAFILE": "ca", "CERTFILE": "own", "KEYFILE": "own"}, None),
        ({"CERTFILE": "own"}, "LA_SSL_KEYFILE is missing: LA_SSL_CERTFILE needs it"),
        ({"KEYFILE": "own"}, "LA_SSL_CERTFILE is missing: LA_SSL_KEYFILE needs it"),
        ({"CERTFILE": "own", "KEYFILE": "other"}, "LA_SSL_CERTFILE and LA_SSL_KEYFILE are no certificate and its key"),
        ({"CERTFILE": "own", "KEYFILE": "sealed"}, "LA_SSL_CERTFILE and LA_SSL_KEYFILE are no certificate and its key"),
        ({"CAFILE": "sealed"}, "LA_SSL_CAFILE holds no certificates"),
        ({"CAFILE": "nowhere"}, "LA_SSL_CAFILE path does not point to a file"),
    ],
)
def test_certificates_are_looked_at_before_the_start_and_no_password_is_asked_for(
    given: dict[str, str],
    said: str | None,
    certificates: dict[str, str],
    environment: Environment,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files: dict[str, str | None] = {f"LA_SSL_{name}": certificates.get(what, what) for name, what in given.items()}
    environment(**files, LA_SECURITY_PROTOCOL="SSL")
    if said is None:
        settings = load(Settings)
        assert security(settings) is not None
        assert client_options(settings)["ssl_context"].verify_mode == CERT_REQUIRED
        assert admin_options(settings)["ssl.key.location"] == certificates["own"]
    else:
        assert refusal(capsys).startswith(said)


@pytest.mark.parametrize("name", ["LA_SASL_USERNAME", "LA_SSL_CAFILE"])
def test_whoever_gave_a_login_or_an_authority_is_not_connected_without_it(
    name: str, environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(**{name: __file__})
    assert refusal(capsys).startswith(f"{name} is not used with LA_SECURITY_PROTOCOL=PLAINTEXT")


def test_several_wrong_settings_still_make_one_line(
    environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(LA_DATABASE_URL=None, LA_BATCH_MAX="0")
    line = refusal(capsys)
    assert "LA_DATABASE_URL" in line
    assert "LA_BATCH_MAX" in line


def test_lists_are_written_with_commas(environment: Environment) -> None:
    environment(LA_HOSTS="Intake.example.dk, [::1]", LA_PROXIES="10.0.0.5,2001:db8::/32")
    assert load(Settings).hosts == ("intake.example.dk", "[::1]")
    assert [str(network) for network in load(Settings).proxies] == ["10.0.0.5/32", "2001:db8::/32"]


@pytest.mark.parametrize("name", ["LA_TOKEN_KEY", "LA_MASTER_KEY", "LA_DATABASE_URL", "LA_METRICS_TOKEN"])
def test_a_wrong_secret_is_never_printed(
    name: str, environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(**{name: CANARY})
    line = refusal(capsys)
    assert line.startswith(name)
    assert CANARY not in line


def test_secrets_do_not_show_in_the_settings_themselves(environment: Environment) -> None:
    environment(
        LA_TOKEN_KEY=CANARY * 2,
        LA_DATABASE_URL=f"postgresql://intake:{CANARY}@127.0.0.1/test",
        LA_SASL_PASSWORD=CANARY,
        LA_METRICS_TOKEN=CANARY * 2,
        LA_MASTER_KEY=base64.b64encode(CANARY.encode().ljust(32)).decode(),
    )
    settings = load(Settings)
    assert settings.master_key is not None
    assert settings.master_key.get_secret_value() == CANARY.encode().ljust(32)
    assert CANARY not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


def test_an_empty_variable_counts_as_not_set(environment: Environment) -> None:
    environment(LA_CLOCK_FILE="", LA_HTTP_PORT="")
    assert (load(Settings).clock_file, load(Settings).http_port) == (None, None)


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(settings, "SECRETS", tmp_path)
    return tmp_path


def test_a_secret_may_lie_in_a_file_and_a_variable_goes_before(environment: Environment, secrets: Path) -> None:
    (secrets / "la_database_url").write_text("postgresql://la_intake:fra-fil@db/lederalliancen\n")
    (secrets / "la_token_key").write_text("f" * 32)
    (secrets / "la_smtp_url").write_text("\n")
    (secrets / "anybody-else-s").write_text("x")
    environment(LA_DATABASE_URL=None, LA_TOKEN_KEY="")
    found = load(Settings)
    assert found.database_url.get_secret_value() == "postgresql://la_intake:fra-fil@db/lederalliancen"
    assert found.token_key is not None
    assert (found.token_key.get_secret_value(), found.smtp_url) == ("f" * 32, None)
    environment()
    assert load(Settings).database_url.get_secret_value() == ENOUGH["LA_DATABASE_URL"]


def test_a_secret_is_found_where_kubernetes_lays_it(environment: Environment, secrets: Path) -> None:
    (secrets / "..2026").mkdir()
    (secrets / "..2026" / "la_token_key").write_text("f" * 32)
    (secrets / "..data").symlink_to("..2026")
    (secrets / "la_token_key").symlink_to("..data/la_token_key")
    environment(LA_TOKEN_KEY=None)
    assert load(Settings).token_key is not None


def test_a_wrong_secret_in_a_file_is_named_and_never_printed(
    environment: Environment, secrets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(LA_TOKEN_KEY=None)
    (secrets / "la_token_key").write_text(CANARY)
    line = refusal(capsys)
    assert line.startswith("LA_TOKEN_KEY must be at least 32 bytes")
    assert CANARY not in line


def test_a_secret_that_cannot_be_read_is_named_and_never_printed(
    environment: Environment, secrets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(LA_TOKEN_KEY=None)
    (secrets / "la_token_key").write_bytes(CANARY.encode() + b"\xff")
    line = refusal(capsys)
    assert line.startswith(f"{secrets}: ")
    assert "token_key" in line
    assert CANARY not in line


def test_settings_do_not_change_while_a_service_runs(environment: Environment) -> None:
    environment()
    with pytest.raises(ValidationError):
        load(Settings).batch_max = 1  # type: ignore[misc]


@pytest.fixture
def json_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Log as in a container; call it for what was written."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers.clear()
    log.setup("json", "info")
    yield written.getvalue
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = False
    structlog.reset_defaults()


class Leader(BaseModel):
    age: int


@dataclass
class Row:
    email: str


def by_pydantic() -> None:
    try:
        Leader.model_validate({"age": CANARY})
    except ValidationError:
        structlog.get_logger("t").exception("refused")


def by_asyncpg() -> None:
    error = asyncpg.UniqueViolationError(f"Key (email)=({CANARY}) already exists.")
    structlog.get_logger("t").error("not stored", exc_info=error)


def by_a_chain() -> None:
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as cause:
            raise RuntimeError(CANARY) from cause
    except RuntimeError:
        structlog.get_logger("t").exception("failed")


def by_a_value() -> None:
    structlog.get_logger("t").warning("retry", error=ValueError(CANARY), row=Row(CANARY), leader=Leader)


def by_a_library_s_argument() -> None:
    logging.getLogger("aiokafka.client").error("Unable to send: %s", ValueError(CANARY))


def by_a_library_s_traceback() -> None:
    error = ValueError(CANARY)
    logging.getLogger("faststream").error(f"ValueError: {error}", exc_info=error)


def by_asyncio() -> None:
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    future.set_exception(ValueError(CANARY))
    context = {"message": "Task exception was never retrieved", "exception": future.exception(), "future": future}
    loop.call_exception_handler(context)
    loop.close()


def by_uvicorn_s_access_log() -> None:
    logging.getLogger("uvicorn.access").info('"GET /leaders?name=%s HTTP/1.1" 200', CANARY)
    logging.getLogger("uvicorn.error").info("started")


@pytest.mark.parametrize(
    "leak",
    [
        by_pydantic,
        by_asyncpg,
        by_a_chain,
        by_a_value,
        by_a_library_s_argument,
        by_a_library_s_traceback,
        by_asyncio,
        by_uvicorn_s_access_log,
    ],
    ids=lambda leak: leak.__name__,
)
def test_what_an_exception_quotes_never_reaches_the_log(leak: Callable[[], None], json_log: Callable[[], str]) -> None:
    leak()
    written = json_log()
    assert [json.loads(line)["level"] for line in written.splitlines()]
    assert CANARY not in written


def test_an_exception_is_logged_by_class_code_and_place(json_log: Callable[[], str]) -> None:
    by_asyncpg()
    by_pydantic()
    by_a_chain()
    unique, refused, failed = map(json.loads, json_log().splitlines())
    assert (unique["error"], unique["code"]) == ("asyncpg.exceptions.UniqueViolationError", "23505")
    assert refused["code"] == ["int_parsing"]
    assert refused["at"][0].endswith("by_pydantic")
    assert (failed["error"], failed["cause"]) == ("RuntimeError", "ValueError")


def test_a_line_is_one_object_in_utc_whatever_is_put_into_it(json_log: Callable[[], str]) -> None:
    forged = '\n{"event": "all is well"}\r\u2028\x1b[31m"'
    structlog.get_logger("ours").info("one", field=forged)
    logging.getLogger("aiokafka").warning("two %s", forged)
    one, two = map(json.loads, json_log().removesuffix("\n").split("\n"))
    assert (one["field"], two["event"]) == (forged, f"two {forged}")
    assert one["timestamp"].endswith("Z")
    assert two["timestamp"].endswith("Z")


def test_every_line_carries_the_correlation_id_whoever_writes_it(json_log: Callable[[], str]) -> None:
    with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
        structlog.get_logger("ours").info("one")
        logging.getLogger("aiokafka").warning("two %s", 2)
    ours, theirs = map(json.loads, json_log().splitlines())
    assert (ours["event"], theirs["event"]) == ("one", "two 2")
    assert ours["correlation_id"] == theirs["correlation_id"] == "c-1"


def test_settings_given_in_code_are_checked_too() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(kafka_bootstrap="127.0.0.1:1", database_url=f"mysql://{CANARY}", token_key="k" * 32)
    assert CANARY not in str(refused.value)


def test_the_old_master_key_is_another_one(environment: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    """Where both are the same, nothing is changed, and whoever destroys the old one destroys both."""
    key, other = (base64.b64encode(byte * 32).decode() for byte in (b"m", b"n"))
    environment(LA_MASTER_KEY=key, LA_OLD_MASTER_KEY=other)
    assert load(Settings).old_master_key is not None
    environment(LA_MASTER_KEY=key, LA_OLD_MASTER_KEY=key)
    said = refusal(capsys)
    assert said.startswith("LA_OLD_MASTER_KEY is the same as LA_MASTER_KEY")
    assert key not in said


def test_the_alliances_phone_is_shown_as_danes_write_it_and_left_out_where_it_is_unset(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment()
    assert NOWHERE.call_us == ("I kan altid ringe.", "You can always call us.")
    for written in ("+4520123456", "20 12 34 56", "0045 20123456"):
        monkeypatch.setenv("LA_ALLIANCE_PHONE", written)
        public = services()["intake"].book(OwnSettings()).public
        assert public.call_us == ("I kan altid ringe på 20 12 34 56.", "You can always call us on 20 12 34 56.")
    monkeypatch.setenv("LA_ALLIANCE_PHONE", "call us")
    with pytest.raises(ValidationError):
        OwnSettings()


@pytest.mark.parametrize(
    ("url", "tls", "starttls", "port"),
    [
        ("smtps://smtp.example.dk", True, None, 465),
        ("smtp://smtp.example.dk", False, True, 587),
        ("smtp://smtp.example.dk:25", False, True, 25),
        ("smtp://127.0.0.1:2525", False, None, 2525),
        ("smtp://127.0.0.1.example.dk", False, True, 587),
    ],
)
def test_mail_leaves_the_machine_under_tls_alone(url: str, tls: bool, starttls: bool | None, port: int) -> None:
    server = server_of(url)
    assert (server.use_tls, server._start_tls_on_connect, server.port) == (tls, starttls, port)


def test_the_login_of_the_mail_server_may_hold_any_character_and_shows_nowhere(environment: Environment) -> None:
    url = f"smtps://svar%40example.dk:{CANARY}%2F@smtp.example.dk"
    environment(LA_SMTP_URL=url, LA_MAIL_FROM="Søren <svar@example.dk>", LA_PUBLIC_URL="https://example.dk/")
    found = load(Settings)
    assert (found.mail_from, found.public_url) == ("Søren <svar@example.dk>", "https://example.dk")
    assert CANARY not in repr(found)
    server = server_of(url)
    assert (server._login_username, server._login_password) == ("svar@example.dk", f"{CANARY}/")
