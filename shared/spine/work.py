"""One unit of work in memory: what a handler reads, changes and says. The spine loads before it and saves after it.

A handler is a short function `(work, message) -> None`. It declares the aggregates that it touches, so that the spine
can load and lock them for a whole batch in one query:

    @handlers.on(PlaceOpened, (Place, "place_id"))
    def opened(work: Work, message: Message[PlaceOpened]) -> None: ...

Nothing here does I/O, so a handler is tested with a `Work` and no database.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar, Generic, TypeVar, cast, get_type_hints

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema
from uuid_utils import uuid7

from shared.catalogue import calendar
from shared.events.base import Event
from shared.events.topics import Topic
from shared.frozen import Frozen
from shared.spine.decision import NotYet, Poison
from shared.spine.registration import check

Key = tuple[str, str]
"""(kind of aggregate, id)"""


@dataclass(frozen=True, slots=True)
class Public:
    """Addresses of ours, as they are reached from outside: what a decision may tell of us. `phone`: as it is read."""

    intake_url: str
    phone: str | None = None

    @property
    def call_us(self) -> tuple[str, str]:
        """What is promised, in Danish and English; without a number where none is set."""
        da, en = "I kan altid ringe", "You can always call us"
        return (f"{da} på {self.phone}.", f"{en} on {self.phone}.") if self.phone else (f"{da}.", f"{en}.")


NOWHERE = Public("http://intake.invalid")


class Aggregate(Frozen):
    """A frozen state, saved as one JSON document under (KIND, id).

    What a newer build has written and this one does not know is kept and written back, also inside (`Data`).
    """

    model_config = ConfigDict(extra="allow")
    KIND: ClassVar[str]
    UPGRADES: ClassVar[tuple[Callable[[dict[str, Any]], dict[str, Any]], ...]] = ()
    """One step for each change of shape that defaults cannot express: a document of the shape before into the next."""
    id: str

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.KIND = cls.__name__.lower()

    @classmethod
    def shape(cls) -> int:
        return 1 + len(cls.UPGRADES)

    @property
    def key(self) -> Key:
        return self.KIND, self.id


def _strictly(schema: Any) -> Any:
    """pydantic's own strict mode would refuse days and ids as well, which JSON can only write as text."""
    if isinstance(schema, list):
        return [_strictly(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _strictly(part) for name, part in schema.items()}
    return found | {"strict": True} if found.get("type") in ("int", "float", "bool") else found


class Strict(Frozen):
    """Input at an edge: an unknown field is refused, and a number or a yes that is written as something else."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return cast("CoreSchema", _strictly(handler(source)))


class Command(Strict):
    """Something that a person or a timer asks for; it takes the same way in as an event."""


A = TypeVar("A", bound=Aggregate)
D = TypeVar("D", bound=BaseModel)
D_co = TypeVar("D_co", bound=BaseModel, covariant=True)


@dataclass(frozen=True, slots=True)
class Message(Generic[D_co]):
    """An event, a reply, a command or a fired timer, as a handler sees it. `version` is None where there is none."""

    data: D_co
    id: str
    source: str
    subject: str
    time: datetime
    version: int | None = None
    correlation: str | None = None
    topic: str = ""
    offset: int | None = None
    at: datetime | None = None
    """When it lay on its topic, as the broker says; not known of what was never there, or by a clock that is moved."""
    digest: bytes | None = None
    """Of what it says, where that can be written in more than one way; else the bytes are compared."""
    by: str = "system"
    """Who asked: the subject of the access token, or `system`."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event to send, before it has a version."""

    topic: str
    event: Event
    id: str
    time: datetime
    correlation: str | None
    causation: str | None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """`command` is due at an instant of the domain's clock, for the aggregate `key`; `name` is unique within it."""

    key: Key
    name: str
    due: datetime
    command: Command
    traceparent: str | None = None


@dataclass
class Changes:
    """What one message (or a whole batch) changes."""

    states: dict[Key, Aggregate] = field(default_factory=dict)
    outgoing: list[Outgoing] = field(default_factory=list)
    timers: dict[tuple[Key, str], Timer | None] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)

    def add(self, other: "Changes") -> None:
        self.states |= other.states
        self.outgoing += other.outgoing
        self.timers |= other.timers
        self.rows += other.rows


