"""Every topic, declared once: who writes it, who reads it, its key, partitions, retention and size.

A topic of a kommune is a family: `k.{code}.referrals.v1` stands for one topic for each of the 98 and the test kommune.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from shared.catalogue.kommuner import KOMMUNER, TEST_KOMMUNE

YEARS_6, MIB = timedelta(days=2190), 1 << 20
SERVICES = ("intake", "municipality-gateway", "matching", "followup", "metrics")


@dataclass(frozen=True)
class Topic:
    """`name` may hold `{code}`; `key` says in words what the message key is; `retention` is Kafka's `retention.ms`."""

    name: str
    producer: str
    consumers: tuple[str, ...]
    key: str
    partitions: int
    retention: timedelta
    max_bytes: int = 2 * MIB
    compression: str = "uncompressed"
    """Kafka's `compression.type`: what comes compressed is unpacked by the broker, and judged by its real size."""
    timestamps: str = "CreateTime"
    """Kafka's `message.timestamp.type`: whose clock says when a message was written, the sender's or the broker's."""
    first_seen_starts: bool = False
    """Retention is short: the first version that a consumer sees of a subject counts as its start."""
    passed_on_by: str = ""
    """The service that writes it too, in its producer's name: what a kommune said to it over HTTP."""

    @property
    def versioned(self) -> bool:
        """Ours count versions per subject; what outsiders say is told apart by who said it, under which id."""
        return self.producer in SERVICES

    @property
    def family(self) -> str:
        """The name under which its figures are kept: `k.replies.v1` for all kommuner."""
        return self.name.replace("{code}.", "")

    def of(self, code: str) -> str:
        return self.name.replace("{code}", code)

    def names(self) -> Iterator[str]:
        if "{code}" not in self.name:
            yield self.name
        else:
            yield from (self.of(code) for code in (*KOMMUNER, TEST_KOMMUNE))


INTAKE = Topic("intake.v1", "intake", ("municipality-gateway", "matching", "followup", "metrics"), "id", 6, YEARS_6)
GATEWAY = Topic(
    "municipality-gateway.v1", "municipality-gateway", ("intake", "matching", "followup", "metrics"), "id", 6, YEARS_6
)
CANDIDATES = Topic(
    "municipality-gateway.candidates.v1",
    "municipality-gateway",
    ("matching", "followup"),
    "<kommune>.<candidate_id>",
    6,
    timedelta(days=30),
    first_seen_starts=True,
)
MATCHING = Topic("matching.v1", "matching", ("intake", "municipality-gateway", "followup", "metrics"), "id", 6, YEARS_6)
SUGGESTIONS = Topic(
    "matching.suggestions.v1", "matching", ("municipality-gateway",), "referral_id", 6, timedelta(days=30),
    first_seen_starts=True,
)  # fmt: skip
FOLLOWUP = Topic("followup.v1", "followup", ("intake", "municipality-gateway", "matching", "metrics"), "id", 6, YEARS_6)
REFERRALS = Topic(
    "k.{code}.referrals.v1", "municipality-gateway", ("kommune",), "referral_id", 1, timedelta(days=90), MIB // 4
)
REPLIES = Topic(
    "k.{code}.replies.v1", "kommune", ("municipality-gateway",), "referral_id", 1, timedelta(days=7), MIB // 4,
    timestamps="LogAppendTime", passed_on_by="municipality-gateway",
)  # fmt: skip
DEAD_LETTERS = {
    service: Topic(f"dlq.{service}.v1", service, ("operator",), "subject", 1, timedelta(days=90))
    for service in SERVICES
}

TOPICS = (INTAKE, GATEWAY, CANDIDATES, MATCHING, SUGGESTIONS, FOLLOWUP, REFERRALS, REPLIES, *DEAD_LETTERS.values())
BY_NAME = {name: topic for topic in TOPICS for name in topic.names()}


def consumed_by(service: str) -> list[Topic]:
    """The topics that a service reads, in the order of the declarations."""
    return [topic for topic in TOPICS if service in topic.consumers]


_KOMMUNE_OF = {topic.of(code): code for topic in (REFERRALS, REPLIES) for code in (*KOMMUNER, TEST_KOMMUNE)}


def kommune_of(topic_name: str) -> str | None:
    """Who speaks on a kommune's topic is known from its name, never from the payload."""
    return _KOMMUNE_OF.get(topic_name)


def family_of(topic_name: str) -> str:
    """The name under which a topic's figures are kept."""
    return BY_NAME[topic_name].family if topic_name in BY_NAME else topic_name
