"""What Prometheus reads: figures from the database, put into families at each scrape. Nothing is counted in memory."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

from aiokafka.errors import KafkaError
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from metrics import figures
from metrics.figures import PREFIX, Figure
from metrics.queries import base as queries
from metrics.queries.base import Bucket
from metrics.rows import Total
from shared.catalogue import calendar
from shared.catalogue.assumptions import assumptions, value
from shared.runtime import Runtime
from shared.web.operations import lag

Rows = Sequence[tuple[tuple[str, ...], float]]


async def collect(runtime: Runtime) -> list[Metric]:
    """All families of figures.py, read for this scrape."""
    pool, now = runtime.pool, runtime.clock.now()
    totals = await queries.totals(pool)
    families: list[Metric] = [counter(figure, totals) for figure in figures.COUNTERS]
    families.append(corrections(totals))
    families += [gauge(figure, rows) for figure, rows in (await queries.gauges(pool)).items()]
    families.append(durations(await queries.histogram(pool)))
    families += worth(await queries.matches_of_a_year(pool, now), now)
    families.append(gauge(figures.LAG, await _lag(runtime)))
    return families


def counter(figure: Figure, totals: Sequence[Total]) -> Metric:
    rows = [(total.labels, total.value) for total in totals if total.counter == figure.name]
    return _filled(CounterMetricFamily(PREFIX + figure.name, figure.unit, labels=figure.labels), figure, rows)


def corrections(totals: Sequence[Total]) -> Metric:
    """Of every counter, also the ones without: so that `counter - corrections` finds both."""
    sums = {figure.name: 0 for figure in figures.COUNTERS}
    for total in totals:
        sums[total.counter] += total.corrected
    figure = figures.CORRECTIONS
    family = CounterMetricFamily(PREFIX + figure.name, figure.unit, labels=figure.labels)
    return _filled(family, figure, [((PREFIX + name,), n) for name, n in sums.items()])


def gauge(figure: Figure, rows: Rows) -> Metric:
    return _filled(GaugeMetricFamily(PREFIX + figure.name, figure.unit, labels=figure.labels), figure, rows)


def _filled(family: Any, figure: Figure, rows: Rows) -> Metric:
    found = {(label,): 0.0 for label in figure.always} | dict(rows)
    if not figure.labels:
        found.setdefault((), 0)
    for labels, number in found.items():
        family.add_metric(labels, number)
    made: Metric = family
    return made


def durations(buckets: Sequence[Bucket]) -> Metric:
    figure, limits = figures.STEP_SECONDS, [*map(str, figures.BUCKETS), "+Inf"]
    family = HistogramMetricFamily(PREFIX + figure.name, figure.unit, labels=figure.labels)
    for step in figures.STEPS:
        counts, seconds = [0] * len(limits), 0
        for bucket in buckets:
            if bucket.step == step.name:
                counts[bucket.number] = bucket.journeys
                seconds += bucket.seconds
        family.add_metric([step.name], list(zip(limits, accumulate(counts), strict=True)), seconds)
    return family


def worth(matches: int, now: datetime) -> list[Metric]:
    """Of one yearly cohort, under the assumptions in force; none before the first set."""
    try:
        held = assumptions(calendar.today(now))
    except LookupError:
        return []
    found = value(matches, held)
    return [
        gauge(figures.FULL_TIME_EQUIVALENTS, [((held.id,), float(found.full_time_equivalents))]),
        gauge(figures.VALUE, [((held.id,), float(found.kroner))]),
    ]


async def _lag(runtime: Runtime) -> Rows:
    """Nothing while Kafka is away: what was counted is worth reading all the same."""
    if runtime.consumer is None or runtime.consumer.failure:
        return []
    try:
        async with asyncio.timeout(2):
            return [((topic,), events) for topic, events in (await lag(runtime)).items()]
    except (KafkaError, OSError, TimeoutError, LookupError):
        return []
