"""Prometheus instruments of every service, each declared once. They count batches, never single messages in a loop."""

from prometheus_client import Counter, Gauge, Histogram

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
SENT = Counter("lederalliancen_outbox_sent_total", "Events that the broker acknowledged.", ["service"])
REBUILDS = Counter(
    "lederalliancen_producer_rebuilds_total", "Producers thrown away because the broker did not answer.", ["service"]
)
REDRIVES = Counter("lederalliancen_dead_letters_closed_total", "Dead letters redriven or skipped.", ["service", "how"])

OUTBOX_ROWS = Gauge("lederalliancen_outbox_rows", "Events waiting to be sent.", ["service"])
OUTBOX_AGE = Gauge("lederalliancen_outbox_age_seconds", "Age of the oldest event waiting to be sent.", ["service"])
OUTBOX_FAILED = Gauge("lederalliancen_outbox_failed_rows", "Events that the broker refused for good.", ["service"])
PARKED = Gauge("lederalliancen_parked_rows", "Records waiting for a prerequisite or behind another.", ["service"])
DEAD = Gauge("lederalliancen_dead_letters_open", "Dead letters that nobody has redriven or skipped.", ["service"])
LAG = Gauge("lederalliancen_lag_events", "Records not handled yet.", ["service", "topic"])


def handled(service: str, topic: str, counts: dict[str, int]) -> None:
    family = "k.replies.v1" if topic.startswith("k.") else topic
    for outcome, count in counts.items():
        HANDLED.labels(service, family, outcome).inc(count)
