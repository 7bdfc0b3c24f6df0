"""What a service is told by its surroundings: environment variables with the prefix LA_, or files of the same names.

A wrong or missing setting stops the start with one line that names it; secret values are never part of that line.
"""

import base64
import binascii
import os
import re
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from email.utils import formataddr, parseaddr
from pathlib import Path
from ssl import SSLContext, create_default_context
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FilePath,
    IPvAnyNetwork,
    SecretBytes,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from shared.identifiers import is_phone, phone_in_words

KEY_BYTES = 32
SECRETS = Path("/run/secrets")
"""Where containers find their secrets: a file `la_database_url` holds what LA_DATABASE_URL would, which goes before."""


def _decoded(value: object) -> object:
    """Base64 text of exactly 32 bytes; bytes are taken as they are."""
    try:
        key = base64.b64decode(value, validate=True) if isinstance(value, str) else value
    except binascii.Error:
        key = b""
    if isinstance(key, bytes) and len(key) != KEY_BYTES:
        raise PydanticCustomError("setting", "must be 32 bytes in base64")
    return key


def _phone(value: str) -> str:
    """As it is written in Denmark."""
    if not is_phone(value):
        raise PydanticCustomError("setting", "must be a phone number")
    return phone_in_words(value)


def _sender(value: str) -> str:
    """A name and an address, or an address alone; nothing that could end a header."""
    name, address = parseaddr(value)
    if not value.isprintable() or not re.fullmatch(r"[^@\s<>,;:\"]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+", address):
        raise PydanticCustomError("setting", "must be an address, or a name and an address in < >")
    return formataddr((name, address), charset="utf-8") if name.isascii() else f"{name} <{address}>"


def _terminal_or_machine() -> Literal["json", "console"]:
    return "console" if sys.stderr.isatty() else "json"


def _listed(value: object) -> object:
    """Comma-separated text as its parts; the rest is taken as it is."""
    return tuple(part.strip().lower() for part in value.split(",")) if isinstance(value, str) else value


Url = Annotated[str, Field(pattern=r"^https?://\S+$")]
Host = Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$")]


