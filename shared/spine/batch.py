"""One batch, one transaction: load what it touches, fold it through the handlers, save it all.

Events, replies, commands and timers take the same way in. At-least-once in, exactly-once effect: the inbox (a version
per subject, or who said what) decides, in the same transaction as the effect and the outbox.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared import tracing
from shared.db import Connection
from shared.events.dead_letters import DeadLetterRecorded
from shared.events.topics import BY_NAME, DEAD_LETTERS
from shared.spine import aggregates, dead_letters, envelope, inbox, outgoing, parking, timers
from shared.spine.dead_letters import Due, Letter, Status
from shared.spine.decision import NotYet, Poison, Refused
from shared.spine.envelope import Bad, Ignored, Place, Record
from shared.spine.failures import NewerShape
from shared.spine.inbox import Claim, Last, Stream
from shared.spine.parking import Parked
from shared.spine.work import NOWHERE, Handlers, Key, Message, Public, Work

BUILD = os.environ.get("LA_BUILD", "dev")
Parsed = Message[Any] | Bad
Writer = Callable[[Connection, list[Any]], Any]
OnRefused = Callable[[Work, Record, Parsed, Refused], None]
Item = tuple[Record, Parsed]


@dataclass(frozen=True)
class Rulebook:
    """What is a service's own in the spine: its decisions, how it reads, how its rows are saved, how it refuses."""

    service: str
    handlers: Handlers
    writers: dict[type, Writer] = field(default_factory=dict)
    parse: Callable[[Record], Parsed] = envelope.parse
    on_refused: OnRefused | None = None
    """Where an outsider's message may be refused with an answer (the replies of kommuner)."""
    prune: tuple[str, ...] = ()
    """Statements by which the service's own tables forget, run once an hour."""
    public: Public = NOWHERE

    def knows(self, message: Parsed) -> bool:
        """This build has something to do for it; an event that it ignores may be another build's."""
        return isinstance(message, Bad) or type(message.data) in self.handlers.routes