class Work:
    """What a handler may do. `now` is the domain's instant (UTC), `today` the date in Denmark.

    `public` is what outsiders are told about us: addresses and phone, from the settings.
    """

    def __init__(
        self, now: datetime, loaded: dict[Key, Aggregate | None] | None = None, public: Public = NOWHERE
    ) -> None:
        self.public = public
        self.now, self.today = now, calendar.today(now)
        self.loaded: dict[Key, Aggregate | None] = loaded if loaded is not None else {}
        self.changes = Changes()
        self._draft = Changes()
        self._cause: str | None = None
        self._correlation: str | None = None
        self._traceparent: str | None = None

    def get(self, kind: type[A], id: str) -> A | None:  # noqa: A002
        key = kind.KIND, id
        if key not in self.loaded:
            raise Poison(f"undeclared-{kind.KIND}", stage="load")
        state = self._draft.states.get(key) or self.changes.states.get(key) or self.loaded[key]
        return state if isinstance(state, kind) else None

    def need(self, kind: type[A], id: str) -> A:  # noqa: A002
        """The aggregate, or the message waits until it has come."""
        state = self.get(kind, id)
        if state is None:
            raise NotYet((kind.KIND, id))
        return state

    def put(self, *states: Aggregate) -> None:
        for state in states:
            if state.key not in self.loaded:
                raise Poison(f"undeclared-{state.KIND}", stage="load")
            self._draft.states[state.key] = state

    def emit(self, *events: Event, kommune: str | None = None, topic: Topic | None = None) -> None:
        """Say it. To a kommune's topic with its code; the correlation is the place, as far as it is known."""
        for event in events:
            name = (topic or event.TOPIC).of(kommune) if kommune else (topic or event.TOPIC).name
            correlation = getattr(event, "place_id", None) or self._correlation
            self._draft.outgoing.append(
                Outgoing(name, event, self.new_id(), self.now, correlation, self._cause, self._traceparent)
            )

    def timer(self, key: Key, name: str, due: datetime, command: Command) -> None:
        """Set or move a timer of an aggregate."""
        self._draft.timers[key, name] = Timer(key, name, due, command)

    def cancel_timer(self, key: Key, *names: str) -> None:
        for name in names:
            self._draft.timers[key, name] = None

    def soon(self, key: Key, name: str, command: Command) -> None:
        """The same decision touches another aggregate: it follows in a transaction of its own, at once."""
        self._draft.timers[key, name] = Timer(key, name, self.now, command, self._traceparent)

    def write(self, *rows: Any) -> None:
        """Rows that the service's store saves, set-based, in the same transaction."""
        self._draft.rows += rows

    @staticmethod
    def new_id() -> str:
        return str(uuid7())

    def begin(self, cause: str | None = None, correlation: str | None = None, traceparent: str | None = None) -> None:
        """A new message: what an earlier one left undone is forgotten."""
        self._cause, self._correlation, self._traceparent = cause, correlation, traceparent
        self._draft = Changes()

    def keep(self) -> Changes:
        """The message succeeded: its changes join the batch's. Returns them."""
        draft, self._draft = self._draft, Changes()
        self.changes.add(draft)
        return draft


Handler = Callable[[Work, Message[Any]], Any]
KeySource = tuple[type[Aggregate], str | Callable[[Any], str | Iterable[str] | None]]
"""A kind of aggregate, and where its id stands in the data: a field (dots lead inwards), or a function of the data."""


@dataclass(frozen=True, slots=True)
class Route:
    """How a message finds its handler, and which aggregates it touches."""

    handler: Handler
    keys: tuple[KeySource, ...]

    def keys_of(self, data: Any) -> list[Key]:
        found: list[Key] = []
        for kind, source in self.keys:
            ids = attrgetter(source)(data) if isinstance(source, str) else source(data)
            found += [(kind.KIND, id) for id in ([ids] if isinstance(ids, str) else ids or ())]  # noqa: A001
        return found


class Handlers:
    """The decisions of one service: which function takes which message."""

    def __init__(self) -> None:
        self.routes: dict[type[BaseModel], Route] = {}
        self.kinds: dict[str, type[Aggregate]] = {}
        self._first: dict[type[BaseModel], Route] = {}
        self._others: dict[type[BaseModel], tuple[Route, ...]] = {}

    def on(self, *what: type[BaseModel] | KeySource) -> Callable[[Handler], Handler]:
        """Register a function for one or several types of message, with the aggregates that it touches.

            @handlers.on(PlacePaused, PlaceClosed, (Place, "place_id"))
            def stopped(work: Work, message: Message[PlacePaused | PlaceClosed]) -> None: ...

        Raises TypeError at import where the annotation does not take each type, or a key names no field of one.
        """

        def keep(message: type[BaseModel], route: Route) -> None:
            if message in self._first:
                raise TypeError(f"{message.__name__} has a handler already")
            self._first[message] = route

        return self._registered(what, keep)

    def also(self, *what: type[BaseModel] | KeySource) -> Callable[[Handler], Handler]:
        """As `on`, for another thing that an event means here: in the same decision, after the function of `on`."""

        def keep(message: type[BaseModel], route: Route) -> None:
            if not issubclass(message, Event):
                raise TypeError(f"{message.__name__} is no event: what is asked for has one answer")
            self._others[message] = (*self._others.get(message, ()), route)

        return self._registered(what, keep)

    def _registered(
        self, what: Iterable[type[BaseModel] | KeySource], keep: Callable[[type[BaseModel], Route], None]
    ) -> Callable[[Handler], Handler]:
        what = tuple(what)
        messages = [one for one in what if isinstance(one, type)]
        keys = tuple(one for one in what if not isinstance(one, type))

        def register(handler: Handler) -> Handler:
            for message in messages:
                check(handler, message, keys)
                keep(message, Route(handler, keys))
                first = [self._first[message]] if message in self._first else []
                self.routes[message] = _together([*first, *self._others.get(message, ())])
            self.kinds |= {kind.KIND: kind for kind, _ in keys}
            return handler

        return register

    def returned(self, message: type[BaseModel]) -> Any:
        """What the handler of such a message is annotated to return."""
        return get_type_hints(self.routes[message].handler).get("return")

    def commands(self) -> dict[str, type[Command]]:
        return {kind.__name__: kind for kind in self.routes if issubclass(kind, Command)}


def _together(routes: list[Route]) -> Route:
    """One after the other, in one decision."""
    if len(routes) == 1:
        return routes[0]

    def each(work: Work, message: Message[Any]) -> None:
        for route in routes:
            route.handler(work, message)

    return Route(each, tuple(dict.fromkeys(key for route in routes for key in route.keys)))
