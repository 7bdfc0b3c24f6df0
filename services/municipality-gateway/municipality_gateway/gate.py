"""When a deadline of a kommune may fire: only when all that it said in time has been heard.

What was answered in time counts, also after an outage of ours. When Kafka is away, nobody can have been late.
"""

import asyncio

import orjson
import structlog

from municipality_gateway import store
from municipality_gateway.state import Deadline, MatchDeadline
from shared.events.topics import REPLIES
from shared.runtime import Runtime
from shared.spine.dead_letters import Due

log = structlog.get_logger()
GATED = frozenset({Deadline.__name__, MatchDeadline.__name__})


async def may_fire(runtime: Runtime, rows: list[Due]) -> list[Due]:
    """The timers (due by now) that may fire now."""
    kommune_of = {row: orjson.loads(row.body)["kommune"] for row in rows if row.command in GATED}
    heard = await _heard(runtime, set(kommune_of.values())) if kommune_of else set()
    return [row for row in rows if row not in kommune_of or kommune_of[row] in heard]


async def _heard(runtime: Runtime, kommuner: set[str]) -> set[str]:
    """Of these kommuner, those that have said nothing up to now that is not decided. The log's end is read first."""
    topics = {REPLIES.of(code): code for code in kommuner}
    ends = await _ends(runtime, list(topics))
    done = await store.consumed(runtime.pool, topics)
    pending = await store.with_pending_replies(runtime.pool, kommuner)
    return {topics[topic] for topic, end in ends.items() if done.get(topic, 0) >= end} - pending


async def _ends(runtime: Runtime, topics: list[str]) -> dict[str, int]:
    """Empty while Kafka does not answer."""
    if runtime.consumer is None or runtime.consumer.failure:
        return {}
    try:
        async with asyncio.timeout(5):
            return {at.topic: end for at, end in (await runtime.consumer.end_offsets(topics)).items()}
    except Exception as error:  # whatever is wrong with Kafka, nobody is late because of it
        log.warning("deadlines_wait", error=type(error).__name__)
        return {}