class Batch:
    """The fold. Use it inside a transaction: `load`, then `take` each message, then `finish`."""

    def __init__(self, conn: Connection, book: Rulebook, now: datetime) -> None:
        self.conn, self.book = conn, book
        self.work = Work(now, public=book.public)
        self.result: Any = None
        self.letters: list[Letter] = []
        self.parked: dict[Place, Parked] = {}
        self.counts: dict[str, int] = {}
        self._outcome = ""
        self._handled: dict[Stream, Last] = {}
        self._advanced: dict[Stream, Last] = {}
        self._aside: set[Place] = set()
        self._claimed: dict[Claim, bytes] = {}
        # What was put or advanced since the last release, so that what waits for it can follow.
        self._moved: set[Key] = set()
        self._ahead: dict[Stream, int] = {}

    # -- load ----------------------------------------------------------------------------------------------------------

    async def load(self, items: Sequence[Item], *, fresh: bool = True) -> None:
        """Lock and load inbox rows, then aggregates, each in sorted order. `fresh`: straight from Kafka."""
        if fresh:
            self._aside |= await parking.set_aside(self.conn, [record for record, _ in items])
        await self.load_streams((r.topic, m.subject) for r, m in items if m.version is not None)
        claims: dict[Claim, bytes] = {}
        for record, message in items:
            if fresh and message.version is None and message.id and message.source:
                claims.setdefault(_claim(record, message), _hash(record, message))
        if claims:
            self._claimed |= await inbox.claim(self.conn, [(*claim, hash_) for claim, hash_ in claims.items()])
        await self.load_keys(key for _, m in items if isinstance(m, Message) for key in self.keys_of(m))

    def keys_of(self, message: Message[Any]) -> list[Key]:
        route = self.book.handlers.routes.get(type(message.data))
        return route.keys_of(message.data) if route else []

    async def load_keys(self, keys: Iterable[Key]) -> None:
        if wanted := set(keys) - self.work.loaded.keys():
            self.work.loaded |= await aggregates.lock(self.conn, wanted, self.book.handlers.kinds)

    async def load_streams(self, streams: Iterable[Stream]) -> None:
        if wanted := set(streams) - self._handled.keys():
            self._handled |= await inbox.lock(self.conn, wanted)

    def last(self, stream: Stream) -> int:
        """The last version handled of a stream that was loaded."""
        return self._handled[stream].version

    # -- fold ----------------------------------------------------------------------------------------------------------

    def take(self, record: Record, message: Parsed, *, released: bool = False) -> None:
        """One record: applied, ignored, a duplicate, parked, refused, or a dead letter."""
        name = f"take {type(getattr(message, 'data', message)).__name__}"
        decides = self.book.knows(message)
        with tracing.continued(self.book.service, name, record.header) if decides else nullcontext() as span:
            self._take(record, message, released)
            if span:
                topic = {"messaging.system": "kafka", "messaging.destination.name": record.topic}
                span.set_attributes({**topic, "outcome": self._outcome})

    def _take(self, record: Record, message: Parsed, released: bool) -> None:
        self.parked.pop(record.position, None)
        if record.position in self._aside:
            return self.count("duplicate")
        stream = (record.topic, message.subject)
        if message.version is not None:
            last = self._handled[stream]
            if message.version == last.version and last.event_id and message.id != last.event_id:
                # Its producer was restored and says a version again: whoever takes it for a duplicate splits silently.
                return self.bury(record, _bad(message, "version-reused", "inbox"))
            if message.version <= last.version:
                return self.count("duplicate")
            if message.version > last.version + 1 and not (last.version == 0 and _starts_anywhere(record.topic)):
                return self.park(record, message, None)
        elif message.id and message.source and not released:
            before = self._claimed.setdefault(_claim(record, message), b"")
            if before and before not in (_hash(record, message), _hash(record)):  # a build before noted the bytes alone
                return self.refuse(record, message, _id_reused())
            if before:
                return self.count("duplicate")
            self._claimed[_claim(record, message)] = _hash(record, message)
        if isinstance(message, Bad):
            if message.refusal:
                return self.refuse(record, message, message.refusal)
            return self.bury(record, message)
        try:
            outcome = self.decide(message)
        except NotYet as wait:
            return self.park(record, message, wait.waits_for)
        except Refused as refusal:
            return self.refuse(record, message, refusal)
        except Poison as poison:
            return self.bury(record, _bad(message, poison.code, poison.stage))
        except NewerShape:
            raise
        except Exception as error:
            return self.fail(record, message, type(error).__name__)
        if message.version is not None:
            self.pass_over(stream, message.version, message.id)
        self.count("applied" if outcome else "ignored")
        return None

    def decide(self, message: Message[Any]) -> bool:
        """Run the handler; False where there is none for this kind of message. Nothing of a failed one remains."""
        route = self.book.handlers.routes.get(type(message.data))
        if route is None:
            return False
        self._begin(message)
        self.result = route.handler(self.work, message)
        self._moved |= self.work.keep().states.keys()
        return True

    def _begin(self, of: Parsed) -> None:
        self.work.begin(of.id, of.correlation, tracing.traceparent())

    def pass_over(self, stream: Stream, version: int, event_id: str | None = None) -> None:
        """This version is handled; an operator may also go past one that can never succeed."""
        self._handled[stream] = self._advanced[stream] = Last(version, event_id)
        self._ahead[stream] = version

    def park(self, record: Record, message: Parsed, waits_for: Key | None) -> None:
        self.parked[record.position] = Parked(record, message.subject, message.version, waits_for)
        self.count("parked")

    def refuse(self, record: Record, message: Parsed, refusal: Refused) -> None:
        """An outsider is answered; a message of our own that is refused can never succeed."""
        bad = message if isinstance(message, Bad) else _bad(message, refusal.rule, "refused")
        if self.book.on_refused is None or message.version is not None:
            return self.bury(record, bad)
        self._answer(record, message, refusal)
        return self.bury(record, bad, "refused")

    def fail(self, record: Record, message: Message[Any], error: str) -> None:
        """An error of ours. An outsider is told that it was not taken; the letter stays open, to be redriven."""
        if self.book.on_refused and message.version is None:
            self._answer(record, message, _ours())
        self.bury(record, _bad(message, error, "decide"))

    def _answer(self, record: Record, message: Parsed, refusal: Refused) -> None:
        if self.book.on_refused:
            self._begin(message)
            self.book.on_refused(self.work, record, message, refusal)
            self.work.keep()

    def bury(self, of: Record | Due, bad: Bad, status: Status = "open") -> None:
        """Keep it with its reason, and announce what waits for an operator."""
        id_ = self.work.new_id()
        self.letters.append(Letter(id_, of, bad, status))
        if status == "open":
            service = self.book.service
            record = of if isinstance(of, Record) else Record(f"timer:{of.command}", 0, 0, None, None, ())
            event = DeadLetterRecorded(
                dead_letter_id=id_,
                service=service,
                source_topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                stage=bad.stage,
                error=bad.code,
            )
            self._begin(bad)
            self.work.emit(event, topic=DEAD_LETTERS[service])
            self.work.keep()
        self.count("dead" if status == "open" else "refused")

    def count(self, outcome: str) -> None:
        self._outcome = outcome
        self.counts[outcome] = self.counts.get(outcome, 0) + 1

    # -- release and save ----------------------------------------------------------------------------------------------

    async def finish(self) -> None:
        """Release what waited for this batch, in this transaction, then save everything."""
        freed: set[Place] = set()
        while self._moved or self._ahead:
            moved, ahead, self._moved, self._ahead = self._moved, self._ahead, set(), {}
            waiting = {p.record.position: p for p in await parking.released(self.conn, moved, ahead)}
            waiting |= {
                place: p
                for place, p in self.parked.items()
                if p.waits_for in moved
                or (p.waits_for is None and ahead.get((p.record.topic, p.subject), -1) + 1 == p.version)
            }
            freed |= await self.release(list(waiting.values()))
        await self._save(freed)

    async def release(self, waiting: Sequence[Parked]) -> set[Place]:
        """Handle what was parked; what waits for an aggregate and is unknown to this build stays for one that knows."""
        items = [(p, p.record, self.book.parse(p.record)) for p in waiting]
        items = [(p, r, m) for p, r, m in items if p.waits_for is None or self.book.knows(m)]
        items.sort(key=lambda item: (item[1].topic, item[2].subject, item[2].version or 0, item[1].position))
        if items:
            await self.load([(record, message) for _, record, message in items], fresh=False)
        for _, record, message in items:
            self._aside.discard(record.position)
            self.take(record, message, released=True)
        return {record.position for _, record, _ in items}

    async def _save(self, freed: set[Place]) -> None:
        conn, changes = self.conn, self.work.changes
        await aggregates.save(conn, changes.states, self.work.loaded)
        if changes.timers:
            await timers.save(conn, changes.timers)
        rows: dict[type, list[Any]] = {}
        for row in changes.rows:
            rows.setdefault(type(row), []).append(row)
        for kind, of_kind in rows.items():
            await self.book.writers[kind](conn, of_kind)
        if self._advanced:
            await inbox.save(conn, self._advanced)
        if gone := freed - self.parked.keys():
            await parking.unpark(conn, sorted(gone))
        if self.parked:
            await parking.park(conn, list(self.parked.values()))
        if self.letters:
            await dead_letters.bury(conn, self.letters, BUILD)
        if changes.outgoing:
            await outgoing.save(conn, changes.outgoing, self.book.service)


