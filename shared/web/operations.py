"""What operators and dashboards ask every service: is it alive, is it ready and why not, and its metrics.

Whatever is said here was read now; what could not be read is not said.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from hmac import compare_digest
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import structlog
from cryptography import x509
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.openmetrics import exposition as openmetrics
from pydantic import SecretStr

from shared.events.topics import family_of
from shared.mail import relay as mail
from shared.runtime import Runtime
from shared.spine.batch import BUILD
from shared.spine.failures import NewerShape, of_kafka, passes, words
from shared.web.access import open_route
from shared.web.problems import CLOSED, UNAVAILABLE, Problem, language

log = structlog.get_logger(__name__)
router = APIRouter(tags=["operations"], dependencies=[Depends(open_route)])
T = TypeVar("T")
READY_WITHIN, FIGURES_WITHIN, COLLECT_WITHIN, LAG_WITHIN = 4.0, 2.0, 4.0, 2.0  # seconds; a scrape's own limit is 10

# Name, what one unit means, the figure that it shows.
GAUGES = (
    ("outbox_rows", "Events waiting to be sent.", "outbox"),
    ("outbox_age_seconds", "Age of the oldest event waiting to be sent.", "outbox_age"),
    ("outbox_failed_rows", "Events that the broker refused for good.", "outbox_failed"),
    ("parked_rows", "Records waiting for a prerequisite or behind another.", "parked"),
    ("parked_age_seconds", "Age of the record that has waited longest.", "parked_age"),
    ("dead_letters_open", "Dead letters that nobody has redriven or skipped.", "dead"),
    ("timers_due", "Timers of the domain's clock that are due and have not fired.", "due"),
    ("timers_overdue_seconds", "By how much the oldest of them is overdue.", "overdue"),
)
MAIL_GAUGES = (
    ("mails_waiting", "Mails waiting to be sent, or to be tried again.", "waiting"),
    ("mails_age_seconds", "Age of the oldest mail that waits.", "age"),
)


async def database_failed(request: Request, error: Exception) -> Response:
    """What passes is 503, and the asker may come again; the rest is an error of ours."""
    if not passes(error):
        raise error
    problem = Problem(UNAVAILABLE, headers={"Retry-After": "5"})
    return problem.response(language(request.headers.get("accept-language")))


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process runs."""
    return {"status": "alive"}


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    """200 when it can work, else 503 with the reasons. `idle`: nothing is on its way, nothing is due.

    `progress` changes whenever something was read or said; `next_due` is the domain instant of the next timer;
    `mail`, where the service sends some, says why none goes out; it can work all the same.
    `troubles` names the places in Kafka (`topic[partition]@offset`) where this replica does not go on, while it reads
    the others.
    """
    runtime: Runtime = request.app.state.runtime
    reasons: dict[str, str] = {}
    state: dict[str, Any] = {}
    try:
        state = await within(READY_WITHIN, figures(runtime))
        if state.pop("read_only"):
            reasons["database"] = "read-only: writes wait until it takes them again"
    except Exception as error:
        if not passes(error):
            raise
        reasons["database"] = words(error)
    consumer = runtime.consumer
    if consumer is None or consumer.failure:
        reasons["kafka"] = consumer.failure or "starting" if consumer else f"waiting for the database: {runtime.waits}"
    elif not reasons:
        try:
            state["lag"] = await within(READY_WITHIN, lag(runtime))
        except Exception as error:
            if not of_kafka(error) and not passes(error):
                raise
            reasons["kafka"] = words(error)
    if runtime.relay.failure:
        reasons["relay"] = runtime.relay.failure
    if runtime.awaits_erasures:
        reasons["people"] = "contact data stay closed until Kafka was asked whether somebody in it was erased since"
    troubles = consumer.troubles if consumer else {}
    idle = not reasons and not state["outbox"] and not sum(state["lag"].values()) and not state["due"]
    body = {"ready": not reasons, "reasons": reasons, "troubles": troubles, "idle": idle, **state}
    if runtime.mails:
        body["mail"] = runtime.mail_waits or "goes out"
    return JSONResponse(body, status_code=200 if not reasons else 503)


async def _operator(request: Request) -> None:
    """Whoever brings the operators' token; without such a setting, the machine itself."""
    token: SecretStr | None = request.app.state.metrics_token
    if token is None:
        # What came through a proxy comes from elsewhere, whatever a header says.
        if "x-forwarded-for" in request.headers or not _is_here(request.client.host if request.client else ""):
            raise Problem(CLOSED)
        return
    scheme, _, given = ",".join(request.headers.getlist("authorization")).partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(given.encode(), token.get_secret_value().encode()):
        raise Problem(replace(CLOSED, status=401), headers={"WWW-Authenticate": "Bearer"})


