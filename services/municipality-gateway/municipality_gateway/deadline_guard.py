"""When a deadline of a kommune may fire: only when all that it said in time has been heard.

What was answered in time counts, also after an outage of ours. When Kafka is away, nobody can have been late.
"""

import asyncio
from typing import Any

import orjson
import structlog

from municipality_gateway.commands.matches import MatchDeadline
from municipality_gateway.commands.referrals import Deadline
from municipality_gateway.queries.replies import with_pending
from shared.events.topics import REPLIES
from shared.runtime import Runtime
from shared.spine import positions
from shared.spine.dead_letters import Due

log = structlog.get_logger()
GUARDED = frozenset({Deadline.__name__, MatchDeadline.__name__})


async def may_fire(runtime: Runtime, rows: list[Due]) -> list[Due]:
    """The timers (due by now) that may fire now."""
    whose = {row: _whose(orjson.loads(row.body)) for row in rows if row.command in GUARDED}
    heard = await _heard(runtime, set().union(*whose.values())) if whose else set()
    return [row for row in rows if whose.get(row, set()) <= heard]


def _whose(body: dict[str, Any]) -> set[str]:
    """Two, where either may answer."""
    return {body["kommune"], body.get("also")} - {None}


async def _heard(runtime: Runtime, kommuner: set[str]) -> set[str]:
    """Of these kommuner, those that have said nothing up to now that is not decided.

    The log's end is read first; where it ends before what was handled, it is another log, and not read yet.
    """
    topics = {REPLIES.of(code): code for code in kommuner}
    ends = await _ends(runtime, list(topics))
    done = {topic: at.next_offset for (topic, _), at in (await positions.all_of(runtime.pool, topics)).items()}
    later = await _ends(runtime, list(topics))
    pending = await with_pending(runtime.pool, kommuner)
    read = {topic for topic, end in ends.items() if end <= done.get(topic, 0) <= later.get(topic, -1)}
    return {topics[topic] for topic in read} - pending


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
