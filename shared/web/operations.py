"""What operators and dashboards ask every service: is it alive, is it ready and why not, and its metrics."""

import asyncio
from collections import defaultdict
from typing import Any

from aiokafka.errors import KafkaError
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

from shared.runtime import Runtime
from shared.spine import instruments
from shared.spine.engine import TRANSIENT
from shared.web.access import open_route
from shared.web.problems import UNAVAILABLE, Problem, language

router = APIRouter(tags=["operations"], dependencies=[Depends(open_route)])


async def unavailable(request: Request, _: Exception) -> Response:
    """PostgreSQL is away: the asker may come again."""
    problem = Problem(UNAVAILABLE, headers={"Retry-After": "5"})
    return problem.response(language(request.headers.get("accept-language")))


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process runs."""
    return {"status": "alive"}


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    """200 when it can work, else 503 with the reasons. `idle`: nothing is on its way, nothing is due.

    `progress` changes whenever something was read or said; `next_due` is the domain instant of the next timer.
    """
    runtime: Runtime = request.app.state.runtime
    reasons: dict[str, str] = {}
    state: dict[str, Any] = {}
    try:
        async with asyncio.timeout(5):
            state = await figures(runtime)
    except TRANSIENT as error:
        reasons["database"] = type(error).__name__
    if runtime.consumer is None or runtime.consumer.failure:
        reasons["kafka"] = runtime.consumer.failure or "starting" if runtime.consumer else "waiting for the database"
    elif not reasons:
        try:
            async with asyncio.timeout(5):
                state["lag"] = await lag(runtime)
        except (KafkaError, TimeoutError, OSError, LookupError) as error:
            reasons["kafka"] = type(error).__name__
    if runtime.relay.failure:
        reasons["relay"] = runtime.relay.failure
    idle = not reasons and not state["outbox"] and not sum(state["lag"].values()) and not state["due"]
    body = {"ready": not reasons, "reasons": reasons, "idle": idle, **state}
    return JSONResponse(body, status_code=200 if not reasons else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus text. Bind it to the operators' network."""
    runtime: Runtime = request.app.state.runtime
    service = runtime.name
    registry = CollectorRegistry()
    try:
        state = await figures(runtime)
        instruments.OUTBOX_ROWS.labels(service).set(state["outbox"])
        instruments.OUTBOX_AGE.labels(service).set(state["outbox_age"])
        instruments.OUTBOX_FAILED.labels(service).set(state["outbox_failed"])
        instruments.PARKED.labels(service).set(state["parked"])
        instruments.DEAD.labels(service).set(state["dead"])
        if runtime.collect:
            registry.register(_Collected(list(await runtime.collect(runtime))))
        if runtime.consumer and not runtime.consumer.failure:
            async with asyncio.timeout(2):  # the last, and well below a scrape's own: Kafka may be away
                for topic, events in (await lag(runtime)).items():
                    instruments.LAG.labels(service, topic).set(events)
    except (*TRANSIENT, KafkaError, LookupError):
        pass  # the counters of this process are worth reading while its surroundings are away
    return Response(generate_latest(REGISTRY) + generate_latest(registry), media_type="text/plain; version=0.0.4")


class _Collected:
    """Figures that were read from the database for this scrape."""

    def __init__(self, found: list[Any]) -> None:
        self._found = found

    def collect(self) -> list[Any]:
        return self._found


async def figures(runtime: Runtime) -> dict[str, Any]:
    """What is on its way in this service, in one query. `due` counts timers of the domain's clock."""
    row = await runtime.pool.fetchrow(
        """SELECT (SELECT count(*) FROM outbox) AS outbox,
                  (SELECT coalesce(extract(epoch FROM now() - min(at)), 0)::float FROM outbox) AS outbox_age,
                  (SELECT count(*) FROM outbox_failed) AS outbox_failed,
                  (SELECT count(*) FROM parked) AS parked,
                  (SELECT count(*) FROM dead_letter WHERE status = 'open') AS dead,
                  (SELECT count(*) FROM timer WHERE due <= $1) AS due,
                  (SELECT min(due) FROM timer) AS next_due,
                  (SELECT coalesce(sum(version), 0)::bigint FROM stream)
                    + (SELECT coalesce(sum(next_offset), 0)::bigint FROM consumed) AS progress""",
        runtime.clock.now(),
    )
    found = dict(row)
    found["next_due"] = found["next_due"].isoformat() if found["next_due"] else None
    return found


async def lag(runtime: Runtime) -> dict[str, int]:
    """Records of each consumed topic that this service has not handled: the logs' ends less what it noted."""
    if runtime.consumer is None:
        return {}
    topics = [name for group in runtime.topics for name in group]
    ends = await runtime.consumer.end_offsets(topics)
    done = await runtime.spine.handled()
    behind: dict[str, int] = defaultdict(int)
    fresh = sorted({p.topic for p, end in ends.items() if end and (p.topic, p.partition) not in done})
    starts = await runtime.consumer.beginning_offsets(fresh) if fresh else {}
    done = {(p.topic, p.partition): start for p, start in starts.items()} | done
    for partition, end in ends.items():
        family = "k.replies.v1" if partition.topic.startswith("k.") else partition.topic
        behind[family] += max(0, end - done.get((partition.topic, partition.partition), 0))
    return dict(behind)
