"""Users of Kafka, as rights.py declares them: made, given another password, taken away. By Kafka's administrator.

A user is one of ours by name, with a password (SCRAM), or the subject of a certificate. Each thing that is done is one
row of a table; what is there already is left alone, so that everything can be repeated.
"""

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from shared.events import quotas
from shared.events.administration import ANSWERS_WITHIN, asked
from shared.events.rights import KIB, Client, Right, clients
from shared.events.topics import BY_NAME, SERVICES
from shared.kafka import Admin, Futures
from shared.settings import KafkaSettings

ITERATIONS = 4096  # Kafka's least: a password of 256 random bits needs no more
T = TypeVar("T")
NO: Any = None
ANY = AclBindingFilter(ResourceType.ANY, NO, ResourcePatternType.ANY, NO, NO, AclOperation.ANY, AclPermissionType.ANY)
Acl = Any  # an AclBinding, whose own types leave open what its fields are
Acls = set[Acl]


@dataclass
class Done:
    """What was done, thing by thing. `password` is told this once."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    password: str | None = None


async def provision(settings: KafkaSettings, client: Client, subject: str | None = None) -> Done:
    """Let it in with what it may do and no more. The password comes last: before, nobody gets in."""
    principal = f"User:{subject or client.user}"
    done = Done(await administrators(settings, lambda admin: give(admin, client, principal, strict=subject is None)))
    limits = {"producer_byte_rate": client.writes, "consumer_byte_rate": client.reads}
    as_declared = await quotas.of_user(settings, principal.removeprefix("User:")) == limits
    if not as_declared:
        await quotas.change(settings, principal.removeprefix("User:"), limits)
    said = f"at most {client.writes // KIB} KiB/s to write, {client.reads // KIB} KiB/s to read"
    done.rows.append((said, "was set" if as_declared else "set"))
    if subject:
        done.rows.append((f"certificate {subject}", "may log in, where Kafka trusts its authority"))
    elif await administrators(settings, lambda admin: _mechanisms(admin, client.user)):
        done.rows.append((f"password of {client.user}", "was there: rotate gives a new one"))
    else:
        done.password = await administrators(settings, lambda admin: _new_password(admin, client.user))
        done.rows.append((f"password of {client.user}", "made"))
    return done


async def rotate(settings: KafkaSettings, client: Client) -> str | None:
    """Another password: whoever logs in from now on needs it. None where it has none."""
    if not await administrators(settings, lambda admin: _mechanisms(admin, client.user)):
        return None
    return await administrators(settings, lambda admin: _new_password(admin, client.user))


async def revoke(settings: KafkaSettings, client: Client, subject: str | None = None) -> Done:
    """Take away the rights at once, then the password; of one certificate, or of all under which it comes."""
    own = f"User:{client.user}"
    there = await administrators(settings, _acls)
    principals = (
        {f"User:{subject}"} if subject else {own} | {a.principal for a in there if _right(a) == client.of_group}
    )
    done = Done()
    for principal in sorted(principals):
        held = {acl for acl in there if acl.principal == principal}
        gone = {acl for acl in held if principal == own or _right(acl) in client.rights}
        # By its group it is found again, if this is broken off.
        last = {acl for acl in gone if _right(acl) == client.of_group}
        await administrators(settings, partial(_delete, gone - last))
        await administrators(settings, partial(_delete, last))
        name = principal.removeprefix("User:")
        done.rows.append((f"rights of {name}", f"{len(gone)} taken away" if gone else "had none"))
        if held == gone and (limits := await quotas.of_user(settings, name)):
            await quotas.change(settings, name, dict.fromkeys(limits))
    if not subject:
        mechanisms = await administrators(settings, lambda admin: _mechanisms(admin, client.user))
        await administrators(settings, lambda admin: _forget_password(admin, client.user, mechanisms))
        done.rows.append((f"password of {client.user}", "taken away" if mechanisms else "had none"))
    return done


async def deviating(settings: KafkaSettings) -> list[tuple[str, str]]:
    """Who may other things in Kafka than is declared, and what. Kommuner that never came are missed by nobody."""
    there = await administrators(settings, _acls)
    found = []
    for principal in sorted({acl.principal for acl in there} | {f"User:{clients()[name].user}" for name in SERVICES}):
        held = {acl for acl in there if acl.principal == principal}
        of = [c for c in clients().values() if f"User:{c.user}" == principal or c.of_group in map(_right, held)]
        declared = {_acl(principal, right) for client in of for right in client.rights}
        found += [(principal, f"may, undeclared: {_said(acl)}") for acl in sorted(held - declared)]
        found += [(principal, f"may not, though declared: {_said(acl)}") for acl in sorted(declared - held)]
    return found


def give(admin: Admin, client: Client, principal: str, *, strict: bool) -> list[tuple[str, str]]:
    """`strict`: nobody else gives this principal rights; a supplier's certificate may serve several kommuner."""
    there = {acl for acl in _acls(admin) if acl.principal == principal}
    wanted = {_acl(principal, right): _row(client, right) for right in client.rights}
    missing, stray = wanted.keys() - there, there - wanted.keys() if strict else set()
    if missing:
        admin.all(admin.client.create_acls(sorted(missing), request_timeout=ANSWERS_WITHIN), ANSWERS_WITHIN)
    _delete(stray, admin)
    given, of = Counter(wanted[acl] for acl in missing), Counter(wanted.values())
    rows = [(row, _given(given[row], of[row])) for row in sorted(of)]
    return rows + [(_said(acl), "taken away: not declared") for acl in sorted(stray)]