def _starts_anywhere(topic: str) -> bool:
    return topic in BY_NAME and BY_NAME[topic].first_seen_starts


def _claim(record: Record, message: Parsed) -> Claim:
    return record.topic, message.source or "", message.id or ""


def _hash(record: Record, message: Parsed | None = None) -> bytes:
    """Of what it says: the value, and in binary mode the type, which stands in a header."""
    if message and message.digest:
        return message.digest
    return hashlib.sha256((record.header("ce_type") or "").encode() + b"\0" + (record.value or b"")).digest()


def _bad(message: Parsed, code: str, stage: str) -> Bad:
    if isinstance(message, Bad):
        return message
    type_ = None if isinstance(message.data, Ignored) else getattr(type(message.data), "TYPE", None)
    return Bad(code, stage, message.subject, message.version, message.id, type_, message.source, message.correlation)


def _id_reused() -> Refused:
    return Refused(
        "id-reused",
        "id",
        "Dette id er brugt før til et svar med andet indhold. Send svaret igen med et nyt id.",
        "This id was used before for a reply with other content. Send the reply again with a new id.",
    )


def _ours() -> Refused:
    return Refused(
        "internal",
        "data",
        "Noget gik galt hos os. Svaret er gemt, og vi ser på det; I skal ikke gøre noget.",
        "Something went wrong on our side. The reply is kept and will be looked at; there is nothing to do.",
    )