class _Told(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="LA_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_file_is_unset(cls, told: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in told.items() if value != ""}


class KafkaSettings(_Told):
    """How to reach Kafka."""

    kafka_bootstrap: str = Field(pattern=r"^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$", examples=["127.0.0.1:19092"])
    security_protocol: Literal["PLAINTEXT", "SASL_PLAINTEXT", "SASL_SSL", "SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    sasl_username: str | None = Field(None, examples=["intake"])
    sasl_password: SecretStr | None = Field(None, examples=["(the user's password)"])
    ssl_cafile: FilePath | None = Field(None, examples=["/etc/kafka/ca.pem"])
    # What we show Kafka: a certificate with those that lead to its authority, and its key; both may lie in one file.
    ssl_certfile: FilePath | None = Field(None, examples=["/etc/kafka/intake.pem"])
    ssl_keyfile: FilePath | None = Field(None, examples=["/etc/kafka/intake.key"])
    retention_days: int = Field(2_190, ge=1)

    @model_validator(mode="after")
    def _has_credentials(self) -> Self:
        if self.security_protocol.startswith("SASL"):
            for name in ("sasl_username", "sasl_password"):
                if getattr(self, name) is None:
                    raise _wrong(name, f"is missing: LA_SECURITY_PROTOCOL={self.security_protocol} needs it")
        return self

    @model_validator(mode="after")
    def _has_certificates(self) -> Self:
        for name, other in (("ssl_certfile", "ssl_keyfile"), ("ssl_keyfile", "ssl_certfile")):
            if getattr(self, name) is None and getattr(self, other) is not None:
                raise _wrong(name, f"is missing: LA_{other.upper()} needs it")
        if self.security_protocol.endswith("SSL"):
            self.ssl_context()
        return self

    @model_validator(mode="after")
    def _uses_what_it_has(self) -> Self:
        """Whoever gave a password or a certificate does not mean to speak in the clear, or as nobody."""
        for name, part in (("sasl_username", "SASL"), ("ssl_cafile", "SSL"), ("ssl_certfile", "SSL")):
            if getattr(self, name) is not None and part not in self.security_protocol:
                raise _wrong(name, f"is not used with LA_SECURITY_PROTOCOL={self.security_protocol}")
        return self

    def ssl_context(self) -> SSLContext:
        """Whom we trust, and who we are. The system's authorities without LA_SSL_CAFILE."""
        try:
            context = create_default_context(cafile=self.ssl_cafile)
        except OSError:
            raise _wrong("ssl_cafile", "holds no certificates that can be read") from None
        if self.ssl_certfile:
            try:
                context.load_cert_chain(
                    self.ssl_certfile, self.ssl_keyfile, password=""
                )  # never asked for at a terminal
            except OSError:
                raise _wrong(
                    "ssl_certfile", "and LA_SSL_KEYFILE are no certificate and its key without a password"
                ) from None
        return context


class DatabaseSettings(_Told):
    """How to reach PostgreSQL. A secret as a whole: the password is part of it."""

    database_url: SecretStr = Field(examples=["postgresql://la_intake:PASSWORD@127.0.0.1:5432/lederalliancen"])

    @model_validator(mode="after")
    def _is_postgres(self) -> Self:
        if not self.database_url.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise _wrong("database_url", "must begin with postgresql://")
        return self


class OwnSettings(_Told):
    """What a service's decisions need, each only some services; which, a service declares (`Service.needs`)."""

    # Wraps the people's own keys; lives outside the database.
    master_key: Annotated[SecretBytes, BeforeValidator(_decoded)] | None = Field(
        None, examples=["(the output of: openssl rand -base64 32)"]
    )
    # While the master key is changed: the one before, which still opens and finds.
    old_master_key: Annotated[SecretBytes, BeforeValidator(_decoded)] | None = Field(
        None, examples=["(the LA_MASTER_KEY until now)"]
    )
    public_url_intake: Url | None = Field(None, examples=["https://intake.example.dk"])
    # Where leaders can ring; unset, no sentence names a number.
    alliance_phone: Annotated[str, AfterValidator(_phone)] | None = Field(None, examples=["+45 20 12 34 56"])

    # How mail goes out: smtps://user:password@host, or smtp:// with STARTTLS (but on the machine itself).
    smtp_url: SecretStr | None = Field(None, examples=["smtps://user:PASSWORD@smtp.example.dk"])
    mail_from: Annotated[str, AfterValidator(_sender)] | None = Field(
        None, examples=["Lederalliancen <svar@lederalliancen.dk>"]
    )
    # Where people find our pages; links in mails lead there.
    public_url: Annotated[Url, AfterValidator(lambda url: url.rstrip("/"))] | None = Field(
        None, examples=["https://lederalliancen.dk"]
    )

    @model_validator(mode="after")
    def _can_send(self) -> Self:
        if self.smtp_url is None:
            return self
        if not re.fullmatch(r"smtps?://([^@/\s]+@)?[^@/\s]+/?", self.smtp_url.get_secret_value()):
            raise _wrong("smtp_url", "must look like smtp://host or smtps://user:password@host:465")
        for name in ("mail_from", "public_url"):
            if getattr(self, name) is None:
                raise _wrong(name, "is missing: LA_SMTP_URL needs it")
        return self

    @model_validator(mode="after")
    def _is_another_key(self) -> Self:
        if self.old_master_key and self.old_master_key == self.master_key:
            raise _wrong("old_master_key", "is the same as LA_MASTER_KEY: nothing would be changed")
        return self


class OperatorSettings(DatabaseSettings, OwnSettings):
    """What the operators' command needs to decide in a service's place (redrive, skip, erase)."""


class Settings(KafkaSettings, OperatorSettings):
    """One for all five services; what is None has a default of the service's own, or is not needed by it."""

    session_timeout_ms: int = Field(12_000, ge=6_000, le=1_800_000)
    batch_max: int = Field(500, ge=1, le=2_000)
    park_deadline_seconds: int = Field(3_600, ge=1)

    http_host: str = "127.0.0.1"
    http_port: int | None = Field(None, ge=1, le=65_535, examples=[8001])
    hosts: Annotated[tuple[Host, ...], NoDecode, BeforeValidator(_listed)] = Field((), examples=["intake.example.dk"])
    proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_listed)] = Field(
        ("127.0.0.1/32", "::1/128"), validate_default=True, examples=["10.0.0.5,10.1.0.0/16"]
    )
    requests_per_address: int = Field(600, ge=1)
    requests_per_principal: int = Field(1_200, ge=1)
    metrics_token: SecretStr | None = Field(None, min_length=32, examples=["(the output of: openssl rand -base64 48)"])
    oidc_issuer: Url | None = Field(None, examples=["https://login.example.dk/realms/lederalliancen"])
    oidc_audience: str | None = Field(None, examples=["lederalliancen"])
    # How consultants and operators must have logged in: the issuer's name for two factors.
    oidc_acr: str | None = Field(None, examples=["https://data.gov.dk/concept/core/nsis/Substantial"])
    # Pages: who logs in there.
    oidc_client: str | None = Field(None, examples=["lederalliancen-pages"])
    oidc_client_secret: SecretStr | None = Field(None, examples=["(what the issuer gave the client)"])
    # Seals the sessions of all five services; while it is changed, the one before opens them still.
    session_key: Annotated[SecretBytes, BeforeValidator(_decoded)] | None = Field(
        None, examples=["(the output of: openssl rand -base64 32)"]
    )
    old_session_key: Annotated[SecretBytes, BeforeValidator(_decoded)] | None = Field(
        None, examples=["(the LA_SESSION_KEY until now)"]
    )
    # Signs tokens of local runs, instead of an issuer.
    token_key: SecretStr | None = Field(None, examples=["(the output of: openssl rand -base64 48)"])

    # Where they go is said by the variables of OpenTelemetry, OTEL_EXPORTER_OTLP_ENDPOINT and the others.
    traces: bool = False

    clock_file: FilePath | None = Field(None, examples=["/run/lederalliancen/clock"])
    log_format: Literal["json", "console"] = Field(default_factory=_terminal_or_machine)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if (self.oidc_issuer is None) == (self.token_key is None):
            raise _wrong("oidc_issuer", "is who signs tokens: set either LA_OIDC_ISSUER or LA_TOKEN_KEY, and not both")
        if self.oidc_issuer and not self.oidc_audience:
            raise _wrong("oidc_audience", "is missing: LA_OIDC_ISSUER needs it")
        if any(network.prefixlen == 0 for network in self.proxies):
            raise _wrong("proxies", "are the addresses of your own proxies: from everybody, a header would be believed")
        if self.oidc_issuer and not self.oidc_issuer.startswith("https://") and not _is_here(self.oidc_issuer):
            raise _wrong("oidc_issuer", "must begin with https://: whoever is on the way could sign tokens")
        if self.old_session_key and self.old_session_key == self.session_key:
            raise _wrong("old_session_key", "is the same as LA_SESSION_KEY: nothing would be changed")
        if self.public_url and not self.public_url.startswith("https://") and not _is_here(self.public_url):
            raise _wrong("public_url", "must begin with https://: no browser would keep a session")
        if self.oidc_issuer and self.clock_file:
            raise _wrong("clock_file", "moves the calendar of local runs: leave it out beside LA_OIDC_ISSUER")
        if self.token_key and len(self.token_key.get_secret_value().encode()) < KEY_BYTES:
            raise _wrong("token_key", "must be at least 32 bytes")
        return self


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")


