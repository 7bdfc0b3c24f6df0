"""`python -m deploy.demo.kommuner`: the simulated kommuner, until SIGTERM.

Environment: KOMMUNER_KAFKA (bootstrap address), KOMMUNER_CLOCK_FILE, KOMMUNER_TOKENS (JSON: code -> access token),
KOMMUNER_PORT (for GET / on 127.0.0.1: what they are doing), KOMMUNER_SCRIPT (default: kommuner.json beside this file).
"""

import asyncio
import json
import logging
import os
import signal
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer

from deploy.demo.kommuner import SCRIPT
from deploy.demo.kommuner.bus import Inbox, Outbox
from deploy.demo.kommuner.calendar import Calendar
from deploy.demo.kommuner.kommune import Kommune


async def main() -> None:
    kafka, tokens = os.environ["KOMMUNER_KAFKA"], json.loads(os.environ["KOMMUNER_TOKENS"])
    script = _script()
    calendar, outbox = Calendar(Path(os.environ["KOMMUNER_CLOCK_FILE"])), Outbox(kafka)
    inboxes = {code: Inbox(kafka, code) for code in script}
    kommuner = {
        code: Kommune(code, script[code], inboxes[code], outbox, calendar, _http(tokens[code])) for code in script
    }

    # Of its own: a client that waits for news answers nothing else meanwhile.
    asker = AIOKafkaConsumer(bootstrap_servers=kafka)

    async def status() -> dict[str, Any]:
        """`idle`: nothing to do before `next_due`; `progress` changes whenever something was read or said."""
        ends = await asker.end_offsets([inbox.partition for inbox in inboxes.values()])
        unread = [inbox for inbox in inboxes.values() if await inbox.position() < ends[inbox.partition]]
        due, now = sorted(calendar.due), calendar.now()
        return {
            "idle": not unread and not calendar.working and all(instant > now for instant in due),
            "next_due": due[0].isoformat() if due else None,
            "progress": outbox.sent + sum(inbox.received for inbox in inboxes.values()),
            "kommuner": {code: kommune.status for code, kommune in kommuner.items()},
        }

    await asyncio.gather(asker.start(), outbox.start(), *(inbox.start() for inbox in inboxes.values()))
    server = await asyncio.start_server(_answering(status), "127.0.0.1", int(os.environ["KOMMUNER_PORT"]))
    working = asyncio.gather(*(kommune.run() for kommune in kommuner.values()))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
    try:
        await working
    except asyncio.CancelledError:
        server.close()
        await asyncio.gather(asker.stop(), outbox.stop(), *(inbox.stop() for inbox in inboxes.values()))


def _script() -> dict[str, Any]:
    script: dict[str, Any] = json.loads(Path(os.environ.get("KOMMUNER_SCRIPT", SCRIPT)).read_text())
    return script


def _http(token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(headers={"authorization": f"Bearer {token}"}, timeout=10)


def _answering(status: Any) -> Any:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The least of HTTP: whatever is asked, the status is the answer."""
        while (await reader.readline()).strip():
            pass
        body = json.dumps(await status()).encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n")
        writer.write(b"content-length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    return answer


logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
for _chatty in ("aiokafka", "httpx"):
    logging.getLogger(_chatty).setLevel(logging.ERROR)
asyncio.run(main())
