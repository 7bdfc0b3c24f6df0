"""Who may do what in Kafka: a user for each service and each kommune, from the declarations of the topics. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from shared.catalogue.kommuner import KOMMUNER, TEST_KOMMUNE
from shared.events.topics import BY_NAME, SERVICES, kommune_of

KIB, MIB = 1 << 10, 1 << 20
Resource = Literal["topic", "group"]
Operation = Literal["read", "write"]


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """On the topic of that name, or on each group whose name begins so. Describing it is part of either."""

    resource: Resource
    name: str
    operation: Operation

    def __str__(self) -> str:
        return f"{self.operation} {self.resource} {self.name}{'*' if self.resource == 'group' else ''}"


@dataclass(frozen=True, slots=True)
class Client:
    """A service or a kommune as Kafka knows it. The quotas are bytes a second, of all its connections to a broker."""

    name: str
    user: str
    group: str
    rights: frozenset[Right]
    writes: int
    reads: int

    @property
    def of_group(self) -> Right:
        """The one right that nobody else has: whoever has it is this client, under whatever principal."""
        return Right("group", self.group, "read")


@cache
def clients() -> dict[str, Client]:
    """By name of the service or code of the kommune."""
    services = [_client(name, f"la-{name}", f"{name}.", 16 * MIB, 64 * MIB) for name in SERVICES]
    # A full reply each second, and 90 days of a large kommune's referrals within a minute.
    kommuner = [_client(code, f"k-{code}", f"k.{code}.", 256 * KIB, MIB) for code in sorted({*KOMMUNER, TEST_KOMMUNE})]
    return {client.name: client for client in (*services, *kommuner)}


def _client(name: str, user: str, group: str, writes: int, reads: int) -> Client:
    rights = {Right("group", group, "read")}
    for topic_name, topic in BY_NAME.items():
        of = kommune_of(topic_name)
        speaker = of if topic.producer == "kommune" else topic.producer
        hearers = {of if consumer == "kommune" else consumer for consumer in topic.consumers}
        if name in (speaker, topic.passed_on_by):
            rights.add(Right("topic", topic_name, "write"))
        # After a restore, a service looks at how far its own topics go.
        if name in hearers or (speaker == name and name in SERVICES):
            rights.add(Right("topic", topic_name, "read"))
    return Client(name, user, group, frozenset(rights), writes, reads)


def may(rights: Iterable[Right], operation: Operation, resource: Resource, name: str) -> bool:
    """As Kafka judges it: a topic by its name, a group by how its name begins."""
    return any(
        right.operation == operation
        and right.resource == resource
        and (name.startswith(right.name) if resource == "group" else name == right.name)
        for right in rights
    )
