"""Prometheus instruments of every service, each declared once. They count batches, never single messages in a loop."""

from collections.abc import Iterable

from prometheus_client import Counter, Histogram

from shared.events.topics import family_of

HANDLED = Counter(
    "lederalliancen_messages_total",
    "Records handled; outcome: applied, ignored (type unknown here), duplicate, parked, refused, dead.",
    ["service", "topic", "outcome"],
)
BATCH_SECONDS = Histogram(
    "lederalliancen_batch_seconds",
    "From the records in hand to their committed effect. One observation: one batch.",
    ["service"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
RETRIES = Counter("lederalliancen_batch_retries_total", "Batches tried again after a passing failure.", ["service"])
COMMIT_FAILURES = Counter(
    "lederalliancen_commit_failures_total",
    "Offset commits that failed; many in a row mean two replicas with one instance id.",
    ["service"],
)
RESTARTS = Counter(
    "lederalliancen_consumer_restarts_total",
    "Consumers put in the place of one that read no more (its loop had ended, or it was lame).",
    ["service"],
)
SENT = Counter("lederalliancen_outbox_sent_total", "Events that the broker acknowledged.", ["service"])
REBUILDS = Counter(
    "lederalliancen_producer_rebuilds_total", "Producers thrown away because the broker did not answer.", ["service"]
)
REDRIVES = Counter("lederalliancen_dead_letters_closed_total", "Dead letters redriven or skipped.", ["service", "how"])
NEWS = Counter(
    "lederalliancen_log_news_total",
    "Logs that are not what was read before: log-begins-anew, records-lost, log-is-shorter.",
    ["service", "topic", "news"],
)
LOST = Counter(
    "lederalliancen_lost_records_total",
    "Records that Kafka deleted before this service read them.",
    ["service", "topic"],
)
LIFTED = Counter(
    "lederalliancen_streams_lifted_total",
    "Subjects whose next version was lifted above what Kafka holds: this database was restored.",
    ["service"],
)


def begin(service: str, topics: Iterable[str]) -> None:
    """Those that alerts look at are there from the first scrape on: a first rise from nothing would be none."""
    of_a_service: tuple[Counter | Histogram, ...] = (
        BATCH_SECONDS, RETRIES, COMMIT_FAILURES, RESTARTS, SENT, REBUILDS, LIFTED,
    )  # fmt: skip
    for instrument in of_a_service:
        instrument.labels(service)
    for family in {family_of(topic) for topic in topics}:
        LOST.labels(service, family)


def handled(service: str, topic: str, counts: dict[str, int]) -> None:
    for outcome, count in counts.items():
        HANDLED.labels(service, family_of(topic), outcome).inc(count)
