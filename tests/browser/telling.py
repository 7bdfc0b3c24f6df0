"""What a test tells a living service, as the relay of the service that says it would have sent it."""

from collections import Counter
from datetime import UTC, datetime

from shared.events.base import Event
from shared.runtime import Runtime
from shared.spine.envelope import Record, headers_of
from shared.spine.work import Outgoing, Work


class Telling:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._offset = runtime, 0
        self._versions = Counter[tuple[str, str]]()

    async def tell(self, *events: Event) -> None:
        """Heard, with what follows at once."""
        await self._runtime.spine.consume([self._record(event) for event in events])
        await self.settle()

    async def settle(self) -> None:
        """What is to follow at once has followed."""
        while await self._runtime.spine.fire():
            pass

    def _record(self, event: Event) -> Record:
        topic, subject = event.TOPIC.name, event.subject
        self._offset += 1
        self._versions[topic, subject] += 1
        out = Outgoing(topic, event, Work.new_id(), datetime.now(UTC), None, None)
        headers = headers_of(out, self._versions[topic, subject], event.TOPIC.producer)
        pairs = [(name, value.encode()) for name, value in headers.items()]
        value = event.model_dump_json(exclude_none=True).encode()
        return Record(topic, 0, self._offset, event.message_key.encode(), value, pairs)
