"""What Prometheus reads: figures from the database, put into families at each scrape. Nothing is counted in memory."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import accumulate
from typing import Any

from aiokafka.errors import KafkaError
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.utils import floatToGoString

from metrics import figures
from metrics.figures import PREFIX, Figure, Labels
from metrics.queries import base as queries
from metrics.queries.base import Bucket, Paid
from metrics.rows import Total
from shared.catalogue import calendar
from shared.catalogue.assumptions import assumptions, value, value_of_hours
from shared.runtime import Runtime
from shared.web.operations import lag

Rows = Iterable[tuple[Labels, float]]


async def collect(runtime: Runtime) -> list[Metric]:
    """All families of figures.py, read for this scrape."""
    pool, now = runtime.pool, runtime.clock.now()
    totals = await queries.totals(pool)
    families: list[Metric] = [counter(figure, totals) for figure in figures.COUNTERS]
    families.append(corrections(totals))
    families += [gauge(figure, rows) for figure, rows in (await queries.gauges(pool)).items()]
    families.append(durations(await queries.histogram(pool)))
    families += worth(await queries.matches_of_a_year(pool, now), await queries.paid(pool), now)
    families.append(gauge(figures.LAG, await _lag(runtime)))
    return families


def counter(figure: Figure, totals: Iterable[Total]) -> Metric:
    rows = [(total.labels, total.value) for total in totals if total.counter == figure.name]
    return _filled(CounterMetricFamily(PREFIX + figure.name, figure.unit, labels=figure.names), figure, rows)


def corrections(totals: Iterable[Total]) -> Metric:
    """Of every counter, also the ones without: so that `counter - corrections` finds both."""
    figure = figures.CORRECTIONS
    family = CounterMetricFamily(PREFIX + figure.name, figure.unit, labels=figure.names)
    return _filled(family, figure, [((PREFIX + total.counter,), total.corrected) for total in totals])


def gauge(figure: Figure, rows: Rows) -> Metric:
    return _filled(GaugeMetricFamily(PREFIX + figure.name, figure.unit, labels=figure.names), figure, rows)


def _filled(family: Any, figure: Figure, rows: Rows) -> Metric:
    """Each series once: the ones that are always there, and what was found, under its bounded labels."""
    found: dict[Labels, float] = dict.fromkeys(figure.series(), 0.0)
    for labels, number in rows:
        bound = figure.bound(labels)
        found[bound] = found.get(bound, 0.0) + number
    for labels, number in found.items():
        family.add_metric(labels, number)
    made: Metric = family
    return made


def durations(buckets: Sequence[Bucket]) -> Metric:
    figure, limits = figures.STEP_SECONDS, [*map(floatToGoString, figures.BUCKETS), "+Inf"]
    family = HistogramMetricFamily(PREFIX + figure.name, figure.unit, labels=figure.names)
    for step in figures.STEPS:
        counts, seconds = [0] * len(limits), 0
        for bucket in buckets:
            if bucket.step == step.name:
                counts[bucket.number] = bucket.journeys
                seconds += bucket.seconds
        family.add_metric([step.name], list(zip(limits, accumulate(counts), strict=True)), seconds)
    return family


def worth(matches: int, paid: Paid, now: datetime) -> list[Metric]:
    """Assumed of one yearly cohort, and observed, under the set in force; none before the first set."""
    try:
        held = assumptions(calendar.today(now))
    except LookupError:
        return []
    cohort, seen = value(matches, held), value_of_hours(paid.placements, paid.hours, held)
    shown: dict[Figure, int | Fraction] = {
        figures.GOAL: held.goal_matches_per_year,
        figures.MATCHES_OF_A_YEAR: matches,
        figures.FULL_TIME_EQUIVALENTS: cohort.full_time_equivalents,
        figures.VALUE: cohort.kroner,
        figures.VALUE_CUMULATIVE: value(matches * held.cumulative_years, held).kroner,
        figures.FULL_TIME_EQUIVALENTS_OBSERVED: seen.full_time_equivalents,
        figures.VALUE_OBSERVED: seen.kroner,
    }
    return [gauge(figure, [((held.id,), float(exact))]) for figure, exact in shown.items()]


async def _lag(runtime: Runtime) -> Rows:
    """Nothing while Kafka is away: what was counted is worth reading all the same."""
    if runtime.consumer is None or runtime.consumer.failure:
        return []
    try:
        async with asyncio.timeout(2):
            return [((topic,), events) for topic, events in (await lag(runtime)).items()]
    except (KafkaError, OSError, TimeoutError, LookupError):
        return []
