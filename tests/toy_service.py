"""One replica of the toy service as a process of its own, to be killed and frozen: `python -m tests.toy_service`.

Reads LA_KAFKA_BOOTSTRAP, LA_DATABASE_URL, TOY_PREFIX, and TOY_SLOW: seconds that saving a batch takes.
"""

import asyncio
import os
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from shared import log
from shared.clock import Clock
from shared.service import Service
from shared.settings import Settings, load
from shared.spine.consumer import Consumer
from shared.spine.engine import Spine
from shared.spine.membership import Slot
from shared.spine.relay import Relay
from tests.toy import Slow, toy, toy_pool


async def main() -> None:
    config = load(Settings)
    url = config.database_url.get_secret_value()
    made = toy(os.environ["TOY_PREFIX"])
    seconds = float(os.environ.get("TOY_SLOW", "0"))

    async def slow(_: Any, rows: list[Slow]) -> None:
        await asyncio.sleep(seconds)

    book = replace(made.book, writers={Slow: slow})
    service = Service(name="metrics", port=0, handlers=book.handlers, router=APIRouter(), migrations=Path())
    pool = await toy_pool(url, migrate=False)
    spine = Spine(pool, book, Clock())
    slot = Slot(url, service.schema)
    consumer = Consumer("toy", spine, config, [[name] for name in made.topics], f"{await slot.take()}")
    relay = Relay("toy", service.schema, pool, url, config, [made.onward.name])
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await asyncio.gather(
        consumer.run(stop, slot.still_ours), relay.run(stop), spine.forever(stop, timedelta(seconds=3600))
    )
    await consumer.stop()
    await pool.close()


if __name__ == "__main__":
    log.setup("json", "warning")
    asyncio.run(main())
