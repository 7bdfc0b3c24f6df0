"""A service's decisions in memory: messages go in, time passes, and what was said is kept. No database, no Kafka.

It does what the spine does with one message at a time: load what the handler declares, decide, keep; then fire what is
due. A refusal leaves nothing behind.
"""

from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from pydantic import BaseModel

from shared.events.base import Event
from shared.mail.rows import Mail
from shared.spine.decision import NotYet, Refused
from shared.spine.work import NOWHERE, Aggregate, Handlers, Key, Message, Public, Timer, Work

A = TypeVar("A", bound=Aggregate)
E = TypeVar("E", bound=Event)


class World:
    """`said` holds (topic, event) in order, `rows` what stores would save, `mails` what would be sent,
    `timers` what is still to come."""

    def __init__(self, handlers: Handlers, now: datetime, public: Public = NOWHERE) -> None:
        self.handlers, self.now, self.public = handlers, now, public
        self.states: dict[Key, Aggregate] = {}
        self.timers: dict[tuple[Key, str], Timer] = {}
        self.said: list[tuple[str, Event]] = []
        self.rows: list[Any] = []
        self.mails: list[Mail] = []
        self.versions: dict[tuple[str, str], int] = {}

    # -- in ------------------------------------------------------------------------------------------------------------

    def tell(self, data: BaseModel, **of_message: Any) -> Any:
        """One event (its version counts up) or command, and what follows at once. Raises Refused and NotYet."""
        result = self.decide(self.message(data, **of_message))
        self.settle()
        return result

    def message(self, data: BaseModel, **of_message: Any) -> Message[Any]:
        facts: dict[str, Any] = {"id": str(uuid4()), "source": "/test", "subject": "", "time": self.now, "by": "test"}
        if isinstance(data, Event):
            stream = data.TOPIC.name, data.subject
            version = of_message.get("version", self.versions.get(stream, 0) + 1)
            self.versions[stream] = max(version, self.versions.get(stream, 0))
            facts |= {"subject": data.subject, "version": version, "topic": data.TOPIC.name}
        return Message(data, **facts | of_message)

    def decide(self, message: Message[Any]) -> Any:
        """This message alone: what it asks for soon waits until `settle`."""
        route = self.handlers.routes[type(message.data)]
        work = self.work({key: self.states.get(key) for key in route.keys_of(message.data)})
        work.begin(message.id, message.correlation)
        result = route.handler(work, message)
        self.keep(work)
        return result

    def work(self, loaded: dict[Key, Aggregate | None] | None = None) -> Work:
        return Work(self.now, loaded, self.public)

    def keep(self, work: Work) -> None:
        changes = work.keep()
        self.states |= changes.states
        self.said += [(out.topic, out.event) for out in changes.outgoing]
        self.mails += [row for row in changes.rows if isinstance(row, Mail)]
        self.rows += [row for row in changes.rows if not isinstance(row, Mail)]
        for name, timer in changes.timers.items():
            self.timers.pop(name, None)
            if timer:
                self.timers[name] = timer

    # -- time ----------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Fire what is due, the earliest first; one whose time has passed by is void."""
        while due := [timer for timer in self.timers.values() if timer.due <= self.now]:
            timer = min(due, key=lambda timer: (timer.due, timer.key, timer.name))
            del self.timers[timer.key, timer.name]
            try:
                self.decide(self.message(timer.command, source="timer", subject=timer.key[1], by="system"))
            except (Refused, NotYet):
                continue

    def until(self, instant: datetime) -> None:
        """Time passes to that instant; each timer fires at its own."""
        while due := min((timer.due for timer in self.timers.values() if timer.due <= instant), default=None):
            self.now = max(self.now, due)
            self.settle()
        self.now = max(self.now, instant)

    # -- out -----------------------------------------------------------------------------------------------------------

    def get(self, kind: type[A], id_: str) -> A:
        found = self.states[kind.KIND, id_]
        assert isinstance(found, kind)
        return found

    def heard(self, kind: type[E]) -> list[E]:
        """All events of this type, in order."""
        return [event for _, event in self.said if isinstance(event, kind)]

    def last(self, kind: type[E]) -> E:
        return self.heard(kind)[-1]

    def types(self, topic: str | None = None) -> list[str]:
        """`place.opened`, ... as they were said (on one topic)."""
        names = (event.TYPE for on, event in self.said if topic in (None, on))
        return [name.removeprefix("dk.lederalliancen.").removesuffix(".v1") for name in names]