def _wrong(name: str, why: str) -> PydanticCustomError:
    # The value goes in by ctx: a template would read braces in it as its own.
    return PydanticCustomError("setting", "{why}", {"name": name, "why": why})


def require(config: BaseSettings, *names: str) -> None:
    """Exits with code 2 and one line on stderr where a setting that this service needs is missing."""
    for name in names:
        if getattr(config, name) is None:
            example = (type(config).model_fields[name].examples or [""])[0]
            print(
                f"LA_{name.upper()} is missing: this service needs it; example: LA_{name.upper()}={example}",
                file=sys.stderr,
            )
            raise SystemExit(2)


S = TypeVar("S", bound=BaseSettings)


def load(kind: type[S]) -> S:
    """The settings of this process; exits with code 2 and one line on stderr where they cannot be used."""
    if stray := _unknown(os.environ):
        print(stray, file=sys.stderr)
        raise SystemExit(2)
    try:
        return kind(_secrets_dir=SECRETS if SECRETS.is_dir() else None)
    except ValidationError as error:
        print(_line(kind, error), file=sys.stderr)
    except SettingsError as error:  # names the setting; the reason's own words could quote the file
        print(f"{SECRETS}: {error}: {type(error.__cause__).__name__}", file=sys.stderr)
    raise SystemExit(2)


# Read by others of ours, or by compose.
_OTHERS = frozenset({"LA_BUILD", "LA_BROWSER", "LA_DEMO_PORT", "LA_KAFKA_PORT", "LA_SCREENS", "LA_SITE", "LA_VERSION"})


def _unknown(told: Iterable[str]) -> str | None:
    """A setting that nobody reads is one that somebody believes in."""
    known = {f"LA_{name.upper()}" for name in Settings.model_fields} | _OTHERS
    for name in sorted(told):
        if name.startswith("LA_") and name not in known:
            meant = get_close_matches(name, known, 1)
            return f"{name} is no setting" + (f"; did you mean {meant[0]}?" if meant else "")
    return None


def _line(kind: type[BaseSettings], error: ValidationError) -> str:
    first, *others = [_named(e) for e in error.errors(include_input=False, include_url=False)]
    name, why = first
    examples = kind.model_fields[name].examples or [kind.model_fields[name].default]
    also = ", ".join(f"LA_{other.upper()}" for other, _ in others)
    return f"LA_{name.upper()} {why}; example: LA_{name.upper()}={examples[0]}" + (
        f" (wrong too: {also})" if also else ""
    )


def _named(error: Any) -> tuple[str, str]:
    name = str(error["loc"][0] if error["loc"] else error["ctx"]["name"])
    why = {"missing": "is missing"}.get(error["type"], error["msg"])
    return name, why[0].lower() + why[1:]