def _is_here(address: str) -> bool:
    try:
        return ip_address(address.removeprefix("::ffff:")).is_loopback
    except ValueError:
        return False


@router.get(
    "/metrics",
    dependencies=[Depends(_operator)],
    response_class=PlainTextResponse,
    responses={200: {"content": {"application/openmetrics-text": {}}}},
)
async def metrics(request: Request) -> Response:
    """Prometheus text, or OpenMetrics to whoever accepts it, for operators.

    They bring `LA_METRICS_TOKEN`, or without such a setting ask from the machine itself.

    What belongs to this process is always there. What had to be read is there only if it was read for this scrape;
    `lederalliancen_collected` says of each source whether it was.
    """
    runtime: Runtime = request.app.state.runtime
    sources: dict[str, Awaitable[Iterable[Metric]]] = {"database": _gauges(runtime), "kafka": _lag(runtime)}
    if runtime.collect:
        sources["figures"] = runtime.collect(runtime)
    if runtime.config.ssl_cafile or runtime.config.ssl_certfile:
        sources["certificates"] = asyncio.to_thread(_certificates, runtime)
    limits = {"database": FIGURES_WITHIN, "kafka": LAG_WITHIN}
    tried = (_tried(name, limits.get(name, COLLECT_WITHIN), source) for name, source in sources.items())
    found = await asyncio.gather(*tried)
    read = dict(zip(sources, found, strict=True))
    said = GaugeMetricFamily(
        "lederalliancen_collected", "1: this source was read for this scrape; 0: it was not.", labels=["service", "of"]
    )
    for name, families in read.items():
        said.add_metric([runtime.name, name], float(families is not None))
    collected = [said, *_of_this_replica(runtime), *(one for families in read.values() for one in families or ())]
    # The library's `choose_encoder` fails on a version that is no number.
    if "application/openmetrics-text" in request.headers.get("accept", ""):
        text: bytes = openmetrics.generate_latest(_All(collected))  # type: ignore[no-untyped-call]
        return Response(text, media_type=openmetrics.CONTENT_TYPE_LATEST)
    return Response(generate_latest(_All(collected)), media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def within(seconds: float, work: Awaitable[T]) -> T:
    """Its result, or TimeoutError after so many seconds, whatever it hangs on.

    A query on a frozen server does not even end when it is cancelled, so it is left behind and not waited for.
    """
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait([task], timeout=seconds)
    if not done:
        task.cancel()
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        raise TimeoutError
    return task.result()


async def _tried(name: str, seconds: float, source: Awaitable[Iterable[Metric]]) -> list[Metric] | None:
    """None where it could not be read, whatever was wrong: the other sources are worth reading all the same."""
    try:
        return list(await within(seconds, source))
    except Exception as error:
        if not of_kafka(error) and not passes(error):
            log.error("not_collected", of=name, exc_info=error)
        return None


class _All:
    """What this process counts, and what was read for this scrape."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> list[Metric]:
        return [*REGISTRY.collect(), *self._found]


def _of_this_replica(runtime: Runtime) -> list[Metric]:
    """What it knows of itself: its build, which of its parts work, where it does not go on."""
    build = InfoMetricFamily("lederalliancen_build", "The build that runs, by LA_BUILD.", labels=["service"])
    build.add_metric([runtime.name], {"build": BUILD})
    works = GaugeMetricFamily(
        "lederalliancen_works",
        "1: that part of this replica works (consumer, relay, mail); 0: it does not, and /health/ready says why.",
        labels=["service", "part"],
    )
    parts = {
        "consumer": runtime.consumer is not None and runtime.consumer.failure is None,
        "relay": runtime.relay.failure is None,
    } | ({"mail": runtime.mail.failure is None} if runtime.mail else {})
    for part, well in parts.items():
        works.add_metric([runtime.name, part], float(well))
    stuck = GaugeMetricFamily(
        "lederalliancen_stuck", "One place in Kafka where this replica does not go on.", labels=["service", "topic"]
    )
    places: dict[str, int] = defaultdict(int)
    for place in runtime.consumer.troubles if runtime.consumer else ():
        places[place.partition("[")[0]] += 1
    for topic, number in places.items():
        stuck.add_metric([runtime.name, topic], number)
    return [build, works, stuck]


def _certificates(runtime: Runtime) -> list[Metric]:
    """Of what these files hold, what runs out first."""
    family = GaugeMetricFamily(
        "lederalliancen_certificate_expires_timestamp_seconds",
        "When the first certificate in the file of that setting runs out (Unix time).",
        labels=["service", "setting"],
    )
    for name in ("ssl_cafile", "ssl_certfile"):
        if (path := getattr(runtime.config, name)) is not None:
            family.add_metric([runtime.name, f"LA_{name.upper()}"], _first_end(path))
    return [family]


@cache
def _first_end(path: Path) -> float:
    """Read once, as Kafka's clients do: a new file counts when the replica is started with it."""
    found = x509.load_pem_x509_certificates(path.read_bytes())
    return min(one.not_valid_after_utc for one in found).timestamp()


async def _gauges(runtime: Runtime) -> list[Metric]:
    state = await figures(runtime)
    if runtime.mails:
        state |= await mail.figures(runtime.pool)
    families: list[Metric] = []
    for name, unit, figure in (*GAUGES, *(MAIL_GAUGES if runtime.mails else ())):
        family = GaugeMetricFamily(f"lederalliancen_{name}", unit, labels=["service"])
        family.add_metric([runtime.name], state[figure])
        families.append(family)
    return families


async def _lag(runtime: Runtime) -> list[Metric]:
    if runtime.consumer is None or runtime.consumer.failure:
        raise LookupError("not consuming")
    family = GaugeMetricFamily("lederalliancen_lag_events", "Records not handled yet.", labels=["service", "topic"])
    for topic, events in (await lag(runtime)).items():
        family.add_metric([runtime.name, topic], events)
    return [family]


async def figures(runtime: Runtime) -> dict[str, Any]:
    """What is on its way in this service, in one query. `due` counts timers of the domain's clock."""
    row = await runtime.pool.fetchrow(
        """SELECT (SELECT count(*) FROM outbox) AS outbox,
                  (SELECT coalesce(extract(epoch FROM now() - min(at)), 0)::float FROM outbox) AS outbox_age,
                  (SELECT count(*) FROM outbox_failed) AS outbox_failed,
                  (SELECT count(*) FROM parked) AS parked,
                  (SELECT coalesce(extract(epoch FROM now() - min(parked_at)), 0)::float FROM parked) AS parked_age,
                  (SELECT count(*) FROM dead_letter WHERE status = 'open') AS dead,
                  (SELECT count(*) FROM timer WHERE due <= $1) AS due,
                  (SELECT coalesce(greatest(0, extract(epoch FROM $1 - min(due))), 0)::float FROM timer) AS overdue,
                  (SELECT min(due) FROM timer) AS next_due,
                  (SELECT coalesce(sum(version), 0)::bigint FROM stream)
                    + (SELECT coalesce(sum(next_offset), 0)::bigint FROM consumed) AS progress,
                  current_setting('transaction_read_only') = 'on' AS read_only""",
        runtime.clock.now(),
    )
    found = dict(row)
    found["next_due"] = found["next_due"].isoformat() if found["next_due"] else None
    return found


async def lag(runtime: Runtime) -> dict[str, int]:
    """Records of each consumed topic that this service has not handled: the logs' ends less what it noted."""
    if runtime.consumer is None:
        return {}
    ends = await runtime.consumer.end_offsets([name for group in runtime.topics for name in group])
    done = {at: position.next_offset for at, position in (await runtime.spine.handled()).items()}
    fresh = sorted({p.topic for p, end in ends.items() if end and (p.topic, p.partition) not in done})
    starts = await runtime.consumer.beginning_offsets(fresh) if fresh else {}
    return behind(ends, {(p.topic, p.partition): start for p, start in starts.items()} | done)


def behind(ends: Mapping[Any, int], done: Mapping[tuple[str, int], int]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for at, end in ends.items():
        found[family_of(at.topic)] += max(0, end - done.get((at.topic, at.partition), 0))
    return dict(found)


def install(app: FastAPI, metrics_token: SecretStr | None) -> None:
    """Every failure of the database that passes is 503."""
    app.state.metrics_token = metrics_token
    for kind in (asyncpg.PostgresError, asyncpg.InterfaceError, NewerShape, OSError, TimeoutError):
        app.add_exception_handler(kind, database_failed)
    app.include_router(router)