def _given(new: int, of: int) -> str:
    return "was there" if not new else "given" if of == 1 else f"given on {new} of {of}"


def _row(client: Client, right: Right) -> str:
    """A service reads or writes the topics of all kommuner in one row."""
    if client.name in SERVICES and right.resource == "topic":
        return f"{right.operation} topic {BY_NAME[right.name].name}"
    return str(right)


def administrators(settings: KafkaSettings, work: Callable[[Admin], T]) -> Awaitable[T]:
    """What only an administrator may do. Raises OSError, one line, for anybody else, and where nobody is asked.

    Taking away nothing shows which: librdkafka 2.16 lists no ACLs where it is refused, and for users it crashes.
    """

    def checked(admin: Admin) -> T:
        _delete([_acl("User:", Right("topic", "nothing", "read"))], admin)
        return work(admin)

    return asked(settings, checked)


def _acls(admin: Admin) -> Acls:
    return set(admin.result(admin.client.describe_acls(ANY, request_timeout=ANSWERS_WITHIN), ANSWERS_WITHIN))


def _delete(acls: Iterable[Acl], admin: Admin) -> None:
    exactly = [
        AclBindingFilter(
            acl.restype,
            acl.name,
            acl.resource_pattern_type,
            acl.principal,
            acl.host,
            acl.operation,
            acl.permission_type,
        )
        for acl in acls
    ]
    if exactly:
        futures = cast("Futures", admin.client.delete_acls(exactly, request_timeout=ANSWERS_WITHIN))
        admin.all(futures, ANSWERS_WITHIN)


def _acl(principal: str, right: Right) -> Acl:
    return AclBinding(
        ResourceType[right.resource.upper()],
        right.name,
        ResourcePatternType.PREFIXED if right.resource == "group" else ResourcePatternType.LITERAL,
        principal,
        "*",
        AclOperation[right.operation.upper()],
        AclPermissionType.ALLOW,
    )


def _right(acl: Acl) -> Right | None:
    """None where it is of a kind that is never declared."""
    resource, operation = acl.restype.name.lower(), acl.operation.name.lower()
    if resource not in ("topic", "group") or operation not in ("read", "write"):
        return None
    right = Right(resource, acl.name, operation)
    return right if _acl(acl.principal, right) == acl else None


def _said(acl: Acl) -> str:
    host = "" if acl.host == "*" else f" from {acl.host}"
    allow = "" if acl.permission_type == AclPermissionType.ALLOW else f" ({acl.permission_type.name.lower()})"
    prefixed = "*" if acl.resource_pattern_type == ResourcePatternType.PREFIXED else ""
    return f"{acl.operation.name.lower()} {acl.restype.name.lower()} {acl.name}{prefixed}{host}{allow}"


def _mechanisms(admin: Admin, user: str) -> list[ScramMechanism]:
    """Those by which it can log in with a password."""
    futures = cast("Futures", admin.client.describe_user_scram_credentials([user], request_timeout=ANSWERS_WITHIN))
    described = admin.all(futures, ANSWERS_WITHIN, unless="RESOURCE_NOT_FOUND")[user]
    return [info.mechanism for info in described.scram_credential_infos] if described else []


def _new_password(admin: Admin, user: str) -> str:
    password = secrets.token_urlsafe(32)
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
    _alter(admin, UserScramCredentialUpsertion(user, info, password.encode()))
    return password


def _forget_password(admin: Admin, user: str, mechanisms: Iterable[ScramMechanism]) -> None:
    for mechanism in mechanisms:
        _alter(admin, UserScramCredentialDeletion(user, mechanism))


def _alter(admin: Admin, change: UserScramCredentialAlteration) -> None:
    admin.all(admin.client.alter_user_scram_credentials([change], request_timeout=ANSWERS_WITHIN), ANSWERS_WITHIN)
